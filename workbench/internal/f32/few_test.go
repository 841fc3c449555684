package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The products of few rows have the bits of those that go by packing B, for any
// shape and stride, and nothing around C is touched.
func TestMulTFew(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		cols := []int{256, 457, 513, 1100}
		for k := range 40 {
			cols = append(cols, k)
		}
		for _, k := range cols {
			for range 4 {
				m, n := 1+r.IntN(fewRows+1), r.IntN(70)
				if k >= 2*swapRows {
					m, n = 1+r.IntN(swapRows+1), r.IntN(3*swapBlock)
				}
				a, okA := newGuardedMat(r, m, k)
				b, okB := newGuardedMat(r, n, k)
				c, okC := newGuardedMat(r, m, n)
				want := NewMat(m, n)
				var p Panels
				p.PackRows(b, 1)
				Gemm(want, a, &p, false, 1)
				MulT(c, a, b, 1+r.IntN(2))
				some := make([]int, r.IntN(50))
				part := NewMat(m, len(some))
				for i := range some {
					some[i] = r.IntN(max(n, 1))
				}
				if n > 0 {
					MulRows(part, a, b, some, 1+r.IntN(2))
				}
				for i := range m {
					for j, row := range some {
						if n > 0 && part.Row(i)[j] != want.Row(i)[row] {
							t.Fatalf("%d × %d × %d: row %d of some is %v, want %v of column %d", m, n, k, i, part.Row(i)[j], want.Row(i)[row], row)
						}
					}
					if !slices.Equal(c.Row(i), want.Row(i)) {
						t.Fatalf("%d × %d × %d: row %d is %v, want %v", m, n, k, i, c.Row(i), want.Row(i))
					}
				}
				for _, ok := range []func() error{okA, okB, okC} {
					if err := ok(); err != nil {
						t.Fatalf("%d × %d × %d: %v", m, n, k, err)
					}
				}
			}
		}
	})
}

// HalfRows give the bits of MulT, for any shape, and there are none of values that float16 does not hold.
func TestHalfRows(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for _, k := range []int{0, 1, 2, 15, 64, 257} {
			for _, n := range []int{0, 1, 63, 64, 65, 300} {
				b, okB := newGuardedMat(r, n, k)
				half := make([]uint16, k)
				for i := range n {
					ToHalf(half, b.Row(i))
					FromHalf(b.Row(i), half)
				}
				x, dst := newGuarded(r, k), newGuarded(r, n)
				h := NewHalfRows(b, 1+r.IntN(2))
				if (h != nil) != active.hasRowDots() {
					t.Fatalf("%d × %d: rows are there: %t", n, k, h != nil)
				}
				if h == nil {
					continue
				}
				want := NewMat(1, n)
				MulT(want, View(x.v, 1, k), b, 1)
				h.MulT(dst.v, x.v, 1+r.IntN(2))
				if !slices.Equal(dst.v, want.Data) {
					t.Fatalf("%d × %d: %v, want %v", n, k, dst.v, want.Data)
				}
				for _, ok := range []func() error{okB, x.check, dst.check} {
					if err := ok(); err != nil {
						t.Fatalf("%d × %d: %v", n, k, err)
					}
				}
				if n*k > 0 {
					for _, v := range []float32{1 + 0x1p-11, 65520, 0x1p-25, float32(math.Copysign(0x1p-30, -1))} {
						b.Row(n - 1)[k-1] = v
						if NewHalfRows(b, 1) != nil {
							t.Fatalf("%v counts as a float16", v)
						}
					}
				}
			}
		}
	})
}

func BenchmarkMulT(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	items := randomMat(r, 100000, 256)
	for _, rows := range []int{1, 2, 4, 8, 16} {
		for threads := 1; threads <= 2; threads++ {
			b.Run(fmt.Sprintf("m=%d/n=100k/k=256/kernel=%s/threads=%d", rows, Kernels(), threads), func(b *testing.B) {
				c := NewMat(rows, items.Rows)
				b.SetBytes(int64(4 * len(items.Data)))
				for b.Loop() {
					MulT(c, items.RowRange(0, rows), items, threads)
				}
			})
		}
	}
}
