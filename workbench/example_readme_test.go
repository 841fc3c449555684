package workbench_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"axn/workbench"
)

// The first code of the README, to the letter; a cell shows the value of its last line.
func Example_readme() {
	ctx := context.Background() // a cell has one

	data, err := workbench.OpenDataset("../data/verbs") // from notebooks/: 13,767 word senses
	workbench.Must(err)
	ce, err := data.Scorer() // the cross-encoder: here a file of its scores
	workbench.Must(err)
	index, err := workbench.Factorize(ctx, data, nil, workbench.FactorizeOptions{})
	workbench.Must(err) // from what it made of each item alone; no train query, no pair scored
	result, err := index.Search(ctx, ce, data.Test[2], workbench.SearchOptions{K: 10, Budget: 500})
	workbench.Must(err)
	data.Describe(result.Frame()) // a table, in a notebook

	fmt.Println(result)
	fmt.Println(data.Queries[result.Query].ID, "is", data.Items[result.Items[0]].Lemmas)
	// Output:
	// Result query 502: 10 items from 500 calls in 5 rounds
	// 01173951-v:0 is gobble, bolt
}

// TestREADME compares the README's first code with the example above, word by word.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, code, found := strings.Cut(string(readme), "```go\nimport \"axn/workbench\"\n")
	code, _, closed := strings.Cut(code, "```")
	source, err := os.ReadFile("example_readme_test.go")
	if err != nil || !found || !closed {
		t.Fatal("the README has no code that begins with the import", err)
	}
	_, example, _ := strings.Cut(string(source), "// a cell has one\n")
	example, _, _ = strings.Cut(example, "\n\tfmt.Println(result)\n")
	words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	if words(code) != words(example) || words(code) == "" {
		t.Errorf("the README says\n%s\nand the example\n%s", code, example)
	}
}
