package shards

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"axn/workbench"
	"axn/workbench/storetest"
)

// cut makes shards of rows, of sizes that differ, one of them empty.
func cut(rows *workbench.Matrix, n int) (stores []workbench.ItemStore) {
	for i := range n {
		lo, hi := rows.Rows*i*i/(n*n), rows.Rows*(i+1)*(i+1)/(n*n)
		stores = append(stores, workbench.StoreOf(&workbench.Matrix{Rows: hi - lo, Cols: rows.Cols, Data: rows.Data[lo*rows.Cols : hi*rows.Cols]}))
	}
	return slices.Insert(stores, 1, workbench.StoreOf(workbench.NewMatrix(0, rows.Cols)))
}

func join(t *testing.T, stores []workbench.ItemStore, o Options) *Store {
	t.Helper()
	s, err := New(stores, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestContract(t *testing.T) {
	rows := storetest.Rows(700, 12, 1)
	for _, n := range []int{1, 2, 7} {
		t.Run(fmt.Sprint(n), func(t *testing.T) { storetest.Run(t, join(t, cut(rows, n), Options{}), rows, storetest.Exact) })
	}
}

// Searches over shards are the searches over one store, score by score, for plain methods and
// for Calibrated, whose first round ranks by vectors.
func TestShardsEqualTheWhole(t *testing.T) {
	const items, queries, cols = 900, 30, 8
	d := &workbench.Dataset{DE: workbench.DualEmbeddings{Queries: storetest.Rows(queries, cols, 3), Items: storetest.Rows(items, cols, 4)}}
	for i := range items {
		d.Items = append(d.Items, workbench.Item{ID: fmt.Sprint(i)})
	}
	for q := range queries {
		d.Queries = append(d.Queries, workbench.Query{ID: fmt.Sprint(q), Gold: -1})
		if q < queries/2 {
			d.Train = append(d.Train, q)
		} else {
			d.Test = append(d.Test, q)
		}
	}
	scorer := workbench.ScorerFunc(func(_ context.Context, pairs []workbench.Pair) ([]float64, error) {
		scores := make([]float64, len(pairs))
		for i, p := range pairs {
			for j, x := range d.DE.Queries.Row(p.Query) {
				scores[i] += float64(x) * d.DE.Items.At(p.Item, j)
			}
			scores[i] += float64((p.Query*31 + p.Item*17) % 13)
		}
		return scores, nil
	})
	g, err := workbench.Observe(t.Context(), scorer, d, workbench.Sampling{Random: 100, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []workbench.Method{workbench.DualEncoder, workbench.Transductive, workbench.Calibrated} {
		ix, err := workbench.Factorize(t.Context(), d, g, workbench.FactorizeOptions{Method: method})
		if err != nil {
			t.Fatal(err)
		}
		search := func(store workbench.ItemStore) string {
			rs, err := ix.Head().SearchAll(t.Context(), scorer, d.Test, workbench.SearchOptions{Budget: 60, K: 10, Rounds: 4, Store: store})
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, r := range rs {
				fmt.Fprintln(&b, r.Items, r.Scores, r.Calls)
			}
			return b.String()
		}
		whole := ix.Items()
		n, _ := whole.Size()
		all, err := whole.Rows(t.Context(), seq(n))
		if err != nil {
			t.Fatal(err)
		}
		want := search(workbench.StoreOf(all))
		for _, shards := range []int{2, 3, 7} {
			if got := search(join(t, cut(all, shards), Options{})); got != want {
				t.Errorf("%s over %d shards:\n%s\nover one store:\n%s", method, shards, got, want)
			}
		}
	}
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// broken is a store that fails, or panics.
type broken struct {
	workbench.ItemStore
	panics bool
}

var errDown = errors.New("connection refused")

func (b broken) Candidates(context.Context, *workbench.Matrix, int, [][]int) ([][]int, error) {
	if b.panics {
		panic("no more memory")
	}
	return nil, errDown
}

func TestLostShard(t *testing.T) {
	rows := storetest.Rows(300, 6, 1)
	stores := cut(rows, 3)
	vectors := storetest.Rows(4, 6, 2)
	stores[2] = broken{stores[2], false}
	if _, err := join(t, stores, Options{}).Candidates(t.Context(), vectors, 5, nil); !errors.Is(err, errDown) || !strings.Contains(err.Error(), "shard 2") {
		t.Errorf("%v", err)
	}
	for _, panics := range []bool{false, true} {
		stores[2] = broken{stores[2], panics}
		var lost []string
		s := join(t, stores, Options{Lost: func(_ context.Context, shard int, err error) { lost = append(lost, fmt.Sprint(shard, " ", err)) }})
		got, err := s.Candidates(t.Context(), vectors, 5, nil)
		if err != nil || len(lost) != 1 || !strings.HasPrefix(lost[0], "2 ") || panics != strings.Contains(lost[0], "no more memory") {
			t.Fatalf("%v, lost %v", err, lost)
		}
		// The answer is that of the others.
		rest, err := workbench.StoreOf(rows).Candidates(t.Context(), vectors, 5, slices.Repeat([][]int{seq(s.first[3])[s.first[2]:]}, 4))
		if err != nil || !slices.EqualFunc(got, rest, slices.Equal[[]int]) {
			t.Errorf("%v, not %v (%v)", got, rest, err)
		}
	}
	for i := range stores {
		stores[i] = broken{stores[i], false}
	}
	s := join(t, stores, Options{Lost: func(context.Context, int, error) {}})
	if _, err := s.Candidates(t.Context(), vectors, 5, nil); !errors.Is(err, errDown) {
		t.Errorf("no shard answers: %v", err)
	}
}

func TestNew(t *testing.T) {
	if _, err := New(nil, Options{}); err == nil {
		t.Error("no stores make one")
	}
	a, b := workbench.StoreOf(workbench.NewMatrix(2, 3)), workbench.StoreOf(workbench.NewMatrix(2, 4))
	if _, err := New([]workbench.ItemStore{a, b}, Options{}); !errors.Is(err, workbench.ErrShape) {
		t.Errorf("rows of unequal length: %v", err)
	}
	if _, err := New([]workbench.ItemStore{a, nil}, Options{}); err == nil {
		t.Error("nil is a store")
	}
}

// TestShardThatGrew: a store's new items are not taken for those of the next one.
func TestShardThatGrew(t *testing.T) {
	rows := storetest.Rows(20, 4, 5)
	ix := &workbench.Index{Method: workbench.DualEncoder, DE: workbench.DualEmbeddings{Items: rows}, Features: rows}
	s := join(t, []workbench.ItemStore{ix.Items(), workbench.StoreOf(storetest.Rows(20, 4, 6))}, Options{})
	best := &workbench.Matrix{Rows: 1, Cols: 4, Data: []float32{9, 9, 9, 9}}
	if err := ix.Add(best); err != nil {
		t.Fatal(err)
	}
	found, err := s.Candidates(t.Context(), best, 3, nil)
	if err == nil || !strings.Contains(err.Error(), "shard 0: it gave items") || !strings.Contains(err.Error(), "join the shards anew") {
		t.Errorf("%v, %v", found, err)
	}
}
