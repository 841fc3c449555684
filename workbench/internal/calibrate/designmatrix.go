package calibrate

import (
	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

// designMatrix is Φ, |I|×p, with a row (1, scale·v_i, h_i) for each item, p = 1+d+w. It never
// stands in memory, where it would be one more copy of the items.
type designMatrix struct {
	items f32.Mat
	scale float32
	views f32.Mat // h, |I|×w: what the views add; w may be 0
}

// newDesignMatrix is without views.
func newDesignMatrix(items f32.Mat) designMatrix {
	return designMatrix{items: items, scale: inverse(rmsNorm(items)), views: f32.NewMat(items.Rows, 0)}
}

func (d designMatrix) rows() int { return d.items.Rows }
func (d designMatrix) cols() int { return 1 + d.items.Cols + d.views.Cols }

// set sets dst to row i.
func (d designMatrix) set(dst []float32, i int) {
	dst[0] = 1
	clear(dst[1:])
	f32.Axpy(d.scale, d.items.Row(i), dst[1:1+d.items.Cols])
	copy(dst[1+d.items.Cols:], d.views.Row(i))
}

// times sets y to Φ·x in the rows that some asks for, all of them if it is nil.
func (d designMatrix) times(y, x []float32, some func(i int) bool) {
	cores.Ranges(cores.Threads(), len(y), 64, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			if some == nil || some(i) {
				y[i] = x[0] + d.scale*f32.Dot(d.items.Row(i), x[1:1+d.items.Cols])
				if d.views.Cols > 0 {
					y[i] += f32.Dot(d.views.Row(i), x[1+d.items.Cols:])
				}
			}
		}
	})
}

// transposeTimes sets y to Φᵀ·x; rows where x is 0 cost nothing. Threads share the
// columns, so that the order of the sums does not depend on them.
func (d designMatrix) transposeTimes(y, x []float32) {
	clear(y)
	vectors, views := y[1:1+d.items.Cols], y[1+d.items.Cols:]
	cores.Ranges(cores.Threads(), len(vectors), 64, func(lo, hi int) {
		for i, v := range x {
			if v != 0 {
				f32.Axpy(d.scale*v, d.items.Row(i)[lo:hi], vectors[lo:hi])
			}
		}
	})
	cores.Ranges(cores.Threads(), len(views), 64, func(lo, hi int) {
		for i, v := range x {
			if v != 0 {
				f32.Axpy(v, d.views.Row(i)[lo:hi], views[lo:hi])
			}
		}
	})
	for _, v := range x {
		y[0] += v
	}
}

// squares is Σ Φ_ij².
func (d designMatrix) squares() float32 {
	return float32(d.rows()) + d.scale*d.scale*float32(f32.Squares(d.items)) + float32(f32.Squares(d.views))
}

// designRows is how many rows of Φ are made at a time, in cache.
const designRows = 512

// rowRange makes rows lo to hi-1.
func (d designMatrix) rowRange(lo, hi int) f32.Mat {
	m := f32.NewMat(hi-lo, d.cols())
	for i := lo; i < hi; i++ {
		d.set(m.Row(i-lo), i)
	}
	return m
}

// product returns Φ·B.
func (d designMatrix) product(b f32.Mat) f32.Mat {
	c := f32.NewMat(d.rows(), b.Cols)
	var packed f32.Panels
	packed.PackCols(b, cores.Threads())
	cores.Each((d.rows()+designRows-1)/designRows, func(i int) {
		lo, hi := i*designRows, min((i+1)*designRows, d.rows())
		f32.Gemm(c.RowRange(lo, hi), d.rowRange(lo, hi), &packed, false, 1)
	})
	return c
}

// gram returns the lower triangle of ΦᵀΦ.
func (d designMatrix) gram() f32.Mat {
	g := f32.NewMat(d.cols(), d.cols())
	for lo := 0; lo < d.rows(); lo += designRows {
		rows := d.rowRange(lo, min(lo+designRows, d.rows()))
		f32.Syrk(g, f32.Transpose(rows, cores.Threads()), true, cores.Threads())
	}
	return g
}
