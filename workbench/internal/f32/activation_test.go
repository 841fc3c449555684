package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestGelu(t *testing.T) {
	checkActivation(t, "gelu", Gelu, 10_000, 120_000, func(v float64) float64 { return v * 0.5 * math.Erfc(-v/math.Sqrt2) })
}

func TestSilu(t *testing.T) {
	checkActivation(t, "silu", Silu, 1_000, 99_980, func(v float64) float64 { return v / (1 + math.Exp(-v)) })
}

// checkActivation compares f with exact values, in steps of 1/scale from -100,000 steps to as many
// above, and runs of values from place on in other places.
func checkActivation(t *testing.T, name string, f func([]float32), scale float32, place int, exact func(float64) float64) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		x := newGuarded(r, 200003)
		for i := range x.v {
			x.v[i] = (float32(i) - 100000) / scale
		}
		in := slices.Clone(x.v)
		f(x.v)
		for i, v := range in {
			want := exact(float64(v))
			if e := math.Abs(float64(x.v[i]) - want); !(e <= 0x1p-21*max(1, math.Abs(float64(v)))) {
				t.Fatalf("%s(%g) = %g, want %g", name, v, x.v[i], want)
			}
		}
		for n := range 50 { // an element's bits do not depend on its place
			y := newGuarded(r, n)
			copy(y.v, in[place:])
			if f(y.v); !slices.Equal(y.v, x.v[place:place+n]) || y.check() != nil {
				t.Fatalf("n=%d: other bits, or written outside: %v", n, y.check())
			}
		}
		special := []float32{float32(math.NaN()), float32(math.Inf(1)), 0}
		if f(special); special[0] == special[0] || !math.IsInf(float64(special[1]), 1) || special[2] != 0 {
			t.Errorf("%s(NaN, Inf, 0) = %v", name, special)
		}
	})
}

// The gated forms are the plain ones times the gate.
func TestGated(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for n := range 70 {
			x, y := newGuarded(r, n), newGuarded(r, n)
			for _, f := range []struct {
				plain func([]float32)
				gated func(x, y []float32)
			}{{Gelu, GeluMul}, {Silu, SiluMul}} {
				want := slices.Clone(x.v)
				f.plain(want)
				for i, v := range y.v {
					want[i] *= v
				}
				f.gated(x.v, y.v)
				if !slices.Equal(x.v, want) || x.check() != nil || y.check() != nil {
					t.Fatalf("n=%d: %v, want %v; %v", n, x.v, want, x.check())
				}
			}
		}
	})
}

func TestRMSNorm(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for n := 1; n < 80; n++ {
			x, gain := newGuarded(r, n), newGuarded(r, n)
			const eps = 1e-5
			in, squares := slices.Clone(x.v), 0.0
			for _, v := range in {
				squares += float64(v) * float64(v) / float64(n)
			}
			RMSNorm(x.v, gain.v, eps)
			for i, v := range in {
				want := float64(v) / math.Sqrt(squares+eps) * float64(gain.v[i])
				if e := math.Abs(float64(x.v[i]) - want); !(e <= 1e-6*(1+math.Abs(want))) {
					t.Errorf("n=%d: [%d] = %g, want %g", n, i, x.v[i], want)
				}
			}
			if err := x.check(); err != nil {
				t.Fatalf("n=%d: %v", n, err)
			}
		}
	})
}

func TestSoftmax(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for n := range 70 {
			for _, scale := range []float32{1, 30, 1e4} {
				x := newGuarded(r, n)
				for i := range x.v {
					x.v[i] = x.v[i]*scale - 100
				}
				var sum float64
				want, tolerance := make([]float64, n), make([]float64, n)
				for i, v := range x.v {
					tolerance[i] = 1e-6 + 0x1p-23*math.Abs(float64(v-slices.Max(x.v)))
					want[i] = math.Exp(float64(v) - float64(slices.Max(x.v)))
					sum += want[i]
				}
				Softmax(x.v)
				for i, v := range x.v {
					if w := want[i] / sum; !(math.Abs(float64(v)-w) <= tolerance[i]*w+1e-37) {
						t.Errorf("n=%d scale=%g: [%d] = %g, want %g", n, scale, i, v, w)
					}
				}
				if err := x.check(); err != nil {
					t.Fatalf("n=%d: %v", n, err)
				}
			}
		}
	})
}

func TestLayerNorm(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := newRand(t)
		for n := 1; n < 80; n++ {
			x, add, gamma, beta := newGuarded(r, n), newGuarded(r, n), newGuarded(r, n), newGuarded(r, n)
			const eps = 1e-5
			var mean, variance float64
			sums := make([]float64, n)
			for i := range sums {
				sums[i] = float64(x.v[i] + add.v[i])
				mean += sums[i] / float64(n)
			}
			for _, s := range sums {
				variance += (s - mean) * (s - mean) / float64(n)
			}
			LayerNorm(x.v, add.v, gamma.v, beta.v, eps)
			for i, s := range sums {
				want := (s-mean)/math.Sqrt(variance+eps)*float64(gamma.v[i]) + float64(beta.v[i])
				if e := math.Abs(float64(x.v[i]) - want); !(e <= 3e-6*(1+math.Abs(want))/math.Sqrt(variance+eps)) {
					t.Errorf("n=%d: [%d] = %g, want %g", n, i, x.v[i], want)
				}
			}
			for _, g := range []guarded{x, add, gamma, beta} {
				if err := g.check(); err != nil {
					t.Fatalf("n=%d: %v", n, err)
				}
			}
		}
	})
}

func BenchmarkActivation(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	x, one := randomMat(r, 100, 1024), randomMat(r, 1, 1024).Data
	for _, l := range levels() {
		withLevel(l, func(name string) {
			for what, f := range map[string]func([]float32){
				"gelu":      Gelu,
				"silu":      Silu,
				"softmax":   Softmax,
				"layernorm": func(x []float32) { LayerNorm(x, one, one, one, 1e-12) },
			} {
				b.Run(fmt.Sprintf("f=%s/n=1024/kernel=%s", what, name), func(b *testing.B) {
					y := slices.Clone(x.Data)
					b.SetBytes(4096)
					for i := 0; b.Loop(); i++ {
						f(y[i%100*1024:][:1024])
					}
				})
			}
		})
	}
}
