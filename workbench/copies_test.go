package workbench

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAddedQueriesAreTheirOwn: the vector of a query that came later lies where nobody else's do, and has the query's row, or
// the query is refused.
func TestAddedQueriesAreTheirOwn(t *testing.T) {
	x := []float32{1, 2, 3}
	t.Run("one memory", func(t *testing.T) { // all texts encoded at once, say
		d, _ := toy(131, 6, 20, 3)
		all := &Matrix{Rows: 26, Cols: 3, Data: slices.Concat(d.DE.Queries.Data, d.DE.Items.Data)}
		d.DE = DualEmbeddings{Queries: &Matrix{Rows: 6, Cols: 3, Data: all.Data[:18]}, Items: &Matrix{Rows: 20, Cols: 3, Data: all.Data[18:]}}
		before := slices.Clone(d.DE.Items.Data)
		must[int](t)(d.AddQuery(Query{ID: "a"}, x))
		row := must[int](t)(d.AddQuery(Query{ID: "b"}, x))
		if row != 7 || !slices.Equal(d.DE.Queries.Row(row), x) || !slices.Equal(before, d.DE.Items.Data) {
			t.Errorf("row %d is %v; items are %v, were %v", row, d.DE.Queries.Row(row), d.DE.Items.Row(0), before[:3])
		}
	})
	t.Run("one matrix", func(t *testing.T) { // items like an item
		d, _ := toy(131, 20, 20, 3)
		d.DE.Queries = d.DE.Items
		_, err := d.AddQuery(Query{ID: "a"}, x)
		if err == nil || !strings.Contains(err.Error(), "give queries a copy") || d.DE.Items.Rows != 20 || len(d.Queries) != 20 {
			t.Errorf("%v, %d items", err, d.DE.Items.Rows)
		}
	})
	t.Run("copies", func(t *testing.T) {
		d, _ := toy(131, 6, 20, 3)
		must[int](t)(d.AddQuery(Query{ID: "a"}, x)) // behind it is room now
		ix := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{Method: DualEncoder}))
		early, own := *d, *d
		own.DE.Queries = d.DE.Queries.clone()
		must[int](t)(d.AddQuery(Query{ID: "b"}, x))
		row := must[int](t)(own.AddQuery(Query{ID: "c"}, []float32{4, 5, 6}))
		if d.Queries[7].ID != "b" || own.Queries[7].ID != "c" || row != 7 || own.DE.Queries.Row(7)[0] != 4 || ix.DE.Queries.Rows != 8 || ix.DE.Queries.Row(7)[0] != 1 {
			t.Errorf("%v and %v at %d; the index knows %v", d.Queries[7:], own.Queries[7:], row, ix.DE.Queries)
		}
		if row, err := early.AddQuery(Query{ID: "d"}, x); err == nil || !strings.Contains(err.Error(), "a copy of the data set was given queries") {
			t.Errorf("query row %d, %v: its vector is in another row", row, err)
		}
		if _, err := d.AddQuery(Query{ID: "b"}, x); err == nil || !strings.Contains(err.Error(), "query row 7 has that id") || d.Check() != nil {
			t.Errorf("an id given twice: %v", err)
		}
	})
}

// TestCopiesKeepTheirOwn: what a copy of a data set is given, views, judgements and texts, is not the first one's.
func TestCopiesKeepTheirOwn(t *testing.T) {
	d, _ := toy(132, 6, 20, 3)
	d.Views = make([]View, 0, 4)
	copied := *d
	d.setView(View{Name: "a", Items: NewMatrix(20, 1)})
	copied.setView(View{Name: "b", Items: NewMatrix(20, 1)})
	if d.Views[0].Name != "a" || copied.Views[0].Name != "b" {
		t.Errorf("views %v and %v", d.Views, copied.Views)
	}
	path := filepath.Join(t.TempDir(), "qrels.txt")
	must0(t, os.WriteFile(path, []byte("q0 0 i4 1\n"), 0o600))
	must0(t, copied.OpenQrels(path))
	if d.Queries[0].Gold != -1 || copied.Queries[0].Gold != 4 {
		t.Errorf("gold %d and %d", d.Queries[0].Gold, copied.Queries[0].Gold)
	}
	w := excerpt(t)
	texts := must[*Dataset](t)(w.Dataset(Domain{Part: "nouns"}))
	bare := *texts
	bare.Queries, bare.Items = slices.Clone(texts.Queries), slices.Clone(texts.Items)
	for i := range bare.Queries {
		bare.Queries[i].Text = ""
	}
	filled := bare
	must0(t, w.FillTexts(&filled))
	if bare.Queries[0].Text != "" || filled.Queries[0].Text == "" {
		t.Errorf("texts %q and %q", bare.Queries[0].Text, filled.Queries[0].Text)
	}
}
