package workbench

import (
	"math"

	"axn/workbench/internal/f32"
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
// there are, so that their inner products are the residuals' covariance.
type deviations struct {
	c      *calibration
	e      *effects
	mean   f32.Mat // rows×p, where each query is expected
	k      int
	whole  *rowSystem // of a dense row: the same for all
	gram   []float32  // |I|×(k+1)×(k+1)
	target f32.Mat    // |I|×(k+1)
	dense  []rowFit
}

// deviations finishes the prior and returns the features, |I|×(p + dense rows).
func (c *calibration) deviations(e *effects) *Matrix {
	k := min(deviatingFeatures, e.features.Cols)
	v := &deviations{c: c, e: e, k: k, mean: f32.NewMat(c.x.Rows, e.place.Cols),
		gram: make([]float32, len(c.d.Items)*(k+1)*(k+1)), target: f32.NewMat(len(c.d.Items), k+1)}
	f32.Mul(v.mean, c.x, e.place, threads())
	for lo := 0; lo < len(c.g.Rows); lo += deviationRows {
		rows := c.g.Rows[lo:min(lo+deviationRows, len(c.g.Rows))]
		v.addRows(lo, rows)
	}
	own := v.solve()
	c.prior.Bias = NewMatrix(len(c.d.Items), 1)
	for i := range c.d.Items {
		c.prior.Bias.Data[i] = e.bias[i] + own.Row(i)[0]
	}
	c.prior.Map = v.queryMap()
	return v.join(own)
}

// rowSystem is a row's features and the posterior covariance of its query's place.
type rowSystem struct {
	f      f32.Mat // n×p
	factor f32.Mat // of fᵀ·f + s²·I
	cov    f32.Mat // k×k: the covariance's leading part
	back   f32.Mat // n×k: f times its leading columns
}

func (v *deviations) system(f f32.Mat) *rowSystem {
	p, s2 := f.Cols, float32(v.e.noise)
	s := &rowSystem{f: f, factor: f32.NewMat(p, p), cov: f32.NewMat(v.k, v.k), back: f32.NewMat(f.Rows, v.k)}
	f32.Syrk(s.factor, f32.Transpose(f, 1), false, 1)
	for i := range p {
		s.factor.Row(i)[i] += s2
	}
	f32.Cholesky(s.factor, 1)
	lead := f32.NewMat(v.k, p) // s²·(fᵀf + s²I)⁻¹, first k rows
	for j := range v.k {
		lead.Row(j)[j] = s2
		f32.SolveCholesky(s.factor, lead.Row(j))
		copy(s.cov.Row(j), lead.Row(j))
	}
	f32.MulT(s.back, f, lead, 1)
	return s
}

// rowFit is what a row says: the query's place, and what is left of its entries
// beside the linear bias.
type rowFit struct {
	u, rest []float32
	s       *rowSystem
}

func (v *deviations) fit(r int, row *ScoreRow) rowFit {
	s := v.whole
	if !row.Dense() {
		f := f32.NewMat(row.Len(), v.e.features.Cols)
		for j, it := range row.Items {
			copy(f.Row(j), v.e.features.Row(int(it)))
		}
		s = v.system(f)
	}
	h := v.c.residuals(row)
	for j := range h {
		h[j] -= v.e.bias[row.Item(j)]
	}
	e, fu := make([]float32, len(h)), make([]float32, len(h))
	f32.Gemv(fu, s.f, v.mean.Row(r))
	for j := range e {
		e[j] = h[j] - v.e.free[row.Item(j)] - fu[j]
	}
	u := make([]float32, s.f.Cols)
	f32.GemvT(u, s.f, e)
	f32.SolveCholesky(s.factor, u)
	f32.Axpy(1, v.mean.Row(r), u)
	f32.Gemv(fu, s.f, u)
	f32.Axpy(-1, fu, h)
	return rowFit{u, h, s}
}

// residuals returns what the curve leaves of a row's warped scores.
func (c *calibration) residuals(row *ScoreRow) []float32 {
	x := c.d.DE.Queries.Row(row.Query)
	sims := make([]float32, row.Len())
	if row.Dense() {
		c.d.DE.similarities(sims, x)
	}
	for j, y := range row.Values {
		if !row.Dense() {
			sims[j] = f32.Dot(x, c.d.DE.Items.Row(row.Item(j)))
		}
		sims[j] = float32(c.prior.Warp.At(float64(y)) - c.prior.Curve.At(float64(sims[j])))
	}
	return sims
}

// addRows fits rows side by side and adds them up in order.
func (v *deviations) addRows(lo int, rows []ScoreRow) {
	for i := range rows {
		if rows[i].Dense() && v.whole == nil {
			v.whole = v.system(v.e.features)
		}
	}
	fits := make([]rowFit, len(rows))
	parallel(len(rows), func(i int) { fits[i] = v.fit(lo+i, &rows[i]) })
	parallel(threads(), func(t int) { // each its own items
		from, to := len(v.c.d.Items)*t/threads(), len(v.c.d.Items)*(t+1)/threads()
		for i := range rows {
			v.add(&rows[i], fits[i], from, to)
		}
	})
	for i := range rows {
		if rows[i].Dense() {
			v.dense = append(v.dense, fits[i])
		}
	}
}

// add adds a row's entries for items from … to-1 to their normal equations.
func (v *deviations) add(row *ScoreRow, fit rowFit, from, to int) {
	k1 := v.k + 1
	one := append([]float32{1}, fit.u[:v.k]...)
	for j, rest := range fit.rest {
		it := row.Item(j)
		if it < from || it >= to {
			continue
		}
		gram, target, back := v.gram[it*k1*k1:][:k1*k1], v.target.Row(it), fit.s.back.Row(j)
		for a, ua := range one {
			target[a] += rest * ua
			for b, ub := range one[:a+1] {
				gram[a*k1+b] += ua * ub
				if b > 0 {
					gram[a*k1+b] += fit.s.cov.Row(a - 1)[b-1]
				}
			}
			if a > 0 {
				target[a] -= back[a-1]
			}
		}
	}
}

// solve returns each item's free bias and deviations, |I|×(k+1).
func (v *deviations) solve() f32.Mat {
	k1, s2 := v.k+1, float32(v.e.noise)
	parallel(len(v.c.d.Items), func(i int) {
		gram := f32.View(v.gram[i*k1*k1:], k1, k1)
		gram.Row(0)[0] += s2 / float32(v.e.spread)
		for a := 1; a < k1; a++ {
			gram.Row(a)[a] += s2 / deviationSpread
		}
		f32.Cholesky(gram, 1)
		f32.SolveCholesky(gram, v.target.Row(i))
	})
	return v.target
}

// queryMap folds the scale of query vectors into place.
func (v *deviations) queryMap() *Matrix {
	m := NewMatrix(v.e.place.Rows, v.e.place.Cols)
	for j := range m.Rows {
		scale := v.c.scale
		if j == 0 {
			scale = 1
		}
		f32.Axpy(scale, v.e.place.Row(j), m.Row(j))
	}
	return m
}

// join sets the deviating features and the dense rows' residuals side by side.
func (v *deviations) join(own f32.Mat) *Matrix {
	p := v.e.features.Cols
	features := NewMatrix(len(v.c.d.Items), p+len(v.dense))
	scale := float32(1 / math.Sqrt(float64(max(len(v.dense), 1))))
	parallel(features.Rows, func(i int) {
		row, dev := features.Row(i), own.Row(i)
		copy(row, v.e.features.Row(i))
		f32.Axpy(1, dev[1:], row[:v.k])
		for c, fit := range v.dense {
			row[p+c] = scale * (fit.rest[i] - dev[0] - f32.Dot(dev[1:], fit.u[:v.k]))
		}
	})
	return features
}
