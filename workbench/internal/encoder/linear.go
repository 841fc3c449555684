package encoder

import (
	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
	"axn/workbench/internal/i8"
)

// Precision says in what the products with a model's weights are computed. Everything else is float32:
// embeddings, norms, attention's products, softmax, activations, residuals and the head.
type Precision struct {
	Int8        bool // weights and what they meet as bytes; see package i8
	First, Last bool // the first or the last layer in float32 all the same
}

// bytes tells whether layer i of n is in bytes.
func (p Precision) bytes(i, n int) bool {
	return p.Int8 && !(p.First && i == 0) && !(p.Last && i == n-1)
}

// Layers is how many of n layers are in bytes.
func (p Precision) Layers(n int) (bytes int) {
	for i := range n {
		if p.bytes(i, n) {
			bytes++
		}
	}
	return bytes
}

// String names what is computed, "float32" or as "int8 but for the first layer".
func (p Precision) String() string {
	switch {
	case !p.Int8:
		return "float32"
	case p.First && p.Last:
		return "int8 but for the first and the last layer"
	case p.First:
		return "int8 but for the first layer"
	case p.Last:
		return "int8 but for the last layer"
	}
	return "int8"
}

// linear is y = x·W + b.
type linear struct {
	panels f32.Panels
	bytes  *i8.Panels // in place of panels; nil in float32
	bias   []float32
}

func newLinear(l hf.Linear, bytes bool) linear {
	n := linear{bias: l.Bias}
	if n.bias == nil {
		n.bias = make([]float32, l.Out)
	}
	if weights := f32.View(l.Weight, l.Out, l.In); bytes && l.In <= i8.MaxK {
		n.bytes = i8.PackRows(weights)
	} else {
		n.panels.PackRows(weights, 1)
	}
	return n
}

// width is the length of a row of y.
func (l *linear) width() int { return len(l.bias) }

// set computes y = x·W + b.
func (l *linear) set(w *workspace, y, x f32.Mat) {
	if l.bytes == nil {
		f32.GemmBias(y, x, &l.panels, l.bias, 1)
		return
	}
	w.bytes.Set(x)
	i8.GemmBias(y, &w.bytes, l.bytes, l.bias)
}

// add computes y += x·W, without the bias.
func (l *linear) add(w *workspace, y, x f32.Mat) {
	if l.bytes == nil {
		f32.Gemm(y, x, &l.panels, true, 1)
		return
	}
	w.bytes.Set(x)
	i8.Gemm(y, &w.bytes, l.bytes)
}
