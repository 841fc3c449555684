// Package shards searches several item stores as one.
//
//	all, err := shards.New([]workbench.ItemStore{a, b, c}, shards.Options{})
//	rs, err := head.SearchAll(ctx, scorer, queries, workbench.SearchOptions{Budget: 100, Store: all})
//
// The stores may be of any kind: rows in memory, mapped files, tables of PostgreSQL on several
// servers.
package shards

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"axn/workbench"
)

// Options say what becomes of a search when a shard cannot answer. The zero value fails it.
type Options struct {
	// Lost, if it is set, is told of each shard that does not give its candidates, by its number
	// and the context that it was asked with, and the others' candidates are the answer.
	// Only where no shard answers is that an error. It may be called from several goroutines.
	Lost func(ctx context.Context, shard int, err error)
}

// Store is several stores as one workbench.ItemStore: the items of the first come first, then
// those of the second, and so on. It answers as one exact store of all rows would, if the
// shards are exact.
type Store struct {
	stores []workbench.ItemStore
	first  []int // number of each shard's first item; at the end, of all items
	cols   int
	o      Options
}

// New joins stores, whose rows must be equally long, as large as they are now: after a store has been given items, join
// anew. It does not close them.
func New(stores []workbench.ItemStore, o Options) (*Store, error) {
	if len(stores) == 0 {
		return nil, errors.New("shards: there is no store")
	}
	s := &Store{stores: slices.Clone(stores), first: []int{0}, o: o}
	for i, st := range stores {
		if st == nil {
			return nil, fmt.Errorf("shards: store %d is nil", i)
		}
		items, cols := st.Size()
		if i == 0 {
			s.cols = cols
		}
		if cols != s.cols {
			return nil, fmt.Errorf("shards: %w: rows of store %d have %d floats, and those of store 0 %d", workbench.ErrShape, i, cols, s.cols)
		}
		s.first = append(s.first, s.first[i]+items)
	}
	return s, nil
}

// Size returns the number of all items, and the floats of each.
func (s *Store) Size() (items, cols int) { return s.first[len(s.stores)], s.cols }

// String fits one line.
func (s *Store) String() string {
	items, cols := s.Size()
	return fmt.Sprintf("items in %d shards: %d of %d floats", len(s.stores), items, cols)
}

// shardOf returns the shard of an item.
func (s *Store) shardOf(item int) int {
	i, found := slices.BinarySearch(s.first, item)
	if !found {
		return i - 1
	}
	for s.first[i+1] == item { // shards without items
		i++
	}
	return i
}

// Rows returns the rows of items, each from its shard. A shard that cannot give them is an
// error, also with Options.Lost.
func (s *Store) Rows(ctx context.Context, items []int) (*workbench.Matrix, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	own := make([][]int, len(s.stores)) // items by their numbers in the shard
	at := make([][]int, len(s.stores))  // where their rows go
	all, _ := s.Size()
	for i, it := range items {
		if it < 0 || it >= all {
			return nil, fmt.Errorf("shards: rows: no item %d among %d", it, all)
		}
		n := s.shardOf(it)
		own[n], at[n] = append(own[n], it-s.first[n]), append(at[n], i)
	}
	rows := workbench.NewMatrix(len(items), s.cols)
	err := s.ask(func(n int) error {
		if len(own[n]) == 0 {
			return nil
		}
		part, err := s.stores[n].Rows(ctx, own[n])
		if err != nil {
			return err
		}
		if part.Rows != len(own[n]) || part.Cols != s.cols {
			return fmt.Errorf("%w: %d×%d rows for %d items of %d floats", workbench.ErrShape, part.Rows, part.Cols, len(own[n]), s.cols)
		}
		for r, i := range at[n] {
			copy(rows.Row(i), part.Row(r))
		}
		return nil
	})
	for n := range err {
		if err[n] != nil {
			return nil, fmt.Errorf("shards: rows of shard %d: %w", n, err[n])
		}
	}
	return rows, nil
}

// ask asks all shards at once. A shard that panics has failed.
func (s *Store) ask(one func(n int) error) []error {
	failed := make([]error, len(s.stores))
	var all sync.WaitGroup
	for n := range s.stores {
		all.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					failed[n] = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
				}
			}()
			failed[n] = one(n)
		})
	}
	all.Wait()
	return failed
}
