package workbench

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/stats"
)

// Training lowers the loss, and the towers carry over to items never observed: on
// scores that are a linear map of the vectors they beat the dual encoder there.
func TestInductiveLearnsAMap(t *testing.T) {
	d, _ := toy(64, 200, 100, 6)
	g := NewMatrix(200, 100)
	m := normals(rand.New(rand.NewPCG(64, 2)), 6, 6)
	for q := range 200 {
		u := make([]float32, 6)
		f32.GemvT(u, m.view(), d.DE.Queries.Row(q))
		f32.Gemv(g.Row(q), d.DE.Items.view(), u)
	}
	for _, method := range []Method{Inductive, Distilled} {
		scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: 30, Seed: 1}))
		for i := range scores.Rows { // items 90 on stay unobserved
			r := &scores.Rows[i]
			for n := len(r.Items); n > 0 && r.Items[n-1] >= 90; n-- {
				r.Items, r.Values = r.Items[:n-1], r.Values[:n-1]
			}
		}
		ix := must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{Method: method, Epochs: 300, LearningRate: 0.003}))
		agree := func(queries, items *Matrix) float64 {
			total := 0.0
			for _, q := range d.Test {
				s := make([]float32, 100)
				f32.Gemv(s, items.view(), queries.Row(q))
				total += correlation(s[90:], g.Row(q)[90:])
			}
			return total / float64(len(d.Test))
		}
		if before, after := agree(d.DE.Queries, d.DE.Items), agree(ix.Queries, ix.Features); after < before+0.3 {
			t.Errorf("%s: correlation on unobserved items %v, dual encoder's %v", method, after, before)
		}
	}
}

func correlation(a, b []float32) float64 {
	var ma, mb stats.Moments
	for i := range a {
		ma.Add(float64(a[i]))
		mb.Add(float64(b[i]))
	}
	sum := 0.0
	for i := range a {
		sum += (float64(a[i]) - ma.Mean) * (float64(b[i]) - mb.Mean)
	}
	return sum / float64(len(a)) / ma.Deviation() / mb.Deviation()
}

// TestInductiveOfAddedQueries: a query that came after the index is searched by the query tower, as
// the query whose vector it has, and an index saved after it opens.
func TestInductiveOfAddedQueries(t *testing.T) {
	d, g := toy(8, 20, 80, 6)
	ix := toyIndex(t, d, g, Inductive)
	row := must[int](t)(d.AddQuery(Query{ID: "later"}, d.DE.Queries.Row(15)))
	g = &Matrix{Rows: row + 1, Cols: g.Cols, Data: append(g.Data, g.Row(15)...)}
	path := filepath.Join(t.TempDir(), "index")
	if err := ix.Save(path); err != nil {
		t.Fatal(err)
	}
	for _, ix := range []*Index{ix, must[*Index](t)(OpenIndex(path))} {
		rs := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), []int{15, row}, SearchOptions{Budget: 12, Lambda: .5}))
		if !slices.Equal(rs[0].Items, rs[1].Items) {
			t.Errorf("query 15 finds %v, the same one later %v", rs[0].Items, rs[1].Items)
		}
	}
	ix.queryTower = nil // as in a file from before there was one
	if _, err := ix.Search(t.Context(), LookUp(g), row, SearchOptions{Budget: 12}); err == nil || !strings.Contains(err.Error(), "came after the index") {
		t.Errorf("without a tower: %v", err)
	}
}
