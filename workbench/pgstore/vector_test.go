package pgstore

import (
	"math"
	"slices"
	"testing"
)

func TestVector(t *testing.T) {
	for _, x := range [][]float32{{}, {1}, {-0.5, float32(math.Inf(1)), math.MaxFloat32, 1e-45, 0}} {
		b, got := appendVector([]byte("before"), x), make([]float32, len(x))
		if err := readVector(got, b[6:]); err != nil || !slices.Equal(got, x) {
			t.Errorf("%v: %v, %v", x, got, err)
		}
	}
	if b := appendVector(nil, []float32{1, 2}); !slices.Equal(b, []byte{0, 2, 0, 0, 0x3f, 0x80, 0, 0, 0x40, 0, 0, 0}) {
		t.Errorf("% x", b)
	}
	for _, b := range [][]byte{nil, {0, 2, 0, 0}, {0, 1, 0, 0, 0, 0, 0, 0, 0}, {0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}} {
		if err := readVector(make([]float32, 2), b); err == nil {
			t.Errorf("% x is taken for a vector of 2", b)
		}
	}
}
