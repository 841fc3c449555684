package shelf

import "math"

// Draw turns scores into a random order: the highest are drawn without
// replacement in proportion to exp(score/temperature). Each item has a number of
// its own, made of seed, query, round and item alone.
type Draw struct {
	temperature float64
	key         uint64
}

// NewDraw is for one round of one query.
func NewDraw(temperature float64, seed int64, query, round int) *Draw {
	return &Draw{temperature, mix(mix(mix(uint64(seed))+uint64(query)) + uint64(round))}
}

// Apply adds standard Gumbel noise, times the temperature, to the scores of items lo, lo+1, …
func (d *Draw) Apply(lo int, scores []float32) {
	for i, s := range scores {
		u := (float64(mix(d.key+uint64(lo+i))>>11) + .5) * 0x1p-53 // uniform, inside (0, 1)
		scores[i] = float32(float64(s) - d.temperature*math.Log(-math.Log(u)))
	}
}

// mix is one step of the SplitMix64 generator (Steele, Lea and Flood 2014): the
// values at successive x are as good as random.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
