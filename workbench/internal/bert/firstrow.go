package bert

import (
	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// firstRow is a layer of which only row 0 of each sequence, the [CLS] row, is
// wanted. Keys and values of the other rows x are never formed: a score is
// q·(W x + b) = (qᵀW)·x + q·b, whose last term softmax ignores, and the
// context is Σ p (W x + b) = W (Σ p x) + b. That leaves a few products per
// sequence where a full layer has them per token.
type firstRow struct {
	layer  // whole, for States
	query  linear
	keys   []f32.Panels // for each head, q (head width) to qᵀW (hidden)
	values []f32.Panels // for each head, Σ p x (hidden) to the context (head width)
	bias   []float32    // of the values
}

func newFirstRow(l hf.Layer, heads int) *firstRow {
	f := &firstRow{
		layer: newLayer(l, heads),
		query: newLinear(scaled(l.Query, heads)),
		keys:  make([]f32.Panels, heads), values: make([]f32.Panels, heads), bias: l.Value.Bias,
	}
	hidden, width := l.Key.In, l.Key.Out/heads
	for h := range heads {
		f.keys[h].PackCols(f32.View(l.Key.Weight[h*width*hidden:], width, hidden), 1)
		f.values[h].PackRows(f32.View(l.Value.Weight[h*width*hidden:], width, hidden), 1)
	}
	return f
}

// forwardFirst returns the last layer's row 0 of each sequence of w, whose
// rows after the layer before it are x.
func (e *Encoder) forwardFirst(w *workspace, f *firstRow, x f32.Mat) f32.Mat {
	n, width := w.sequences(), e.hidden/e.heads
	rows := w.matrix(&w.rows, n, e.hidden)
	for s := range n {
		copy(rows.Row(s), x.Row(w.starts[s]))
	}
	query := w.matrix(&w.qkv, n, e.hidden)
	f32.GemmBias(query, rows, &f.query.Panels, f.query.bias, 1)
	context := w.matrix(&w.context, n, e.hidden)
	back := w.matrix(&w.back, n, e.hidden)
	for h := range e.heads {
		f32.Gemm(back, query.Sub(0, h*width, n, width), &f.keys[h], false, 1)
		for s := range n {
			e.mix(w, back.Row(s), x.RowRange(w.starts[s], w.starts[s+1]))
		}
		f32.GemmBias(context.Sub(0, h*width, n, width), back, &f.values[h], f.bias[h*width:][:width], 1)
	}
	e.finish(w, &f.layer, rows, context)
	return rows
}

// mix replaces u by Σ p·x over the rows x of a sequence, p = softmax(x·u).
func (e *Encoder) mix(w *workspace, u []float32, x f32.Mat) {
	p := w.matrix(&w.weights, 1, x.Rows).Row(0)
	f32.Gemv(p, x, u)
	f32.Softmax(p)
	f32.GemvT(u, x, p)
}
