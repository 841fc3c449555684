// Package tokenize turns text into token ids, id for id what Hugging Face's tokenizers gives for
// the same tokenizer.json: added tokens, normalizers, pre-tokenizers, models (WordPiece, Unigram,
// BPE, WordLevel), templates, truncation and padding. What it does not do is an error that names
// it.
package tokenize

import (
	"errors"
	"fmt"
	"runtime"
)

// ErrUnsupported is wrapped by errors about files that are well formed but want something else.
var ErrUnsupported = errors.New("unsupported tokenizer")

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnsupported, fmt.Sprintf(format, args...))
}

// Tokenizer is made of the parts of a tokenizer.json. Any number of goroutines may use one at once.
type Tokenizer struct {
	// SpecialAsText has special tokens that stand literally in a text tokenized as text, as
	// encode_special_tokens and split_special_tokens have it. Without it "a [SEP] b" holds the
	// separator itself.
	SpecialAsText bool

	// One and Two are the layouts of one text and of two.
	One, Two Layout

	Truncation *Truncation // of tokenizer.json; nil without
	Padding    *Padding    // of tokenizer.json; nil without

	vocab      map[string]int32 // with the added tokens
	added      []AddedToken
	raw, after *finder // added tokens of the text as it is; of the normalized one
	normalizer normalizers
	cutter     preTokenizers
	model      model
	scratch    chan *scratch
}

// scratch is what one text at a time needs. Reused, it allocates nothing.
type scratch struct {
	raw     []byte
	buffers buffers
	words   words
	cache   *cache
	path    []step
	symbol  []byte
	long    long
}

func (t *Tokenizer) init() *Tokenizer {
	t.scratch = make(chan *scratch, runtime.GOMAXPROCS(0))
	return t
}

// ID is the id of a token of the vocabulary or of those added.
func (t *Tokenizer) ID(token string) (id int32, ok bool) {
	id, ok = t.vocab[token]
	return id, ok
}

// Unknown is the id of what the vocabulary lacks; false where nothing is lacking.
func (t *Tokenizer) Unknown() (id int32, ok bool) {
	id = -1
	switch m := t.model.(type) {
	case *bpe:
		id = m.unknown
	case *unigram:
		id = m.unknown
	case *wordPiece:
		id = m.unknown
	case *wordLevel:
		id = m.unknown
	}
	return id, id >= 0
}

// Last is the token with the largest id.
func (t *Tokenizer) Last() (token string, id int32) {
	id = -1
	for text, i := range t.vocab {
		if i > id {
			token, id = text, i
		}
	}
	return token, id
}

// LowerFirst has texts lower-cased before anything else is done with them but added tokens, as
// sentence-transformers' do_lower_case has it.
func (t *Tokenizer) LowerFirst() {
	t.normalizer = append(normalizers{lowercase}, t.normalizer...)
}

// Append appends the ids of text to dst and returns it; no special tokens are added. A special
// token that stands literally in the text becomes its id, as in the library, unless SpecialAsText
// is set. What is not UTF-8 counts as
// U+FFFD. It allocates only when dst has too little room.
func (t *Tokenizer) Append(dst []int32, text string) []int32 {
	var s *scratch
	select {
	case s = <-t.scratch:
	default:
		s = &scratch{cache: newCache()}
	}
	dst = t.append(dst, text, s)
	select {
	case t.scratch <- s:
	default:
	}
	return dst
}

func (t *Tokenizer) append(dst []int32, text string, s *scratch) []int32 {
	s.raw = validUTF8(s.raw[:0], text)
	t.raw.each(s.raw, t.SpecialAsText, func(start, end int) {
		p := piece{text: s.raw[start:end]}
		if start == 0 {
			_, p.origin = firstClass(p.text)
		}
		p = t.normalizer.normalize(&s.buffers, p)
		t.after.each(p.text, t.SpecialAsText, func(start, end int) {
			s.words.set(piece{p.text[start:end], min(max(0, p.origin-start), end-start)})
			t.cutter.split(&s.words)
			for _, w := range s.words.spans {
				dst = s.cache.append(dst, s.words.text[w.start:w.end], t.model, s)
			}
		}, func(id int32) { dst = append(dst, id) })
	}, func(id int32) { dst = append(dst, id) })
	return dst
}
