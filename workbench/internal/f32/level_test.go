package f32

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// eachLevel runs f at every instruction level of the machine.
func eachLevel(t *testing.T, f func(t *testing.T)) {
	for _, l := range levels() {
		withLevel(l, func(name string) { t.Run("kernel="+name, f) })
	}
}

// withLevel runs f with level l active.
func withLevel(l level, f func(name string)) {
	defer func(old level) { active = old }(active)
	active = l
	f(Kernels())
}

func TestStartLevel(t *testing.T) {
	for _, c := range []struct {
		levels []level
		name   string
		want   level
	}{
		{[]level{pureGo, avx2, avx512}, "", avx512}, {[]level{pureGo, avx2, avx512}, "go", pureGo}, {[]level{pureGo, avx2, avx512}, "avx2", avx2},
		{[]level{pureGo, avx2}, "avx512", avx2}, {[]level{pureGo}, "avx2", pureGo}, {[]level{pureGo, avx2}, "sse", avx2},
		{[]level{pureGo, neon}, "avx2", neon}, {[]level{pureGo, neon}, "go", pureGo},
	} {
		if got := startLevel(c.levels, c.name); got != c.want {
			t.Errorf("startLevel(%d, %q) = %d, want %d", c.levels, c.name, got, c.want)
		}
	}
}

const guard = 12345.5

// guarded is a slice of n random values that starts at an odd place of its
// array, with guard values around it.
type guarded struct{ all, v []float32 }

func newGuarded(r *rand.Rand, n int) guarded {
	off := 1 + r.IntN(17)
	g := guarded{all: make([]float32, off+n+19)}
	for i := range g.all {
		g.all[i] = guard
	}
	g.v = g.all[off : off+n]
	for i := range g.v {
		g.v[i] = float32(r.NormFloat64())
	}
	return g
}

// newGuardedMat is a matrix whose rows have guard values between them.
func newGuardedMat(r *rand.Rand, rows, cols int) (Mat, func() error) {
	stride := cols + r.IntN(5)
	g := newGuarded(r, rows*stride)
	m := Mat{g.v, rows, cols, stride}
	for i := range rows {
		for j := cols; j < stride; j++ {
			g.v[i*stride+j] = guard
		}
	}
	return m, func() error {
		if err := g.check(); err != nil {
			return err
		}
		for i := range rows {
			for j := cols; j < stride; j++ {
				if g.v[i*stride+j] != guard {
					return fmt.Errorf("guard after row %d overwritten", i)
				}
			}
		}
		return nil
	}
}

// check reports a guard that was overwritten.
func (g guarded) check() error {
	off := cap(g.all) - cap(g.v)
	for i, v := range g.all {
		if (i < off || i >= off+len(g.v)) && v != guard {
			return fmt.Errorf("guard at %d overwritten with %g", i-off, v)
		}
	}
	return nil
}

func newRand(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

func randomMat(r *rand.Rand, rows, cols int) Mat {
	m := NewMat(rows, cols)
	for i := range m.Data {
		m.Data[i] = float32(r.NormFloat64())
	}
	return m
}
