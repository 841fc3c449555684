package f32

import (
	"slices"
	"sync"

	"axn/workbench/internal/cores"
)

// fewRows is how many rows of A are cheaper multiplied one by one with the rows
// of B than packing those is.
const fewRows = 4

// dotRows is how many rows of B the kernel takes at a time.
const dotRows = 16

// mulFew computes C = A·Bᵀ for an A of few rows.
func mulFew(c, a, b Mat, threads int) {
	if a.Rows == 0 {
		return
	}
	cores.Ranges(threads, b.Rows, dotRows, func(lo, hi int) {
		i := lo
		for ; i+dotRows <= hi; i += dotRows {
			rows := b.RowRange(i, i+dotRows)
			for r := range a.Rows {
				active.rowDots(c.Row(r)[i:], rows, a.Row(r))
			}
		}
		if i < hi {
			mulLast(c, a, b, i, hi)
		}
	})
}

// mulLast does the columns lo … hi-1 of C, fewer than a kernel's.
func mulLast(c, a, b Mat, lo, hi int) {
	room := copies.Get().(*[]float32)
	defer copies.Put(room)
	mulCopied(c, a, room, lo, hi, b.Row)
}

// copies keep memory for a kernel's rows.
var copies = sync.Pool{New: func() any { return new([]float32) }}

// MulRows computes C = A·Bᵀ for some rows of b, with the bits of MulT. For few rows of A it copies those of B
// a kernel's at a time.
func MulRows(c, a, b Mat, rows []int, threads int) {
	if c.Rows != a.Rows || c.Cols != len(rows) || a.Cols != b.Cols {
		panic("f32: mulRows: shapes differ")
	}
	if a.Rows > fewRows || !active.hasRowDots() {
		MulT(c, a, b.Select(rows), threads)
		return
	}
	cores.Ranges(threads, len(rows), rowsTogether, func(lo, hi int) {
		room := copies.Get().(*[]float32)
		defer copies.Put(room)
		for ; lo < hi; lo += dotRows {
			mulCopied(c, a, room, lo, min(lo+dotRows, hi), func(i int) []float32 { return b.Row(rows[i]) })
		}
	})
}

// rowsTogether is how many rows one goroutine takes at least, to be worth its start: some hundred rows take
// some 50 µs, about what a goroutine on another core takes to start and to be waited for.
const rowsTogether = 32 * dotRows

// mulCopied does the columns lo … hi-1 of C, at most a kernel's, by way of a copy of the rows of B in room.
func mulCopied(c, a Mat, room *[]float32, lo, hi int, row func(i int) []float32) {
	*room = slices.Grow((*room)[:0], dotRows*a.Cols)[:dotRows*a.Cols]
	rows := View(*room, dotRows, a.Cols)
	for i := lo; i < hi; i++ {
		copy(rows.Row(i-lo), row(i))
	}
	var dots [dotRows]float32
	for r := range a.Rows {
		active.rowDots(dots[:], rows, a.Row(r))
		copy(c.Row(r)[lo:hi], dots[:])
	}
}
