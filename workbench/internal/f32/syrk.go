package f32

import "math"

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
	Parallel(threads, max(threads, 1), 1, func(from, to int) {
		for lo := edge(from); lo < edge(to); lo += rowBlock {
			hi := min(lo+rowBlock, edge(to))
			gemmRange(c, a, p, init, lo, hi, 0, (hi-1)/panelCols+1)
		}
	})
}
