package curve

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomCurve has n knots, crowded towards the top, some only just apart.
func randomCurve(rng *rand.Rand, n int) Knots {
	var c Knots
	for range n {
		c.X, c.Y = append(c.X, 1-math.Pow(rng.Float64(), 3)*2), append(c.Y, 4*rng.Float64()-3)
	}
	slices.Sort(c.X)
	slices.Sort(c.Y)
	for i := 1; i < n; i++ {
		if c.X[i] <= c.X[i-1] || rng.IntN(10) == 0 {
			c.X[i] = math.Nextafter(c.X[i-1], 2)
		}
	}
	return c
}

// A sum of curves has the curves' values up to the rounding of its argument and
// value, at, between and beyond the knots.
func TestLines(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 1))
	for _, n := range []int{1, 2, 3, 20, 150, 4000} {
		a, b := randomCurve(rng, n), randomCurve(rng, 1+rng.IntN(n))
		if n == 2 {
			b = Knots{}
		}
		slope, optimism := rng.Float64(), rng.Float64()
		l := NewPair(a, b).Sum(slope, optimism)
		s := []float32{-5, 5, float32(math.Inf(1)), float32(math.Inf(-1))}
		for range 3000 {
			s = append(s, float32(2.4*rng.Float64()-1.2), float32(a.X[rng.IntN(n)]))
		}
		got := make([]float32, len(s))
		l.Add(got, s)
		at := func(x float64) float64 { return slope*a.At(x) + optimism*b.At(x) }
		for i, v := range s {
			x := float64(v)
			near := 2e-7 * max(1, min(math.Abs(x), 10))
			low, high := at(x-near)-1e-6, at(x+near)+1e-6
			if !(float64(got[i]) >= low && float64(got[i]) <= high) {
				t.Fatalf("%d knots: at %v got %v, want %v to %v", n, v, got[i], low, high)
			}
		}
	}
	if l := NewPair(Knots{}, Knots{}).Sum(1, 1); l != nil {
		t.Errorf("no knots give %v", l)
	}
}

func TestItself(t *testing.T) {
	s := []float32{0, -3, 1e-30, 7e20, float32(math.NaN())}
	got := make([]float32, len(s))
	Identity.Add(got, s)
	if fmt.Sprint(got) != fmt.Sprint(s) {
		t.Errorf("got %v, want %v", got, s)
	}
}

func BenchmarkLines(b *testing.B) {
	rng := rand.New(rand.NewPCG(22, 1))
	s := make([]float32, 64*256)
	for i := range s {
		s[i] = float32(rng.NormFloat64() * .3)
	}
	dst := make([]float32, len(s))
	for _, knots := range []int{2, 100, 400} {
		l := NewPair(randomCurve(rng, knots), randomCurve(rng, knots)).Sum(1, 1)
		b.Run(fmt.Sprintf("knots=%d", 2*knots), func(b *testing.B) {
			for b.Loop() {
				l.Add(dst, s)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(s)), "ns/value")
		})
	}
}
