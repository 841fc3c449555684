package workbench_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"axn/workbench"
)

// The whole way: open a data set, spend calls on scores, make an index, search,
// compare with the truth.
func Example() {
	ctx := context.Background()
	data, err := workbench.OpenDataset("../data/verbs")
	workbench.Must(err)
	ce, err := data.Scorer()
	workbench.Must(err)

	scores, err := workbench.Observe(ctx, ce, data, workbench.Sampling{Random: 100, Seed: 1})
	workbench.Must(err)
	index, err := workbench.Factorize(ctx, data, scores, workbench.FactorizeOptions{})
	workbench.Must(err)

	query := data.Test[0]
	result, err := index.Search(ctx, ce, query, workbench.SearchOptions{K: 3, Budget: 100})
	workbench.Must(err)
	for i, item := range result.Items {
		fmt.Printf("%.1f %s\n", result.Scores[i], data.Items[item].Lemmas)
	}
	fmt.Println(result.Calls, "calls instead of", len(data.Items))
	// Output:
	// 7.1 rear, raise, bring up, nurture, parent
	// 5.7 bring up
	// 5.5 bring up
	// 100 calls instead of 13767
}

func ExampleOpenDataset() {
	data, err := workbench.OpenDataset("../data/verbs")
	workbench.Must(err)
	fmt.Println(data)
	fmt.Println(data.Items[0].ID, data.Items[0].Lemmas)
	// Output:
	// Dataset verbs: 13767 items, 1000 queries (500 train, 500 test), 256-d vectors, view ce 128-d
	// 00001740-v breathe, take a breath, respire, suspire
}

// Any function can be a scorer; a look-up in a matrix is one.
func ExampleScorerFunc() {
	calls := 0
	var ce workbench.Scorer = workbench.ScorerFunc(func(ctx context.Context, pairs []workbench.Pair) ([]float64, error) {
		calls += len(pairs)
		scores := make([]float64, len(pairs))
		for i, p := range pairs {
			scores[i] = -float64(p.Item) // the lower the row, the better
		}
		return scores, nil
	})
	scores, err := ce.Score(context.Background(), []workbench.Pair{{Query: 0, Item: 3}, {Query: 0, Item: 1}})
	fmt.Println(scores, err, calls)
	// Output: [-3 -1] <nil> 2
}

// Observed scores can be saved, so that their calls are paid once.
func ExampleObserve() {
	ctx := context.Background()
	data, err := workbench.OpenDataset("../data/verbs")
	workbench.Must(err)
	ce, err := data.Scorer()
	workbench.Must(err)
	scores, err := workbench.Observe(ctx, ce, data, workbench.Sampling{Queries: 100, PerQuery: 50, Random: 50, Seed: 1})
	workbench.Must(err)
	fmt.Println(scores)

	dir, err := os.MkdirTemp("", "axn")
	workbench.Must(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "verbs.scores")
	workbench.Must(scores.Save(path))
	again, err := workbench.OpenScores(path)
	workbench.Must(err)
	fmt.Println(again)
	// Output:
	// Scores 100×13767, 10000 observed (0.73%), 10000 calls
	// Scores 100×13767, 10000 observed (0.73%), 10000 calls
}

// An experiment compares systems at equal budgets. Retrieve-and-rerank is the
// dual encoder's index with one round.
func ExampleExperiment() {
	ctx := context.Background()
	data, err := workbench.OpenDataset("../data/verbs")
	workbench.Must(err)
	ce, err := data.Scorer()
	workbench.Must(err)
	scores, err := workbench.Observe(ctx, ce, data, workbench.Sampling{Queries: 100, Random: 100, Seed: 1})
	workbench.Must(err)
	de, err := workbench.Factorize(ctx, data, scores, workbench.FactorizeOptions{Method: workbench.DualEncoder})
	workbench.Must(err)
	index, err := workbench.Factorize(ctx, data, scores, workbench.FactorizeOptions{})
	workbench.Must(err)
	report, err := workbench.Experiment{
		Dataset: data,
		Scorer:  ce,
		Systems: []workbench.System{
			{Name: "retrieve and rerank", Index: de, Search: workbench.SearchOptions{Rounds: 1}},
			{Name: "AXN", Index: de},
			{Name: "calibrated", Index: index},
		},
		Queries: data.Test[:100],
		Budgets: []int{200},
		TopK:    []int{100},
	}.Run(ctx)
	workbench.Must(err)
	for _, m := range report.Measures {
		fmt.Printf("%s: recall %.2f of the top %d\n", m.System, m.Recall, m.K)
	}
	// Output:
	// retrieve and rerank: recall 0.34 of the top 100
	// AXN: recall 0.30 of the top 100
	// calibrated: recall 0.62 of the top 100
}
