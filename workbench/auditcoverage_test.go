package workbench

import (
	"flag"
	"path/filepath"
	"testing"

	"axn/workbench/internal/audit"
	"axn/workbench/internal/stats"
)

// BenchmarkAuditCoverage says what the intervals of audits are worth, on 50 train rows of data set folders that the
// index has not seen, with 200 draws of each audit:
//
//	go test ./workbench -run - -bench AuditCoverage -benchtime 1x -args ../data/verbs
//
// Shares are of the cost of exact neighbours, the searches' own calls counted in. Its columns are recall, the mean of
// the estimates and their deviation, how many intervals cover the recall, and their mean width.
func BenchmarkAuditCoverage(b *testing.B) {
	if flag.NArg() == 0 {
		b.Skip("name data set folders behind -args")
	}
	for _, dir := range flag.Args() {
		b.Run(filepath.Base(dir), func(b *testing.B) {
			d := must[*Dataset](b)(OpenDataset(dir))
			s := must[Scorer](b)(d.Scorer())
			n := min(500, len(d.Train)/2)
			g := must[*Scores](b)(Observe(b.Context(), s, d, Sampling{Queries: n, Random: 50000 / n, Seed: 1}))
			ix := must[*Index](b)(Factorize(b.Context(), d, g, FactorizeOptions{}))
			asked := d.Train[n:][:50]
			exact := must[[]Neighbors](b)(Exact(b.Context(), s, d, asked, 100))
			for _, k := range []int{1, 10, 100} {
				for _, budget := range []int{100, 500} {
					for _, share := range []float64{.1, .2} {
						auditCoverage(b, ix, s, exact, SearchOptions{K: k, Budget: budget}, share)
					}
				}
			}
		})
	}
}

func auditCoverage(b *testing.B, ix *Index, s Scorer, exact []Neighbors, o SearchOptions, share float64) {
	var queries, calls []int
	for i := range exact {
		queries, calls = append(queries, exact[i].Query), append(calls, int(share*float64(ix.Features.Rows))-o.Budget)
	}
	truth := must[float64](b)(RecallOf(must[[]Result](b)(ix.SearchAll(b.Context(), s, queries, o)), exact, o.K))
	a := must[*audited](b)(ix.auditBlock(b.Context(), s, queries, calls, o))
	var estimates, widths stats.Moments
	covered := 0
	const audits = 200
	for seed := range int64(audits) {
		r, low, high := audit.Recall(must[[]audit.Search](b)(a.draw(b.Context(), s, seed)), o.K)
		if low <= truth && truth <= high {
			covered++
		}
		estimates.Add(100 * r)
		widths.Add(100 * (high - low))
	}
	b.Logf("| K = %d, B = %d, %.0f %% | %.1f | %.1f | %.2f | %.1f %% | %.1f |", o.K, o.Budget, 100*share, 100*truth,
		estimates.Mean, estimates.Deviation(), 100*float64(covered)/audits, widths.Mean)
}
