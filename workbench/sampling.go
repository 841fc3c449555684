package workbench

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"axn/workbench/internal/topk"
)

// Sampling says which entries of the score matrix G (train queries × items) to
// spend cross-encoder calls on. Each of the first Queries train queries gets the
// PerQuery items the dual encoder scores highest and Random others, drawn
// uniformly without replacement; or, if Dense, every item.
type Sampling struct {
	Queries  int   // train queries, in the data set's order; 0 = all
	PerQuery int   // the dual encoder's top items for each (the paper's Q-* strategy, section 2.1)
	Random   int   // uniformly drawn items for each, none of them among PerQuery
	Dense    bool  // every item; PerQuery and Random are then not looked at
	Seed     int64 // same seed, same entries; a query draws the same with any number of others
}

// String fits one line.
func (sm Sampling) String() string {
	switch {
	case sm.Dense:
		return fmt.Sprintf("%d queries × all items", sm.Queries)
	case sm.PerQuery == 0:
		return fmt.Sprintf("%d queries × %d random items", sm.Queries, sm.Random)
	}
	return fmt.Sprintf("%d queries × (%d top + %d random items)", sm.Queries, sm.PerQuery, sm.Random)
}

// plan returns the rows to observe, without values.
func (sm Sampling) plan(d *Dataset) ([]ScoreRow, error) {
	n := sm.Queries
	if n == 0 {
		n = len(d.Train)
	}
	switch {
	case n < 0 || n > len(d.Train):
		return nil, fmt.Errorf("sampling asks for %d train queries, the data set has %d", sm.Queries, len(d.Train))
	case sm.PerQuery < 0 || sm.Random < 0:
		return nil, fmt.Errorf("sampling of %d top and %d random items: neither can be negative", sm.PerQuery, sm.Random)
	case !sm.Dense && sm.PerQuery+sm.Random == 0:
		return nil, fmt.Errorf("sampling chooses no entries: set PerQuery, Random or Dense")
	}
	rows := make([]ScoreRow, n)
	parallel(n, func(i int) { rows[i] = sm.row(d, d.Train[i]) })
	return rows, nil
}

// row chooses the entries of one train query.
func (sm Sampling) row(d *Dataset, query int) ScoreRow {
	n := len(d.Items)
	if sm.Dense || sm.PerQuery+sm.Random >= n {
		return ScoreRow{Query: query}
	}
	items := make([]int32, 0, sm.PerQuery+sm.Random)
	taken := make([]bool, n)
	if sm.PerQuery > 0 {
		sims := make([]float32, n)
		d.DE.similarities(sims, d.DE.Queries.Row(query))
		for _, it := range topk.Select(sims, sm.PerQuery, nil) {
			items, taken[it] = append(items, int32(it)), true
		}
	}
	rng := rand.New(rand.NewPCG(uint64(sm.Seed), uint64(query)))
	for len(items) < sm.PerQuery+sm.Random {
		if it := rng.IntN(n); !taken[it] {
			items, taken[it] = append(items, int32(it)), true
		}
	}
	row := ScoreRow{Query: query, Items: items, Weights: make([]float32, len(items))}
	for i := range items {
		row.Weights[i] = 1
		if i >= sm.PerQuery {
			row.Weights[i] = float32(n-sm.PerQuery) / float32(sm.Random)
		}
	}
	row.sort()
	return row
}

// sort puts the entries in rising order of their items.
func (r *ScoreRow) sort() {
	type entry struct {
		item   int32
		weight float32
	}
	es := make([]entry, len(r.Items))
	for i := range es {
		es[i] = entry{r.Items[i], r.Weights[i]}
	}
	slices.SortFunc(es, func(a, b entry) int { return int(a.item - b.item) })
	for i, e := range es {
		r.Items[i], r.Weights[i] = e.item, e.weight
	}
}
