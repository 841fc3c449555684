package tokenize

import "hash/maphash"

// cache remembers the ids of words, so that what is frequent is looked up once.
type cache struct {
	slots []slot // by the upper bits of the hash
	words []byte
	ids   []int32
}

// slot says where a word lies in words, and its ids in ids.
type slot struct {
	hash      uint64
	word, ids uint32
	length, n uint16
}

const (
	cacheBits  = 14
	cacheWord  = 128     // bytes of the longest word it keeps
	cacheBytes = 1 << 18 // of all words; it begins anew when it is full
	cacheIDs   = 1 << 17 // of all words
)

var cacheSeed = maphash.MakeSeed()

func newCache() *cache {
	return &cache{slots: make([]slot, 1<<cacheBits), words: make([]byte, 0, cacheBytes), ids: make([]int32, 0, cacheIDs)}
}

// append appends the ids of a word, those known or else the model's.
func (c *cache) append(dst []int32, word []byte, m model, s *scratch) []int32 {
	if len(word) > cacheWord {
		return m.append(dst, word, s)
	}
	hash := maphash.Bytes(cacheSeed, word) | 1 // 0 is an empty slot
	at := &c.slots[hash>>(64-cacheBits)]
	if at.hash == hash && string(c.words[at.word:at.word+uint32(at.length)]) == string(word) {
		if at.n == 1 {
			return append(dst, c.ids[at.ids])
		}
		return append(dst, c.ids[at.ids:at.ids+uint32(at.n)]...)
	}
	start := len(dst)
	dst = m.append(dst, word, s)
	if len(c.words)+len(word) > cacheBytes || len(c.ids)+len(dst)-start > cacheIDs {
		clear(c.slots)
		c.words, c.ids = c.words[:0], c.ids[:0]
	}
	*at = slot{hash, uint32(len(c.words)), uint32(len(c.ids)), uint16(len(word)), uint16(len(dst) - start)}
	c.words, c.ids = append(c.words, word...), append(c.ids, dst[start:]...)
	return dst
}
