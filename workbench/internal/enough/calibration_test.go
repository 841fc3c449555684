package enough

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A line that many searches show is found, few or noisy ones hardly move it, and true estimates stay.
func TestCalibrate(t *testing.T) {
	rng := rand.New(rand.NewPCG(71, 1))
	searches := func(n int, line Calibration, noise float64) (estimates, recalls []float64) {
		for range n {
			e := logistic(1 + rng.NormFloat64())
			estimates = append(estimates, e)
			recalls = append(recalls, line.Corrected(e)+noise*rng.NormFloat64()) // may leave 0 to 1, as audits do
		}
		return estimates, recalls
	}
	for _, want := range []Calibration{{}, {0.4, 0}, {-0.3, 0.2}, {0.2, -0.25}} {
		estimates, recalls := searches(4000, want, .15)
		got := Calibrate(estimates, recalls, 1)
		if math.Abs(got.Shift-want.Shift) > .06 || math.Abs(got.Slope-want.Slope) > .06 {
			t.Errorf("%+v is said to be %+v", want, got)
		}
	}
	few, recalls := searches(3, Calibration{0.8, 0.5}, .3)
	if got := Calibrate(few, recalls, 1); math.Abs(got.Shift) > .4 || math.Abs(got.Slope) > .3 {
		t.Errorf("of three searches: %+v", got)
	}
	if got := Calibrate([]float64{1, 1, 0.9}, []float64{1, 1, 1}, 1); !(got.Corrected(.9) > .9 && got.Corrected(.9) < 1) || got.Corrected(1) != 1 {
		t.Errorf("all found: %+v", got)
	}
}

// One line after another is what both do in turn.
func TestCalibrationAfter(t *testing.T) {
	a, b := Calibration{0.3, -0.2}, Calibration{-0.1, 0.4}
	for _, p := range []float64{.01, .3, .9, .999} {
		if got, want := b.After(a).Corrected(p), b.Corrected(a.Corrected(p)); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v: %v, in turn %v", p, got, want)
		}
	}
}
