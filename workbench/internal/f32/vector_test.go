package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"axn/workbench/internal/cores"
)

// exactDot is the inner product in float64 and the sum of absolute products.
func exactDot(x, y []float32) (s, scale float64) {
	for i, v := range x {
		p := float64(v) * float64(y[i])
		s, scale = s+p, scale+math.Abs(p)
	}
	return s, scale
}

// within tells whether got is as near to want as a float32 sum of n terms must be.
func within(got float32, want, scale float64, n int) bool {
	return math.Abs(float64(got)-want) <= float64(n+2)*0x1p-24*scale
}

func TestDotAxpy(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for n := range 140 {
			x, y := newGuarded(r, n), newGuarded(r, n)
			if want, scale := exactDot(x.v, y.v); !within(Dot(x.v, y.v), want, scale, n) {
				t.Errorf("n=%d: dot %g, want %g", n, Dot(x.v, y.v), want)
			}
			if want, scale := exactDot(x.v, x.v); !within(SqNorm(x.v), want, scale, n) {
				t.Errorf("n=%d: norm² %g, want %g", n, SqNorm(x.v), want)
			}
			old, alpha := append([]float32(nil), y.v...), float32(r.NormFloat64())
			Axpy(alpha, x.v, y.v)
			for i, v := range y.v {
				p := float64(alpha) * float64(x.v[i])
				if want := float64(old[i]) + p; !within(v, want, math.Abs(float64(old[i]))+math.Abs(p), 2) {
					t.Errorf("n=%d: axpy[%d] = %g, want %g", n, i, v, want)
				}
			}
			for _, g := range []guarded{x, y} {
				if err := g.check(); err != nil {
					t.Fatalf("n=%d: %v", n, err)
				}
			}
		}
	})
}

func TestIndexAtLeast(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for n := range 70 {
			x := newGuarded(r, n)
			for i := range x.v {
				x.v[i] = []float32{float32(math.NaN()), float32(math.Inf(-1)), -1, 0}[r.IntN(4)]
			}
			for want := range n + 1 {
				if want < n {
					x.v[want] = 1
				}
				if got := IndexAtLeast(x.v, 1); got != want {
					t.Errorf("n=%d: got %d, want %d", n, got, want)
				}
				if want < n {
					x.v[want] = 0.5
				}
			}
		}
	})
}

func TestGemv(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for n := range 70 {
			a, okA := newGuardedMat(r, r.IntN(12), n)
			x, y := newGuarded(r, n), newGuarded(r, a.Rows)
			Gemv(y.v, a, x.v)
			for i, v := range y.v {
				if want, scale := exactDot(a.Row(i), x.v); !within(v, want, scale, n) {
					t.Errorf("%d × %d: row %d is %g, want %g", a.Rows, n, i, v, want)
				}
				var one [1]float32
				if Gemv(one[:], a.RowRange(i, i+1), x.v); one[0] != v {
					t.Errorf("%d × %d: row %d alone has other bits", a.Rows, n, i)
				}
			}
			z := newGuarded(r, n)
			GemvT(z.v, a, y.v)
			for j, v := range z.v {
				column := make([]float32, a.Rows)
				for i := range column {
					column[i] = a.Row(i)[j]
				}
				if want, scale := exactDot(column, y.v); !within(v, want, scale, a.Rows) {
					t.Errorf("%d × %d: column %d is %g, want %g", a.Rows, n, j, v, want)
				}
			}
			for _, ok := range []func() error{okA, x.check, y.check, z.check} {
				if err := ok(); err != nil {
					t.Fatalf("%d × %d: %v", a.Rows, n, err)
				}
			}
		}
	})
}

func TestGemvWide(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for n := range 140 {
			a, okA := newGuardedMat(r, r.IntN(12), n)
			x, y := wideNormals(r, n), make([]float64, a.Rows+1)
			y[a.Rows] = 7
			GemvWide(y[:a.Rows], a, x)
			z := make([]float64, n+1)
			z[n] = 7
			GemvTWide(z[:n], a, y[:a.Rows])
			for i := range a.Rows {
				if want, scale := wideDot(a.Row(i), x); math.Abs(y[i]-want) > float64(n+2)*0x1p-53*scale {
					t.Errorf("%d × %d: row %d is %g, want %g", a.Rows, n, i, y[i], want)
				}
			}
			for j := range n {
				column := make([]float32, a.Rows)
				for i := range column {
					column[i] = a.Row(i)[j]
				}
				if want, scale := wideDot(column, y[:a.Rows]); math.Abs(z[j]-want) > float64(n+2)*0x1p-53*scale {
					t.Errorf("%d × %d: column %d is %g, want %g", a.Rows, n, j, z[j], want)
				}
			}
			if err := okA(); err != nil || y[a.Rows] != 7 || z[n] != 7 {
				t.Fatalf("%d × %d: %v, ends %v %v", a.Rows, n, err, y[a.Rows], z[n])
			}
		}
	})
}

func wideNormals(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func wideDot(x []float32, y []float64) (s, scale float64) {
	for i, v := range x {
		p := float64(v) * y[i]
		s, scale = s+p, scale+math.Abs(p)
	}
	return s, scale
}

// Inner products and solves have the same bits at all assembly levels.
func TestDotLevels(t *testing.T) {
	r := newRand(t)
	for n := range 300 {
		x, y := randomMat(r, 1, n).Data, randomMat(r, 1, n).Data
		var dots []float32
		for _, l := range levels() {
			if l != pureGo {
				dots = append(dots, l.dot(x, y))
			}
		}
		if len(slices.Compact(dots)) > 1 {
			t.Errorf("n=%d: the levels give %v", n, dots)
		}
		var sums [][]float64
		for _, l := range levels() {
			if l != pureGo {
				sum := wideNormals(rand.New(rand.NewPCG(1, 1)), n+1)
				sum[n] = l.dotWide(x, sum[:n])
				l.axpyWide(sum[n], y, sum[:n])
				sums = append(sums, sum)
			}
		}
		if len(slices.CompactFunc(sums, slices.Equal)) > 1 {
			t.Errorf("n=%d: the levels give float64 sums %v", n, sums)
		}
	}
}

func BenchmarkGemv(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	a := randomMat(r, 100000, 256)
	x, y := a.Row(7), make([]float32, a.Rows)
	for _, l := range levels() {
		for threads := 1; threads <= 2; threads++ {
			withLevel(l, func(name string) {
				b.Run(fmt.Sprintf("n=100k/d=256/kernel=%s/threads=%d", name, threads), func(b *testing.B) {
					b.SetBytes(int64(4 * len(a.Data)))
					for b.Loop() {
						cores.Ranges(threads, a.Rows, 64, func(lo, hi int) { Gemv(y[lo:hi], a.RowRange(lo, hi), x) })
					}
				})
			})
		}
	}
}

// TestSquares: rows apart in memory, and so many values that a float32 would no longer grow.
func TestSquares(t *testing.T) {
	if got := Squares(Mat{Data: []float32{1, 2, 9, 3, 4}, Rows: 2, Cols: 2, Stride: 3}); got != 1+4+9+16 {
		t.Errorf("%v", got)
	}
	const n = 1<<24 + 1000
	if got := Squares(Mat{Data: []float32{1}, Rows: n, Cols: 1}); got != n { // one row, again and again
		t.Errorf("%v of %d ones", got, n)
	}
}
