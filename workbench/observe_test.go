package workbench

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestObserveChoosesAndCounts(t *testing.T) {
	d, g := toy(31, 40, 100, 8)
	for _, c := range []struct {
		sm    Sampling
		calls int
	}{
		{Sampling{PerQuery: 10}, 20 * 10},
		{Sampling{Queries: 5, Random: 7, Seed: 4}, 5 * 7},
		{Sampling{PerQuery: 10, Random: 20}, 20 * 30},
		{Sampling{Queries: 3, Dense: true}, 300},
		{Sampling{Queries: 2, PerQuery: 90, Random: 90}, 200},
	} {
		s := spyOn(LookUp(g))
		scores := must[*Scores](t)(Observe(t.Context(), s, d, c.sm))
		if scores.Calls != c.calls || int(s.calls.Load()) != c.calls || scores.Len() != c.calls {
			t.Errorf("%v: Calls %d, scorer counted %d, entries %d, want %d", c.sm, scores.Calls, s.calls.Load(), scores.Len(), c.calls)
		}
		if err := scores.Check(d); err != nil {
			t.Errorf("%v: %v", c.sm, err)
		}
		for i, r := range scores.Rows {
			if r.Query != d.Train[i] {
				t.Errorf("%v: row %d is query %d", c.sm, i, r.Query)
			}
			checkRow(t, d, g, c.sm, &r)
		}
	}
}

// checkRow compares values with the truth and the top items with a full sort.
func checkRow(t *testing.T, d *Dataset, g *Matrix, sm Sampling, r *ScoreRow) {
	t.Helper()
	for j, v := range r.Values {
		if v != g.Row(r.Query)[r.Item(j)] {
			t.Fatalf("%v: query %d, item %d: %v", sm, r.Query, r.Item(j), v)
		}
	}
	sims := make([]float32, 100)
	d.DE.similarities(sims, d.DE.Queries.Row(r.Query))
	for _, it := range slowTop(sims, min(sm.PerQuery, 100)) {
		if !r.Dense() && !slices.Contains(r.Items, int32(it)) {
			t.Errorf("%v: query %d lacks item %d of the top", sm, r.Query, it)
		}
	}
}

// A query draws the same items with few other queries and with many, and other
// items with another seed.
func TestSamplingSeeds(t *testing.T) {
	d, g := toy(32, 40, 100, 8)
	observe := func(sm Sampling) *Scores { return must[*Scores](t)(Observe(t.Context(), LookUp(g), d, sm)) }
	few, many, other := observe(Sampling{Queries: 3, Random: 9, Seed: 1}), observe(Sampling{Random: 9, Seed: 1}), observe(Sampling{Random: 9, Seed: 2})
	if !reflect.DeepEqual(few.Rows, many.Rows[:3]) {
		t.Error("the same seed drew other items")
	}
	if reflect.DeepEqual(many.Rows, other.Rows) {
		t.Error("another seed drew the same items")
	}
}

// Each item gets as many queries as asked for, and whatever the mixture, weighted
// averages stand for all entries.
func TestSamplingPerItem(t *testing.T) {
	d, g := toy(38, 60, 40, 8)
	n := map[int]int{}
	for _, r := range must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{PerItem: 4, Seed: 1})).Rows {
		for j := range r.Values {
			n[r.Item(j)]++
		}
	}
	for it := range 40 {
		if n[it] != 4 {
			t.Errorf("item %d has %d queries, want 4", it, n[it])
		}
	}
	if dense := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{PerItem: 30})); dense.Len() != 30*40 || !dense.Rows[0].Dense() {
		t.Errorf("30 of 30 queries per item: %v", dense)
	}
	for _, sm := range []Sampling{{PerItem: 4}, {PerItem: 4, Random: 5}, {PerQuery: 6, Random: 5, PerItem: 4}} {
		const draws = 400
		entries := 0
		for seed := range int64(draws) {
			sm.Seed = seed
			entries += must[*Scores](t)(Observe(t.Context(), spyOn(LookUp(g)), d, sm)).Len()
		}
		others := 40 - float64(sm.PerQuery)
		byQuery, byItem := float64(sm.Random)/others, 4./30
		got, want := float64(entries)/(draws*30), float64(sm.PerQuery)+others*(byQuery+byItem-byQuery*byItem)
		if math.Abs(got/want-1) > .01 {
			t.Errorf("%v: %v entries a query, want %v", sm, got, want)
		}
	}
}

func TestObserveRefuses(t *testing.T) {
	d, g := toy(33, 10, 20, 4)
	for want, sm := range map[string]Sampling{
		"chooses no entries":   {},
		"asks for 6 train":     {Queries: 6, Random: 1},
		"asks for -1 train":    {Queries: -1, Random: 1},
		"none can be negative": {Random: -1},
		"-2 queries per item":  {PerItem: -2},
	} {
		if _, err := Observe(t.Context(), LookUp(g), d, sm); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", sm, err, want)
		}
	}
}

// TestPlanObeysContext: what is to be scored is drawn no longer than ctx lasts.
func TestPlanObeysContext(t *testing.T) {
	d, _ := toy(31, 40, 100, 8)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Sampling{PerQuery: 3}).plan(ctx, d, 0, 20); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// When the scorer fails or is cancelled half-way, the rows before are kept and counted.
func TestObserveKeepsWhatWasScored(t *testing.T) {
	d, g := toy(34, 40, 3000, 4)
	s := spyOn(LookUp(g))
	s.failAt, s.fail = 3, errors.New("out of memory")
	scores, err := Observe(t.Context(), s, d, Sampling{Dense: true})
	if !errors.Is(err, s.fail) || !strings.Contains(err.Error(), "train query 1 (row 1)") {
		t.Errorf("error %v", err)
	}
	if len(scores.Rows) != 1 || scores.Calls != 3000 || scores.Check(d) != nil {
		t.Errorf("kept %v", scores)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if scores, err := Observe(ctx, LookUp(g), d, Sampling{Dense: true}); !errors.Is(err, context.Canceled) || scores.Calls != 0 {
		t.Errorf("cancelled before: %v, %v", scores, err)
	}
}

func TestObserveReportsProgress(t *testing.T) {
	d, g := toy(35, 20, 50, 4)
	var last Progress
	ctx := WithProgress(t.Context(), func(p Progress) { last = p })
	must[*Scores](t)(Observe(ctx, LookUp(g), d, Sampling{Random: 5}))
	if want := (Progress{Task: "observe", Unit: "calls", Done: 50, Total: 50, Final: true}); last != want {
		t.Errorf("last report %+v, want %+v", last, want)
	}
}

func TestScoresSaveOpen(t *testing.T) {
	d, g := toy(36, 20, 50, 4)
	mixed := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{PerQuery: 3, Random: 5}))
	dense := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Queries: 2, Dense: true}))
	mixed.Rows, mixed.Calls = append(mixed.Rows, dense.Rows...), mixed.Calls+dense.Calls
	path := filepath.Join(t.TempDir(), "g")
	if err := mixed.Save(path); err != nil {
		t.Fatal(err)
	}
	if again := must[*Scores](t)(OpenScores(path)); !reflect.DeepEqual(again, mixed) {
		t.Errorf("came back as %v, was %v", again, mixed)
	}
}

func TestScoresCheckNamesTheRow(t *testing.T) {
	d, _ := toy(37, 10, 20, 4)
	nan := float32(math.NaN())
	for want, row := range map[string]ScoreRow{
		"2 values":         {Query: 1, Items: []int32{4}, Values: []float32{1, 2}},
		"1 values":         {Query: 1, Values: []float32{1}},
		"no such query":    {Query: 10, Items: []int32{4}, Values: []float32{1}},
		"must rise":        {Query: 1, Items: []int32{4, 4}, Values: []float32{1, 2}},
		"lie in 0 to 19":   {Query: 1, Items: []int32{20}, Values: []float32{1}},
		"item 4: score is": {Query: 1, Items: []int32{4}, Values: []float32{nan}},
	} {
		g := &Scores{Items: 20, Rows: []ScoreRow{row}}
		_, err := Factorize(t.Context(), d, g, FactorizeOptions{Method: DualEncoder})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "scores row 0") {
			t.Errorf("%+v: %v, want %q", row, err, want)
		}
	}
	if _, err := Factorize(t.Context(), d, &Scores{Items: 21}, FactorizeOptions{Method: DualEncoder}); !errors.Is(err, ErrShape) {
		t.Errorf("other item count: %v", err)
	}
}
