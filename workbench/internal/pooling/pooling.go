// Package pooling makes one vector of the rows that an encoder gives of a sequence, as the modules
// of sentence-transformers do: poolings side by side, Dense, LayerNorm, Normalize.
package pooling

import (
	"math"

	"axn/workbench/internal/activation"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// Top makes the vectors of one model. Any number of goroutines may use one at once.
type Top struct {
	top  *hf.Top
	rows int // numbers in a row
}

// New is the top of m, whose Top is not nil.
func New(m *hf.Model) *Top { return &Top{m.Top, m.Config.Hidden} }

// Width is how many numbers a vector has.
func (t *Top) Width() int { return t.top.Width(t.rows) }

// FirstRow reports whether a vector is made of the first row alone.
func (t *Top) FirstRow() bool { return t.only(hf.PoolCLS) && !t.top.SkipPrompt }

// LastRow reports whether a vector is made of the last row alone.
func (t *Top) LastRow() bool { return t.only(hf.PoolLast) }

// Mean reports whether a vector is made of the mean of all rows alone.
func (t *Top) Mean() bool { return t.only(hf.PoolMean) && !t.top.SkipPrompt }

func (t *Top) only(p hf.Pooling) bool { return len(t.top.Poolings) == 1 && t.top.Poolings[0] == p }

// SkipsPrompt reports whether the rows of a prompt do not count.
func (t *Top) SkipsPrompt() bool { return t.top.SkipPrompt }

// Vector makes dst, of length Width, of the rows of one sequence, of which the first skip do not
// count. Of FirstRow and LastRow models, rows may be that row alone.
func (t *Top) Vector(dst []float32, rows f32.Mat, skip int) {
	skip = min(skip, rows.Rows-1)
	width := t.rows * len(t.top.Poolings)
	if len(t.top.Modules) == 0 || t.inPlace() {
		t.pool(dst, rows, skip)
		t.modules(dst)
		return
	}
	x := make([]float32, width)
	t.pool(x, rows, skip)
	copy(dst, t.modules(x))
}

// inPlace reports whether no module changes the width.
func (t *Top) inPlace() bool {
	for _, m := range t.top.Modules {
		if m.Dense != nil {
			return false
		}
	}
	return true
}

func (t *Top) pool(dst []float32, rows f32.Mat, skip int) {
	for i, p := range t.top.Poolings {
		Pool(p, dst[i*t.rows:][:t.rows], rows, skip)
	}
}

// modules passes x through the modules; it may change x.
func (t *Top) modules(x []float32) []float32 {
	for _, m := range t.top.Modules {
		switch {
		case m.Dense != nil:
			x = dense(m.Dense, x)
		case m.Norm != nil:
			f32.LayerNorm(x, make([]float32, len(x)), m.Norm.Gain, m.Norm.Bias, m.Norm.Epsilon)
		default:
			Unit(x)
		}
	}
	return x
}

func dense(d *hf.Dense, x []float32) []float32 {
	y := linear(d.Linear, x)
	if d.Activation != "" {
		activation.Apply(d.Activation, y)
	}
	switch {
	case d.Project != nil:
		f32.Axpy(1, linear(*d.Project, x), y)
	case d.Residual:
		f32.Axpy(1, x, y)
	}
	return y
}

func linear(l hf.Linear, x []float32) []float32 {
	y := make([]float32, l.Out)
	f32.Gemv(y, f32.View(l.Weight, l.Out, l.In), x)
	if l.Bias != nil {
		f32.Axpy(1, l.Bias, y)
	}
	return y
}

// Pool makes one vector of the rows x from row skip on.
func Pool(p hf.Pooling, dst []float32, x f32.Mat, skip int) {
	n := x.Rows - skip
	switch p {
	case hf.PoolLast:
		copy(dst, x.Row(x.Rows-1))
		return
	case hf.PoolWeightedMean:
		weightedMean(dst, x, skip)
		return
	}
	copy(dst, x.Row(skip))
	if p == hf.PoolCLS {
		return
	}
	for i := skip + 1; i < x.Rows; i++ {
		if p != hf.PoolMax {
			f32.Axpy(1, x.Row(i), dst)
			continue
		}
		for j, v := range x.Row(i) {
			dst[j] = max(dst[j], v)
		}
	}
	switch p {
	case hf.PoolMean:
		f32.Scale(1/float32(n), dst)
	case hf.PoolMeanSqrt:
		f32.Scale(float32(1/math.Sqrt(float64(n))), dst)
	}
}

// weightedMean has row i, from 1, count i times; the places of the rows skipped stay taken.
func weightedMean(dst []float32, x f32.Mat, skip int) {
	clear(dst)
	var weights float64
	for i := skip; i < x.Rows; i++ {
		f32.Axpy(float32(i+1), x.Row(i), dst)
		weights += float64(i + 1)
	}
	f32.Scale(float32(1/weights), dst)
}

// Unit scales x to length 1; a zero vector stays zero.
func Unit(x []float32) {
	if norm := math.Sqrt(float64(f32.SqNorm(x))); norm > 0 {
		f32.Scale(float32(1/norm), x)
	}
}
