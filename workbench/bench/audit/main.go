// Command audit measures what the intervals of audits are worth:
//
//	go run ./workbench/bench/audit [-rows 500] [-entries 50000] [-queries 50] [-audits 200] data/verbs
//
// It prints a table in Markdown: for searches at B = 100 and 500 and audits at shares of the cost of
// exact neighbours, their searches' own calls counted in, the true recall, the mean of the
// estimates, how many intervals cover the truth, and their mean width. Queries are train rows
// beyond -rows.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"

	"axn/workbench"
)

func main() {
	rows := flag.Int("rows", 500, "train queries to learn from, at most half of them")
	entries := flag.Int("entries", 50000, "index calls; 0 is none")
	queries := flag.Int("queries", 50, "queries to search, at most")
	audits := flag.Int("audits", 200, "audits of each search")
	method := flag.String("method", "", "method of the index; \"\" is Calibrated")
	flag.Parse()
	log.SetFlags(0)
	if flag.NArg() != 1 {
		log.Fatal("audit: name one data set folder")
	}
	ctx := context.Background()
	d, err := workbench.OpenDataset(flag.Arg(0))
	workbench.Must(err)
	s, err := d.Scorer()
	workbench.Must(err)
	n := min(*rows, len(d.Train)/2)
	var g *workbench.Scores
	if *entries > 0 {
		g, err = workbench.Observe(ctx, s, d, workbench.Sampling{Queries: n, Random: *entries / n, Seed: 1})
		workbench.Must(err)
	}
	ix, err := workbench.Factorize(ctx, d, g, workbench.FactorizeOptions{Method: workbench.Method(*method)})
	workbench.Must(err)
	asked := d.Train[n:]
	asked = asked[:min(*queries, len(asked))]
	exact, err := workbench.Exact(ctx, s, d, asked, 100)
	workbench.Must(err)
	fmt.Println("| k | B | share of exact | recall | mean estimate | covered | width |\n|---|---|---|---|---|---|---|")
	for _, k := range []int{1, 10, 100} {
		for _, budget := range []int{100, 500} {
			search := workbench.SearchOptions{K: k, Budget: budget}
			rs, err := ix.SearchAll(ctx, s, asked, search)
			workbench.Must(err)
			truth, err := workbench.RecallOf(rs, exact, k)
			workbench.Must(err)
			for _, share := range []float64{.05, .1, .2} {
				calls := int(share*float64(len(d.Items)*len(asked))) - budget*len(asked)
				if calls < len(asked) {
					continue
				}
				covered, mean, width := 0, 0.0, 0.0
				for seed := range *audits {
					r, err := workbench.Audit(ctx, s, ix, asked, workbench.AuditOptions{Search: search, Calls: calls, Seed: int64(seed)})
					workbench.Must(err)
					if r.Low <= truth && truth <= r.High {
						covered++
					}
					mean, width = mean+r.Recall/float64(*audits), width+(r.High-r.Low)/float64(*audits)
				}
				fmt.Printf("| %d | %d | %.0f %% | %.2f | %.2f | %.1f %% | %.2f |\n", k, budget, 100*share, 100*truth, 100*mean, 100*float64(covered)/float64(*audits), 100*width)
			}
		}
	}
}
