package hf

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/tokenize"
)

// smallTokenizer is a small one of a style.
func smallTokenizer(t *testing.T, style string) *tokenize.Tokenizer {
	t.Helper()
	f, err := os.Open("../tokenize/testdata/files/" + style + ".json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var file tokenize.File
	z, err := gzip.NewReader(f)
	if err == nil {
		err = json.NewDecoder(z).Decode(&file)
	}
	tok, err2 := file.Tokenizer()
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	tok.SpecialAsText = true
	return tok
}

// TestPairPrompt compares the ids of pairs with those that the models' own code makes.
func TestPairPrompt(t *testing.T) {
	var cases []struct {
		Kind, Instruction, Prompt, Query, Document string
		Most, Length                               int
		IDs                                        []int32
	}
	content, err := os.ReadFile("testdata/pairprompt.json")
	if err == nil {
		err = json.Unmarshal(content, &cases)
	}
	if err != nil || len(cases) < 32 {
		t.Fatal(len(cases), err)
	}
	models := map[string]*Model{
		"qwen3": {Config: Config{Type: "qwen3"}, Tokenizer: smallTokenizer(t, "qwen")},
		"t5":    {Config: Config{Type: "t5", Decoder: 1}, Tokenizer: smallTokenizer(t, "t5-bytes")},
		"gemma": {Config: Config{Type: "gemma", Architecture: "GemmaForCausalLM"}, Tokenizer: smallTokenizer(t, "gemma")},
	}
	for _, c := range cases {
		m := models[c.Kind]
		m.MaxLength = c.Most
		if err := m.setPairs(Options{Instruction: c.Instruction, Prompt: c.Prompt}); err != nil {
			t.Fatal(err)
		}
		ids, first := m.Pairs.Pair([]int32{7}, c.Query, c.Document)
		if !slices.Equal(ids[1:], c.IDs) || first != len(c.IDs) || m.Pairs.Length(c.Query, c.Document) != c.Length {
			t.Errorf("%s: %q, %q in %d: %v (%d), want %v", c.Kind, c.Query, c.Document, c.Most, ids, m.Pairs.Length(c.Query, c.Document), c.IDs)
		}
	}
}

// TestOwnPrompt: a prompt of the user's, special tokens in a pair, and what is refused.
func TestOwnPrompt(t *testing.T) {
	tok := smallTokenizer(t, "qwen")
	start, _ := tok.ID("<|im_start|>")
	m := &Model{Config: Config{Type: "bert"}, Tokenizer: tok, MaxLength: 100}
	if err := m.setPairs(Options{Prompt: "<|im_start|>{document} for {query}?<|im_start|>"}); err != nil {
		t.Fatal(err)
	}
	ids, _ := m.Pairs.Pair(nil, "a<|im_start|>", "b")
	want := append(tok.Append([]int32{start}, "b for a<|im_start|>?"), start)
	if !slices.Equal(ids, want) {
		t.Errorf("%v, want %v", ids, want)
	}
	m.MaxLength = 20 // a document before the query loses its end, and nothing behind it does
	if err := m.setPairs(Options{Prompt: "<|im_start|>{document} for {query}?<|im_start|>"}); err != nil {
		t.Fatal(err)
	}
	ids, _ = m.Pairs.Pair(nil, "b", strings.Repeat("a ", 99))
	rest := tok.Append(nil, " for b?")
	want = slices.Concat([]int32{start}, tok.Append(nil, strings.Repeat("a ", 99))[:18-len(rest)], rest, []int32{start})
	if !slices.Equal(ids, want) {
		t.Errorf("%v, want %v", ids, want)
	}
	m.MaxLength = 100
	for text, o := range map[string]Options{
		`has not {query} and {document} once each`: {Prompt: "{query}"},
		`{query}{query}`:                            {Prompt: "{query}{query}{document}"},
		`a special token between`:                   {Prompt: "{query}<|im_end|>{document}"},
		`leave no room`:                             {Prompt: strings.Repeat("<|im_start|>", 100) + "{query} {document}"},
		`no {instruction} for "x"`:                  {Prompt: "{query} {document}", Instruction: "x"},
		`an instruction for a bert, which reads no`: {Instruction: "x"},
	} {
		if err := m.setPairs(o); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%+v: %v, want %s", o, err, text)
		}
	}
}

// TestAnswers: the score of a language model is the logit of one answer, or of one less another.
func TestAnswers(t *testing.T) {
	const dir, prompt = "../encoder/testdata/gemma-causal", "{query}{document}"
	row := func(m *Model, word string) []float32 {
		ids := m.Tokenizer.Append(nil, word)
		return m.Words[int(ids[0])*m.Config.Hidden:][:m.Config.Hidden]
	}
	for label, words := range map[string][]string{"": {"yes", "no"}, "w3": {"w3"}, "w3/w5": {"w3", "w5"}, "no/yes": {"no", "yes"}} {
		m, err := OpenCrossEncoderWith(dir, Options{Prompt: prompt, Label: label})
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(row(m, words[0]))
		for i := range want {
			if len(words) > 1 {
				want[i] -= row(m, words[1])[i]
			}
		}
		if !slices.Equal(m.Head.Out.Weight, want) || m.Head.Row != PoolLast {
			t.Errorf("%q: another head than that of %v", label, words)
		}
	}
	for label, want := range map[string]string{"w3 w5": "is 2 tokens, want one", "w3/": "is 0 tokens"} {
		if _, err := OpenCrossEncoderWith(dir, Options{Prompt: prompt, Label: label}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", label, err)
		}
	}
}
