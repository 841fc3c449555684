package pgstore

import (
	"encoding/binary"
	"fmt"
	"math"
)

// appendVector appends pgvector's binary form of x: the length and a zero, two bytes each, and the
// floats, all big-endian.
func appendVector(b []byte, x []float32) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(x)))
	b = append(b, 0, 0)
	for _, v := range x {
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// readVector sets x to what appendVector wrote.
func readVector(x []float32, b []byte) error {
	if len(b) != 4+4*len(x) || int(binary.BigEndian.Uint16(b)) != len(x) {
		return fmt.Errorf("a vector of %d bytes, not %d floats", len(b), len(x))
	}
	for i := range x {
		x[i] = math.Float32frombits(binary.BigEndian.Uint32(b[4+4*i:]))
	}
	return nil
}
