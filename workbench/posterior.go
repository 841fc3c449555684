package workbench

import (
	"math"
	"slices"

	"axn/workbench/internal/f32"
)

// posterior is the one formula: with prior mean m, features F (|I|×p), anchors A,
// their scores a and the noise s² of each,
//
//	s = m + F·u,  u = F_Aᵀ (F_A·F_Aᵀ + diag s²)⁻¹ (a − m_A)
//	            = (F_Aᵀ·diag(1/s²)·F_A + I)⁻¹ F_Aᵀ·diag(1/s²)·(a − m_A)
//
// It is solved by the first form while there are no more anchors than features
// and by the second from then on, so that no system is larger than p×p.
type posterior struct {
	dual   dualSystem
	primal *primalSystem // nil while the dual form is used
	u      []float32
}

// newPosterior is for p features and at most so many anchors.
func newPosterior(p, anchors int) *posterior {
	return &posterior{dual: newDual(min(anchors, p), p), u: make([]float32, p)}
}

// leastNoise is the least noise of an anchor relative to its kernel value: below
// it a float32 Cholesky factor of repeated anchors is made of rounding errors.
const leastNoise = 1e-5

// observe adds anchors, a row of features for each, with their residuals a − m_A
// and noise, and solves for u.
func (p *posterior) observe(rows f32.Mat, resid, noise []float32) {
	noise = slices.Clone(noise)
	for i := range noise {
		noise[i] = max(noise[i], leastNoise*f32.SqNorm(rows.Row(i)))
	}
	if p.primal == nil && p.dual.n+rows.Rows > p.dual.room {
		p.primal = newPrimal(len(p.u))
		p.primal.add(p.dual.anchors.RowRange(0, p.dual.n), p.dual.resid, p.dual.noise)
		p.dual = dualSystem{}
	}
	if p.primal != nil {
		p.primal.add(rows, resid, noise)
		p.primal.solve(p.u)
		return
	}
	p.dual.add(rows, resid, noise)
	p.dual.solve(p.u)
}

// dualSystem is the n×n form. Its Cholesky factor grows by rows: O(n²·p + n³) in
// all, however many rounds there are.
type dualSystem struct {
	n, room int
	anchors f32.Mat // F_A, room×p
	factor  f32.Mat // of F_A·F_Aᵀ + diag s², room×room
	resid   []float32
	noise   []float32
}

func newDual(room, p int) dualSystem {
	return dualSystem{room: room, anchors: f32.NewMat(room, p), factor: f32.NewMat(room, room)}
}

func (d *dualSystem) add(rows f32.Mat, resid, noise []float32) {
	done := d.n
	d.n += rows.Rows
	for i := range rows.Rows {
		copy(d.anchors.Row(done+i), rows.Row(i))
	}
	d.resid, d.noise = append(d.resid, resid...), append(d.noise, noise...)
	l := d.factor.Sub(0, 0, d.n, d.n)
	f32.MulT(l.RowRange(done, d.n), rows, d.anchors.RowRange(0, d.n), 1)
	for i, s2 := range noise {
		l.Row(done + i)[done+i] += s2
	}
	if _, ok := f32.CholeskyAppend(l, done, 1); !ok {
		d.refactor()
	}
}

// refactor starts over with more noise until the factor exists: rounding can
// make a nearly singular Gram matrix indefinite.
func (d *dualSystem) refactor() {
	l, a := d.factor.Sub(0, 0, d.n, d.n), d.anchors.RowRange(0, d.n)
	for {
		for i := range d.noise {
			d.noise[i] = 4*d.noise[i] + leastNoise*(1+f32.SqNorm(a.Row(i)))
		}
		f32.MulT(l, a, a, 1)
		for i, s2 := range d.noise {
			l.Row(i)[i] += s2
		}
		if _, ok := f32.Cholesky(l, 1); ok {
			return
		}
	}
}

func (d *dualSystem) solve(u []float32) {
	alpha := slices.Clone(d.resid)
	f32.SolveCholesky(d.factor.Sub(0, 0, d.n, d.n), alpha)
	f32.GemvT(u, d.anchors.RowRange(0, d.n), alpha)
}

// primalSystem is the p×p form: O(n·p²) to add n anchors, O(p³) to solve.
type primalSystem struct {
	precision f32.Mat   // lower triangle of F_Aᵀ·diag(1/s²)·F_A + I
	target    []float32 // F_Aᵀ·diag(1/s²)·(a − m_A)
	factor    f32.Mat
}

func newPrimal(p int) *primalSystem {
	s := &primalSystem{precision: f32.NewMat(p, p), target: make([]float32, p), factor: f32.NewMat(p, p)}
	for i := range p {
		s.precision.Row(i)[i] = 1
	}
	return s
}

func (s *primalSystem) add(rows f32.Mat, resid, noise []float32) {
	scaled := f32.NewMat(rows.Cols, rows.Rows) // F_Aᵀ·diag(1/s)
	for i := range rows.Rows {
		f32.Axpy(resid[i]/noise[i], rows.Row(i), s.target)
		w := float32(1 / math.Sqrt(float64(noise[i])))
		for j, v := range rows.Row(i) {
			scaled.Row(j)[i] = w * v
		}
	}
	f32.Syrk(s.precision, scaled, true, 1)
}

func (s *primalSystem) solve(u []float32) {
	for ridge := float32(0); ; ridge = 4*ridge + leastNoise {
		for i := range u {
			copy(s.factor.Row(i)[:i+1], s.precision.Row(i)[:i+1])
			s.factor.Row(i)[i] *= 1 + ridge
		}
		if _, ok := f32.Cholesky(s.factor, 1); ok {
			break
		}
	}
	copy(u, s.target)
	f32.SolveCholesky(s.factor, u)
}
