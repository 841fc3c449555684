package calibrate

import (
	"context"
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

// mixedVector is a point of the mixed model's linear system: β (length p), the free
// biases d (|I|) and W in whitened coordinates ((d+1)×p), one after the other.
type mixedVector struct {
	all, beta, free []float32
	a               f32.Mat
}

func (m *mixed) zero() *mixedVector {
	p, items, x := m.phi.cols(), m.phi.rows(), m.c.x.Cols
	all := make([]float32, p+items+x*p)
	return &mixedVector{all, all[:p], all[p : p+items], f32.View(all[p+items:], x, p)}
}

// byItem returns v as the rows take it: Φ·β + d for the items they have drawn, then W.
func (m *mixed) byItem(v *mixedVector) []float32 {
	w := make([]float32, len(v.all)-len(v.beta))
	bias := w[:len(v.free)]
	m.phi.times(bias, v.beta, func(i int) bool { return m.counts[i] > 0 })
	f32.Axpy(1, v.free, bias)
	copy(w[len(bias):], v.a.Data)
	return w
}

// pull sends x to all rows for one stage and returns the sum of their answers, a vector Aᵀ·y
// with one y per entry.
func (m *mixed) pull(ctx context.Context, stage Stage, x *mixedVector) (*mixedVector, error) {
	sums, err := m.c.ask(ctx, stage, m.byItem(x))
	if err != nil {
		return nil, err
	}
	y := m.zero()
	copy(y.all[len(y.beta):], sums.Vector)
	m.phi.transposeTimes(y.beta, y.free)
	return y, nil
}

// solve improves v by preconditioned conjugate gradients on the normal equations.
func (m *mixed) solve(ctx context.Context, v *mixedVector) error {
	ridge, scale := m.diagonals()
	r, err := m.pull(ctx, stageGradient, v)
	if err != nil {
		return err
	}
	addProduct(r.all, ridge.all, v.all, -1)
	z, dir := m.zero(), m.zero()
	addProduct(z.all, scale.all, r.all, 1)
	copy(dir.all, z.all)
	for rz, step := inner(r.all, z.all), 0; step < mixedSteps && rz > 1e-12; step++ {
		next, err := m.pull(ctx, stageNormal, dir) // the normal matrix times dir
		if err != nil {
			return err
		}
		addProduct(next.all, ridge.all, dir.all, 1)
		alpha := float32(rz / inner(dir.all, next.all))
		f32.Axpy(alpha, dir.all, v.all)
		f32.Axpy(-alpha, next.all, r.all)
		clear(z.all)
		addProduct(z.all, scale.all, r.all, 1)
		was := rz
		rz = inner(r.all, z.all)
		f32.Scale(float32(rz/was), dir.all)
		f32.Axpy(1, z.all, dir.all)
	}
	return nil
}

// addProduct adds alpha·x∘y to dst.
func addProduct(dst, x, y []float32, alpha float32) {
	for i, v := range x {
		dst[i] += alpha * v * y[i]
	}
}

func inner(x, y []float32) float64 { return float64(f32.Dot(x, y)) }

// diagonals returns the ridge on every coordinate and, to precondition with, one
// over an estimate of the normal matrix's diagonal.
func (m *mixed) diagonals() (ridge, scale *mixedVector) {
	ridge, scale = m.zero(), m.zero()
	n, mean := float32(m.entries), float32(m.inverses/m.entries)
	square := m.phi.squares() / float32(m.phi.rows()*m.phi.cols())
	set := func(i *float32, j *float32, ridge, weight float32) { *i, *j = ridge, 1/(ridge+mean*weight) }
	for i := range ridge.beta {
		set(&ridge.beta[i], &scale.beta[i], ridgeBias, n*square)
	}
	for i, count := range m.counts {
		set(&ridge.free[i], &scale.free[i], float32(1/m.spread), count)
	}
	for i := range ridge.a.Data {
		set(&ridge.a.Data[i], &scale.a.Data[i], ridgeMap, n/2/float32(m.phi.cols()))
	}
	return ridge, scale
}
