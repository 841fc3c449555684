package calibrate

import (
	"context"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/ablate"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/solve"
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
	c        *fit
	phi      designMatrix // Φ, |I|×p
	counts   []float32    // entries by item
	entries  float64
	inverses float64 // trace of all K_q⁻¹

	sigma         *mat.SymDense // Σ
	noise, spread float64
	beta, free    []float32
	w             *mat.Dense // Wᵀ: x_q·w is the mean of a query's offset and direction
	bound         bool       // spread stays boundSpread: no item has a bias of its own
}

// residualRow is one train query's drawn entries.
type residualRow struct {
	items  []int32
	scores []float32
	sims   []float32 // the dual encoder's scores
	resid  []float32 // what warp and curve leave
}

const (
	mixedSweeps     = 2      // more overfit the free biases
	mixedSteps      = 15     // of conjugate gradients in a sweep
	mixedEntries    = 50_000 // of all rows together
	mixedRowEntries = 512    // of one row
	viewVariance    = 0.2    // of each view's direction at first, where a vector's is 0.05
	ridgeMap        = 4.0    // of W's entries, where Σ is the unit
	ridgeBias       = 1.0    // of β's entries
	boundSpread     = 1e-9   // variance of the free biases where there are none
)

// drawEntries takes at most mixedEntries of the observed entries, evenly from all
// rows.
func drawEntries(in *Problem) []residualRow {
	most := min(max(mixedEntries/len(in.Rows), 50), mixedRowEntries)
	rows := make([]residualRow, len(in.Rows))
	rng := rand.New(rand.NewPCG(0, 0))
	for r := range rows {
		row := &in.Rows[r]
		at := rng.Perm(len(row.Values))[:min(most, len(row.Values))]
		slices.Sort(at)
		for _, j := range at {
			rows[r].items = append(rows[r].items, int32(row.item(j)))
			rows[r].scores = append(rows[r].scores, row.Values[j])
		}
	}
	return rows
}

func newMixed(ctx context.Context, c *fit, counts []float32) *mixed {
	p := c.phi.cols()
	m := &mixed{c: c, phi: c.phi, counts: counts, noise: .1, spread: .05,
		sigma: mat.NewSymDense(p, nil), beta: make([]float32, p), free: make([]float32, c.phi.rows()), w: mat.NewDense(c.x.Cols, p, nil)}
	m.sigma.SetSym(0, 0, .5)
	for j := 1; j < p; j++ {
		m.sigma.SetSym(j, j, .05)
	}
	for j := range c.phi.views.Cols {
		m.sigma.SetSym(p-1-j, p-1-j, viewVariance)
	}
	if m.bound = ablate.Off(ctx, ablate.FreeBias); m.bound {
		m.spread = boundSpread
	}
	return m
}

// root returns the lower triangular C with C·Cᵀ = Σ, nudged to be regular.
func (m *mixed) root() *mat.TriDense {
	p := m.sigma.SymmetricDim()
	s := mat.NewSymDense(p, nil)
	var c mat.TriDense
	solve.Regular(1e-6, 10, func(nudge float64) bool {
		s.CopySym(m.sigma)
		for j := range p {
			s.SetSym(j, j, s.At(j, j)+nudge*(mat.Trace(m.sigma)/float64(p)+1e-6))
		}
		var chol mat.Cholesky
		ok := chol.Factorize(s)
		if ok {
			chol.LTo(&c)
		}
		return ok
	})
	return &c
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
func (m *mixed) sweep(ctx context.Context) error {
	c, step := m.root(), &m.c.step
	step.Sweep, step.Root, step.Noise = step.Sweep+1, single(c), m.noise
	sums, err := m.c.ask(ctx, stageFactor, nil)
	if err != nil {
		return err
	}
	m.entries, m.inverses = sums.Sums[0], sums.Sums[1]
	var a mat.Dense // W in whitened coordinates: a·Cᵀ = w
	if err := a.Solve(c, m.w.T()); err != nil {
		a.Reset()
		a.ReuseAs(m.phi.cols(), m.c.x.Cols)
	}
	v := m.zero()
	copy(v.beta, m.beta)
	copy(v.free, m.free)
	copy(v.a.Data, single(a.T()).Data)
	if err := m.solve(ctx, v); err != nil {
		return err
	}
	m.beta, m.free = v.beta, v.free
	m.w.Mul(double(v.a), c.T())
	if sums, err = m.c.ask(ctx, stageVariances, m.byItem(v)); err != nil {
		return err
	}
	m.variances(sums.Sums[0], mat.NewDense(m.phi.cols(), m.phi.cols(), sums.Sums[1:]), c)
	return nil
}

// variances is the maximisation step; cov is changed.
func (m *mixed) variances(squares float64, cov *mat.Dense, c *mat.TriDense) {
	p := m.phi.cols()
	cov.Scale(1/float64(len(m.c.in.Rows)), cov)
	for i := range p {
		cov.Set(i, i, cov.At(i, i)+1)
	}
	var left mat.Dense
	left.Mul(c, cov)
	cov.Mul(&left, c.T())
	for i := range p {
		for j := range i + 1 {
			m.sigma.SetSym(i, j, (cov.At(i, j)+cov.At(j, i))/2)
		}
	}
	spread := 0.0
	for i, d := range m.free {
		spread += float64(d)*float64(d) + 1/(m.inverses/m.entries*float64(m.counts[i])+1/m.spread)
	}
	m.noise = max((m.noise*m.noise*squares+m.noise*(m.entries-m.noise*m.inverses))/m.entries, 1e-3)
	if !m.bound {
		m.spread = max(spread/float64(len(m.free)), 1e-3)
	}
}

// model returns what the mixed model has learnt in the coordinates of its
// principal directions, the widest first.
func (m *mixed) model() *Effects {
	c, p := m.root(), m.phi.cols()
	sym := m.principal(c)
	var eigen mat.EigenSym
	eigen.Factorize(sym, true)
	var q, a, turned, root mat.Dense
	eigen.VectorsTo(&q)
	for i := range p { // ascending to descending
		row := q.RawRowView(i)
		slices.Reverse(row)
	}
	if err := a.Solve(c, m.w.T()); err != nil {
		a.Reset()
		a.ReuseAs(p, m.c.x.Cols)
	}
	turned.Mul(a.T(), &q)
	root.Mul(c, &q)
	e := &Effects{Root: single(&root), Place: single(&turned), Beta: m.beta, Bias: make([]float32, m.phi.rows()), Free: m.free, Noise: m.noise, Spread: m.spread}
	m.phi.times(e.Bias, m.beta, nil)
	return e
}

// principal returns (Φ·C)ᵀ·(Φ·C).
func (m *mixed) principal(c *mat.TriDense) *mat.SymDense {
	gram := mat.NewSymDense(m.phi.cols(), nil)
	for i, lower := 0, m.phi.gram(); i < lower.Rows; i++ {
		for j, v := range lower.Row(i)[:i+1] {
			gram.SetSym(i, j, float64(v))
		}
	}
	var left, both mat.Dense
	left.Mul(c.T(), gram)
	both.Mul(&left, c)
	for i := range m.phi.cols() {
		for j := range i + 1 {
			gram.SetSym(i, j, (both.At(i, j)+both.At(j, i))/2)
		}
	}
	return gram
}

// Effects is a fitted mixed model: r_qi = Bias_i + Free_i + φ_i·Root·u_q + ε with
// u_q ~ N(x_q·Place, 1).
type Effects struct {
	Root          f32.Mat   // p×p
	Place         f32.Mat   // (d+1)×p
	Beta          []float32 // p: Bias is Φ·Beta
	Bias, Free    []float32 // |I|
	Noise, Spread float64   // variances of ε and Free
}

// deviate sets dst to an item's features with the deviations own[1:] in the leading ones.
func (e *Effects) deviate(dst, features, own []float32) {
	copy(dst, features)
	f32.Axpy(1, own[1:], dst[:len(own)-1])
}
