package f32

import (
	"math"
	"slices"
	"testing"
)

// Every float16 goes to the float32 of the same value and back to itself.
func TestHalfRoundTrip(t *testing.T) {
	halves := make([]uint16, 1<<16)
	for i := range halves {
		halves[i] = uint16(i)
	}
	eachLevel(t, func(t *testing.T) {
		floats, back := make([]float32, 1<<16), make([]uint16, 1<<16)
		FromHalf(floats, halves)
		ToHalf(back, floats)
		for i, f := range floats {
			sign, exp, frac := 1-2*float64(i>>15), i>>10&31, float64(i&0x3ff)
			want := sign * math.Ldexp(1024+frac, exp-25)
			switch {
			case exp == 0:
				want = sign * math.Ldexp(frac, -24)
			case exp == 31 && frac == 0:
				want = math.Inf(int(sign))
			case exp == 31:
				want = math.NaN()
			}
			if float64(f) != want && !(math.IsNaN(want) && f != f) {
				t.Fatalf("%#04x = %g, want %g", i, f, want)
			}
			if want == want && back[i] != uint16(i) {
				t.Fatalf("%#04x came back as %#04x", i, back[i])
			}
			if want != want && back[i] != uint16(i)|0x200 {
				t.Fatalf("NaN %#04x came back as %#04x", i, back[i])
			}
		}
	})
}

// All levels round alike, to the nearest float16 and halfway to the even one.
func TestToHalf(t *testing.T) {
	r := newRand(t)
	floats := []float32{0, float32(math.Copysign(0, -1)), 65504, 65519.996, 65520, -65520, 1e30, 0x1p-24, 0x1p-25, 0x1.000002p-25, 0x1.8p-24,
		0x1p-14, 0x1.ffcp-15, 0x1.ffep-15, 1, 1 + 0x1p-11, 1 + 0x3p-11, 1 + 0x1.00002p-11, 1e-30, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}
	for range 100000 {
		floats = append(floats, math.Float32frombits(r.Uint32()), float32(r.NormFloat64()), float32(r.NormFloat64()*1e-5))
	}
	all := make([]float32, 1<<16)
	withLevel(pureGo, func(string) {
		for i := range all {
			all[i] = halfToFloat(uint16(i))
		}
	})
	eachLevel(t, func(t *testing.T) {
		got := make([]uint16, len(floats))
		ToHalf(got, floats)
		for i, f := range floats {
			if want := floatToHalf(f); got[i] != want {
				t.Fatalf("%g (%#08x) became %#04x, pure Go says %#04x", f, math.Float32bits(f), got[i], want)
			}
			if h := got[i] & 0x7fff; f == f && h < 0x7c00 { // no neighbour is nearer
				d := math.Abs(float64(all[got[i]]) - float64(f))
				for _, n := range []uint16{got[i] + 1, got[i] - 1} {
					e := math.Abs(float64(all[n]) - float64(f))
					if n&0x7fff < 0x7c00 && (e < d || e == d && got[i]&1 == 1) {
						t.Fatalf("%g became %g, but %g is nearer or even", f, all[got[i]], all[n])
					}
				}
			}
		}
		for n := range 40 {
			g := newGuarded(r, n)
			halves := make([]uint16, n+2)
			ToHalf(halves[1:n+1], g.v)
			back := newGuarded(r, n)
			FromHalf(back.v, halves[1:n+1])
			if halves[0] != 0 || halves[n+1] != 0 || g.check() != nil || back.check() != nil {
				t.Fatalf("n=%d: wrote outside", n)
			}
			for i, v := range g.v {
				if back.v[i] != halfToFloat(floatToHalf(v)) {
					t.Fatalf("n=%d: element %d differs", n, i)
				}
			}
		}
	})
}

func TestFromBfloat(t *testing.T) {
	got := make([]float32, 4)
	FromBfloat(got, []uint16{0x3f80, 0xc000, 0x7f80, 1})
	if want := []float32{1, -2, float32(math.Inf(1)), math.Float32frombits(0x10000)}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
