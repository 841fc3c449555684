package tokenize

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// unigram is Unigram: of all ways to cut a word into tokens the one with the greatest sum of
// scores, found by Viterbi's algorithm.
type unigram struct {
	trie         *trie
	scores       []float64
	vocab        map[string]int32
	unknown      int32
	unknownScore float64
	bytes        *[256]int32 // tokens of single bytes, nil without
}

// unknownPenalty is how much worse an unknown character is than the worst token.
const unknownPenalty = 10

func newUnigram(tokens []string, scores []float64, unknown int32, byteFallback bool) *unigram {
	m := &unigram{scores: scores, vocab: make(map[string]int32, len(tokens)), unknown: unknown}
	ids := make([]int32, len(tokens))
	for i, token := range tokens {
		m.vocab[token], ids[i] = int32(i), int32(i)
	}
	m.trie = newTrie(tokens, ids)
	m.unknownScore = slices.Min(scores) - unknownPenalty
	if byteFallback {
		m.bytes = byteTokens(m.vocab)
	}
	return m
}

// byteTokens are the ids of <0x00> to <0xFF>, -1 for those that lack.
func byteTokens(vocab map[string]int32) *[256]int32 {
	ids := new([256]int32)
	for b := range ids {
		id, ok := vocab[fmt.Sprintf("<0x%02X>", b)]
		if ids[b] = id; !ok {
			ids[b] = -1
		}
	}
	return ids
}

// step is the best path that ends at a byte.
type step struct {
	score     float64
	from      int32 // where its last token begins, -1 without a path
	id        int32
	reachable bool
}

func (m *unigram) append(dst []int32, word []byte, s *scratch) []int32 {
	path := slices.Grow(s.path[:0], len(word)+1)[:len(word)+1]
	s.path = path
	clear(path)
	for at := 0; at < len(word); {
		_, n := utf8.DecodeRune(word[at:])
		m.extend(path, word, at, n)
		at += n
	}
	start := len(dst)
	for end := int32(len(word)); end > 0; {
		last := path[end]
		from := last.from
		for last.id == m.unknown && from > 0 && path[from].id == m.unknown {
			from = path[from].from // unknown characters in a row are one token
		}
		dst = m.appendToken(dst, word[from:end], last.id)
		end = from
	}
	slices.Reverse(dst[start:])
	return dst
}

// extend continues the best path to at with all tokens there. The character there has n bytes.
func (m *unigram) extend(path []step, word []byte, at, n int) {
	score, single := path[at].score, false
	node, cells := int32(0), m.trie.cells
	for end := at; end < len(word); {
		next := cells[node].base + int32(word[end])
		if uint(next) >= uint(len(cells)) || cells[next].parent != node || next == 0 {
			break
		}
		node = next
		end++
		id := cells[node].id
		if id < 0 {
			continue
		}
		single = single || end-at == n
		if to := &path[end]; !to.reachable || m.scores[id]+score > to.score {
			*to = step{m.scores[id] + score, int32(at), id, true}
		}
	}
	if to := &path[at+n]; !single && (!to.reachable || m.unknownScore+score > to.score) {
		*to = step{m.unknownScore + score, int32(at), m.unknown, true}
	}
}

// appendToken appends the id of a token found, or the bytes of an unknown one; last first.
func (m *unigram) appendToken(dst []int32, text []byte, id int32) []int32 {
	if id != m.unknown {
		return append(dst, id)
	}
	if known, ok := m.vocab[string(text)]; ok {
		return append(dst, known)
	}
	if m.bytes == nil {
		return append(dst, m.unknown)
	}
	before := len(dst)
	for i := len(text) - 1; i >= 0; i-- {
		if m.bytes[text[i]] < 0 {
			return append(dst[:before], m.unknown)
		}
		dst = append(dst, m.bytes[text[i]])
	}
	return dst
}
