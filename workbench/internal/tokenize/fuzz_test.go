package tokenize

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// small is a tokenizer.json with a short vocabulary, for the fuzzer to change.
func small(t testing.TB, name string) []byte {
	var f map[string]any
	if err := json.Unmarshal(unzip(t, filepath.Join("testdata/files", name+".json.gz")), &f); err != nil {
		t.Fatal(err)
	}
	vocab := f["model"].(map[string]any)["vocab"].(map[string]any)
	for token, id := range vocab {
		if id.(float64) >= 300 {
			delete(vocab, token)
		}
	}
	if merges, ok := f["model"].(map[string]any)["merges"].([]any); ok {
		f["model"].(map[string]any)["merges"] = slices.DeleteFunc(merges, func(m any) bool {
			a, b := m.([]any)[0].(string), m.([]any)[1].(string)
			return vocab[a] == nil || vocab[b] == nil || vocab[a+strings.TrimPrefix(b, "##")] == nil
		})
	}
	added, next := f["added_tokens"].([]any), len(vocab)
	f["added_tokens"] = added[:min(4, len(added))]
	for _, a := range f["added_tokens"].([]any) {
		if vocab[a.(map[string]any)["content"].(string)] == nil {
			a.(map[string]any)["id"], next = next, next+1
		}
	}
	b, err := json.Marshal(f)
	if err == nil {
		_, err = Parse(b)
	}
	if err != nil {
		t.Fatal(name, err)
	}
	return b
}

// check wants the ids of a text to be those of tokens, and the same each time.
func check(t *testing.T, tok *Tokenizer, text string) {
	_, last := tok.Last()
	ids := tok.Append(nil, text)
	if again := tok.Append([]int32{7}, text); !slices.Equal(again[1:], ids) {
		t.Fatalf("%q: %v, then %v", text, ids, again[1:])
	}
	for _, id := range ids {
		if id < 0 || id > last {
			t.Fatalf("%q: id %d of %d", text, id, last)
		}
	}
	if e, err := tok.Encode([]string{text, text}, true); err == nil {
		if tok.Truncation != nil && len(e.IDs) > tok.Truncation.MaxLength && tok.Truncation.MaxLength >= tok.Two.Special() {
			t.Fatalf("%q: %d ids, at most %d", text, len(e.IDs), tok.Truncation.MaxLength)
		}
	}
}

// FuzzParse reads changed tokenizer files: a tokenizer or an error.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"bert-uncased", "qwen", "llama2", "prefixed", "words", "gpt", "bytewords"} {
		f.Add(small(f, name), "a b's 12\u0301 [SEP] é")
	}
	f.Fuzz(func(t *testing.T, file []byte, text string) {
		if tok, err := Parse(file); err == nil {
			check(t, tok, text)
		}
	})
}

// FuzzSentencePiece reads changed models of sentencepiece.
func FuzzSentencePiece(f *testing.F) {
	for _, name := range []string{"unigram", "bpe"} {
		b, err := os.ReadFile(filepath.Join("testdata/folders", name, "tokenizer.model"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 3000)], "a b")
		f.Add(append(b[:600:600], b[max(0, len(b)-400):]...), "a b")
	}
	f.Fuzz(func(t *testing.T, model []byte, text string) {
		if file, err := ReadSentencePiece(model); err == nil {
			if tok, err := file.Tokenizer(); err == nil {
				check(t, tok, text)
			}
		}
	})
}

// FuzzCharsmap reads changed rules of sentencepiece.
func FuzzCharsmap(f *testing.F) {
	f.Add([]byte{8, 0, 0, 0, 0, 4, 0, 0, 'a', 1, 0, 0, 'b', 0}, "a\u0301")
	f.Fuzz(func(t *testing.T, blob []byte, text string) {
		if m, err := newCharsmap(blob); err == nil {
			m.normalize(&buffers{}, piece{text: validUTF8(nil, text)})
		}
	})
}

// FuzzPattern reads regular expressions: matches are not empty, and come in order.
func FuzzPattern(f *testing.F) {
	for _, expr := range []string{`\s+`, ` {2,}`, `[^\p{L}\d-z]`, `[0-9]{1,3}`, "``", `\.`, `a+?`, gpt2Pattern, qwenPattern} {
		f.Add(expr, "a  b12 c``.")
	}
	f.Fuzz(func(t *testing.T, expr, text string) {
		p, err := patternFile{Regex: &expr}.pattern()
		if err != nil {
			return
		}
		b := validUTF8(nil, text)
		for from := 0; ; {
			start, end := p.find(b, from)
			if start < 0 {
				break
			}
			if start < from || end <= start || end > len(b) {
				t.Fatalf("%q in %q: %d to %d behind %d", expr, text, start, end, from)
			}
			from = end
		}
	})
}

// TestFileErrors names what cannot be read.
func TestFileErrors(t *testing.T) {
	const model = `"model":{"type":"WordLevel","unk_token":"u","vocab":{"u":0}}`
	for want, file := range map[string]string{
		`pattern "(?i)a"`:                     `{"normalizer":{"type":"Replace","pattern":{"Regex":"(?i)a"},"content":""},` + model + `}`,
		`type is "Odd"`:                       `{"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Odd"}]},` + model + `}`,
		`part 0 of Sequence`:                  `{"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"UnicodeScripts"}]},` + model + `}`,
		`type is "Mystery"`:                   `{"model":{"type":"Mystery","unk_token":"u","vocab":{"u":0}}}`,
		`dropout is 0.1`:                      `{"model":{"type":"BPE","dropout":0.1,"vocab":{"u":0},"merges":[]}}`,
		`lacks unk_token "u"`:                 `{"model":{"type":"WordLevel","unk_token":"u","vocab":{"a":0}}}`,
		`unk_id is null`:                      `{"model":{"type":"Unigram","vocab":[["a",-1.5]]}}`,
		`unk_id is 3`:                         `{"model":{"type":"Unigram","unk_id":3,"vocab":[["a",-1.5]]}}`,
		`merge 0: "a", "b" or both`:           `{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}}`,
		`has id 9, and transformers gives it`: `{"added_tokens":[{"id":9,"content":"x"}],` + model + `}`,
		`a Sequence of 2 that add tokens`:     `{"post_processor":{"type":"Sequence","processors":[{"type":"BertProcessing","sep":["s",1],"cls":["c",2]},{"type":"BertProcessing","sep":["s",1],"cls":["c",2]}]},` + model + `}`,
		`truncation.strategy is "Some"`:       `{"truncation":{"direction":"Right","max_length":3,"strategy":"Some","stride":0},` + model + `}`,
		`padding.direction is "Up"`:           `{"padding":{"strategy":"BatchLongest","direction":"Up","pad_id":0},` + model + `}`,
		`version is "2.0"`:                    `{"version":"2.0",` + model + `}`,
		`lacks one of its settings`:           `{"normalizer":{"type":"BertNormalizer","lowercase":true},` + model + `}`,
	} {
		if _, err := Parse([]byte(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}
