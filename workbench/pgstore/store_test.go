//go:build postgres

package pgstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"axn/workbench"
	"axn/workbench/storetest"
)

// server is the connection string of the server that postgres.sh started.
func server(t *testing.T) string {
	t.Helper()
	s := os.Getenv("AXN_POSTGRES")
	if s == "" {
		t.Fatal("AXN_POSTGRES is not set: run workbench/pgstore/postgres.sh -servers 3 go test -tags postgres ./workbench/pgstore")
	}
	return s
}

// load makes a table of the test's own, named after it.
func load(t *testing.T, from workbench.ItemStore, o Options) *Store {
	t.Helper()
	s, err := Load(t.Context(), server(t), t.Name(), from, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Drop(context.Background()); err != nil {
			t.Error(err)
		}
		s.Close()
	})
	return s
}

func TestContractExact(t *testing.T) {
	rows := storetest.Rows(2500, 24, 1)
	s := load(t, workbench.StoreOf(rows), Options{})
	storetest.Run(t, s, rows, storetest.Exact)
	if err := s.CreateHNSW(t.Context(), HNSW{}); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), server(t), t.Name(), Options{Exact: true, Connections: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	t.Run("beside HNSW", func(t *testing.T) { storetest.Run(t, again, rows, storetest.Exact) })
}

// TestAppend: rows that came later are as good as those loaded, scanned and by HNSW.
func TestAppend(t *testing.T) {
	rows := storetest.Rows(1200, 12, 2)
	part := func(lo, hi int) *workbench.Matrix {
		return &workbench.Matrix{Rows: hi - lo, Cols: 12, Data: rows.Data[12*lo : 12*hi]}
	}
	s := load(t, workbench.StoreOf(part(0, 700)), Options{})
	if err := s.Append(t.Context(), part(700, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateHNSW(t.Context(), HNSW{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), part(1000, 1200)); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), workbench.NewMatrix(1, 13)); !errors.Is(err, workbench.ErrShape) {
		t.Errorf("rows of another length: %v", err)
	}
	storetest.Run(t, s, rows, .95)
	exact, err := Open(t.Context(), server(t), t.Name(), Options{Exact: true})
	if err != nil {
		t.Fatal(err)
	}
	defer exact.Close()
	t.Run("scanned", func(t *testing.T) { storetest.Run(t, exact, rows, storetest.Exact) })
}

// TestContractHNSW: normal values without structure are what HNSW finds hardest.
func TestContractHNSW(t *testing.T) {
	rows := storetest.Rows(2500, 24, 1)
	s := load(t, workbench.StoreOf(rows), Options{})
	for _, h := range []HNSW{{M: 2, EfConstruction: 4}, {M: 24, EfConstruction: 100, Memory: "64MB", Workers: 1}} { // the second replaces the first
		if err := s.CreateHNSW(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	var built []string
	if err := s.pool.QueryRow(t.Context(), "SELECT array_agg(array_to_string(c.reloptions, ' ')) "+indexes, s.table).Scan(&built); err != nil || !slices.Equal(built, []string{"m=24 ef_construction=100"}) {
		t.Errorf("the indexes are %q (%v)", built, err)
	}
	again, err := Open(t.Context(), server(t), t.Name(), Options{EfSearch: 1000})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if !strings.HasSuffix(again.String(), "2500 items of 24 floats, by HNSW") {
		t.Error(again)
	}
	storetest.Run(t, again, rows, .95)
}

// TestContractLong: rows that no page of PostgreSQL holds, and no HNSW takes.
func TestContractLong(t *testing.T) {
	rows := storetest.Rows(60, 2100, 1)
	s := load(t, workbench.StoreOf(rows), Options{})
	storetest.Run(t, s, rows, storetest.Exact)
	if err := s.CreateHNSW(t.Context(), HNSW{}); err == nil || !strings.Contains(err.Error(), "up to 2000") {
		t.Errorf("error %v", err)
	}
}

func TestErrors(t *testing.T) {
	rows := workbench.StoreOf(storetest.Rows(20, 3, 1))
	s := load(t, rows, Options{})
	if _, err := Load(t.Context(), server(t), t.Name(), rows, Options{}); err == nil || !strings.Contains(err.Error(), "there is such a table: Open opens it") {
		t.Errorf("a second time: %v", err)
	}
	if _, err := Open(t.Context(), server(t), "no such table", Options{}); err == nil || !strings.Contains(err.Error(), "there is no such table in this database: Load makes one") {
		t.Errorf("no table: %v", err)
	}
	if _, err := Open(t.Context(), "host=/nowhere dbname=x", "t", Options{}); err == nil || !strings.Contains(err.Error(), "/nowhere") {
		t.Errorf("no server: %v", err)
	}
	failing := errors.New("no rows today")
	if _, err := Load(t.Context(), server(t), "half", halfway{rows, failing}, Options{}); !errors.Is(err, failing) {
		t.Errorf("a source that fails: %v", err)
	}
	if _, err := Open(t.Context(), server(t), "half", Options{}); err == nil {
		t.Error("a load that failed left a table")
	}
	if _, err := s.pool.Exec(t.Context(), "DELETE FROM "+s.table+" WHERE item = 7"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Rows(t.Context(), []int{6, 7}); err == nil || !strings.Contains(err.Error(), "item 7 is missing") {
		t.Errorf("a missing row: %v", err)
	}
}

// halfway has no row of its last item.
type halfway struct {
	workbench.ItemStore
	err error
}

func (h halfway) Size() (items, cols int) { return 2000, 3 }

func (h halfway) Rows(ctx context.Context, items []int) (*workbench.Matrix, error) {
	if items[0] >= loadRows {
		return nil, h.err
	}
	return workbench.NewMatrix(len(items), 3), nil
}

// TestSearch searches by an index without items over its table: a scan there finds what the
// index's own scan finds.
func TestSearch(t *testing.T) {
	d, g := bent(5, 60, 1200, 10)
	scores, err := workbench.Observe(t.Context(), workbench.LookUp(g), d, workbench.Sampling{Random: 150, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	ix, err := workbench.Factorize(t.Context(), d, scores, workbench.FactorizeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s := load(t, ix.Items(), Options{})
	recall := func(o workbench.SearchOptions) float64 {
		o.Budget = 60
		head := ix
		if o.Store != nil {
			head = ix.Head()
		}
		rs, err := head.SearchAll(t.Context(), workbench.LookUp(g), d.Test, o)
		if err != nil {
			t.Fatal(err)
		}
		r, err := workbench.Recall(t.Context(), workbench.LookUp(g), d, rs, 10)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	scan, table := recall(workbench.SearchOptions{}), recall(workbench.SearchOptions{Store: s, Oversample: 8})
	if err := s.CreateHNSW(t.Context(), HNSW{}); err != nil {
		t.Fatal(err)
	}
	hnsw := recall(workbench.SearchOptions{Store: s, Oversample: 8})
	t.Logf("recall@10: scan %.3f, scan in PostgreSQL %.3f, HNSW %.3f", scan, table, hnsw)
	if table < scan-.005 || hnsw < scan-.01 {
		t.Errorf("recall@10: scan %.3f, scan in PostgreSQL %.3f, HNSW %.3f", scan, table, hnsw)
	}
}

// bent makes a data set whose cross-encoder scores are a curve of the dual encoder's, and noise.
func bent(seed uint64, queries, items, d int) (*workbench.Dataset, *workbench.Matrix) {
	rng := rand.New(rand.NewPCG(seed, 1))
	ds := &workbench.Dataset{Name: "bent", Items: make([]workbench.Item, items), Queries: make([]workbench.Query, queries)}
	ds.DE = workbench.DualEmbeddings{Queries: storetest.Rows(queries, d, seed), Items: storetest.Rows(items, d, seed+1)}
	for i := range ds.Items {
		ds.Items[i].ID = fmt.Sprint(i)
	}
	g := workbench.NewMatrix(queries, items)
	for q := range queries {
		if ds.Queries[q] = (workbench.Query{ID: fmt.Sprint(q), Gold: -1}); q < queries/2 {
			ds.Train = append(ds.Train, q)
		} else {
			ds.Test = append(ds.Test, q)
		}
		for i := range items {
			sim := float32(0)
			for j, x := range ds.DE.Queries.Row(q) {
				sim += x * ds.DE.Items.Row(i)[j] / float32(d)
			}
			g.Row(q)[i] = sim*sim*sim + sim + .3*float32(rng.NormFloat64())
		}
	}
	return ds, g
}
