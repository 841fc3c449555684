package f32

import (
	"math"

	"axn/workbench/internal/cores"
)

// Syrk computes the lower triangle of C = A·Aᵀ, or adds it to C if add is
// set: A is N × K, C is N × N. What C holds above the diagonal afterwards is
// undefined. Bits are those of Gemm.
func Syrk(c, a Mat, add bool, threads int) {
	if c.Rows != a.Rows || c.Cols != a.Rows {
		panic("f32: syrk: shapes differ")
	}
	p := pool.Get().(*Panels)
	defer pool.Put(p)
	p.PackRows(a, threads)
	init := Mat{}
	if add {
		init = c
	}
	n := a.Rows
	edge := func(t int) int { return int(float64(n) * math.Sqrt(float64(t)/float64(max(threads, 1)))) } // equal areas
	cores.Ranges(threads, max(threads, 1), 1, func(from, to int) { syrkRange(c, a, p, init, edge(from), edge(to)) })
}

// syrkRange computes rows lo … hi-1 of C, of each panel those that reach below the
// diagonal.
func syrkRange(c, a Mat, p *Panels, init Mat, lo, hi int) {
	for k := 0; k < p.K || k == 0; k += kBlock {
		if k > 0 {
			init = c
		}
		for i := lo; i < hi; i += rowBlock {
			next := min(i+rowBlock, hi)
			for j := range (next-1)/active.tileCols() + 1 {
				gemmBlock(c, a, p, init, max(i, j*active.tileCols()), next, j, j+1, k)
			}
		}
	}
}
