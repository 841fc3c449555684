package solve

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// gramOf returns AAᵀ, or AᵀA if transposed is set.
func gramOf(a blas64.General, transposed bool) blas64.Symmetric {
	n, t := a.Rows, blas.NoTrans
	if transposed {
		n, t = a.Cols, blas.Trans
	}
	g := blas64.Symmetric{N: n, Stride: n, Data: make([]float64, n*n), Uplo: blas.Upper}
	blas64.Syrk(t, 1, a, 0, g)
	return g
}

// solveGram returns g⁺x: by Cholesky when g is regular, by its eigenvectors when
// it is singular (duplicate rows, fewer independent columns).
func solveGram(g blas64.Symmetric, x []float64) []float64 {
	y := append([]float64(nil), x...)
	if r, ok := regularFactor(g); ok {
		lapack64.Potrs(r, blas64.General{Rows: g.N, Cols: 1, Stride: 1, Data: y})
		return y
	}
	return pseudoSolve(mat.NewSymDense(g.N, g.Data), y)
}

// gramCutoff is the eigenvalue of a Gram matrix, relative to the largest, below
// which a direction counts as absent.
const gramCutoff = absent * absent

// regularFactor returns the Cholesky factor of g, which it keeps, or false when a
// pivot shows that g is singular to working precision.
func regularFactor(g blas64.Symmetric) (blas64.Triangular, bool) {
	c := blas64.Symmetric{N: g.N, Stride: g.Stride, Uplo: g.Uplo, Data: append([]float64(nil), g.Data...)}
	f, ok := lapack64.Potrf(c)
	if !ok {
		return f, false
	}
	lo, hi := math.Inf(1), 0.0
	for i := range f.N {
		p := f.Data[i*f.Stride+i]
		lo, hi = min(lo, p*p), max(hi, p*p)
	}
	return f, lo > gramCutoff*hi*float64(f.N)
}

// pseudoSolve returns g⁺x by the eigenvectors of g.
func pseudoSolve(g *mat.SymDense, x []float64) []float64 {
	n := len(x)
	var e mat.EigenSym
	y := make([]float64, n)
	if !e.Factorize(g, true) {
		return y // not finite: the caller's scores and vectors are, so this cannot be
	}
	var q mat.Dense
	e.VectorsTo(&q)
	vals := e.Values(nil)
	cut := gramCutoff * vals[n-1] * float64(n)
	for j, val := range vals {
		if val <= cut {
			continue
		}
		c := mat.Dot(q.ColView(j), mat.NewVecDense(n, x)) / val
		for i := range y {
			y[i] += c * q.At(i, j)
		}
	}
	return y
}
