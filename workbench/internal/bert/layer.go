package bert

import (
	"math"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// forward replaces x, the rows of all sequences of w, by what layer l makes of
// them; qkv are their queries, keys and values.
func (e *Encoder) forward(w *workspace, l *layer, x, qkv f32.Mat) {
	context := w.matrix(&w.context, x.Rows, e.hidden)
	for s := range w.sequences() {
		lo, hi := w.starts[s], w.starts[s+1]
		e.attend(w, qkv.RowRange(lo, hi), context.RowRange(lo, hi))
	}
	e.finish(w, l, x, context)
}

// attend computes softmax(Q·Kᵀ)·V head by head for the rows of one sequence.
func (e *Encoder) attend(w *workspace, qkv, context f32.Mat) {
	n, width := qkv.Rows, e.hidden/e.heads
	weights := w.matrix(&w.weights, n, n)
	for at := 0; at < e.hidden; at += width {
		w.keys.PackRows(qkv.Sub(0, e.hidden+at, n, width), 1)
		f32.Gemm(weights, qkv.Sub(0, at, n, width), &w.keys, false, 1)
		for i := range n {
			f32.Softmax(weights.Row(i))
		}
		w.values.PackCols(qkv.Sub(0, 2*e.hidden+at, n, width), 1)
		f32.Gemm(context.Sub(0, at, n, width), weights, &w.values, false, 1)
	}
}

// finishRows is how many rows pass the feed-forward part at a time: so many
// that their wide rows stay in the second-level cache.
const finishRows = 84

// finish does what follows attention: projection, residual, norm,
// feed-forward, residual, norm. The residual is what the products add to.
func (e *Encoder) finish(w *workspace, l *layer, x, context f32.Mat) {
	parts := max(1, (x.Rows+finishRows/2)/finishRows)
	for part := range parts { // of nearly equal height
		lo, hi := x.Rows*part/parts, x.Rows*(part+1)/parts
		rows := x.RowRange(lo, hi)
		wide := w.matrix(&w.wide, hi-lo, e.inter)
		f32.Gemm(rows, context.RowRange(lo, hi), &l.output.Panels, true, 1)
		e.normRows(rows, l.output.bias, l.attentionNorm)
		f32.GemmBias(wide, rows, &l.up.Panels, l.up.bias, 1)
		for i := range wide.Rows {
			activate(e.activation, wide.Row(i))
		}
		f32.Gemm(rows, wide, &l.down.Panels, true, 1)
		e.normRows(rows, l.down.bias, l.outputNorm)
	}
}

// normRows adds bias to every row and normalises it.
func (e *Encoder) normRows(x f32.Mat, bias []float32, n hf.Norm) {
	for i := range x.Rows {
		f32.LayerNorm(x.Row(i), bias, n.Gain, n.Bias, e.eps)
	}
}

// activate applies a function to every element of x.
func activate(a hf.Activation, x []float32) {
	switch a {
	case hf.GELU:
		f32.Gelu(x)
	case hf.GELUTanh:
		for i, v := range x {
			u := float64(v)
			x[i] = float32(u / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(u+0.044715*u*u*u))))
		}
	case hf.ReLU:
		for i, v := range x {
			x[i] = max(v, 0)
		}
	case hf.Tanh:
		for i, v := range x {
			x[i] = float32(math.Tanh(float64(v)))
		}
	default:
		panic("bert: unknown activation " + string(a))
	}
}
