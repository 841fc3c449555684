package tokenize

import (
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// expected is what testdata/texts.py finds with the library: checksums of ids.
type expected struct {
	IDs, Text []uint32 // of texts, with special tokens in them as tokens and as text
	Pairs     []uint32
	Batch     [][2]int // pairs that the file's own truncation and padding can do
	Padded    []uint32
}

// pairCase is one of the pairs of testdata/texts.py.
type pairCase struct {
	a, b, most      int
	left            bool
	strategy        Strategy
	special, asText bool
}

func unzip(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(path, err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(path, err)
	}
	return b
}

func tokenizerFile(t testing.TB, name string) *Tokenizer {
	t.Helper()
	tok, err := Parse(unzip(t, filepath.Join("testdata/files", name+".json.gz")))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return tok
}

// checksum is that of ids with spaces between, and of what else testdata/texts.py puts behind.
func checksum(e Encoding, whole bool) uint32 {
	line := strings.Trim(fmt.Sprint(e.IDs), "[]")
	if whole {
		line += "|" + strings.Trim(strings.ReplaceAll(fmt.Sprint(e.Types), " ", ""), "[]") + "|" + strings.Trim(strings.ReplaceAll(fmt.Sprint(e.Mask), " ", ""), "[]")
	}
	return crc32.ChecksumIEEE([]byte(line))
}

// compare tries a tokenizer on texts.
func (x expected) compare(t *testing.T, name string, tok *Tokenizer, texts []string, pairs []pairCase) {
	faults := 0
	fault := func(format string, args ...any) {
		if faults++; faults < 6 {
			t.Errorf(name+": "+format, args...)
		}
	}
	for i, text := range texts {
		for asText, want := range map[bool]uint32{false: x.IDs[i], true: x.Text[i]} {
			tok.SpecialAsText = asText
			if ids := tok.Append(nil, text); checksum(Encoding{IDs: ids}, false) != want {
				fault("%.200q, special tokens as text %v: %v", text, asText, ids[:min(len(ids), 60)])
			}
		}
	}
	own := tok.Truncation
	for i, p := range pairs {
		tok.SpecialAsText, tok.Truncation = p.asText, nil
		if p.most > 0 {
			tok.Truncation = &Truncation{Direction: map[bool]string{true: "Left", false: "Right"}[p.left], MaxLength: p.most, Strategy: p.strategy}
		}
		e, err := tok.Encode([]string{texts[p.a], texts[p.b]}, p.special)
		got := checksum(e, true)
		if err != nil {
			got = crc32.ChecksumIEEE([]byte("error"))
		}
		if got != x.Pairs[i] {
			fault("pair %+v, %.100q and %.100q: %v, %v", p, texts[p.a], texts[p.b], e, err)
		}
	}
	tok.SpecialAsText, tok.Truncation = false, own
	batch := make([]Encoding, len(x.Batch))
	for i, p := range x.Batch {
		var err error
		if batch[i], err = tok.Encode([]string{texts[p[0]], texts[p[1]]}, true); err != nil {
			fault("%.100q and %.100q: %v", texts[p[0]], texts[p[1]], err)
		}
	}
	tok.Pad(batch)
	for i, e := range batch {
		if checksum(e, true) != x.Padded[i] {
			fault("padded %.100q and %.100q: %v", texts[x.Batch[i][0]], texts[x.Batch[i][1]], e)
		}
	}
	if faults > 0 {
		t.Errorf("%s: %d differ", name, faults)
	}
}

// goldenFile is testdata/golden.json.gz.
type goldenFile struct {
	Texts   []json.RawMessage
	Pairs   [][]any
	Files   map[string]expected
	Folders map[string][]uint32
}

// readGoldenFile gives the golden file and its texts.
func readGoldenFile(t testing.TB) (g goldenFile, texts []string) {
	if err := json.Unmarshal(unzip(t, "testdata/golden.json.gz"), &g); err != nil {
		t.Fatal(err)
	}
	texts = make([]string, len(g.Texts))
	for i, raw := range g.Texts {
		var numbers []int
		if json.Unmarshal(raw, &texts[i]) == nil {
			continue
		} else if err := json.Unmarshal(raw, &numbers); err != nil {
			t.Fatal(err)
		}
		for _, b := range numbers {
			texts[i] += string([]byte{byte(b)})
		}
	}
	return g, texts
}

// TestGoldenFiles compares each file of testdata with what the library makes of hard texts.
func TestGoldenFiles(t *testing.T) {
	g, texts := readGoldenFile(t)
	pairs := pairCases(g.Pairs)
	if len(g.Files) < 8 || len(texts) < 500 || len(pairs) < 1000 {
		t.Fatalf("%d files, %d texts, %d pairs", len(g.Files), len(texts), len(pairs))
	}
	for name, x := range g.Files {
		t.Run(name, func(t *testing.T) { x.compare(t, name, tokenizerFile(t, name), texts, pairs) })
	}
}

// TestFolders reads what folders without a tokenizer.json have: models of sentencepiece, and
// vocab.json with merges.txt.
func TestFolders(t *testing.T) {
	g, texts := readGoldenFile(t)
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join("testdata/folders", name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, open := range map[string]func() (*File, error){
		"unigram": func() (*File, error) { return ReadSentencePiece(read("unigram/tokenizer.model")) },
		"bpe":     func() (*File, error) { return ReadSentencePiece(read("bpe/tokenizer.model")) },
		"byte-bpe": func() (*File, error) {
			return ReadMerges(read("byte-bpe/vocab.json"), read("byte-bpe/merges.txt"), false)
		},
	} {
		f, err := open()
		if err != nil {
			t.Fatal(name, err)
		}
		tok, err := f.Tokenizer()
		if err != nil {
			t.Fatal(name, err)
		}
		tok.SpecialAsText = true
		faults := 0
		for i, text := range texts {
			if ids := tok.Append(nil, text); checksum(Encoding{IDs: ids}, false) != g.Folders[name][i] {
				if faults++; faults < 6 {
					t.Errorf("%s: %.200q: %v", name, text, ids[:min(len(ids), 60)])
				}
			}
		}
		if faults > 0 {
			t.Errorf("%s: %d of %d differ", name, faults, len(texts))
		}
	}
}

func pairCases(rows [][]any) (pairs []pairCase) {
	strategies := map[any]Strategy{"longest_first": LongestFirst, "only_first": OnlyFirst, "only_second": OnlySecond}
	for _, r := range rows {
		n := func(i int) int { return int(r[i].(float64)) }
		pairs = append(pairs, pairCase{n(0), n(1), n(2), r[3] == "left", strategies[r[4]], r[5].(bool), r[6].(bool)})
	}
	return pairs
}

// TestOracle compares each file of testdata with what .ci/tokens.py found with the library on
// more than 100,000 texts, in the folder AXN_TOKENIZERS.
func TestOracle(t *testing.T) {
	dir := os.Getenv("AXN_TOKENIZERS")
	if dir == "" {
		t.Skip("AXN_TOKENIZERS is not set; .ci/run sets it")
	}
	var texts []string
	for b := unzip(t, filepath.Join(dir, "texts.gz")); len(b) > 0; {
		n := 4 + int(binary.LittleEndian.Uint32(b))
		texts, b = append(texts, string(b[4:n])), b[n:]
	}
	files, err := filepath.Glob("testdata/files/*.json.gz")
	if err != nil || len(files) < 8 || len(texts) < 100_000 {
		t.Fatal(len(files), len(texts), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json.gz")
		t.Run(name, func(t *testing.T) {
			var x struct {
				expected
				Rows [][]any
			}
			if err := json.Unmarshal(unzip(t, filepath.Join(dir, name+".json.gz")), &x); err != nil {
				t.Fatal(err)
			}
			x.compare(t, name, tokenizerFile(t, name), texts, pairCases(x.Rows))
		})
	}
}
