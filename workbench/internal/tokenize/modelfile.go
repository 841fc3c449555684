package tokenize

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"unicode/utf8"
)

// ModelFile is the model of a tokenizer.json.
type ModelFile struct {
	Type         string          `json:"type"`
	Vocab        json.RawMessage `json:"vocab"`
	Merges       mergeList       `json:"merges"`
	Unknown      *string         `json:"unk_token"`
	UnknownID    *int            `json:"unk_id"`
	Prefix       *string         `json:"continuing_subword_prefix"`
	Suffix       *string         `json:"end_of_word_suffix"`
	MaxChars     *int            `json:"max_input_chars_per_word"`
	ByteFallback bool            `json:"byte_fallback"`
	FuseUnknown  bool            `json:"fuse_unk"`
	IgnoreMerges bool            `json:"ignore_merges"`
	Dropout      *float64        `json:"dropout"`

	pieces []spmPiece // in the place of Vocab, where a sentencepiece model was read
}

// model makes the model and its vocabulary. last, if not nil, is a ByteLevel that stands before it.
func (f *ModelFile) model(last *bytesOf) (model, map[string]int32, error) {
	if f.Type == "Unigram" {
		return f.unigram()
	}
	vocab := map[string]int32{}
	for i, p := range f.pieces {
		vocab[p.text] = int32(i)
	}
	if err := json.Unmarshal(f.Vocab, &vocab); err != nil && f.pieces == nil {
		return nil, nil, fmt.Errorf("vocab: %w", err)
	}
	if len(vocab) == 0 {
		return nil, nil, errors.New("vocab is empty")
	}
	for token, id := range vocab {
		if id < 0 {
			return nil, nil, fmt.Errorf("vocab: token %q has id %d", token, id)
		}
	}
	unknown, err := f.unknown(vocab)
	if err != nil {
		return nil, nil, err
	}
	switch f.Type {
	case "BPE":
		m, err := f.bpe(vocab, unknown, last)
		return m, maps.Clone(vocab), err
	case "WordPiece":
		if f.Prefix == nil || f.MaxChars == nil {
			return nil, nil, errors.New("WordPiece without continuing_subword_prefix or max_input_chars_per_word")
		}
		return newWordPiece(vocab, unknown, *f.Prefix, *f.MaxChars), vocab, nil
	case "WordLevel":
		return &wordLevel{vocab, unknown}, maps.Clone(vocab), nil
	}
	return nil, nil, unsupported("type is %q, want WordPiece, Unigram, BPE or WordLevel", f.Type)
}

// unknown is the id of unk_token, which BPE may be without.
func (f *ModelFile) unknown(vocab map[string]int32) (int32, error) {
	if f.Unknown == nil && f.Type == "BPE" {
		return -1, nil
	}
	name := "[UNK]"
	if f.Unknown != nil {
		name = *f.Unknown
	}
	id, ok := vocab[name]
	if !ok {
		return 0, fmt.Errorf("the vocabulary of %d tokens lacks unk_token %q", len(vocab), name)
	}
	return id, nil
}

func (f *ModelFile) bpe(vocab map[string]int32, unknown int32, last *bytesOf) (model, error) {
	if f.Dropout != nil && *f.Dropout != 0 {
		return nil, unsupported("dropout is %v: ids would be different each time", *f.Dropout)
	}
	m := &bpe{vocab: vocab, unknown: unknown, fuse: f.FuseUnknown, whole: f.IgnoreMerges, merges: newPairs(len(f.Merges))}
	if f.Prefix != nil {
		m.prefix = *f.Prefix
	}
	if f.Suffix != nil {
		m.last = *f.Suffix
	}
	for rank, pair := range f.Merges {
		rest := pair[1]
		if len(m.prefix) > len(rest) {
			return nil, fmt.Errorf("merge %d: %q is shorter than the prefix %q", rank, rest, m.prefix)
		}
		a, aOK := vocab[pair[0]]
		b, bOK := vocab[rest]
		into, ok := vocab[pair[0]+rest[len(m.prefix):]]
		if !aOK || !bOK || !ok {
			return nil, fmt.Errorf("merge %d: %q, %q or both together are not in the vocabulary", rank, pair[0], rest)
		}
		m.merges.set(a, b, int32(rank), into)
	}
	if f.ByteFallback {
		m.bytes = byteTokens(vocab)
	} else if last != nil && m.prefix == "" && m.last == "" {
		m.readBytes()
		last.mapped = false
	}
	return m, nil
}

// readBytes has the model read bytes, not the characters of GPT-2's alphabet.
func (m *bpe) readBytes() {
	m.symbols = new([256]int32)
	byteOf := map[rune]byte{}
	for b, char := range alphabet {
		id, ok := m.vocab[char]
		if m.symbols[b] = id; !ok {
			m.symbols[b] = -1
		}
		r, _ := utf8.DecodeRuneInString(char)
		byteOf[r] = byte(b)
	}
	words := make(map[string]int32, len(m.vocab))
	for token, id := range m.vocab {
		var b strings.Builder
		for _, r := range token {
			c, ok := byteOf[r]
			if !ok {
				b.Reset()
				break
			}
			b.WriteByte(c)
		}
		if b.Len() > 0 {
			words[b.String()] = id
		}
	}
	m.vocab = words
}

func (f *ModelFile) unigram() (model, map[string]int32, error) {
	var list []scoredToken
	for _, p := range f.pieces {
		list = append(list, scoredToken{p.text, float64(p.score)})
	}
	if err := json.Unmarshal(f.Vocab, &list); err != nil && f.pieces == nil {
		return nil, nil, fmt.Errorf("vocab: %w", err)
	}
	if f.UnknownID == nil {
		return nil, nil, unsupported("unk_id is null: a character that is not in the vocabulary would have no id")
	}
	tokens, scores := make([]string, len(list)), make([]float64, len(list))
	for i, token := range list {
		tokens[i], scores[i] = token.text, token.score
	}
	return unigramOf(tokens, scores, *f.UnknownID, f.ByteFallback)
}

// unigramOf checks and makes a Unigram model and its vocabulary.
func unigramOf(tokens []string, scores []float64, unknown int, byteFallback bool) (model, map[string]int32, error) {
	if unknown < 0 || unknown >= len(tokens) {
		return nil, nil, fmt.Errorf("unk_id is %d, and vocab has %d tokens", unknown, len(tokens))
	}
	m := newUnigram(tokens, scores, int32(unknown), byteFallback)
	return m, maps.Clone(m.vocab), nil
}

// mergeList is a list of pairs, or of texts with a space between the two.
type mergeList [][2]string

func (l *mergeList) UnmarshalJSON(text []byte) error {
	var pairs [][]string
	if json.Unmarshal(text, &pairs) == nil {
		for i, p := range pairs {
			if len(p) != 2 {
				return fmt.Errorf("merge %d has %d parts, want 2", i, len(p))
			}
			*l = append(*l, [2]string(p))
		}
		return nil
	}
	var lines []string
	if err := json.Unmarshal(text, &lines); err != nil {
		return err
	}
	return l.addLines(lines)
}

// addLines adds merges that are written as texts.
func (l *mergeList) addLines(lines []string) error {
	for _, line := range lines {
		if strings.HasPrefix(line, "#version") {
			continue
		}
		a, b, ok := strings.Cut(line, " ")
		if !ok || strings.Contains(b, " ") {
			return fmt.Errorf("merge %q does not have two parts", line)
		}
		*l = append(*l, [2]string{a, b})
	}
	return nil
}

// scoredToken is a pair such as ["▁the", -3.2].
type scoredToken struct {
	text  string
	score float64
}

func (t *scoredToken) UnmarshalJSON(text []byte) error {
	var pair []json.RawMessage
	if err := json.Unmarshal(text, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return fmt.Errorf("%s is no pair of a token and its score", text)
	}
	if err := json.Unmarshal(pair[0], &t.text); err != nil {
		return err
	}
	if err := json.Unmarshal(pair[1], &t.score); err != nil {
		return err
	}
	t.score = roundedTwice(string(pair[1]), t.score)
	return nil
}

// roundedTwice is a number as the library's JSON reader takes it: the digits as a whole number,
// rounded, by a power of ten, rounded again. exact is it rounded once, which it is without a
// fraction and where there are more digits than count.
func roundedTwice(number string, exact float64) float64 {
	digits, negative := strings.CutPrefix(number, "-")
	digits, power, _ := strings.Cut(strings.ToLower(digits), "e")
	whole, fraction, ok := strings.Cut(digits, ".")
	if !ok {
		return exact
	}
	var significand uint64
	exponent := 0
	for i, c := range []byte(whole + fraction) {
		d := uint64(c - '0')
		if significand > (math.MaxUint64-d)/10 {
			break
		}
		if significand = significand*10 + d; i >= len(whole) {
			exponent--
		}
	}
	if power != "" {
		var e int
		if _, err := fmt.Sscan(power, &e); err != nil {
			return exact
		}
		exponent += e
	}
	f := float64(significand)
	switch {
	case exponent < -308 || exponent > 308:
		return exact
	case exponent < 0:
		f /= math.Pow10(-exponent)
	default:
		f *= math.Pow10(exponent)
	}
	if negative {
		f = -f
	}
	return f
}
