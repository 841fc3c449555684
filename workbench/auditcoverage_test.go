package workbench

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/audit"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/stats"
)

// BenchmarkAuditCoverage says what the intervals of audits are worth, of up to 200 train rows of data set folders that the
// indexes have not seen, 50 draws each, in parts of 50 queries and of 20: 200 and 500 audits:
//
//	go test ./workbench -run - -bench AuditCoverage -benchtime 1x -timeout 60m -args ../data/verbs
//	go test ./workbench -run - -bench AuditCoverage/verbs/views/share=0.2 …
//
// Indexes are made of 50,000 entries with views and without, and of 100 dense rows by Calibrated and by ANNCUR. Shares are of the cost
// of exact neighbours, the searches' own calls counted in. Its columns are, for each K, recall, the mean error of the estimates, how many
// intervals cover the recall, and their mean width; after ± the errors' deviation.
func BenchmarkAuditCoverage(b *testing.B) {
	if flag.NArg() == 0 {
		b.Skip("name data set folders behind -args")
	}
	for _, dir := range flag.Args() {
		b.Run(filepath.Base(dir), func(b *testing.B) {
			d := must[*Dataset](b)(OpenDataset(dir))
			s := must[Scorer](b)(d.Scorer())
			n := min(500, len(d.Train)/2)
			asked := d.Train[n:][:min(200, len(d.Train)-n)]
			exact := must[[]Neighbors](b)(Exact(b.Context(), s, d, asked, slices.Max(auditedKs)))
			plain := *d
			plain.Views, plain.Alone = nil, nil
			for _, of := range []struct {
				name string
				d    *Dataset
				by   Sampling
				m    Method
			}{
				{"views", d, Sampling{Queries: n, Random: 50000 / n, Seed: 1}, Calibrated},
				{"plain", &plain, Sampling{Queries: n, Random: 50000 / n, Seed: 1}, Calibrated},
				{"dense", d, Sampling{Queries: 100, Dense: true}, Calibrated},
				{"anncur", &plain, Sampling{Queries: 100, Dense: true}, ANNCUR},
			} {
				b.Run(of.name, func(b *testing.B) {
					g := must[*Scores](b)(Observe(b.Context(), s, of.d, of.by))
					ix := must[*Index](b)(Factorize(b.Context(), of.d, g, FactorizeOptions{Method: of.m}))
					for _, share := range []float64{.1, .2} {
						for _, budget := range []int{100, 200, 500, 1000} {
							b.Run(fmt.Sprintf("share=%v/budget=%d", share, budget), func(b *testing.B) {
								auditCoverage(b, ix, s, exact, budget, share)
							})
						}
					}
				})
			}
		})
	}
}

var auditedKs = []int{1, 10, 50, 100}

func auditCoverage(b *testing.B, ix *Index, s Scorer, exact []Neighbors, budget int, share float64) {
	var queries, calls []int
	for _, e := range exact {
		queries, calls = append(queries, e.Query), append(calls, int(share*float64(ix.Features.Rows))-budget)
	}
	o := SearchOptions{K: auditedKs[0], Budget: budget}
	a := must[*audited](b)(ix.auditBlock(b.Context(), s, queries, calls, o, audit.Thorough, nil))
	rs := must[[]Result](b)(ix.SearchAll(b.Context(), s, queries, o))
	var draws [][]audit.Search
	for seed := range int64(50) {
		draws = append(draws, must[[]audit.Search](b)(a.draw(b.Context(), s, seed)))
	}
	for _, size := range []int{50, 20} {
		cells := make([]string, len(auditedKs))
		cores.Each(len(cells), func(i int) { cells[i] = coverage(b, rs, exact, draws, auditedKs[i], size) })
		b.Logf("| %.0f %%, B = %d, %d queries | %s |", 100*share, budget, size, strings.Join(cells, " | "))
	}
}

// coverage is of audits of so many queries at a time.
func coverage(b *testing.B, rs []Result, exact []Neighbors, draws [][]audit.Search, k, size int) string {
	var truths, errors, widths, covered stats.Moments
	for from := 0; from+size <= len(exact); from += size {
		truth := must[float64](b)(RecallOf(rs[from:from+size], exact[from:from+size], k))
		truths.Add(100 * truth)
		for _, searches := range draws {
			r, low, high := audit.Recall(searches[from:from+size], k)
			errors.Add(100 * (r - truth))
			widths.Add(100 * (high - low))
			if low <= truth && truth <= high {
				covered.Add(100)
			} else {
				covered.Add(0)
			}
		}
	}
	return fmt.Sprintf("%.1f: %+.2f ± %.2f, %.1f %%, %.1f", truths.Mean, errors.Mean, errors.Deviation(), covered.Mean, widths.Mean)
}
