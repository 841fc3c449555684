package i8

import (
	"axn/workbench/internal/f32"
)

// rowBlock is how many rows meet a panel before the next one does.
const rowBlock = 168

// Gemm adds A·P to C: A is M × K, P is K × N, C is M × N. An element's bits depend on its row of A, its
// column of P and what C held, and on nothing else. It panics if shapes differ.
func Gemm(c f32.Mat, a *Rows, p *Panels) { gemm(c, a, p, c.Data, c.Stride) }

// GemmBias computes C = bias + A·P, bias being added to every row.
func GemmBias(c f32.Mat, a *Rows, p *Panels, bias []float32) {
	if len(bias) != p.N {
		panic("i8: gemm: bias and columns differ")
	}
	gemm(c, a, p, bias, 0)
}

// gemm computes C = init + A·P.
func gemm(c f32.Mat, a *Rows, p *Panels, init []float32, ldi int) {
	if a.k != p.K || c.Rows != a.rows || c.Cols != p.N {
		panic("i8: gemm: shapes differ")
	}
	w, h := active.tileCols(), active.tileRows()
	for lo := 0; lo < c.Rows; lo += rowBlock {
		rows := min(rowBlock, c.Rows-lo)
		tiles := (rows + h - 1) / h // of nearly equal height
		for j := 0; j < p.N; j += w {
			for t := range tiles {
				tile(c, a, p, init, ldi, lo+rows*t/tiles, lo+rows*(t+1)/tiles, j)
			}
		}
	}
}

// tile computes the columns of a panel, from j on, of rows i … end-1. Those that reach beyond C are computed by
// way of a whole tile beside it.
func tile(c f32.Mat, a *Rows, p *Panels, init []float32, ldi, i, end, j int) {
	w := active.tileCols()
	g := gemmArgs{groups: p.groups(), lda: a.stride, ldi: ldi, ldc: c.Stride,
		a: &a.codes[i*a.stride], b: &p.codes[j*p.groups()*4], zero: &a.zero[i], rowStep: &a.step[i], sums: &p.sums[j], step: &p.step[j]}
	if c.Cols-j >= w {
		g.init, g.c = &init[i*ldi+j], &c.Data[i*c.Stride+j]
		active.gemm(end-i, &g)
		return
	}
	var whole [14 * 32]float32
	cols := c.Cols - j
	for r := i; r < end; r++ {
		copy(whole[(r-i)*w:][:cols], init[r*ldi+j:])
	}
	g.init, g.ldi, g.c, g.ldc = &whole[0], w, &whole[0], w
	active.gemm(end-i, &g)
	for r := i; r < end; r++ {
		copy(c.Row(r)[j:], whole[(r-i)*w:][:cols])
	}
}

// gemmArgs are what a kernel computes from: C = init + (A·B - zero·sums)·rowStep·step for a tile. Strides count
// elements.
type gemmArgs struct {
	groups  int
	a       *uint8
	lda     int
	b       *int8
	zero    *int32
	rowStep *float32
	sums    *int32
	step    *float32
	init    *float32
	ldi     int
	c       *float32
	ldc     int
}
