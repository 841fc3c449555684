package f32

import (
	"sync"

	"axn/workbench/internal/cores"
)

// cholBlock is the width of a block of columns in Cholesky and the solves. It
// changes speed only, no bits; the tile kernels are made for 32.
const cholBlock = 32

// Cholesky replaces the lower triangle of the symmetric N × N matrix a by L,
// L·Lᵀ = a. The part above the diagonal is not read as input and may be
// overwritten. If a is not positive definite in float32 it returns the first
// row whose pivot is not a positive number, and ok false; a is then half
// factored.
func Cholesky(a Mat, threads int) (pivot int, ok bool) {
	return CholeskyAppend(a, 0, threads)
}

// CholeskyAppend is Cholesky for a matrix whose first done rows hold their
// factor already: rows done … N-1 of the lower triangle are replaced, at cost
// O((N-done)·N²). It gives the bits that Cholesky would have given.
func CholeskyAppend(a Mat, done, threads int) (pivot int, ok bool) {
	if a.Rows != a.Cols || done < 0 || done > a.Rows {
		panic("f32: cholesky: shapes differ")
	}
	s := triangles.Get().(*triangle)
	defer triangles.Put(s)
	for j, next := 0, 0; j < a.Rows; j = next {
		next = min(j+cholBlock, a.Rows)
		if j < done {
			next = min(next, done) // no block spans old and new rows
		}
		first := max(j, done)
		s.packRows(a.Sub(j, 0, next-j, j), 1, true)
		Gemm(a.Sub(first, j, a.Rows-first, next-j), a.Sub(first, 0, a.Rows-first, j), &s.Panels, true, threads)
		block := a.Sub(j, j, next-j, next-j)
		if j >= done {
			if pivot, ok := factor(block); !ok {
				return j + pivot, false
			}
			first = next
		}
		if first < a.Rows {
			s.load(block)
			s.solve(a.Sub(first, j, a.Rows-first, next-j), threads)
		}
	}
	return 0, true
}

// triangle is a block on the diagonal, with the reciprocals of its diagonal,
// and the panels of the rows before it.
type triangle struct {
	Panels
	n       int
	l       [cholBlock * cholBlock]float32 // row-major, its lower part counts
	inverse [cholBlock]float32
}

var triangles = sync.Pool{New: func() any { return new(triangle) }}

// load takes the factor from the lower triangle of l.
func (d *triangle) load(l Mat) {
	d.n = l.Rows
	for i := range d.n {
		copy(d.l[i*cholBlock:], l.Row(i))
		d.inverse[i] = 1 / l.Row(i)[i]
	}
}

// factor replaces the lower triangle of a, at most cholBlock rows, by its
// factor, working on the transposed block.
func factor(a Mat) (pivot int, ok bool) {
	var tile [cholBlock * cholBlock]float32
	t := Mat{tile[:], a.Cols, a.Rows, cholBlock}
	transpose(active, t, a)
	if pivot := active.factorTile(tile[:], a.Rows); pivot < a.Rows {
		return pivot, false
	}
	transpose(active, a, t)
	return 0, true
}

// solve runs solveRows on b.
func (d *triangle) solve(b Mat, threads int) {
	if threads < 2 {
		d.solveRows(b)
		return
	}
	cores.Ranges(threads, b.Rows, cholBlock, func(lo, hi int) { d.solveRows(b.RowRange(lo, hi)) })
}

// solveRows replaces every row x of b by the solution y of L·y = x, cholBlock
// rows at a time, transposed so that a vector holds one unknown of many rows.
func (d *triangle) solveRows(b Mat) {
	var tile [cholBlock * cholBlock]float32
	for i := 0; i < b.Rows; i += cholBlock {
		rows := b.RowRange(i, min(i+cholBlock, b.Rows))
		t := Mat{tile[:], d.n, rows.Rows, cholBlock}
		transpose(active, t, rows)
		active.solveTile(d.l[:], d.inverse[:], tile[:], d.n)
		transpose(active, rows, t)
	}
}
