package workbench

import (
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/f32"
)

// mixed is a linear mixed model of the residuals r left by the curve:
//
//	r_qi = φ_i·β + d_i + φ_i·(W·x_q + z_q) + ε
//
// with φ_i = (1, v_i), x_q = (1, x_q), an item's free bias d_i ~ N(0, spread), a
// query's offset and direction z_q ~ N(0, Σ), and noise ε ~ N(0, noise). β, d and
// W are the posterior mode with z integrated out (generalised least squares, by
// conjugate gradients); Σ, noise and spread follow by expectation-maximisation.
type mixed struct {
	phi, x f32.Mat // |I|×p, |rows|×p
	rows   []residualRow
	counts []float32 // entries by item

	sigma         *mat.SymDense // Σ
	noise, spread float64
	beta, free    []float32
	w             *mat.Dense // Wᵀ: x_q·w is the mean of a query's offset and direction
}

// residualRow is one train query's residuals.
type residualRow struct {
	items []int32
	resid []float32
}

const (
	mixedSweeps     = 2      // more overfit the free biases
	mixedSteps      = 15     // of conjugate gradients in a sweep
	mixedEntries    = 50_000 // of all rows together
	mixedRowEntries = 512    // of one row
	ridgeMap        = 4.0    // of W's entries, where Σ is the unit
	ridgeBias       = 1.0    // of β's entries
)

// drawEntries takes at most mixedEntries of the observed entries, evenly from all
// rows; resid still holds scores.
func drawEntries(g *Scores) []residualRow {
	most := min(max(mixedEntries/len(g.Rows), 50), mixedRowEntries)
	rows := make([]residualRow, len(g.Rows))
	rng := rand.New(rand.NewPCG(0, 0))
	for r := range rows {
		row := &g.Rows[r]
		at := rng.Perm(row.Len())[:min(most, row.Len())]
		slices.Sort(at)
		for _, j := range at {
			rows[r].items = append(rows[r].items, int32(row.Item(j)))
			rows[r].resid = append(rows[r].resid, row.Values[j])
		}
	}
	return rows
}

func newMixed(phi, x f32.Mat, rows []residualRow) *mixed {
	p := phi.Cols
	m := &mixed{phi: phi, x: x, rows: rows, counts: make([]float32, phi.Rows), noise: .1, spread: .05,
		sigma: mat.NewSymDense(p, nil), beta: make([]float32, p), free: make([]float32, phi.Rows), w: mat.NewDense(p, p, nil)}
	m.sigma.SetSym(0, 0, .5)
	for j := 1; j < p; j++ {
		m.sigma.SetSym(j, j, .05)
	}
	for _, r := range rows {
		for _, it := range r.items {
			m.counts[it]++
		}
	}
	return m
}

// whiten returns the lower triangular C with C·Cᵀ = Σ, nudged to be regular, and
// Φ·C.
func (m *mixed) whiten() (*mat.TriDense, f32.Mat) {
	p := m.sigma.SymmetricDim()
	s := mat.NewSymDense(p, nil)
	var c mat.TriDense
	for nudge := 1e-6; ; nudge *= 10 {
		s.CopySym(m.sigma)
		for j := range p {
			s.SetSym(j, j, s.At(j, j)+nudge*(mat.Trace(m.sigma)/float64(p)+1e-6))
		}
		var chol mat.Cholesky
		if chol.Factorize(s) {
			chol.LTo(&c)
			break
		}
	}
	phi := f32.NewMat(m.phi.Rows, p)
	f32.Mul(phi, m.phi, single(&c), threads())
	return &c, phi
}

// single converts to float32.
func single(a mat.Matrix) f32.Mat {
	r, c := a.Dims()
	out := f32.NewMat(r, c)
	for i := range r {
		for j := range c {
			out.Row(i)[j] = float32(a.At(i, j))
		}
	}
	return out
}

// double converts to float64.
func double(a f32.Mat) *mat.Dense {
	out := mat.NewDense(a.Rows, a.Cols, nil)
	for i := range a.Rows {
		for j, v := range a.Row(i) {
			out.Set(i, j, float64(v))
		}
	}
	return out
}

// sweep solves for the mean given the variances, then for the variances.
func (m *mixed) sweep() {
	c, phi := m.whiten()
	s := newMixedSystem(m, phi)
	var a mat.Dense // W in whitened coordinates: a·Cᵀ = w
	if err := a.Solve(c, m.w.T()); err != nil {
		a.Reset()
		a.ReuseAs(m.phi.Cols, m.phi.Cols)
	}
	v := s.zero()
	copy(v.beta, m.beta)
	copy(v.free, m.free)
	copy(v.a.Data, single(a.T()).Data)
	s.solve(v)
	m.beta, m.free = v.beta, v.free
	m.w.Mul(double(v.a), c.T())
	m.variances(s, v, c)
}

// variances is the maximisation step.
func (m *mixed) variances(s *mixedSystem, v *mixedVector, c *mat.TriDense) {
	resid := s.residuals(v)
	pulls := s.whiten(resid) // K⁻¹(r − mean), by row
	z := s.project(pulls)
	nq, p := len(m.rows), m.phi.Cols
	var cov, left mat.Dense
	cov.Mul(double(z).T(), double(z))
	gain := double(s.gain())
	for i := range p {
		for j := range p {
			cov.Set(i, j, (cov.At(i, j)-gain.At(max(i, j), min(i, j)))/float64(nq))
		}
		cov.Set(i, i, cov.At(i, i)+1)
	}
	left.Mul(c, &cov)
	cov.Mul(&left, c.T())
	for i := range p {
		for j := range i + 1 {
			m.sigma.SetSym(i, j, (cov.At(i, j)+cov.At(j, i))/2)
		}
	}
	n, squares, inverses := 0, 0.0, 0.0
	for r := range pulls {
		n += len(pulls[r])
		squares += m.noise * m.noise * float64(f32.SqNorm(pulls[r]))
		for _, d := range s.inverse[r] {
			inverses += float64(d)
		}
	}
	spread := 0.0
	for i, d := range m.free {
		spread += float64(d)*float64(d) + 1/(inverses/float64(n)*float64(m.counts[i])+1/m.spread)
	}
	m.noise = max((squares+m.noise*(float64(n)-m.noise*inverses))/float64(n), 1e-3)
	m.spread = max(spread/float64(len(m.free)), 1e-3)
}

// model returns what the mixed model has learnt in the coordinates of its
// principal directions, the widest first.
func (m *mixed) model() *effects {
	c, phi := m.whiten()
	gram := f32.NewMat(phi.Cols, phi.Cols)
	f32.Syrk(gram, f32.Transpose(phi, threads()), false, threads())
	p := phi.Cols
	sym := mat.NewSymDense(p, nil)
	for i := range p {
		for j := range i + 1 {
			sym.SetSym(i, j, float64(gram.Row(i)[j]))
		}
	}
	var eigen mat.EigenSym
	eigen.Factorize(sym, true)
	var q, a, turned mat.Dense
	eigen.VectorsTo(&q)
	for i := range p { // ascending to descending
		row := q.RawRowView(i)
		slices.Reverse(row)
	}
	if err := a.Solve(c, m.w.T()); err != nil {
		a.Reset()
		a.ReuseAs(p, p)
	}
	turned.Mul(a.T(), &q)
	e := &effects{features: f32.NewMat(phi.Rows, p), place: single(&turned), bias: make([]float32, phi.Rows), free: m.free, noise: m.noise, spread: m.spread}
	f32.Mul(e.features, phi, single(&q), threads())
	f32.Gemv(e.bias, m.phi, m.beta)
	return e
}

// effects is a fitted mixed model: r_qi = bias_i + free_i + features_i·u_q + ε with
// u_q ~ N(x_q·place, 1).
type effects struct {
	features      f32.Mat // |I|×p
	place         f32.Mat // p×p
	bias, free    []float32
	noise, spread float64
}
