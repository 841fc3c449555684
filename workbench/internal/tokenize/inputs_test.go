package tokenize

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// letters is a tokenizer of the letters a to j, one id each from 10 on, and two special tokens.
func letters(t testing.TB) *Tokenizer {
	vocab := map[string]int32{"[UNK]": 0, "[CLS]": 1, "[SEP]": 2}
	for i := range 10 {
		vocab[string(rune('a'+i))] = int32(10 + i)
	}
	tok, err := BERT(vocab, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// slowInput tokenizes, cuts and joins one after the other.
func slowInput(in *Inputs, l Layout, texts [2]string) (ids []int32, first int) {
	var parts [2][]int32
	special := 0
	for _, p := range l.pieces {
		special += len(p.IDs)
	}
	for i, text := range texts {
		parts[i] = in.Tokenizer.Append(nil, text)
	}
	if len(parts[0])+len(parts[1])+special > in.Max {
		a, b := LongestFirst.Keep(len(parts[0]), len(parts[1]), in.Max-special)
		for i, n := range []int{a, b} {
			if in.Left {
				parts[i] = parts[i][len(parts[i])-n:]
			} else {
				parts[i] = parts[i][:n]
			}
		}
	}
	for _, p := range l.pieces {
		part := p.IDs
		if part == nil {
			part = parts[p.Text]
		}
		if p.Type == 0 {
			first += len(part)
		}
		ids = append(ids, part...)
	}
	return ids, first
}

func TestInputs(t *testing.T) {
	tok := letters(t)
	cls, sep := Piece{IDs: []int32{1}}, Piece{IDs: []int32{2, 2}}
	of := func(text, typ int) Piece { return Piece{Text: text, Type: typ} }
	end := Piece{IDs: []int32{2}, Type: 1}
	rng := rand.New(rand.NewPCG(1, 2))
	for name, pieces := range map[string][]Piece{
		"standard": {cls, of(0, 0), sep, of(1, 1), end}, "exchanged": {cls, of(1, 0), sep, of(0, 1), end}, "bare end": {cls, of(0, 0), of(1, 0)}, "types at once": {{IDs: []int32{1}, Type: 1}, of(0, 1), of(1, 1)},
	} {
		two, err := NewLayout(pieces, 2)
		if err != nil {
			t.Fatal(name, err)
		}
		for range 500 {
			in := &Inputs{Tokenizer: tok, One: Standard(1, 2, 1), Two: two, Max: 6 + rng.IntN(12), Left: rng.IntN(2) == 0}
			var texts [2]string
			for i := range texts {
				for range rng.IntN(12) {
					texts[i] += string(rune('a'+rng.IntN(10))) + " "
				}
			}
			before := []int32{99}
			got, first := in.Pair(slices.Clone(before), texts[0], texts[1])
			want, wantFirst := slowInput(in, two, texts)
			if !slices.Equal(got, append(before, want...)) || first != wantFirst {
				t.Fatalf("%s, %+v: %q: %v, %d of type 0; want %v, %d", name, in, texts, got, first, want, wantFirst)
			}
			if n := in.Length(texts[0], texts[1]); n <= in.Max != (n == len(got)-1) {
				t.Fatalf("%s: length %d of %q, and %d ids", name, n, texts, len(got)-1)
			}
			one, first := in.Single(nil, texts[0])
			if want, _ := slowInput(in, in.One, [2]string{texts[0]}); !slices.Equal(one, want) || first != len(one) {
				t.Fatalf("one of %q: %v, want %v", texts[0], one, want)
			}
		}
	}
	if one := (&Inputs{Tokenizer: tok, Two: Standard(1, 2, 2).OneType(), Max: 9}); one.Two.Types() != 1 || Standard(1, 2, 2).Types() != 2 {
		t.Error("types")
	} else if ids, first := one.Pair(nil, "a", "b"); first != len(ids) {
		t.Errorf("%d of %v of type 0", first, ids)
	}
}

func TestLayoutErrors(t *testing.T) {
	cls, a, b := Piece{IDs: []int32{1}}, Piece{}, Piece{Text: 1}
	for want, pieces := range map[string][]Piece{
		"1 and 0 times":       {cls, a},
		"2 and 1 times":       {cls, a, a, b},
		"type 0 follows":      {cls, {Type: 1}, b},
		"a part is of type 2": {cls, a, {Text: 1, Type: 2}},
	} {
		if _, err := NewLayout(pieces, 2); !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
