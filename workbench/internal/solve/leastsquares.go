package solve

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"axn/workbench/internal/f32"
)

// LeastSquares is A·u ≈ b growing by rows: Solve gives A⁺b, the least-squares
// solution of least norm, right to float32's last digit.
//
// The Cholesky factor of the smaller side's Gram matrix is float32 and grows by
// what is new; what it gives is refined in float64 against A itself, so that its
// rounding costs steps and no digits. Where A is too near singular for that, a basis of its
// rows or a second factor of its columns takes the factor's place, and where these are not
// enough, the Gram matrix's pseudoinverse in float64. Two cases are met before they arise:
// equal rows, which are kept once, and columns that depend on one another, of which Span's
// axes rid the rows.
type LeastSquares struct {
	a     f32.Mat        // A without repeated rows, and room for more
	b     []float64      // the mean of what equal rows are to give
	times []float64      // how often each row was added
	last  map[uint64]int // the last row of a key
	prior []int          // the row of the same key before each, or -1

	factor f32.Mat // of AAᵀ, later of AᵀA: cols×cols
	done   int     // rows in the factor of AAᵀ

	normal  f32.Mat   // lower triangle of AᵀA, repeated rows as often as they came
	counted []float64 // how often each row is in normal

	basis    *basis // once the factor of AAᵀ was of no use
	entwined bool   // once rows seemed to depend on others
	surplus  int    // rows that do
	full     bool   // whether the columns are known not to

	slow int // solutions in float64 by the Gram matrix
}

// NewLeastSquares is for at most so many rows.
func NewLeastSquares(rows, cols int) *LeastSquares {
	return &LeastSquares{a: f32.NewMat(rows, cols), last: make(map[uint64]int, rows), factor: f32.NewMat(min(rows, cols), cols)}
}

// Add appends a row. One of zeros says nothing of u.
func (l *LeastSquares) Add(row []float32, b float64) {
	if f32.SqNorm(row) == 0 && !slices.ContainsFunc(row, func(v float32) bool { return v != 0 }) {
		return
	}
	k := key(row)
	last, ok := l.last[k]
	if !ok {
		last = -1
	}
	for i := last; i >= 0; i = l.prior[i] {
		if slices.Equal(row, l.a.Row(i)) {
			l.times[i]++
			l.b[i] += (b - l.b[i]) / l.times[i]
			return
		}
	}
	copy(l.a.Row(len(l.b)), row)
	l.last[k] = len(l.b)
	l.b, l.times, l.prior = append(l.b, b), append(l.times, 1), append(l.prior, last)
}

// key is FNV-1a over the bits of some of the row's values, which few unequal rows share.
func key(row []float32) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(row); i += 1 + len(row)/16 {
		h = (h ^ uint64(math.Float32bits(row[i]))) * 1099511628211
	}
	return h
}

// Solve returns A⁺b.
func (l *LeastSquares) Solve() []float64 {
	a := l.a.RowRange(0, len(l.b))
	u, ok := []float64(nil), false
	switch {
	case a.Rows-l.surplus > a.Cols:
		u, ok = l.byColumns(a)
	case a.Rows > a.Cols: // of which the columns depend on one another
	default:
		if l.basis == nil {
			u, ok = l.byRows(a)
		}
		if !ok {
			u, ok = l.byBasis(a)
		}
	}
	if !ok {
		u = l.least(a)
	}
	return u
}

// byRows solves by the Cholesky factor of AAᵀ.
func (l *LeastSquares) byRows(a f32.Mat) (u []float64, ok bool) {
	k, regular := l.appendRows(a)
	if !regular {
		return nil, false
	}
	return dual(a, l.b, wide32(func(x []float32) { f32.SolveCholesky(k, x) }))
}

// byColumns solves by the Cholesky factor of AᵀA, or by two.
func (l *LeastSquares) byColumns(a f32.Mat) (u []float64, ok bool) {
	if k, regular := l.addRows(a); regular {
		if u, ok = l.primal(a, wide32(func(x []float32) { f32.SolveCholesky(k, x) })); ok {
			return u, true
		}
	}
	rows := f32.NewMat(a.Rows, a.Cols) // each as heavy as its repeats
	for i, n := range l.times {
		f32.Axpy(float32(math.Sqrt(n)), a.Row(i), rows.Row(i))
	}
	precondition, ok := factorTwice(l.normal, f32.Transpose(rows, 1))
	if !ok {
		return nil, false
	}
	return l.primal(a, wide32(precondition))
}

// byBasis solves by the rows' basis.
func (l *LeastSquares) byBasis(a f32.Mat) (u []float64, ok bool) {
	if l.basis == nil {
		l.basis = newBasis(a, l.factor.Sub(0, 0, l.factor.Rows, l.factor.Rows), l.done)
	}
	if l.entwined = l.entwined || !l.basis.extend(a); l.entwined {
		return nil, false
	}
	return dual(a, l.b, l.basis.precondition)
}

// dual returns u = Aᵀ(AAᵀ)⁻¹b; precondition sets dst to about (AAᵀ)⁻¹·x. Independent rows are
// met exactly, however often each counts.
func dual(a f32.Mat, b []float64, precondition func(dst, x []float64)) (u []float64, ok bool) {
	u, part := make([]float64, a.Cols), make([]float64, a.Cols)
	system := equations{b: b, exact: true,
		apply: func(dst, x []float64) {
			f32.GemvTWide(part, a, x)
			f32.GemvWide(dst, a, part)
		},
		take: func(step float64, _ []float64) { floats.AddScaled(u, step, part) }}
	return u, system.refine(precondition)
}

// primal returns u = (AᵀA)⁻¹Aᵀb; precondition sets dst to about (AᵀA)⁻¹·x. It returns false where columns depend on
// one another: rounding may make a factor even then, and any solution among many.
func (l *LeastSquares) primal(a f32.Mat, precondition func(dst, x []float64)) (u []float64, ok bool) {
	if l.full = l.full || l.distinct(a, precondition); !l.full {
		return nil, false
	}
	ab, y := make([]float64, a.Cols), make([]float64, a.Rows)
	floats.MulTo(y, l.times, l.b)
	f32.GemvTWide(ab, a, y)
	return l.normalEquations(a, ab, precondition)
}

// normalEquations solves AᵀA·u = b.
func (l *LeastSquares) normalEquations(a f32.Mat, b []float64, precondition func(dst, x []float64)) (u []float64, ok bool) {
	u, y := make([]float64, a.Cols), make([]float64, a.Rows)
	system := equations{b: b,
		apply: func(dst, x []float64) {
			f32.GemvWide(y, a, x)
			floats.Mul(y, l.times)
			f32.GemvTWide(dst, a, y)
		},
		take: func(step float64, dir []float64) { floats.AddScaled(u, step, dir) }}
	return u, system.refine(precondition)
}

// distinct tells whether A's columns depend on none of the others, by whether AᵀA gives back a vector of all
// directions that it is multiplied with; columns are measured by their norms.
func (l *LeastSquares) distinct(a f32.Mat, precondition func(dst, x []float64)) bool {
	rng := rand.New(rand.NewPCG(1, uint64(a.Cols)))
	x, norms, image, y := make([]float64, a.Cols), make([]float64, a.Cols), make([]float64, a.Cols), make([]float64, a.Rows)
	for j := range x {
		norms[j] = math.Sqrt(float64(l.normal.Row(j)[j]))
		x[j] = rng.NormFloat64() / norms[j]
	}
	f32.GemvWide(y, a, x)
	floats.Mul(y, l.times)
	f32.GemvTWide(image, a, y)
	back, ok := l.normalEquations(a, image, precondition)
	if !ok {
		return false
	}
	floats.Sub(back, x)
	floats.Mul(back, norms)
	floats.Mul(x, norms)
	return floats.Norm(back, 2) <= mostOff*floats.Norm(x, 2)
}

// mostOff is how far off what a regular matrix gives back may be, in relation to the whole: refineError's root times
// any condition that float32 leaves room for.
const mostOff = 1e-3

// wide32 makes of what replaces a vector in float32 what reads and writes float64.
func wide32(replace func(x []float32)) func(dst, x []float64) {
	var single []float32
	return func(dst, x []float64) {
		single = single[:0]
		for _, v := range x {
			single = append(single, float32(v))
		}
		replace(single)
		for i, v := range single {
			dst[i] = float64(v)
		}
	}
}

// least returns A⁺b in float64, by the smaller side, each equation as heavy as its repeats.
func (l *LeastSquares) least(a f32.Mat) []float64 {
	l.slow++
	u, y := make([]float64, a.Cols), make([]float64, a.Rows)
	if a.Rows > a.Cols {
		floats.MulTo(y, l.times, l.b)
		f32.GemvTWide(u, a, y)
		inverse := newPseudoinverse(gramOf(f32.Transpose(a, 1), l.times))
		l.surplus = a.Rows - inverse.u.N
		return inverse.solve(u)
	}
	g := gramOf(a, slices.Repeat([]float64{1}, a.Cols))
	for i, n := range l.times {
		y[i] = l.b[i] * math.Sqrt(n)
		for j := range i + 1 {
			g.Data[j*g.Stride+i] *= math.Sqrt(n * l.times[j])
		}
	}
	inverse := newPseudoinverse(g)
	l.surplus = a.Rows - inverse.u.N
	y = inverse.solve(y)
	for i, n := range l.times {
		y[i] *= math.Sqrt(n)
	}
	f32.GemvTWide(u, a, y)
	return u
}

// appendRows extends the factor of AAᵀ to all rows; once one of them depends on
// others it stays as it is.
func (l *LeastSquares) appendRows(a f32.Mat) (factor f32.Mat, regular bool) {
	k := l.factor.Sub(0, 0, a.Rows, a.Rows)
	f32.MulT(k.RowRange(l.done, k.Rows), a.RowRange(l.done, a.Rows), a, 1)
	if _, ok := f32.CholeskyAppend(k, l.done, 1); !ok || !independent(k, leastOfRows) {
		return k, false
	}
	l.done = a.Rows
	return k, true
}

// addRows adds what is new to AᵀA, repeats too, and factors it.
func (l *LeastSquares) addRows(a f32.Mat) (factor f32.Mat, regular bool) {
	if l.normal.Data == nil {
		l.normal, l.counted = f32.NewMat(a.Cols, a.Cols), make([]float64, l.a.Rows)
	}
	var fresh []int
	for i, n := range l.times {
		if n > l.counted[i] {
			fresh = append(fresh, i)
		}
	}
	rows := f32.NewMat(len(fresh), a.Cols)
	for r, i := range fresh {
		f32.Axpy(float32(math.Sqrt(l.times[i]-l.counted[i])), a.Row(i), rows.Row(r))
		l.counted[i] = l.times[i]
	}
	f32.Syrk(l.normal, f32.Transpose(rows, 1), true, 1)
	for i := range a.Cols {
		copy(l.factor.Row(i), l.normal.Row(i)[:i+1])
	}
	_, ok := f32.Cholesky(l.factor, 1)
	return l.factor, ok && independent(l.factor, leastOfColumns)
}

// factorTwice returns what replaces x by about (AAᵀ)⁻¹·x, AAᵀ being gram, where float32 cannot
// tell that from a singular matrix, though A's rows are independent. With L₁ the factor of AAᵀ
// and a little more on its diagonal, the rows of L₁⁻¹·A are far less alike than A's, so that a
// second factor, of their Gram matrix, has the digits which the first lacks (shifted Cholesky QR:
// Fukaya, Kannan, Nakatsukasa, Yamamoto and Yanagisawa 2020). It overwrites a.
func factorTwice(gram, a f32.Mat) (precondition func(x []float32), ok bool) {
	first, second := f32.NewMat(a.Rows, a.Rows), f32.NewMat(a.Rows, a.Rows)
	for shift := float32(leastShift); !ok && shift <= mostShift; shift *= 4 {
		for i := range first.Rows {
			row := first.Row(i)[:i+1]
			copy(row, gram.Row(i))
			row[i] *= 1 + shift
		}
		_, ok = f32.Cholesky(first, 1)
	}
	if !ok {
		return nil, false
	}
	f32.SolveLowerMany(first, a, 1)
	f32.Syrk(second, a, false, 1)
	if _, ok := f32.Cholesky(second, 1); !ok || !independent(second, leastOfColumns) {
		return nil, false
	}
	return func(x []float32) {
		f32.SolveLower(first, x)
		f32.SolveCholesky(second, x)
		f32.SolveLowerT(first, x)
	}, true
}

// A diagonal gets so much of itself, at least and at most, for float32 to tell the matrix from
// a singular one.
const leastShift, mostShift = 0x1p-21, 0x1p-9

// Of a row's squared norm so much must be its own, not in the span of the rows before, for a
// factor to be of use: of AAᵀ's, where a basis does better, and of AᵀA's, where float32 could not
// tell less from rounding.
const leastOfRows, leastOfColumns = 0x1p-12, 0x1p-18

// independent tells whether the rows that l is the Cholesky factor of are.
func independent(l f32.Mat, least float32) bool {
	for i := range l.Rows {
		row := l.Row(i)[:i+1]
		if !(row[i]*row[i] > least*f32.SqNorm(row)) {
			return false
		}
	}
	return true
}

// equations are G·x = b.
type equations struct {
	b     []float64
	apply func(dst, x []float64)            // sets dst to G·x
	take  func(step float64, dir []float64) // adds step·dir, of which apply was last asked, to x
	exact bool                              // whether G·x must come as near to b as x to the solution
}

// Refinement ends when the squared error, in the norm that G gives, has come down so far, and
// with it the squared residual where that counts. A preconditioner that takes more steps than
// these costs more than a better one.
const (
	refineError = 1e-16
	refineSteps = 30
)

// refine solves the equations in float64 by conjugate gradients; precondition sets dst to
// about G⁻¹·x. It returns false when they do not converge.
func (e *equations) refine(precondition func(dst, x []float64)) bool {
	n, scale := len(e.b), floats.Norm(e.b, math.Inf(1))
	if scale == 0 {
		return true
	}
	r, z, dir, image := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	floats.ScaleTo(r, 1/scale, e.b)
	first, last, whole := 0.0, 1.0, floats.Dot(r, r)
	for range refineSteps {
		precondition(z, r)
		rz := floats.Dot(r, z)
		if !(rz >= 0 && rz <= math.MaxFloat64) {
			return false
		}
		first = max(first, rz)
		if rz <= refineError*first && (!e.exact || floats.Dot(r, r) <= refineError*whole) {
			return true
		}
		floats.AddScaledTo(dir, z, rz/last, dir)
		e.apply(image, dir)
		step := rz / floats.Dot(dir, image)
		e.take(step*scale, dir)
		floats.AddScaled(r, -step, image)
		last = rz
	}
	return false
}
