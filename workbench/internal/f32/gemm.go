package f32

import (
	"sync"

	"axn/workbench/internal/cores"
)

// Blocks of the matrix product: kBlock steps of the inner product at a time,
// so that a panel's part (64 kB at 32 columns) and the rows of A that meet it
// (rowBlock · kBlock · 4 bytes) stay in a 1 MB second-level cache.
const (
	kBlock   = 512
	rowBlock = 168 // a multiple of every tile height: 4, 6, 8 and 14
)

// Gemm computes C = A·P, or adds to C if add is set: A is M × K, P is K × N
// packed, C is M × N and overlaps neither. Threads share the rows or columns of C.
// An element's bits depend on its row of A, its column of P, and on what C
// held if add is set, and on nothing else. It panics if shapes differ.
func Gemm(c, a Mat, p *Panels, add bool, threads int) {
	init := Mat{}
	if add {
		init = c
	}
	gemmInit(c, a, p, init, threads)
}

// GemmBias computes C = A·P + bias, bias being added to every row. The sum
// starts from the bias.
func GemmBias(c, a Mat, p *Panels, bias []float32, threads int) {
	if len(bias) != p.N {
		panic("f32: gemm: bias and columns differ")
	}
	gemmInit(c, a, p, Mat{Data: bias, Rows: c.Rows, Cols: p.N}, threads)
}

// MulT computes C = A·Bᵀ for B with N rows and K columns, with the bits of Gemm.
// For few rows of A it reads B where it stands.
func MulT(c, a, b Mat, threads int) {
	if a.Cols != b.Cols || c.Rows != a.Rows || c.Cols != b.Rows {
		panic("f32: mulT: shapes differ")
	}
	switch {
	case a.Rows <= fewRows && active.hasRowDots():
		mulFew(c, a, b, threads)
	case fewRows < a.Rows && a.Rows <= swapRows && a.Cols >= 2*swapRows:
		mulSwapped(c, a, b, threads)
	default:
		mulPacked(c, a, b, threads)
	}
}

// mulPacked computes C = A·Bᵀ by packing B. Threads that share the columns of C
// pack those they take.
func mulPacked(c, a, b Mat, threads int) {
	p := pool.Get().(*Panels)
	defer pool.Put(p)
	if threads < 2 || a.Rows >= b.Rows {
		p.PackRows(b, threads)
		Gemm(c, a, p, false, threads)
		return
	}
	p.shape(b.Cols, b.Rows)
	cores.Ranges(threads, p.panels(), 1, func(lo, hi int) {
		p.packRange(lo, hi, b, false, (*Panels).packRowPanel)
		gemmRange(c, a, p, Mat{}, 0, a.Rows, lo, hi)
	})
}

// Mul computes C = A·B for B with K rows and N columns.
func Mul(c, a, b Mat, threads int) {
	p := pool.Get().(*Panels)
	defer pool.Put(p)
	p.PackCols(b, threads)
	Gemm(c, a, p, false, threads)
}

// SubMul subtracts A·B from C.
func SubMul(c, a, b Mat, threads int) {
	p := pool.Get().(*Panels)
	defer pool.Put(p)
	p.packCols(b, threads, true)
	Gemm(c, a, p, true, threads)
}

// pool keeps the panels of calls that pack for themselves.
var pool = sync.Pool{New: func() any { return new(Panels) }}

// gemmInit computes C = init + A·P; init without data is zero.
func gemmInit(c, a Mat, p *Panels, init Mat, threads int) {
	if a.Cols != p.K || c.Rows != a.Rows || c.Cols != p.N {
		panic("f32: gemm: shapes differ")
	}
	if c.Rows == 0 || c.Cols == 0 {
		return
	}
	switch {
	case threads < 2:
		gemmRange(c, a, p, init, 0, c.Rows, 0, p.panels())
	case c.Rows < p.N: // share the longer side, so that each thread reads its part of it once
		cores.Ranges(threads, p.panels(), 1, func(lo, hi int) { gemmRange(c, a, p, init, 0, c.Rows, lo, hi) })
	default:
		cores.Ranges(threads, c.Rows, active.tileRows(), func(lo, hi int) { gemmRange(c, a, p, init, lo, hi, 0, p.panels()) })
	}
}

// gemmRange computes rows lo … hi-1 and panels from … to-1 of C.
func gemmRange(c, a Mat, p *Panels, init Mat, lo, hi, from, to int) {
	for k := 0; k < p.K || k == 0; k += kBlock {
		if k > 0 {
			init = c
		}
		for i := lo; i < hi; i += rowBlock {
			gemmBlock(c, a, p, init, i, min(i+rowBlock, hi), from, to, k)
		}
	}
}

// gemmBlock adds the kBlock products from k on for one block of rows.
func gemmBlock(c, a Mat, p *Panels, init Mat, lo, hi, from, to, k int) {
	steps := min(kBlock, p.K-k)
	x, rows, start := a.Sub(lo, k, hi-lo, steps), c.RowRange(lo, hi), Mat{Data: init.from(lo, 0), Stride: init.Stride}
	for j := from; j < to; j++ {
		gemmPanel(rows, x, start, j*active.tileCols(), p.part(j, k, steps), p.part(min(j+1, p.panels()-1), k, steps))
	}
}

// gemmPanel computes the columns of C from j on, those of panel b, and has next
// fetched meanwhile, a share by each tile.
func gemmPanel(c, a, init Mat, j int, b, next []float32) {
	w, h := active.tileCols(), active.tileRows()
	tiles := (c.Rows + h - 1) / h
	if tiles <= 2 { // B is read nearly as fast as it comes
		next = nil
	}
	for t := range tiles { // of nearly equal height
		i, end := c.Rows*t/tiles, c.Rows*(t+1)/tiles
		ahead := next[len(next)*t/tiles : len(next)*(t+1)/tiles]
		if c.Cols-j < w {
			edgeTile(c, a, init, b, i, end, j, ahead)
			continue
		}
		active.gemm(end-i, a.Cols, a.from(i, 0), a.Stride, b, init.from(i, j), init.Stride, c.Data[i*c.Stride+j:], c.Stride, ahead)
	}
}

// from returns the data from element (i, j) on; none if there is none.
func (m Mat) from(i, j int) []float32 {
	if m.Data == nil {
		return nil
	}
	return m.Data[i*m.Stride+j:]
}

// edgeTile computes the tile of rows i … end-1 and columns from j on, of which only
// a part lies inside C, by way of a whole one beside it.
func edgeTile(c, a, init Mat, b []float32, i, end, j int, next []float32) {
	var tile [14 * 32]float32
	w, cols := active.tileCols(), c.Cols-j
	for r := i; r < end; r++ {
		copy(tile[(r-i)*w:][:cols], init.from(r, j))
	}
	active.gemm(end-i, a.Cols, a.from(i, 0), a.Stride, b, tile[:], w, tile[:], w, next)
	for r := i; r < end; r++ {
		copy(c.Row(r)[j:], tile[(r-i)*w:])
	}
}
