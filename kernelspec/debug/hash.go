package debug

import "encoding/binary"

// hashSeed is the seed of the hashes by which front ends name cells; ipykernel has the same.
const hashSeed = 0xc70f6907

// murmur2 is the 32-bit hash MurmurHash2 of Austin Appleby. Front ends compute it of the
// text of a cell, to know its source path without asking.
func murmur2(data []byte, seed uint32) uint32 {
	const m = 0x5bd1e995
	h := seed ^ uint32(len(data))
	for ; len(data) >= 4; data = data[4:] {
		k := binary.LittleEndian.Uint32(data) * m
		k ^= k >> 24
		h = h*m ^ k*m
	}
	var tail uint32
	for i, b := range data {
		tail |= uint32(b) << (8 * i)
	}
	if len(data) > 0 {
		h = (h ^ tail) * m
	}
	h ^= h >> 13
	h *= m
	return h ^ h>>15
}
