package workbench

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"axn/workbench/internal/audit"
	"axn/workbench/internal/stats"
)

// BenchmarkAuditCoverage says what the intervals of audits are worth, of 50 train rows at a time of data set folders that the
// index has not seen, four times 50 and 50 draws of each audit:
//
//	go test ./workbench -run - -bench AuditCoverage -benchtime 1x -args ../data/verbs
//
// Shares are of the cost of exact neighbours, the searches' own calls counted in. Its columns are recall, mean and
// deviation of the estimates' errors, how many intervals cover the recall, and their mean width.
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
			asked := d.Train[n:]
			exact := must[[]Neighbors](b)(Exact(b.Context(), s, d, asked[:min(200, len(asked))], 100))
			for _, k := range []int{1, 10, 100} {
				for _, budget := range []int{100, 500} {
					for _, share := range []float64{.1, .2} {
						b.Run(fmt.Sprintf("k=%d/budget=%d/share=%v", k, budget, share), func(b *testing.B) {
							auditCoverage(b, ix, s, exact, SearchOptions{K: k, Budget: budget}, share)
						})
					}
				}
			}
		})
	}
}

func auditCoverage(b *testing.B, ix *Index, s Scorer, exact []Neighbors, o SearchOptions, share float64) {
	var truths, errors, widths stats.Moments
	covered, audits := 0, 0
	for part := range slices.Chunk(exact, 50) {
		var queries, calls []int
		for i := range part {
			queries, calls = append(queries, part[i].Query), append(calls, int(share*float64(ix.Features.Rows))-o.Budget)
		}
		truth := must[float64](b)(RecallOf(must[[]Result](b)(ix.SearchAll(b.Context(), s, queries, o)), part, o.K))
		truths.Add(100 * truth)
		a := must[*audited](b)(ix.auditBlock(b.Context(), s, queries, calls, o, audit.Thorough, nil))
		for seed := range int64(50) {
			r, low, high := audit.Recall(must[[]audit.Search](b)(a.draw(b.Context(), s, seed)), o.K)
			if audits++; low <= truth && truth <= high {
				covered++
			}
			errors.Add(100 * (r - truth))
			widths.Add(100 * (high - low))
		}
	}
	b.Logf("| K = %d, B = %d, %.0f %% | %.1f | %+.2f | %.2f | %.1f %% | %.1f |", o.K, o.Budget, 100*share, truths.Mean,
		errors.Mean, errors.Deviation(), 100*float64(covered)/float64(audits), widths.Mean)
}
