package workbench

import (
	"slices"

	"axn/workbench/internal/f32"
)

// posterior is the one formula (design of the method): with prior mean m,
// features F, anchors A and their scores a,
//
//	s = m + F·u,  u = F_Aᵀ (F_A·F_Aᵀ + s²·I)⁻¹ (a − m_A)
//
// solved in the number of anchors n, whose Cholesky factor grows by rows as
// rounds go: O(n²·p + n³) in all.
type posterior struct {
	ix     *Index
	prior  []float32 // m(q, ·)
	items  []int     // A
	resid  []float32 // a − m_A
	anchor f32.Mat   // F_A, room for the budget
	factor f32.Mat   // Cholesky factor of F_A·F_Aᵀ + s²·I, room for the budget
	u      []float32
}

func newPosterior(ix *Index, query int, prior []float32, o SearchOptions) estimate {
	n, p := min(o.Budget, ix.Features.Rows), ix.Features.Cols
	return &posterior{ix: ix, prior: prior, anchor: f32.NewMat(n, p), factor: f32.NewMat(n, n), u: make([]float32, p)}
}

func (p *posterior) vector() []float32 { return p.u }

func (p *posterior) observe(items []int, scores []float64) {
	done := len(p.items)
	for i, it := range items {
		copy(p.anchor.Row(done+i), p.ix.Features.Row(it))
		p.resid = append(p.resid, float32(p.ix.Prior.Warp.At(scores[i]))-p.prior[it])
	}
	p.items = append(p.items, items...)
	n := len(p.items)
	a, l := p.anchor.RowRange(0, n), p.factor.Sub(0, 0, n, n)
	f32.MulT(l.RowRange(done, n), a.RowRange(done, n), a, 1)
	for i := done; i < n; i++ {
		l.Row(i)[i] += float32(p.ix.Prior.Noise)
	}
	f32.CholeskyAppend(l, done, 1)
	alpha := slices.Clone(p.resid)
	f32.SolveCholesky(l, alpha)
	f32.GemvT(p.u, a, alpha)
}
