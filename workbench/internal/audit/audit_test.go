package audit

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Chances sum to the calls, never rise with the rank, and are certain where there are calls for all.
func TestChances(t *testing.T) {
	for _, law := range []Law{Thorough, Brief(10), Brief(100)} {
		for _, c := range []struct{ n, calls int }{{1, 1}, {50, 7}, {1000, 400}, {1000, 999}, {300, 300}, {0, 0}, {10000, 3}} {
			chances := law.Chances(c.n, c.calls)
			sum := 0.0
			for r, p := range chances {
				sum += p
				if !(p > 0 && p <= 1) || r > 0 && p > chances[r-1]+1e-12 || c.calls == c.n && p != 1 {
					t.Errorf("%+v, %+v: chance %d is %v", law, c, r, p)
				}
			}
			if math.Abs(sum-float64(c.calls)) > 1e-6 {
				t.Errorf("%+v, %+v: the chances sum to %v", law, c, sum)
			}
		}
	}
}

// Every item is drawn as often as its chance says, and every draw has as many.
func TestDraw(t *testing.T) {
	chances, rng := Thorough.Chances(60, 20), rand.New(rand.NewPCG(91, 1))
	times := make([]float64, len(chances))
	const draws = 4000
	for range draws {
		drawn := Draw(chances, rng)
		if len(drawn) < 20 || len(drawn) > 20 {
			t.Fatalf("%d drawn", len(drawn))
		}
		for _, r := range drawn {
			times[r] += 1. / draws
		}
	}
	for r, c := range chances {
		if math.Abs(times[r]-c) > .04 {
			t.Errorf("rank %d: chance %.3f, drawn %.3f", r, c, times[r])
		}
	}
}

// searchesOf are searches that an index guided: each has found the best items by noisy scores.
func searchesOf(rng *rand.Rand, queries, items int, noise float64) (all [][]Scored, lists [][]int) {
	for range queries {
		scores, order, guess := make([]Scored, items), make([]int, items), make([]float64, items)
		spread := noise * (.5 + rng.Float64())
		for i := range scores {
			order[i] = i
			scores[i] = Scored{Item: i, Score: math.Round(100 * rng.ExpFloat64())} // ties
			guess[i] = scores[i].Score + spread*100*rng.NormFloat64()
		}
		slices.SortStableFunc(order, func(a, b int) int {
			if guess[a] > guess[b] {
				return -1
			}
			return 1
		})
		all, lists = append(all, scores), append(lists, order)
	}
	return all, lists
}

// drawnFrom is an audit of searches that found the first budget items of their lists.
func drawnFrom(rng *rand.Rand, all [][]Scored, lists [][]int, k, budget, calls int) []Search {
	searches := make([]Search, len(all))
	for q := range all {
		s := &searches[q]
		for _, it := range lists[q][:budget] {
			s.Found = append(s.Found, all[q][it])
		}
		left := lists[q][budget:]
		s.Law = Thorough
		s.Left = s.Law.Chances(len(left), calls)
		for _, r := range Draw(s.Left, rng) {
			s.Drawn = append(s.Drawn, Scored{left[r], all[q][left[r]].Score, s.Left[r]})
		}
	}
	return searches
}

// truth is the mean share of the top k that was found.
func truth(all [][]Scored, lists [][]int, k, budget int) float64 {
	sum := 0.0
	for q := range all {
		best := slices.Clone(all[q])
		slices.SortFunc(best, order)
		for _, b := range best[:k] {
			if slices.Contains(lists[q][:budget], b.Item) {
				sum += 1 / float64(k*len(all))
			}
		}
	}
	return sum
}

// One hit among many queries leaves as much open as it weighs, and one part more; none what a part more may be.
func TestIntervalOfOneHit(t *testing.T) {
	for _, queries := range []float64{50, 200, 1000} {
		one := 1 / queries // of the mean recall, and the hit stands for three
		few := total{sum: 3 * one, variance: 6 * one * one, near: 1, square: one, law: mass{all: 3, drawn: 1}, hits: true}
		if low, high := few.interval(); !(0 < low && low < one && 9*one < high && high < 15*one) {
			t.Errorf("%v queries: %v to %v, one is %v", queries, low, high, one)
		}
		none := total{near: 1, square: one, law: mass{all: 3, drawn: 1}}
		if low, high := none.interval(); !(low == 0 && 5*one < high && high < 10*one) {
			t.Errorf("%v queries, none drawn: %v to %v, one is %v", queries, low, high, one)
		}
	}
}

// The mean of many audits is the truth but for what the lines leave out, which is the same for all of one data set; nine intervals in ten or more cover it, and an audit that
// draws everything says the truth itself.
func TestRecall(t *testing.T) {
	rng := rand.New(rand.NewPCG(92, 1))
	for _, c := range []struct {
		k, budget, calls int
		noise            float64
	}{{10, 30, 150, .6}, {50, 80, 200, .5}} {
		all, lists := searchesOf(rng, 20, 600, c.noise)
		want := truth(all, lists, c.k, c.budget)
		covered, mean, width := 0, 0.0, 0.0
		const audits = 200
		for range audits {
			e, low, high := Recall(drawnFrom(rng, all, lists, c.k, c.budget, c.calls), c.k)
			if !(low <= e && e <= high) {
				t.Fatalf("%+v: %v lies outside %v to %v", c, e, low, high)
			}
			if mean, width = mean+e/audits, width+(high-low)/audits; low <= want && want <= high {
				covered++
			}
		}
		t.Logf("%+v: recall %.4f, mean estimate %.4f, width %.4f, covered %d of %d", c, want, mean, width, covered, audits)
		if covered < 176 || math.Abs(mean-want) > width/2 {
			t.Errorf("%+v: recall %.4f, mean estimate %.4f, width %.4f, covered %d of %d", c, want, mean, width, covered, audits)
		}
		e, low, high := Recall(drawnFrom(rng, all, lists, c.k, c.budget, 600-c.budget), c.k)
		if math.Abs(e-want) > 1e-9 || low != e || high != e {
			t.Errorf("%+v: all drawn: %v, %v to %v, recall %v", c, e, low, high, want)
		}
	}
}

// The estimate of a query by itself, or of two, has no bias, and its interval some width: it covers the recall less often than that of
// many queries, which tell how much they differ. It may be narrow where another item would only take the place of one that the search has missed.
func TestRecallOfFew(t *testing.T) {
	rng := rand.New(rand.NewPCG(95, 1))
	for _, queries := range []int{1, 2} {
		covered, narrow, off := 0, 0, 0.0
		const audits = 300
		for range audits {
			all, lists := searchesOf(rng, queries, 600, .6)
			want := truth(all, lists, 50, 80)
			e, low, high := Recall(drawnFrom(rng, all, lists, 50, 80, 150), 50)
			if high-low < .01 {
				if narrow++; want < low || want > high {
					t.Errorf("%d queries: %v to %v, recall %v", queries, low, high, want)
				}
			}
			if off += (e - want) / audits; low <= want && want <= high {
				covered++
			}
		}
		if covered < audits*(35+20*queries)/100 || narrow > audits/20 || math.Abs(off) > .03 {
			t.Errorf("%d queries: covered %d of %d, narrow %d, off by %+.3f", queries, covered, audits, narrow, off)
		}
	}
}
