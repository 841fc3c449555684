package tokenize

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// words is the scratch of one text: its normalised words end to end, and the cleaned text they
// come from. Reused, it allocates nothing.
type words struct {
	bytes []byte
	spans []span
	clean []byte
}

// span says where a word ends in words.bytes and how many characters it has.
type span struct{ end, chars int }

// split fills w with the words of text: cleaned, ideographs apart, accents stripped,
// lower-cased, punctuation apart, in the order of BertNormalizer and BertPreTokenizer.
func (w *words) split(text string, o *Options) {
	w.bytes, w.spans = w.bytes[:0], w.spans[:0]
	chars, ascii := 0, 0
	for ascii < len(text) && text[ascii] < utf8.RuneSelf {
		ascii++
	}
	if ascii == len(text) {
		chars = w.ascii(text, o.LowerCase)
	} else {
		chars = w.unicode(w.normalise(text, o), o)
	}
	w.endWord(chars)
}

func (w *words) endWord(chars int) int {
	if chars > 0 {
		w.spans = append(w.spans, span{len(w.bytes), chars})
	}
	return 0
}

// ascii splits a text without letters beyond ASCII and returns the length of the open word.
func (w *words) ascii(text string, lower bool) (chars int) {
	for i := range len(text) {
		b := text[i]
		switch c := classes[b]; {
		case c&isLetter != 0:
			if lower && 'A' <= b && b <= 'Z' {
				b += 'a' - 'A'
			}
			w.bytes = append(w.bytes, b)
			chars++
		case c&isSpace != 0:
			chars = w.endWord(chars)
		case c&isPunctuation != 0:
			w.endWord(chars)
			w.bytes = append(w.bytes, b)
			chars = w.endWord(1)
		}
	}
	return chars
}

// normalise cleans text, spaces ideographs and decomposes; case and marks stay. Marks are not
// put into canonical order: those that order could matter for are all stripped.
func (w *words) normalise(text string, o *Options) []byte {
	w.clean = w.clean[:0]
	for i, r := range text {
		c := classOf(r)
		if c&isDropped != 0 {
			continue
		}
		apart := c&isChinese != 0 && o.SpaceChinese
		if apart {
			w.clean = append(w.clean, ' ')
		}
		if o.StripAccents && r >= utf8.RuneSelf {
			w.clean = appendDecomposed(w.clean, r, text[i:])
		} else {
			w.clean = utf8.AppendRune(w.clean, r)
		}
		if apart {
			w.clean = append(w.clean, ' ')
		}
	}
	return w.clean
}

// appendDecomposed appends the canonical decomposition of r, with which text begins.
func appendDecomposed(dst []byte, r rune, text string) []byte {
	if r < hangulFirst || r > hangulLast {
		if d := norm.NFD.PropertiesString(text).Decomposition(); d != nil {
			return append(dst, d...)
		}
		return utf8.AppendRune(dst, r)
	}
	s := r - hangulFirst // Hangul is computed: 19 leads, 21 vowels, 27 tails or none
	dst = utf8.AppendRune(dst, 0x1100+s/(21*28))
	dst = utf8.AppendRune(dst, 0x1161+s%(21*28)/28)
	if tail := s % 28; tail > 0 {
		dst = utf8.AppendRune(dst, 0x11a7+tail)
	}
	return dst
}

const hangulFirst, hangulLast = 0xac00, 0xd7a3

// unicode splits a normalised text and returns the length of the open word.
func (w *words) unicode(text []byte, o *Options) (chars int) {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		switch c := classOf(r); {
		case c&isMark != 0 && o.StripAccents:
		case c&isSpace != 0:
			chars = w.endWord(chars)
		case c&isPunctuation != 0:
			w.endWord(chars)
			w.bytes = utf8.AppendRune(w.bytes, r)
			chars = w.endWord(1)
		case r == 'İ' && o.LowerCase: // the one letter whose lower case is two characters
			w.bytes = append(w.bytes, "i\u0307"...)
			chars += 2
		default:
			if o.LowerCase {
				r = unicode.ToLower(r)
			}
			w.bytes = utf8.AppendRune(w.bytes, r)
			chars++
		}
	}
	return chars
}

// Character classes. Letters are what no other class holds, digits and symbols included.
const (
	isDropped = 1 << iota
	isPunctuation
	isChinese
	isMark
	isSpace
	isLetter
)

// classes holds the class of the first three planes, where all letters and ideographs are.
var classes = classTable()

func classTable() *[0x30000]uint8 {
	t := new([0x30000]uint8)
	for class, ranges := range map[uint8][][2]rune{isDropped: dropped, isPunctuation: punctuation, isChinese: chinese, isMark: marks} {
		for _, r := range ranges {
			for c := r[0]; c <= r[1] && int(c) < len(t); c++ {
				t[c] |= class
			}
		}
	}
	for c := range t {
		if t[c]&isDropped == 0 && unicode.IsSpace(rune(c)) {
			t[c] = isSpace
		} else if t[c] == 0 {
			t[c] = isLetter
		}
	}
	return t
}

// classOf looks a character up; past the table lie variation selectors, tags and private use.
func classOf(r rune) uint8 {
	switch {
	case int(r) < len(classes):
		return classes[r]
	case 0xe0100 <= r && r <= 0xe01ef:
		return isMark
	case r == 0xe0001, 0xe0020 <= r && r <= 0xe007f, r >= 0xf0000 && r&0xffff < 0xfffe:
		return isDropped
	}
	return isLetter
}
