package workbench_test

import (
	"bytes"
	"context"
	"fmt"

	"axn/workbench"

	"gonum.org/v1/plot/vg"
)

// A result is a table: the item, the round that found it, its score. Describe adds what the ids stand for.
func ExampleResult_Frame() {
	ctx := context.Background()
	data, err := workbench.OpenDataset("../data/verbs")
	workbench.Must(err)
	ce, err := data.Scorer()
	workbench.Must(err)
	index, err := workbench.Factorize(ctx, data, nil, workbench.FactorizeOptions{}) // without scores
	workbench.Must(err)

	result, err := index.Search(ctx, ce, data.Test[0], workbench.SearchOptions{K: 3, Budget: 50})
	workbench.Must(err)
	fmt.Println(result.Frame().Select([]string{"rank", "round", "item", "score"}).Records())
	fmt.Println(data.Describe(result.Frame()).Col("lemmas").Records()[0])
	// Output:
	// [[rank round item score] [1 3 12621 7.140625] [2 1 11958 5.726562] [3 1 9222 5.488281]]
	// rear, raise, bring up, nurture, parent
}

// Trace follows one search: after how many calls it had found how many of the exact neighbours.
func ExampleResult_Trace() {
	ctx := context.Background()
	data, err := workbench.OpenDataset("../data/verbs")
	workbench.Must(err)
	ce, err := data.Scorer()
	workbench.Must(err)
	index, err := workbench.Factorize(ctx, data, nil, workbench.FactorizeOptions{})
	workbench.Must(err)

	query := data.Test[0]
	result, err := index.Search(ctx, ce, query, workbench.SearchOptions{Budget: 100, Rounds: 4})
	workbench.Must(err)
	exact, err := workbench.Exact(ctx, ce, data, []int{query}, 100)
	workbench.Must(err)
	trace := result.Trace(exact[0])
	fmt.Println("calls", trace.Col("calls").Records(), "found", trace.Col("found").Records())
	// Output:
	// calls [25 50 75 100] found [17 31 44 55]
}

// A report has two tables, Frame with a row per measure and Table as papers print it, and several plots.
// In a notebook each shows itself; a program writes them.
func ExampleReport_PlotRecall() {
	ctx := context.Background()
	data, err := workbench.OpenDataset("../data/verbs")
	workbench.Must(err)
	ce, err := data.Scorer()
	workbench.Must(err)
	report, err := workbench.Experiment{
		Dataset: data,
		Scorer:  ce,
		Systems: []workbench.System{
			{Name: "retrieve and rerank", Factorize: workbench.FactorizeOptions{Method: workbench.DualEncoder}, Search: workbench.SearchOptions{Rounds: 1}},
			{Name: "calibrated"},
		},
		Queries: data.Test[:20],
		Budgets: []int{50, 100},
		TopK:    []int{10},
	}.Run(ctx)
	workbench.Must(err)
	fmt.Println(report.Table().Names())

	plot, err := report.PlotRecall(10)
	workbench.Must(err)
	fmt.Println(plot.Y.Label.Text, "against", plot.X.Label.Text)
	picture, err := plot.WriterTo(15*vg.Centimeter, 9*vg.Centimeter, "svg")
	workbench.Must(err)
	var svg bytes.Buffer
	_, err = picture.WriteTo(&svg)
	fmt.Println(svg.Len() > 1000, err)
	// Output:
	// [system index_calls item_passes B50_k10 B100_k10]
	// recall, % against cross-encoder calls per query (budget B)
	// true <nil>
}

// An approximation holds what a search believed of every item, beside the truth: by how much, for whom, and
// which true neighbours it missed for that.
func ExampleIndex_Approximate() {
	ctx := context.Background()
	data, err := workbench.OpenDataset("../data/verbs")
	workbench.Must(err)
	ce, err := data.Scorer()
	workbench.Must(err)
	index, err := workbench.Factorize(ctx, data, nil, workbench.FactorizeOptions{Method: workbench.DualEncoder})
	workbench.Must(err)

	options := workbench.SearchOptions{Budget: 100}
	results, err := index.SearchAll(ctx, ce, data.Test[:10], options)
	workbench.Must(err)
	a, err := index.Approximate(ctx, ce, results, options)
	workbench.Must(err)
	fmt.Println(a)
	fmt.Println(a.Frame().Names())
	missed := a.Missed(10)
	fmt.Println(missed.Nrow(), "of 100 neighbours missed, the first because it was", missed.Col("cause").Records()[0])
	_, err = workbench.PlotErrors(5, a)
	fmt.Println(err)
	// Output:
	// Approximation de: 10 queries × 13767 items, 5 rounds
	// [system round group range items bias rmse]
	// 54 of 100 neighbours missed, the first because it was underestimated
	// <nil>
}
