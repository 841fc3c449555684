// Package tokenize turns text into the token ids of BERT's vocabulary, id for id what
// Hugging Face tokenizers gives for a BertTokenizer: special tokens, normalisation,
// punctuation splitting, then the longest-match-first pieces of each word.
package tokenize

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// maxChars is the length from which a word is unknown as a whole (tokenizers'
// max_input_chars_per_word), and prefix marks a piece that continues a word.
const (
	maxChars = 100
	prefix   = "##"
)

// Options are the settings of a tokenizer_config.json. The zero value keeps case and accents
// and treats ideographs as letters.
type Options struct {
	LowerCase    bool     // do_lower_case
	StripAccents bool     // strip_accents; null there means the value of do_lower_case
	SpaceChinese bool     // tokenize_chinese_chars
	Unknown      string   // the token of unknown words; "" means [UNK]
	CLS, SEP     string   // the tokens around a sequence; "" means [CLS] and [SEP]
	Special      []string // tokens recognised in raw text; nil means those three, [PAD] and [MASK]
}

// Tokenizer holds a vocabulary. Any number of goroutines may use one at once.
type Tokenizer struct {
	Unknown, CLS, SEP int32 // ids of the special tokens every model has

	starts, continues map[string]int32 // pieces that begin a word; that continue one, without ##
	longest           int              // bytes of the longest piece
	specials          []special        // longest first
	first             string           // the bytes specials begin with
	options           Options
	scratch           sync.Pool // of *words
}

type special struct {
	text string
	id   int32
}

// ReadVocab reads a vocab.txt: one token a line, the line number (from 0) its id. Of a
// token that stands twice the later line counts, as in transformers.
func ReadVocab(r io.Reader) (map[string]int32, error) {
	vocab := map[string]int32{}
	lines := bufio.NewScanner(r)
	for id := int32(0); lines.Scan(); id++ {
		token := lines.Text()
		if !utf8.ValidString(token) {
			return nil, fmt.Errorf("tokenize: vocabulary line %d is not UTF-8", id+1)
		}
		vocab[token] = id
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("tokenize: vocabulary line %d: %w", len(vocab)+1, err)
	}
	return vocab, nil
}

// New makes a tokenizer of a vocabulary (token to id). The unknown, CLS and SEP tokens must be
// in it; other special tokens are recognised as far as they are.
func New(vocab map[string]int32, o Options) (*Tokenizer, error) {
	o.Unknown, o.CLS, o.SEP = cmp.Or(o.Unknown, "[UNK]"), cmp.Or(o.CLS, "[CLS]"), cmp.Or(o.SEP, "[SEP]")
	if o.Special == nil {
		o.Special = []string{o.Unknown, o.CLS, o.SEP, "[PAD]", "[MASK]"}
	}
	t := &Tokenizer{options: o, starts: map[string]int32{}, continues: map[string]int32{}}
	t.scratch.New = func() any { return new(words) }
	for _, want := range []struct {
		id    *int32
		token string
	}{{&t.Unknown, o.Unknown}, {&t.CLS, o.CLS}, {&t.SEP, o.SEP}} {
		id, ok := vocab[want.token]
		if !ok {
			return nil, fmt.Errorf("tokenize: the vocabulary of %d tokens lacks %q", len(vocab), want.token)
		}
		*want.id = id
	}
	for token, id := range vocab {
		t.longest = max(t.longest, len(token))
		if rest, ok := strings.CutPrefix(token, prefix); ok {
			t.continues[rest] = id
		} else {
			t.starts[token] = id
		}
	}
	t.addSpecials(vocab, o.Special)
	return t, nil
}

func (t *Tokenizer) addSpecials(vocab map[string]int32, tokens []string) {
	for _, token := range tokens {
		if id, ok := vocab[token]; ok && token != "" {
			t.specials = append(t.specials, special{token, id})
			t.first += token[:1]
		}
	}
	slices.SortStableFunc(t.specials, func(a, b special) int { return len(b.text) - len(a.text) })
	if strings.Count(t.first, t.first[:min(1, len(t.first))]) == len(t.first) {
		t.first = t.first[:min(1, len(t.first))] // one byte to look for, as with [CLS], [SEP] …
	}
}

// Append appends the ids of text to dst and returns it; no special tokens are added. A special
// token that stands literally in the text ("a [SEP] b") becomes its id, since transformers does
// so and a score must not depend on who computed it; whoever takes text from strangers and
// minds strips the brackets first. Bytes that are not UTF-8 are dropped.
// It allocates only when dst has too little room.
func (t *Tokenizer) Append(dst []int32, text string) []int32 {
	w := t.scratch.Get().(*words)
	defer t.scratch.Put(w)
	return t.append(dst, text, w)
}

func (t *Tokenizer) append(dst []int32, text string, w *words) []int32 {
	for text != "" {
		start, end, id := t.nextSpecial(text)
		if start > 0 {
			w.split(text[:start], &t.options)
			dst = t.appendWords(dst, w)
		}
		if end > start {
			dst = append(dst, id)
		}
		text = text[end:]
	}
	return dst
}

// nextSpecial finds the first special token in text; start and end are both len(text) when
// there is none.
func (t *Tokenizer) nextSpecial(text string) (start, end int, id int32) {
	for start = 0; start < len(text); start++ {
		skip := indexAny(text[start:], t.first)
		if skip < 0 {
			break
		}
		start += skip
		for _, s := range t.specials {
			if strings.HasPrefix(text[start:], s.text) {
				return start, start + len(s.text), s.id
			}
		}
	}
	return len(text), len(text), 0
}

// indexAny is strings.IndexAny with the usual case, one ASCII byte, at full speed and with
// bytes taken for bytes.
func indexAny(text, set string) int {
	if len(set) == 1 {
		return strings.IndexByte(text, set[0])
	}
	for i := range len(text) {
		if strings.IndexByte(set, text[i]) >= 0 {
			return i
		}
	}
	return -1
}

func (t *Tokenizer) appendWords(dst []int32, w *words) []int32 {
	start := 0
	for _, span := range w.spans {
		dst = t.appendWord(dst, w.bytes[start:span.end], span.chars)
		start = span.end
	}
	return dst
}

// appendWord splits one word of so many characters greedily into its longest pieces; a word
// with a remainder that no piece begins is unknown as a whole.
func (t *Tokenizer) appendWord(dst []int32, word []byte, chars int) []int32 {
	if chars > maxChars {
		return append(dst, t.Unknown)
	}
	if id, ok := t.starts[string(word)]; ok {
		return append(dst, id)
	}
	before, pieces := len(dst), t.starts
	for len(word) > 0 {
		id, n := longestPiece(pieces, word[:min(len(word), t.longest)])
		if n == 0 {
			return append(dst[:before], t.Unknown)
		}
		dst, word, pieces = append(dst, id), word[n:], t.continues
	}
	return dst
}

// longestPiece looks the prefixes of word up, longest first. A prefix that ends inside a
// character is never found, since the vocabulary is UTF-8.
func longestPiece(pieces map[string]int32, word []byte) (id int32, n int) {
	for n = len(word); n > 0; n-- {
		if id, ok := pieces[string(word[:n])]; ok {
			return id, n
		}
	}
	return 0, 0
}

// Truncate says how many ids of two sequences of na and nb ids are kept so that together they
// have at most room: transformers' longest_first, which cuts the longer one and, when both
// are long, leaves half to each.
func Truncate(na, nb, room int) (int, int) {
	if na+nb <= room {
		return na, nb
	}
	short, long := min(na, nb), 0
	if long = room - short; long < short {
		short, long = room/2, room-room/2
	}
	if na > nb {
		return long, short
	}
	return short, long
}
