package workbench_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"axn/workbench"
)

// A matrix is rows of float32. It is saved as .npy, which Python reads too, and is a matrix to gonum.
func ExampleMatrix() {
	dir, err := os.MkdirTemp("", "axn")
	workbench.Must(err)
	defer os.RemoveAll(dir)

	m := &workbench.Matrix{Rows: 2, Cols: 3, Data: []float32{1, 2, 3, 4, 5, 6}}
	path := filepath.Join(dir, "m.npy")
	workbench.Must(m.Save(path))
	again, err := workbench.OpenMatrix(path)
	workbench.Must(err)
	fmt.Println(again, again.Row(1), again.At(0, 2))
	// Output:
	// Matrix 2×3 [4 5 6] 3
}

// An index is one file. OpenIndex reads it, MapIndex leaves it where it is; both answer as before.
func ExampleIndex_Save() {
	ctx := context.Background()
	data, err := workbench.OpenDataset("../data/verbs")
	workbench.Must(err)
	ce, err := data.Scorer()
	workbench.Must(err)
	index, err := workbench.Factorize(ctx, data, nil, workbench.FactorizeOptions{})
	workbench.Must(err)

	dir, err := os.MkdirTemp("", "axn")
	workbench.Must(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "verbs.axn")
	workbench.Must(index.Save(path))
	again, err := workbench.MapIndex(path)
	workbench.Must(err)
	defer again.Close()
	fmt.Println(again)

	o := workbench.SearchOptions{K: 3, Budget: 100}
	a, err := index.Search(ctx, ce, data.Test[0], o)
	workbench.Must(err)
	b, err := again.Search(ctx, ce, data.Test[0], o)
	workbench.Must(err)
	fmt.Println(a.Items, b.Items)
	// Output:
	// Index calibrated: 13767 items, 386 features, 1000 queries known, 0 calls spent, 13767 item passes
	// [12621 11958 9222] [12621 11958 9222]
}

// Recall scores every item to know the truth. Kept in a file, that is paid once.
func ExampleRecall() {
	ctx := context.Background()
	data, err := workbench.OpenDataset("../data/verbs")
	workbench.Must(err)
	ce, err := data.Scorer()
	workbench.Must(err)
	index, err := workbench.Factorize(ctx, data, nil, workbench.FactorizeOptions{})
	workbench.Must(err)
	queries := data.Test[:50]
	results, err := index.SearchAll(ctx, ce, queries, workbench.SearchOptions{Budget: 200})
	workbench.Must(err)
	recall, err := workbench.Recall(ctx, ce, data, results, 10)
	workbench.Must(err)
	fmt.Printf("%.2f\n", recall)

	exact, err := workbench.Exact(ctx, ce, data, queries, 100)
	workbench.Must(err)
	dir, err := os.MkdirTemp("", "axn")
	workbench.Must(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "verbs.exact")
	workbench.Must(workbench.SaveNeighbors(path, exact))
	exact, err = workbench.OpenNeighbors(path)
	workbench.Must(err)
	for _, k := range []int{1, 10, 100} {
		recall, err := workbench.RecallOf(results, exact, k)
		workbench.Must(err)
		fmt.Printf("top %d: %.2f\n", k, recall)
	}
	// Output:
	// 0.91
	// top 1: 0.96
	// top 10: 0.91
	// top 100: 0.59
}

// Items may lie elsewhere, such as in a database: a search takes the index without them and a store that
// has them. Here the store is the index's own memory.
func ExampleItemStore() {
	ctx := context.Background()
	data, err := workbench.OpenDataset("../data/verbs")
	workbench.Must(err)
	ce, err := data.Scorer()
	workbench.Must(err)
	index, err := workbench.Factorize(ctx, data, nil, workbench.FactorizeOptions{Method: workbench.DualEncoder})
	workbench.Must(err)

	items, cols := index.Items().Size()
	fmt.Println(items, "items of", cols, "floats")
	result, err := index.Head().Search(ctx, ce, data.Test[0], workbench.SearchOptions{K: 3, Budget: 100, Store: index.Items()})
	workbench.Must(err)
	fmt.Println(result.Items)
	// Output:
	// 13767 items of 256 floats
	// [12621 11958 9222]
}
