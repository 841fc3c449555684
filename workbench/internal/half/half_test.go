package half

import (
	"math"
	"testing"
)

// Every half converts to float32 and back to itself; a float32 rounds to the nearest half, ties to even.
func TestHalf(t *testing.T) {
	for i := range 1 << 16 {
		h := uint16(i)
		f := To32(h)
		if f != f {
			if back := From32(f); back&0x7c00 != 0x7c00 || back&0x3ff == 0 {
				t.Fatalf("NaN %#x came back as %#x", h, back)
			}
			continue
		}
		if back := From32(f); back != h {
			t.Fatalf("%#x -> %v -> %#x", h, f, back)
		}
		if next := To32(h + 1); h&0x7fff < 0x7bff { // between two finite halves
			mid := float32((float64(f) + float64(next)) / 2)
			if got := From32(mid); got != h+h&1 {
				t.Fatalf("midpoint above %#x rounds to %#x", h, got)
			}
			if got := From32(math.Nextafter32(mid, f)); got != h {
				t.Fatalf("just below the midpoint above %#x rounds to %#x", h, got)
			}
		}
	}
	for in, want := range map[float32]uint16{65519: 0x7bff, 65520: 0x7c00, float32(math.Inf(-1)): 0xfc00, 1e-9: 0} {
		if got := From32(in); got != want {
			t.Errorf("From32(%v) = %#x, want %#x", in, got, want)
		}
	}
}
