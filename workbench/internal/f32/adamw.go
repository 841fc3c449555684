package f32

import "math"

// AdamWStep holds the numbers of a step of AdamW, in the order in which the kernels
// read them.
type AdamWStep struct {
	Beta1, Take1 float32 // β1, 1 − β1
	Beta2, Take2 float32 // β2, 1 − β2
	Keep         float32 // 1 − rate·decay
	Rate         float32 // rate/(1−β1^t)
	Root         float32 // 1/√(1−β2^t)
	Epsilon      float32
}

// AdamW takes a step for parameters p with the gradient g and their running means:
//
//	mean = Beta1·mean + Take1·g,  square = Beta2·square + Take2·g²
//	p = Keep·p − Rate·mean/(√square·Root + Epsilon)
//
// Every level gives the same bits. It panics if the lengths differ.
func AdamW(p, g, mean, square []float32, s *AdamWStep) {
	sameLength(p, g)
	sameLength(p, mean)
	sameLength(p, square)
	active.adamw(p, g, mean, square, s)
}

// AdamWStill takes steps of an optimiser, which differ in Rate and Root alone, for a
// gradient of zero: all of them for a vector of parameters in registers. √square is
// taken once and then falls by √Beta2 a step, which in the first hundred steps, while
// the mean is felt, is off by k·2⁻²⁴ after k. Every level gives the same bits. It
// panics if the lengths differ.
func AdamWStill(p, mean, square []float32, steps []AdamWStep) {
	sameLength(p, mean)
	sameLength(p, square)
	if len(p) > 0 && len(steps) > 0 {
		active.adamwStill(p, mean, square, steps, float32(math.Sqrt(float64(steps[0].Beta2))))
	}
}
