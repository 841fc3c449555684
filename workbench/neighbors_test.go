package workbench

import (
	"context"
	"errors"
	"fmt"
	"math"
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

// TestNeighborsAll: where fewer than k items are allowed, recall is among those, by what a filter leaves of the
// neighbours, also from a file, in an audit and in a calibration; a short list that is not said to be all is an error.
func TestNeighborsAll(t *testing.T) {
	d, g := toy(158, 60, 80, 4)
	ix := toyIndex(t, d, g, Calibrated)
	few := func(it int) bool { return it%11 == 3 } // 7 of 80
	o := SearchOptions{K: 10, Budget: 10, Allow: few}
	queries := d.Test[:12]
	rs := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), queries, o))
	exact := must[[]Neighbors](t)(Exact(t.Context(), LookUp(g), d, queries, 80))
	for i := range exact {
		exact[i] = exact[i].Among(few, 10)
		if len(exact[i].Items) != 7 || !exact[i].All {
			t.Fatalf("%+v", exact[i])
		}
	}
	for i := range rs[:6] { // half of the queries miss three of seven
		rs[i].Rounds = []Round{{Items: exact[i].Items[:4], Scores: exact[i].Scores[:4]}}
	}
	path := filepath.Join(t.TempDir(), "all")
	must0(t, SaveNeighbors(path, append([]Neighbors{{Query: 999, Items: []int{1}, Scores: []float64{1}}}, exact...)))
	opened := must[[]Neighbors](t)(OpenNeighbors(path))
	if opened[0].All || !opened[1].All {
		t.Errorf("from a file %v, %v", opened[0].All, opened[1].All)
	}
	for _, list := range [][]Neighbors{exact, opened} {
		if got, want := must[float64](t)(RecallOf(rs, list, 10)), (4./7+1)/2; math.Abs(got-want) > 1e-12 {
			t.Errorf("recall %v, want %v", got, want)
		}
	}
	if all := must[[]Neighbors](t)(Exact(t.Context(), LookUp(g), d, queries[:1], 79)); all[0].All || all[0].Among(few, 10).All {
		t.Error("79 of 80 are said to be all")
	}
	if exact[0].Among(nil, 7).All != true || exact[0].Among(nil, 6).All {
		t.Error("6 of 7 are all, or 7 are not")
	}
	exact[3].All = false
	if _, err := RecallOf(rs, exact, 10); err == nil || !strings.Contains(err.Error(), "Neighbors.All") {
		t.Errorf("%v", err)
	}
	exact[3] = exact[4].Among(func(int) bool { return false }, 10)
	exact[3].Query = queries[3]
	if _, err := RecallOf(rs, exact, 10); err == nil || !strings.Contains(err.Error(), "no item is allowed") {
		t.Errorf("%v", err)
	}
	r := must[*AuditReport](t)(Audit(t.Context(), LookUp(g), ix, queries, AuditOptions{Search: o, Calls: 500}))
	if r.Recall != 1 || r.Low != 1 || r.High != 1 || r.Calls != 0 {
		t.Errorf("%+v", r)
	}
	c := must[*RecallCalibration](t)(ix.CalibrateRecall(t.Context(), LookUp(g), queries, AuditOptions{Search: o, Calls: 500}))
	if c.Recall != 1 {
		t.Errorf("%+v", c)
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
