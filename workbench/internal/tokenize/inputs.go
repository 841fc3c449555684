package tokenize

import (
	"errors"
	"fmt"
	"slices"
)

// Piece is a part of an input: the ids of special tokens, or one of its texts.
type Piece struct {
	IDs  []int32 // of special tokens; nil for a text
	Text int     // 0 is the first text, 1 the second
	Type int     // token type of the part
}

// Layout says how the ids of one text or two stand among special tokens.
type Layout struct {
	pieces  []Piece
	special int // ids of special tokens
	second  int // the first piece of type 1
}

// NewLayout checks pieces for so many texts: each stands there once, and types do not fall.
func NewLayout(pieces []Piece, texts int) (Layout, error) {
	l := Layout{pieces: pieces, second: len(pieces)}
	seen := make([]int, 2)
	for i, p := range pieces {
		switch {
		case p.IDs == nil:
			seen[p.Text]++
		default:
			l.special += len(p.IDs)
		}
		switch {
		case p.Type != 0 && p.Type != 1:
			return l, fmt.Errorf("a part is of type %d, want 0 or 1", p.Type)
		case p.Type == 1:
			l.second = min(l.second, i)
		case l.second < i:
			return l, errors.New("a part of type 0 follows one of type 1")
		}
	}
	if seen[0] != 1 || texts == 2 && seen[1] != 1 || texts == 1 && seen[1] != 0 {
		return l, fmt.Errorf("the texts stand in it %d and %d times, want each once", seen[0], seen[1])
	}
	return l, nil
}

// Special is how many ids of special tokens stand in the layout.
func (l Layout) Special() int { return l.special }

// IDs are those of the special tokens.
func (l Layout) IDs() (ids []int32) {
	for _, p := range l.pieces {
		ids = append(ids, p.IDs...)
	}
	return ids
}

// Bare returns the layout without its special tokens.
func (l Layout) Bare() Layout {
	bare := Layout{}
	for i, p := range l.pieces {
		if i == l.second {
			bare.second = len(bare.pieces)
		}
		if p.IDs == nil {
			bare.pieces = append(bare.pieces, p)
		}
	}
	if l.second == len(l.pieces) {
		bare.second = len(bare.pieces)
	}
	return bare
}

// Types is how many token types the parts have: 1 or 2.
func (l Layout) Types() int {
	if l.second < len(l.pieces) {
		return 2
	}
	return 1
}

// OneType returns the layout with all parts of type 0.
func (l Layout) OneType() Layout {
	l.second = len(l.pieces)
	return l
}

// Standard is BERT's layout: [CLS] A [SEP] of type 0, and for two texts B [SEP] of type 1.
func Standard(cls, sep int32, texts int) Layout {
	pieces := []Piece{{IDs: []int32{cls}}, {}, {IDs: []int32{sep}}}
	if texts == 2 {
		pieces = append(pieces, Piece{Text: 1, Type: 1}, Piece{IDs: []int32{sep}, Type: 1})
	}
	l, _ := NewLayout(pieces, texts) // it is as it should be
	return l
}

// Inputs turns texts into what a model reads.
type Inputs struct {
	Tokenizer *Tokenizer
	One, Two  Layout
	Max       int      // ids of an input, special tokens included
	Left      bool     // long texts lose their beginning, not their end
	Strategy  Strategy // which of two texts is cut
}

// Room returns how many ids of texts an input of two, or of one, has room for.
func (in *Inputs) Room() int { return in.Max - max(in.One.special, in.Two.special) }

// Pair appends the ids of two texts to dst and says how many of them are of type 0; the others,
// which follow, are of type 1. Texts that are too long are cut as the strategy says.
func (in *Inputs) Pair(dst []int32, a, b string) ([]int32, int) {
	return in.append(dst, in.Two, a, b)
}

// Single appends the ids of one text to dst.
func (in *Inputs) Single(dst []int32, text string) ([]int32, int) {
	return in.append(dst, in.One, text, "")
}

// PromptLength returns how many ids of one text with a prompt before it are the prompt's, as
// sentence-transformers counts them: those of the prompt alone without the special token at its end.
func (in *Inputs) PromptLength(prompt string) int {
	ids, _ := in.Single(nil, prompt)
	if pieces := in.One.pieces; pieces[len(pieces)-1].IDs != nil {
		return len(ids) - 1
	}
	return len(ids)
}

// Length returns how many ids two texts have together, special tokens included, if none is cut.
func (in *Inputs) Length(a, b string) int {
	return len(in.Tokenizer.Append(in.Tokenizer.Append(nil, a), b)) + in.Two.special
}

// SingleLength is Length of one text.
func (in *Inputs) SingleLength(text string) int {
	return len(in.Tokenizer.Append(nil, text)) + in.One.special
}

func (in *Inputs) append(dst []int32, l Layout, a, b string) ([]int32, int) {
	var at, n [2]int // where each text begins, and how many ids it has
	start := len(dst)
	for _, p := range l.pieces {
		switch {
		case p.IDs != nil:
			dst = append(dst, p.IDs...)
			continue
		case p.Text == 0:
			at[0], dst = len(dst), in.Tokenizer.Append(dst, a)
		default:
			at[1], dst = len(dst), in.Tokenizer.Append(dst, b)
		}
		n[p.Text] = len(dst) - at[p.Text]
	}
	if len(dst)-start > in.Max {
		var keep [2]int
		keep[0], keep[1] = in.Strategy.Keep(n[0], n[1], in.Max-l.special)
		last := 0 // the text that stands behind the other is cut first, so that the other's place holds
		if at[1] > at[0] {
			last = 1
		}
		for _, i := range [2]int{last, 1 - last} {
			dst = in.cut(dst, at[i], n[i], keep[i])
			n[i] = keep[i]
		}
	}
	return dst, l.first(n)
}

// cut leaves keep of the n ids that begin at a place.
func (in *Inputs) cut(dst []int32, at, n, keep int) []int32 {
	if in.Left {
		return slices.Delete(dst, at, at+n-keep)
	}
	return slices.Delete(dst, at+keep, at+n)
}

// first is how many ids are of type 0 when the texts have n each.
func (l Layout) first(n [2]int) (ids int) {
	for _, p := range l.pieces[:l.second] {
		if ids += len(p.IDs); p.IDs == nil {
			ids += n[p.Text]
		}
	}
	return ids
}
