package tokenize

import (
	"slices"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// form is a normalization form of Unicode as Hugging Face's library knows it: characters younger
// than its tables neither decompose nor are put into order, and runs of marks have no limit.
type form struct {
	norm               norm.Form
	compatible, joined bool
}

// forms are the normalizers NFC, NFD, NFKC and NFKD.
var forms = map[string]form{
	"NFC": {norm.NFC, false, true}, "NFD": {norm.NFD, false, false}, "NFKC": {norm.NFKC, true, true}, "NFKD": {norm.NFKD, true, false},
}

func (f form) normalize(b *buffers, p piece) piece {
	if f.norm.QuickSpan(p.text) == len(p.text) { // by newer tables, which change no less than these
		return p
	}
	chars := b.decompose(f, p)
	if f.joined {
		chars = compose(chars)
	}
	dst, origin := b.take(), 0
	for _, c := range chars {
		if dst = utf8.AppendRune(dst, c.r); c.origin {
			origin = len(dst)
		}
	}
	return b.done(dst, origin)
}

// char is a character and its canonical combining class.
type char struct {
	r      rune
	ccc    uint8
	inner  bool // it is not the first that its character decomposes to
	origin bool // it stands for the character at the very beginning
}

// decompose gives the decomposed characters of p in canonical order.
func (b *buffers) decompose(f form, p piece) []char {
	chars := b.chars[:0]
	for text := p.text; len(text) > 0; {
		r, size := utf8.DecodeRune(text)
		first := len(chars)
		chars, text = f.appendDecomposed(chars, r, text[:size]), text[size:]
		for i := first + 1; i < len(chars); i++ {
			chars[i].inner = true
		}
	}
	for i := 0; i < len(chars); i++ {
		start := i
		for i < len(chars) && chars[i].ccc > 0 {
			i++
		}
		if i > start+1 {
			slices.SortStableFunc(chars[start:i], func(a, b char) int { return int(a.ccc) - int(b.ccc) })
		}
	}
	b.chars = chars
	if p.origin > 0 { // as the library aligns them, by their places
		at := 0
		for i, last := 0, utf8.RuneCount(p.text[:p.origin]); i < len(chars); i++ {
			if !chars[i].inner {
				at++
			}
			if chars[i].origin = at <= last; at > last {
				break
			}
		}
	}
	return chars
}

// appendDecomposed appends what the character r, with these bytes, decomposes to.
func (f form) appendDecomposed(dst []char, r rune, bytes []byte) []char {
	if classOf(r)&unstable == 0 {
		return append(dst, char{r: r})
	}
	if s := r - hangulFirst; s >= 0 && r <= hangulLast { // 19 leads, 21 vowels, 27 tails or none
		dst = append(dst, char{r: 0x1100 + s/(21*28)}, char{r: 0x1161 + s%(21*28)/28})
		if tail := s % 28; tail > 0 {
			dst = append(dst, char{r: 0x11a7 + tail})
		}
		return dst
	}
	kind := norm.NFD
	if f.compatible {
		kind = norm.NFKD
	}
	p := kind.Properties(bytes)
	parts := p.Decomposition()
	if parts == nil {
		return append(dst, char{r: r, ccc: p.CCC()})
	}
	for len(parts) > 0 {
		c, n := utf8.DecodeRune(parts)
		dst, parts = append(dst, char{r: c, ccc: kind.Properties(parts).CCC()}), parts[n:]
	}
	return dst
}

const hangulFirst, hangulLast = 0xac00, 0xd7a3

// compose joins characters with the starter before them, in place.
func compose(chars []char) []char {
	out, starter := chars[:0], -1
	for _, c := range chars {
		blocked := starter >= 0 && starter < len(out)-1 && (out[len(out)-1].ccc >= c.ccc || out[len(out)-1].ccc == 0)
		if starter >= 0 && !blocked {
			if r, ok := composite(out[starter].r, c.r); ok {
				out[starter].r = r
				continue
			}
		}
		if c.ccc == 0 {
			starter = len(out)
		}
		out = append(out, c)
	}
	return out
}

// composite is the character that two compose to.
func composite(a, b rune) (rune, bool) {
	if l, v := a-0x1100, b-0x1161; l >= 0 && l < 19 && v >= 0 && v < 21 {
		return hangulFirst + (l*21+v)*28, true
	}
	if s, t := a-hangulFirst, b-0x11a7; s >= 0 && a <= hangulLast && s%28 == 0 && t > 0 && t < 28 {
		return a + t, true
	}
	r, ok := composites()[[2]rune{a, b}]
	return r, ok
}

// composites are the pairs that compose, found by composing every character that decomposes.
var composites = sync.OnceValue(func() map[[2]rune]rune {
	pairs := map[[2]rune]rune{}
	for _, run := range unstableRanges {
		for r := run[0]; r <= run[1]; r++ {
			if r >= hangulFirst && r <= hangulLast || norm.NFC.String(string(r)) != string(r) {
				continue
			}
			full := []rune(norm.NFD.String(string(r)))
			if len(full) < 2 {
				continue
			}
			if first := []rune(norm.NFC.String(string(full[:len(full)-1]))); len(first) == 1 {
				pairs[[2]rune{first[0], full[len(full)-1]}] = r
			}
		}
	}
	return pairs
})
