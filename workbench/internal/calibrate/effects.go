package calibrate

import "axn/workbench/internal/f32"

// Effects is a fitted mixed model: r_qi = Bias_i + Free_i + φ_i·Root·u_q + ε with
// u_q ~ N(x_q·Place, 1).
type Effects struct {
	Root          f32.Mat   // p×p
	Place         f32.Mat   // (d+1)×p
	Beta          []float32 // p: Bias is Φ·Beta
	Bias, Free    []float32 // |I|
	Noise, Spread float64   // variances of ε and Free
}

// deviate sets dst to an item's features with the deviations own[1:] in the leading ones.
func (e *Effects) deviate(dst, features, own []float32) {
	copy(dst, features)
	f32.Axpy(1, own[1:], dst[:len(own)-1])
}

// features returns Φ·Root, |I|×p.
func (c *fit) features(e *Effects) f32.Mat {
	if c.made.Data == nil {
		c.made = c.phi.product(e.Root)
	}
	return c.made
}

// queryMap folds the scale of query vectors into place.
func (c *fit) queryMap(place f32.Mat) f32.Mat {
	m := f32.NewMat(place.Rows, place.Cols)
	for j := range m.Rows {
		scale := c.scale
		if j == 0 {
			scale = 1
		}
		f32.Axpy(scale, place.Row(j), m.Row(j))
	}
	return m
}
