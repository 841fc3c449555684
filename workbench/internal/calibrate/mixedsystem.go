package calibrate

import (
	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/solve"
)

// mixedSystem holds, for one sweep, what the linear system of the mixed model's
// mean needs of some rows: for each row q with features G_q = Φ_q·C the factor of
// its marginal covariance K_q = G_q·G_qᵀ + noise·I. A point v of the system is
// given as one value per item, Φ·β + d, and W in whitened coordinates, (d+1)×p.
type mixedSystem struct {
	rows    []residualRow
	x, xT   f32.Mat // (1, x_q), rows×(d+1), and its transpose
	items   int
	p       int
	g       []f32.Mat   // G_q, n_q×p
	factor  []f32.Mat   // Cholesky factor of K_q
	inverse [][]float32 // diagonal of K_q⁻¹
}

// newMixedSystem takes root = C.
func newMixedSystem(rows []residualRow, x f32.Mat, phi designMatrix, root f32.Mat, noise float64) *mixedSystem {
	n := len(rows)
	s := &mixedSystem{rows: rows, x: x, xT: f32.Transpose(x, cores.Threads()), items: phi.rows(), p: phi.cols(),
		g: make([]f32.Mat, n), factor: make([]f32.Mat, n), inverse: make([][]float32, n)}
	var packed f32.Panels
	packed.PackCols(root, cores.Threads())
	cores.Each(n, func(q int) {
		items := rows[q].items
		own := f32.NewMat(len(items), phi.cols())
		for j, it := range items {
			phi.set(own.Row(j), int(it))
		}
		s.g[q] = f32.NewMat(own.Rows, own.Cols)
		f32.Gemm(s.g[q], own, &packed, false, 1)
		s.factor[q], s.inverse[q] = factorWithNoise(s.g[q], float32(noise))
	})
	return s
}

// factorWithNoise returns the factor L of K = G·Gᵀ + noise·I and the diagonal of K⁻¹.
func factorWithNoise(g f32.Mat, noise float32) (l f32.Mat, diagonal []float32) {
	n := g.Rows
	solve.Regular(noise, 2, func(noise float32) bool {
		l = f32.NewMat(n, n)
		f32.Syrk(l, g, false, 1)
		for i := range n {
			l.Row(i)[i] += noise
		}
		_, ok := f32.Cholesky(l, 1)
		return ok
	})
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

// traces returns the number of entries and the trace of all K_q⁻¹.
func (s *mixedSystem) traces() []float64 {
	n, sum := 0, 0.0
	for _, d := range s.inverse {
		n += len(d)
		for _, v := range d {
			sum += float64(v)
		}
	}
	return []float64{float64(n), sum}
}

// normal returns Aᵀ·K⁻¹·A·v.
func (s *mixedSystem) normal(v []float32) []float32 { return s.adjoint(s.whiten(s.apply(v))) }

// gradient returns Aᵀ·K⁻¹·(r − A·v).
func (s *mixedSystem) gradient(v []float32) []float32 { return s.adjoint(s.whiten(s.residuals(v))) }

// variances returns |K⁻¹·(r − A·v)|² and, p×p, Σ_q z_q·z_qᵀ − G_qᵀ·K_q⁻¹·G_q for
// z_q = G_qᵀ·K_q⁻¹·(r_q − A_q·v).
func (s *mixedSystem) variances(v []float32) []float64 {
	pulls := s.whiten(s.residuals(v))
	z, p := double(s.project(pulls)), s.p
	sums := make([]float64, 1+p*p)
	for _, e := range pulls {
		sums[0] += float64(f32.SqNorm(e))
	}
	cov, gain := mat.NewDense(p, p, sums[1:]), s.gain()
	cov.Mul(z.T(), z)
	for i := range p {
		for j := range p {
			cov.Set(i, j, cov.At(i, j)-float64(gain.Row(max(i, j))[min(i, j)]))
		}
	}
	return sums
}

// apply returns the model's mean of every entry at v.
func (s *mixedSystem) apply(v []float32) [][]float32 {
	u := f32.NewMat(len(s.g), s.p)
	f32.Mul(u, s.x, f32.View(v[s.items:], s.x.Cols, s.p), cores.Threads())
	out := make([][]float32, len(s.g))
	cores.Each(len(s.g), func(q int) {
		y := make([]float32, s.g[q].Rows)
		f32.Gemv(y, s.g[q], u.Row(q))
		for j, it := range s.rows[q].items {
			y[j] += v[it]
		}
		out[q] = y
	})
	return out
}

// adjoint is the transpose of apply.
func (s *mixedSystem) adjoint(e [][]float32) []float32 {
	v := make([]float32, s.items+s.x.Cols*s.p)
	for q, row := range s.rows {
		for j, it := range row.items {
			v[it] += e[q][j]
		}
	}
	f32.Mul(f32.View(v[s.items:], s.x.Cols, s.p), s.xT, s.project(e), cores.Threads())
	return v
}

// project returns G_qᵀ·e_q, a row for each q.
func (s *mixedSystem) project(e [][]float32) f32.Mat {
	z := f32.NewMat(len(s.g), s.p)
	cores.Each(len(s.g), func(q int) { f32.GemvT(z.Row(q), s.g[q], e[q]) })
	return z
}

// whiten returns K_q⁻¹·e_q.
func (s *mixedSystem) whiten(e [][]float32) [][]float32 {
	out := make([][]float32, len(e))
	cores.Each(len(e), func(q int) {
		out[q] = append([]float32(nil), e[q]...)
		f32.SolveCholesky(s.factor[q], out[q])
	})
	return out
}

// residuals returns r − A·v.
func (s *mixedSystem) residuals(v []float32) [][]float32 {
	e := s.apply(v)
	for q := range e {
		for j, r := range s.rows[q].resid {
			e[q][j] = r - e[q][j]
		}
	}
	return e
}

// gainRows is how many rows gain works on at a time.
const gainRows = 64

// gain returns the lower triangle of Σ_q G_qᵀ·K_q⁻¹·G_q.
func (s *mixedSystem) gain() f32.Mat {
	p := s.p
	total, half := f32.NewMat(p, p), make([]f32.Mat, gainRows) // of each row (L⁻¹·G_q)ᵀ
	for lo := 0; lo < len(s.g); lo += gainRows {
		n := min(gainRows, len(s.g)-lo)
		cores.Each(n, func(i int) {
			g := s.g[lo+i]
			h := f32.NewMat(g.Rows, p)
			copy(h.Data, g.Data)
			f32.SolveLowerMany(s.factor[lo+i], h, 1)
			half[i] = f32.Transpose(h, 1)
		})
		for _, h := range half[:n] {
			f32.Syrk(total, h, true, cores.Threads())
		}
	}
	return total
}
