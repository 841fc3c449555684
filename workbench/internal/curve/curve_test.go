package curve

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The isotonic fit rises, keeps the weighted mean, and pools exactly what falls.
func TestFitIsotonic(t *testing.T) {
	c := Isotonic([]Point{{1, 1, 1}, {2, 3, 1}, {3, 2, 3}, {4, 5, 1}})
	if fmt.Sprint(c) != "{[1 2.75 4] [1 2.25 5]}" {
		t.Errorf("got %v", c)
	}
	if c.At(0) != 1 || c.At(9) != 5 || c.At(2.75) != 2.25 || c.At(3.375) != 3.625 {
		t.Errorf("values %v %v %v %v", c.At(0), c.At(9), c.At(2.75), c.At(3.375))
	}
}

// The warp of normal values is nearly a line; of any values their weighted ranks.
func TestFitWarp(t *testing.T) {
	rng := rand.New(rand.NewPCG(64, 1))
	var values []Point
	for range 20000 {
		values = append(values, Point{X: 5 + 2*rng.NormFloat64(), Weight: 1})
	}
	c := Warp(values)
	for _, z := range []float64{-2, -1, 0, 1, 2} {
		if got := c.At(5 + 2*z); math.Abs(got-z) > .05 {
			t.Errorf("warp(%v) = %v, want %v", 5+2*z, got, z)
		}
	}
	if i := c.Broken(); i >= 0 {
		t.Errorf("knot %d breaks it", i)
	}
	two := Warp([]Point{{X: 1, Weight: 3}, {X: 2, Weight: 1}})
	if two.At(1) >= 0 || two.At(2) <= 0 || two.At(3) != two.At(2) {
		t.Errorf("two values: %v", two)
	}
}

// Sorting by bits gives the order of the numbers, zeros of both signs and infinities among them.
func TestSortByBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 1))
	for _, n := range []int{0, 1, 7, 5000} {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64()) * float32(math.Exp2(float64(rng.IntN(60)-30)))
			switch rng.IntN(20) {
			case 0:
				x[i] = float32(math.Copysign(0, float64(x[i])))
			case 1:
				x[i] = float32(math.Inf(rng.IntN(2)*2 - 1))
			}
		}
		want := slices.Clone(x)
		slices.Sort(want)
		sortByBits(x)
		if !slices.Equal(x, want) {
			t.Fatalf("%d numbers: %v", n, x)
		}
	}
}
