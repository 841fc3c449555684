package hf

import (
	"fmt"
	"slices"
)

// names are the names of an encoder's tensors. An empty one says that a family has no such part.
type names struct {
	prefix                                 string // of all of them, within a classifier
	words, positions, types, norm, project string
	layer                                  string // with %d for its number
	query, key, value, output              string
	joined                                 string // query, key and value as one tensor, where they are
	queryNorm, keyNorm                     string // of each head
	attentionNorm, outputNorm              string
	gate, up, down                         string
	halves                                 string // gate and up as one tensor, where they are
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

// qwen2Names are Qwen3's, which alone normalises heads.
var qwen2Names = func() names {
	n := qwenNames
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

// below returns the weights of the encoder, whose prefix is there in a classifier and not in an
// encoder saved alone; NomicBERT's own code calls it bert.
func (n *names) below(w weights) weights {
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
	m.readLayers(&n, w)
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

// readLayers reads the layers. ALBERT's are shared: each group of them is one.
func (m *Model) readLayers(n *names, w weights) {
	c := &m.Config
	groups := c.Layers
	if c.Type == "albert" {
		groups = max(1, m.settings.Groups)
	}
	for i := 0; i < groups && *w.err == nil; i++ {
		m.Layers = append(m.Layers, m.readLayer(n, w.at(n.layer, i), i))
	}
	if groups == c.Layers || *w.err != nil {
		return
	}
	shared := m.Layers
	m.Layers = nil
	for i := range c.Layers {
		m.Layers = append(m.Layers, shared[i*groups/c.Layers])
	}
}

func (m *Model) readLayer(n *names, w weights, i int) *Layer {
	c, l := &m.Config, &Layer{}
	wide, narrow := c.Heads*c.HeadWidth, c.KeyHeads*c.HeadWidth
	if n.joined != "" {
		all := w.at("%s", n.joined).linear(wide+2*narrow, c.Hidden, c.AttentionBias)
		l.Query, l.Key, l.Value = all.rows(0, wide), all.rows(wide, wide+narrow), all.rows(wide+narrow, wide+2*narrow)
	} else {
		l.Query = w.at("%s", n.query).linear(wide, c.Hidden, c.AttentionBias)
		l.Key = w.at("%s", n.key).linear(narrow, c.Hidden, c.AttentionBias)
		l.Value = w.at("%s", n.value).linear(narrow, c.Hidden, c.AttentionBias)
	}
	l.Output = w.at("%s", n.output).linear(c.Hidden, wide, c.AttentionBias && !c.BareOutput)
	if n.queryNorm != "" {
		l.QueryNorm = w.tensor(n.queryNorm+".weight", c.HeadWidth)
		l.KeyNorm = w.tensor(n.keyNorm+".weight", c.HeadWidth)
	}
	if c.Type != "modernbert" || i > 0 { // whose first layer follows the norm of the embeddings
		l.AttentionNorm = w.at("%s", n.attentionNorm).norm(c.Hidden, c.NormBias)
	}
	switch {
	case n.halves != "":
		both := w.at("%s", n.halves).linear(2*c.Intermediate, c.Hidden, c.FeedBias)
		l.Gate, l.Up = both.rows(0, c.Intermediate), both.rows(c.Intermediate, 2*c.Intermediate)
	default:
		if c.Gated {
			l.Gate = w.at("%s", n.gate).linear(c.Intermediate, c.Hidden, c.FeedBias)
		}
		l.Up = w.at("%s", n.up).linear(c.Intermediate, c.Hidden, c.FeedBias)
	}
	l.Down = w.at("%s", n.down).linear(c.Hidden, c.Intermediate, c.FeedBias)
	l.OutputNorm = w.at("%s", n.outputNorm).norm(c.Hidden, c.NormBias)
	if l.Theta = c.Theta; c.local(i) {
		l.Theta, l.Window = c.LocalTheta, c.Window
		l.Local = true
	}
	if c.Disentangled {
		l.PositionKey, l.PositionQuery = l.Key, l.Query
		if !m.settings.ShareKey {
			l.PositionKey = w.at("attention.self.pos_key_proj").linear(wide, c.Hidden, true)
			l.PositionQuery = w.at("attention.self.pos_query_proj").linear(wide, c.Hidden, true)
		}
	}
	return l
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

// rows are the rows lo … hi-1 of a matrix and its bias, sharing memory.
func (l Linear) rows(lo, hi int) Linear {
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
	dense      string // empty if the logits are made of the row itself
	activation Activation
	norm       string
	out        string
}

var (
	poolerHead = headNames{dense: "bert.pooler.dense", activation: Tanh, out: "classifier"}
	tanhHead   = headNames{dense: "classifier.dense", activation: Tanh, out: "classifier.out_proj"}
	geluHead   = headNames{dense: "classifier.dense", activation: GELU, out: "classifier.out_proj"}
)

// errNoHead says that a folder holds an encoder without a classifier.
func (m *Model) errNoHead(tensor string) error {
	return fmt.Errorf("%w: config.json says %s, and model.safetensors has no tensor %q: a cross-encoder is a ForSequenceClassification (OpenDualEncoder opens encoders)", ErrUnsupported, m.Config.Architecture, tensor)
}
