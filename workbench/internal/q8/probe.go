package q8

import (
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
// Σ|qⱼ(v - m)ⱼ| <= |D·q||D⁻¹(v - m)|, D the units.
type Probe struct {
	items   *Items
	codes   [2][]int8  // b and b', padded to groups of four
	shifted [2][]uint8 // codes + 128
	scale   float32    // t
	ratio   float32    // r
	length  float32    // |w| + |δ|, rounded up: per unit of Error
	slack   float32    // |δ| and the rounding of float32 sums: per unit of Norm
	base    float32    // q·m, and the rest of the bound, rounded up
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
	for n := range 2 {
		p.codes[n] = make([]int8, 4*p.items.groups())
		var left float64
		if scales[n], left = quantize(w, p.codes[n][:len(w)]); n == 0 {
			norm = left
		}
		for _, c := range p.codes[n] {
			p.shifted[n] = append(p.shifted[n], uint8(int(c)+128))
		}
	}
	if p.scale = scales[0]; p.scale > 0 {
		p.ratio = scales[1] / p.scale
	}
	return norm
}

// Upper sets bounds to upper bounds of the inner products, as float32 sums, of
// the items from lo on, a multiple of 16, len(bounds) of them.
func (p *Probe) Upper(lo int, bounds []float32) {
	var last [panel]float32
	whole := len(bounds) / panel
	p.items.bounds(p, lo/panel, lo/panel+whole, bounds)
	if rest := bounds[whole*panel:]; len(rest) > 0 {
		p.items.bounds(p, lo/panel+whole, lo/panel+whole+1, last[:])
		copy(rest, last[:])
	}
}

// boundsGo sets bounds to the upper bounds of panels lo … hi-1.
func (x *Items) boundsGo(p *Probe, lo, hi int, bounds []float32) {
	for at := lo; at < hi; at++ {
		codes := x.Codes[at*panel*x.groups()*4:]
		for lane := range panel {
			var sum, fine int32
			for g := range x.groups() {
				c := codes[g*4*panel+lane*4:][:4]
				q, r := p.codes[0][4*g:][:4], p.codes[1][4*g:][:4]
				sum += int32(c[0])*int32(q[0]) + int32(c[1])*int32(q[1]) + int32(c[2])*int32(q[2]) + int32(c[3])*int32(q[3])
				fine += int32(c[0])*int32(r[0]) + int32(c[1])*int32(r[1]) + int32(c[2])*int32(r[2]) + int32(c[3])*int32(r[3])
			}
			i := at*panel + lane
			dot := (float32(sum) + p.ratio*float32(fine)) * x.Scale[i]
			bounds[i-lo*panel] = p.scale*dot + (p.length*x.Error[i] + p.slack*x.Norm[i] + p.base)
		}
	}
}
