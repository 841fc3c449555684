package f32

import (
	"math"

	"axn/workbench/internal/cores"
)

// halfLanes is how many rows stand side by side in HalfRows.
const halfLanes = 64

// HalfRows are rows of float16 values, as vectors from a file often are: half of what float32 is to read, for the
// same products. Of 64 rows each column stands together; the last rows are filled up with zeros.
type HalfRows struct {
	rows, cols int
	data       []uint16
}

// NewHalfRows returns the rows of b; nil if a value is no float16, or there is no kernel for them.
func NewHalfRows(b Mat, threads int) *HalfRows {
	if !active.hasRowDots() {
		return nil
	}
	panels := (b.Rows + halfLanes - 1) / halfLanes
	h := &HalfRows{b.Rows, b.Cols, make([]uint16, panels*halfLanes*b.Cols)}
	exact := make([]bool, panels)
	cores.Ranges(threads, panels, 1, func(lo, hi int) {
		half, back := make([]uint16, b.Cols), make([]float32, b.Cols)
		for p := lo; p < hi; p++ {
			exact[p] = h.pack(b, p, half, back)
		}
	})
	for _, ok := range exact {
		if !ok {
			return nil
		}
	}
	return h
}

// pack sets a panel; false if a value is no float16. half and back are room for a row.
func (h *HalfRows) pack(b Mat, p int, half []uint16, back []float32) bool {
	panel := h.panel(p)
	for i := p * halfLanes; i < min((p+1)*halfLanes, b.Rows); i++ {
		ToHalf(half, b.Row(i))
		FromHalf(back, half)
		for j, v := range b.Row(i) {
			if math.Float32bits(v) != math.Float32bits(back[j]) {
				return false
			}
			panel[j*halfLanes+i%halfLanes] = half[j]
		}
	}
	return true
}

// panel are 64 rows.
func (h *HalfRows) panel(p int) []uint16 {
	return h.data[p*halfLanes*h.cols:][:halfLanes*h.cols]
}

// Bytes is how many bytes MulT reads.
func (h *HalfRows) Bytes() int { return 2 * len(h.data) }

// MulT sets dst to the products of all rows with x, with the bits of Mat's MulT. It panics if shapes differ.
func (h *HalfRows) MulT(dst, x []float32, threads int) {
	if len(dst) != h.rows || len(x) != h.cols {
		panic("f32: half rows: shapes differ")
	}
	if len(x) == 0 {
		clear(dst)
		return
	}
	panels := (h.rows + halfLanes - 1) / halfLanes
	cores.Ranges(threads, panels, 1, func(lo, hi int) {
		for p := lo; p < hi; p++ {
			if part := dst[p*halfLanes:]; len(part) >= halfLanes {
				active.halfDots(part[:halfLanes], h.panel(p), x)
			} else {
				var last [halfLanes]float32
				active.halfDots(last[:], h.panel(p), x)
				copy(part, last[:])
			}
		}
	})
}
