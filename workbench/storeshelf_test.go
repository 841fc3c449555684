package workbench

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/shelf"
)

// counted counts what a search asks of its store.
type counted struct {
	ItemStore
	asked int
	rows  atomic.Int64 // several goroutines ask for rows
}

func (c *counted) Candidates(ctx context.Context, vectors *Matrix, k int, exclude [][]int) ([][]int, error) {
	c.asked += vectors.Rows
	return c.ItemStore.Candidates(ctx, vectors, k, exclude)
}

func (c *counted) Rows(ctx context.Context, items []int) (*Matrix, error) {
	c.rows.Add(int64(len(items)))
	return c.ItemStore.Rows(ctx, items)
}

// TestStoreSearchStraight: where scores are inner products, a search over a store chooses what a
// scan chooses, also by a head that was saved.
func TestStoreSearchStraight(t *testing.T) {
	d, g := toy(31, 80, 900, 8)
	for _, m := range []Method{DualEncoder, Transductive, Inductive, Distilled} {
		ix := toyIndex(t, d, g, m)
		want := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: 60}))
		path := filepath.Join(t.TempDir(), "head")
		if err := ix.Head().Save(path); err != nil {
			t.Fatal(err)
		}
		head := must[*Index](t)(OpenIndex(path))
		store := &counted{ItemStore: ix.Items()}
		got := must[[]Result](t)(head.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: 60, Store: store}))
		if !sameValues(got, want) {
			t.Errorf("%s: other answers", m)
		}
		if store.asked != 5*len(d.Test) || store.rows.Load() == 0 {
			t.Errorf("%s: asked %d times, for %d rows", m, store.asked, store.rows.Load())
		}
	}
}

// TestStoreSearchCalibrated says what the straight line costs where the prior is bent, and that
// asking for more buys it back: with every item a candidate the search is the scan's.
func TestStoreSearchCalibrated(t *testing.T) {
	const k, budget = 10, 100
	d, g := toy(32, 200, 3000, 12)
	for q := range g.Rows {
		for i := range g.Cols {
			g.Row(q)[i] += 3 * f32.Dot(d.DE.Queries.Row(q), d.DE.Items.Row(i)) * f32.Dot(d.DE.Queries.Row(q), d.DE.Items.Row(i))
		}
	}
	ix := toyIndex(t, d, g, Calibrated)
	search := func(o SearchOptions) (rs []Result, recall float64) {
		o.Budget = budget
		rs = must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, o))
		return rs, must[float64](t)(Recall(t.Context(), LookUp(g), d, rs, k))
	}
	want, scan := search(SearchOptions{})
	for _, least := range []struct {
		oversample   int
		same, recall float64
	}{{1, .6, scan - .03}, {4, .9, scan - .01}, {16, .995, scan - .001}} {
		got, recall := search(SearchOptions{Store: ix.Items(), Oversample: least.oversample})
		same := overlap(got, want)
		t.Logf("%d candidates an item: %.3f of the scan's items, recall@%d %.3f, the scan's %.3f", least.oversample, same, k, recall, scan)
		if same < least.same || recall < least.recall {
			t.Errorf("%d candidates an item: less than %.3f of the scan's items, or recall below %.3f", least.oversample, least.same, least.recall)
		}
	}
	all := must[*Result](t)(ix.Head().Search(t.Context(), LookUp(g), d.Test[0], SearchOptions{Budget: budget, Store: ix.Items(), Oversample: 3000}))
	if !sameValues(*all, want[0]) {
		t.Error("with all items candidates, other answers than the scan's")
	}
}

// overlap is the mean share of the items scored in a that are also scored in b.
func overlap(a, b []Result) float64 {
	same, n := 0, 0
	for r := range a {
		in := map[int]bool{}
		for _, it := range b[r].Items {
			in[it] = true
		}
		for _, it := range a[r].Items {
			n++
			if in[it] {
				same++
			}
		}
	}
	return float64(same) / float64(n)
}

// TestStoreSearchWithoutScores: the prior by rank works over a store, too.
func TestStoreSearchWithoutScores(t *testing.T) {
	d, g := toy(33, 40, 600, 8)
	ix := must[*Index](t)(Factorize(t.Context(), d, &Scores{Items: len(d.Items)}, FactorizeOptions{}))
	o := SearchOptions{Budget: 50}
	want := must[*Result](t)(ix.Search(t.Context(), LookUp(g), 3, o))
	o.Store, o.Oversample = ix.Items(), 100
	if got := must[*Result](t)(ix.Head().Search(t.Context(), LookUp(g), 3, o)); !sameValues(got, want) {
		t.Error("other answers")
	}
}

func TestStoreSearchErrors(t *testing.T) {
	d, g := toy(34, 20, 60, 4)
	ix := toyIndex(t, d, g, Calibrated)
	fails := errors.New("no connection")
	for want, o := range map[string]SearchOptions{
		"floats":        {Store: StoreOf(d.DE.Items)},
		"Initializer":   {Store: ix.Items(), First: ByDualEncoder(d.DE)},
		"Softmax":       {Store: ix.Items(), Softmax: 1},
		"Oversample":    {Store: ix.Items(), Oversample: -1},
		"Probe":         {Store: ix.Items(), Probe: .5},
		"no connection": {Store: broken{ix.Items(), fails}},
	} {
		o.Budget = 10
		if _, err := ix.Search(t.Context(), LookUp(g), 0, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
	if _, err := ix.Head().Search(t.Context(), LookUp(g), 0, SearchOptions{Budget: 5}); err == nil || !strings.Contains(err.Error(), "set Store") {
		t.Errorf("a head alone: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ix.Search(ctx, LookUp(g), 0, SearchOptions{Budget: 5, Store: ix.Items()}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	cur := toyIndex(t, d, g, ANNCUR)
	if _, err := cur.Search(t.Context(), LookUp(g), 0, SearchOptions{Budget: 10, Store: cur.Items()}); err == nil || !strings.Contains(err.Error(), "anncur") {
		t.Errorf("ANNCUR: %v", err)
	}
	if text := must[ItemStore](t)(ix.Items(), nil).(indexStore).String(); !strings.Contains(text, "60 of") {
		t.Error(text)
	}
}

// broken fails to give rows.
type broken struct {
	ItemStore
	err error
}

func (b broken) Rows(context.Context, []int) (*Matrix, error) { return nil, b.err }

// TestWithoutScoresTogether: with an index that was made without scores, whose prior is a curve of
// ranks, a query finds the same alone and with others, scanned as bytes and over a store.
func TestWithoutScoresTogether(t *testing.T) {
	d, _ := toy(33, 10, shelf.CodedItems+100, 6)
	ix := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))
	s := ScorerFunc(func(_ context.Context, pairs []Pair) ([]float64, error) {
		scores := make([]float64, len(pairs))
		for i, p := range pairs {
			scores[i] = float64(f32.Dot(d.DE.Queries.Row(p.Query), d.DE.Items.Row(p.Item))) + .1*math.Sin(float64(p.Item))
		}
		return scores, nil
	})
	for _, o := range []SearchOptions{{Budget: 50}, {Budget: 50, Store: ix.Items()}} {
		for _, queries := range [][]int{{1, 7}, {7, 3, 1, 0}} {
			rs := must[[]Result](t)(ix.SearchAll(t.Context(), s, queries, o))
			for i, q := range queries {
				if alone := must[*Result](t)(ix.Search(t.Context(), s, q, o)); !slices.Equal(alone.Items, rs[i].Items) {
					t.Errorf("over %v, query %d: %v alone, %v with %v", o.Store, q, alone.Items[:5], rs[i].Items[:5], queries)
				}
			}
		}
	}
}
