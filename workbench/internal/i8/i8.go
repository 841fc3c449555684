// Package i8 multiplies matrices in bytes: weights rounded once, of each output channel, and
// activations rounded when they come, of each row. Sums of products are whole numbers of 32 bits and
// exact; what is made of them is float32.
//
// Kernels are for AVX-512 VNNI, AVX-VNNI, AVX2 and pure Go, the best one at run time; the
// level that package f32 runs at is the highest taken. All of them give the same bits:
//
//	y[i,j] = init[i,j] + float32(Σ a[i,k]·w[k,j] - zero[i]·Σ w[k,j]) · (step[i]·step'[j])
//
// with a in 0 … 255, and w in -64 … 64, because the sum of two products of AVX2 must fit
// 16 bits. A row that is not finite gives rows of NaN.
package i8

import (
	"math"

	"axn/workbench/internal/f32"
)

// Version changes when the bits of a product do.
const Version = 1

// MaxK is how wide rows may be for the sums of their products to be exact.
const MaxK = math.MaxInt32 / (most * greatest)

// most is the greatest byte of an activation, greatest that of a weight.
const (
	most     = 255
	greatest = 64
)

// Rows are rows rounded to bytes: value k of row i is nearly (codes[k] - zero[i])·step[i]. Their memory is
// used again.
type Rows struct {
	rows, k, stride int
	codes           []uint8
	zero            []int32
	step            []float32
}

// smallest is the spread of a row below which it counts as zeros.
const smallest = 1e-30

// Set rounds the rows of x.
func (r *Rows) Set(x f32.Mat) {
	r.rows, r.k, r.stride = x.Rows, x.Cols, (x.Cols+63)&^63
	if cap(r.codes) < r.rows*r.stride {
		r.codes = make([]uint8, r.rows*r.stride)
	}
	if cap(r.zero) < r.rows {
		r.zero, r.step = make([]int32, r.rows), make([]float32, r.rows)
	}
	r.codes, r.zero, r.step = r.codes[:r.rows*r.stride], r.zero[:r.rows], r.step[:r.rows]
	for i := range r.rows {
		r.set(i, x.Row(i))
	}
}

// set rounds one row.
func (r *Rows) set(i int, row []float32) {
	codes := r.codes[i*r.stride:][:r.k]
	low, high, bits := active.extremes(row)
	spread := high - low
	switch {
	case bits >= 0x7f800000 || math.IsInf(float64(spread), 0):
		clear(codes)
		r.zero[i], r.step[i] = 0, float32(math.NaN())
	case spread < smallest:
		clear(codes)
		r.zero[i], r.step[i] = 0, 0
	default:
		r.step[i] = spread / most
		inverse := most / spread
		r.zero[i] = int32(math.RoundToEven(float64(-low * inverse)))
		active.quantize(codes, row, inverse, r.zero[i])
	}
}

// Panels are the weights of a matrix product, K × N, laid out for the kernels: panels as wide as a tile, each
// with four rows of a column, then of the next one.
type Panels struct {
	K, N  int
	codes []int8
	sums  []int32   // of each column's codes
	step  []float32 // of each column
}

// PackRows makes the panels of Bᵀ for a B of N rows and K columns.
func PackRows(b f32.Mat) *Panels {
	w := active.tileCols()
	p := &Panels{K: b.Cols, N: b.Rows}
	padded := (p.N + w - 1) / w * w
	p.codes, p.sums, p.step = make([]int8, padded*p.groups()*4), make([]int32, padded), make([]float32, padded)
	codes := make([]int8, p.K)
	for j := range p.N {
		p.step[j] = round(codes, b.Row(j))
		panel := p.codes[j/w*w*p.groups()*4:]
		for k, c := range codes {
			panel[(k/4*w+j%w)*4+k%4] = c
			p.sums[j] += int32(c)
		}
	}
	return p
}

// groups is how many groups of four steps the inner product has.
func (p *Panels) groups() int { return (p.K + 3) / 4 }

// round sets codes to x / step.
func round(codes []int8, x []float32) (step float32) {
	top := float32(0)
	for _, v := range x {
		top = max(top, v, -v)
	}
	if step = top / greatest; !(top >= smallest && top <= math.MaxFloat32) {
		clear(codes)
		if top == top && top < smallest {
			return 0
		}
		return float32(math.NaN())
	}
	for i, v := range x {
		codes[i] = int8(math.RoundToEven(float64(v) / float64(step)))
	}
	return step
}
