package tokenize

import (
	"fmt"
	"math"
	"slices"
)

// Encoding is what a model reads of one input: Types and Mask are as long as IDs, and Mask is 0 for
// padding.
type Encoding struct{ IDs, Types, Mask []int32 }

// Padding is padding of a tokenizer.json.
type Padding struct {
	Strategy   PaddingLength `json:"strategy"`
	Direction  string        `json:"direction"` // Right or Left, the side that is filled
	MultipleOf *int          `json:"pad_to_multiple_of"`
	ID         int32         `json:"pad_id"`
	Type       int32         `json:"pad_type_id"`
}

// PaddingLength is the length inputs are filled up to: 0 is that of the longest.
type PaddingLength int

// UnmarshalJSON reads "BatchLongest" or {"Fixed": 128}.
func (l *PaddingLength) UnmarshalJSON(text []byte) error {
	if string(text) == `"BatchLongest"` {
		*l = 0
		return nil
	}
	var n int
	if _, err := fmt.Sscanf(string(slices.DeleteFunc(slices.Clone(text), func(b byte) bool { return b == ' ' || b == '\n' })), `{"Fixed":%d}`, &n); err != nil || n < 0 {
		return unsupported("padding.strategy is %s", text)
	}
	*l = PaddingLength(n)
	return nil
}

func (p *Padding) check() error {
	if p != nil && p.Direction != "Left" && p.Direction != "Right" {
		return unsupported("padding.direction is %q, want Left or Right", p.Direction)
	}
	return nil
}

// Encode encodes one text, or two that a model reads together, with special tokens or without, cut
// as Truncation says. It does not pad. That a strategy cannot cut as much as it must is an error.
func (t *Tokenizer) Encode(texts []string, special bool) (Encoding, error) {
	if len(texts) != 1 && len(texts) != 2 {
		return Encoding{}, fmt.Errorf("encode: %d texts, want 1 or 2", len(texts))
	}
	in := Inputs{Tokenizer: t, Max: math.MaxInt}
	l := [2]Layout{t.One, t.Two}[len(texts)-1]
	if !special {
		l = l.Bare()
	}
	if cut := t.Truncation; cut != nil {
		in.Max, in.Left, in.Strategy = cut.MaxLength, cut.Direction == "Left", cut.Strategy
		if err := t.cuttable(texts, l); err != nil {
			return Encoding{}, fmt.Errorf("encode: %w", err)
		}
	}
	ids, first := in.append(nil, l, texts[0], texts[len(texts)-1])
	e := Encoding{ids, make([]int32, len(ids)), make([]int32, len(ids))}
	for i := range ids {
		e.Mask[i] = 1
		if i >= first {
			e.Types[i] = 1
		}
	}
	return e, nil
}

// cuttable reports why Truncation cannot make the texts fit.
func (t *Tokenizer) cuttable(texts []string, l Layout) error {
	room, cut := t.Truncation.MaxLength-l.special, t.Truncation.Strategy
	if room < 0 {
		return fmt.Errorf("truncation to %d ids leaves none beside %d special tokens", t.Truncation.MaxLength, l.special)
	}
	if cut == LongestFirst || cut == OnlyFirst && len(texts) == 1 {
		return nil
	}
	n := make([]int, 2)
	for i, text := range texts {
		n[i] = len(t.Append(nil, text))
	}
	other := n[1]
	if cut == OnlySecond {
		other = n[0]
	}
	if n[0]+n[1] > room && room > 0 && other >= room {
		return fmt.Errorf("truncation %s cannot bring %d and %d ids to %d", cut, n[0], n[1], room)
	}
	return nil
}

// Pad fills encodings of one batch up as Padding says; without it they stay.
func (t *Tokenizer) Pad(batch []Encoding) {
	p, length := t.Padding, 0
	if p == nil {
		return
	}
	if length = int(p.Strategy); length == 0 {
		for _, e := range batch {
			length = max(length, len(e.IDs))
		}
	}
	if m := p.MultipleOf; m != nil && *m > 0 {
		length = (length + *m - 1) / *m * *m
	}
	for i := range batch {
		e := &batch[i]
		n := max(0, length-len(e.IDs))
		for _, row := range []struct {
			values *[]int32
			with   int32
		}{{&e.IDs, p.ID}, {&e.Types, p.Type}, {&e.Mask, 0}} {
			if filler := slices.Repeat([]int32{row.with}, n); p.Direction == "Left" {
				*row.values = append(filler, *row.values...)
			} else {
				*row.values = append(*row.values, filler...)
			}
		}
	}
}
