package workbench_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"axn/workbench"
)

// sharedWords stands for a cross-encoder: it counts the words of the item that the query has.
var sharedWords = workbench.TextScorerFunc(func(_ context.Context, pairs [][2]string) ([]float64, error) {
	scores := make([]float64, len(pairs))
	for i, p := range pairs {
		for _, word := range strings.FieldsFunc(p[1], func(r rune) bool { return strings.ContainsRune(" ,:", r) }) {
			if strings.Contains(p[0], word) {
				scores[i]++
			}
		}
	}
	return scores, nil
})

// A part of WordNet becomes a data set with texts, and any function over texts a scorer of its rows.
// The folder here holds a few senses made up for the tests; "" opens the installed WordNet.
func ExampleOpenWordNet() {
	wn, err := workbench.OpenWordNet("testdata/wordnet")
	workbench.Must(err)
	d, err := wn.Dataset(workbench.Domain{Part: "verbs", Train: 3, Test: 2, Seed: 1})
	workbench.Must(err)
	fmt.Println(d)
	fmt.Println(d.Queries[0].Text)
	fmt.Println(d.Items[d.Queries[0].Gold].Text)

	scores, err := workbench.NewScorer(sharedWords, d).Score(context.Background(), []workbench.Pair{{Query: 0, Item: 0}, {Query: 0, Item: 1}})
	workbench.Must(err)
	fmt.Println(scores)
	// Output:
	// Dataset verbs: 3 items, 5 queries (3 train, 2 test), no vectors
	// he is * running *
	// run, run away: move fast
	// [2 0]
}

// A cached scorer pays once for each pair, in this run and all later ones.
func ExampleCached() {
	dir, err := os.MkdirTemp("", "cache")
	workbench.Must(err)
	defer os.RemoveAll(dir)

	ce, err := workbench.Cached(workbench.Named("shared words", sharedWords), filepath.Join(dir, "scores"))
	workbench.Must(err)
	defer ce.Close()
	pairs := [][2]string{{"dry red wine", "red berry"}, {"dry red wine", "red wine"}, {"dry red wine", "red berry"}}
	for range 2 {
		scores, err := ce.Predict(context.Background(), pairs)
		workbench.Must(err)
		fmt.Println(scores, ce)
	}
	// Output:
	// [1 2 1] Cache: 2 pairs scored, 0 found
	// [1 2 1] Cache: 2 pairs scored, 3 found
}

// A cross-encoder reads query and text together: raw scores, higher is better.
func ExampleOpenCrossEncoder() {
	ce, err := workbench.OpenCrossEncoder("../data/models/ce-wordnet-L4")
	workbench.Must(err)
	query := "the cancer had * invaded * her lungs"
	senses := []string{"invade: march aggressively into another's territory", "invade, infest: spread or grow all over", "sing: make music with the voice"}
	best, err := ce.Rank(context.Background(), query, senses, 2)
	workbench.Must(err)
	for _, b := range best {
		fmt.Printf("%.1f %s\n", b.Score, senses[b.Index])
	}
	// Output:
	// 4.4 invade, infest: spread or grow all over
	// 0.5 invade: march aggressively into another's territory
}

// A dual encoder turns each text into a vector of its own; its score is their dot product.
func ExampleOpenDualEncoder() {
	de, err := workbench.OpenDualEncoder("../data/models/de-wordnet-L2")
	workbench.Must(err)
	v, err := de.Encode(context.Background(), []string{"he * sang * a song", "sing: make music with the voice", "invade: march aggressively into another's territory"})
	workbench.Must(err)
	fmt.Println(v)
	dot := func(i, j int) (sum float32) {
		for c, x := range v.Row(i) {
			sum += x * v.Row(j)[c]
		}
		return sum
	}
	fmt.Println(dot(0, 1) > dot(0, 2))
	// Output:
	// Matrix 3×256
	// true
}

// Long calls tell how far they have come. In a notebook that is a bar; here it is one line at the end.
func ExampleWithProgress() {
	ctx := workbench.WithProgress(context.Background(), func(p workbench.Progress) {
		if p.Final {
			fmt.Printf("%s: %d of %d %s\n", p.Task, p.Done, p.Total, p.Unit)
		}
	})
	data, err := workbench.OpenDataset("../data/verbs")
	workbench.Must(err)
	ce, err := data.Scorer()
	workbench.Must(err)
	_, err = workbench.Observe(ctx, ce, data, workbench.Sampling{Queries: 10, Random: 100})
	workbench.Must(err)
	// Output:
	// observe: 1000 of 1000 calls
}

// Must ends a cell that cannot go on. Errors name the verb and what it was given.
func ExampleMust() {
	defer func() { fmt.Println(recover()) }()
	index := &workbench.Index{}
	_, err := index.Search(context.Background(), nil, 0, workbench.SearchOptions{K: 10})
	workbench.Must(err)
	// Output:
	// workbench: search: the budget must be positive: set Budget to the cross-encoder calls a query may spend (it is 0)
}

// One machine serves a scorer, another scores with it. Several machines share the work.
func ExampleRerankHandler() {
	one := httptest.NewServer(workbench.RerankHandler(sharedWords)) // in earnest: http.ListenAndServe(":8080", …)
	defer one.Close()
	other := httptest.NewServer(workbench.RerankHandler(sharedWords))
	defer other.Close()

	ce := &workbench.RerankClient{URL: one.URL, Replicas: []string{other.URL}}
	scores, err := ce.Predict(context.Background(), [][2]string{{"dry red wine", "red berry"}, {"dry red wine", "red wine"}})
	workbench.Must(err)
	fmt.Println(scores)
	// Output:
	// [1 2]
}

// Two tables of texts become a data set, and a check tells what is wrong before any call is spent on
// an index.
func ExampleOpenCSV() {
	dir, err := os.MkdirTemp("", "csv")
	workbench.Must(err)
	defer os.RemoveAll(dir)
	items, queries := filepath.Join(dir, "wines.csv"), filepath.Join(dir, "queries.csv")
	workbench.Must(os.WriteFile(items, []byte("id,text\nm,dry red wine\nr,sweet white wine\np,dry red wine\n"), 0o644))
	workbench.Must(os.WriteFile(queries, []byte("text,item\na dry red with meat,m\nsweet with cake,r\n"), 0o644))

	d, err := workbench.OpenCSV(items, queries)
	workbench.Must(err)
	fmt.Println(d)
	report, err := workbench.CheckScorer(context.Background(), workbench.NewScorer(sharedWords, d), d)
	workbench.Must(err)
	fmt.Println(report)
	fmt.Println(report.Findings[1].Found)
	// Output:
	// Dataset wines: 3 items, 2 queries (1 train, 1 test drawn by chance), no vectors
	// ScorerReport on wines: 0 problems, 4 warnings, 11 checks, 10 calls
	// 1 of 3 items repeat an earlier text, first rows 0 and 2
}
