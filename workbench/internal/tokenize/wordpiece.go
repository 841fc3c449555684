package tokenize

import (
	"strings"
	"unicode/utf8"
)

// model turns a word, which is not empty, into ids.
type model interface {
	append(dst []int32, word []byte, s *scratch) []int32
}

// wordPiece is WordPiece: the longest piece that begins the word, and so on.
type wordPiece struct {
	starts, continues *trie // pieces that begin a word; that continue one, without the prefix
	unknown           int32
	most              int // characters of a word; longer ones are unknown
}

func newWordPiece(vocab map[string]int32, unknown int32, prefix string, most int) *wordPiece {
	starts, continues := map[string]int32{}, map[string]int32{}
	for token, id := range vocab {
		starts[token] = id
		if rest, ok := strings.CutPrefix(token, prefix); ok {
			continues[rest] = id
		}
	}
	return &wordPiece{trieOf(starts), trieOf(continues), unknown, most}
}

// trieOf makes a trie of a vocabulary.
func trieOf(vocab map[string]int32) *trie {
	tokens, ids := make([]string, 0, len(vocab)), make([]int32, 0, len(vocab))
	for token, id := range vocab {
		tokens, ids = append(tokens, token), append(ids, id)
	}
	return newTrie(tokens, ids)
}

func (m *wordPiece) append(dst []int32, word []byte, _ *scratch) []int32 {
	if len(word) > m.most && utf8.RuneCount(word) > m.most {
		return append(dst, m.unknown)
	}
	before, pieces := len(dst), m.starts
	for len(word) > 0 {
		id, n := pieces.longest(word)
		if n == 0 {
			return append(dst[:before], m.unknown)
		}
		dst, word, pieces = append(dst, id), word[n:], m.continues
	}
	return dst
}

// wordLevel is WordLevel: whole words.
type wordLevel struct {
	vocab   map[string]int32
	unknown int32
}

func (m *wordLevel) append(dst []int32, word []byte, _ *scratch) []int32 {
	if id, ok := m.vocab[string(word)]; ok {
		return append(dst, id)
	}
	return append(dst, m.unknown)
}
