package solve

import (
	"math"
	"slices"
	"sync"

	"axn/workbench/internal/f32"
)

// Posterior is the formula that every system is a case of; systems without noise solve it as
// LeastSquares. With prior mean m, features F (|I|×p), anchors A,
// their scores a and the noise s² of each,
//
//	s = m + F·u,  u = F_Aᵀ (F_A·F_Aᵀ + diag s²)⁻¹ (a − m_A)
//	            = (F_Aᵀ·diag(1/s²)·F_A + I)⁻¹ F_Aᵀ·diag(1/s²)·(a − m_A)
//
// It is solved by the first form where there will be at most dualAnchors times as many anchors as
// features. Otherwise it is solved so while there are no more anchors than features
// and by the second form from then on, so that no system is larger than p×p.
type Posterior struct {
	noise  []float32 // s², by anchor
	rows   f32.Mat   // F_A, with room for all anchors to come
	dual   dualSystem
	primal primalSystem // once there are more anchors than features
	U      []float32
}

// posteriors keep the memory of those that were released: of hundreds of features and anchors it is
// megabytes, and as dear to get and to clear as to fill.
var posteriors = sync.Pool{New: func() any { return new(Posterior) }}

// dualAnchors is up to how many anchors a feature the n×n form, whose factor grows, takes no more
// multiplications than the p×p form: to start that from n anchors takes n·p²/2 of them and each round from then
// on p³/6, while n anchors more than p take p·(n² - p²)/2 + (n³ - p³)/6 in the n×n form; with two rounds beyond p
// they are level at 1.5. A search meets the items of its last round never.
const dualAnchors = 1.5

// NewPosterior is for p features and at most so many anchors.
func NewPosterior(p, anchors int) *Posterior {
	post := posteriors.Get().(*Posterior)
	post.noise, post.U = post.noise[:0], make([]float32, p)
	reshape(&post.rows, anchors, p)
	post.dual.n = 0
	most := anchors
	if float64(anchors) > dualAnchors*float64(p) {
		most = min(anchors, p)
	}
	reshape(&post.dual.factor, most, most)
	post.primal.n = 0
	return post
}

// Release gives the memory back to later ones. Nothing of p but U may be used from then on.
func (p *Posterior) Release() { posteriors.Put(p) }

// reshape gives m a shape, in its own memory where that is enough. Its values are any.
func reshape(m *f32.Mat, rows, cols int) {
	*m = f32.View(slices.Grow(m.Data[:0], rows*cols)[:rows*cols], rows, cols)
}

// leastNoise is the least variance of the noise of an anchor relative to its kernel value: below
// it a float32 Cholesky factor of repeated anchors is made of rounding errors.
const leastNoise = 1e-5

// anchors are the F_A of the anchors so far.
func (p *Posterior) anchors() f32.Mat { return p.rows.RowRange(0, len(p.noise)) }

// Next is where the features of the next n anchors belong, a row each, before Add.
func (p *Posterior) Next(n int) f32.Mat { return p.rows.RowRange(len(p.noise), len(p.noise)+n) }

// Add adds the anchors that stand in Next, with their s².
func (p *Posterior) Add(noise []float32) {
	done := len(p.noise)
	for i, s2 := range noise {
		p.noise = append(p.noise, max(s2, leastNoise*f32.SqNorm(p.rows.Row(done+i))))
	}
	if len(p.noise) <= p.dual.factor.Rows {
		p.dual.add(p.anchors(), p.noise)
		return
	}
	if p.primal.n == 0 {
		p.primal.start(len(p.U), p.dual.factor)
	}
	p.primal.add(p.anchors(), p.noise)
	p.primal.refactor()
}

// Solve sets u for the residuals a − m_A of all anchors.
func (p *Posterior) Solve(resid []float32) {
	if p.primal.n == 0 {
		f32.GemvT(p.U, p.anchors(), p.dual.solve(resid))
		return
	}
	weighted := slices.Clone(resid)
	for i := range weighted {
		weighted[i] /= p.noise[i]
	}
	f32.GemvT(p.U, p.anchors(), weighted)
	f32.SolveCholesky(p.primal.factor, p.U)
}

// dualSystem is the n×n form. Its Cholesky factor grows by rows: O(n²·p + n³) in
// all, however many rounds there are.
type dualSystem struct {
	n      int
	factor f32.Mat // of F_A·F_Aᵀ + diag s², with room for all anchors it can take
}

// add extends the factor by the new rows of anchors. If rounding makes the matrix
// indefinite it raises noise in place.
func (d *dualSystem) add(anchors f32.Mat, noise []float32) {
	done := d.n
	d.n = anchors.Rows
	l, added := d.lower(), anchors.RowRange(done, d.n)
	f32.MulT(l.Sub(done, 0, d.n-done, done), added, anchors.RowRange(0, done), 1)
	f32.Syrk(l.Sub(done, done, d.n-done, d.n-done), added, false, 1)
	for i := done; i < d.n; i++ {
		l.Row(i)[i] += noise[i]
	}
	if _, ok := f32.CholeskyAppend(l, done, 1); !ok {
		d.refactor(anchors, noise)
	}
}

// lower is the factor of the anchors so far.
func (d *dualSystem) lower() f32.Mat { return d.factor.Sub(0, 0, d.n, d.n) }

// refactor starts over with more noise until the factor exists: rounding can
// make a nearly singular Gram matrix indefinite.
func (d *dualSystem) refactor(anchors f32.Mat, noise []float32) {
	l := d.lower()
	Regular(leastNoise, 4, func(float32) bool {
		f32.Syrk(l, anchors, false, 1)
		for i := range noise {
			noise[i] = 4*noise[i] + leastNoise*(1+f32.SqNorm(anchors.Row(i)))
			l.Row(i)[i] += noise[i]
		}
		_, ok := f32.Cholesky(l, 1)
		return ok
	})
}

// solve returns (F_A·F_Aᵀ + diag s²)⁻¹·resid.
func (d *dualSystem) solve(resid []float32) []float32 {
	alpha := slices.Clone(resid)
	f32.SolveCholesky(d.lower(), alpha)
	return alpha
}

// primalSystem is the p×p form: O(n·p²) to add n anchors, O(p³) to factor.
type primalSystem struct {
	n         int     // anchors in the precision
	precision f32.Mat // lower triangle of F_Aᵀ·diag(1/s²)·F_A + I
	factor    f32.Mat
	scaled    f32.Mat // of the anchors last added
}

// start makes it that of no anchors and p features, with the factor in the memory of another one.
func (s *primalSystem) start(p int, factor f32.Mat) {
	reshape(&s.precision, p, p)
	clear(s.precision.Data)
	for i := range p {
		s.precision.Row(i)[i] = 1
	}
	s.factor = factor
}

// add adds the anchors that are new.
func (s *primalSystem) add(anchors f32.Mat, noise []float32) {
	rows, inverse := anchors.RowRange(s.n, anchors.Rows), make([]float32, anchors.Rows-s.n)
	for i := range inverse {
		inverse[i] = float32(1 / math.Sqrt(float64(noise[s.n+i])))
	}
	reshape(&s.scaled, rows.Cols, rows.Rows) // F_Aᵀ·diag(1/s)
	f32.TransposeTo(s.scaled, rows, 1)
	for j := range s.scaled.Rows {
		row := s.scaled.Row(j)
		for i, x := range inverse {
			row[i] *= x
		}
	}
	f32.Syrk(s.precision, s.scaled, true, 1)
	s.n = anchors.Rows
}

// refactor factors the precision, with more on its diagonal where rounding has
// made it indefinite.
func (s *primalSystem) refactor() {
	ridge := float32(0)
	Regular(leastNoise, 4, func(more float32) bool {
		for i := range s.factor.Rows {
			copy(s.factor.Row(i)[:i+1], s.precision.Row(i)[:i+1])
			s.factor.Row(i)[i] *= 1 + ridge
		}
		ridge += more
		_, ok := f32.Cholesky(s.factor, 1)
		return ok
	})
}
