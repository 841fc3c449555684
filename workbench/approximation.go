package workbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"sort"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/topk"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// Approximation holds a search's approximate scores of every item beside the
// cross-encoder's, for some queries: what Frame and the plots take apart.
type Approximation struct {
	Name    string // what frames and plots call it; the method until it is changed
	Results []Result
	Exact   *Matrix // |queries|×|I|, the cross-encoder's scores

	// Rounds[r] are the approximate scores once the scores of r rounds were known,
	// |queries|×|I|; Rounds[0] is what the method knew before any. All are on the
	// cross-encoder's scale: where a method works on another, a monotone function of
	// it (A.4's line for the AXN methods, Calibrated's warp), its inverse was taken,
	// exact within the range of Exact and along a straight line beyond.
	Rounds []*Matrix

	barred []bool // items that the searches might not choose; may be nil
}

// Approximate goes through finished searches again, without spending their calls,
// and scores every item of their queries by s to compare. o are the options the
// results came from; of them Lambda matters here, and Allow for Missed. The index must have items of its own.
func (ix *Index) Approximate(ctx context.Context, s Scorer, rs []Result, o SearchOptions) (*Approximation, error) {
	a := &Approximation{Name: string(ix.Method), Results: rs, Exact: NewMatrix(len(rs), ix.Features.Rows)}
	queries := make([]int, len(rs))
	var err error
	for i := range rs {
		queries[i] = rs[i].Query
		scored, bad := rs[i].scored(ix.Features.Rows)
		o.Budget = max(o.Budget, scored) // whatever it cost
		err = cmp.Or(err, bad)
	}
	switch {
	case ix.Features.Rows == 0:
		return nil, errors.New("workbench: approximate: the index has no items of its own: take the one that its Head is of")
	case o.Learn > 0:
		return nil, errors.New("workbench: approximate: what queries have learnt from others is not known afterwards: search with Learn 0")
	}
	if err := cmp.Or(err, checkScorer(s), ix.checkSearch(queries, o)); err != nil {
		return nil, fmt.Errorf("workbench: approximate: %w", err)
	}
	if err := a.scoreAll(ctx, s); err != nil {
		return nil, fmt.Errorf("workbench: approximate: %w", err)
	}
	a.barred, _ = ix.barred(ix.Features.Rows, o.Allow)
	rounds := 0
	for i := range rs {
		rounds = max(rounds, len(rs[i].Rounds))
	}
	for range rounds + 1 {
		a.Rounds = append(a.Rounds, NewMatrix(len(rs), ix.Features.Rows))
	}
	for lo := 0; lo < len(rs); lo += blockQueries {
		if err := a.replay(ctx, ix, lo, min(lo+blockQueries, len(rs)), ix.options(o)); err != nil {
			return nil, fmt.Errorf("workbench: approximate: %w", err)
		}
	}
	a.toExactScale(ix)
	return a, nil
}

// scoreAll sets Exact.
func (a *Approximation) scoreAll(ctx context.Context, s Scorer) error {
	m := startProgress(ctx, "approximate", "queries", len(a.Results))
	defer m.end()
	pairs := make([]Pair, a.Exact.Cols)
	for i := range a.Results {
		for it := range pairs {
			pairs[it] = Pair{a.Results[i].Query, it}
		}
		got, err := scorePairs(ctx, s, pairs)
		if err != nil {
			return fmt.Errorf("query %d: %w", a.Results[i].Query, err)
		}
		for it, v := range got {
			a.Exact.Row(i)[it] = float32(v)
		}
		m.add(1)
	}
	return nil
}

// replay sets rows lo to hi-1 of Rounds by showing every round's scores again to
// the estimates that chose them. A result with fewer rounds stays at its last.
func (a *Approximation) replay(ctx context.Context, ix *Index, lo, hi int, o SearchOptions) error {
	rs := a.Results[lo:hi]
	queries := make([]int, len(rs))
	for i := range rs {
		queries[i] = rs[i].Query
	}
	b, err := ix.newBlock(ctx, queries, o)
	if err != nil {
		return err
	}
	for r, m := range a.Rounds {
		if err := ctx.Err(); err != nil {
			return err
		}
		ix.items().Scores(b.probes(0), m.view().RowRange(lo, hi))
		err := b.each(func(i int, k *seeker) error {
			if r >= len(rs[i].Rounds) {
				return nil
			}
			err := k.est.meet(ctx, b.items, rs[i].Rounds[r].Items)
			if err == nil {
				k.est.observe(rs[i].Rounds[r].Scores)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// toExactScale takes the inverse of the method's scale.
func (a *Approximation) toExactScale(ix *Index) {
	scale := methods[ix.Method].scale
	if scale == nil || len(a.Exact.Data) == 0 {
		return
	}
	inv := newScaleInverse(func(s float64) float64 { return scale(ix, s) }, a.Exact.Data)
	for _, m := range a.Rounds {
		cores.Each(m.Rows, func(i int) {
			for j, v := range m.Row(i) {
				m.Row(i)[j] = float32(inv.at(float64(v)))
			}
		})
	}
}

// scaleInverse is the inverse of a rising function, by interpolation between points.
type scaleInverse struct{ x, y []float64 }

// inversePoints is how finely the range of scores is divided.
const inversePoints = 4000

func newScaleInverse(f func(float64) float64, over []float32) scaleInverse {
	low, high := over[0], over[0]
	for _, v := range over {
		low, high = min(low, v), max(high, v)
	}
	if low == high {
		high++
	}
	inv := scaleInverse{make([]float64, inversePoints), make([]float64, inversePoints)}
	for i := range inv.x {
		inv.x[i] = float64(low) + float64(high-low)*float64(i)/(inversePoints-1)
		inv.y[i] = f(inv.x[i])
	}
	return inv
}

func (v scaleInverse) at(y float64) float64 {
	last := len(v.x) - 1
	if v.y[0] == v.y[last] {
		return v.x[0] // constant: there is nothing to tell apart
	}
	i := min(max(sort.SearchFloat64s(v.y, y), 1), last)
	lo, hi := i-1, i
	if y < v.y[0] || y > v.y[last] { // beyond: along the line through the ends
		lo, hi = 0, last
		if y > v.y[last] {
			return v.x[hi] + (y-v.y[hi])*(v.x[hi]-v.x[lo])/(v.y[hi]-v.y[lo])
		}
	}
	if v.y[lo] == v.y[hi] {
		return v.x[lo]
	}
	return v.x[lo] + (y-v.y[lo])*(v.x[hi]-v.x[lo])/(v.y[hi]-v.y[lo])
}

// Residual is what the approximation leaves once the scores of round rounds were known:
// Exact − Rounds[round]. Another round than 0 … len(Rounds)-1 is an error.
func (a *Approximation) Residual(round int) (*Matrix, error) {
	if err := a.checkRound(round); err != nil {
		return nil, fmt.Errorf("workbench: residual: %w", err)
	}
	m := NewMatrix(a.Exact.Rows, a.Exact.Cols)
	for i, v := range a.Exact.Data {
		m.Data[i] = v - a.Rounds[round].Data[i]
	}
	return m, nil
}

// checkRound returns an error unless there are the scores of that round.
func (a *Approximation) checkRound(round int) error {
	if round < 0 || round >= len(a.Rounds) {
		return fmt.Errorf("%s has rounds 0 to %d, not %d", a.Name, len(a.Rounds)-1, round)
	}
	return nil
}

// String fits one line.
func (a *Approximation) String() string {
	return fmt.Sprintf("Approximation %s: %d queries × %d items, %d rounds", a.Name, a.Exact.Rows, a.Exact.Cols, len(a.Rounds)-1)
}

// missedItem is a true neighbour that a search did not score.
type missedItem struct {
	query, item   int
	rank          int     // by exact score, from 1
	exact, approx float64 // approx as of the last choice
	approxRank    int     // by approx, from 1, among the items that could still be chosen
	short         float64 // how much higher approx had to be to be chosen
	cause         string
}

// Why a true neighbour was missed.
const (
	missedNext    = "next"           // the last evidence puts it among the choices of one more round
	missedBelow   = "underestimated" // its approximate score was further below the exact one than is usual
	missedCrowded = "crowded out"    // its own error was usual: others, overestimated or nearly as good, took the places
)

// Missed lists the true k nearest items that the searches did not score: system,
// query, item, rank (exact), score, approx (when the last round was chosen), error
// (approx − score), approx_rank among the items that could then be chosen, short
// (how much higher approx had to be) and cause: "next" if the evidence of the last
// round puts it among the choices of one more such round, else "underestimated" if
// its error lies below minus the root mean square error of the query's items that
// could be chosen, else "crowded out". Round 1 chosen by another score, such as
// BM25, is judged by the method's own. Items that Allow or Remove left out are not among the nearest. A
// negative k is an error: the table's Err.
func (a *Approximation) Missed(k int) dataframe.DataFrame {
	if k < 0 {
		return dataframe.DataFrame{Err: fmt.Errorf("workbench: missed: k is %d, it cannot be negative", k)}
	}
	perQuery := make([][]missedItem, len(a.Results))
	cores.Each(len(a.Results), func(q int) { perQuery[q] = a.missed(q, k) })
	var names, causes []string
	var queries, items, ranks, approxRanks []int
	var scores, approx, errs, short []float64
	for _, ms := range perQuery {
		for _, m := range ms {
			names, causes = append(names, a.Name), append(causes, m.cause)
			queries, items, ranks, approxRanks = append(queries, m.query), append(items, m.item), append(ranks, m.rank), append(approxRanks, m.approxRank)
			scores, approx, errs, short = append(scores, m.exact), append(approx, m.approx), append(errs, m.approx-m.exact), append(short, m.short)
		}
	}
	return dataframe.New(
		series.New(names, series.String, "system"), series.New(queries, series.Int, "query"), series.New(items, series.Int, "item"),
		series.New(ranks, series.Int, "rank"), series.New(scores, series.Float, "score"), series.New(approx, series.Float, "approx"),
		series.New(errs, series.Float, "error"), series.New(approxRanks, series.Int, "approx_rank"),
		series.New(short, series.Float, "short"), series.New(causes, series.String, "cause"))
}

// missed lists one query's.
func (a *Approximation) missed(q, k int) []missedItem {
	r := &a.Results[q]
	if len(r.Rounds) == 0 {
		return nil
	}
	last := len(r.Rounds) - 1
	before, after := make([]bool, a.Exact.Cols), make([]bool, a.Exact.Cols)
	barred := func(it int) bool { return it < len(a.barred) && a.barred[it] }
	for it := range before {
		before[it], after[it] = barred(it), barred(it)
	}
	for i, round := range r.Rounds {
		for _, it := range round.Items {
			before[it], after[it] = before[it] || i < last, true
		}
	}
	exact, approx := a.Exact.Row(q), a.Rounds[last].Row(q)
	cut, usual := math.Inf(1), errorSum{}
	for _, it := range r.Rounds[last].Items {
		cut = min(cut, float64(approx[it]))
	}
	for it := range approx {
		if !before[it] {
			usual.add(float64(approx[it]) - float64(exact[it]))
		}
	}
	ranks := make(map[int]int, len(approx))
	for i, it := range topk.Select(approx, len(approx), func(it int) bool { return before[it] }) {
		ranks[it] = i + 1
	}
	next := map[int]bool{}
	for _, it := range topk.Select(a.Rounds[last+1].Row(q), len(r.Rounds[last].Items), func(it int) bool { return after[it] }) {
		next[it] = true
	}
	var missed []missedItem
	for rank, it := range topk.Select(exact, k, barred) {
		if after[it] {
			continue
		}
		m := missedItem{query: r.Query, item: it, rank: rank + 1, exact: float64(exact[it]), approx: float64(approx[it]),
			approxRank: ranks[it], short: cut - float64(approx[it]), cause: missedCrowded}
		switch {
		case next[it]:
			m.cause = missedNext
		case m.approx-m.exact < -usual.rmse():
			m.cause = missedBelow
		}
		missed = append(missed, m)
	}
	return missed
}
