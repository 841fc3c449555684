package cache

import "crypto/sha256"

// Key stands for a pair of texts: ten bytes of the hash of either. Entries of one query lie
// together in the file; two pairs of a billion share a key with a chance below one in a million.
type Key [20]byte

// Keys returns the keys of pairs of query and item text.
func Keys(pairs [][2]string) []Key {
	keys := make([]Key, len(pairs))
	for i, p := range pairs {
		if i > 0 && p[0] == pairs[i-1][0] { // pairs mostly come query by query
			copy(keys[i][:10], keys[i-1][:10])
		} else {
			hash(keys[i][:10], p[0])
		}
		hash(keys[i][10:], p[1])
	}
	return keys
}

func hash(dst []byte, text string) {
	sum := sha256.Sum256([]byte(text))
	copy(dst, sum[:])
}
