package hf

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Pooling says how a dual encoder makes one vector of the last layer's rows.
type Pooling string

// The poolings that occur, all over the rows of [CLS], text and [SEP].
const (
	PoolCLS      Pooling = "cls"
	PoolMean     Pooling = "mean"
	PoolMax      Pooling = "max"
	PoolMeanSqrt Pooling = "mean_sqrt_len" // the sum over the square root of the length
	PoolLast     Pooling = "lasttoken"
)

// Prompts are put before texts: those of encode, of encode_query and of encode_document in
// sentence-transformers.
type Prompts struct{ Text, Query, Item string }

// modules is what sentence-transformers' files say. It reads them only where there is a
// modules.json, and so is it done here.
type modules struct {
	encoder   string   // folder of the transformer, within the model's
	kinds     []string // in order; nil without modules.json
	pooling   Pooling
	dimension int  // of the pooling's input, 0 when not said
	whole     bool // the rows of a prompt count
	normalize bool
	prompts   Prompts
	sentence  sentenceConfig
	files     []string
}

// readModules reads modules.json and the modules' own files.
func readModules(dir string) (modules, error) {
	m := modules{encoder: ".", pooling: PoolMean, whole: true}
	var list []struct {
		Path, Type string
		Kwargs     json.RawMessage
	}
	err := m.read(dir, "modules.json", &list)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	} else if err != nil {
		return m, err
	}
	m.kinds = []string{}
	for i, entry := range list {
		if entry.Path != "" && !filepath.IsLocal(entry.Path) {
			return m, fmt.Errorf("modules.json: module %d: path %q leads out of the folder", i, entry.Path)
		}
		kind := entry.Type[strings.LastIndex(entry.Type, ".")+1:]
		if !strings.HasPrefix(entry.Type, "sentence_transformers.") {
			kind = entry.Type // of somebody's own
		}
		m.kinds = append(m.kinds, kind)
		if given := string(entry.Kwargs); given != "" && given != "null" && given != "[]" && given != "{}" {
			return m, fmt.Errorf("modules.json: %w: kwargs %s of module %s", ErrUnsupported, given, kind)
		}
		switch kind {
		case "Transformer":
			m.encoder = path.Clean(entry.Path)
			err = m.readSentence(filepath.Join(dir, entry.Path))
		case "Pooling":
			err = m.readPooling(dir, entry.Path)
		case "Normalize":
			m.normalize = true
		}
		if err != nil {
			return m, err
		}
	}
	return m, m.readPrompts(dir)
}

// want refuses modules that are none of those given.
func (m *modules) want(orders ...string) error {
	if order := strings.Join(m.kinds, " "); !slices.Contains(orders, order) {
		return fmt.Errorf("modules.json: %w: modules %v, want %s", ErrUnsupported, m.kinds, strings.Join(orders, ", or "))
	}
	return nil
}

// read decodes a file that counts for the fingerprint.
func (m *modules) read(dir, name string, v any) error {
	file := filepath.Join(dir, name)
	if err := decodeFile(file, v); err != nil {
		return err
	}
	m.files = append(m.files, file)
	return nil
}

// sentenceConfig is sentence_bert_config.json; its lower-casing comes before the tokenizer.
type sentenceConfig struct {
	MaxLength *float64 `json:"max_seq_length"`
	LowerCase bool     `json:"do_lower_case"`
	Task      string   `json:"transformer_task"`
	Output    string   `json:"module_output_name"`
}

// sentenceFiles are the names of that file, of which the first counts.
var sentenceFiles = []string{"sentence_bert_config.json", "sentence_roberta_config.json", "sentence_distilbert_config.json"}

// harmless are further keys of it that change no number beyond rounding.
var harmless = []string{"max_seq_length", "do_lower_case", "transformer_task", "module_output_name", "modality_config", "unpad_inputs", "backend"}

// settings are keys of it with arguments for transformers, and passing those that change nothing.
var (
	settings = []string{"model_args", "model_kwargs", "tokenizer_args", "processor_kwargs", "config_args", "config_kwargs"}
	passing  = []string{"torch_dtype", "dtype", "attn_implementation", "trust_remote_code", "use_safetensors", "add_pooling_layer", "revision", "device_map", "use_fast"}
)

// readSentence reads the settings of the module Transformer.
func (m *modules) readSentence(dir string) error {
	for _, name := range sentenceFiles {
		var keys map[string]json.RawMessage
		err := decodeFile(filepath.Join(dir, name), &keys)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for key, value := range keys {
			if text := string(value); slices.Contains(harmless, key) || text == "null" || text == "{}" || text == "false" {
				continue
			}
			var args map[string]json.RawMessage
			if !slices.Contains(settings, key) || json.Unmarshal(value, &args) != nil {
				return fmt.Errorf("%s: %w: %s is %s", name, ErrUnsupported, key, value)
			}
			for arg := range args {
				if !slices.Contains(passing, arg) {
					return fmt.Errorf("%s: %w: %s has %s", name, ErrUnsupported, key, arg)
				}
			}
		}
		return m.read(dir, name, &m.sentence)
	}
	return nil
}

// task refuses settings of the module Transformer for another kind of model.
func (c *sentenceConfig) task(want string) error {
	switch {
	case c.Task != "" && c.Task != want:
		return fmt.Errorf("sentence_bert_config.json: %w: transformer_task is %q, want %q", ErrUnsupported, c.Task, want)
	case want == "feature-extraction" && c.Output != "" && c.Output != "token_embeddings":
		return fmt.Errorf("sentence_bert_config.json: %w: module_output_name is %q, want token_embeddings", ErrUnsupported, c.Output)
	}
	return nil
}

// readPrompts reads config_sentence_transformers.json.
func (m *modules) readPrompts(dir string) error {
	const name = "config_sentence_transformers.json"
	var f struct {
		Prompts    map[string]*string `json:"prompts"`
		Default    *string            `json:"default_prompt_name"`
		Dimension  *int               `json:"truncate_dim"`
		Activation string             `json:"activation_fn"`
	}
	if err := m.read(dir, name, &f); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if f.Dimension != nil {
		return fmt.Errorf("%s: %w: truncate_dim is %d", name, ErrUnsupported, *f.Dimension)
	}
	if err := checkActivation(f.Activation); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	get := func(keys ...string) (string, bool) {
		for _, key := range keys {
			if p, ok := f.Prompts[key]; ok {
				if p == nil {
					p = new(string)
				}
				return *p, true
			}
		}
		return "", false
	}
	if f.Default != nil {
		text, ok := get(*f.Default)
		if !ok && *f.Default != "query" && *f.Default != "document" { // which are always there, empty
			return fmt.Errorf("%s: default_prompt_name is %q, and prompts has none of that name", name, *f.Default)
		}
		m.prompts.Text = text
	}
	m.prompts.Query, _ = get("query") // else it is there, and empty
	m.prompts.Item, _ = get("document")
	return nil
}

// readPooling reads 1_Pooling/config.json, which has one switch per mode, or names it.
func (m *modules) readPooling(dir, sub string) error {
	f := struct {
		Dimension    int         `json:"word_embedding_dimension"`
		NewDimension int         `json:"embedding_dimension"` // the newer files
		Mode         poolingMode `json:"pooling_mode"`        // the newer files
		CLS          bool        `json:"pooling_mode_cls_token"`
		Mean         bool        `json:"pooling_mode_mean_tokens"`
		Max          bool        `json:"pooling_mode_max_tokens"`
		MeanSqrt     bool        `json:"pooling_mode_mean_sqrt_len_tokens"`
		WeightedMean bool        `json:"pooling_mode_weightedmean_tokens"`
		Last         bool        `json:"pooling_mode_lasttoken"`
		Prompt       bool        `json:"include_prompt"`
	}{Prompt: true}
	if err := m.read(dir, filepath.Join(sub, "config.json"), &f); err != nil {
		return fmt.Errorf("pooling: %w", err)
	}
	m.dimension, m.whole = max(f.Dimension, f.NewDimension), f.Prompt
	modes := []Pooling{}
	for _, mode := range f.Mode {
		modes = append(modes, Pooling(strings.TrimSuffix(mode, "_tokens")))
	}
	for _, mode := range []struct {
		on   bool
		name Pooling
	}{
		{f.CLS, PoolCLS}, {f.Mean, PoolMean}, {f.Max, PoolMax}, {f.MeanSqrt, PoolMeanSqrt}, {f.WeightedMean, "weightedmean"}, {f.Last, PoolLast},
	} {
		if mode.on && !slices.Contains(modes, mode.name) {
			modes = append(modes, mode.name)
		}
	}
	if len(modes) == 1 {
		switch m.pooling = modes[0]; m.pooling {
		case PoolCLS, PoolMean, PoolMax, PoolMeanSqrt:
			return nil
		}
	}
	return fmt.Errorf("pooling: config.json: %w: modes %v, want one of cls, mean, max, mean_sqrt_len", ErrUnsupported, modes)
}

// poolingMode is a mode or a list of them.
type poolingMode []string

func (p *poolingMode) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		if one != "" {
			*p = poolingMode{one}
		}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(p))
}

// apply puts the modules on top of an encoder.
func (m modules) apply(model *Model) error {
	if m.dimension != 0 && m.dimension != model.Config.Hidden {
		return fmt.Errorf("pooling: word_embedding_dimension is %d, the encoder's hidden size %d", m.dimension, model.Config.Hidden)
	}
	if m.prompts != (Prompts{}) && !m.whole {
		return fmt.Errorf("pooling: config.json: %w: include_prompt is false, and config_sentence_transformers.json has prompts", ErrUnsupported)
	}
	model.Pooling, model.Normalize, model.Prompts = m.pooling, m.normalize, m.prompts
	model.files = append(model.files, m.files...)
	return nil
}
