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

// modules is what sentence-transformers' files say. It reads them only where there is a
// modules.json, and so is it done here.
type modules struct {
	encoder   string   // folder of the transformer, within the model's
	kinds     []string // in order; nil without modules.json
	paths     []string // their folders
	dimension int      // of the pooling's input, 0 when not said
	top       Top
	prompts   Prompts
	listed    map[string]*string // all prompts by name
	answers   *answerIDs         // of a module LogitScore
	sentence  sentenceConfig
	files     []string

	similarity string // by which sentence-transformers compares vectors, "" when not said
}

// readModules reads modules.json.
func readModules(dir string) (modules, error) {
	m := modules{encoder: ".", top: Top{Poolings: []Pooling{PoolMean}}}
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
		m.paths = append(m.paths, entry.Path)
	}
	return m, nil
}

// load reads the modules' own files; the last Dense module may write one of features.
func (m *modules) load(dir, kind string, features ...string) error {
	if m.kinds == nil {
		return nil
	}
	for i, module := range m.kinds {
		if err := m.readModule(dir, module, m.paths[i], features); err != nil {
			return fmt.Errorf("module %s: %w", orDefault(m.paths[i], module), err)
		}
	}
	return m.readPrompts(dir, kind)
}

// loadScorer reads the modules of a cross-encoder: a classifier alone, a language model that is asked
// for an answer, or an encoder of whose rows modules make a score.
func (m *modules) loadScorer(dir string) error {
	first, task := []string{"Transformer", "Pooling"}, ""
	switch {
	case len(m.kinds) < 2:
		first, task = first[:1], "sequence-classification"
	case m.kinds[1] == "LogitScore":
		first, task = []string{"Transformer", "LogitScore"}, "text-generation"
	}
	if m.kinds != nil {
		if err := m.want(first...); err != nil {
			return err
		}
	}
	if err := m.load(dir, "CrossEncoder", "scores", "sentence_embedding"); err != nil {
		return err
	}
	if task != "" {
		if err := m.sentence.task(task); err != nil {
			return err
		}
	}
	if m.prompts.Text != "" {
		return fmt.Errorf("config_sentence_transformers.json: %w: a default prompt %q before each query", ErrUnsupported, m.prompts.Text)
	}
	return nil
}

// readModule reads the files of a module of the kinds that can be read.
func (m *modules) readModule(dir, kind, sub string, features []string) error {
	switch kind {
	case "Transformer":
		m.encoder = path.Clean(sub)
		return m.readSentence(filepath.Join(dir, sub))
	case "Pooling":
		return m.readPooling(dir, sub)
	case "Dense":
		return m.readDense(dir, sub, features...)
	case "LayerNorm":
		return m.readLayerNorm(dir, sub)
	case "LogitScore":
		m.answers = &answerIDs{}
		if err := m.read(dir, filepath.Join(sub, "config.json"), m.answers); err != nil {
			return err
		}
		if m.answers.Yes == nil || m.answers.Feature != "" && m.answers.Feature != "causal_logits" {
			return fmt.Errorf("config.json: %w: true_token_id is missing, or module_input_name is %q", ErrUnsupported, m.answers.Feature)
		}
	case "Normalize":
		m.top.Modules = append(m.top.Modules, Module{})
		return m.readNormalize(dir, sub)
	}
	return nil
}

// readNormalize refuses a Normalize of something else than the vector; older folders have no file of it.
func (m *modules) readNormalize(dir, sub string) error {
	f := struct {
		Input  string  `json:"module_input_name"`
		Output *string `json:"module_output_name"`
	}{Input: "sentence_embedding"}
	if err := m.read(dir, filepath.Join(sub, "config.json"), &f); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if output := or(f.Output, f.Input); f.Input != "sentence_embedding" || output != f.Input {
		return fmt.Errorf("config.json: %w: it makes %s of %s, want sentence_embedding of itself", ErrUnsupported, output, f.Input)
	}
	return nil
}

// behind are the modules that may follow the first ones; Dropout does nothing here.
var behind = []string{"Dense", "LayerNorm", "Normalize", "Dropout"}

// want refuses modules that do not begin so, or go on otherwise than with those behind.
func (m *modules) want(first ...string) error {
	n := len(first)
	other := func(kind string) bool { return !slices.Contains(behind, kind) }
	if len(m.kinds) < n || !slices.Equal(m.kinds[:n], first) || slices.ContainsFunc(m.kinds[n:], other) {
		return fmt.Errorf("modules.json: %w: modules %v, want %v and then some of %v", ErrUnsupported, m.kinds, first, behind)
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
	Modality  map[string]struct {
		Method string `json:"method"`
		Output string `json:"method_output_name"`
	} `json:"modality_config"`
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
	output := map[bool]string{true: "last_hidden_state", false: "logits"}[want == "feature-extraction"]
	text, ok := c.Modality["text"]
	switch {
	case c.Modality != nil && (!ok || text.Method != "forward" || text.Output != output):
		return fmt.Errorf("sentence_bert_config.json: %w: modality_config has not forward and %s for text", ErrUnsupported, output)
	case c.Task != "" && c.Task != want:
		return fmt.Errorf("sentence_bert_config.json: %w: transformer_task is %q, want %q", ErrUnsupported, c.Task, want)
	case want == "feature-extraction" && c.Output != "" && c.Output != "token_embeddings":
		return fmt.Errorf("sentence_bert_config.json: %w: module_output_name is %q, want token_embeddings", ErrUnsupported, c.Output)
	}
	return nil
}

// unlike says that the vectors are made to be compared otherwise than by their dot products; "" if
// that is not so.
func (m *modules) unlike() string {
	switch m.similarity {
	case "", "dot", "dot_product":
		return ""
	case "cosine", "euclidean": // which order vectors of unit length as dot products do
		if m.top.Unit() {
			return ""
		}
	}
	return fmt.Sprintf("the model's vectors are made to be compared by %s (similarity_fn_name): dot products may rank otherwise", m.similarity)
}

// apply puts the modules on top of an encoder.
func (m modules) apply(model *Model) error {
	hidden := model.Config.Hidden
	if m.dimension != 0 && m.dimension != hidden {
		return fmt.Errorf("pooling: word_embedding_dimension is %d, the encoder's hidden size %d", m.dimension, hidden)
	}
	if err := m.top.check(hidden); err != nil {
		return err
	}
	model.Top, model.Prompts, model.Unlike = &m.top, m.prompts, m.unlike()
	if m.prompts == (Prompts{}) {
		model.Prompts.Forgotten = forgotten(model.Dir, model.Config.Name, m.listed)
	}
	return nil
}
