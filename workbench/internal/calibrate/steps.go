package calibrate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
)

// A Stage is what a step of the Calibrated fit asks of every observed row.
type Stage string

// The stages, in order; a sweep repeats factor to variances.
const (
	stageScores     Stage = "scores"     // the drawn entries' bins and scores, row by row
	stageCurve      Stage = "curve"      // bin sums of warped scores; entries by item
	stageViews      Stage = "views"      // how residuals go along with each view's directions
	stageFactor     Stage = "factor"     // entries, and the trace of all K_q⁻¹
	stageGradient   Stage = "gradient"   // Aᵀ·K⁻¹·(r − A·v)
	stageNormal     Stage = "normal"     // Aᵀ·K⁻¹·A·v
	stageVariances  Stage = "variances"  // |K⁻¹(r − A·v)|², and Σ z_q·z_qᵀ less the gain
	stageDeviations Stage = "deviations" // normal equations by item; what dense rows leave
	stageSpread     Stage = "spread"     // bin sums of squared rests
	stageSignals    Stage = "signals"    // how rests go along with each signal
)

// Step is one pass over the observed rows in a Calibrated fit: a stage, and all
// that the fit has learnt so far. It holds plain values, so that it can be sent to
// where the rows are.
type Step struct {
	Stage       Stage
	Items       int       // |I|
	Scale       float32   // of item vectors in Φ, and
	QueryScale  float32   // of query vectors beside it
	Edges       []float64 // of the bins
	Warp, Curve curve.Knots
	Views       *ViewMap // nil without views
	Sweep       int      // counts the mixed model's variances
	Root        f32.Mat  // p×p: C with C·Cᵀ = Σ
	Noise       float64
	Vector      []float32 // v: the point of the linear system a stage is asked about
	Effects     *Effects
	Own         f32.Mat // |I|×(k+1): free biases and deviations
}

// Sums is the result of a step: sums over rows and, for the stages scores and deviations,
// one RowOutput per row.
type Sums struct {
	Sums   []float64
	Items  []int32 // rising, those that Vector begins with, Each values an item; nil is all
	Each   int
	Vector []float32
	Rows   []RowOutput
}

// RowOutput is one row's own output.
type RowOutput struct {
	Row          int // of Scores.Rows
	Head, Values []float32
}

// Add adds what other rows gave in the same step; it takes o's slices over where
// s has none.
func (s *Sums) Add(o *Sums) {
	if s.Sums == nil {
		s.Sums = o.Sums
	} else {
		for i, v := range o.Sums {
			s.Sums[i] += v
		}
	}
	s.addVector(o)
	s.Rows = append(s.Rows, o.Rows...)
}

// Worker does the steps of a fit for observed rows. It derives the rest of its state from the
// problem on first use and caches it, so that a fresh Worker answers any step the same. One
// serves one fit. Goroutines may share it.
type Worker struct {
	c     *fit
	first int     // the number of its first row
	items []int32 // those that its problem has, rising; nil is all
	mu    sync.Mutex
	drawn []residualRow
	parts map[[2]int]*part
}

func newWorker(c *fit) *Worker {
	return &Worker{c: c, parts: map[[2]int]*part{}}
}

// part is a range of rows.
type part struct {
	mu     sync.Mutex
	c      *fit
	lo     int
	rows   []residualRow
	x      f32.Mat // of the rows
	fitted bool    // whether the rows' residuals are set
	sweep  int
	system *mixedSystem
}

// Sum does a step for the rows lo to hi-1 of the scores.
func (f *Worker) Sum(s *Step, lo, hi int) (*Sums, error) {
	if lo < f.first || hi < lo || hi > f.first+len(f.c.in.Rows) {
		return nil, fmt.Errorf("rows %d to %d of %d to %d", lo, hi, f.first, f.first+len(f.c.in.Rows))
	}
	s = f.own(s)
	p, features := f.part(s, lo-f.first, hi-f.first)
	p.mu.Lock()
	defer p.mu.Unlock()
	sums, err := p.sum(s, features)
	if err != nil {
		return nil, err
	}
	for i := range sums.Rows {
		sums.Rows[i].Row += f.first
	}
	if sums.Vector != nil && f.items != nil {
		if sums.Items, sums.Each = f.items, 1; s.Stage == stageDeviations {
			sums.Each = len(sums.Vector) / max(len(f.items), 1)
		}
		if len(f.items) == 0 { // as nil it would be all
			sums.Vector = nil
		}
	}
	return sums, nil
}

// sum does a step.
func (p *part) sum(s *Step, features f32.Mat) (*Sums, error) {
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
	case stageSignals:
		return p.signals(s, features)
	}
	return nil, fmt.Errorf("no stage %q", s.Stage)
}

// part returns a range's part and, once there are any, the fitted features, which
// all parts share.
func (f *Worker) part(s *Step, lo, hi int) (p *part, features f32.Mat) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.c.setScales(s)
	if f.drawn == nil {
		f.drawn = drawEntries(f.c.in)
	}
	p = f.parts[[2]int{lo, hi}]
	if p == nil {
		cols := f.c.x.Cols
		p = &part{c: f.c, lo: lo, rows: f.drawn[lo:hi], x: f32.View(f.c.x.Data[lo*cols:hi*cols], hi-lo, cols)}
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

// mixed does a step of the mixed model.
func (p *part) mixed(s *Step) *Sums {
	p.fit(s)
	if p.system == nil || p.sweep != s.Sweep {
		p.sweep, p.system = s.Sweep, newMixedSystem(p.rows, p.x, p.c.phi, s.Root, s.Noise)
	}
	switch s.Stage {
	case stageGradient:
		return &Sums{Vector: p.system.gradient(s.Vector)}
	case stageNormal:
		return &Sums{Vector: p.system.normal(s.Vector)}
	case stageVariances:
		return &Sums{Sums: p.system.variances(s.Vector)}
	}
	return &Sums{Sums: p.system.traces()}
}

// ask has all rows do a stage, knowing what is known so far.
func (c *fit) ask(ctx context.Context, stage Stage, v []float32) (*Sums, error) {
	c.step.Stage, c.step.Vector = stage, v
	sums, err := c.sum(ctx, &c.step)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", stage, err)
	}
	sums.ofAll(c.in.Items.Rows)
	slices.SortFunc(sums.Rows, func(a, b RowOutput) int { return cmp.Compare(a.Row, b.Row) })
	return sums, nil
}
