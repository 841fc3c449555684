package main_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"axn/kernelspec/builder"
)

// Long calls of the workbench stop when the cell is interrupted, through ctx, and
// a scorer of a cell may be slow, fail or panic.
func TestWorkbenchCallsStop(t *testing.T) {
	root, err := builder.Root()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t)
	s.run("import (\"axn/workbench\"; \"context\"; \"errors\")\nds, err := workbench.OpenDataset(\"" + filepath.Join(root, "data", "verbs") + "\")\nworkbench.Must(err)\nsc, err := ds.Scorer()\nworkbench.Must(err)\nqueries := ds.Test\nslow := workbench.ScorerFunc(func(ctx context.Context, pairs []workbench.Pair) ([]float64, error) {\n\tfor i := 0; i < 20_000_000_000; i++ { }\n\treturn sc.Score(ctx, pairs)\n})")
	s.run("some, err := workbench.Observe(ctx, sc, ds, workbench.Sampling{Queries: 100, Dense: true, Seed: 1})\nworkbench.Must(err)")
	for _, code := range []string{
		"all, err := workbench.Observe(ctx, sc, ds, workbench.Sampling{Dense: true, Seed: 1})\nworkbench.Must(err)\nindex, err := workbench.Factorize(ctx, ds, all, workbench.FactorizeOptions{})\nworkbench.Must(err)\nrs, err := index.SearchAll(ctx, sc, append(queries, queries...), workbench.SearchOptions{K: 10, Budget: 500})\nworkbench.Must(err)",
		"_, err = workbench.Observe(ctx, slow, ds, workbench.Sampling{Queries: 5, PerQuery: 10, Seed: 1})\nworkbench.Must(err)",
	} {
		p := s.send(code)
		time.Sleep(50 * time.Millisecond)
		before := time.Now()
		e := s.stop(p)
		t.Logf("stopped after %v", time.Since(before))
		if f := e.Failure(); f == nil || f.ErrorName != "interrupted" || time.Since(before) > soon {
			t.Errorf("%s\ngave %+v after %v", code, f, time.Since(before))
		}
	}
	for body, want := range map[string]string{
		"return nil, errors.New(\"server is down\")":              "server is down",
		"var p []int; return nil, errors.New(string(rune(p[2])))": "out of range",
	} {
		f := s.fails("bad := workbench.ScorerFunc(func(ctx context.Context, pairs []workbench.Pair) ([]float64, error) { " + body + " })\n_, err = workbench.Observe(ctx, bad, ds, workbench.Sampling{Queries: 2, PerQuery: 5, Seed: 1})\nworkbench.Must(err)")
		if !strings.Contains(f.ErrorValue, want) {
			t.Errorf("got %s: %s", f.ErrorName, f.ErrorValue)
		}
	}
	s.want("some.Calls > 0", "true")
}
