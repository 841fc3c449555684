package enough

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The share is what scores drawn as the model says give, over many draws, but for what a Poisson
// variable differs from a sum of chances that are not all small, which is most at k = 1.
func TestShare(t *testing.T) {
	rng := rand.New(rand.NewPCG(81, 1))
	for _, k := range []int{1, 5, 20, 60} {
		var scores, rest []float64
		for range 50 {
			scores = append(scores, rng.NormFloat64())
		}
		for range 80 {
			rest = append(rest, rng.NormFloat64()-1)
		}
		slices.SortFunc(rest, func(a, b float64) int { return cmp.Compare(b, a) })
		const mean, deviation, draws = .2, .5, 4000
		want := 0.0
		for range draws {
			type item struct {
				score  float64
				scored bool
			}
			var all []item
			for _, s := range scores {
				all = append(all, item{s, true})
			}
			for _, x := range rest {
				all = append(all, item{x + mean + deviation*rng.NormFloat64(), false})
			}
			slices.SortFunc(all, func(a, b item) int { return cmp.Compare(b.score, a.score) })
			for _, it := range all[:k] {
				if it.scored {
					want += 1 / float64(k) / draws
				}
			}
		}
		if got := share(scores, rest, mean, deviation, k); math.Abs(got-want) > .09 {
			t.Errorf("k = %d: %.3f, drawn %.3f", k, got, want)
		}
	}
}

// More found, fewer left to find, less brought by the last rounds, never lowers the estimate, which
// stays between 0 and 1; a search that knows nothing of its errors says NaN.
func TestRecallGrows(t *testing.T) {
	rest := []float64{2, 1.5, 1, 0}
	before := 0.0
	for from := range len(rest) + 1 {
		e := (&Evidence{[][]float64{{3, 2.5}, {2, 1}, {0}}, []float64{.5}, []float64{0}, rest[from:], .05}).Recall(4)
		if !(e >= before && e <= 1) {
			t.Errorf("%d left: %v after %v", len(rest)-from, e, before)
		}
		before = e
	}
	early := (&Evidence{[][]float64{{3, 2.5}, {2, 1}, {0, -1}}, []float64{.5}, []float64{0}, rest, .05}).Recall(4)
	late := (&Evidence{[][]float64{{0, -1}, {2, 1}, {3, 2.5}}, []float64{.5}, []float64{0}, rest, .05}).Recall(4)
	if !(late < early) {
		t.Errorf("found early %v, late %v", early, late)
	}
	if e := (&Evidence{Rounds: [][]float64{{1, 2}}}).Recall(10); !math.IsNaN(e) {
		t.Errorf("without expectations: %v", e)
	}
}

// Weights are those of the table at its own k, and between them in between.
func TestWeightsAt(t *testing.T) {
	for k, want := range map[int][8]float64{1: weights[0], 10: weights[1], 100: weights[2], 1000: weights[2]} {
		if weightsAt(k) != want {
			t.Errorf("k = %d: %v, want %v", k, weightsAt(k), want)
		}
	}
	if w := weightsAt(30); !(w[1] > weights[1][1] && w[1] < weights[2][1]) {
		t.Errorf("k = 30: %v", w)
	}
}

// The table is the normal distribution to nine digits.
func TestAbove(t *testing.T) {
	for x := -9.0; x <= 9; x += 0.00137 {
		if got, want := above(x), math.Erfc(-x/math.Sqrt2)/2; math.Abs(got-want) > 1e-9 {
			t.Fatalf("at %v: %v, want %v", x, got, want)
		}
	}
	if !math.IsNaN(above(math.NaN())) || above(math.Inf(1)) != 1 || above(math.Inf(-1)) != 0 {
		t.Error("what is not finite")
	}
}
