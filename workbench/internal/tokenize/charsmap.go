package tokenize

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// charsmap is Precompiled: sentencepiece's rules as a double array from strings to places in a
// list of replacements, each ended by a zero byte.
type charsmap struct {
	units        []uint32
	replacements []byte
	stays        [utf8.RuneSelf]bool // ASCII characters that no rule begins with
}

// newCharsmap reads a precompiled_charsmap.
func newCharsmap(blob []byte) (*charsmap, error) {
	if len(blob) < 4 {
		return nil, fmt.Errorf("precompiled_charsmap has %d bytes, want at least 4", len(blob))
	}
	size := int(binary.LittleEndian.Uint32(blob))
	if size > len(blob)-4 || size < 4 {
		return nil, fmt.Errorf("precompiled_charsmap: a double array of %d bytes, of %d there", size, len(blob)-4)
	}
	m := &charsmap{units: make([]uint32, size/4), replacements: blob[4+size:]}
	if !utf8.Valid(m.replacements) {
		return nil, fmt.Errorf("precompiled_charsmap: the replacements are not UTF-8")
	}
	for i := range m.units {
		m.units[i] = binary.LittleEndian.Uint32(blob[4+4*i:])
	}
	for c := range m.stays {
		_, changed := m.rule([]byte{byte(c)})
		m.stays[c] = !changed && classes.ascii[c]&control == 0
	}
	return m, nil
}

// rule is the replacement of the shortest beginning of text that has one.
func (m *charsmap) rule(text []byte) (replacement []byte, ok bool) {
	at := unitOffset(m.units[0])
	for _, c := range text {
		if c == 0 {
			return nil, false
		}
		at ^= uint32(c)
		if int(at) >= len(m.units) {
			return nil, false
		}
		unit := m.units[at]
		if unit&(1<<31|0xff) != uint32(c) {
			return nil, false
		}
		at ^= unitOffset(unit)
		if unit>>8&1 == 1 && int(at) < len(m.units) {
			from := int(m.units[at] & (1<<31 - 1))
			if from > len(m.replacements) {
				return nil, false
			}
			replacement = m.replacements[from:]
			if end := bytes.IndexByte(replacement, 0); end >= 0 {
				replacement = replacement[:end]
			}
			return replacement, true
		}
	}
	return nil, false
}

func unitOffset(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }

func (m *charsmap) normalize(b *buffers, p piece) piece {
	same := 0
	for same < len(p.text) && p.text[same] < utf8.RuneSelf && m.stays[p.text[same]] {
		same++
	}
	if same == len(p.text) {
		return p
	}
	if same > 0 {
		same-- // it may have something to join it
	}
	dst, origin := append(b.take(), p.text[:same]...), min(p.origin, same)
	for i := same; i < len(p.text); {
		if c := p.text[i]; i+1 < len(p.text) && c < utf8.RuneSelf && p.text[i+1] < utf8.RuneSelf && m.stays[c] {
			dst = append(dst, c)
			if i++; i <= p.origin {
				origin = len(dst)
			}
			continue
		}
		n := graphemeLength(p.text[i:])
		var from int
		dst, from = m.appendGrapheme(dst, p.text[i:i+n], p.origin-i)
		origin, i = max(origin, from), i+n
	}
	if origin == 0 && p.origin > 0 && len(dst) > 0 { // removed at the beginning, so the library's alignment moves on
		_, origin = utf8.DecodeRune(dst)
	}
	return b.done(dst, origin)
}

// appendGrapheme appends what the rules make of a grapheme: short ones are looked up as a whole
// first, as the library does, and then replaced whole by the rule of their beginning. from is up to
// where dst comes from its first origin bytes, 0 if nothing does.
func (m *charsmap) appendGrapheme(dst, g []byte, origin int) (_ []byte, from int) {
	if len(g) < 6 {
		if r, ok := m.rule(g); ok {
			if origin >= len(g) {
				from = len(dst) + len(r)
			} else if origin > 0 { // the characters of both stand for each other one by one
				_, n := utf8.DecodeRune(r)
				from = len(dst) + n
			}
			return append(dst, r...), from
		}
	}
	for at := 0; at < len(g); {
		_, n := utf8.DecodeRune(g[at:])
		if r, ok := m.rule(g[at : at+n]); ok {
			dst = append(dst, r...)
		} else {
			dst = append(dst, g[at:at+n]...)
		}
		if at += n; at <= origin {
			from = len(dst)
		}
	}
	return dst, from
}

// graphemeLength is how many bytes of text, which is not empty, the first grapheme has, for
// graphemes of fewer than 6 bytes; longer ones may come in parts of 6 bytes and more. Hangul
// syllables, flags and emoji sequences are so long that their rules need not be known, but for
// the two emoji of 2 bytes, © and ®.
func graphemeLength(text []byte) int {
	c, n := firstClass(text)
	if text[0] == '\r' && len(text) > 1 && text[1] == '\n' {
		return 2
	}
	for n < len(text) {
		next, size := firstClass(text[n:])
		if c&control != 0 || next&control != 0 || next&joiner == 0 && c&prepend == 0 {
			break
		}
		c, n = next, n+size
	}
	return n
}
