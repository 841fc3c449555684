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

// byteLevel is ByteLevel: a character of GPT-2's alphabet for every byte.
type byteLevel struct{}

func (byteLevel) normalize(b *buffers, p piece) piece {
	dst, origin := b.take(), 0
	for i, c := range p.text {
		if dst = append(dst, alphabet[c]...); i < p.origin {
			origin = len(dst)
		}
	}
	return b.done(dst, origin)
}

// alphabet is GPT-2's: a visible character for each byte.
var alphabet = newAlphabet()

func newAlphabet() (a [256]string) {
	n := rune(256)
	for b := range a {
		r := rune(b)
		if b < '!' || b > '~' && b < 0xa1 || b == 0xad {
			r, n = n, n+1
		}
		a[b] = string(r)
	}
	return a
}

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

// bertNormalizer is BertNormalizer: first cleans and sets ideographs apart, second strips marks and
// lower-cases.
type bertNormalizer struct {
	clean, strip, lower bool
	first, second       runes
}

func newBertNormalizer(clean, apart, strip, lower bool) *bertNormalizer {
	n := &bertNormalizer{clean: clean, strip: strip, lower: lower}
	n.first = newRunes(func(dst []byte, r rune) []byte {
		c := classOf(r)
		switch {
		case clean && c&other != 0:
			return dst
		case clean && c&space != 0:
			return append(dst, ' ')
		case apart && c&chinese != 0:
			return append(utf8.AppendRune(append(dst, ' '), r), ' ')
		}
		return utf8.AppendRune(dst, r)
	})
	n.second = newRunes(func(dst []byte, r rune) []byte {
		switch {
		case strip && classOf(r)&nonspacing != 0:
			return dst
		case lower:
			return appendLower(dst, r)
		}
		return utf8.AppendRune(dst, r)
	})
	return n
}

func (n *bertNormalizer) normalize(b *buffers, p piece) piece {
	if asciiLength(p.text) == len(p.text) {
		return n.ascii(b, p)
	}
	p = n.first.normalize(b, p)
	if n.strip {
		p = forms["NFD"].normalize(b, p)
	}
	return n.second.normalize(b, p)
}

// ascii does all of it in one pass.
func (n *bertNormalizer) ascii(b *buffers, p piece) piece {
	dst, origin := b.take(), 0
	for i, c := range p.text {
		switch k := classes.ascii[c]; {
		case n.clean && k&other != 0:
		case n.clean && c < ' ':
			dst = append(dst, ' ')
		case n.lower && 'A' <= c && c <= 'Z':
			dst = append(dst, c+'a'-'A')
		default:
			dst = append(dst, c)
		}
		if i < p.origin {
			origin = len(dst)
		}
	}
	return b.done(dst, origin)
}

// validUTF8 appends text with U+FFFD for what is no UTF-8, one for each sequence that breaks off,
// as decoders do.
func validUTF8(dst []byte, text string) []byte {
	if utf8.ValidString(text) {
		return append(dst, text...)
	}
	for text != "" {
		r, n := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && n == 1 {
			n = brokenLength(text)
		}
		dst, text = utf8.AppendRune(dst, r), text[n:]
	}
	return dst
}

// brokenLength is how many bytes of a broken character could begin one.
func brokenLength(text string) int {
	want := 0
	low, high := byte(0x80), byte(0xbf)
	switch c := text[0]; {
	case c >= 0xc2 && c <= 0xdf:
		want = 2
	case c >= 0xe0 && c <= 0xef:
		want = 3
		if c == 0xe0 {
			low = 0xa0
		} else if c == 0xed {
			high = 0x9f
		}
	case c >= 0xf0 && c <= 0xf4:
		want = 4
		if c == 0xf0 {
			low = 0x90
		} else if c == 0xf4 {
			high = 0x8f
		}
	}
	n := 1
	for n < want && n < len(text) && low <= text[n] && text[n] <= high {
		n, low, high = n+1, 0x80, 0xbf
	}
	return n
}
