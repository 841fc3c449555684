package workbench

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/f32"
)

// Normalization is the paper's A.4: s' = Beta·(s − Alpha) brings cross-encoder
// scores to the scale of the dual encoder's, by equal mean and deviation over the
// observed pairs. Beta 0 leaves the scores as they are.
type Normalization struct{ Alpha, Beta float64 }

func (n Normalization) apply(s float64) float64 {
	if n.Beta == 0 {
		return s
	}
	return n.Beta * (s - n.Alpha)
}

// fitNormalization matches mean and standard deviation over the observed
// entries. Without entries, or when either side is constant, it is the identity.
func fitNormalization(d *Dataset, g *Scores) Normalization {
	var ce, de moments
	for i := range g.Rows {
		r := &g.Rows[i]
		x := d.DE.Queries.Row(r.Query)
		for j, v := range r.Values {
			ce.add(float64(v))
			de.add(float64(f32.Dot(x, d.DE.Items.Row(r.Item(j)))))
		}
	}
	if ce.deviation() == 0 || de.deviation() == 0 {
		return Normalization{}
	}
	beta := de.deviation() / ce.deviation()
	return Normalization{Alpha: ce.mean - de.mean/beta, Beta: beta}
}

// moments keeps a running mean and deviation (Welford).
type moments struct{ n, mean, m2 float64 }

func (m *moments) add(x float64) {
	m.n++
	delta := x - m.mean
	m.mean += delta / m.n
	m.m2 += delta * (x - m.mean)
}

func (m *moments) deviation() float64 {
	if m.n == 0 {
		return 0
	}
	return math.Sqrt(m.m2 / m.n)
}

// regression is AXN's test-time inference (paper section 2, Algorithm 1):
// u = (1−λ)·V_A⁺ a + λ·x_q over the anchors A scored so far, and scores V·u. The
// pseudo-inverse gives the least-squares u of least norm.
type regression struct {
	features *Matrix // V, |I|×d
	param    []float32
	lambda   float64
	norm     Normalization

	anchors []float64 // V_A, n×d, row-major
	targets []float64 // a, normalised
	u       []float32
}

// regressionFrom makes regressions whose u_param (eq. 7), which is also u before
// any evidence, is param.
func regressionFrom(param func(ix *Index, query int) []float32) func(*Index, int, []float32, SearchOptions) estimate {
	return func(ix *Index, query int, _ []float32, o SearchOptions) estimate {
		x := param(ix, query)
		return &regression{features: ix.Features, param: x, lambda: o.Lambda, norm: ix.Normalization, u: slices.Clone(x)}
	}
}

func dualEncoderVector(ix *Index, query int) []float32 { return ix.DE.Queries.Row(query) }

func towerVector(ix *Index, query int) []float32 { return ix.Queries.Row(query) }

func zeroVector(ix *Index, query int) []float32 { return make([]float32, ix.Features.Cols) }

func (r *regression) vector() []float32 { return r.u }

func (r *regression) observe(items []int, scores []float64) {
	for i, it := range items {
		for _, v := range r.features.Row(it) {
			r.anchors = append(r.anchors, float64(v))
		}
		r.targets = append(r.targets, r.norm.apply(scores[i]))
	}
	if r.lambda == 1 {
		return // the query vector never moves
	}
	d := r.features.Cols
	u := leastNorm(blas64.General{Rows: len(r.targets), Cols: d, Stride: d, Data: r.anchors}, r.targets)
	for j := range r.u {
		r.u[j] = float32((1-r.lambda)*u[j] + r.lambda*float64(r.param[j]))
	}
}

// leastNorm returns A⁺b: the least-squares solution of A·u = b of least norm.
// A regular Gram matrix of the smaller side is solved by Cholesky, a singular
// one (duplicate rows, fewer independent columns) by its eigenvectors.
func leastNorm(a blas64.General, b []float64) []float64 {
	if a.Rows <= a.Cols { // u = Aᵀ(AAᵀ)⁺b
		return transposeTimes(a, solveGram(blas.NoTrans, a, b))
	}
	return solveGram(blas.Trans, a, transposeTimes(a, b)) // u = (AᵀA)⁺Aᵀb
}

func transposeTimes(a blas64.General, x []float64) []float64 {
	y := make([]float64, a.Cols)
	blas64.Gemv(blas.Trans, 1, a, blas64.Vector{Data: x, Inc: 1}, 0, blas64.Vector{Data: y, Inc: 1})
	return y
}

// solveGram returns G⁺x for G = AAᵀ (blas.NoTrans) or AᵀA (blas.Trans).
func solveGram(t blas.Transpose, a blas64.General, x []float64) []float64 {
	n := len(x)
	g := blas64.Symmetric{N: n, Stride: n, Data: make([]float64, n*n), Uplo: blas.Upper}
	blas64.Syrk(t, 1, a, 0, g)
	y := append([]float64(nil), x...)
	if r, ok := regularFactor(g); ok {
		lapack64.Potrs(r, blas64.General{Rows: n, Cols: 1, Stride: 1, Data: y})
		return y
	}
	return pseudoSolve(mat.NewSymDense(n, g.Data), y)
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
