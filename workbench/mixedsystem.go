package workbench

import "axn/workbench/internal/f32"

// mixedSystem holds, for one sweep, what the linear system of the mixed model's
// mean needs: for each row q with features G_q = Φ_q·C the factor of its marginal
// covariance K_q = G_q·G_qᵀ + noise·I.
type mixedSystem struct {
	m       *mixed
	g       []f32.Mat   // G_q, n_q×p
	factor  []f32.Mat   // Cholesky factor of K_q
	inverse [][]float32 // diagonal of K_q⁻¹
	half    []f32.Mat   // L⁻¹·G_q, n_q×p
	xT      f32.Mat
}

// mixedVector is a point of that system: β (length p), the free biases d (|I|) and
// W in whitened coordinates (p×p), one after the other.
type mixedVector struct {
	all, beta, free []float32
	a               f32.Mat
}

func newMixedVector(p, items int) *mixedVector {
	all := make([]float32, p+items+p*p)
	return &mixedVector{all, all[:p], all[p : p+items], f32.View(all[p+items:], p, p)}
}

func newMixedSystem(m *mixed, phi f32.Mat) *mixedSystem {
	n := len(m.rows)
	s := &mixedSystem{m: m, g: make([]f32.Mat, n), factor: make([]f32.Mat, n), inverse: make([][]float32, n), half: make([]f32.Mat, n), xT: f32.Transpose(m.x, threads())}
	parallel(n, func(q int) {
		items := m.rows[q].items
		g := f32.NewMat(len(items), phi.Cols)
		for j, it := range items {
			copy(g.Row(j), phi.Row(int(it)))
		}
		s.g[q] = g
		s.factor[q], s.inverse[q] = factorWithNoise(g, float32(m.noise))
		s.half[q] = f32.NewMat(g.Rows, g.Cols)
		copy(s.half[q].Data, g.Data)
		f32.SolveLowerMany(s.factor[q], s.half[q], 1)
	})
	return s
}

// factorWithNoise returns the factor L of K = G·Gᵀ + noise·I and the diagonal of K⁻¹.
func factorWithNoise(g f32.Mat, noise float32) (l f32.Mat, diagonal []float32) {
	n := g.Rows
	for {
		l = f32.NewMat(n, n)
		f32.Syrk(l, g, false, 1)
		for i := range n {
			l.Row(i)[i] += noise
		}
		if _, ok := f32.Cholesky(l, 1); ok {
			break
		}
		noise *= 2
	}
	inv := f32.NewMat(n, n)
	for i := range n {
		inv.Row(i)[i] = 1
	}
	f32.SolveLowerMany(l, inv, 1)
	diagonal = make([]float32, n)
	for i := range n {
		for j, v := range inv.Row(i) {
			diagonal[j] += v * v
		}
	}
	return l, diagonal
}

// apply returns the model's mean of every entry at v.
func (s *mixedSystem) apply(v *mixedVector) [][]float32 {
	u := f32.NewMat(len(s.g), v.a.Cols)
	f32.Mul(u, s.m.x, v.a, threads())
	bias := make([]float32, s.m.phi.Rows)
	f32.Gemv(bias, s.m.phi, v.beta)
	f32.Axpy(1, v.free, bias)
	out := make([][]float32, len(s.g))
	parallel(len(s.g), func(q int) {
		y := make([]float32, s.g[q].Rows)
		f32.Gemv(y, s.g[q], u.Row(q))
		for j, it := range s.m.rows[q].items {
			y[j] += bias[it]
		}
		out[q] = y
	})
	return out
}

// adjoint is the transpose of apply.
func (s *mixedSystem) adjoint(e [][]float32) *mixedVector {
	v := s.zero()
	for q, items := range s.m.rows {
		for j, it := range items.items {
			v.free[it] += e[q][j]
		}
	}
	f32.GemvT(v.beta, s.m.phi, v.free)
	f32.Mul(v.a, s.xT, s.project(e), threads())
	return v
}

// project returns G_qᵀ·e_q, a row for each q.
func (s *mixedSystem) project(e [][]float32) f32.Mat {
	z := f32.NewMat(len(s.g), s.m.phi.Cols)
	parallel(len(s.g), func(q int) { f32.GemvT(z.Row(q), s.g[q], e[q]) })
	return z
}

// whiten returns K_q⁻¹·e_q.
func (s *mixedSystem) whiten(e [][]float32) [][]float32 {
	out := make([][]float32, len(e))
	parallel(len(e), func(q int) {
		out[q] = append([]float32(nil), e[q]...)
		f32.SolveCholesky(s.factor[q], out[q])
	})
	return out
}

// residuals returns r − apply(v).
func (s *mixedSystem) residuals(v *mixedVector) [][]float32 {
	e := s.apply(v)
	for q := range e {
		for j, r := range s.m.rows[q].resid {
			e[q][j] = r - e[q][j]
		}
	}
	return e
}

// gain returns the lower triangle of Σ_q G_qᵀ·K_q⁻¹·G_q.
func (s *mixedSystem) gain() f32.Mat {
	p := s.m.phi.Cols
	total := f32.NewMat(p, p)
	for _, h := range s.half {
		f32.Syrk(total, f32.Transpose(h, 1), true, threads())
	}
	return total
}

// solve improves v by preconditioned conjugate gradients on the normal equations.
func (s *mixedSystem) solve(v *mixedVector) {
	ridge, scale := s.diagonals()
	apply := func(x *mixedVector) *mixedVector { // the normal matrix times x
		y := s.adjoint(s.whiten(s.apply(x)))
		addProduct(y.all, ridge.all, x.all, 1)
		return y
	}
	r := s.adjoint(s.whiten(s.residuals(v)))
	addProduct(r.all, ridge.all, v.all, -1)
	z, dir := s.zero(), s.zero()
	addProduct(z.all, scale.all, r.all, 1)
	copy(dir.all, z.all)
	for rz, step := inner(r.all, z.all), 0; step < mixedSteps && rz > 1e-12; step++ {
		next := apply(dir)
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
func (s *mixedSystem) diagonals() (ridge, scale *mixedVector) {
	ridge, scale = s.zero(), s.zero()
	n, sum := 0, float32(0)
	for _, d := range s.inverse {
		n += len(d)
		for _, v := range d {
			sum += v
		}
	}
	mean := sum / float32(n)
	square := f32.SqNorm(s.m.phi.Data) / float32(len(s.m.phi.Data))
	set := func(i *float32, j *float32, ridge, weight float32) { *i, *j = ridge, 1/(ridge+mean*weight) }
	for i := range ridge.beta {
		set(&ridge.beta[i], &scale.beta[i], ridgeBias, float32(n)*square)
	}
	for i, count := range s.m.counts {
		set(&ridge.free[i], &scale.free[i], float32(1/s.m.spread), count)
	}
	for i := range ridge.a.Data {
		set(&ridge.a.Data[i], &scale.a.Data[i], ridgeMap, float32(n)/2/float32(s.m.phi.Cols))
	}
	return ridge, scale
}

func (s *mixedSystem) zero() *mixedVector { return newMixedVector(s.m.phi.Cols, s.m.phi.Rows) }
