package workbench

import (
	"context"
	"fmt"
)

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
		plan, err = sm.Plan(d, 0, n)
	}
	if err != nil {
		return &Scores{Items: len(d.Items)}, fmt.Errorf("workbench: observe: %w", err)
	}
	return ObserveRows(ctx, s, len(d.Items), plan)
}

// ObserveRows is Observe for entries chosen otherwise: rows without values, of a
// data set with so many items. It takes the rows' slices over.
func ObserveRows(ctx context.Context, s Scorer, items int, plan []ScoreRow) (*Scores, error) {
	g := &Scores{Items: items}
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
		got, err := score(ctx, s, batch)
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

// entries is how many entries the row will hold once it is observed.
func (r *ScoreRow) entries(items int) int {
	if r.Dense() {
		return items
	}
	return len(r.Items)
}

func planned(rows []ScoreRow, items int) int {
	n := 0
	for i := range rows {
		n += rows[i].entries(items)
	}
	return n
}
