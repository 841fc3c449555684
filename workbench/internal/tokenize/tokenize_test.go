package tokenize

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"axn/workbench/internal/sharedtest"
)

// golden is what testdata/golden.py wrote.
type golden struct {
	Vocab  []string
	Texts  []string
	Modes  map[string]mode
	Pairs  [][5]int
	Shared map[string]struct {
		Texts int
		CRC   uint32
	}
}

type mode struct {
	Lower, Strip, Chinese bool
	IDs                   [][]int32
	Planes                []uint32
}

func (m mode) options() Options {
	return Options{LowerCase: m.Lower, StripAccents: m.Strip, SpaceChinese: m.Chinese}
}

func readGolden(t testing.TB) (g golden) {
	readJSON(t, "testdata/golden.json", &g)
	return g
}

func readJSON(t testing.TB, path string, v any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		t.Fatal(path, err)
	}
}

func (g golden) tokenizer(t testing.TB, o Options) *Tokenizer {
	t.Helper()
	tok, err := BERT(vocabulary(g.Vocab), o)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func vocabulary(tokens []string) map[string]int32 {
	v := map[string]int32{}
	for i, token := range tokens {
		v[token] = int32(i)
	}
	return v
}

func TestGoldenTexts(t *testing.T) {
	g := readGolden(t)
	for name, m := range g.Modes {
		tok := g.tokenizer(t, m.options())
		for i, text := range g.Texts {
			if got := tok.Append(nil, text); !slices.Equal(got, m.IDs[i]) {
				t.Errorf("%s: %q\n got %v\nwant %v", name, text, got, m.IDs[i])
			}
		}
	}
}

// TestEveryCodePoint splits "a<c>b" for every code point c in every mode.
func TestEveryCodePoint(t *testing.T) {
	g := readGolden(t)
	for name, m := range g.Modes {
		tok, w := g.tokenizer(t, m.options()), words{}
		for block, want := range m.Planes {
			var crc uint32
			for c := rune(block) << 12; c < rune(block+1)<<12; c++ {
				if !utf8.ValidRune(c) {
					continue
				}
				w.set(tok.normalizer.normalize(&buffers{}, piece{text: []byte("a" + string(c) + "b")}))
				tok.cutter.split(&w)
				crc = crc32.Update(crc, crc32.IEEETable, []byte(strings.Join(w.strings(), "\x00")+"\x01"))
			}
			if crc != want {
				t.Errorf("%s: code points from U+%04X: crc %d, want %d", name, block<<12, crc, want)
			}
		}
	}
}

func (w *words) strings() (list []string) {
	for _, s := range w.spans {
		list = append(list, string(w.text[s.start:s.end]))
	}
	return list
}

func TestTruncate(t *testing.T) {
	for _, p := range readGolden(t).Pairs {
		if a, b := LongestFirst.Keep(p[0], p[1], p[2]); a != p[3] || b != p[4] {
			t.Errorf("Keep(%d, %d, %d) = %d, %d, want %d, %d", p[0], p[1], p[2], a, b, p[3], p[4])
		}
	}
}

func sharedTokenizer(t testing.TB) *Tokenizer {
	f, err := os.Open(sharedtest.Path(t, "data/models/ce-wordnet-L4/vocab.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	vocab, err := ReadVocab(f)
	if err != nil {
		t.Fatal(err)
	}
	tok, err := BERT(vocab, Options{LowerCase: true, StripAccents: true, SpaceChinese: true})
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func sharedTexts(t testing.TB, set string) (texts []string) {
	f, err := os.Open(sharedtest.Path(t, "data", set, "texts.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var line struct{ Text string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, line.Text)
	}
	return texts
}

// TestSharedTexts tokenises every text of the shared data sets and compares the checksum with
// that of transformers' ids, and the first ids with the data's own golden file.
func TestSharedTexts(t *testing.T) {
	tok := sharedTokenizer(t)
	for set, want := range readGolden(t).Shared {
		texts := sharedTexts(t, set)
		var crc uint32
		for _, text := range texts {
			line := fmt.Sprintln(tok.Append(nil, text))
			crc = crc32.Update(crc, crc32.IEEETable, []byte(strings.Trim(line, "[]\n")+"\n"))
		}
		if len(texts) != want.Texts || crc != want.CRC {
			t.Errorf("%s: %d texts with crc %d, want %d with %d", set, len(texts), crc, want.Texts, want.CRC)
		}
		var first struct{ Queries, Items [][]int32 }
		readJSON(t, sharedtest.Path(t, "data", set, "tokens_golden.json"), &first)
		items := slices.IndexFunc(texts, func(s string) bool { return slices.Equal(tok.Append(nil, s), first.Items[0]) })
		for offset, ids := range map[int][][]int32{0: first.Queries, items: first.Items} {
			for i := range ids {
				if got := tok.Append(nil, texts[offset+i]); !slices.Equal(got, ids[i]) {
					t.Errorf("%s: %q: got %v, want %v", set, texts[offset+i], got, ids[i])
				}
			}
		}
	}
}

func TestVocabularyErrors(t *testing.T) {
	for name, c := range map[string]struct{ vocab, want string }{
		"empty":    {"", `"[UNK]" is not in the vocabulary`},
		"no CLS":   {"[UNK]\n[SEP]\n", `"[CLS]" is not in the vocabulary`},
		"not text": {"[UNK]\n[SEP]\n\xff\xfe\n", "line 3 is not UTF-8"},
		"long":     {"[UNK]\n" + strings.Repeat("x", 1<<17), "line 2: "},
	} {
		vocab, err := ReadVocab(strings.NewReader(c.vocab))
		if err == nil {
			_, err = BERT(vocab, Options{})
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestVocabularyLines(t *testing.T) {
	got, err := ReadVocab(strings.NewReader("[UNK]\r\na\n\na\nlast"))
	if err != nil || len(got) != 4 || got["[UNK]"] != 0 || got["a"] != 3 || got[""] != 2 || got["last"] != 4 {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestNamedSpecials uses special tokens that begin with different bytes, one a prefix of another.
func TestNamedSpecials(t *testing.T) {
	vocab := vocabulary([]string{"<unk>", "<s>", "</s>", "<s>x", "@at", "a", "é"})
	o := Options{Unknown: "<unk>", CLS: "<s>", SEP: "</s>", Special: []string{"<s>", "<s>x", "@at", "é", "absent", ""}}
	tok, err := BERT(vocab, o)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := tok.Append(nil, "a<s>xa<s>@at@a éa"), []int32{5, 3, 5, 1, 4, 0, 5, 6, 5}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestConcurrentUse(t *testing.T) {
	g := readGolden(t)
	m := g.Modes["uncased"]
	tok := g.tokenizer(t, m.options())
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for i, text := range g.Texts {
				if got := tok.Append(nil, text); !slices.Equal(got, m.IDs[i]) {
					t.Errorf("%q: got %v, want %v", text, got, m.IDs[i])
				}
			}
		})
	}
	wait.Wait()
}

func TestNoAllocations(t *testing.T) {
	g := readGolden(t)
	tok := g.tokenizer(t, g.Modes["uncased"].options())
	dst, w := make([]int32, 0, 1<<16), &scratch{cache: newCache()} // not the pool's, which the collector may empty
	run := func() {
		for _, text := range g.Texts {
			dst = tok.append(dst[:0], text, w)
		}
	}
	run()
	if n := testing.AllocsPerRun(20, run); n > 0 {
		t.Errorf("%v allocations for %d texts", n, len(g.Texts))
	}
}

func FuzzAppend(f *testing.F) {
	g := readGolden(f)
	for _, text := range g.Texts {
		f.Add(text)
	}
	tok := g.tokenizer(f, g.Modes["uncased"].options())
	f.Fuzz(func(t *testing.T, text string) {
		ids := tok.Append([]int32{7}, text)
		if ids[0] != 7 || !slices.Equal(ids[1:], tok.Append(nil, text)) {
			t.Fatalf("%q: what stood in dst matters: %v", text, ids)
		}
		if len(ids) > 1+3*len(text) { // one byte decomposes into at most so many characters
			t.Fatalf("%q: %d ids from %d bytes", text, len(ids)-1, len(text))
		}
		for _, id := range ids[1:] {
			if id < 0 || int(id) >= len(g.Vocab) {
				t.Fatalf("%q: id %d", text, id)
			}
		}
		if two := tok.Append(nil, text+" "+text); !strings.Contains(text, "[") && !slices.Equal(two, append(ids[1:], ids[1:]...)) {
			t.Fatalf("%q twice: %v, once: %v", text, two, ids[1:])
		}
	})
}

// BenchmarkAppend tokenizes the texts of the shared data with files of each kind.
func BenchmarkAppend(b *testing.B) {
	texts := sharedTexts(b, "verbs")
	bytes := 0
	for _, text := range texts {
		bytes += len(text)
	}
	for _, name := range []string{"bert-uncased", "xlm-roberta", "modernbert", "qwen", "llama2"} {
		b.Run("file="+name, func(b *testing.B) {
			tok := tokenizerFile(b, name)
			b.SetBytes(int64(bytes / len(texts)))
			b.ReportAllocs()
			dst, tokens := make([]int32, 0, 512), 0
			for i := 0; b.Loop(); i++ {
				dst = tok.Append(dst[:0], texts[i%len(texts)])
				tokens += len(dst)
			}
			b.ReportMetric(float64(tokens)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}
