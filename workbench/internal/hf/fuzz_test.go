package hf

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func asJSON(v any) []byte {
	b, _ := json.Marshal(v)
	return b
}

// exchange writes the files of a folder that have a content and removes the others.
func exchange(t *testing.T, dir string, files map[string][]byte) {
	for name, content := range files {
		path := filepath.Join(dir, name)
		os.Remove(path)
		if len(content) > 0 {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// checkInputs wants the ids of texts to have rows, and types.
func checkInputs(t *testing.T, m *Model) {
	for _, text := range []string{"", "a word [SEP] x@\u00e9", "a a a a a a a a a a a a a a a a a a a a"} {
		ids, first := m.Inputs.Pair(nil, text, "a ab")
		if len(ids) > m.MaxLength || first > len(ids) || len(ids) == 0 || first < len(ids) && m.Head != nil && m.Config.Type == "bert" && m.Config.Types < 2 {
			t.Fatalf("%d ids, %d of type 0, at most %d of %d types", len(ids), first, m.MaxLength, m.Config.Types)
		}
		one, _ := m.Inputs.Single(nil, text)
		if len(one) > m.MaxLength || len(one) == 0 {
			t.Fatalf("%d ids, at most %d", len(one), m.MaxLength)
		}
		for _, id := range append(ids, one...) {
			if int(id) >= len(m.Words)/m.Config.Hidden {
				t.Fatalf("id %d has no row", id)
			}
		}
	}
}

// FuzzOpen exchanges the JSON files of a small folder: Open gives a model or an error.
func FuzzOpen(f *testing.F) {
	for _, seed := range []folder{bert(), dual(), distilbert()} {
		f.Add(asJSON(seed.files["config.json"]), asJSON(seed.files["tokenizer_config.json"]), []byte(nil), []byte(seed.files["vocab.txt"].(string)), []byte(nil))
	}
	tokenizer := object{"model": object{"type": "WordPiece", "unk_token": "[UNK]", "vocab": object{"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "[PAD]": 4}},
		"normalizer": object{"type": "BertNormalizer", "lowercase": true}, "pre_tokenizer": object{"type": "BertPreTokenizer"}, "added_tokens": []object{{"id": 3, "content": "x"}},
		"truncation":     object{"direction": "Left"},
		"post_processor": object{"type": "RobertaProcessing", "sep": []any{"[SEP]", 2}, "cls": []any{"[CLS]", 1}}}
	f.Add(asJSON(bert().files["config.json"]), []byte(`{"added_tokens_decoder":{"5":{"content":"@"}}}`), asJSON(tokenizer), []byte(nil), []byte(`{"sep_token":"x"}`))
	tokenizer["post_processor"] = json.RawMessage(`{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
		"pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"B","type_id":0}},{"Sequence":{"id":"A","type_id":1}}],"special_tokens":{"[CLS]":{"id":"[CLS]","ids":[1],"tokens":["[CLS]"]}}}`)
	f.Add(asJSON(bert().files["config.json"]), []byte(`{"tokenizer_class":"PreTrainedTokenizerFast","model_max_length":9,"model_input_names":["input_ids","token_type_ids","attention_mask"]}`),
		asJSON(tokenizer), []byte(nil), []byte(nil))
	dir := bert().write(f)
	f.Fuzz(func(t *testing.T, config, tokenizerConfig, tokenizer, vocab, special []byte) {
		exchange(t, dir, map[string][]byte{"config.json": config, "tokenizer_config.json": tokenizerConfig, "tokenizer.json": tokenizer, "vocab.txt": vocab, "special_tokens_map.json": special})
		if m, err := OpenCrossEncoder(dir); err == nil {
			checkInputs(t, m)
		}
	})
}

// FuzzModules exchanges the files of sentence-transformers.
func FuzzModules(f *testing.F) {
	seed := dual()
	f.Add(asJSON(seed.files["modules.json"]), asJSON(seed.files["1_Pooling/config.json"]), []byte(`{"max_seq_length":9,"do_lower_case":true,"model_args":{"dtype":"float32"}}`),
		[]byte(`{"prompts":{"q":"find: ","d":null},"default_prompt_name":"q"}`))
	f.Add([]byte(`[{"type":"sentence_transformers.models.Transformer","path":""}]`), []byte(`{"pooling_mode":["cls"],"include_prompt":false}`), []byte(`{"transformer_task":"sequence-classification"}`),
		[]byte(`{"activation_fn":"torch.nn.modules.activation.Sigmoid"}`))
	dir := seed.write(f)
	f.Fuzz(func(t *testing.T, modules, pooling, sentence, prompts []byte) {
		exchange(t, dir, map[string][]byte{"modules.json": modules, "1_Pooling/config.json": pooling, "sentence_bert_config.json": sentence, "config_sentence_transformers.json": prompts})
		if m, err := OpenDualEncoder(dir); err == nil {
			checkInputs(t, m)
		}
		OpenCrossEncoder(dir)
	})
}
