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
	steps int
	step  f32.AdamWStep // the one under way
}

// New returns an Optimizer of the given learning rate.
func New(rate float64) *Optimizer { return &Optimizer{rate: rate} }

// Next begins a step; every parameter must then be moved once.
func (o *Optimizer) Next() {
	o.steps++
	o.step = f32.AdamWStep{
		Beta1: beta1, Take1: 1 - beta1, Beta2: beta2, Take2: 1 - beta2, Keep: float32(1 - o.rate*decay), Epsilon: epsilon,
		Rate: float32(o.rate / (1 - math.Pow(beta1, float64(o.steps)))),
		Root: 1 / float32(math.Sqrt(1-math.Pow(beta2, float64(o.steps)))),
	}
}

// Moments are the running means of a slice of parameters' gradients and of their
// squares.
type Moments struct{ mean, square []float32 }

// NewMoments returns the moments of n parameters.
func NewMoments(n int) Moments { return Moments{make([]float32, n), make([]float32, n)} }

// Slice returns the moments of parameters lo to hi-1, sharing memory.
func (m Moments) Slice(lo, hi int) Moments { return Moments{m.mean[lo:hi], m.square[lo:hi]} }

// Move takes the step under way for some parameters; a nil gradient is zero.
// Several goroutines may move different parameters.
func (o *Optimizer) Move(params, gradient []float32, m Moments) {
	f32.AdamW(params, gradient, m.mean, m.square, &o.step)
}
