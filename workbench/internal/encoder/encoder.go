// Package encoder runs transformer encoders in float32, and decoders read as such: logits of a
// cross-encoder, pooled vectors of a dual encoder, hidden states. One forward pass serves every
// family; its parts are there or not as the model's description says.
//
// Sequences are worked in chunks of a few hundred tokens, end to end without
// padding, so that memory does not grow with their number and no arithmetic
// is spent on filling. Attention is computed for a block of rows at a time, so that memory grows
// with the length of a sequence and not with its square. What comes out for one sequence has the
// same bits whatever sequences stand beside it and however many threads or callers run.
package encoder

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
	hf.Config

	words, positions, types f32.Mat
	norm                    norm // of the embeddings; nil gain where there is none
	project                 *linear
	layers                  []*layer // the last one apart
	last                    *oneRow  // the last layer, also for one row of a sequence alone
	convolution             *convolution
	final                   norm
	bias                    *distanceBias
	turns                   map[hf.Rotary]*rotation
	decoder                 *decoder // nil where the head reads the encoder's rows
	head                    *head    // nil in a dual encoder

	top *pooling.Top // nil in a cross-encoder with a head

	idle chan *workspace // as many as there are cores; nil ones are made when first taken
}

// layer is one transformer layer.
type layer struct {
	qkv                         linear // query, with attention's scale in it, key and value side by side
	output                      linear
	attentionNorm, outputNorm   norm
	attentionAfter, outputAfter norm // of what the two parts give, before it is added; nil gain where there is none
	queryNorm, keyNorm          []float32
	up, down                    linear // up has the gate before it where there is one
	window                      int    // how far attention reaches in either direction
	turn                        *rotation
	bias                        *distanceBias // nil where distances do not count
	distance                    *distanceProducts
}

// head turns a row of the last layer into the logit.
type head struct {
	row        hf.Pooling
	late       bool  // the mean is taken behind dense
	pad        int32 // an id that is not the last one, though it stands at the end; -1 for none
	dense      *linear
	activation hf.Activation
	norm       norm
	out, less  []float32 // the logit, and one that is subtracted; nil without
	bias       float32
	cap        float64
}

// New packs a model in float32.
func New(m *hf.Model) (*Encoder, error) { return NewIn(m, Precision{}) }

// NewIn packs a model, whose layers it reads one after another. It keeps the model's embeddings and norms,
// none of its matrices.
func NewIn(m *hf.Model, in Precision) (*Encoder, error) {
	c := m.Config
	e := &Encoder{
		Config: c,
		words:  f32.View(m.Words, c.Vocab, c.Embedding), positions: f32.View(m.Positions, len(m.Positions)/c.Embedding, c.Embedding),
		types: f32.View(m.Types, len(m.Types)/c.Embedding, c.Embedding), norm: newNorm(m.Norm), final: newNorm(m.Final),
		turns: map[hf.Rotary]*rotation{},
		idle:  make(chan *workspace, runtime.GOMAXPROCS(0)),
	}
	for range cap(e.idle) {
		e.idle <- nil
	}
	if m.Top != nil {
		e.top = pooling.New(m)
	}
	if m.Project != nil {
		p := newLinear(*m.Project, false)
		e.project = &p
	}
	if m.Convolution != nil {
		e.convolution = newConvolution(m.Convolution)
	}
	if len(m.Distances) > 0 {
		e.bias = newDistanceBias(m)
	}
	if err := m.Layers(func(l *hf.Layer) { e.pack(l, in) }); err != nil {
		return nil, err
	}
	if m.Decoder != nil {
		var err error
		if e.decoder, err = e.newDecoder(m.Decoder, in.Int8 && !in.Last); err != nil {
			return nil, err
		}
	}
	if h := m.Head; h != nil {
		e.head = &head{row: h.Row, late: h.Late, pad: h.Pad, activation: h.Activation, out: h.Out.Weight[:c.Hidden], cap: h.Cap}
		if h.Out.Out > 1 {
			e.head.less = h.Out.Weight[c.Hidden:]
		}
		if h.Dense != nil {
			dense := newLinear(*h.Dense, false)
			e.head.dense = &dense
		}
		if h.Norm != nil {
			e.head.norm = newNorm(*h.Norm)
		}
		if h.Out.Bias != nil {
			e.head.bias = h.Out.Bias[0]
		}
	}
	return e, nil
}

// Width is the length of a row of hidden states.
func (e *Encoder) Width() int { return e.Hidden }

// pack makes the layers of one that was read, which stands in one place or several.
func (e *Encoder) pack(l *hf.Layer, in Precision) {
	e.scaleQuery(l)
	packed := map[bool]*layer{}
	for _, place := range l.Places {
		bytes := in.bytes(place, e.Layers)
		if packed[bytes] == nil {
			packed[bytes] = e.newLayer(l, bytes)
			packed[bytes].qkv, packed[bytes].bias = newLinear(l.QKV, bytes), e.bias
		}
		if place == e.Layers-1 {
			e.last = e.newOneRow(l, packed[bytes], bytes)
		} else {
			e.layers = append(e.layers, packed[bytes])
		}
	}
}

// newLayer makes what a layer has beside its queries, keys and values.
func (e *Encoder) newLayer(l *hf.Layer, bytes bool) *layer {
	n := &layer{
		output:        newLinear(l.Output, bytes),
		attentionNorm: newNorm(l.AttentionNorm), outputNorm: newNorm(l.OutputNorm),
		attentionAfter: newNorm(l.AttentionAfter), outputAfter: newNorm(l.OutputAfter),
		queryNorm: l.QueryNorm, keyNorm: l.KeyNorm,
		up: newLinear(l.Up, bytes), down: newLinear(l.Down, bytes),
		window: math.MaxInt, turn: e.rotation(l.Rotary),
	}
	if l.Local {
		n.window = l.Window
	}
	if e.Disentangled {
		n.distance = e.newDistanceProducts(l)
	}
	return n
}

// scale is what attention multiplies the product of query and key with: 1/√(head width) if the model
// has none of its own, and with the distance terms of DeBERTa, of which it makes a mean, 1/√(3·head width).
func (e *Encoder) scale() float32 {
	if e.Sharpness != 0 {
		return float32(e.Sharpness)
	}
	terms := 1
	if e.Disentangled {
		terms = 3
	}
	return float32(1 / math.Sqrt(float64(terms*e.HeadWidth)))
}

// scaleQuery has attention's scale in the queries of a layer, or in the norm that follows them and would
// undo it.
func (e *Encoder) scaleQuery(l *hf.Layer) {
	if l.QueryNorm != nil {
		f32.Scale(e.scale(), l.QueryNorm)
		return
	}
	query := l.QKV.Rows(0, e.Heads*e.HeadWidth)
	f32.Scale(e.scale(), query.Weight)
	f32.Scale(e.scale(), query.Bias)
}
