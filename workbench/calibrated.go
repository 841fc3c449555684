package workbench

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"axn/workbench/internal/calibrate"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/shelf"
	"axn/workbench/internal/solve"
)

// fitCalibrated fits to all rows here.
func fitCalibrated(ctx context.Context, ix *Index, d *Dataset, g *Scores, _ FactorizeOptions) error {
	m := startProgress(ctx, "factorize", "steps", 0)
	defer m.end()
	f, err := calibrate.Fit(ctx, problemOf(d, g), func() { m.add(1) })
	if err != nil {
		return err
	}
	if err := ix.setFitted(d, f); err != nil {
		return err
	}
	ix.warnUnused(m, g)
	return nil
}

// warnUnused says so when calls were spent in vain.
func (ix *Index) warnUnused(m *meter, g *Scores) {
	if ix.unused() {
		m.warn("factorize", fmt.Sprintf("the index learns nothing of %d entries of %d train queries, because they are fewer than %d of %d, or all the same", g.Len(), len(g.Rows), calibrate.FewEntries, calibrate.FewRows))
	}
}

// unused tells whether calls were spent on scores of which the index has learnt nothing.
func (ix *Index) unused() bool { return ix.Calls > 0 && ix.Prior != nil && len(ix.Prior.Curve.X) == 0 }

// problemOf shows a data set and scores to the fit.
func problemOf(d *Dataset, g *Scores) *calibrate.Problem {
	in := &calibrate.Problem{Queries: d.DE.Queries.view(), Items: d.DE.Items.view(), Alone: d.Alone != nil}
	for _, v := range d.Views {
		in.Views = append(in.Views, v.Items.view())
	}
	if d.Alone != nil {
		in.Views = append(in.Views, d.Alone.view())
	}
	for _, s := range d.Signals {
		in.Signals = append(in.Signals, s.Scores.Initialize)
	}
	for i := range g.Rows {
		r := &g.Rows[i]
		in.Rows = append(in.Rows, calibrate.Row{Query: r.Query, Items: r.Items, Values: r.Values})
	}
	return in
}

// setFitted takes what a fit has learnt. A signal that is to be kept must be known by its name.
func (ix *Index) setFitted(d *Dataset, f *calibrate.Fitted) error {
	ix.Features = matrixOf(f.Features)
	ix.Prior = &Prior{Bias: &Matrix{Rows: len(f.Bias), Cols: 1, Data: f.Bias}, Map: matrixOf(f.Map),
		priorMeta: priorMeta{Warp: Curve(f.Warp), Curve: Curve(f.Curve), Spread: Curve(f.Spread), Noise: f.Noise, Slope: f.Slope}}
	named := map[string]int{}
	for _, s := range d.Signals {
		named[s.Name]++
	}
	for i, w := range f.Signals {
		if !w.Useful() {
			continue
		}
		s := d.Signals[i]
		if named[s.Name] > 1 {
			return fmt.Errorf("%d signals are named %q: an index knows them by their names", named[s.Name], s.Name)
		}
		ix.Signals = append(ix.Signals, s)
		ix.Prior.Signals = append(ix.Prior.Signals, SignalWeight{Name: s.Name, Mean: w.Mean, Deviation: w.Deviation})
	}
	ix.Prior.grown(f)
	return nil
}

// calibratedEstimate follows a query by the posterior over warped scores. Beside
// the index's features it has some of the query's own: its slope against the
// prior mean, Slope·(m − m̄), m̄ being the mean over the first round, and the signals.
type calibratedEstimate struct {
	*solve.Posterior
	query   int
	prior   *Prior
	curves  *curve.Pair // the prior's mean and spread by x_q·v
	vector  []float32   // x_q
	place   []float32   // (1, x_q)·Map
	signals [][]float32 // normal scores of all items, as many as the prior's
	extra   []float32   // of the signals together, as last asked for
	center  float32     // m̄
	means   []float32   // m_A
	scores  []float64   // a, not warped
}

func calibratedEstimates(ctx context.Context, ix *Index, items shelf.Shelf, queries []int, o SearchOptions) ([]estimate, error) {
	curves, err := ix.Prior.curves(ctx, items, queries, ix.DE.Queries.Select(queries))
	if err != nil {
		return nil, err
	}
	signals, err := ix.signals()
	if err != nil {
		return nil, err
	}
	n, p := items.Size()
	estimates, errs := make([]estimate, len(queries)), make([]error, len(queries))
	cores.Each(len(queries), func(i int) {
		x := ix.DE.Queries.Row(queries[i])
		e := &calibratedEstimate{query: queries[i], prior: ix.Prior, curves: curves[i], vector: x, place: ix.Prior.placeOf(x),
			Posterior: solve.NewPosterior(p+1+len(signals), min(o.Budget, n))}
		errs[i] = e.read(signals, queries[i], n)
		estimates[i] = e
	})
	return estimates, errors.Join(errs...)
}

// signals returns those that the prior names, in its order.
func (ix *Index) signals() ([]Signal, error) {
	var found []Signal
	for _, w := range ix.Prior.Signals {
		at := slices.IndexFunc(ix.Signals, func(s Signal) bool { return s.Name == w.Name })
		if at < 0 {
			return nil, fmt.Errorf("the index was made with the signal %q, which is not saved: set Index.Signals to the data set's", w.Name)
		}
		found = append(found, ix.Signals[at])
	}
	return found, nil
}

// read takes a query's signals over so many items.
func (e *calibratedEstimate) read(signals []Signal, query, items int) error {
	for _, s := range signals {
		z := make([]float32, items)
		err := s.Scores.Initialize(query, z)
		if err == nil {
			err = calibrate.NormalScores(z)
		}
		if err != nil {
			return fmt.Errorf("signal %s, query %d: %w", s.Name, query, err)
		}
		e.signals = append(e.signals, z)
	}
	return nil
}

// own is the number of the index's features, behind which the query's own are.
func (e *calibratedEstimate) own() int { return len(e.U) - 1 - len(e.signals) }

func (e *calibratedEstimate) probe(optimism float64) shelf.Probe {
	last := e.own()
	slope := 1 + float32(e.prior.Slope)*e.U[last]
	place := slices.Clone(e.U[:last])
	f32.Axpy(slope, e.place, place[:len(e.place)])
	p := shelf.Probe{Place: place, Vector: e.vector, Curve: e.curves.Sum(float64(slope), optimism), Slope: slope}
	for s, z := range e.signals {
		if s == 0 {
			e.extra = append(e.extra[:0], make([]float32, len(z))...)
			p.Extra = e.extra
		}
		w := e.prior.Signals[s]
		f32.Axpy(slope*float32(w.Mean)+float32(w.Deviation)*e.U[last+1+s], z, p.Extra)
	}
	return p
}

// meet does all that a fit takes but for the scores: it factors the system of the anchors.
func (e *calibratedEstimate) meet(ctx context.Context, items shelf.Shelf, chosen []int) error {
	rows := e.Next(len(chosen))
	known, err := items.Rows(ctx, &shelf.Probe{Query: e.query, Vector: e.vector}, chosen, rows.Sub(0, 0, rows.Rows, e.own()))
	if err != nil {
		return err
	}
	means, noise := e.expect(known, chosen), make([]float32, len(chosen))
	if len(e.means) == 0 {
		for _, m := range means {
			e.center += m / float32(len(means))
		}
	}
	for i, it := range chosen {
		own := rows.Row(i)[e.own():]
		own[0] = float32(e.prior.Slope) * (means[i] - e.center)
		for s, z := range e.signals {
			own[1+s] = float32(e.prior.Signals[s].Deviation) * z[it]
		}
		noise[i] = float32(e.prior.Noise)
	}
	e.means = append(e.means, means...)
	e.Add(noise)
	return nil
}

func (e *calibratedEstimate) observe(scores []float64) {
	e.scores = append(e.scores, scores...)
	e.Solve(e.residuals())
}

func (e *calibratedEstimate) release() { e.Release() }

// expect returns the prior means of chosen items.
func (e *calibratedEstimate) expect(items shelf.Rows, chosen []int) []float32 {
	n := len(chosen)
	means := f32.NewMat(1, n)
	f32.MulT(means, f32.View(e.place, 1, len(e.place)), items.Features.Sub(0, 0, n, len(e.place)), 1)
	e.curves.Sum(1, 0).Add(means.Data, items.Similarities)
	f32.Axpy(1, items.Bias, means.Data)
	for s, z := range e.signals {
		for i, it := range chosen {
			means.Data[i] += float32(e.prior.Signals[s].Mean) * z[it]
		}
	}
	return means.Data
}

// residuals returns a − m_A for the warped scores of all anchors.
func (e *calibratedEstimate) residuals() []float32 {
	r := make([]float32, len(e.scores))
	for i, s := range e.scores {
		r[i] = float32(e.prior.Warp.At(s))
	}
	ranked := len(e.prior.Curve.X) == 0
	if ranked {
		r = ownRanks(e.scores)
	}
	mean := float32(0)
	for i, m := range e.means {
		r[i] -= m
		mean += r[i] / float32(len(r))
	}
	for i := range r {
		if ranked { // ranks among the best say nothing of the level
			r[i] -= mean
		}
	}
	return r
}

// ownRanks returns the normal quantiles of the scores' ranks among themselves.
func ownRanks(scores []float64) []float32 {
	r := make([]float32, len(scores))
	for i, s := range scores {
		r[i] = float32(s)
	}
	curve.ByRank(r)
	return r
}
