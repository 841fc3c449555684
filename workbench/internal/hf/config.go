package hf

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
)

// Config is the shape of an encoder.
type Config struct {
	Type             string // bert or distilbert
	Vocab, Hidden    int
	Layers, Heads    int
	Intermediate     int
	Positions, Types int
	Activation       Activation // of the feed-forward part
	Epsilon          float32    // of every layer normalisation
	Labels           int        // logits of a classifier as config.json says, 0 when it does not
	TokenizerClass   string     // where tokenizer_config.json names none
	Architecture     string     // what was saved, such as BertForSequenceClassification
	Name             string     // of the model it was saved from, or ""
}

// Activation is an element-wise function.
type Activation string

// The activations that occur. GELU is the exact one with erf, GELUTanh its approximation.
const (
	GELU     Activation = "gelu"
	GELUTanh Activation = "gelu_tanh"
	ReLU     Activation = "relu"
	Tanh     Activation = "tanh"
)

// activations maps transformers' names.
var activations = map[string]Activation{
	"gelu": GELU, "gelu_python": GELU, "relu": ReLU,
	"gelu_new": GELUTanh, "gelu_fast": GELUTanh, "gelu_pytorch_tanh": GELUTanh, "gelu_python_tanh": GELUTanh, "gelu_accurate": GELUTanh, "tanh": Tanh,
}

// configFile is config.json as far as it matters; DistilBERT has names of its own.
type configFile struct {
	ModelType  string            `json:"model_type"`
	Vocab      int               `json:"vocab_size"`
	Hidden     int               `json:"hidden_size"`
	Dim        int               `json:"dim"`
	Layers     int               `json:"num_hidden_layers"`
	NLayers    int               `json:"n_layers"`
	Heads      int               `json:"num_attention_heads"`
	NHeads     int               `json:"n_heads"`
	FFN        int               `json:"intermediate_size"`
	HiddenDim  int               `json:"hidden_dim"`
	Positions  int               `json:"max_position_embeddings"`
	Types      *int              `json:"type_vocab_size"`
	HiddenAct  string            `json:"hidden_act"`
	Activation string            `json:"activation"`
	Epsilon    *float64          `json:"layer_norm_eps"`
	PosType    string            `json:"position_embedding_type"`
	Decoder    bool              `json:"is_decoder"`
	Labels     map[string]string `json:"id2label"`
	NumLabels  *int              `json:"num_labels"`

	Architectures []string        `json:"architectures"`
	Tokenizer     string          `json:"tokenizer_class"`
	Name          string          `json:"_name_or_path"`
	CrossAttends  bool            `json:"add_cross_attention"`
	Pruned        map[string]any  `json:"pruned_heads"`
	Quantization  json.RawMessage `json:"quantization_config"`
	OldScoreFn    string          `json:"sbert_ce_default_activation_function"`
	Sentence      struct {
		ScoreFn string `json:"activation_fn"`
	} `json:"sentence_transformers"`
}

// checkActivation takes the functions that sentence-transformers puts on top of a logit as far as
// they leave the order as it is; a score here is the logit.
func checkActivation(name string) error {
	switch name[strings.LastIndex(name, ".")+1:] {
	case "", "Identity", "Sigmoid":
		return nil
	}
	return fmt.Errorf("%w: activation_fn is %q; a score here is the logit before Identity or Sigmoid", ErrUnsupported, name)
}

// maxSize bounds every size in a config.json, so that a malformed one cannot ask for much memory.
const maxSize = 1 << 20

func (m *Model) readConfig(dir string) error {
	var f configFile
	if err := m.readJSON(filepath.Join(dir, "config.json"), &f); err != nil {
		return err
	}
	c, act, err := f.config()
	if err != nil {
		return fmt.Errorf("config.json: %w", err)
	}
	var ok bool
	if c.Activation, ok = activations[act]; !ok {
		return fmt.Errorf("config.json: %w: activation %q", ErrUnsupported, act)
	}
	m.Config = c
	if c.Type == "bert" && c.Types < 1 {
		return fmt.Errorf("config.json: type_vocab_size is %d, want at least 1", c.Types)
	}
	return c.check()
}

// config gathers the shape from the names its type uses, with transformers' defaults where a
// folder may leave a key out.
func (f *configFile) config() (c Config, act string, err error) {
	if err := f.check(); err != nil {
		return c, "", err
	}
	c = Config{Type: f.ModelType, Vocab: f.Vocab, Positions: f.Positions, Epsilon: 1e-12, Labels: len(f.Labels), TokenizerClass: f.Tokenizer, Name: f.Name}
	if f.NumLabels != nil {
		c.Labels = max(c.Labels, *f.NumLabels)
	}
	if len(f.Architectures) > 0 {
		c.Architecture = f.Architectures[0]
	}
	switch f.ModelType {
	case "bert":
		c.Hidden, c.Layers, c.Heads, c.Intermediate, c.Types = f.Hidden, f.Layers, f.Heads, f.FFN, 2
		if f.Types != nil {
			c.Types = *f.Types
		}
		if f.Epsilon != nil {
			c.Epsilon = float32(*f.Epsilon)
		}
		act = f.HiddenAct
	case "distilbert":
		c.Hidden, c.Layers, c.Heads, c.Intermediate, act = f.Dim, f.NLayers, f.NHeads, f.HiddenDim, f.Activation
	default:
		return c, "", fmt.Errorf("%w: model_type %q; bert (MiniLM too) and distilbert can be read", ErrUnsupported, f.ModelType)
	}
	if act == "" {
		act = "gelu"
	}
	return c, act, nil
}

// check refuses keys that would change what the model computes.
func (f *configFile) check() error {
	quantized := len(f.Quantization) > 0 && string(f.Quantization) != "null"
	for _, refuse := range []struct {
		when bool
		what string
	}{
		{f.PosType != "" && f.PosType != "absolute", fmt.Sprintf("position_embedding_type %q, want absolute", f.PosType)},
		{f.Decoder, "is_decoder, want an encoder"},
		{f.CrossAttends, "add_cross_attention, want an encoder"},
		{len(f.Pruned) > 0, "pruned_heads: transformers 4 prunes them, that of 5 does not"},
		{quantized, "quantization_config: weights must be float32, float16 or bfloat16"},
	} {
		if refuse.when {
			return fmt.Errorf("%w: %s", ErrUnsupported, refuse.what)
		}
	}
	if f.NumLabels != nil && len(f.Labels) > 0 && *f.NumLabels != len(f.Labels) {
		return fmt.Errorf("num_labels is %d, and id2label has %d: %w: a scorer has one label", *f.NumLabels, len(f.Labels), ErrUnsupported)
	}
	return errors.Join(checkActivation(f.OldScoreFn), checkActivation(f.Sentence.ScoreFn))
}

func (c Config) check() error {
	for _, s := range []struct {
		key   string
		value int
		least int
	}{
		{"vocab_size", c.Vocab, 1}, {"hidden size", c.Hidden, 1}, {"number of layers", c.Layers, 1}, {"number of heads", c.Heads, 1},
		{"intermediate size", c.Intermediate, 1}, {"max_position_embeddings", c.Positions, 3}, {"type_vocab_size", c.Types, 0},
	} {
		if s.value < s.least || s.value > maxSize {
			return fmt.Errorf("config.json: %s is %d", s.key, s.value)
		}
	}
	if c.Hidden%c.Heads != 0 {
		return fmt.Errorf("config.json: hidden size %d does not divide into %d heads", c.Hidden, c.Heads)
	}
	if !(c.Epsilon > 0) || math.IsInf(float64(c.Epsilon), 0) {
		return fmt.Errorf("config.json: layer_norm_eps is %v", c.Epsilon)
	}
	return nil
}
