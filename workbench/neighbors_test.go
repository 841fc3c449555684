package workbench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/npz"
)

// Recall and an experiment against saved neighbours are those against scores.
func TestNeighborsFile(t *testing.T) {
	d, g := toy(81, 30, 80, 6)
	exact := must[[]Neighbors](t)(Exact(t.Context(), LookUp(g), d, d.Test, 10))
	path := filepath.Join(t.TempDir(), "exact")
	if err := SaveNeighbors(path, exact); err != nil {
		t.Fatal(err)
	}
	opened := must[[]Neighbors](t)(OpenNeighbors(path))
	if !reflect.DeepEqual(exact, opened) {
		t.Fatal("neighbours changed on disk")
	}
	rs := searchToy(t, d, g, SearchOptions{Budget: 20})
	want := must[float64](t)(Recall(t.Context(), LookUp(g), d, rs, 10))
	slices.Reverse(opened)
	if got := must[float64](t)(RecallOf(rs, opened, 10)); got != want {
		t.Errorf("recall %v against the file, %v against scores", got, want)
	}
	e := Experiment{Dataset: d, Scorer: LookUp(g), Systems: []System{{Name: "RnR", Factorize: FactorizeOptions{Method: DualEncoder}}}, Budgets: []int{20}, TopK: []int{1, 10}}
	all := must[*Report](t)(e.Run(t.Context()))
	e.Exact = opened
	e.Scorer = ScorerFunc(func(ctx context.Context, pairs []Pair) ([]float64, error) {
		if len(pairs) == len(d.Items) {
			t.Error("a query was scored whole")
		}
		return LookUp(g).Score(ctx, pairs)
	})
	if rep := must[*Report](t)(e.Run(t.Context())); rep.Measures[1].Recall != all.Measures[1].Recall {
		t.Errorf("recall %v with neighbours given, %v without", rep.Measures[1].Recall, all.Measures[1].Recall)
	}
}

func TestNeighborsRefuse(t *testing.T) {
	list := []Neighbors{{Query: 3, Items: []int{5, 1}, Scores: []float64{2, 1}}}
	dir := t.TempDir()
	path := filepath.Join(dir, "exact")
	if err := SaveNeighbors(path, []Neighbors{{Items: []int{1}}}); !errors.Is(err, ErrShape) {
		t.Errorf("an item without score: %v", err)
	}
	if err := SaveNeighbors(path, list); err != nil {
		t.Fatal(err)
	}
	b := must[[]byte](t)(os.ReadFile(path))
	os.WriteFile(path, b[:len(b)-30], 0o644)
	if _, err := OpenNeighbors(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a cut file: %v", err)
	}
	if _, err := cutNeighbors([]int32{1}, []int32{4}, []int32{1, 2}, []float32{1, 2}); !errors.Is(err, npz.ErrFormat) {
		t.Errorf("4 of 2 items: %v", err)
	}
	if _, err := RecallOf(nil, list, 1); err == nil || !strings.Contains(err.Error(), "there are no results") {
		t.Errorf("no results: %v", err)
	}
	for _, c := range []struct{ query, k int }{{3, 3}, {4, 1}} {
		if _, err := RecallOf([]Result{{Query: c.query}}, list, c.k); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("the neighbours given for query %d are fewer than k = %d", c.query, c.k)) {
			t.Errorf("%d of query %d: %v", c.k, c.query, err)
		}
	}
}
