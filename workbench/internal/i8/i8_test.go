package i8

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/f32"
)

// eachLevel runs f at every instruction level of the machine, and says which are not there.
func eachLevel(t *testing.T, f func(t *testing.T)) {
	defer func(old level) { active = old }(active)
	missing := []string{}
	for l := pureGo; l <= avx512VNNI; l++ {
		active = l
		if !slices.Contains(levelsAtBest, l) {
			missing = append(missing, Kernels())
			continue
		}
		t.Run("kernel="+Kernels(), f)
	}
	t.Logf("not on this machine: %s", strings.Join(missing, " "))
}

var levelsAtBest = levels()

func newRand(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

func randomMat(r *rand.Rand, rows, cols int, scale float64) f32.Mat {
	m := f32.NewMat(rows, cols)
	for i := range m.Data {
		m.Data[i] = float32(scale * (r.NormFloat64() + .3))
	}
	return m
}

// rounded is what Rows makes of a row, by its definition.
func rounded(row []float32) (codes []int64, zero int64, step float32) {
	low, high := min(0, slices.Min(row)), max(0, slices.Max(row))
	codes = make([]int64, len(row))
	if high-low < smallest {
		return codes, 0, 0
	}
	step = (high - low) / 255
	inverse := 255 / (high - low)
	zero = int64(math.RoundToEven(float64(-low * inverse)))
	for k, v := range row {
		codes[k] = max(0, min(255, int64(math.RoundToEven(float64(v*inverse)))+zero))
	}
	return codes, zero, step
}

// product is init + A·Bᵀ by the formula of the package, and how far at most it is from that of float32.
func product(init, a, b f32.Mat) (want, bound f32.Mat) {
	want, bound = f32.NewMat(a.Rows, b.Rows), f32.NewMat(a.Rows, b.Rows)
	for i := range a.Rows {
		codes, zero, step := rounded(a.Row(i))
		for j := range b.Rows {
			top := float32(0)
			for _, v := range b.Row(j) {
				top = max(top, float32(math.Abs(float64(v))))
			}
			width, sum, worst := top/64, int64(0), 0.0
			for k, v := range b.Row(j) {
				if width > 0 {
					sum += (codes[k] - zero) * int64(math.RoundToEven(float64(v)/float64(width)))
				}
				worst += math.Abs(float64(a.Row(i)[k]))*float64(width)/2 + float64(step)*(math.Abs(float64(v))+float64(width))
			}
			scaled := float32(float32(int32(sum)) * float32(step*width))
			want.Row(i)[j] = init.Data[i*init.Stride+j] + scaled
			bound.Row(i)[j] = float32(worst)
		}
	}
	return want, bound
}

const guard = 12345.5

// TestGemm: the bits of the definition at every level, near those of float32, and nothing written outside.
func TestGemm(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for range 60 {
			m, n, k := 1+r.IntN(40), 1+r.IntN(70), 1+r.IntN(150)
			a, b := randomMat(r, m, k, math.Exp(3*r.NormFloat64())), randomMat(r, n, k, .1)
			what := fmt.Sprintf("%d × %d × %d", m, n, k)
			var rows Rows
			rows.Set(a)
			p := PackRows(b)
			bias := randomMat(r, 1, n, 1)
			bias.Stride = 0
			want, bound := product(bias, a, b)
			c := f32.Mat{Data: make([]float32, m*(n+3)), Rows: m, Cols: n, Stride: n + 3}
			for i := range c.Data {
				c.Data[i] = guard
			}
			GemmBias(c, &rows, p, bias.Data)
			equal(t, what+" with a bias", c, want)
			for i := range m {
				for j, v := range c.Row(i) {
					exact := float64(bias.Data[j])
					for k, w := range b.Row(j) {
						exact += float64(a.Row(i)[k]) * float64(w)
					}
					if e := math.Abs(float64(v) - exact); e > 1.01*float64(bound.Row(i)[j])+1e-4*math.Abs(exact) {
						t.Fatalf("%s: (%d, %d) is %g, the product is %g", what, i, j, v, exact)
					}
				}
			}
			more, _ := product(c, a, b)
			Gemm(c, &rows, p)
			equal(t, what+" added", c, more)
			for i := range m {
				for _, v := range c.Data[i*c.Stride+n : (i+1)*c.Stride] {
					if v != guard {
						t.Fatalf("%s: guard after row %d overwritten", what, i)
					}
				}
			}
		}
	})
}

func equal(t *testing.T, what string, got, want f32.Mat) {
	t.Helper()
	for i := range got.Rows {
		for j, v := range got.Row(i) {
			if math.Float32bits(v) != math.Float32bits(want.Row(i)[j]) {
				t.Fatalf("%s: (%d, %d) is %g, want %g", what, i, j, v, want.Row(i)[j])
			}
		}
	}
}

// TestGemmOfExtremes: sums of the greatest bytes are exact at every level.
func TestGemmOfExtremes(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		const k = 1 << 12
		a, b := f32.NewMat(7, k), f32.NewMat(33, k)
		for i := range a.Data {
			a.Data[i] = 255
		}
		for i := range b.Data {
			b.Data[i] = 64 - 128*float32(i/k%2)
		}
		var rows Rows
		rows.Set(a)
		c := f32.NewMat(7, 33)
		Gemm(c, &rows, PackRows(b))
		for i, v := range c.Data {
			if want := 255 * 64 * k * (1 - 2*float32(i%33%2)); v != want {
				t.Fatalf("element %d is %g, want %g", i, v, want)
			}
		}
	})
}

// TestRowsOfAllLengths: a row's codes at every level are those of its definition, wherever it begins.
func TestRowsOfAllLengths(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for n := 1; n < 140; n++ {
			x := randomMat(r, 1, n+3, 1).Sub(0, r.IntN(3), 1, n)
			var rows Rows
			rows.Set(x)
			codes, zero, step := rounded(x.Row(0))
			for k, c := range codes {
				if int64(rows.codes[k]) != c || int64(rows.zero[0]) != zero || rows.step[0] != step {
					t.Fatalf("%d values: code %d is %d, want %d; zero %d and %d, step %g and %g", n, k, rows.codes[k], c, rows.zero[0], zero, rows.step[0], step)
				}
			}
		}
	})
}

// TestNumbersThatAreNone: a row with one gives NaN, as does a weight; rows of zeros give what was there.
func TestNumbersThatAreNone(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		a, b := randomMat(r, 5, 70, 1), randomMat(r, 20, 70, 1)
		a.Row(0)[r.IntN(70)] = float32(math.NaN())
		a.Row(1)[r.IntN(70)] = float32(math.Inf(1))
		a.Row(2)[3], a.Row(2)[4] = math.MaxFloat32, -math.MaxFloat32
		clear(a.Row(3))
		b.Row(7)[r.IntN(70)] = float32(math.NaN())
		clear(b.Row(8))
		bias := randomMat(r, 1, 20, 1).Data
		var rows Rows
		rows.Set(a)
		c := f32.NewMat(5, 20)
		GemmBias(c, &rows, PackRows(b), bias)
		for i := range 5 {
			for j, v := range c.Row(i) {
				switch none := v != v; {
				case none != (i < 3 || j == 7):
					t.Errorf("(%d, %d) is %g", i, j, v)
				case !none && (i == 3 || j == 8) && v != bias[j]:
					t.Errorf("(%d, %d) is %g, want %g", i, j, v, bias[j])
				}
			}
		}
	})
}

func TestShapesThatDiffer(t *testing.T) {
	var rows Rows
	rows.Set(f32.NewMat(2, 8))
	p := PackRows(f32.NewMat(3, 8))
	for name, f := range map[string]func(){
		"bias": func() { GemmBias(f32.NewMat(2, 3), &rows, p, make([]float32, 2)) },
		"cols": func() { Gemm(f32.NewMat(2, 4), &rows, p) },
		"rows": func() { Gemm(f32.NewMat(3, 3), &rows, p) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

// BenchmarkGemm: a feed-forward product of 168 rows beside that of float32, rounding of the rows included.
func BenchmarkGemm(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range [][2]int{{768, 256}, {1024, 256}, {256, 1024}, {1536, 384}, {384, 1536}, {3072, 768}} {
		n, k := s[0], s[1]
		a, w, c := randomMat(r, 168, k, 1), randomMat(r, n, k, .05), f32.NewMat(168, n)
		gflops := func(b *testing.B) {
			b.ReportMetric(2*168*float64(n)*float64(k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		}
		b.Run(fmt.Sprintf("n=%d/k=%d/kernel=f32", n, k), func(b *testing.B) {
			var p f32.Panels
			p.PackRows(w, 1)
			for b.Loop() {
				f32.Gemm(c, a, &p, false, 1)
			}
			gflops(b)
		})
		for _, l := range levelsAtBest[1:] {
			active = l
			b.Run(fmt.Sprintf("n=%d/k=%d/kernel=%s", n, k, Kernels()), func(b *testing.B) {
				p := PackRows(w)
				bias := make([]float32, n)
				var rows Rows
				for b.Loop() {
					rows.Set(a)
					GemmBias(c, &rows, p, bias)
				}
				gflops(b)
			})
		}
	}
}
