package encoder

import (
	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// oneRow is the last layer, of which only one row of each sequence is wanted: that of [CLS], or
// a decoder's last. What follows attention is done for that row alone.
//
// Where keys are products of the rows and nothing else, those of the other rows x are never formed:
// a score is q·(W x + b) = (qᵀW)·x + q·b, whose last term softmax ignores, and the
// context is Σ p (W x + b) = W (Σ p x) + b. That leaves a few products per
// sequence where a full layer has them per token. Keys that are turned or normalised are formed.
type oneRow struct {
	*layer   // whole, for the rows of all tokens
	query    linear
	keyValue *linear      // keys and values side by side, where they are formed
	keys     []f32.Panels // for each head, q (head width) to qᵀW (hidden)
	values   []f32.Panels // for each head, Σ p x (hidden) to the context (head width)
	constant []float32    // of the values, their bias
}

func (e *Encoder) newOneRow(l *hf.Layer, whole *layer, bytes bool) *oneRow {
	wide, narrow := e.Heads*e.HeadWidth, e.KeyHeads*e.HeadWidth
	o := &oneRow{layer: whole, query: newLinear(l.QKV.Rows(0, wide), bytes)}
	if whole.turn != nil || whole.keyNorm != nil || whole.distance != nil || e.KeyHeads != e.Heads {
		keyValue := newLinear(l.QKV.Rows(wide, wide+2*narrow), bytes)
		o.keyValue = &keyValue
		return o
	}
	key, value := l.QKV.Rows(wide, 2*wide), l.QKV.Rows(2*wide, 3*wide)
	o.keys, o.values = make([]f32.Panels, e.Heads), make([]f32.Panels, e.Heads)
	if o.constant = value.Bias; o.constant == nil {
		o.constant = make([]float32, wide)
	}
	for h := range e.Heads {
		part := h * e.HeadWidth * e.Hidden
		o.keys[h].PackCols(f32.View(key.Weight[part:], e.HeadWidth, e.Hidden), 1)
		o.values[h].PackRows(f32.View(value.Weight[part:], e.HeadWidth, e.Hidden), 1)
	}
	return o
}

// forwardOne returns one row of each sequence of w after the last layer, the first or the last, x
// being all rows before it.
func (e *Encoder) forwardOne(w *workspace, x f32.Mat, first bool) f32.Mat {
	o, n := e.last, w.sequences()
	seen := e.normed(w, &w.seen, x, o.before(e))
	rows, reading := w.matrix(&w.rows, n, e.Hidden), w.matrix(&w.reading, n, e.Hidden)
	for s := range n {
		copy(rows.Row(s), x.Row(w.place(s, first)))
		copy(reading.Row(s), seen.Row(w.place(s, first)))
	}
	query := w.matrix(&w.query, n, e.Heads*e.HeadWidth)
	o.query.set(w, query, reading)
	context := w.matrix(&w.context, n, e.Heads*e.HeadWidth)
	if o.keyValue != nil {
		e.mixFormed(w, seen, query, context, first)
	} else {
		e.mixRows(w, o, seen, query, context, first)
	}
	e.finish(w, o.layer, rows, context)
	e.finalRows(w, rows)
	return rows
}

// place is the row of sequence s that is wanted.
func (w *workspace) place(s int, first bool) int {
	if first {
		return w.starts[s]
	}
	last := w.starts[s+1] - 1
	for w.ids[last] == w.pad && last > w.starts[s] {
		last--
	}
	return last
}

// before is the norm of what the layer's attention reads.
func (l *layer) before(e *Encoder) norm {
	if e.PreNorm {
		return l.attentionNorm
	}
	return norm{}
}

// mixRows attends to the rows x themselves.
func (e *Encoder) mixRows(w *workspace, o *oneRow, x, query, context f32.Mat, first bool) {
	n, width := w.sequences(), e.HeadWidth
	back := w.matrix(&w.back, n, e.Hidden)
	for h := range e.Heads {
		f32.Gemm(back, query.Sub(0, h*width, n, width), &o.keys[h], false, 1)
		for s := range n {
			rows := x.RowRange(w.starts[s], w.starts[s+1])
			at := w.place(s, first) - w.starts[s]
			p := w.matrix(&w.weights, 1, rows.Rows)
			f32.Gemv(p.Row(0), rows, back.Row(s))
			if o.bias != nil {
				e.addDistances(w, o.layer, p, f32.Mat{}, rows, h, at, 0)
			}
			lo, hi := e.reach(o.layer, at, rows.Rows)
			e.softmax(p.Row(0)[lo:hi])
			f32.GemvT(back.Row(s), rows.RowRange(lo, hi), p.Row(0)[lo:hi])
		}
		f32.GemmBias(context.Sub(0, h*width, n, width), back, &o.values[h], o.constant[h*width:][:width], 1)
	}
}

// mixFormed attends to keys and values made of the rows x.
func (e *Encoder) mixFormed(w *workspace, x, query, context f32.Mat, first bool) {
	o, width, narrow := e.last, e.HeadWidth, e.KeyHeads*e.HeadWidth
	keyValue := w.matrix(&w.qkv, x.Rows, 2*narrow)
	o.keyValue.set(w, keyValue, x)
	for s := range w.sequences() {
		rows := keyValue.RowRange(w.starts[s], w.starts[s+1])
		at := w.shared[s] + w.place(s, first) - w.starts[s]
		one := query.RowRange(s, s+1)
		e.prepare(o.layer, rows, w.shared[s], 0, e.KeyHeads)
		rows = w.joined(&w.allKeys, w.before(s, keyValue), rows, 0, 2*narrow)
		e.prepare(o.layer, one, at, e.Heads, 0)
		lo, hi := e.reach(o.layer, at, rows.Rows)
		for h := range e.Heads {
			g := h * e.KeyHeads / e.Heads
			keys := rows.Sub(0, g*width, rows.Rows, width)
			p := w.matrix(&w.weights, 1, rows.Rows)
			f32.Gemv(p.Row(0), keys, one.Row(0)[h*width:][:width])
			if o.bias != nil {
				e.addDistances(w, o.layer, p, one.Sub(0, h*width, 1, width), keys, h, at, 0)
			}
			e.softmax(p.Row(0)[lo:hi])
			f32.GemvT(context.Row(s)[h*width:][:width], rows.Sub(lo, narrow+g*width, hi-lo, width), p.Row(0)[lo:hi])
		}
	}
}
