package solve

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"axn/workbench/internal/f32"
)

// pseudoinverse is G⁺ of a symmetric, positive semidefinite G, by its Cholesky factor with
// pivots (Higham 1990): with rows and columns in the pivots' order G is T·UᵀU·Tᵀ, U being upper
// triangular and T the identity over Wᵀ, so that G⁺ is T(TᵀT)⁻¹·(UᵀU)⁻¹·(TᵀT)⁻¹Tᵀ.
type pseudoinverse struct {
	pivots []int
	u      blas64.Triangular
	w      blas64.General
	small  blas64.Triangular // the factor of 1 + WᵀW
}

// gramOf returns the upper triangle of A·diag(weights)·Aᵀ in float64.
func gramOf(a f32.Mat, weights []float64) blas64.Symmetric {
	g := blas64.Symmetric{N: a.Rows, Stride: a.Rows, Data: make([]float64, a.Rows*a.Rows), Uplo: blas.Upper}
	row := make([]float64, a.Cols)
	for i := range a.Rows {
		for j, v := range a.Row(i) {
			row[j] = float64(v) * weights[j]
		}
		f32.GemvWide(g.Data[i*g.Stride:][i:g.N], a.RowRange(i, a.Rows), row)
	}
	return g
}

// newPseudoinverse overwrites g, which is finite. What is below absent² of the largest value on
// its diagonal counts as absent.
func newPseudoinverse(g blas64.Symmetric) *pseudoinverse {
	most := 0.0
	for i := range g.N {
		most = max(most, g.Data[i*g.Stride+i])
	}
	p := &pseudoinverse{pivots: make([]int, g.N)}
	u, rank, _ := lapack64.Pstrf(g, p.pivots, absent*absent*most, make([]float64, 2*g.N))
	rest := g.N - rank
	p.u, p.w = u, blas64.General{Rows: rank, Cols: rest, Stride: u.Stride, Data: u.Data[rank:]}
	p.u.N = rank
	blas64.Trsm(blas.Left, blas.NoTrans, 1, p.u, p.w)
	s := blas64.Symmetric{N: rest, Stride: max(rest, 1), Data: make([]float64, rest*rest), Uplo: blas.Upper}
	for i := range rest {
		s.Data[i*rest+i] = 1
	}
	blas64.Syrk(blas.Trans, 1, p.w, 1, s)
	p.small, _ = lapack64.Potrf(s) // which has no eigenvalue below 1
	return p
}

// solve returns G⁺x.
func (p *pseudoinverse) solve(x []float64) []float64 {
	y := make([]float64, len(x))
	for k, i := range p.pivots {
		y[k] = x[i]
	}
	own := blas64.Vector{N: p.u.N, Inc: 1, Data: y[:p.u.N]}
	rest := blas64.Vector{N: len(y) - own.N, Inc: 1, Data: y[own.N:]}
	blas64.Gemv(blas.NoTrans, 1, p.w, rest, 1, own)
	p.unmix(own)
	blas64.Trsv(blas.Trans, p.u, own)
	blas64.Trsv(blas.NoTrans, p.u, own)
	p.unmix(own)
	blas64.Gemv(blas.Trans, 1, p.w, own, 0, rest)
	out := make([]float64, len(x))
	for k, i := range p.pivots {
		out[i] = y[k]
	}
	return out
}

// unmix replaces y by (TᵀT)⁻¹y, TᵀT being 1 + WWᵀ.
func (p *pseudoinverse) unmix(y blas64.Vector) {
	z := blas64.Vector{N: p.w.Cols, Inc: 1, Data: make([]float64, p.w.Cols)}
	blas64.Gemv(blas.Trans, 1, p.w, y, 0, z)
	blas64.Trsv(blas.Trans, p.small, z)
	blas64.Trsv(blas.NoTrans, p.small, z)
	blas64.Gemv(blas.NoTrans, -1, p.w, z, 1, y)
}
