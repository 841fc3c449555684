package hf

import (
	"fmt"
	"slices"
)

// names are the names of an encoder's tensors. An empty one says that a family has no such part.
type names struct {
	prefix                                 string // of all of them, within a classifier
	words, positions, types, norm, project string
	ownWords                               string // words where the encoder has others than the decoder
	layer                                  string // with %d for its number
	query, key, value, output              string
	joined                                 string // query, key and value as one tensor, where they are not apart
	queryNorm, keyNorm                     string // of each head
	attentionNorm, outputNorm              string
	attentionAfter, outputAfter            string // norms of what the parts give, before it is added
	gate, up, down                         string
	alone                                  string // up where there is no gate, if it is called otherwise then
	halves                                 string // gate and up as one tensor, where they are
	upFirst                                bool   // of which up is the first
	final                                  string // the norm after the last layer
	distance, distanceNorm                 string // what attention has for the distance of two tokens
}

func bertNames(prefix string) names {
	return names{
		prefix: prefix, words: "embeddings.word_embeddings", positions: "embeddings.position_embeddings", types: "embeddings.token_type_embeddings",
		norm: "embeddings.LayerNorm", project: "embeddings_project", layer: "encoder.layer.%d",
		query: "attention.self.query", key: "attention.self.key", value: "attention.self.value", output: "attention.output.dense",
		attentionNorm: "attention.output.LayerNorm", up: "intermediate.dense", down: "output.dense", outputNorm: "output.LayerNorm",
	}
}

var distilNames = names{
	prefix: "distilbert", words: "embeddings.word_embeddings", positions: "embeddings.position_embeddings", norm: "embeddings.LayerNorm",
	layer: "transformer.layer.%d", query: "attention.q_lin", key: "attention.k_lin", value: "attention.v_lin", output: "attention.out_lin",
	attentionNorm: "sa_layer_norm", up: "ffn.lin1", down: "ffn.lin2", outputNorm: "output_layer_norm",
}

var mpnetNames = names{
	prefix: "mpnet", words: "embeddings.word_embeddings", positions: "embeddings.position_embeddings", norm: "embeddings.LayerNorm",
	layer: "encoder.layer.%d", query: "attention.attn.q", key: "attention.attn.k", value: "attention.attn.v", output: "attention.attn.o",
	attentionNorm: "attention.LayerNorm", up: "intermediate.dense", down: "output.dense", outputNorm: "output.LayerNorm",
	distance: "encoder.relative_attention_bias",
}

// ALBERT's layers are few; readLayers says which each one is.
var albertNames = names{
	prefix: "albert", words: "embeddings.word_embeddings", positions: "embeddings.position_embeddings", types: "embeddings.token_type_embeddings",
	norm: "embeddings.LayerNorm", project: "encoder.embedding_hidden_mapping_in", layer: "encoder.albert_layer_groups.%d.albert_layers.0",
	query: "attention.query", key: "attention.key", value: "attention.value", output: "attention.dense",
	attentionNorm: "attention.LayerNorm", up: "ffn", down: "ffn_output", outputNorm: "full_layer_layer_norm",
}

var modernNames = names{
	prefix: "model", words: "embeddings.tok_embeddings", norm: "embeddings.norm", layer: "layers.%d",
	joined: "attn.Wqkv", output: "attn.Wo", attentionNorm: "attn_norm", halves: "mlp.Wi", down: "mlp.Wo", outputNorm: "mlp_norm", final: "final_norm",
}

var qwenNames = names{
	prefix: "model", words: "embed_tokens", layer: "layers.%d",
	query: "self_attn.q_proj", key: "self_attn.k_proj", value: "self_attn.v_proj", output: "self_attn.o_proj",
	queryNorm: "self_attn.q_norm", keyNorm: "self_attn.k_norm", attentionNorm: "input_layernorm",
	gate: "mlp.gate_proj", up: "mlp.up_proj", down: "mlp.down_proj", outputNorm: "post_attention_layernorm", final: "norm",
}

// llamaNames are Qwen3's, which alone normalises heads.
var llamaNames = func() names {
	n := qwenNames
	n.queryNorm, n.keyNorm = "", ""
	return n
}()

// gemma3Names are Qwen3's with norms behind the parts of a layer.
var gemma3Names = func() names {
	n := qwenNames
	n.attentionAfter, n.outputNorm, n.outputAfter = "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm"
	return n
}()

// gemma2Names are Gemma 3's, which alone normalises heads.
var gemma2Names = func() names {
	n := gemma3Names
	n.queryNorm, n.keyNorm = "", ""
	return n
}()

var debertaNames = names{
	prefix: "deberta", words: "embeddings.word_embeddings", positions: "embeddings.position_embeddings", types: "embeddings.token_type_embeddings",
	norm: "embeddings.LayerNorm", project: "embeddings.embed_proj", layer: "encoder.layer.%d",
	query: "attention.self.query_proj", key: "attention.self.key_proj", value: "attention.self.value_proj", output: "attention.output.dense",
	attentionNorm: "attention.output.LayerNorm", up: "intermediate.dense", down: "output.dense", outputNorm: "output.LayerNorm",
	distance: "encoder.rel_embeddings", distanceNorm: "encoder.LayerNorm",
}

// nomicNames are those of NomicBERT's own code, which transformers writes, too.
var nomicNames = names{
	prefix: "nomic_bert", words: "embeddings.word_embeddings", types: "embeddings.token_type_embeddings", norm: "emb_ln",
	layer: "encoder.layers.%d", joined: "attn.Wqkv", output: "attn.out_proj",
	attentionNorm: "norm1", gate: "mlp.fc12", up: "mlp.fc11", down: "mlp.fc2", outputNorm: "norm2",
}

// gteNames are those of GTE's own code, which transformers writes, too, below a prefix of its own.
func gteNames(prefix string) names {
	return names{
		prefix: prefix, words: "embeddings.word_embeddings", types: "embeddings.token_type_embeddings", norm: "embeddings.LayerNorm",
		layer: "encoder.layer.%d", query: "attention.q_proj", key: "attention.k_proj", value: "attention.v_proj", joined: "attention.qkv_proj", output: "attention.o_proj",
		attentionNorm: "attn_ln", halves: "mlp.up_gate_proj", upFirst: true, down: "mlp.down_proj", outputNorm: "mlp_ln",
	}
}

// below returns the weights of the encoder, whose prefix is there in a classifier and not in an
// encoder saved alone; NomicBERT's own code calls it bert.
func (n *names) below(w weights) weights {
	if n.ownWords != "" && (w.has(n.ownWords+".weight") || w.at("%s", n.prefix).has(n.ownWords+".weight")) {
		n.words = n.ownWords
	}
	var found []weights
	for _, below := range []weights{w, w.at("%s", n.prefix), w.at("bert")} {
		if below.has(n.words+".weight") && !slices.ContainsFunc(found, func(f weights) bool { return f.prefix == below.prefix }) {
			found = append(found, below)
		}
	}
	switch len(found) {
	case 0:
		return w.at("%s", n.prefix)
	case 1:
	default:
		*w.err = fmt.Errorf("both %q and %q are there: which encoder is meant cannot be told", found[0].prefix+n.words+".weight", found[1].prefix+n.words+".weight")
	}
	return found[0]
}

// readEncoder reads embeddings and layers.
func (m *Model) readEncoder(w weights) (err error) {
	w.err = &err
	c, n := &m.Config, families[m.Config.Type].names
	w.gainsFrom = c.GainsFrom
	w = n.below(w)
	m.Words = w.tensor(n.words+".weight", c.Vocab, c.Embedding)
	if c.PositionTable {
		m.Positions = w.tensor(n.positions+".weight", c.FirstPosition+c.Positions, c.Embedding)
	}
	if c.Types > 0 {
		m.Types = w.tensor(n.types+".weight", c.Types, c.Embedding)
	}
	between := c.Hidden // where the norm of the embeddings stands
	if c.Type == "albert" || c.Type == "electra" {
		between = c.Embedding
	}
	if n.norm != "" {
		m.Norm = w.at("%s", n.norm).norm(between, c.NormBias)
	}
	if n.project != "" && (c.Embedding != c.Hidden || c.Type == "albert") {
		p := w.at("%s", n.project).linear(c.Hidden, c.Embedding, c.Type != "deberta-v2")
		m.Project = &p
	}
	checking := w
	checking.checking = true
	m.readLayers(&n, checking, func(*Layer) {})
	if c.Kernel > 0 {
		m.readConvolution(w.at("encoder.conv"))
	}
	if n.final != "" {
		m.Final = w.at("%s", n.final).norm(c.Hidden, c.NormBias)
	}
	if c.Buckets > 0 {
		m.readDistances(&n, w)
	}
	return err
}

// reopened reads the encoder's weights once more.
func (m *Model) reopened(read func(weights)) error {
	file, _, err := openWeights(m.encoder)
	if err != nil {
		return err
	}
	defer file.Close()
	n := families[m.Config.Type].names
	read(n.below(weights{file: file, gainsFrom: m.Config.GainsFrom, err: &err}))
	if err != nil {
		return fmt.Errorf("model.safetensors: %w", err)
	}
	return nil
}

// readLayers reads the layers. ALBERT's are shared: each group of them is one.
func (m *Model) readLayers(n *names, w weights, do func(*Layer)) {
	c, l, groups := &m.Config, &Layer{}, m.Config.Layers
	if c.Type == "albert" {
		groups = max(1, m.settings.Groups)
	}
	for place, group := 0, 0; group < groups && *w.err == nil; group++ {
		l = m.readLayer(n, w.at(n.layer, group), group, l)
		for ; place < c.Layers && place*groups/c.Layers == group; place++ {
			l.Places = append(l.Places, place)
		}
		if *w.err == nil {
			do(l)
		}
	}
}

// readLayer reads layer i into the memory of the matrices of old.
func (m *Model) readLayer(n *names, w weights, i int, old *Layer) *Layer {
	c, l := &m.Config, &Layer{}
	wide, narrow := c.Heads*c.HeadWidth, c.KeyHeads*c.HeadWidth
	qkv := []rowsOf{{n.query, wide}, {n.key, narrow}, {n.value, narrow}}
	if n.joined != "" && !(n.query != "" && w.at("%s", n.query).has("weight")) {
		qkv = []rowsOf{{n.joined, wide + 2*narrow}}
	}
	l.QKV = w.below(old.QKV, c.Hidden, c.AttentionBias, qkv...)
	l.Output = w.below(old.Output, wide, c.AttentionBias && !c.BareOutput, rowsOf{n.output, c.Hidden})
	if n.queryNorm != "" {
		l.QueryNorm = w.gain(n.queryNorm+".weight", c.HeadWidth)
		l.KeyNorm = w.gain(n.keyNorm+".weight", c.HeadWidth)
	}
	if c.Type != "modernbert" || i > 0 { // whose first layer follows the norm of the embeddings
		l.AttentionNorm = w.at("%s", n.attentionNorm).norm(c.Hidden, c.NormBias)
	}
	l.Up = m.readUp(n, w, old.Up)
	l.Down = w.below(old.Down, c.Intermediate, c.FeedBias || c.DownBias, rowsOf{n.down, c.Hidden})
	l.OutputNorm = w.at("%s", n.outputNorm).norm(c.Hidden, c.NormBias)
	if n.attentionAfter != "" {
		l.AttentionAfter = w.at("%s", n.attentionAfter).norm(c.Hidden, c.NormBias)
		l.OutputAfter = w.at("%s", n.outputAfter).norm(c.Hidden, c.NormBias)
	}
	if l.Rotary = c.Rotary; c.local(i) {
		l.Rotary, l.Window, l.Local = c.LocalRotary, c.Window, true
	}
	if c.Disentangled && !m.settings.ShareKey {
		l.PositionKey = w.below(old.PositionKey, c.Hidden, true, rowsOf{"attention.self.pos_key_proj", wide})
		l.PositionQuery = w.below(old.PositionQuery, c.Hidden, true, rowsOf{"attention.self.pos_query_proj", wide})
	}
	return l
}

// readUp reads the first product of the feed-forward part, with the gate above it where there is one.
func (m *Model) readUp(n *names, w weights, old Linear) Linear {
	c := &m.Config
	parts := []rowsOf{{orDefault(n.alone, n.up), c.Intermediate}}
	switch {
	case n.halves != "":
		parts = []rowsOf{{n.halves, 2 * c.Intermediate}}
	case c.Gated:
		parts = []rowsOf{{n.gate, c.Intermediate}, {n.up, c.Intermediate}}
	}
	up := w.below(old, c.Hidden, c.FeedBias, parts...)
	if n.upFirst && !w.checking && *w.err == nil {
		swapHalves(up.Weight)
		swapHalves(up.Bias)
	}
	return up
}

// swapHalves has the second half of x come first.
func swapHalves(x []float32) {
	first, second := x[:len(x)/2], x[len(x)/2:]
	for i, v := range first {
		first[i], second[i] = second[i], v
	}
}

// readConvolution reads DeBERTa's convolution, whose weights are Hidden×Hidden×Kernel.
func (m *Model) readConvolution(w weights) {
	h, n := m.Config.Hidden, m.Config.Kernel
	all := w.tensor("conv.weight", h, h, n)
	v := &Convolution{Bias: w.tensor("conv.bias", h), Norm: w.at("LayerNorm").norm(h, true)}
	if m.Convolution = v; *w.err != nil {
		return
	}
	for k := range n {
		part := Linear{In: h, Out: h, Weight: make([]float32, h*h)}
		for i := range part.Weight {
			part.Weight[i] = all[i*n+k]
		}
		v.Kernel = append(v.Kernel, part)
	}
}

// readDistances reads what attention has for the distance of two tokens.
func (m *Model) readDistances(n *names, w weights) {
	c := &m.Config
	if !c.Disentangled {
		m.Distances = w.tensor(n.distance+".weight", c.Buckets, c.Heads)
		return
	}
	m.Distances = w.tensor(n.distance+".weight", 2*c.Buckets, c.Hidden)
	if m.settings.NormRelative == "layer_norm" {
		m.DistanceNorm = w.at("%s", n.distanceNorm).norm(c.Hidden, true)
	}
}

// Rows are the rows lo … hi-1 of a matrix and its bias, sharing memory.
func (l Linear) Rows(lo, hi int) Linear {
	part := Linear{In: l.In, Out: hi - lo}
	if len(l.Weight) >= hi*l.In { // else it could not be read
		part.Weight = l.Weight[lo*l.In : hi*l.In]
	}
	if l.Bias != nil {
		part.Bias = l.Bias[lo:hi]
	}
	return part
}

// headNames are the tensors of a sequence classifier's head, and its activation.
type headNames struct {
	row        Pooling // "" is the first
	dense      string  // empty if the logits are made of the row itself
	activation Activation
	norm       string
	out        string
}

var (
	poolerHead = headNames{dense: "bert.pooler.dense", activation: Tanh, out: "classifier"}
	tanhHead   = headNames{dense: "classifier.dense", activation: Tanh, out: "classifier.out_proj"}
	lastHead   = headNames{row: PoolLast, out: "score"}
	geluHead   = headNames{dense: "classifier.dense", activation: GELU, out: "classifier.out_proj"}
)

// errNoHead says that a folder holds an encoder without a classifier.
func (m *Model) errNoHead(tensor string) error {
	return fmt.Errorf("%w: config.json says %s, and model.safetensors has no tensor %q: a cross-encoder is a ForSequenceClassification (OpenDualEncoder opens encoders)", ErrUnsupported, m.Config.Architecture, tensor)
}
