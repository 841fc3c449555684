package tokenize

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"unicode/utf8"
)

// Options are the settings of BERT's tokenizer_config.json. The zero value keeps case and accents
// and treats ideographs as letters.
type Options struct {
	LowerCase    bool     // do_lower_case
	StripAccents bool     // strip_accents; null there means the value of do_lower_case
	SpaceChinese bool     // tokenize_chinese_chars
	Unknown      string   // the token of unknown words; "" means [UNK]
	CLS, SEP     string   // the tokens around a sequence; "" means [CLS] and [SEP]
	Special      []string // tokens recognised in raw text; nil means those three, [PAD] and [MASK]
}

// The length from which a word is unknown as a whole, and the mark of a piece that continues one.
const (
	bertWord   = 100
	bertPrefix = "##"
)

// BERT makes BERT's tokenizer of a vocabulary (token to id). The unknown, CLS and SEP tokens must
// be in it; other special tokens are recognised as far as they are.
func BERT(vocab map[string]int32, o Options) (*Tokenizer, error) {
	o.Unknown, o.CLS, o.SEP = cmp.Or(o.Unknown, "[UNK]"), cmp.Or(o.CLS, "[CLS]"), cmp.Or(o.SEP, "[SEP]")
	if o.Special == nil {
		o.Special = []string{o.Unknown, o.CLS, o.SEP, "[PAD]", "[MASK]"}
	}
	t := &Tokenizer{vocab: vocab, cutter: preTokenizers{bertWords{}}}
	t.normalizer = normalizers{newBertNormalizer(true, o.SpaceChinese, o.StripAccents, o.LowerCase)}
	for _, token := range []string{o.Unknown, o.CLS, o.SEP} {
		if _, ok := vocab[token]; !ok {
			return nil, fmt.Errorf("tokenize: the special token %q is not in the vocabulary of %d tokens", token, len(vocab))
		}
	}
	t.model = newWordPiece(vocab, vocab[o.Unknown], bertPrefix, bertWord)
	t.One, t.Two = Standard(vocab[o.CLS], vocab[o.SEP], 1), Standard(vocab[o.CLS], vocab[o.SEP], 2)
	var added []AddedToken
	for _, token := range o.Special {
		if id, ok := vocab[token]; ok {
			added = append(added, AddedToken{ID: id, Content: token, Special: true})
		}
	}
	return t.init(), t.Add(added)
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
