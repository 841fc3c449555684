package encoder

import (
	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// decoder makes one row of the rows of a sequence: that from which the first token of an answer is told.
type decoder struct {
	start  []float32
	layers []decoderLayer
	final  norm
}

// decoderLayer is one layer of it. Its self-attention sees the one token there is, whose weight is 1.
type decoderLayer struct {
	norm          norm
	value, output linear
	answer        *oneRow // attention to the encoder's rows, and the feed-forward part
}

func (e *Encoder) newDecoder(d *hf.Decoder, bytes bool) (*decoder, error) {
	n := &decoder{start: d.Start, final: newNorm(d.Final)}
	err := d.Layers(func(l *hf.DecoderLayer) {
		e.scaleQuery(&l.Layer)
		n.layers = append(n.layers, decoderLayer{
			norm: newNorm(l.Norm), value: newLinear(l.Value, bytes), output: newLinear(l.Output, bytes),
			answer: e.newOneRow(&l.Layer, e.newLayer(&l.Layer, bytes), bytes),
		})
	})
	return n, err
}

// decode returns the decoder's row for each sequence of w, of which x are the encoder's rows.
func (e *Encoder) decode(w *workspace, x f32.Mat) f32.Mat {
	rows := w.matrix(&w.rows, w.sequences(), e.Hidden)
	for s := range rows.Rows {
		copy(rows.Row(s), e.decoder.start)
	}
	for i := range e.decoder.layers {
		l := &e.decoder.layers[i]
		value := w.matrix(&w.context, rows.Rows, l.value.width())
		l.value.set(w, value, e.normed(w, &w.seen, rows, l.norm))
		e.join(w, rows, value, &l.output, norm{}, norm{})
		query := w.matrix(&w.query, rows.Rows, e.Heads*e.HeadWidth)
		l.answer.query.set(w, query, e.normed(w, &w.seen, rows, l.answer.attentionNorm))
		context := w.matrix(&w.context, rows.Rows, e.Heads*e.HeadWidth)
		e.mixRows(w, l.answer, x, query, context, true)
		e.finish(w, l.answer.layer, rows, context)
	}
	e.addNormRows(rows, w.zero(e.Hidden), e.decoder.final)
	return rows
}
