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
	row    func(i int, dst []float32)
	noise  []float32 // s², by anchor
	dual   dualSystem
	primal *primalSystem // nil while the dual form is used
	u      []float32
}

// newPosterior is for p features and at most so many anchors; row sets dst to the
// features of anchor i, numbered as they are added.
func newPosterior(p, anchors int, row func(i int, dst []float32)) *posterior {
	return &posterior{row: row, dual: newDual(min(anchors, p), p), u: make([]float32, p)}
}

// leastNoise is the least noise of an anchor relative to its kernel value: below
// it a float32 Cholesky factor of repeated anchors is made of rounding errors.
const leastNoise = 1e-5

// add adds the anchors that noise, their s², has grown by.
func (p *posterior) add(noise []float32) {
	done := len(p.noise)
	rows := f32.NewMat(len(noise), len(p.u))
	for i, s2 := range noise {
		p.row(done+i, rows.Row(i))
		p.noise = append(p.noise, max(s2, leastNoise*f32.SqNorm(rows.Row(i))))
	}
	if p.primal == nil && len(p.noise) <= p.dual.room {
		p.dual.add(rows, p.noise)
		return
	}
	if p.primal == nil {
		p.primal = newPrimal(len(p.u))
		p.primal.add(p.dual.anchors.RowRange(0, done), p.noise[:done])
		p.dual = dualSystem{}
	}
	p.primal.add(rows, p.noise[done:])
	p.primal.refactor()
}

// solve sets u for the residuals a − m_A of all anchors.
func (p *posterior) solve(resid []float32) {
	if p.primal == nil {
		p.dual.solve(p.u, resid)
		return
	}
	clear(p.u)
	row := make([]float32, len(p.u))
	for i, r := range resid {
		p.row(i, row)
		f32.Axpy(r/p.noise[i], row, p.u)
	}
	f32.SolveCholesky(p.primal.factor, p.u)
}

// dualSystem is the n×n form. Its Cholesky factor grows by rows: O(n²·p + n³) in
// all, however many rounds there are.
type dualSystem struct {
	n, room int
	anchors f32.Mat // F_A, room×p
	factor  f32.Mat // of F_A·F_Aᵀ + diag s², room×room
}

func newDual(room, p int) dualSystem {
	return dualSystem{room: room, anchors: f32.NewMat(room, p), factor: f32.NewMat(room, room)}
}

// add adds rows; noise is that of all anchors, and grows where it must.
func (d *dualSystem) add(rows f32.Mat, noise []float32) {
	done := d.n
	d.n += rows.Rows
	for i := range rows.Rows {
		copy(d.anchors.Row(done+i), rows.Row(i))
	}
	l := d.factor.Sub(0, 0, d.n, d.n)
	f32.MulT(l.RowRange(done, d.n), rows, d.anchors.RowRange(0, d.n), 1)
	for i := done; i < d.n; i++ {
		l.Row(i)[i] += noise[i]
	}
	if _, ok := f32.CholeskyAppend(l, done, 1); !ok {
		d.refactor(noise)
	}
}

// refactor starts over with more noise until the factor exists: rounding can
// make a nearly singular Gram matrix indefinite.
func (d *dualSystem) refactor(noise []float32) {
	l, a := d.factor.Sub(0, 0, d.n, d.n), d.anchors.RowRange(0, d.n)
	for ok := false; !ok; {
		f32.Syrk(l, a, false, 1)
		for i := range noise {
			noise[i] = 4*noise[i] + leastNoise*(1+f32.SqNorm(a.Row(i)))
			l.Row(i)[i] += noise[i]
		}
		_, ok = f32.Cholesky(l, 1)
	}
}

func (d *dualSystem) solve(u, resid []float32) {
	alpha := slices.Clone(resid)
	f32.SolveCholesky(d.factor.Sub(0, 0, d.n, d.n), alpha)
	f32.GemvT(u, d.anchors.RowRange(0, d.n), alpha)
}

// primalSystem is the p×p form: O(n·p²) to add n anchors, O(p³) to factor.
type primalSystem struct {
	precision f32.Mat // lower triangle of F_Aᵀ·diag(1/s²)·F_A + I
	factor    f32.Mat
}

func newPrimal(p int) *primalSystem {
	s := &primalSystem{precision: f32.NewMat(p, p), factor: f32.NewMat(p, p)}
	for i := range p {
		s.precision.Row(i)[i] = 1
	}
	return s
}

func (s *primalSystem) add(rows f32.Mat, noise []float32) {
	scaled := f32.NewMat(rows.Cols, rows.Rows) // F_Aᵀ·diag(1/s)
	for i := range rows.Rows {
		w := float32(1 / math.Sqrt(float64(noise[i])))
		for j, v := range rows.Row(i) {
			scaled.Row(j)[i] = w * v
		}
	}
	f32.Syrk(s.precision, scaled, true, 1)
}

// refactor factors the precision, with more on its diagonal where rounding has
// made it indefinite.
func (s *primalSystem) refactor() {
	for ridge := float32(0); ; ridge = 4*ridge + leastNoise {
		for i := range s.factor.Rows {
			copy(s.factor.Row(i)[:i+1], s.precision.Row(i)[:i+1])
			s.factor.Row(i)[i] *= 1 + ridge
		}
		if _, ok := f32.Cholesky(s.factor, 1); ok {
			return
		}
	}
}
