package hf

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFoldersWithoutTokenizer: the files of older styles give the ids that transformers gives.
func TestFoldersWithoutTokenizer(t *testing.T) {
	var golden struct {
		Texts []string
		Pairs [][2]string
		Words []string
		Cases map[string]struct {
			Class    string
			Settings map[string]any
			Added    []string
			IDs      [][]int32
			First    []int
		}
	}
	b, err := os.ReadFile("testdata/folders.json")
	if err == nil {
		err = json.Unmarshal(b, &golden)
	}
	if err != nil || len(golden.Cases) < 10 {
		t.Fatal(err)
	}
	const source = "../tokenize/testdata/folders/"
	lay := func(to string, content []byte, err error) {
		if err := errors.Join(err, os.WriteFile(to, content, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range golden.Cases {
		dir := t.TempDir()
		switch {
		case strings.HasPrefix(name, "mpnet"):
			lay(filepath.Join(dir, "vocab.txt"), []byte(strings.Join(golden.Words, "\n")+"\n"), nil)
		case strings.HasPrefix(name, "roberta"), strings.HasPrefix(name, "qwen"):
			var vocab map[string]int
			b, err := os.ReadFile(source + "byte-bpe/vocab.json")
			if err = errors.Join(err, json.Unmarshal(b, &vocab)); err != nil {
				t.Fatal(err)
			}
			for _, token := range c.Added {
				vocab[token] = len(vocab)
			}
			b, err = json.Marshal(vocab)
			lay(filepath.Join(dir, "vocab.json"), b, err)
			b, err = os.ReadFile(source + "byte-bpe/merges.txt")
			lay(filepath.Join(dir, "merges.txt"), b, err)
		default:
			b, err := os.ReadFile(source + "unigram/tokenizer.model")
			lay(filepath.Join(dir, map[bool]string{true: "spiece.model", false: "sentencepiece.bpe.model"}[strings.HasPrefix(name, "t5")]), b, err)
		}
		c.Settings["tokenizer_class"] = c.Class
		b, err := json.Marshal(c.Settings)
		lay(filepath.Join(dir, "tokenizer_config.json"), b, err)
		m := &Model{Config: Config{Type: "roberta", Vocab: 2000, Positions: 512, PositionTable: true}}
		if strings.HasPrefix(name, "qwen") {
			m.Config.Type, m.Config.Causal = "qwen3", true
		}
		if strings.HasPrefix(name, "t5") {
			m.Config.Type, m.Config.PositionTable = "t5", false
		}
		if err := m.readTokenizer(dir); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, want := range c.IDs {
			var got []int32
			var first int
			text := ""
			if i < len(golden.Texts) {
				text = golden.Texts[i]
				got, first = m.Inputs.Single(nil, text)
			} else {
				p := golden.Pairs[i-len(golden.Texts)]
				text = p[0] + " | " + p[1]
				got, first = m.Inputs.Pair(nil, p[0], p[1])
			}
			if !slices.Equal(got, want) || first != c.First[i] {
				t.Errorf("%s: %q: %v of %d, want %v of %d", name, text, got, first, want, c.First[i])
			}
		}
		if len(m.files) < 2 {
			t.Errorf("%s: the fingerprint covers %v", name, m.files)
		}
	}
	dir := t.TempDir()
	lay(filepath.Join(dir, "tokenizer_config.json"), []byte(`{"tokenizer_class":"DebertaV2Tokenizer"}`), nil)
	m := &Model{Config: Config{Type: "deberta-v2", Vocab: 9, Positions: 512}}
	if err := m.readTokenizer(dir); err == nil || !strings.Contains(err.Error(), "from transformers import AutoTokenizer") {
		t.Errorf("%v", err)
	}
	for _, class := range []string{"RobertaTokenizer", "XLMRobertaTokenizer", "MPNetTokenizer", "AlbertTokenizer"} {
		lay(filepath.Join(dir, "tokenizer_config.json"), []byte(`{"tokenizer_class":"`+class+`"}`), nil)
		if err := m.readTokenizer(dir); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), class) {
			t.Errorf("%s: %v", class, err)
		}
	}
	lay(filepath.Join(dir, "sentencepiece.bpe.model"), bytes.Repeat([]byte{0xff}, 99), nil)
	lay(filepath.Join(dir, "tokenizer_config.json"), []byte(`{"tokenizer_class":"XLMRobertaTokenizer"}`), nil)
	if err := m.readTokenizer(dir); err == nil || !strings.Contains(err.Error(), "sentencepiece.bpe.model") {
		t.Errorf("%v", err)
	}
}
