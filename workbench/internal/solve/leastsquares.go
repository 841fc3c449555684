package solve

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"axn/workbench/internal/f32"
)

// LeastSquares is A·u ≈ b growing by rows: solve gives A⁺b, the least-squares
// solution of least norm, right to float32's last digit.
//
// The Cholesky factor of the smaller side's Gram matrix is float32 and grows by
// what is new; what it gives is refined in float64 against A itself, so that its
// rounding costs steps and no digits. Where A is too near singular for that, the
// Gram matrix is solved in float64, by its eigenvectors if need be.
type LeastSquares struct {
	a      f32.Mat // A and room for more rows
	b      []float64
	done   int     // rows in factor, or in normal once there are more rows than columns
	factor f32.Mat // of AAᵀ, later of AᵀA: cols×cols
	normal f32.Mat // lower triangle of AᵀA
}

// NewLeastSquares is for at most so many rows.
func NewLeastSquares(rows, cols int) *LeastSquares {
	return &LeastSquares{a: f32.NewMat(rows, cols), factor: f32.NewMat(min(rows, cols), cols)}
}

// Add appends a row.
func (l *LeastSquares) Add(row []float32, b float64) {
	copy(l.a.Row(len(l.b)), row)
	l.b = append(l.b, b)
}

// Solve returns A⁺b.
func (l *LeastSquares) Solve() []float64 {
	a := l.a.RowRange(0, len(l.b))
	if a.Rows <= a.Cols {
		return l.dual(a)
	}
	return l.primal(a)
}

// dual returns u = Aᵀ(AAᵀ)⁺b.
func (l *LeastSquares) dual(a f32.Mat) []float64 {
	u := make([]float64, a.Cols)
	y, ok := []float64(nil), false
	if k, regular := l.appendRows(a); regular {
		y, ok = refine(k, l.b, func(dst, x []float64) {
			f32.GemvTWide(u, a, x)
			f32.GemvWide(dst, a, u)
		})
	}
	if !ok {
		y = solveGram(gramOf(a, false), l.b)
	}
	f32.GemvTWide(u, a, y)
	return u
}

// primal returns u = (AᵀA)⁺Aᵀb.
func (l *LeastSquares) primal(a f32.Mat) []float64 {
	ab, y := make([]float64, a.Cols), make([]float64, a.Rows)
	f32.GemvTWide(ab, a, l.b)
	if k, regular := l.addRows(a); regular {
		u, ok := refine(k, ab, func(dst, x []float64) {
			f32.GemvWide(y, a, x)
			f32.GemvTWide(dst, a, y)
		})
		if ok {
			return u
		}
	}
	return solveGram(gramOf(a, true), ab)
}

// appendRows extends the factor of AAᵀ to all rows; once one of them depends on
// others it stays as it is.
func (l *LeastSquares) appendRows(a f32.Mat) (factor f32.Mat, regular bool) {
	k := l.factor.Sub(0, 0, a.Rows, a.Rows)
	f32.MulT(k.RowRange(l.done, k.Rows), a.RowRange(l.done, a.Rows), a, 1)
	if _, ok := f32.CholeskyAppend(k, l.done, 1); !ok || !independent(k) {
		return k, false
	}
	l.done = a.Rows
	return k, true
}

// addRows adds the new rows to AᵀA and factors it.
func (l *LeastSquares) addRows(a f32.Mat) (factor f32.Mat, regular bool) {
	if l.normal.Data == nil {
		l.normal, l.done = f32.NewMat(a.Cols, a.Cols), 0
	}
	f32.Syrk(l.normal, f32.Transpose(a.RowRange(l.done, a.Rows), 1), true, 1)
	l.done = a.Rows
	for i := range a.Cols {
		copy(l.factor.Row(i), l.normal.Row(i)[:i+1])
	}
	_, ok := f32.Cholesky(l.factor, 1)
	return l.factor, ok && independent(l.factor)
}

// leastPivot is the part of a row's squared norm that must be its own, not in the
// span of the rows before, for float32 to tell it from rounding.
const leastPivot = 0x1p-18

// independent tells whether the rows that l is the Cholesky factor of are.
func independent(l f32.Mat) bool {
	for i := range l.Rows {
		row := l.Row(i)[:i+1]
		if !(row[i]*row[i] > leastPivot*f32.SqNorm(row)) {
			return false
		}
	}
	return true
}

// Refinement ends when the squared error, in the norm that the Gram matrix gives,
// has come down so far: the length of the solution's error is then 1e-8 of its
// own. A factor that takes more steps than these is of no use.
const (
	refineError = 1e-16
	refineSteps = 50
)

// refine solves G·x = b in float64 by conjugate gradients, preconditioned with the
// float32 factor of G; apply sets dst to G·x. It returns false when they do not
// converge.
func refine(factor f32.Mat, b []float64, apply func(dst, x []float64)) ([]float64, bool) {
	n, scale := len(b), floats.Norm(b, math.Inf(1))
	x := make([]float64, n)
	if scale == 0 {
		return x, true
	}
	r, z, dir, image := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	floats.ScaleTo(r, 1/scale, b)
	single := make([]float32, n)
	first, last := 0.0, 1.0
	for range refineSteps {
		for i, v := range r {
			single[i] = float32(v)
		}
		f32.SolveCholesky(factor, single)
		for i, v := range single {
			z[i] = float64(v)
		}
		rz := floats.Dot(r, z)
		first = max(first, rz)
		if rz <= refineError*first {
			floats.Scale(scale, x)
			return x, true
		}
		floats.AddScaledTo(dir, z, rz/last, dir)
		apply(image, dir)
		step := rz / floats.Dot(dir, image)
		floats.AddScaled(x, step, dir)
		floats.AddScaled(r, -step, image)
		last = rz
	}
	return nil, false
}
