package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The interval holds the true mean about 95 times in 100, and the test rejects a
// true null hypothesis about 5 times in 100.
func TestIntervalsAndTestsKeepTheirPromise(t *testing.T) {
	rng := rand.New(rand.NewPCG(71, 1))
	const trials = 300
	covered, rejected := 0, 0
	for range trials {
		x := make([]float64, 60)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		if low, high := Bootstrap(x); low <= 0 && 0 <= high {
			covered++
		}
		if SignFlip(x) <= 0.05 {
			rejected++
		}
	}
	if covered < 272 || covered > 296 {
		t.Errorf("the interval covers the mean in %d of %d trials", covered, trials)
	}
	if rejected < 4 || rejected > 28 {
		t.Errorf("the test rejects in %d of %d trials", rejected, trials)
	}
}

// With few values every sign can be tried.
func TestSignFlipAgainstAllSigns(t *testing.T) {
	x := []float64{0.3, -0.1, 0.25, 0.4, 0, 0.2, -0.05, 0.3}
	sum, extreme := 0.0, 0
	for _, v := range x {
		sum += v
	}
	for signs := range 1 << len(x) {
		s := 0.0
		for i, v := range x {
			if signs>>i&1 == 1 {
				v = -v
			}
			s += v
		}
		if math.Abs(s) >= math.Abs(sum)-1e-12 {
			extreme++
		}
	}
	if got, want := SignFlip(x), float64(extreme)/float64(int(1)<<len(x)); math.Abs(got-want) > 0.02 {
		t.Errorf("p %v, all signs give %v", got, want)
	}
	if p := SignFlip(make([]float64, 5)); p != 1 {
		t.Errorf("no differences: p %v", p)
	}
	if low, high := Bootstrap(nil); low != 0 || high != 0 {
		t.Errorf("no values: %v to %v", low, high)
	}
}
