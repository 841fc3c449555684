package f32

import (
	"sync"

	"axn/workbench/internal/cores"
)

// swapRows is how many rows of A are cheaper packed than those of B are, if they
// have at least twice as many columns; swapBlock is how many rows of B are done at
// a time, a multiple of what the transposition takes.
const (
	swapRows  = 96
	swapBlock = 88
)

// swapBlocks keeps blocks of transposed products.
var swapBlocks = sync.Pool{New: func() any { return new([swapBlock * swapRows]float32) }}

// mulSwapped computes C = A·Bᵀ for an A of few rows, as the transpose of B·Aᵀ: A is
// packed, B is read where it stands. In a chain of fused multiply-adds it does not
// matter which factor comes first, so the bits are those of Gemm.
func mulSwapped(c, a, b Mat, threads int) {
	p := pool.Get().(*Panels)
	defer pool.Put(p)
	p.PackRows(a, 1)
	cores.Ranges(threads, b.Rows, swapBlock, func(lo, hi int) {
		block := swapBlocks.Get().(*[swapBlock * swapRows]float32)
		defer swapBlocks.Put(block)
		w := p.panels() * active.tileCols()
		for i := lo; i < hi; i += swapBlock {
			rows := min(swapBlock, hi-i)
			t := Mat{block[:], rows, w, w}
			swapBlockOf(t, b, p, i)
			transpose(active, c.Sub(0, i, c.Rows, rows), t.Sub(0, 0, rows, c.Rows))
		}
	})
}

// swapBlockOf computes T = rows i … of B times P, while the rows after them are
// fetched: read only when they are needed, so many rows at a time, they come late.
func swapBlockOf(t, b Mat, p *Panels, i int) {
	end := (i + t.Rows) * b.Stride
	next := b.Data[min(end, len(b.Data)):min(end+swapBlock*b.Stride, len(b.Data))]
	for j := range p.panels() {
		share := next[len(next)*j/p.panels() : len(next)*(j+1)/p.panels()]
		gemmPanel(t, b.RowRange(i, i+t.Rows), Mat{}, j*active.tileCols(), p.panel(j), share)
	}
}
