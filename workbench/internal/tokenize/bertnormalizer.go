package tokenize

import "unicode/utf8"

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
