package hf

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// FuzzOpen exchanges the JSON files of a small folder: Open gives a model or an error.
func FuzzOpen(f *testing.F) {
	marshal := func(v any) []byte { b, _ := json.Marshal(v); return b }
	for _, seed := range []folder{bert(), dual(), distilbert()} {
		f.Add(marshal(seed.files["config.json"]), marshal(seed.files["tokenizer_config.json"]), []byte(nil), []byte(seed.files["vocab.txt"].(string)))
	}
	tokenizer := object{"model": object{"type": "WordPiece", "unk_token": "[UNK]", "vocab": object{"[UNK]": 0, "[CLS]": 1, "[SEP]": 2}},
		"normalizer": object{"type": "BertNormalizer", "lowercase": true}, "pre_tokenizer": object{"type": "BertPreTokenizer"}, "added_tokens": []object{{"id": 3, "content": "x"}}}
	f.Add(marshal(bert().files["config.json"]), []byte(`{"added_tokens_decoder":{"5":{"content":"@"}}}`), marshal(tokenizer), []byte(nil))
	dir := bert().write(f)
	f.Fuzz(func(t *testing.T, config, tokenizerConfig, tokenizer, vocab []byte) {
		for name, content := range map[string][]byte{"config.json": config, "tokenizer_config.json": tokenizerConfig, "tokenizer.json": tokenizer, "vocab.txt": vocab} {
			path := filepath.Join(dir, name)
			os.Remove(path)
			if len(content) > 0 {
				if err := os.WriteFile(path, content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		if m, err := OpenCrossEncoder(dir); err == nil {
			for _, id := range m.Tokenizer.Append(nil, "a word [SEP] x@\u00e9") {
				if int(id) >= len(m.Words)/m.Config.Hidden {
					t.Fatalf("id %d has no row", id)
				}
			}
		}
	})
}
