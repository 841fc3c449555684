package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// product returns C0 + A·Bᵀ in float64, and for each element the sum of the
// absolute values added, the scale of its rounding error.
func product(c0, a, b Mat) (want, scale []float64) {
	for i := range a.Rows {
		for j := range b.Rows {
			var s, m float64
			if c0.Data != nil {
				s = float64(c0.Data[i*c0.Stride+j])
				m = math.Abs(s)
			}
			for k, v := range a.Row(i) {
				p := float64(v) * float64(b.Row(j)[k])
				s, m = s+p, m+math.Abs(p)
			}
			want, scale = append(want, s), append(scale, m)
		}
	}
	return want, scale
}

// closeTo fails if an element of c is further from want than float32 sums of k terms may be.
func closeTo(t *testing.T, c Mat, want, scale []float64, k int) {
	t.Helper()
	for i := range c.Rows {
		for j, v := range c.Row(i) {
			at := i*c.Cols + j
			if e := math.Abs(float64(v) - want[at]); !(e <= float64(k+2)*0x1p-24*scale[at]) {
				t.Fatalf("(%d, %d) = %g, want %g", i, j, v, want[at])
			}
		}
	}
}

func transposed(m Mat) Mat {
	t := NewMat(m.Cols, m.Rows)
	for i := range m.Rows {
		for j, v := range m.Row(i) {
			t.Data[j*t.Stride+i] = v
		}
	}
	return t
}

func TestTranspose(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for _, shape := range [][2]int{{0, 0}, {1, 1}, {3, 0}, {0, 3}, {100, 0}, {7, 9}, {64, 33}, {65, 8}, {200, 77}} {
			a := NewMat(shape[0], shape[1]+3).Sub(0, 0, shape[0], shape[1])
			for i := range a.Rows {
				for j := range a.Row(i) {
					a.Row(i)[j] = r.Float32()
				}
			}
			for _, threads := range []int{1, 3} {
				if got := Transpose(a, threads); got.Rows != a.Cols || got.Cols != a.Rows || !slices.Equal(got.Data, transposed(a).Data) {
					t.Errorf("%d×%d, %d threads: %v", a.Rows, a.Cols, threads, got)
				}
			}
		}
	})
}

func TestGemm(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		shapes := [][3]int{{0, 3, 2}, {3, 0, 2}, {3, 4, 0}, {180, 40, 520}, {5, 33, 1100}, {171, 1, 513}}
		for m := 1; m <= 29; m += 2 {
			shapes = append(shapes, [3]int{m, 1 + r.IntN(100), 1 + r.IntN(70)})
		}
		for n := 1; n <= 66; n += 1 + r.IntN(3) {
			shapes = append(shapes, [3]int{1 + r.IntN(40), n, r.IntN(40)})
		}
		for _, s := range shapes {
			a, okA := newGuardedMat(r, s[0], s[2])
			b, okB := newGuardedMat(r, s[1], s[2])
			c, okC := newGuardedMat(r, s[0], s[1])
			bias := newGuarded(r, s[1])
			add := Mat{slices.Clone(c.Data), c.Rows, c.Cols, c.Stride}
			bt := transposed(b)
			var p Panels
			var none Mat
			for name, run := range map[string]func() (init Mat){
				"rows":     func() Mat { p.PackRows(b, 1); Gemm(c, a, &p, false, 1); return none },
				"cols":     func() Mat { p.PackCols(bt, 2); Gemm(c, a, &p, false, 2); return none },
				"multT":    func() Mat { MulT(c, a, b, 2); return none },
				"mult":     func() Mat { Mul(c, a, bt, 1); return none },
				"bias":     func() Mat { p.PackRows(b, 2); GemmBias(c, a, &p, bias.v, 2); return Mat{Data: bias.v} },
				"add":      func() Mat { copy(c.Data, add.Data); p.PackRows(b, 1); Gemm(c, a, &p, true, 3); return add },
				"subtract": func() Mat { copy(c.Data, add.Data); p.packRows(b, 1, true); Gemm(c, a, &p, true, 3); return add },
			} {
				init := run()
				second := b
				if name == "subtract" {
					second = Mat{slices.Clone(b.Data), b.Rows, b.Cols, b.Stride}
					Scale(-1, second.Data)
				}
				want, scale := product(init, a, second)
				t.Run(fmt.Sprint(name, s), func(t *testing.T) { closeTo(t, c, want, scale, s[2]) })
				for _, ok := range []func() error{okA, okB, okC, bias.check} {
					if err := ok(); err != nil {
						t.Fatalf("%s %v: %v", name, s, err)
					}
				}
			}
		}
	})
}

// A row's result does not depend on the rows beside it, the threads, or the
// assembly level.
func TestGemmBits(t *testing.T) {
	r := newRand(t)
	a, b := randomMat(r, 61, 700), randomMat(r, 45, 700)
	byLevel := map[level][]float32{}
	for _, l := range levels() {
		withLevel(l, func(name string) {
			c := NewMat(61, 45)
			MulT(c, a, b, 1)
			byLevel[l] = c.Data
			for _, rows := range []int{1, 2, 5, 13, 60} {
				d := NewMat(rows, 45)
				MulT(d, a.RowRange(1, 1+rows), b, 2)
				if !slices.Equal(d.Data, c.RowRange(1, 1+rows).Data[:rows*45]) {
					t.Errorf("%s: %d rows give other bits than 61", name, rows)
				}
			}
		})
	}
	if a, b := byLevel[avx2], byLevel[avx512]; b != nil && !slices.Equal(a, b) {
		t.Error("avx2 and avx512 differ")
	}
}

func TestGemmAllocs(t *testing.T) {
	r := newRand(t)
	a, b, c := randomMat(r, 61, 70), randomMat(r, 45, 70), NewMat(61, 45)
	var p Panels
	p.PackRows(b, 1)
	if n := testing.AllocsPerRun(20, func() { p.PackRows(b, 1); Gemm(c, a, &p, false, 1) }); n != 0 {
		t.Errorf("%g allocations a product", n)
	}
}

func BenchmarkGemm(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range [][3]int{{256, 256, 256}, {256, 768, 256}, {256, 1024, 256}, {256, 256, 1024}, {1000, 1000, 1000}, {2000, 2000, 2000}, {100000, 64, 256}} {
		m, n, k := s[0], s[1], s[2]
		x, y, c := randomMat(r, m, k), randomMat(r, n, k), NewMat(m, n)
		var p Panels
		for _, l := range levels() {
			for threads := 1; threads <= 2; threads++ {
				for _, packed := range []bool{true, false} {
					if l == pureGo && (m*n*k > 1<<27 || threads == 2) {
						continue
					}
					withLevel(l, func(name string) {
						p.PackRows(y, 1)
						b.Run(fmt.Sprintf("m=%d/n=%d/k=%d/kernel=%s/threads=%d/packed=%v", m, n, k, name, threads, packed), func(b *testing.B) {
							for b.Loop() {
								if !packed {
									p.PackRows(y, threads)
								}
								Gemm(c, x, &p, false, threads)
							}
							b.ReportMetric(2*float64(m*n*k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
						})
					})
				}
			}
		}
	}
}
