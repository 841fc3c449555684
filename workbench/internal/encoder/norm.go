package encoder

import (
	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// norm is a normalisation of a row.
type norm struct{ gain, bias []float32 }

// newNorm fills in what the layer normalisation's kernel reads.
func newNorm(n hf.Norm) norm {
	if n.Gain != nil && n.Bias == nil {
		n.Bias = make([]float32, len(n.Gain))
	}
	return norm{n.Gain, n.Bias}
}

// there says whether a family has the norm.
func (n norm) there() bool { return n.gain != nil }

// add adds more to x and normalises it.
func (e *Encoder) addNorm(x, more []float32, n norm) {
	if !e.RMS {
		f32.LayerNorm(x, more, n.gain, n.bias, e.Epsilon)
		return
	}
	f32.Axpy(1, more, x)
	f32.RMSNorm(x, n.gain, e.Epsilon)
}

// addNormRows adds bias to every row and normalises it.
func (e *Encoder) addNormRows(x f32.Mat, bias []float32, n norm) {
	for i := range x.Rows {
		e.addNorm(x.Row(i), bias, n)
	}
}

// normed returns rows of x normalised, in dst; x itself if the norm is not there.
func (e *Encoder) normed(w *workspace, dst *[]float32, x f32.Mat, n norm) f32.Mat {
	if !n.there() {
		return x
	}
	y := w.matrix(dst, x.Rows, x.Cols)
	for i := range x.Rows {
		row := y.Row(i)
		copy(row, x.Row(i))
		if e.RMS {
			f32.RMSNorm(row, n.gain, e.Epsilon)
		} else {
			f32.LayerNorm(row, w.zero(len(row)), n.gain, n.bias, e.Epsilon)
		}
	}
	return y
}
