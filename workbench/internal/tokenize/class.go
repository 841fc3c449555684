package tokenize

import "unicode/utf8"

// class is what the tokenizers take a character for, a set of bits. The tables are measured, not
// taken from Go's unicode, because each of the libraries behind Hugging Face's has its own version
// of Unicode.
type class uint16

const (
	other       class = 1 << iota // control, format, private use: dropped by BERT's cleaning
	punctuation                   // a word of its own in BERT
	chinese                       // set apart by spaces in BERT
	nonspacing                    // a mark for BERT's accent stripping
	combining                     // a mark for StripAccents
	space
	numeric // of Digits
	word    // \w of Whitespace and of single words
	letter  // \p{L} of the patterns
	number  // \p{N} of the patterns
	joiner  // joins the grapheme before it
	prepend // joins the grapheme after it
	control // ends a grapheme before and after it
	unstable
)

// classes is a table of two stages: blocks of 256 characters, of which equal ones are one.
var classes = newClassTable()

type classTable struct {
	ascii  [utf8.RuneSelf]class
	block  [0x1100]uint16
	blocks [][256]class
}

func newClassTable() *classTable {
	t := &classTable{}
	flat := make([]class, 0x110000)
	for bit, ranges := range map[class][][2]rune{
		other: otherRanges, punctuation: punctuationRanges, chinese: chineseRanges, nonspacing: nonspacingRanges, combining: combiningRanges,
		space: spaceRanges, numeric: numericRanges, word: wordRanges, letter: letterRanges, number: numberRanges,
		joiner: joinerRanges, prepend: prependRanges, control: controlRanges, unstable: unstableRanges,
	} {
		for _, r := range ranges {
			for c := r[0]; c <= r[1]; c++ {
				flat[c] |= bit
			}
		}
	}
	seen := map[[256]class]uint16{}
	for i := range t.block {
		b := [256]class(flat[i<<8:])
		at, ok := seen[b]
		if !ok {
			at = uint16(len(t.blocks))
			seen[b], t.blocks = at, append(t.blocks, b)
		}
		t.block[i] = at
	}
	copy(t.ascii[:], flat)
	return t
}

// classOf looks a character up.
func classOf(r rune) class { return classes.blocks[classes.block[r>>8]][r&0xff] }

// firstClass is the class and the length of the first character of text, which is not empty.
func firstClass(text []byte) (class, int) {
	if text[0] < utf8.RuneSelf {
		return classes.ascii[text[0]], 1
	}
	r, n := utf8.DecodeRune(text)
	return classOf(r), n
}

// lastClass is the class and the length of the last character of text, which is not empty.
func lastClass(text []byte) (class, int) {
	r, n := utf8.DecodeLastRune(text)
	return classOf(r), n
}

// lowers is the lower case of the characters that have one of one character.
var lowers = newLowers()

func newLowers() map[rune]rune {
	m := map[rune]rune{}
	for _, r := range lowerRuns {
		for c := r[0]; c <= r[1]; c += r[3] {
			m[c] = c + r[2]
		}
	}
	return m
}

// appendLower appends the lower case of a character.
func appendLower(dst []byte, r rune) []byte {
	switch {
	case r == 'İ': // the one letter whose lower case is two characters
		return append(dst, "i\u0307"...)
	case 'A' <= r && r <= 'Z':
		return append(dst, byte(r+'a'-'A'))
	case r < utf8.RuneSelf:
		return append(dst, byte(r))
	}
	if low, ok := lowers[r]; ok {
		r = low
	}
	return utf8.AppendRune(dst, r)
}

// asciiLength is how many bytes at the beginning of text are ASCII.
func asciiLength(text []byte) int {
	for i, b := range text {
		if b >= utf8.RuneSelf {
			return i
		}
	}
	return len(text)
}
