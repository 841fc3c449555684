package workbench

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkSearchVerbs searches the verbs of WordNet for one test query at a time and for 64
// together, by what an index was made of and by the budget; a table of scores stands in the
// place of the cross-encoder.
func BenchmarkSearchVerbs(b *testing.B) {
	all := must[*Dataset](b)(OpenDataset("../data/verbs"))
	s := must[Scorer](b)(all.Scorer())
	bare := *all
	bare.Views, bare.Alone = nil, nil
	for _, d := range []*Dataset{&bare, all} {
		for _, calls := range []int{0, 50000} {
			var g *Scores
			if calls > 0 {
				g = must[*Scores](b)(Observe(b.Context(), s, d, Sampling{PerQuery: 100, Queries: calls / 100, Random: 50}))
			}
			ix := must[*Index](b)(Factorize(b.Context(), d, g, FactorizeOptions{}))
			for _, budget := range []int{100, 500} {
				for _, together := range []int{1, 64} {
					b.Run(fmt.Sprintf("views=%d/calls=%d/B=%d/queries=%d", len(d.Views), calls, budget, together), func(b *testing.B) {
						benchmarkSearch(b, ix, s, d.Test, together, SearchOptions{K: 100, Budget: budget})
					})
				}
			}
		}
	}
}

func benchmarkSearch(b *testing.B, ix *Index, s Scorer, queries []int, together int, o SearchOptions) {
	b.ReportAllocs()
	searched := 0
	for b.Loop() {
		at := searched % (len(queries) - together)
		if _, err := ix.SearchAll(context.Background(), s, queries[at:at+together], o); err != nil {
			b.Fatal(err)
		}
		searched += together
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(searched), "µs/query")
}
