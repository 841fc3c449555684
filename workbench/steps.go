package workbench

import (
	"fmt"
	"slices"
	"sync"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
)

// A FitStage is what a step of the Calibrated fit asks of every observed row.
type FitStage string

// The stages, in order; a sweep repeats factor to variances.
const (
	stageScores     FitStage = "scores"     // the drawn entries' bins and scores, row by row
	stageCurve      FitStage = "curve"      // bin sums of warped scores; entries by item
	stageViews      FitStage = "views"      // how residuals go along with each view's directions
	stageFactor     FitStage = "factor"     // entries, and the trace of all K_q⁻¹
	stageGradient   FitStage = "gradient"   // Aᵀ·K⁻¹·(r − A·v)
	stageNormal     FitStage = "normal"     // Aᵀ·K⁻¹·A·v
	stageVariances  FitStage = "variances"  // |K⁻¹(r − A·v)|², and Σ z_q·z_qᵀ less the gain
	stageDeviations FitStage = "deviations" // normal equations by item; what dense rows leave
	stageSpread     FitStage = "spread"     // bin sums of squared rests
)

// FitStep is one pass over the observed rows in a Calibrated fit: a stage, and all
// that the fit has learnt so far. It holds plain values, so that it can be sent to
// where the rows are.
type FitStep struct {
	Stage       FitStage
	Edges       []float64 // of the bins
	Warp, Curve curve.Knots
	Views       *FitViews // nil without views
	Sweep       int       // counts the mixed model's variances
	Root        f32.Mat   // p×p: C with C·Cᵀ = Σ
	Noise       float64
	Vector      []float32 // v: the point of the linear system a stage is asked about
	Effects     *FitEffects
	Own         f32.Mat // |I|×(k+1): free biases and deviations
}

// FitSums is what a step gives: a sum over rows and, where a stage says so, what
// single rows have to say.
type FitSums struct {
	Sums   []float64
	Vector []float32
	Rows   []FitRow
}

// FitRow is what one row says by itself.
type FitRow struct {
	Row          int // of Scores.Rows
	Head, Values []float32
}

// Add adds what other rows gave in the same step; it takes o's slices over where
// s has none.
func (s *FitSums) Add(o *FitSums) {
	if s.Sums == nil {
		s.Sums = o.Sums
	} else {
		for i, v := range o.Sums {
			s.Sums[i] += v
		}
	}
	if s.Vector == nil {
		s.Vector = o.Vector
	} else {
		f32.Axpy(1, o.Vector, s.Vector)
	}
	s.Rows = append(s.Rows, o.Rows...)
}

// FitRows does the steps of a Calibrated fit for observed rows. What a step needs
// beside the step itself it makes from the data set and the scores, and keeps for
// the next: a fresh FitRows answers any step the same, and one serves one fit.
// Goroutines may share it.
type FitRows struct {
	c     *calibration
	mu    sync.Mutex
	drawn []residualRow
	parts map[[2]int]*fitPart
}

// NewFitRows is for the rows of a problem.
func NewFitRows(in *problem) *FitRows { return newFitRows(newCalibration(in)) }

func newFitRows(c *calibration) *FitRows {
	return &FitRows{c: c, parts: map[[2]int]*fitPart{}}
}

// fitPart is a range of rows.
type fitPart struct {
	mu     sync.Mutex
	c      *calibration
	lo     int
	rows   []residualRow
	x      f32.Mat // of the rows
	fitted bool    // whether the rows' residuals are set
	sweep  int
	system *mixedSystem
}

// Sum does a step for the rows lo to hi-1 of the scores.
func (f *FitRows) Sum(s *FitStep, lo, hi int) (*FitSums, error) {
	if lo < 0 || hi < lo || hi > len(f.c.in.Rows) {
		return nil, fmt.Errorf("rows %d to %d of %d", lo, hi, len(f.c.in.Rows))
	}
	p, features := f.part(s, lo, hi)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch s.Stage {
	case stageScores:
		return p.scores(s), nil
	case stageCurve:
		return p.curve(s), nil
	case stageViews:
		return p.views(s), nil
	case stageFactor, stageGradient, stageNormal, stageVariances:
		return p.mixed(s), nil
	case stageDeviations:
		return p.deviations(s, features), nil
	case stageSpread:
		return p.spread(s, features), nil
	}
	return nil, fmt.Errorf("no stage %q", s.Stage)
}

// part returns a range's part and, once there are any, the fitted features, which
// all parts share.
func (f *FitRows) part(s *FitStep, lo, hi int) (p *fitPart, features f32.Mat) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.drawn == nil {
		f.drawn = drawEntries(f.c.in)
	}
	p = f.parts[[2]int{lo, hi}]
	if p == nil {
		cols := f.c.x.Cols
		p = &fitPart{c: f.c, lo: lo, rows: f.drawn[lo:hi], x: f32.View(f.c.x.Data[lo*cols:hi*cols], hi-lo, cols)}
		cores.Each(hi-lo, func(r int) { p.rows[r].similarities(f.c, lo+r) })
		f.parts[[2]int{lo, hi}] = p
	}
	if s.Views != nil {
		f.c.setViews(s.Views)
	}
	if s.Effects != nil {
		features = f.c.features(s.Effects)
	}
	return p, features
}

// similarities sets the dual encoder's scores of row r's entries.
func (row *residualRow) similarities(c *calibration, r int) {
	x := c.in.Queries.Row(c.in.Rows[r].Query)
	row.sims = make([]float32, len(row.items))
	for j, it := range row.items {
		row.sims[j] = f32.Dot(x, c.in.Items.Row(int(it)))
	}
}

// scores returns each row's drawn scores (Values) and the bins they are in (Head).
func (p *fitPart) scores(s *FitStep) *FitSums {
	b, sums := &bins{edges: s.Edges}, &FitSums{}
	for r, row := range p.rows {
		places := make([]float32, len(row.sims))
		for j, sim := range row.sims {
			places[j] = float32(b.of(float64(sim)))
		}
		sums.Rows = append(sums.Rows, FitRow{Row: p.lo + r, Head: places, Values: row.scores})
	}
	return sums
}

func (p *fitPart) curve(s *FitStep) *FitSums {
	b, counts := newBinSums(s.Edges), make([]float32, p.c.phi.rows())
	for _, row := range p.rows {
		for j, it := range row.items {
			b.add(float64(row.sims[j]), s.Warp.At(float64(row.scores[j])))
			counts[it]++
		}
	}
	return &FitSums{Sums: b.sums, Vector: counts}
}

// fit sets the residuals that warp and curve leave.
func (p *fitPart) fit(s *FitStep) {
	if p.fitted {
		return
	}
	p.fitted = true
	cores.Each(len(p.rows), func(r int) {
		row := &p.rows[r]
		row.resid = make([]float32, len(row.items))
		for j, y := range row.scores {
			row.resid[j] = float32(s.Warp.At(float64(y)) - s.Curve.At(float64(row.sims[j])))
		}
	})
}

// mixed does a step of the mixed model.
func (p *fitPart) mixed(s *FitStep) *FitSums {
	p.fit(s)
	if p.system == nil || p.sweep != s.Sweep {
		p.sweep, p.system = s.Sweep, newMixedSystem(p.rows, p.x, p.c.phi, s.Root, s.Noise)
	}
	switch s.Stage {
	case stageGradient:
		return &FitSums{Vector: p.system.gradient(s.Vector)}
	case stageNormal:
		return &FitSums{Vector: p.system.normal(s.Vector)}
	case stageVariances:
		return &FitSums{Sums: p.system.variances(s.Vector)}
	}
	return &FitSums{Sums: p.system.traces()}
}

// spread gives bin sums of how far warped scores lie from the prior mean.
func (p *fitPart) spread(s *FitStep, features f32.Mat) *FitSums {
	p.fit(s)
	p.system = nil
	place, own, squares := p.c.queryMap(s.Effects.Place), s.Own, make([][]float32, len(p.rows))
	cores.Each(len(p.rows), func(r int) {
		row, at, f := &p.rows[r], make([]float32, place.Cols), make([]float32, place.Cols)
		f32.GemvT(at, place, append([]float32{1}, p.c.in.Queries.Row(p.c.in.Rows[p.lo+r].Query)...))
		squares[r] = slices.Clone(row.resid)
		for j, it := range row.items {
			s.Effects.deviate(f, features.Row(int(it)), own.Row(int(it)))
			rest := row.resid[j] - (s.Effects.Bias[it] + own.Row(int(it))[0]) - f32.Dot(at, f)
			squares[r][j] = rest * rest
		}
	})
	b := newBinSums(s.Edges)
	for r, row := range p.rows {
		for j, sim := range row.sims {
			b.add(float64(sim), float64(squares[r][j]))
		}
	}
	return &FitSums{Sums: b.sums}
}
