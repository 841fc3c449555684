// Package adamw is the optimiser AdamW (Loshchilov and Hutter 2019, algorithm 2)
// with PyTorch's defaults: β 0.9 and 0.999, ε 1e-8, weight decay 0.01.
package adamw

import (
	"math"

	"axn/workbench/internal/f32"
)

const (
	beta1, beta2 = 0.9, 0.999
	epsilon      = 1e-8
	decay        = 0.01
)

// Optimizer counts the steps that all parameters take together.
type Optimizer struct {
	rate  float64
	steps []f32.AdamWStep // so far; the last one is under way
}

// New returns an Optimizer of the given learning rate.
func New(rate float64) *Optimizer { return &Optimizer{rate: rate} }

// Next begins a step; every parameter must then be moved once.
func (o *Optimizer) Next() {
	t := float64(len(o.steps) + 1)
	o.steps = append(o.steps, f32.AdamWStep{
		Beta1: beta1, Take1: 1 - beta1, Beta2: beta2, Take2: 1 - beta2, Keep: float32(1 - o.rate*decay), Epsilon: epsilon,
		Rate: float32(o.rate / (1 - math.Pow(beta1, t))),
		Root: 1 / float32(math.Sqrt(1-math.Pow(beta2, t))),
	})
}

// Moments are the running means of a slice of parameters' gradients and of their
// squares.
type Moments struct{ mean, square []float32 }

// NewMoments returns the moments of n parameters.
func NewMoments(n int) Moments { return Moments{make([]float32, n), make([]float32, n)} }

// Slice returns the moments of parameters lo to hi-1, sharing memory.
func (m Moments) Slice(lo, hi int) Moments { return Moments{m.mean[lo:hi], m.square[lo:hi]} }

// Move takes the step under way for some parameters.
// Several goroutines may move different parameters.
func (o *Optimizer) Move(params, gradient []float32, m Moments) {
	f32.AdamW(params, gradient, m.mean, m.square, &o.steps[len(o.steps)-1])
}

// Rows are parameters of which a step's gradient touches few rows. The other rows'
// steps wait until a row is wanted and are then taken in one go in registers.
type Rows struct {
	opt     *Optimizer
	params  f32.Mat
	moments Moments
	taken   []int // row → its steps so far
}

// NewRows returns parameters that start at the values of x and share its memory.
func NewRows(o *Optimizer, x f32.Mat) *Rows {
	return &Rows{opt: o, params: x, moments: NewMoments(x.Rows * x.Cols), taken: make([]int, x.Rows)}
}

// Settle takes all steps that row i waits with, the one under way too, for a
// gradient of zero. Several goroutines may settle different rows.
func (r *Rows) Settle(i int) {
	m := r.row(i)
	f32.AdamWStill(r.params.Row(i), m.mean, m.square, r.opt.steps[r.taken[i]:])
	r.taken[i] = len(r.opt.steps)
}

// Move takes the step under way for row i, which was settled before that began.
func (r *Rows) Move(i int, gradient []float32) {
	r.opt.Move(r.params.Row(i), gradient, r.row(i))
	r.taken[i] = len(r.opt.steps)
}

func (r *Rows) row(i int) Moments {
	return r.moments.Slice(i*r.params.Cols, (i+1)*r.params.Cols)
}
