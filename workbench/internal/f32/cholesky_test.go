package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// randomPositive is F·Fᵀ + I of order n, rounded to float32.
func randomPositive(r *rand.Rand, n int) Mat {
	f, a := randomMat(r, n, n+3), NewMat(n, n)
	MulT(a, f, f, 1)
	for i := range n {
		a.Data[i*n+i]++
	}
	return a
}

// lowerTriangle returns a copy of m with zeros above the diagonal.
func lowerTriangle(m Mat) Mat {
	l := NewMat(m.Rows, m.Cols)
	for i := range m.Rows {
		copy(l.Row(i), m.Row(i)[:i+1])
	}
	return l
}

func cloneMat(m Mat) Mat { return Mat{slices.Clone(m.Data), m.Rows, m.Cols, m.Stride} }

func TestSyrk(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for _, n := range []int{0, 1, 2, 13, 31, 32, 33, 64, 100, 171, 350} {
			a := randomMat(r, n, 1+r.IntN(60)+n%2*kBlock)
			want := NewMat(n, n)
			MulT(want, a, a, 1)
			for threads := range 4 {
				c := NewMat(n, n)
				Syrk(c, a, false, threads)
				if !slices.Equal(lowerTriangle(c).Data, lowerTriangle(want).Data) {
					t.Errorf("n=%d, %d threads: differs from the full product", n, threads)
				}
				Syrk(c, a, true, threads)
				sum, scale := product(lowerTriangle(want), a, a)
				for i := range n {
					for j := range i + 1 {
						if at := i*n + j; !within(c.Data[at], sum[at], scale[at], a.Cols) {
							t.Fatalf("n=%d: added (%d, %d) = %g, want %g", n, i, j, c.Data[at], sum[at])
						}
					}
				}
			}
		}
	})
}

func TestCholesky(t *testing.T) {
	byLevel := map[level]Mat{}
	a := randomPositive(newRand(t), 150)
	for _, l := range levels() {
		withLevel(l, func(string) {
			c := cloneMat(a)
			Cholesky(c, 1)
			byLevel[l] = lowerTriangle(c)
		})
	}
	if a, b := byLevel[avx2].Data, byLevel[avx512].Data; b != nil && !slices.Equal(a, b) {
		t.Error("avx2 and avx512 differ")
	}
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for _, n := range []int{0, 1, 2, 7, 8, 31, 32, 33, 63, 64, 65, 100, 197} {
			a := randomPositive(r, n)
			full := cloneMat(a)
			for i := range n {
				for j := i + 1; j < n; j++ {
					full.Row(i)[j] = float32(math.NaN()) // must not be read
				}
			}
			if pivot, ok := Cholesky(full, 1); !ok {
				t.Fatalf("n=%d: failed at %d", n, pivot)
			}
			l := lowerTriangle(full)
			got, scale := product(Mat{}, l, l)
			for i := range n {
				for j := range i + 1 {
					if e := math.Abs(got[i*n+j] - float64(a.Row(i)[j])); e > float64(n+4)*0x1p-23*scale[i*n+j] {
						t.Fatalf("n=%d: (%d, %d) off by %g", n, i, j, e)
					}
				}
			}
			for _, done := range []int{0, n / 3, n / 2, n} {
				part := cloneMat(a)
				Cholesky(part.Sub(0, 0, done, done), 1)
				if _, ok := CholeskyAppend(part, done, 2); !ok || !slices.Equal(lowerTriangle(part).Data, l.Data) {
					t.Errorf("n=%d: appending to %d rows gives other bits", n, done)
				}
			}
		}
	})
}

func TestCholeskyPivot(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for _, bad := range []int{0, 5, 31, 32, 50, 69} {
			for _, v := range []float32{-1e6, 0, float32(math.NaN()), float32(math.Inf(1))} {
				a := randomPositive(r, 70)
				if v == 0 { // a row that repeats an earlier one, or is zero
					clear(a.Row(bad))
					for i := range 70 {
						a.Row(i)[bad] = 0
					}
				} else {
					a.Row(bad)[bad] = v
				}
				if pivot, ok := Cholesky(a, 1); ok || pivot != bad {
					t.Errorf("pivot %g in row %d: got row %d, ok %v", v, bad, pivot, ok)
				}
			}
		}
	})
}

func TestSolve(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for _, n := range []int{0, 1, 3, 31, 32, 33, 90} {
			l := randomPositive(r, n)
			Cholesky(l, 1)
			l = lowerTriangle(l)
			for _, m := range []int{1, 5, 40} {
				b := randomMat(r, n, m)
				down, up := cloneMat(b), cloneMat(b)
				SolveLowerMany(l, down, 2)
				SolveLowerTMany(l, up, 2)
				residual(t, "L", l, down, b)
				residual(t, "Lᵀ", transposed(l), up, b)
			}
			b := randomMat(r, n, 1)
			down, up := cloneMat(b), cloneMat(b)
			SolveLower(l, down.Data)
			SolveLowerT(l, up.Data)
			residual(t, "L", l, down, b)
			residual(t, "Lᵀ", transposed(l), up, b)
			both := cloneMat(down)
			SolveLowerT(l, both.Data)
			whole := cloneMat(b)
			if SolveCholesky(l, whole.Data); !slices.Equal(both.Data, whole.Data) {
				t.Errorf("n=%d: SolveCholesky differs from its two halves", n)
			}
		}
	})
}

// residual fails unless A·X = B as far as float32 substitution can make it.
func residual(t *testing.T, name string, a, x, b Mat) {
	t.Helper()
	got, scale := product(Mat{}, a, transposed(x))
	for i, v := range got {
		want := float64(b.Data[i])
		if e := math.Abs(v - want); !(e <= float64(a.Rows+4)*0x1p-23*(scale[i]+math.Abs(want))) {
			t.Fatalf("%s of order %d, %d columns: residual %g at %d", name, a.Rows, x.Cols, e, i)
		}
	}
}

func BenchmarkSyrk(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range [][2]int{{20, 256}, {100, 256}, {500, 256}, {256, 20000}} {
		a, c := randomMat(r, s[0], s[1]), NewMat(s[0], s[0])
		b.Run(fmt.Sprintf("n=%d/k=%d/kernel=%s", s[0], s[1], Kernels()), func(b *testing.B) {
			for b.Loop() {
				Syrk(c, a, false, 1)
			}
		})
	}
}

func BenchmarkCholesky(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{64, 256, 500, 768} {
		a, work := randomPositive(r, n), NewMat(n, n)
		for _, l := range levels() {
			withLevel(l, func(name string) {
				b.Run(fmt.Sprintf("n=%d/kernel=%s", n, name), func(b *testing.B) {
					for b.Loop() {
						copy(work.Data, a.Data)
						Cholesky(work, 1)
					}
				})
			})
		}
		wide := make([]float64, n*n)
		for i, v := range a.Data {
			wide[i] = float64(v)
		}
		sym := mat.NewSymDense(n, wide)
		b.Run(fmt.Sprintf("n=%d/kernel=gonum", n), func(b *testing.B) {
			for b.Loop() {
				var c mat.Cholesky
				c.Factorize(sym)
			}
		})
	}
}
