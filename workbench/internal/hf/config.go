package hf

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
)

// Config describes an encoder: its sizes, and what one family has that another has not.
type Config struct {
	Type            string // model_type of config.json
	Vocab, Hidden   int
	Embedding       int // width of the embeddings; ELECTRA and ALBERT project them to Hidden
	Layers          int
	Heads, KeyHeads int // of queries, and of keys and values, of which each serves Heads/KeyHeads
	HeadWidth       int
	Intermediate    int
	Positions       int // most ids of one input
	Types           int // token types; 0 where there are none

	FirstPosition int   // row of the position table that the first id takes
	Pad           int32 // an id that takes the row before that one and counts for no position; -1 for none
	PositionTable bool  // positions are learnt and added to the embeddings
	Rotary        Rotary
	LocalRotary   Rotary // in local layers
	Window        int    // how far a local layer looks in either direction
	Local         []bool // for each layer; nil if none is
	Buckets       int    // of the distances between tokens; 0 where attention has no term for them
	MaxDistance   int    // from which on they share a bucket; 0 where every distance is one
	Disentangled  bool   // the distance terms are products with queries and keys, as in DeBERTa

	Kernel           int // rows of embeddings that a convolution beside the first layer reads; 0 where there is none
	KernelActivation Activation

	PreNorm    bool       // layers normalise what they read, not what they return
	RMS        bool       // norms divide by the root mean square and subtract nothing
	Causal     bool       // a token attends to those before it
	LastPad    int32      // ids at the end of an input that a classifier does not read; -1 for none
	Activation Activation // of the feed-forward part
	Gated      bool       // which has a second product that the activated one is multiplied with
	Epsilon    float32    // of every normalisation

	AttentionBias, FeedBias, NormBias bool    // whether those have additive terms
	BareOutput                        bool    // of attention, the output has none
	DownBias                          bool    // of the feed-forward part, the last product has one all the same
	GainsFrom                         float32 // what is added to the gains of norms as they lie in the file
	WordScale                         float64 // what embeddings of words are multiplied with; 0 is 1
	Sharpness                         float64 // what products of query and key are multiplied with; 0 is 1/√HeadWidth

	AttentionCap, LogitCap float64 // products of query and key, and logits, x count as Cap·tanh(x/Cap); 0 leaves them

	OpenPositions bool    // Positions is what is usual, not a limit
	Decoder       int     // layers of a decoder that answers in words; 0 where there is none
	DecoderStart  int32   // the token that it begins with
	AnswerScale   float64 // what its rows are multiplied with before the logits; 0 is 1

	Labels         int    // logits of a classifier as config.json says, 0 when it does not
	TokenizerClass string // where tokenizer_config.json names none
	Architecture   string // what was saved, such as BertForSequenceClassification
	Name           string // of the model it was saved from, or ""
}

// local says whether layer i is a local one.
func (c *Config) local(i int) bool { return i < len(c.Local) && c.Local[i] }

// Activation is an element-wise function.
type Activation string

// The activations that occur. GELU is the exact one with erf, GELUTanh its approximation.
const (
	GELU     Activation = "gelu"
	GELUTanh Activation = "gelu_tanh"
	ReLU     Activation = "relu"
	Tanh     Activation = "tanh"
	SiLU     Activation = "silu"
)

// activations maps transformers' names.
var activations = map[string]Activation{
	"gelu": GELU, "gelu_python": GELU, "relu": ReLU, "silu": SiLU, "swish": SiLU,
	"gelu_new": GELUTanh, "gelu_fast": GELUTanh, "gelu_pytorch_tanh": GELUTanh, "gelu_python_tanh": GELUTanh, "gelu_accurate": GELUTanh, "tanh": Tanh,
}

// activation looks a name up; an empty one is the other given.
func activation(key, name string, otherwise Activation) (Activation, error) {
	if name == "" {
		return otherwise, nil
	}
	a, ok := activations[name]
	if !ok {
		return "", refused("%s is %q", key, name)
	}
	return a, nil
}

// refused is an error about a setting of config.json, with the way round it.
func refused(format string, args ...any) error {
	return fmt.Errorf("%w: %s; RerankClient scores by a server that runs the model", ErrUnsupported, fmt.Sprintf(format, args...))
}

// checkActivation takes the functions that sentence-transformers puts on top of a logit as far as
// they leave the order as it is; a score here is the logit.
func checkActivation(name string) error {
	switch name[strings.LastIndex(name, ".")+1:] {
	case "", "Identity", "Sigmoid":
		return nil
	}
	return refused("activation_fn is %q; a score here is the logit before Identity or Sigmoid", name)
}

// maxSize bounds every size in a config.json, so that a malformed one cannot ask for much memory.
const maxSize = 1 << 20

func (m *Model) readConfig(dir string) error {
	var f configFile
	err := m.readJSON(filepath.Join(dir, "config.json"), &f)
	if err != nil {
		return err
	}
	if m.Config, err = f.config(); err == nil {
		err = m.Config.check()
	}
	if err != nil {
		return fmt.Errorf("config.json: %w", err)
	}
	m.settings = f
	return nil
}

// rewritten are the model types whose own Python code computes what is computed here.
var rewritten = []string{"nomic_bert", "new", "eurobert"}

// check refuses keys that would change what the model computes in any family.
func (f *configFile) check() error {
	quantized := len(f.Quantization) > 0 && string(f.Quantization) != "null"
	positions := "absolute"
	if f.ModelType == "new" {
		positions = "rope"
	}
	for _, refuse := range []struct {
		when bool
		what string
	}{
		{f.PosType != "" && f.PosType != positions, fmt.Sprintf("position_embedding_type is %q, want %s", f.PosType, positions)},
		{f.Decoder, "is_decoder, want an encoder"},
		{f.CrossAttends, "add_cross_attention, want an encoder"},
		{len(f.Pruned) > 0, "pruned_heads: transformers 4 prunes them, that of 5 does not"},
		{set(f.ByLayer), "per_layer_config: layers differ"},
		{or(f.RotaryPartial, 1) != 1, fmt.Sprintf("partial_rotary_factor is %v, want 1", or(f.RotaryPartial, 1))},
		{quantized, "quantization_config: weights must be float32, float16 or bfloat16"},
		{set(f.AutoMap) && !slices.Contains(rewritten, f.ModelType), "auto_map: the model is Python code of its own, which may compute otherwise than a " + f.ModelType + " (take auto_map out of config.json if it does not)"},
	} {
		if refuse.when {
			return refused("%s", refuse.what)
		}
	}
	if f.NumLabels != nil && len(f.Labels) > 0 && *f.NumLabels != len(f.Labels) {
		return fmt.Errorf("num_labels is %d, and id2label has %d: %w", *f.NumLabels, len(f.Labels), ErrUnsupported)
	}
	return errors.Join(checkActivation(f.OldScoreFn), checkActivation(f.Sentence.ScoreFn))
}

func (c *Config) check() error {
	for _, s := range []struct {
		key   string
		value int
		least int
	}{
		{"vocab_size", c.Vocab, 1}, {"hidden size", c.Hidden, 1}, {"embedding_size", c.Embedding, 1}, {"number of layers", c.Layers, 1},
		{"number of heads", c.Heads, 1}, {"num_key_value_heads", c.KeyHeads, 1}, {"head_dim", c.HeadWidth, 1},
		{"intermediate size", c.Intermediate, 1}, {"max_position_embeddings", c.Positions, 3}, {"type_vocab_size", c.Types, 0},
		{"local_attention", c.Window, 0}, {"number of position buckets", c.Buckets, 0}, {"largest distance", c.MaxDistance, 0},
		{"conv_kernel_size", c.Kernel, 0},
	} {
		if s.value < s.least || s.value > maxSize {
			return fmt.Errorf("%s is %d", s.key, s.value)
		}
	}
	switch {
	case c.Heads%c.KeyHeads != 0:
		return fmt.Errorf("num_attention_heads %d is no multiple of num_key_value_heads %d", c.Heads, c.KeyHeads)
	case !(c.Rotary.Theta >= 0 && c.LocalRotary.Theta >= 0) || math.IsInf(c.Rotary.Theta+c.LocalRotary.Theta, 0):
		return fmt.Errorf("rope_theta is %v, and %v in local layers", c.Rotary.Theta, c.LocalRotary.Theta)
	case c.Rotary.Theta != 0 && c.HeadWidth%2 != 0:
		return fmt.Errorf("heads of odd width %d cannot be rotated", c.HeadWidth)
	case !(c.Epsilon > 0) || math.IsInf(float64(c.Epsilon), 0):
		return fmt.Errorf("layer_norm_eps is %v", c.Epsilon)
	}
	return nil
}

// configFile is config.json as far as it matters. Families call one thing by several names.
type configFile struct {
	ModelType  string            `json:"model_type"`
	Vocab      int               `json:"vocab_size"`
	Hidden     int               `json:"hidden_size"`
	Layers     int               `json:"num_hidden_layers"`
	Heads      int               `json:"num_attention_heads"`
	FFN        int               `json:"intermediate_size"`
	Positions  int               `json:"max_position_embeddings"`
	Types      *int              `json:"type_vocab_size"`
	HiddenAct  string            `json:"hidden_act"`
	Epsilon    *float64          `json:"layer_norm_eps"`
	Embedding  int               `json:"embedding_size"`
	Pad        *int32            `json:"pad_token_id"`
	PosType    string            `json:"position_embedding_type"`
	Decoder    bool              `json:"is_decoder"`
	Labels     map[string]string `json:"id2label"`
	NumLabels  *int              `json:"num_labels"`
	Tied       *bool             `json:"tie_word_embeddings"`
	QKVBias    *bool             `json:"attention_bias"`
	SlidingWin bool              `json:"use_sliding_window"`
	IsCausal   *bool             `json:"is_causal"`

	distilKeys
	albertKeys
	modernKeys
	decoderKeys
	debertaKeys
	nomicKeys
	gteKeys
	t5Keys

	Architectures []string        `json:"architectures"`
	Tokenizer     string          `json:"tokenizer_class"`
	Name          string          `json:"_name_or_path"`
	CrossAttends  bool            `json:"add_cross_attention"`
	Pruned        map[string]any  `json:"pruned_heads"`
	Quantization  json.RawMessage `json:"quantization_config"`
	AutoMap       json.RawMessage `json:"auto_map"`
	ByLayer       json.RawMessage `json:"per_layer_config"`
	OldScoreFn    string          `json:"sbert_ce_default_activation_function"`
	Sentence      struct {
		ScoreFn string `json:"activation_fn"`
	} `json:"sentence_transformers"`
}

// distilKeys are DistilBERT's.
type distilKeys struct {
	Dim        int    `json:"dim"`
	NLayers    int    `json:"n_layers"`
	NHeads     int    `json:"n_heads"`
	HiddenDim  int    `json:"hidden_dim"`
	Activation string `json:"activation"`
}

// albertKeys are ALBERT's.
type albertKeys struct {
	Groups int  `json:"num_hidden_groups"`
	Inner  *int `json:"inner_group_num"`
}

// modernKeys are ModernBERT's; the rotary keys are of two ages.
type modernKeys struct {
	ModernAct     string          `json:"hidden_activation"`
	NormEps       *float64        `json:"norm_eps"`
	NormBias      bool            `json:"norm_bias"`
	MLPBias       bool            `json:"mlp_bias"`
	LocalSpan     *int            `json:"local_attention"`
	GlobalEvery   *int            `json:"global_attn_every_n_layers"`
	GlobalTheta   float64         `json:"global_rope_theta"`
	LocalTheta    *float64        `json:"local_rope_theta"`
	LayerTypes    []string        `json:"layer_types"`
	Rope          json.RawMessage `json:"rope_parameters"`
	HeadPooling   string          `json:"classifier_pooling"`
	OldPooling    string          `json:"clf_pooling"` // EuroBERT's own code calls it so
	HeadBias      bool            `json:"classifier_bias"`
	HeadAct       string          `json:"classifier_activation"`
	RopeScaling   json.RawMessage `json:"rope_scaling"`
	RopeTheta     float64         `json:"rope_theta"`
	RotaryPartial *float64        `json:"partial_rotary_factor"`
}

// decoderKeys are those of the decoders: Llama's, and what Gemma and Mistral have beside them.
type decoderKeys struct {
	KeyHeads      *int              `json:"num_key_value_heads"`
	HeadWidth     int               `json:"head_dim"`
	RMSEps        *float64          `json:"rms_norm_eps"`
	Sliding       nullable[int]     `json:"sliding_window"`
	SlidingEvery  *int              `json:"sliding_window_pattern"`
	LocalBase     float64           `json:"rope_local_base_freq"`
	QueryScalar   *float64          `json:"query_pre_attn_scalar"`
	Bidirectional bool              `json:"use_bidirectional_attention"`
	LogitCap      nullable[float64] `json:"final_logit_softcapping"`
	AttentionCap  nullable[float64] `json:"attn_logit_softcapping"`
}

// nullable is a number of which null says something else than leaving it out.
type nullable[T any] struct {
	said  bool
	value *T
}

func (n *nullable[T]) UnmarshalJSON(b []byte) error {
	n.said = true
	return json.Unmarshal(b, &n.value)
}

// or is the number, or another one where nothing was said; nil is null.
func (n nullable[T]) or(otherwise T) *T {
	if !n.said {
		return &otherwise
	}
	return n.value
}

// debertaKeys are those of DeBERTa-v2.
type debertaKeys struct {
	Relative     bool            `json:"relative_attention"`
	MaxRelative  *int            `json:"max_relative_positions"`
	PosBuckets   *int            `json:"position_buckets"`
	BiasedInput  *bool           `json:"position_biased_input"`
	PosAttention json.RawMessage `json:"pos_att_type"`
	ShareKey     bool            `json:"share_att_key"`
	NormRelative string          `json:"norm_rel_ebd"`
	ConvKernel   int             `json:"conv_kernel_size"`
	ConvGroups   *int            `json:"conv_groups"`
	ConvAct      string          `json:"conv_act"`
	PoolerAct    string          `json:"pooler_hidden_act"`
	HeadSize     int             `json:"attention_head_size"`
}

// nomicKeys are those of NomicBERT's own code, before transformers had the family.
type nomicKeys struct {
	NEmbd       int      `json:"n_embd"`
	NHead       int      `json:"n_head"`
	NLayer      int      `json:"n_layer"`
	NInner      *int     `json:"n_inner"`
	NomicAct    string   `json:"activation_function"`
	RotaryBase  float64  `json:"rotary_emb_base"`
	RotaryPart  *float64 `json:"rotary_emb_fraction"`
	RotaryScale *float64 `json:"rotary_scaling_factor"`
	Interleaved bool     `json:"rotary_emb_interleaved"`
	QKVProjBias bool     `json:"qkv_proj_bias"`
	FC1Bias     bool     `json:"mlp_fc1_bias"`
	FC2Bias     bool     `json:"mlp_fc2_bias"`
	PreNorm     bool     `json:"prenorm"`
	RMSNorm     bool     `json:"use_rms_norm"`
	Parallel    bool     `json:"parallel_block"`
	Causal      bool     `json:"causal"`
	MoEEvery    int      `json:"moe_every_n_layers"`
	Trained     int      `json:"max_trained_positions"`
}

// t5Keys are those of T5, of which MPNet has the buckets, and NomicBERT's own code positions and epsilon.
type t5Keys struct {
	DModel        int      `json:"d_model"`
	DKV           *int     `json:"d_kv"`
	DFF           int      `json:"d_ff"`
	T5Layers      int      `json:"num_layers"`
	T5Heads       int      `json:"num_heads"`
	DecoderLayers *int     `json:"num_decoder_layers"`
	DecoderStart  *int32   `json:"decoder_start_token_id"`
	FeedForward   string   `json:"feed_forward_proj"`
	AnswersScaled *bool    `json:"scale_decoder_outputs"`
	MaxDistance   *int     `json:"relative_attention_max_distance"`
	Buckets       *int     `json:"relative_attention_num_buckets"`
	NPositions    int      `json:"n_positions"`
	LongEpsilon   *float64 `json:"layer_norm_epsilon"`
}

// gteKeys are those of GTE's own code, whose model_type is new.
type gteKeys struct {
	NormType string `json:"layer_norm_type"`
	LogN     bool   `json:"logn_attention_scale"`
}
