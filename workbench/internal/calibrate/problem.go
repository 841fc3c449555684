// Package calibrate is the fit of Calibrated: a curve from the dual encoder's score, a linear
// mixed model of what the curve leaves, and what each item does beyond both. What it asks of
// the observed rows is a few sums, so that they may lie elsewhere.
//
// fit.go has the steps in their order. Those that ask rows are relevance.go, mixed.go and
// deviations.go; steps.go is what is asked and who is asked, own.go what a part of the rows knows of
// items; rows.go, mixedsystem.go and evidence.go are what a row answers. Below lie nouns: Problem,
// bins, the design matrix, the map of views, effects. No file calls one above it.
package calibrate

import (
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
)

// Problem is what a fit is made from.
type Problem struct {
	Queries, Items f32.Mat   // the dual encoder's vectors, |Q|×d and |I|×d
	Views          []f32.Mat // further features of the items, |I| rows each
	Alone          bool      // the last of Views is the score of each item beside an empty query
	Signals        []Signal  // further cheap scores of query and item
	Rows           []Row
}

// Row holds the observed entries of one query, a row of Queries.
type Row struct {
	Query  int
	Items  []int32 // rising; nil when the row is dense: every item in order
	Values []float32
}

func (r *Row) dense() bool { return r.Items == nil }

// item returns the item of entry j.
func (r *Row) item(j int) int {
	if r.Items == nil {
		return j
	}
	return int(r.Items[j])
}

// entries is the number of entries observed.
func (p *Problem) entries() int {
	n := 0
	for i := range p.Rows {
		n += len(p.Rows[i].Values)
	}
	return n
}

// trainVectors returns the vectors of the rows' queries.
func (p *Problem) trainVectors() f32.Mat {
	x := f32.NewMat(len(p.Rows), p.Queries.Cols)
	for r := range p.Rows {
		copy(x.Row(r), p.Queries.Row(p.Rows[r].Query))
	}
	return x
}

// Fitted is a fit: with F₀ the first columns of Features, as many as Map has, the expected
// warped score of query q and item i is
//
//	m(q, i) = Curve(x_q·v_i) + Bias_i + (1, x_q)·Map·F₀_iᵀ
//
// and what it leaves open is Features·u for some u, of unit covariance, and noise. Without a
// Curve, as where too little was observed, it is the normal quantile of the item's rank in the
// dual encoder's list. Signals add their NormalScores, times a coefficient of each query's own.
type Fitted struct {
	Features            f32.Mat     // F, |I|×p
	Bias                []float32   // |I|, what an item scores above the curve
	Map                 f32.Mat     // (d+1)×p₀
	Warp, Curve, Spread curve.Knots // of scores; of the dual encoder's score; of the deviation by it
	Noise, Slope        float64     // variance of a warped score; deviation of a query's own slope
	Signals             []Weight

	Items    *ItemMap // for items to come
	Evidence f32.Mat  // |I| rows: what observed entries say of each item's own; no columns without a Curve
}
