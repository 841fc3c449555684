package calibrate

import (
	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/solve"
)

// evidenceCols is the length of an item's evidence: what observed entries say of its free
// bias and its deviations in k features, as the normal equations of a ridge regression. First
// comes the lower triangle of their matrix, row by row, then the right side. Evidence adds up
// over entries.
func evidenceCols(k int) int { return (k + 1) * (k + 4) / 2 }

// EvidenceCols is that of a fit of p features before dense rows.
func EvidenceCols(p int) int { return evidenceCols(deviatingIn(p)) }

// deviates is how many features an item with evidence of that length deviates in.
func deviates(cols int) int {
	k := 0
	for evidenceCols(k) < cols {
		k++
	}
	return k
}

// addTo adds entry j of a row to its item's evidence: the query's place is u with the
// covariance of the row's system.
func (fit rowFit) addTo(evidence []float32, j int) {
	k := fit.s.cov.Rows
	one := append([]float32{1}, fit.u[:k]...)
	target := evidence[len(evidence)-k-1:]
	at := 0
	for a, ua := range one {
		target[a] += fit.rest[j] * ua
		for b, ub := range one[:a+1] {
			evidence[at] += ua * ub
			if b > 0 {
				evidence[at] += fit.s.cov.Row(a - 1)[b-1]
			}
			at++
		}
		if a > 0 {
			target[a] -= fit.s.back.Row(j)[a-1]
		}
	}
}

// solveOwn sets own, of length k+1, to an item's free bias and deviations: the ridge
// regression of its evidence, where noise and spread are the variances of an entry and of a
// free bias.
func solveOwn(own, evidence []float32, noise, spread float64) {
	gram, at := f32.NewMat(len(own), len(own)), 0
	for a := range own {
		at += copy(gram.Row(a)[:a+1], evidence[at:])
		gram.Row(a)[a] += float32(noise) / deviationSpread
	}
	gram.Row(0)[0] = evidence[0] + float32(noise)/float32(spread)
	copy(own, evidence[at:])
	f32.Cholesky(gram, 1)
	f32.SolveCholesky(gram, own)
}

// solveBias is solveOwn for an item without deviations.
func solveBias(own, evidence []float32, noise, spread float64) {
	own[0] = evidence[len(evidence)-len(own)] / (evidence[0] + float32(noise)/float32(spread))
}

// deviatingIn is how many of p features items deviate in.
func deviatingIn(p int) int { return min(deviatingFeatures, p) }

// deviationSums are the deviations' normal equations for some rows.
type deviationSums struct {
	c        *fit
	s        *Step
	e        *Effects
	features f32.Mat // |I|×p
	mean     f32.Mat // rows×p, where each query is expected
	k        int
	whole    *rowSystem // of a dense row: the same for all
	evidence f32.Mat    // |I| rows, see evidenceCols
	dense    []RowOutput
}

// deviations sums the rows' normal equations, and gives each dense row's leading
// place (Head) and rest (Values).
func (p *part) deviations(s *Step, features f32.Mat) *Sums {
	p.system = nil
	k := deviatingIn(features.Cols)
	v := &deviationSums{c: p.c, s: s, e: s.Effects, features: features, k: k, mean: f32.NewMat(p.x.Rows, features.Cols)}
	v.evidence = f32.NewMat(features.Rows, evidenceCols(k))
	f32.Mul(v.mean, p.x, s.Effects.Place, cores.Threads())
	for lo := 0; lo < len(p.rows); lo += deviationRows {
		v.addRows(p.lo, lo, min(lo+deviationRows, len(p.rows)))
	}
	return &Sums{Vector: v.evidence.Data, Rows: v.dense}
}

// rowSystem is a row's features and the posterior covariance of its query's place,
// (fᵀ·f/s² + I)⁻¹, solved in the smaller dimension: with t = (f·fᵀ + s²·I)⁻¹·f it is
// I − fᵀ·t, and f times it is s²·t.
type rowSystem struct {
	f      f32.Mat // n×p
	factor f32.Mat // of f·fᵀ + s²·I where n ≤ p, of fᵀ·f + s²·I elsewhere
	cov    f32.Mat // k×k: the covariance's leading part
	back   f32.Mat // n×k: f times its leading columns
}

// newRowSystem is for noise of variance s2 and the leading k features.
func newRowSystem(f f32.Mat, k int, s2 float32) *rowSystem {
	s := &rowSystem{f: f, cov: f32.NewMat(k, k), back: f32.NewMat(f.Rows, k)}
	if f.Rows <= f.Cols {
		s.dual(s2)
	} else {
		s.primal(s2)
	}
	return s
}

func (s *rowSystem) dual(s2 float32) {
	s.factor = solve.RidgeOfRows(s.f, s2)
	n, k := s.back.Rows, s.back.Cols
	t := make([]float32, n)
	for j := range k {
		for i := range n {
			t[i] = s.f.Row(i)[j]
		}
		f32.SolveCholesky(s.factor, t)
		f32.GemvT(s.cov.Row(j), s.f.Sub(0, 0, n, k), t)
		f32.Scale(-1, s.cov.Row(j))
		s.cov.Row(j)[j]++
		for i, v := range t {
			s.back.Row(i)[j] = s2 * v
		}
	}
}

func (s *rowSystem) primal(s2 float32) {
	s.factor = solve.RidgeOfRows(f32.Transpose(s.f, 1), s2)
	lead := f32.NewMat(s.cov.Rows, s.f.Cols) // s²·(fᵀf + s²I)⁻¹, first k rows
	for j := range lead.Rows {
		lead.Row(j)[j] = s2
		f32.SolveCholesky(s.factor, lead.Row(j))
		copy(s.cov.Row(j), lead.Row(j))
	}
	f32.MulT(s.back, s.f, lead, 1)
}

// place sets u to (fᵀ·f + s²·I)⁻¹·fᵀ·e; e is changed.
func (s *rowSystem) place(u, e []float32) {
	if s.f.Rows <= s.f.Cols {
		f32.SolveCholesky(s.factor, e)
		f32.GemvT(u, s.f, e)
		return
	}
	f32.GemvT(u, s.f, e)
	f32.SolveCholesky(s.factor, u)
}

// rowFit is what a row says: the query's place, and what is left of its entries
// beside the linear bias.
type rowFit struct {
	u, rest []float32
	s       *rowSystem
}

// fit fits the query whose expected place is mean.
func (v *deviationSums) fit(mean []float32, row *Row) rowFit {
	s := v.whole
	if !row.dense() {
		f := f32.NewMat(len(row.Values), v.features.Cols)
		for j, it := range row.Items {
			copy(f.Row(j), v.features.Row(int(it)))
		}
		s = newRowSystem(f, v.k, float32(v.e.Noise))
	}
	h := v.residuals(row)
	for j := range h {
		h[j] -= v.e.Bias[row.item(j)]
	}
	e, fu := make([]float32, len(h)), make([]float32, len(h))
	f32.Gemv(fu, s.f, mean)
	for j := range e {
		e[j] = h[j] - v.e.Free[row.item(j)] - fu[j]
	}
	u := make([]float32, s.f.Cols)
	s.place(u, e)
	f32.Axpy(1, mean, u)
	f32.Gemv(fu, s.f, u)
	f32.Axpy(-1, fu, h)
	return rowFit{u, h, s}
}

// residuals returns what the curve leaves of a row's warped scores.
func (v *deviationSums) residuals(row *Row) []float32 {
	in := v.c.in
	x := in.Queries.Row(row.Query)
	sims := make([]float32, len(row.Values))
	if row.dense() {
		f32.Gemv(sims, in.Items, x)
	}
	for j, y := range row.Values {
		if !row.dense() {
			sims[j] = f32.Dot(x, in.Items.Row(row.item(j)))
		}
		sims[j] = float32(v.s.Warp.At(float64(y)) - v.s.Curve.At(float64(sims[j])))
	}
	return sims
}

// addRows fits the rows lo to hi-1 of a part side by side and adds them up in
// order; the part begins at row first.
func (v *deviationSums) addRows(first, lo, hi int) {
	rows := v.c.in.Rows[first+lo : first+hi]
	for i := range rows {
		if rows[i].dense() && v.whole == nil {
			v.whole = newRowSystem(v.features, v.k, float32(v.e.Noise))
		}
	}
	fits := make([]rowFit, len(rows))
	cores.Each(len(rows), func(i int) { fits[i] = v.fit(v.mean.Row(lo+i), &rows[i]) })
	cores.Each(cores.Threads(), func(t int) { // each its own items
		from, to := v.c.in.Items.Rows*t/cores.Threads(), v.c.in.Items.Rows*(t+1)/cores.Threads()
		for i := range rows {
			v.add(&rows[i], fits[i], from, to)
		}
	})
	for i := range rows {
		if rows[i].dense() {
			v.dense = append(v.dense, RowOutput{first + lo + i, fits[i].u[:v.k], fits[i].rest})
		}
	}
}

// add adds a row's entries for items from … to-1 to their evidence.
func (v *deviationSums) add(row *Row, fit rowFit, from, to int) {
	for j := range fit.rest {
		if it := row.item(j); it >= from && it < to {
			fit.addTo(v.evidence.Row(it), j)
		}
	}
}
