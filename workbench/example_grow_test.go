package workbench_test

import (
	"context"
	"fmt"

	"axn/workbench"
)

// Two items come up after the index was made, one leaves, and a filter keeps half of them: a
// search finds among what is there.
func ExampleIndex_Add() {
	ctx := context.Background()
	d := &workbench.Dataset{Name: "points", Queries: []workbench.Query{{ID: "q", Gold: -1}}, DE: workbench.DualEmbeddings{
		Queries: &workbench.Matrix{Rows: 1, Cols: 2, Data: []float32{1, 0}},
		Items:   &workbench.Matrix{Rows: 2, Cols: 2, Data: []float32{1, 0, 0, 1}}}}
	d.Items = []workbench.Item{{ID: "east"}, {ID: "north"}}
	ix, err := workbench.Factorize(ctx, d, nil, workbench.FactorizeOptions{Method: workbench.DualEncoder})
	workbench.Must(err)

	vectors := &workbench.Matrix{Rows: 2, Cols: 2, Data: []float32{0.8, 0.6, 0.6, 0.8}}
	workbench.Must(d.AddItems([]workbench.Item{{ID: "east-northeast"}, {ID: "north-northeast"}}, vectors))
	scorer := workbench.LookUp(&workbench.Matrix{Rows: 1, Cols: 4, Data: []float32{9, 1, 8, 2}})
	_, err = ix.Search(ctx, scorer, 0, workbench.SearchOptions{Budget: 4})
	fmt.Println(err)

	workbench.Must(ix.Add(vectors))
	workbench.Must(ix.Remove(0))
	r, err := ix.Search(ctx, scorer, 0, workbench.SearchOptions{Budget: 4, Allow: func(item int) bool { return item != 3 }})
	workbench.Must(err)
	for _, item := range r.Items {
		fmt.Println(d.Items[item].ID)
	}
	// Output:
	// workbench: search: the scorer's data set has 4 items and the index knows 2: Index.Add takes the others
	// east-northeast
	// north
}
