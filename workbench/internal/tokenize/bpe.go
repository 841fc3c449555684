package tokenize

import "unicode/utf8"

// bpe is BPE: the pair of neighbours with the lowest rank is joined until none has one.
type bpe struct {
	vocab        map[string]int32
	merges       *pairs
	symbols      *[256]int32 // tokens of single bytes where words are bytes, nil where they are characters
	unknown      int32       // -1 without
	bytes        *[256]int32 // tokens such as <0x41>, nil without byte_fallback
	fuse         bool        // unknown characters in a row are one
	whole        bool        // ignore_merges: a word of the vocabulary is its token
	prefix, last string      // continuing_subword_prefix, end_of_word_suffix
}

// linear is up to how many symbols a word is searched through for each merge; longer ones have a
// heap.
const linear = 48

func (m *bpe) append(dst []int32, word []byte, s *scratch) []int32 {
	if m.whole {
		if id, ok := m.vocab[string(word)]; ok {
			return append(dst, id)
		}
	}
	start := len(dst)
	if m.symbols != nil {
		dst = m.appendBytes(dst, word)
	} else {
		dst = m.appendCharacters(dst, word, s)
	}
	switch n := len(dst) - start; {
	case n < 2:
		return dst
	case n <= linear:
		return dst[:start+m.mergeShort(dst[start:])]
	}
	return dst[:start+m.mergeLong(dst[start:], s)]
}

// appendBytes appends the symbols of a word of bytes.
func (m *bpe) appendBytes(dst []int32, word []byte) []int32 {
	open := false // the last symbol is unknown and may be fused
	for _, b := range word {
		id := m.symbols[b]
		if id >= 0 {
			dst, open = append(dst, id), false
		} else if m.unknown >= 0 && !(open && m.fuse) {
			dst, open = append(dst, m.unknown), true
		}
	}
	return dst
}

// appendCharacters appends the symbols of a word of characters. An unknown one is appended when the
// next known one comes, as in the library: tokens of bytes overtake it.
func (m *bpe) appendCharacters(dst []int32, word []byte, s *scratch) []int32 {
	open := false
	for at := 0; at < len(word); {
		_, n := utf8.DecodeRune(word[at:])
		text := m.affixed(word, at, at+n, s)
		at += n
		if id, ok := m.vocab[string(text)]; ok {
			if open {
				dst, open = append(dst, m.unknown), false
			}
			dst = append(dst, id)
		} else if known := m.appendFallback(dst, text); len(known) > len(dst) {
			dst = known
		} else if m.unknown >= 0 {
			if open && !m.fuse {
				dst = append(dst, m.unknown)
			}
			open = true
		}
	}
	if open {
		dst = append(dst, m.unknown)
	}
	return dst
}

// affixed is a character of a word with the prefix or suffix of its place.
func (m *bpe) affixed(word []byte, at, end int, s *scratch) []byte {
	if (m.prefix == "" || at == 0) && (m.last == "" || end < len(word)) {
		return word[at:end]
	}
	s.symbol = s.symbol[:0]
	if at > 0 {
		s.symbol = append(s.symbol, m.prefix...)
	}
	if s.symbol = append(s.symbol, word[at:end]...); end == len(word) {
		s.symbol = append(s.symbol, m.last...)
	}
	return s.symbol
}

// appendFallback appends the tokens of bytes, if there are all of them.
func (m *bpe) appendFallback(dst []int32, text []byte) []int32 {
	if m.bytes == nil {
		return dst
	}
	before := len(dst)
	for _, b := range text {
		if m.bytes[b] < 0 {
			return dst[:before]
		}
		dst = append(dst, m.bytes[b])
	}
	return dst
}

// mergeShort merges symbols in place and returns how many are left.
func (m *bpe) mergeShort(ids []int32) int {
	var ranks, merged [linear]int32
	n := len(ids)
	for i := range n - 1 {
		ranks[i], merged[i] = m.merges.get(ids[i], ids[i+1])
	}
	for n > 1 {
		best, at := int32(noRank), -1
		for i, rank := range ranks[:n-1] {
			if rank < best {
				best, at = rank, i
			}
		}
		if at < 0 {
			break
		}
		ids[at] = merged[at]
		copy(ids[at+1:n], ids[at+2:n])
		n--
		if at+1 < n {
			copy(ranks[at+1:n-1], ranks[at+2:n])
			copy(merged[at+1:n-1], merged[at+2:n])
			ranks[at], merged[at] = m.merges.get(ids[at], ids[at+1])
		}
		if at > 0 {
			ranks[at-1], merged[at-1] = m.merges.get(ids[at-1], ids[at])
		}
	}
	return n
}
