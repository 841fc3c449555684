package calibrate

import (
	"context"
	"math"

	"axn/workbench/internal/ablate"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/solve"
)

const (
	deviatingFeatures = 5     // leading features an item may deviate in from what its vector says
	deviationSpread   = 0.003 // prior variance of a deviation
	deviationRows     = 64    // rows worked on at a time
)

// deviations looks at all observed entries once more, knowing every query's place
// among the features: what is left is each item's own. It gives the free biases,
// the deviations of the leading features (ridge regression, item by item) and, of
// dense rows, one feature each: their residuals, divided by the root of how many
// there are, so that their inner products are the residuals' covariance. It
// finishes the prior's mean and returns the dense rows.
func (c *fit) deviations(ctx context.Context) ([]RowOutput, error) {
	sums, err := c.ask(ctx, stageDeviations, nil)
	if err != nil {
		return nil, err
	}
	e := c.step.Effects
	c.out.Evidence = f32.View(sums.Vector, c.in.Items.Rows, evidenceCols(deviatingIn(e.Root.Cols)))
	own := c.ownBiases(ctx)
	c.step.Own = own
	c.out.Bias = make([]float32, c.in.Items.Rows)
	for i := range c.out.Bias {
		c.out.Bias[i] = e.Bias[i] + own.Row(i)[0]
	}
	c.out.Map = c.queryMap(e.Place)
	return sums.Rows, nil
}

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

// deviatingIn is how many of p features items deviate in.
func deviatingIn(p int) int { return min(deviatingFeatures, p) }

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

// ownBiases solves for each item's free bias and deviations, |I|×(k+1).
func (c *fit) ownBiases(ctx context.Context) f32.Mat {
	own := f32.NewMat(c.in.Items.Rows, 1+deviatingIn(c.step.Effects.Root.Cols))
	solve := solveOwn
	if ablate.Off(ctx, ablate.Deviations) {
		solve = solveBias
	}
	cores.Each(own.Rows, func(i int) { solve(own.Row(i), c.out.Evidence.Row(i), c.step.Effects.Noise, c.step.Effects.Spread) })
	return own
}

// queryMap folds the scale of query vectors into place.
func (c *fit) queryMap(place f32.Mat) f32.Mat {
	m := f32.NewMat(place.Rows, place.Cols)
	for j := range m.Rows {
		scale := c.scale
		if j == 0 {
			scale = 1
		}
		f32.Axpy(scale, place.Row(j), m.Row(j))
	}
	return m
}

// join sets the deviating features and the dense rows' residuals side by side, in
// the fitted features' own place if there are no dense rows.
func (c *fit) join(dense []RowOutput) f32.Mat {
	e, own := c.step.Effects, c.step.Own
	all := c.features(e)
	c.made = f32.Mat{}
	features := all
	if len(dense) > 0 {
		features = f32.NewMat(all.Rows, all.Cols+len(dense))
	}
	scale := float32(1 / math.Sqrt(float64(max(len(dense), 1))))
	cores.Each(features.Rows, func(i int) {
		row, dev := features.Row(i), own.Row(i)
		e.deviate(row[:all.Cols], all.Row(i), dev)
		for j, fit := range dense {
			row[all.Cols+j] = scale * (fit.Values[i] - dev[0] - f32.Dot(dev[1:], fit.Head))
		}
	})
	return features
}
