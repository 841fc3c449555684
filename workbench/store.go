package workbench

import "context"

// ItemStore keeps one row of floats per item, wherever there is room for them, and
// finds items by the inner products of their rows with a vector. Index.Items gives
// an index's rows as a store, in memory or in a mapped file; package pgstore keeps
// them in PostgreSQL; package storetest is the contract.
//
// Its methods may be called from several goroutines.
type ItemStore interface {
	// Size returns how many items there are, and how many floats each has.
	Size() (items, cols int)

	// Rows returns the rows of items, in the order given, in memory that is the
	// caller's. A number that is no item's is an error.
	Rows(ctx context.Context, items []int) (*Matrix, error)

	// Candidates returns for each row of vectors the k items whose rows have the
	// highest inner products with it, best first, ties by lower item, without the
	// items of exclude at the same place; nil excludes nothing. There are fewer than
	// k only where fewer are left. An approximate store may give others, in order of
	// their inner products, and fewer.
	Candidates(ctx context.Context, vectors *Matrix, k int, exclude [][]int) ([][]int, error)
}
