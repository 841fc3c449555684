package pgstore

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"

	"axn/workbench"
)

// maxEfSearch is the most that pgvector takes.
const maxEfSearch = 1000

// Candidates returns for each row of vectors the k items of highest inner product but for the
// excluded ones. Vectors are shared among the store's connections.
func (s *Store) Candidates(ctx context.Context, vectors *workbench.Matrix, k int, exclude [][]int) ([][]int, error) {
	if vectors.Cols != s.cols || exclude != nil && len(exclude) != vectors.Rows {
		return nil, fmt.Errorf("pgstore: candidates: %w: %d vectors of %d floats and %d lists of exclusions, rows of %d floats",
			workbench.ErrShape, vectors.Rows, vectors.Cols, len(exclude), s.cols)
	}
	found := make([][]int, vectors.Rows)
	if k <= 0 {
		return found, nil
	}
	workers := min(int(s.pool.Config().MaxConns), vectors.Rows)
	errs := make([]error, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			errs[w] = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
				return s.share(ctx, tx, vectors, k, exclude, w, workers, found)
			})
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("pgstore: candidates: %w", err)
	}
	return found, nil
}

// share answers every workers-th vector in one transaction.
func (s *Store) share(ctx context.Context, tx pgx.Tx, vectors *workbench.Matrix, k int, exclude [][]int, from, workers int, found [][]int) error {
	query, err := s.prepare(ctx, tx, k)
	if err != nil {
		return err
	}
	for q := from; q < vectors.Rows; q += workers {
		out := []int{}
		if exclude != nil && exclude[q] != nil {
			out = exclude[q]
		}
		rows, err := tx.Query(ctx, query, appendVector(nil, vectors.Row(q)), out, k)
		if err != nil {
			return err
		}
		if found[q], err = pgx.CollectRows(rows, pgx.RowTo[int]); err != nil {
			return err
		}
	}
	return nil
}

// prepare sets the transaction up for HNSW or for a scan, and returns the query: its parameters
// are the vector, the excluded items and k.
func (s *Store) prepare(ctx context.Context, tx pgx.Tx, k int) (string, error) {
	settings, order := "SET LOCAL enable_indexscan = off", "d, item"
	if s.hnsw && !s.o.Exact {
		ef := s.o.EfSearch
		if ef == 0 {
			ef = max(200, 4*k)
		}
		settings = fmt.Sprintf("SET LOCAL enable_seqscan = off; SET LOCAL hnsw.ef_search = %d; SET LOCAL hnsw.iterative_scan = relaxed_order", min(ef, maxEfSearch))
		order = "d"
	}
	_, err := tx.Exec(ctx, settings)
	// <#> is the negative inner product. A relaxed order is only nearly right: the outer query
	// makes it so, by d + 0 because the planner takes c for sorted by d.
	return "WITH c AS MATERIALIZED (SELECT item, row <#> $1 AS d FROM " + s.table + " WHERE item <> ALL($2::int[]) ORDER BY " +
		order + " LIMIT $3) SELECT item FROM c ORDER BY d + 0, item", err
}
