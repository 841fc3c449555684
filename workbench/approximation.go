package workbench

import (
	"context"
	"fmt"
	"sort"

	"axn/workbench/internal/cores"
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
}

// Approximate goes through finished searches again, without spending their calls,
// and scores every item of their queries by s to compare. o are the options the
// results came from; of them Lambda matters here.
func (ix *Index) Approximate(ctx context.Context, s Scorer, rs []Result, o SearchOptions) (*Approximation, error) {
	a := &Approximation{Name: string(ix.Method), Results: rs, Exact: NewMatrix(len(rs), ix.Features.Rows)}
	queries := make([]int, len(rs))
	for i := range rs {
		queries[i] = rs[i].Query
		o.Budget = max(o.Budget, rs[i].Calls)
	}
	if err := ix.checkSearch(queries, o); err != nil {
		return nil, fmt.Errorf("workbench: approximate: %w", err)
	}
	if err := a.scoreAll(ctx, s); err != nil {
		return nil, fmt.Errorf("workbench: approximate: %w", err)
	}
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
		got, err := score(ctx, s, pairs)
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
			k.rounds = append(k.rounds, rs[i].Rounds[r])
			return k.refit(ctx, b.items)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// toExactScale takes the inverse of the method's scale.
func (a *Approximation) toExactScale(ix *Index) {
	scale := systems[ix.Method].scale
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

// Residual is what a round's approximation leaves: Exact − Rounds[round].
func (a *Approximation) Residual(round int) *Matrix {
	m := NewMatrix(a.Exact.Rows, a.Exact.Cols)
	for i, v := range a.Exact.Data {
		m.Data[i] = v - a.Rounds[round].Data[i]
	}
	return m
}

// String fits one line.
func (a *Approximation) String() string {
	return fmt.Sprintf("Approximation %s: %d queries × %d items, %d rounds", a.Name, a.Exact.Rows, a.Exact.Cols, len(a.Rounds)-1)
}
