// Package bert runs BERT encoders (MiniLM and DistilBERT are such) in float32:
// logits of a cross-encoder, pooled vectors of a dual encoder.
//
// Sequences are worked in chunks of a few hundred tokens, end to end without
// padding, so that memory does not grow with their number and no arithmetic
// is spent on filling. What comes out for one sequence has the same bits
// whatever sequences stand beside it and however many threads or callers run.
package bert

import (
	"math"
	"runtime"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
	"axn/workbench/internal/pooling"
)

// Encoder is a model with its weights packed for the matrix kernels. Any
// number of goroutines may use one at once.
type Encoder struct {
	hidden, heads, inter int
	eps                  float32
	activation           hf.Activation

	words, positions, types f32.Mat
	norm                    hf.Norm
	layers                  []layer
	first                   *firstRow // the last layer again, for row 0 of a sequence alone
	head                    *head     // nil in a dual encoder

	top *pooling.Top // nil in a cross-encoder

	idle chan *workspace // as many as there are cores; nil ones are made when first taken
}

// linear is y = x·W + b.
type linear struct {
	f32.Panels
	bias []float32
}

// layer is one transformer layer.
type layer struct {
	qkv                       linear // query (scaled by 1/√(head width)), key and value side by side
	output                    linear
	attentionNorm, outputNorm hf.Norm
	up, down                  linear
}

// head turns the last layer's row 0 into the logit.
type head struct {
	dense      linear
	activation hf.Activation
	out        []float32
	bias       float32
}

// New packs a model. It keeps the model's embeddings and norms, none of its
// matrices.
func New(m *hf.Model) *Encoder {
	c := m.Config
	e := &Encoder{
		hidden: c.Hidden, heads: c.Heads, inter: c.Intermediate, eps: c.Epsilon, activation: c.Activation,
		words: f32.View(m.Words, c.Vocab, c.Hidden), positions: f32.View(m.Positions, c.Positions, c.Hidden),
		types: f32.View(m.Types, len(m.Types)/c.Hidden, c.Hidden), norm: m.Norm,
		idle: make(chan *workspace, runtime.GOMAXPROCS(0)),
	}
	for range cap(e.idle) {
		e.idle <- nil
	}
	if m.Top != nil {
		e.top = pooling.New(m)
	}
	rowOnly := m.Head != nil || e.top != nil && e.top.FirstRow()
	for i, l := range m.Layers {
		if rowOnly && i == len(m.Layers)-1 {
			e.first = newFirstRow(l, c.Heads)
		} else {
			e.layers = append(e.layers, newLayer(l, c.Heads))
		}
	}
	if m.Head != nil {
		e.head = &head{newLinear(m.Head.Dense), m.Head.Activation, m.Head.Out.Weight, m.Head.Out.Bias[0]}
	}
	return e
}

func newLinear(l hf.Linear) linear {
	n := linear{bias: l.Bias}
	n.PackRows(f32.View(l.Weight, l.Out, l.In), 1)
	return n
}

func newLayer(l hf.Layer, heads int) layer {
	query := scaled(l.Query, heads)
	joined := hf.Linear{In: query.In, Out: 3 * query.Out}
	for _, part := range []hf.Linear{query, l.Key, l.Value} {
		joined.Weight = append(joined.Weight, part.Weight...)
		joined.Bias = append(joined.Bias, part.Bias...)
	}
	return layer{
		qkv: newLinear(joined), output: newLinear(l.Output),
		attentionNorm: l.AttentionNorm, outputNorm: l.OutputNorm,
		up: newLinear(l.Up), down: newLinear(l.Down),
	}
}

// scaled is the query projection with attention's 1/√(head width) in it.
func scaled(query hf.Linear, heads int) hf.Linear {
	s := float32(1 / math.Sqrt(float64(query.Out/heads)))
	q := hf.Linear{In: query.In, Out: query.Out, Weight: append([]float32(nil), query.Weight...), Bias: append([]float32(nil), query.Bias...)}
	f32.Scale(s, q.Weight)
	f32.Scale(s, q.Bias)
	return q
}
