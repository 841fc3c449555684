package hf

import (
	"fmt"
	"math"
	"strings"
)

// t5Names are the encoder's; t5Answers are those of the decoder's attention to it, and of what follows. The
// embeddings are shared, or the encoder has its own.
var (
	t5Names = names{
		prefix: "transformer", words: "shared", ownWords: "encoder.embed_tokens", layer: "encoder.block.%d", attentionNorm: "layer.0.layer_norm",
		query: "layer.0.SelfAttention.q", key: "layer.0.SelfAttention.k", value: "layer.0.SelfAttention.v", output: "layer.0.SelfAttention.o",
		outputNorm: "layer.1.layer_norm", gate: "layer.1.DenseReluDense.wi_0", up: "layer.1.DenseReluDense.wi_1", alone: "layer.1.DenseReluDense.wi", down: "layer.1.DenseReluDense.wo",
		final: "encoder.final_layer_norm", distance: "encoder.block.0.layer.0.SelfAttention.relative_attention_bias",
	}
	t5Answers = names{
		layer: "decoder.block.%d", attentionNorm: "layer.1.layer_norm",
		query: "layer.1.EncDecAttention.q", key: "layer.1.EncDecAttention.k", value: "layer.1.EncDecAttention.v", output: "layer.1.EncDecAttention.o",
		outputNorm: "layer.2.layer_norm", gate: "layer.2.DenseReluDense.wi_0", up: "layer.2.DenseReluDense.wi_1", alone: "layer.2.DenseReluDense.wi", down: "layer.2.DenseReluDense.wo",
		final: "decoder.final_layer_norm",
	}
)

// describeT5 is an encoder whose attention knows distances alone, and perhaps a decoder.
func describeT5(f *configFile, c *Config) (err error) {
	c.Hidden, c.Layers, c.Heads, c.HeadWidth, c.Intermediate = f.DModel, f.T5Layers, f.T5Heads, or(f.DKV, 64), f.DFF
	c.Types, c.PositionTable, c.PreNorm, c.RMS, c.Sharpness = 0, false, true, true, 1
	c.AttentionBias, c.FeedBias, c.NormBias = false, false, false
	c.Epsilon = float32(or(f.LongEpsilon, 1e-6))
	c.Positions, c.OpenPositions = f.NPositions, true
	if c.Positions == 0 {
		c.Positions = 512
	}
	c.Buckets, c.MaxDistance = or(f.Buckets, 32), or(f.MaxDistance, 128)
	if c.Buckets < 4 || c.MaxDistance <= c.Buckets/4 {
		return refused("relative_attention_num_buckets is %d for relative_attention_max_distance %d", c.Buckets, c.MaxDistance)
	}
	usual := "relu"
	if c.Type == "mt5" {
		usual = "gated-gelu"
	}
	act := orDefault(f.FeedForward, usual)
	if act == "gated-gelu" {
		act = "gated-gelu_new"
	}
	act, c.Gated = strings.CutPrefix(act, "gated-")
	if c.Activation, err = activation("feed_forward_proj", act, ReLU); err != nil {
		return err
	}
	if c.Architecture == "" || strings.HasSuffix(c.Architecture, "ForConditionalGeneration") {
		return c.decoder(f)
	}
	return nil
}

// decoder reads what config.json says of the decoder. T5 scales its rows where its first version did: where
// words and answers share their matrix.
func (c *Config) decoder(f *configFile) error {
	c.Decoder, c.DecoderStart = or(f.DecoderLayers, c.Layers), or(f.DecoderStart, or(f.Pad, 0))
	if c.Decoder < 1 || c.Decoder > maxSize {
		return fmt.Errorf("num_decoder_layers is %d", c.Decoder)
	}
	if c.DecoderStart < 0 || int(c.DecoderStart) >= c.Vocab {
		return fmt.Errorf("decoder_start_token_id is %d, and vocab_size %d", c.DecoderStart, c.Vocab)
	}
	if c.Type == "t5" && or(f.AnswersScaled, or(f.Tied, true)) {
		c.AnswerScale = 1 / math.Sqrt(float64(c.Hidden))
	}
	return nil
}

// Decoder answers in one token after an encoder has read its input. It is given the token that every answer
// begins with, and attends to the encoder's rows.
type Decoder struct {
	Start  []float32                            // the embedding of that token
	Layers func(do func(l *DecoderLayer)) error // as Model.Layers
	Final  Norm
}

// DecoderLayer is one layer of a decoder. Its self-attention sees one token, and so gives the token's
// value. What Layer has is the attention to the encoder's rows, whose keys and values are theirs, and the
// feed-forward part.
type DecoderLayer struct {
	Norm          Norm
	Value, Output Linear // Value without a bias
	Layer
}

// readDecoder reads the decoder from the folder of the encoder.
func (m *Model) readDecoder(w weights) (err error) {
	w.err = &err
	c := &m.Config
	d := &Decoder{Start: m.row(w, c.DecoderStart, "decoder.embed_tokens.weight", "shared.weight")}
	d.Final = w.at("%s", t5Answers.final).norm(c.Hidden, false)
	checking := w
	checking.checking = true
	m.readDecoderLayers(checking, func(*DecoderLayer) {})
	d.Layers = func(do func(l *DecoderLayer)) error {
		return m.reopened(func(w weights) { m.readDecoderLayers(w, do) })
	}
	m.Decoder = d
	return err
}

func (m *Model) readDecoderLayers(w weights, do func(*DecoderLayer)) {
	c, l := &m.Config, &DecoderLayer{}
	wide := c.Heads * c.HeadWidth
	for i := 0; i < c.Decoder && *w.err == nil; i++ {
		at := w.at(t5Answers.layer, i)
		own := at.at("layer.0")
		l = &DecoderLayer{
			Norm:   own.at("layer_norm").norm(c.Hidden, false),
			Value:  own.below(l.Value, c.Hidden, false, rowsOf{"SelfAttention.v", wide}),
			Output: own.below(l.Output, wide, false, rowsOf{"SelfAttention.o", c.Hidden}),
			Layer:  *m.readLayer(&t5Answers, at, i, &l.Layer),
		}
		if *w.err == nil {
			do(l)
		}
	}
}
