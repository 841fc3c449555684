package workbench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/topk"
)

// Sampling says which entries of the score matrix G (train queries × items) to
// spend cross-encoder calls on. Each of the first Queries train queries gets the
// PerQuery items the dual encoder scores highest and Random others, drawn
// uniformly without replacement, and each item gets PerItem of these queries; or,
// if Dense, every query gets every item. An entry chosen twice is scored once.
type Sampling struct {
	Queries  int   // train queries, in the data set's order; 0 = all
	PerQuery int   // the dual encoder's top items for each (the paper's Q-* strategy, section 2.1)
	Random   int   // uniformly drawn items for each, none of them among PerQuery
	PerItem  int   // uniformly drawn queries for each item (the paper's I-* strategy)
	Dense    bool  // every item; PerQuery, Random and PerItem are then not looked at
	Seed     int64 // same seed, same entries; without PerItem a query draws the same with any number of others
}

// draws reports whether anything is left to chance.
func (sm Sampling) draws() bool { return !sm.Dense && sm.Random+sm.PerItem > 0 }

// String fits one line.
func (sm Sampling) String() string {
	queries := "all queries"
	if sm.Queries > 0 {
		queries = fmt.Sprint(sm.Queries, " queries")
	}
	if sm.Dense {
		return queries + " × all items"
	}
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{sm.PerQuery, "top items"}, {sm.Random, "random items"}, {sm.PerItem, "queries per item"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprint(p.n, " ", p.what))
		}
	}
	return fmt.Sprintf("%s × (%s)", queries, strings.Join(parts, " + "))
}

// Rows is how many train queries it chooses; the error says why it cannot be.
func (sm Sampling) Rows(d *Dataset) (int, error) {
	n := sm.Queries
	if n == 0 {
		n = len(d.Train)
	}
	switch {
	case len(d.Train) == 0:
		return 0, fmt.Errorf("%s has no train queries, from which an index learns: Split draws some of its %d queries as test and leaves the others to train", d.Name, len(d.Queries))
	case n < 0 || n > len(d.Train):
		return 0, fmt.Errorf("sampling asks for %d train queries, the data set has %d", sm.Queries, len(d.Train))
	case sm.PerQuery < 0 || sm.Random < 0 || sm.PerItem < 0:
		return 0, fmt.Errorf("sampling of %d top and %d random items, %d queries per item: none can be negative", sm.PerQuery, sm.Random, sm.PerItem)
	case !sm.Dense && sm.PerQuery > 0 && (d.DE.Queries == nil || d.DE.Items == nil):
		return 0, fmt.Errorf("PerQuery takes the dual encoder's top items: %w", errNoVectors)
	case !sm.Dense && sm.PerQuery+sm.Random+sm.PerItem == 0:
		return 0, fmt.Errorf("sampling chooses no entries: set PerQuery, Random, PerItem or Dense")
	}
	return n, nil
}

// Plan returns the rows from … to-1 that Observe scores, without values. Its cost
// is theirs alone, but for PerItem, which draws for all.
func (sm Sampling) Plan(d *Dataset, from, to int) ([]ScoreRow, error) {
	return sm.plan(context.Background(), d, from, to)
}

func (sm Sampling) plan(ctx context.Context, d *Dataset, from, to int) ([]ScoreRow, error) {
	n, err := sm.Rows(d)
	if err != nil {
		return nil, err
	}
	if from < 0 || to < from || to > n {
		return nil, fmt.Errorf("%w: rows %d to %d of %d", ErrShape, from, to, n)
	}
	rows, byItem := make([]ScoreRow, to-from), sm.drawQueries(n, len(d.Items))
	cores.Each(len(rows), func(i int) {
		if ctx.Err() == nil {
			rows[i] = sm.row(d, d.Train[from+i], byItem[from+i], n)
		}
	})
	return rows, ctx.Err()
}

// drawQueries draws PerItem of n queries for each item and lists the items of
// each query.
func (sm Sampling) drawQueries(n, items int) [][]int32 {
	byQuery := make([][]int32, n)
	if sm.PerItem == 0 || sm.Dense {
		return byQuery
	}
	rng := rand.New(rand.NewPCG(uint64(sm.Seed), 1<<63))
	order := make([]int, n)
	for q := range order {
		order[q] = q
	}
	for it := range items {
		for i := range min(sm.PerItem, n) { // the first places of a shuffle
			j := i + rng.IntN(n-i)
			order[i], order[j] = order[j], order[i]
			byQuery[order[i]] = append(byQuery[order[i]], int32(it))
		}
	}
	return byQuery
}

// row chooses the entries of one of n train queries; byItem are those that the
// items chose.
func (sm Sampling) row(d *Dataset, query int, byItem []int32, n int) ScoreRow {
	all := len(d.Items)
	if sm.Dense || sm.PerQuery+sm.Random >= all || sm.PerItem >= n {
		return ScoreRow{Query: query}
	}
	items := make([]int32, 0, sm.PerQuery+sm.Random+len(byItem))
	taken := make([]bool, all)
	if sm.PerQuery > 0 {
		sims := make([]float32, all)
		d.DE.similarities(sims, d.DE.Queries.Row(query))
		for _, it := range topk.Select(sims, sm.PerQuery, nil) {
			items, taken[it] = append(items, int32(it)), true
		}
	}
	rng := rand.New(rand.NewPCG(uint64(sm.Seed), uint64(query)))
	for len(items) < sm.PerQuery+sm.Random {
		if it := rng.IntN(all); !taken[it] {
			items, taken[it] = append(items, int32(it)), true
		}
	}
	for _, it := range byItem {
		if !taken[it] {
			items, taken[it] = append(items, it), true
		}
	}
	slices.Sort(items)
	return ScoreRow{Query: query, Items: items}
}

// observeBatch is how many pairs go to the scorer at once, at least: enough for
// an engine to sort by length, few enough to be interrupted between two.
const observeBatch = 1024

// Observe spends cross-encoder calls on the entries that sm chooses and returns
// them, with the scorer's fingerprint if it has one. When the scorer fails or ctx is cancelled it returns the rows scored so
// far together with the error; Scores.Calls counts every score that was paid for.
func Observe(ctx context.Context, s Scorer, d *Dataset, sm Sampling) (*Scores, error) {
	n, err := sm.Rows(d)
	var plan []ScoreRow
	if err == nil {
		err = d.checkWhole()
	}
	if err == nil {
		plan, err = sm.plan(ctx, d, 0, n)
	}
	if err != nil {
		return &Scores{Items: len(d.Items)}, fmt.Errorf("workbench: observe: %w", err)
	}
	return ObserveRows(ctx, s, len(d.Items), plan)
}

// ObserveRows is Observe for entries chosen otherwise: rows without values, of a
// data set with so many items. It takes the rows' slices over. A row whose items do not rise is an error, before
// anything is scored.
func ObserveRows(ctx context.Context, s Scorer, items int, plan []ScoreRow) (*Scores, error) {
	g := &Scores{Items: items}
	if err := checkScorer(s); err != nil {
		return g, fmt.Errorf("workbench: observe: %w", err)
	}
	for i := range plan {
		if err := plan[i].checkItems(items); err != nil {
			return g, fmt.Errorf("workbench: observe: row %d (query %d): %w", i, plan[i].Query, err)
		}
	}
	m := startProgress(ctx, "observe", "calls", planned(plan, g.Items))
	defer m.end()
	for len(plan) > 0 {
		n := 1
		for pairs := plan[0].entries(g.Items); n < len(plan) && pairs < observeBatch; n++ {
			pairs += plan[n].entries(g.Items)
		}
		if err := g.observe(ctx, s, plan[:n], m); err != nil {
			return g, fmt.Errorf("workbench: observe: train query %d (row %d): %w", len(g.Rows), plan[0].Query, err)
		}
		if len(g.Rows) == n { // the first batch is in: the scorer answers, and is asked once
			g.Fingerprint = fingerprintOf(ctx, s)
		}
		plan = plan[n:]
	}
	return g, nil
}

// observe scores whole rows in one call, or one long row in several.
func (g *Scores) observe(ctx context.Context, s Scorer, rows []ScoreRow, m *meter) error {
	var pairs []Pair
	for i := range rows {
		for j := range rows[i].entries(g.Items) {
			pairs = append(pairs, Pair{rows[i].Query, rows[i].Item(j)})
		}
	}
	values := make([]float32, 0, len(pairs))
	for len(pairs) > 0 {
		batch := pairs[:min(len(pairs), 2*observeBatch)]
		got, err := scorePairs(ctx, s, batch)
		if err != nil {
			return err
		}
		for _, v := range got {
			values = append(values, float32(v))
		}
		g.Calls += len(got)
		m.add(len(got))
		pairs = pairs[len(batch):]
	}
	for _, r := range rows {
		n := r.entries(g.Items)
		r.Values, values = values[:n:n], values[n:]
		g.Rows = append(g.Rows, r)
	}
	return nil
}

func planned(rows []ScoreRow, items int) int {
	n := 0
	for i := range rows {
		n += rows[i].entries(items)
	}
	return n
}
