package hf

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"axn/workbench/internal/safetensors"
)

// published lays a small model of the encoder's testdata into a folder, its vocabulary as large as that of a small
// tokenizer of a style, with settings as folders have them that people download.
func published(t *testing.T, name, style string, config, tokenizer object) string {
	t.Helper()
	const vocab = 1700
	dir := t5(t, name, merged(object{"vocab_size": vocab}, config), func(values []safetensors.Value) []safetensors.Value {
		for i, v := range values {
			if v.Shape[0] == 61 { // small models' words
				values[i].Shape = []int{vocab, v.Shape[1]}
				values[i].Data = append(v.Data, make([]float32, (vocab-61)*v.Shape[1])...)
			}
		}
		return values
	})
	settings, err := json.Marshal(tokenizer)
	err = errors.Join(err, os.WriteFile(filepath.Join(dir, "tokenizer_config.json"), settings, 0o600), os.Remove(filepath.Join(dir, "tokenizer.json")))
	switch style {
	case "spiece.model":
		b, e := os.ReadFile("../tokenize/testdata/folders/unigram/tokenizer.model")
		err = errors.Join(err, e, os.WriteFile(filepath.Join(dir, style), b, 0o600))
	default:
		f, e := os.Open("../tokenize/testdata/files/" + style + ".json.gz")
		if e != nil {
			t.Fatal(e)
		}
		defer f.Close()
		z, e := gzip.NewReader(f)
		if e != nil {
			t.Fatal(e)
		}
		b, e := io.ReadAll(z)
		err = errors.Join(err, e, os.WriteFile(filepath.Join(dir, "tokenizer.json"), b, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestPublished opens folders with the settings that models have which people download.
func TestPublished(t *testing.T) {
	const forever = 1e30
	qwen := object{"add_bos_token": false, "add_prefix_space": false, "bos_token": nil, "clean_up_tokenization_spaces": false, "eos_token": "<|im_end|>", "errors": "replace",
		"model_max_length": 131072, "pad_token": "<|endoftext|>", "split_special_tokens": false, "tokenizer_class": "Qwen2Tokenizer", "unk_token": nil, "padding_side": "left"}
	gemma := object{"add_bos_token": true, "add_eos_token": false, "additional_special_tokens": []string{}, "bos_token": "<s>", "eos_token": "</s>", "legacy": nil,
		"model_max_length": forever, "pad_token": "<pad>", "sp_model_kwargs": object{}, "spaces_between_special_tokens": false, "tokenizer_class": "GemmaTokenizer", "unk_token": "<unk>"}
	llama := object{"add_bos_token": true, "add_eos_token": true, "bos_token": "<s>", "eos_token": "</s>", "legacy": true, "model_max_length": forever, "pad_token": "</s>",
		"tokenizer_class": "LlamaTokenizer", "unk_token": "<unk>", "use_default_system_prompt": false}
	mono := object{"eos_token": "</s>", "unk_token": "<unk>", "extra_ids": 20}
	for _, c := range []struct {
		what, model, style string
		config, tokenizer  object
		options            Options
		begins             string // the first token of a pair
	}{
		{"Qwen3-Reranker", "qwen3-causal", "qwen", object{"rope_scaling": nil, "sliding_window": nil, "max_window_layers": 28, "torch_dtype": "bfloat16"}, qwen, Options{Label: "a/b"}, "<|im_start|>"},
		{"bge-reranker-v2-gemma", "gemma-causal", "gemma", object{"hidden_act": "gelu", "hidden_activation": nil, "rope_scaling": nil}, gemma, Options{Label: "a", Prompt: "<s>A: {query}\nB: {document}\nYes?"}, "<s>"},
		{"a Llama", "llama", "llama2", object{"pretraining_tp": 1, "rope_scaling": nil}, llama, Options{}, "<s>"},
		{"a Mistral", "mistral", "llama2", object{"sliding_window": 4096}, llama, Options{}, "<s>"},
		{"monoT5", "t5", "t5-bytes", object{"output_past": true, "task_specific_params": object{}}, mono, Options{Label: "a/b"}, ""},
		{"monoT5 of spiece.model", "t5", "spiece.model", nil, mono, Options{Label: "▁the/▁a"}, ""},
	} {
		dir := published(t, c.model, c.style, c.config, c.tokenizer)
		m, err := OpenCrossEncoderWith(dir, c.options)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		ids, _ := m.Pairs.Pair(nil, "a query", "a document")
		if begin, ok := m.Tokenizer.ID(c.begins); c.begins != "" && (!ok || ids[0] != begin) {
			t.Errorf("%s: ids %v, want %s first", c.what, ids, c.begins)
		}
		if end, _ := m.Tokenizer.ID("</s>"); m.Config.Decoder > 0 && ids[len(ids)-1] != end {
			t.Errorf("%s: ids %v", c.what, ids)
		}
	}
}
