package workbench

import (
	"context"
	"fmt"
	"slices"

	"axn/workbench/internal/stats"
)

// Neighbors are the items a query's exact scores put first: best first, ties by
// lower item row.
type Neighbors struct {
	Query  int
	Items  []int
	Scores []float64
}

// Exact finds the k nearest items of each query by scoring every item: |I|
// cross-encoder calls a query.
func Exact(ctx context.Context, s Scorer, d *Dataset, queries []int, k int) ([]Neighbors, error) {
	if k <= 0 {
		return nil, fmt.Errorf("workbench: exact: k is %d, it must be positive", k)
	}
	m := startProgress(ctx, "exact", "queries", len(queries))
	defer m.end()
	all := make([]Neighbors, len(queries))
	pairs := make([]Pair, len(d.Items))
	for i, q := range queries {
		for it := range pairs {
			pairs[it] = Pair{q, it}
		}
		got, err := score(ctx, s, pairs)
		if err != nil {
			return nil, fmt.Errorf("workbench: exact: query %d: %w", q, err)
		}
		all[i] = nearest(q, got, k)
		m.add(1)
	}
	return all, nil
}

// nearest ranks a full row of scores and keeps k.
func nearest(query int, scores []float64, k int) Neighbors {
	items := make([]int, len(scores))
	for i := range items {
		items[i] = i
	}
	kept := slices.Clone(scores)
	rank(items, kept)
	k = min(k, len(items))
	return Neighbors{Query: query, Items: items[:k:k], Scores: kept[:k:k]}
}

// Recall is the mean over results of Top-k-Recall (paper section 4): the share
// of a query's exact k nearest items that its search scored in any round. It
// scores every item of each query to know them; those calls are not the search's.
// k must be positive.
func Recall(ctx context.Context, s Scorer, d *Dataset, rs []Result, k int) (float64, error) {
	queries := make([]int, len(rs))
	for i := range rs {
		queries[i] = rs[i].Query
	}
	exact, err := Exact(ctx, s, d, queries, k)
	if err != nil {
		return 0, err
	}
	return stats.Mean(recalls(rs, exact, k)), nil
}

// RecallOf is Recall against neighbours already known, such as OpenNeighbors reads:
// of each result's query, in any order, at least k or all items.
func RecallOf(rs []Result, exact []Neighbors, k int) (float64, error) {
	queries := make([]int, len(rs))
	for i := range rs {
		queries[i] = rs[i].Query
	}
	known, err := neighborsOf(queries, exact, k)
	if k <= 0 {
		err = fmt.Errorf("k is %d, it must be positive", k)
	}
	if err != nil {
		return 0, fmt.Errorf("workbench: recall: %w", err)
	}
	return stats.Mean(recalls(rs, known, k)), nil
}

// recalls gives Top-k-Recall of each result; exact holds at least k neighbours,
// or all items, of the same queries in the same order.
func recalls(rs []Result, exact []Neighbors, k int) []float64 {
	out := make([]float64, len(rs))
	for i := range rs {
		want := exact[i].Items[:min(k, len(exact[i].Items))]
		out[i] = float64(rs[i].hits(want)) / float64(len(want))
	}
	return out
}

// hits counts which of the wanted items the search scored.
func (r *Result) hits(want []int) int {
	n := 0
	for _, round := range r.Rounds {
		for _, it := range round.Items {
			if slices.Contains(want, it) {
				n++
			}
		}
	}
	return n
}
