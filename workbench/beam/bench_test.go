package beam

import (
	"context"
	"path/filepath"
	"testing"

	"axn/workbench"
)

// The same work in one process and as a pipeline on prism inside this one; the
// cross-encoder is a table, so that what is measured is the machinery.
func BenchmarkJobs(b *testing.B) {
	d := must[*workbench.Dataset](b)(workbench.OpenDataset(verbs))
	lookup := must[workbench.Scorer](b)(d.Scorer())
	sm := workbench.Sampling{Random: 100, Seed: 1}
	g := must[*workbench.Scores](b)(workbench.Observe(b.Context(), lookup, d, sm))
	dir := b.TempDir()
	scores, out := filepath.Join(dir, "scores"), filepath.Join(dir, "out")
	if err := g.Save(scores); err != nil {
		b.Fatal(err)
	}
	c, s := Corpus{Dir: verbs}, Scoring{Scorer: "table", Grid: Grid{Queries: 4, Items: 4}}
	for _, bench := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"job=score/how=one", func(ctx context.Context) error { _, err := workbench.Observe(ctx, lookup, d, sm); return err }},
		{"job=score/how=prism", func(ctx context.Context) error { return Score(ctx, ScoreJob{c, s, sm, out}) }},
		{"job=truth/how=one", func(ctx context.Context) error { _, err := workbench.Exact(ctx, lookup, d, d.Test, 100); return err }},
		{"job=truth/how=prism", func(ctx context.Context) error { return Truth(ctx, TruthJob{c, s, nil, 100, out}) }},
		{"job=fit/how=one", func(ctx context.Context) error {
			_, err := workbench.Factorize(ctx, d, g, workbench.FactorizeOptions{})
			return err
		}},
		{"job=fit/how=prism", func(ctx context.Context) error {
			_, err := Fit(ctx, FitJob{Corpus: c, Scores: scores, Parts: 4, Out: out})
			return err
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				if err := bench.run(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
