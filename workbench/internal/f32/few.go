package f32

import "axn/workbench/internal/cores"

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

// mulLast does the columns lo … hi-1 of C, fewer than a kernel's, by way of rows
// that are filled up.
func mulLast(c, a, b Mat, lo, hi int) {
	rows := NewMat(dotRows, b.Cols)
	for i := lo; i < hi; i++ {
		copy(rows.Row(i-lo), b.Row(i))
	}
	var dots [dotRows]float32
	for r := range a.Rows {
		active.rowDots(dots[:], rows, a.Row(r))
		copy(c.Row(r)[lo:hi], dots[:])
	}
}
