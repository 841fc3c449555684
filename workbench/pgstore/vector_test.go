package pgstore

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestOpenLeavesNothing: a server that is not there leaves no goroutine behind.
func TestOpenLeavesNothing(t *testing.T) {
	if _, err := Open(t.Context(), "host=127.0.0.1 port=1 dbname=none connect_timeout=5", "items", Options{}); err == nil {
		t.Fatal("opened")
	}
	stacks := make([]byte, 1<<20)
	left := func() bool { return strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), "pgxpool") }
	for end := time.Now().Add(time.Minute); left(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("goroutines are left:\n%s", stacks)
		}
	}
}

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
