package workbench

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// leastSquares is A·u ≈ b growing by rows, in float64: solve gives A⁺b, the
// least-squares solution of least norm. The Gram matrix of the smaller side is
// kept and only what is new computed.
type leastSquares struct {
	cols int
	a    []float64 // A, n×cols
	b    []float64
	gram blas64.Symmetric // AAᵀ of the first gram.N rows, while n ≤ cols
	norm blas64.Symmetric // AᵀA of the first done rows, once n > cols
	done int
}

// add appends a row.
func (l *leastSquares) add(row []float32, b float64) {
	for _, v := range row {
		l.a = append(l.a, float64(v))
	}
	l.b = append(l.b, b)
}

// rows are rows lo to hi-1 of A.
func (l *leastSquares) rows(lo, hi int) blas64.General {
	return blas64.General{Rows: hi - lo, Cols: l.cols, Stride: l.cols, Data: l.a[lo*l.cols : hi*l.cols]}
}

// solve returns A⁺b.
func (l *leastSquares) solve() []float64 {
	n := len(l.b)
	a := l.rows(0, n)
	if n <= l.cols { // u = Aᵀ(AAᵀ)⁺b
		l.growGram(n)
		return transposeTimes(a, solveGram(l.gram, l.b))
	}
	l.growNormal(n) // u = (AᵀA)⁺Aᵀb
	return solveGram(l.norm, transposeTimes(a, l.b))
}

// growGram extends AAᵀ to n rows.
func (l *leastSquares) growGram(n int) {
	old := l.gram
	g := blas64.Symmetric{N: n, Stride: n, Data: make([]float64, n*n), Uplo: blas.Upper}
	for i := range old.N {
		copy(g.Data[i*n:], old.Data[i*old.Stride:i*old.Stride+old.N])
	}
	fresh := l.rows(old.N, n)
	if old.N > 0 {
		beside := blas64.General{Rows: old.N, Cols: n - old.N, Stride: n, Data: g.Data[old.N:]}
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, l.rows(0, old.N), fresh, 0, beside)
	}
	below := blas64.Symmetric{N: n - old.N, Stride: n, Data: g.Data[old.N*n+old.N:], Uplo: blas.Upper}
	blas64.Syrk(blas.NoTrans, 1, fresh, 0, below)
	l.gram = g
}

// growNormal adds the rows from l.done to n-1 to AᵀA.
func (l *leastSquares) growNormal(n int) {
	if l.norm.Data == nil {
		l.norm = blas64.Symmetric{N: l.cols, Stride: l.cols, Data: make([]float64, l.cols*l.cols), Uplo: blas.Upper}
	}
	blas64.Syrk(blas.Trans, 1, l.rows(l.done, n), 1, l.norm)
	l.done = n
}

func transposeTimes(a blas64.General, x []float64) []float64 {
	y := make([]float64, a.Cols)
	blas64.Gemv(blas.Trans, 1, a, blas64.Vector{Data: x, Inc: 1}, 0, blas64.Vector{Data: y, Inc: 1})
	return y
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
// which a direction counts as absent: the square of the singular-value cutoff
// 1e-6, float32 data's own precision.
const gramCutoff = 1e-12

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
