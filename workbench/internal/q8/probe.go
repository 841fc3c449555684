package q8

import (
	"iter"
	"math"

	"axn/workbench/internal/f32"
)

// Probe is a query rounded for Items: along their axes and to two bytes a
// component, the second for what the first leaves. It is made once and read by
// many goroutines.
//
// Let an item be m + L·(s·c + e), m the center and Lᵀ the axes, and the query w =
// Lᵀ·q = t·(b + r·b') + δ. Then
//
//	|q·v - q·m - s·t·(b·c + r·(b'·c))| <= |w||e| + |δ||s·c| , |s·c| <= |L⁻¹(v - m)| + |e|
//
// and the float32 sum, in any order, is within d·2⁻²⁴·Σ|qⱼvⱼ| of q·v, where
// Σ|qⱼ(v - m)ⱼ| <= |D·q||D⁻¹(v - m)|, D the units. Where codes stand in two blocks, the second's part of the
// product is at most its part of |w| times its part of |s·c|.
type Probe struct {
	items  *Items
	codes  [2]half // of the components that stand by themselves, and of the others
	scale  float32 // t
	ratio  float32 // r
	length float32 // |w| + |δ|, rounded up: per unit of Error
	slack  float32 // |δ| and the rounding of float32 sums: per unit of Norm
	rest   float32 // the second block's part of |w|, rounded up: per unit of Tail
	base   float32 // q·m, and the rest of the bound, rounded up
}

// half is what a probe has for a block of codes.
type half struct {
	codes [2][]int8 // b and b', padded to groups of four
	start [2]int32  // -128 · sum of codes: a kernel takes the items' codes + 128
}

// Probe returns a query's probe; false if the query has no bound, being too long
// or not finite.
func (x *Items) Probe(query []float32) (*Probe, bool) {
	if len(query) != x.D {
		panic("q8: shapes differ")
	}
	p := &Probe{items: x}
	wide, units, center, sizes := make([]float64, x.D), make([]float64, x.D), 0.0, 0.0
	for j, q := range query {
		wide[j], units[j] = float64(q), float64(q)*float64(x.Unit[j])
		m := float64(q) * float64(x.Center[j])
		center, sizes = center+m, sizes+math.Abs(m)
	}
	w, own := make([]float64, x.D), length(units)
	for j := 0; j < x.D; j += axesTogether { // what is left of them is zeros
		rows := min(axesTogether, x.D-j)
		f32.GemvWide(w[j:j+rows], x.Axes.Sub(j, j, rows, x.D-j), wide[j:])
	}
	if tooLong(length(query)) || tooLong(own) || tooLong(length(w)) || tooLong(sizes) {
		return nil, false
	}
	if x.Head < x.D {
		p.rest = up(length(w[x.Head:]))
	}
	norm := p.quantize(w)
	delta := length(w)
	rounding := float64(x.D+32) * 0x1p-24
	rest := rounding*(sizes+math.Abs(center)) + float64(x.D+32)*0x1p-126 // the latter for underflow
	p.length, p.slack = up(norm+delta), up(delta+rounding*(own+norm+delta))
	p.base = up(center + rest)
	return p, true
}

// axesTogether is how many axes a product takes, of which each has zeros before its own number.
const axesTogether = 32

// quantize rounds w to codes, leaves in w what they miss, and returns w's length
// before.
func (p *Probe) quantize(w []float64) (norm float64) {
	var scales [2]float32
	head, codes := p.items.Head, make([]int8, len(w))
	for n := range 2 {
		var left float64
		if scales[n], left = quantize(w, codes); n == 0 {
			norm = left
		}
		for h, part := range [][]int8{codes[:head], codes[head:]} {
			own := make([]int8, 4*groups(len(part)))
			copy(own, part)
			p.codes[h].codes[n] = own
			for _, c := range part {
				p.codes[h].start[n] -= 128 * int32(c)
			}
		}
	}
	if p.scale = scales[0]; p.scale > 0 {
		p.ratio = scales[1] / p.scale
	}
	return norm
}

// Likely returns the probe with bounds that hold for most items: of what the second block may add to a product,
// which is as often negative, it allows for so many deviations, in place of the most there can be.
func (p *Probe) Likely(deviations float64) *Probe {
	likely := *p
	if rest := float64(p.items.D - p.items.Head); rest > deviations*deviations {
		likely.rest *= float32(deviations / math.Sqrt(rest))
	}
	return &likely
}

// Upper sets bounds to upper bounds of the inner products, as float32 sums, of
// the items from lo on, a multiple of 16, len(bounds) of them: with the first block of codes alone.
func (p *Probe) Upper(lo int, bounds []float32) {
	p.block(&p.codes[0], p.items.Codes, [4]float32{p.length, p.slack, p.rest, p.base}, lo, bounds)
}

// Closer adds to bounds, which Upper has made, what the second block makes of them.
func (p *Probe) Closer(lo int, bounds []float32) {
	var room [Block]float32
	for len(bounds) > 0 {
		part := room[:min(Block, len(bounds))]
		p.block(&p.codes[1], p.items.Tails, [4]float32{0, 0, -p.rest, 0}, lo, part)
		f32.Axpy(1, part, bounds[:len(part)])
		lo, bounds = lo+len(part), bounds[len(part):]
	}
}

// Reaching yields the ranges of bounds, of whole panels, that have one of least or more and that Closer makes closer.
func (p *Probe) Reaching(bounds []float32, least float32) iter.Seq2[int, int] {
	return func(yield func(lo, hi int) bool) {
		for hi := 0; p.items.Head < p.items.D; {
			lo := hi + f32.IndexAtLeast(bounds[hi:], least)
			if lo == len(bounds) {
				return
			}
			lo = lo / panel * panel
			hi = min(lo+panel, len(bounds))
			for hi < len(bounds) && f32.IndexAtLeast(bounds[hi:min(hi+panel, len(bounds))], least) < min(panel, len(bounds)-hi) {
				hi = min(hi+panel, len(bounds))
			}
			if !yield(lo, hi) {
				return
			}
		}
	}
}

// block sets dst as boundsGo does, for the items from lo on: dst may end within a panel.
func (p *Probe) block(h *half, codes []int8, numbers [4]float32, lo int, dst []float32) {
	at, whole := lo/panel, len(dst)/panel
	p.items.bounds(p, h, codes, numbers, at, at+whole, dst)
	if rest := dst[whole*panel:]; len(rest) > 0 {
		var last [panel]float32
		p.items.bounds(p, h, codes, numbers, at+whole, at+whole+1, last[:])
		copy(rest, last[:])
	}
}

// boundsGo sets dst, for panels lo … hi-1, to the part of the products that codes tell and what numbers say of errors, norms
// and tails, and in all.
func (x *Items) boundsGo(p *Probe, h *half, codes []int8, numbers [4]float32, lo, hi int, dst []float32) {
	size := panel * len(h.codes[0])
	for at := lo; at < hi; at++ {
		same := numbers[3] + numbers[2]*x.Tail[at]
		if numbers[0] != 0 { // errors may be infinite
			same += numbers[0]*x.Error[at] + numbers[1]*x.Norm[at]
		}
		for lane := range panel {
			var sum, fine int32
			for j := range h.codes[0] {
				c := int32(codes[at*size+j/4*4*panel+lane*4+j%4])
				sum += c * int32(h.codes[0][j])
				fine += c * int32(h.codes[1][j])
			}
			i := at*panel + lane
			dot := (float32(sum) + p.ratio*float32(fine)) * x.Scale[i]
			dst[i-lo*panel] = p.scale*dot + same
		}
	}
}
