package workbench

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"slices"
)

func dot(x, y []float32) float32 {
	return blas32.Dot(blas32.Vector{N: len(x), Data: x, Inc: 1}, blas32.Vector{N: len(y), Data: y, Inc: 1})
}

// mulVec sets dst = m·x.
func mulVec(dst []float32, m *Matrix, x []float32) {
	blas32.Gemv(blas.NoTrans, 1, blas32.General{Rows: m.Rows, Cols: m.Cols, Stride: m.Cols, Data: m.Data}, blas32.Vector{N: len(x), Data: x, Inc: 1}, 0, blas32.Vector{N: len(dst), Data: dst, Inc: 1})
}

// top returns the k items of highest score, best first, ties by lower item,
// leaving out those that skip marks.
func top(scores []float32, k int, skip []bool) []int {
	idx := make([]int, 0, len(scores))
	for i := range scores {
		if skip == nil || !skip[i] {
			idx = append(idx, i)
		}
	}
	slices.SortFunc(idx, func(a, b int) int {
		switch {
		case scores[a] > scores[b]:
			return -1
		case scores[a] < scores[b]:
			return 1
		}
		return a - b
	})
	return idx[:min(k, len(idx))]
}
