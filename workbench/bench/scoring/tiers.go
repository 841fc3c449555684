package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"axn/workbench"
	"axn/workbench/internal/gate"
)

// candidates is how many of a query's best items by the exact scores are scored in bytes to see which ten come first:
// others would need an error of several units.
const candidates = 100

// tiers prints what int8 costs a search over the data set in dir: the top ten of every test query beside those of
// float32, and recall after two tiers beside recall in float32, at the budgets and k of the golden tables. It takes
// the first test queries, so many of them, or all for 0.
func (b *bench) tiers(dir string, queries int) error {
	ctx := context.Background()
	d, err := workbench.OpenDataset(dir)
	if err != nil {
		return err
	}
	table, err := d.Scorer() // float32's, kept as float16
	if err != nil {
		return err
	}
	model := filepath.Join(b.models, "ce-wordnet-L4")
	exact, err := workbench.OpenCrossEncoder(model)
	if err != nil {
		return err
	}
	fast, err := workbench.OpenCrossEncoderWith(model, workbench.EncoderOptions{Precision: "int8"})
	if err != nil {
		return err
	}
	if queries > 0 {
		d.Test = d.Test[:min(queries, len(d.Test))]
	}
	near, err := workbench.Exact(ctx, table, d, d.Test, candidates)
	if err != nil {
		return err
	}
	var pairs [][2]string
	for _, n := range near {
		for _, it := range n.Items {
			pairs = append(pairs, [2]string{d.Queries[n.Query].Text, d.Items[it].Text})
		}
	}
	want, err := exact.Predict(ctx, pairs)
	if err != nil {
		return err
	}
	got, err := fast.Predict(ctx, pairs)
	if err != nil {
		return err
	}
	for i := range pairs { // queries may have one text
		pairs[i][0] = fmt.Sprint(i / candidates)
	}
	t := gate.Compare(pairs, want, got)
	fmt.Printf("%s, %d test queries, the best %d items of each: int8 and float32 share %.2f %% of the top 10, error %.4f deviations (at most %.3f), τ %.3f.\n\n", d.Name, len(near), candidates, 100*t.Overlap, t.MeanError, t.MaxError, t.Tau)
	quick := &remembered{Scorer: workbench.NewScorer(fast, d), known: map[workbench.Pair]float64{}}
	ix, err := workbench.Factorize(ctx, d, nil, workbench.FactorizeOptions{})
	if err != nil {
		return err
	}
	report, err := workbench.Experiment{Dataset: d, Scorer: table, Exact: near, Budgets: []int{100, 500}, TopK: []int{1, 10, 100}, Systems: []workbench.System{
		{Name: "float32", Index: ix},
		{Name: "int8, then float32", Index: ix, Scorer: workbench.Cascade{Fast: quick, Exact: table}, Exact: near},
	}}.Run(ctx)
	if err != nil {
		return err
	}
	fmt.Println("| system | B | k | recall | calls | calls again | below float32 |\n|---|---|---|---|---|---|---|")
	for _, m := range report.Measures {
		one := report.Measures[slices.IndexFunc(report.Measures, func(o workbench.Measure) bool { return o.Budget == m.Budget && o.K == m.K })]
		fmt.Printf("| %s | %d | %d | %.2f | %.0f | %.0f | %.2f |\n", m.System, m.Budget, m.K, 100*m.Recall, m.Calls, m.ExactCalls, 100*(one.Recall-m.Recall))
	}
	return nil
}

// remembered asks a Scorer for each pair once.
type remembered struct {
	workbench.Scorer
	known map[workbench.Pair]float64
}

// Score asks for what is not known yet.
func (r *remembered) Score(ctx context.Context, pairs []workbench.Pair) ([]float64, error) {
	var missing []workbench.Pair
	for _, p := range pairs {
		if _, ok := r.known[p]; !ok {
			missing = append(missing, p)
		}
	}
	got, err := r.Scorer.Score(ctx, missing)
	if err != nil {
		return nil, err
	}
	for i, p := range missing {
		r.known[p] = got[i]
	}
	scores := make([]float64, len(pairs))
	for i, p := range pairs {
		scores[i] = r.known[p]
	}
	return scores, nil
}
