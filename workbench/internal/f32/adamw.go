package f32

// AdamWStep holds the numbers of a step of AdamW.
type AdamWStep struct {
	Beta1, Beta2 float32
	Take1, Take2 float32 // 1 − β1, 1 − β2
	Keep         float32 // 1 − rate·decay
	Rate         float32 // rate/(1−β1^t)
	Root         float32 // 1/√(1−β2^t)
	Epsilon      float32
}

// AdamW takes a step for parameters p with the gradient g, nil being zero, and
// their running means:
//
//	mean = Beta1·mean + Take1·g,  square = Beta2·square + Take2·g²
//	p = Keep·p − Rate·mean/(√square·Root + Epsilon)
//
// Every level gives the same bits. It panics if the lengths differ.
func AdamW(p, g, mean, square []float32, s *AdamWStep) {
	sameLength(p, mean)
	sameLength(p, square)
	if g != nil {
		sameLength(p, g)
	}
	active.adamw(p, g, mean, square, &[8]float32{s.Beta1, s.Take1, s.Beta2, s.Take2, s.Keep, s.Rate, s.Root, s.Epsilon})
}
