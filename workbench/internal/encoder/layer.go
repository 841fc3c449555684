package encoder

import (
	"axn/workbench/internal/activation"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// full passes the rows x of all sequences of w through a layer.
func (e *Encoder) full(w *workspace, l *layer, x f32.Mat) {
	qkv := w.matrix(&w.qkv, x.Rows, l.qkv.width())
	l.qkv.set(w, qkv, e.normed(w, &w.seen, x, l.before(e)))
	e.forward(w, l, x, qkv)
}

// forward replaces x, the rows of all sequences of w, by what layer l makes of
// them; qkv are their queries, keys and values.
func (e *Encoder) forward(w *workspace, l *layer, x, qkv f32.Mat) {
	context := w.matrix(&w.context, x.Rows, e.Heads*e.HeadWidth)
	for s := range w.sequences() {
		lo, hi := w.starts[s], w.starts[s+1]
		rows := qkv.RowRange(lo, hi)
		e.prepare(l, rows, w.shared[s], e.Heads, e.KeyHeads)
		e.attend(w, l, w.before(s, qkv), rows, context.RowRange(lo, hi))
	}
	e.finish(w, l, x, context)
}

// finishRows is how many rows pass the feed-forward part at a time: so many
// that their wide rows stay in the second-level cache.
const finishRows = 84

// finish does what follows attention: projection, residual, norm,
// feed-forward, residual, norm, or with PreNorm each norm before its part. The residual is what the
// products add to.
func (e *Encoder) finish(w *workspace, l *layer, x, context f32.Mat) {
	parts := max(1, (x.Rows+finishRows/2)/finishRows)
	for part := range parts { // of nearly equal height
		lo, hi := x.Rows*part/parts, x.Rows*(part+1)/parts
		rows := x.RowRange(lo, hi)
		e.join(w, rows, context.RowRange(lo, hi), &l.output, l.attentionAfter, l.attentionNorm)
		seen := rows
		if e.PreNorm {
			seen = e.normed(w, &w.seen, rows, l.outputNorm)
		}
		e.join(w, rows, e.widen(w, l, seen), &l.down, l.outputAfter, l.outputNorm)
	}
}

// join adds to rows the product of x, with the norm behind a part where there is one, and without
// PreNorm normalises the sum.
func (e *Encoder) join(w *workspace, rows, x f32.Mat, product *linear, after, sum norm) {
	switch {
	case after.there():
		more := w.matrix(&w.more, rows.Rows, rows.Cols)
		product.set(w, more, x)
		for i := range rows.Rows {
			e.addNorm(more.Row(i), w.zero(rows.Cols), after)
			f32.Axpy(1, more.Row(i), rows.Row(i))
		}
	case e.PreNorm:
		product.add(w, rows, x)
		addRows(rows, product.bias)
	default:
		product.add(w, rows, x)
		e.addNormRows(rows, product.bias, sum)
	}
}

// widen returns the wide rows of the feed-forward part.
func (e *Encoder) widen(w *workspace, l *layer, rows f32.Mat) f32.Mat {
	wide := w.matrix(&w.wide, rows.Rows, l.up.width())
	l.up.set(w, wide, rows)
	for i := range wide.Rows {
		row := wide.Row(i)
		if e.Gated {
			gate(e.Activation, row[:e.Intermediate], row[e.Intermediate:])
		} else {
			activation.Apply(e.Activation, row)
		}
	}
	return wide.Sub(0, 0, wide.Rows, e.Intermediate)
}

// addRows adds bias to every row.
func addRows(x f32.Mat, bias []float32) {
	for i := range x.Rows {
		f32.Axpy(1, bias, x.Row(i))
	}
}

// finalRows applies the norm after the last layer, where there is one.
func (e *Encoder) finalRows(w *workspace, x f32.Mat) {
	if !e.final.there() {
		return
	}
	e.addNormRows(x, w.zero(x.Cols), e.final)
}

// gate multiplies the activated x by y.
func gate(a hf.Activation, x, y []float32) {
	switch a {
	case hf.GELU:
		f32.GeluMul(x, y)
	case hf.SiLU:
		f32.SiluMul(x, y)
	default:
		activation.Apply(a, x)
		for i, v := range y {
			x[i] *= v
		}
	}
}
