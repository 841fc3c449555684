// Command ablations shows what each part of Calibrated is worth: it leaves out one at a time
// and measures Top-k-Recall on validation queries, which are the last train queries of a data
// set folder and of which the index learns nothing. Test queries are not looked at.
//
//	go run ./workbench/bench/ablations [-validation 100] [-calls 0,10000,50000] [-dense 0] [-seeds 2] [data/verbs]
//
// It prints a table in Markdown: Top-k-Recall in percent for k = 1 / 10 / 100 at budgets of
// 100 and 500 calls, means over seeds of the sampling, and how much less than with all parts.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"axn/workbench"
	"axn/workbench/internal/ablate"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("ablations: ")
	validation := flag.Int("validation", 100, "train queries to validate on")
	calls := flag.String("calls", "0,10000,50000", "calls spent on the index, a table for each")
	dense := flag.Int("dense", 0, "train queries with every item scored in a further table; none if 0")
	seeds := flag.Int("seeds", 2, "seeds of the sampling")
	flag.Parse()
	d, err := workbench.OpenDataset(cmp.Or(flag.Arg(0), "data/verbs"))
	if err != nil {
		log.Fatal(err)
	}
	if *validation <= 0 || *validation >= len(d.Train) || *seeds <= 0 {
		log.Fatalf("%d of %d train queries cannot validate, with %d seeds", *validation, len(d.Train), *seeds)
	}
	cut := len(d.Train) - *validation
	d.Train, d.Test = d.Train[:cut], d.Train[cut:]
	if err := measure(context.Background(), d, *calls, *dense, *seeds); err != nil {
		log.Fatal(err)
	}
}

// variant is Calibrated without something.
type variant struct {
	name        string
	views       bool // whether the data set keeps its views,
	alone       bool // and the scores of items alone
	parts       []ablate.Part
	noise       bool // whether a view of noise stands beside them
	withoutRows bool // whether it says anything of an index without scores
}

func variants(d *workbench.Dataset) []variant {
	all := []variant{{"all parts", true, true, nil, false, true}}
	switched := map[ablate.Part]bool{ablate.Relevance: true, ablate.Slope: true, ablate.Turns: true}
	for _, p := range ablate.Parts {
		if p != ablate.Relevance || len(d.Views) > 0 {
			all = append(all, variant{"without " + string(p), true, true, []ablate.Part{p}, false, switched[p]})
		}
	}
	if len(d.Views) > 0 {
		all = append(all, variant{"without the views", false, true, nil, false, true})
	}
	if d.Alone != nil {
		all = append(all, variant{"without the scores of items alone", true, false, nil, false, true})
	}
	if len(d.Views) > 0 && d.Alone != nil {
		all = append(all, variant{"without either", false, false, nil, false, true})
	}
	return append(all, variant{"with 128 columns of noise", true, true, nil, true, true},
		variant{"with the noise, without weights of views", true, true, []ablate.Part{ablate.Relevance}, true, true})
}

// noise is a view that says nothing.
func noise(items int) workbench.View {
	rng, m := rand.New(rand.NewPCG(1, 1)), workbench.NewMatrix(items, 128)
	for i := range m.Data {
		m.Data[i] = float32(rng.NormFloat64())
	}
	return workbench.View{Name: "noise", Items: m}
}

// measure prints a table for each cost of the index.
func measure(ctx context.Context, d *workbench.Dataset, calls string, dense, seeds int) error {
	s, err := d.Scorer()
	if err != nil {
		return err
	}
	exact, err := workbench.Exact(ctx, s, d, d.Test, 100)
	if err != nil {
		return err
	}
	train := len(d.Train)
	var costs []workbench.Sampling
	for n := range strings.SplitSeq(calls, ",") {
		n, err := strconv.Atoi(n)
		if err != nil || n < 0 {
			return fmt.Errorf("-calls %s: numbers of index calls, by commas, are wanted", calls)
		}
		costs = append(costs, workbench.Sampling{Random: (n + train - 1) / train})
	}
	if dense > 0 {
		costs = append(costs, workbench.Sampling{Queries: dense, Dense: true})
	}
	fmt.Printf("%s, %s: the last %d train queries validate, the first %d are learnt from; %d seeds where there are calls.\n",
		time.Now().Format(time.DateOnly), d.Name, len(d.Test), train, seeds)
	for _, cost := range costs {
		if err := (contest{d, s, exact, cost, seeds}).table(ctx); err != nil {
			return err
		}
	}
	return nil
}

// contest is all variants at one cost of the index.
type contest struct {
	d     *workbench.Dataset
	s     workbench.Scorer
	exact []workbench.Neighbors
	cost  workbench.Sampling
	seeds int
}

func (c contest) table(ctx context.Context) error {
	var first []workbench.Measure
	for _, v := range variants(c.d) {
		if c.cost == (workbench.Sampling{}) && !v.withoutRows {
			continue
		}
		ms, err := c.recall(ctx, v)
		if err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
		if first == nil {
			first = ms
			fmt.Printf("\n%d index calls:\n\n| | B = 100 | B = 500 | less by |\n|---|---|---|---|\n", ms[0].IndexCalls)
		}
		fmt.Printf("| %s | %s | %s | %s |\n", v.name, percents(ms[:3], nil), percents(ms[3:], nil), percents(first, ms))
	}
	return nil
}

// recall measures one variant: two budgets, three k.
func (c contest) recall(ctx context.Context, v variant) ([]workbench.Measure, error) {
	d := *c.d
	if !v.views {
		d.Views = nil
	}
	if !v.alone {
		d.Alone = nil
	}
	if v.noise {
		d.Views = append(slices.Clone(d.Views), noise(len(d.Items)))
	}
	e := workbench.Experiment{Dataset: &d, Scorer: c.s, Systems: []workbench.System{{Name: v.name}}, Budgets: []int{100, 500}, TopK: []int{1, 10, 100}, Exact: c.exact}
	if c.cost != (workbench.Sampling{}) {
		e.Samplings = []workbench.Sampling{c.cost}
		for seed := range c.seeds {
			e.Seeds = append(e.Seeds, int64(seed+1))
		}
	}
	rep, err := e.Run(ablate.Without(ctx, v.parts...))
	if err != nil {
		return nil, err
	}
	return rep.Measures, nil
}

// percents writes recalls, or by how much they are more than others.
func percents(ms, than []workbench.Measure) string {
	text := ""
	for i, m := range ms {
		switch {
		case i == 3:
			text += ", "
		case i > 0:
			text += " / "
		}
		if v := m.Recall; than == nil {
			text += fmt.Sprintf("%.1f", 100*v)
		} else {
			text += fmt.Sprintf("%.1f", 100*(v-than[i].Recall))
		}
	}
	return text
}
