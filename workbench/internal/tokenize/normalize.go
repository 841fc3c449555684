package tokenize

import (
	"unicode/utf8"
)

// piece is a part of a text on its way to the model.
type piece struct {
	text   []byte
	origin int // so many bytes come from the character at the very beginning of the text
}

// normalizer changes a text. The result is its argument when nothing changes, and else stands in
// one of the buffers of b.
type normalizer interface {
	normalize(b *buffers, p piece) piece
}

// buffers are two that normalizers write to in turn, so that what one wrote the next can read.
type buffers struct {
	bytes [2][]byte
	next  int
	chars []char
}

// take gives the buffer that the last normalizer did not write to.
func (b *buffers) take() []byte {
	b.next ^= 1
	return b.bytes[b.next][:0]
}

// done hands the buffer back, grown perhaps.
func (b *buffers) done(text []byte, origin int) piece {
	b.bytes[b.next] = text
	return piece{text, origin}
}

// normalizers are done one after the other.
type normalizers []normalizer

func (n normalizers) normalize(b *buffers, p piece) piece {
	for _, each := range n {
		p = each.normalize(b, p)
	}
	return p
}

// runes is a normalizer that makes something of every character by itself. ascii, if not nil, says
// of each ASCII character whether it stays.
type runes struct {
	stays  *[utf8.RuneSelf]bool
	append func(dst []byte, r rune) []byte
}

func (n runes) normalize(b *buffers, p piece) piece {
	same := 0
	for same < len(p.text) && p.text[same] < utf8.RuneSelf && n.stays[p.text[same]] {
		same++
	}
	if same == len(p.text) {
		return p
	}
	dst, origin := append(b.take(), p.text[:same]...), min(p.origin, same)
	for i := same; i < len(p.text); {
		r, size := utf8.DecodeRune(p.text[i:])
		dst = n.append(dst, r)
		if i += size; i <= p.origin {
			origin = len(dst)
		}
	}
	return b.done(dst, origin)
}

// newRunes finds out which ASCII characters stay.
func newRunes(f func(dst []byte, r rune) []byte) runes {
	n := runes{new([utf8.RuneSelf]bool), f}
	for c := range n.stays {
		out := f(nil, rune(c))
		n.stays[c] = len(out) == 1 && int(out[0]) == c
	}
	return n
}

// lowercase is the normalizer Lowercase.
var lowercase = newRunes(appendLower)

// stripAccents is StripAccents, which decomposes nothing.
var stripAccents = newRunes(func(dst []byte, r rune) []byte {
	if classOf(r)&combining != 0 {
		return dst
	}
	return utf8.AppendRune(dst, r)
})

// nmt is Nmt: sentencepiece's cleaning, without its rules.
var nmt = newRunes(func(dst []byte, r rune) []byte {
	switch {
	case r >= 1 && r <= 8, r == 0xb, r >= 0xe && r <= 0x1f, r == 0x7f, r == 0x8f, r == 0x9f:
		return dst
	case r == 9, r == 10, r == 12, r == 13, r == 0x1680, r >= 0x200b && r <= 0x200f, r == 0x2028, r == 0x2029, r == 0x2581, r == 0xfeff, r == 0xfffd:
		return append(dst, ' ')
	}
	return utf8.AppendRune(dst, r)
})

// prepended is Prepend: a text before every text that is not empty.
type prepended string

func (n prepended) normalize(b *buffers, p piece) piece {
	if len(p.text) == 0 {
		return p
	}
	origin := p.origin
	if origin > 0 {
		origin += len(n)
	}
	return b.done(append(append(b.take(), n...), p.text...), origin)
}

// strip is Strip: white space off the ends.
type strip struct{ left, right bool }

func (n strip) normalize(_ *buffers, p piece) piece {
	for n.left && len(p.text) > 0 {
		c, size := firstClass(p.text)
		if c&space == 0 {
			break
		}
		p.text, p.origin = p.text[size:], max(0, p.origin-size)
	}
	for n.right && len(p.text) > 0 {
		c, size := lastClass(p.text)
		if c&space == 0 {
			break
		}
		p.text = p.text[:len(p.text)-size]
	}
	p.origin = min(p.origin, len(p.text))
	return p
}

// replace is Replace: every match of a pattern becomes a text.
type replace struct {
	pattern pattern
	content []byte
}

func (n replace) normalize(b *buffers, p piece) piece {
	start, end := n.pattern.find(p.text, 0)
	if start < 0 {
		return p
	}
	dst, origin, from := b.take(), 0, 0
	for start >= 0 {
		if dst = append(dst, p.text[from:start]...); p.origin > from {
			origin = len(dst) - max(0, start-p.origin)
		}
		if dst = append(dst, n.content...); end <= p.origin {
			origin = len(dst)
		}
		from = end
		start, end = n.pattern.find(p.text, from)
	}
	if p.origin > from {
		origin = len(dst) + p.origin - from
	}
	return b.done(append(dst, p.text[from:]...), origin)
}
