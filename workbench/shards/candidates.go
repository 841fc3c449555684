package shards

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"axn/workbench"
)

// part is what one shard gives: its candidates by vector, numbered as its own, and the rows of
// all of them.
type part struct {
	candidates [][]int
	items      []int // each candidate once, ascending
	rows       *workbench.Matrix
}

// Candidates asks every shard for its best, and chooses the best of those by their rows, with
// the arithmetic of a scan in memory.
func (s *Store) Candidates(ctx context.Context, vectors *workbench.Matrix, k int, exclude [][]int) ([][]int, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if vectors.Cols != s.cols || exclude != nil && len(exclude) != vectors.Rows {
		return nil, fmt.Errorf("shards: candidates: %w: %d vectors of %d floats, %d lists of exclusions, rows of %d floats",
			workbench.ErrShape, vectors.Rows, vectors.Cols, len(exclude), s.cols)
	}
	if vectors.Rows == 0 || k <= 0 {
		return make([][]int, vectors.Rows), nil
	}
	excluded, err := s.divide(exclude)
	if err != nil {
		return nil, err
	}
	parts := make([]part, len(s.stores))
	failed := s.ask(func(n int) (err error) {
		parts[n], err = s.best(ctx, n, vectors, k, excluded[n])
		return err
	})
	if err := s.report(ctx, failed); err != nil {
		return nil, err
	}
	found := make([][]int, vectors.Rows)
	for q := range found {
		if found[q], err = s.merge(ctx, parts, q, vectors, k); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// divide gives each shard the exclusions that are its items.
func (s *Store) divide(exclude [][]int) ([][][]int, error) {
	parts := make([][][]int, len(s.stores))
	if exclude == nil {
		return parts, nil
	}
	for n := range parts {
		parts[n] = make([][]int, len(exclude))
	}
	all, _ := s.Size()
	for q, items := range exclude {
		for _, it := range items {
			if it < 0 || it >= all {
				return nil, fmt.Errorf("shards: candidates: no item %d among %d to exclude", it, all)
			}
			n := s.shardOf(it)
			parts[n][q] = append(parts[n][q], it-s.first[n])
		}
	}
	return parts, nil
}

// best asks one shard.
func (s *Store) best(ctx context.Context, n int, vectors *workbench.Matrix, k int, exclude [][]int) (p part, err error) {
	if s.first[n] == s.first[n+1] {
		return part{candidates: make([][]int, vectors.Rows), rows: workbench.NewMatrix(0, s.cols)}, nil
	}
	if p.candidates, err = s.stores[n].Candidates(ctx, vectors, k, exclude); err != nil {
		return part{}, err
	}
	if len(p.candidates) != vectors.Rows {
		return part{}, fmt.Errorf("%w: %d lists for %d vectors", workbench.ErrShape, len(p.candidates), vectors.Rows)
	}
	p.items = slices.Concat(p.candidates...)
	slices.Sort(p.items)
	p.items = slices.Compact(p.items)
	if own := s.first[n+1] - s.first[n]; len(p.items) > 0 && (p.items[0] < 0 || p.items[len(p.items)-1] >= own) {
		return part{}, fmt.Errorf("it gave items %d to %d, and had %d: where it has grown, join the shards anew", p.items[0], p.items[len(p.items)-1], own)
	}
	rows, err := s.stores[n].Rows(ctx, p.items)
	if err != nil {
		return part{}, err
	}
	if rows.Rows != len(p.items) || rows.Cols != s.cols {
		return part{}, fmt.Errorf("%w: %d×%d rows for %d items of %d floats", workbench.ErrShape, rows.Rows, rows.Cols, len(p.items), s.cols)
	}
	p.rows = rows
	return p, nil
}

// report returns what failed as an error, unless others may answer alone.
func (s *Store) report(ctx context.Context, failed []error) error {
	var all []error
	answers := false
	for n, err := range failed {
		if err != nil {
			all = append(all, fmt.Errorf("shards: candidates of shard %d: %w", n, err))
		}
		answers = answers || err == nil && s.first[n] < s.first[n+1]
	}
	if len(all) > 0 && (s.o.Lost == nil || !answers || ctx.Err() != nil) {
		return errors.Join(all...)
	}
	for n, err := range failed {
		if err != nil {
			s.o.Lost(ctx, n, err)
		}
	}
	return nil
}

// merge chooses the best k of what the shards found for vector q.
func (s *Store) merge(ctx context.Context, parts []part, q int, vectors *workbench.Matrix, k int) ([]int, error) {
	var items []int // in all shards, ascending, so that ties go to the lower one
	rows := workbench.NewMatrix(0, s.cols)
	for n, p := range parts {
		if p.rows == nil { // lost
			continue
		}
		own := slices.Sorted(slices.Values(p.candidates[q]))
		for _, it := range own {
			at, ok := slices.BinarySearch(p.items, it)
			if !ok || at >= p.rows.Rows {
				return nil, fmt.Errorf("shards: candidates of shard %d: no row for item %d", n, it)
			}
			items = append(items, s.first[n]+it)
			rows.Data = append(rows.Data, p.rows.Row(at)...)
		}
	}
	rows.Rows = len(items)
	best, err := workbench.StoreOf(rows).Candidates(ctx, vectors.Select([]int{q}), k, nil)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	for i, at := range best[0] {
		best[0][i] = items[at]
	}
	return best[0], nil
}
