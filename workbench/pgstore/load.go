package pgstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"axn/workbench"
)

// loadRows is how many rows are taken from the source at a time.
const loadRows = 1024

// maxInline is the size in bytes up to which a row stays in the table's own pages. Longer ones
// lie beside it, which makes a scan several times slower.
const maxInline = 8000

// Load makes a table (item int, row vector) with the rows of another store, by binary COPY, and
// opens it. The table must not be there; a load that fails leaves none behind. pgvector stores
// rows of up to 16,000 floats.
func Load(ctx context.Context, server, table string, from workbench.ItemStore, o Options) (*Store, error) {
	s, err := connect(ctx, server, table, o)
	if err != nil {
		return nil, fmt.Errorf("pgstore: load %s: %w", table, err)
	}
	if err := s.load(ctx, table, from); err != nil {
		s.Close()
		return nil, fmt.Errorf("pgstore: load %s: %w", table, err)
	}
	return s, nil
}

func (s *Store) load(ctx context.Context, table string, from workbench.ItemStore) error {
	if err := s.fill(ctx, table, from); err != nil {
		return err
	}
	_, err := s.pool.Exec(ctx, "VACUUM ANALYZE "+s.table)
	if err != nil { // with its own time, since ctx may be what ended it
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropWait)
		defer cancel()
		err = errors.Join(err, s.Drop(bounded))
	}
	return err
}

// dropWait is how long a table that is of no use may take to be removed.
const dropWait = 10 * time.Second

// fill makes the table, with all rows or not at all.
func (s *Store) fill(ctx context.Context, table string, from workbench.ItemStore) error {
	s.items, s.cols = from.Size()
	storage := "PLAIN"
	if 4*s.cols > maxInline {
		storage = "EXTERNAL"
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		create := fmt.Sprintf("CREATE TABLE %s (item int NOT NULL, row vector(%d) STORAGE %s NOT NULL)", s.table, s.cols, storage)
		if _, err := tx.Exec(ctx, create); said(err, "42P07") {
			return fmt.Errorf("there is such a table: Open opens it, and Store.Drop removes it: %w", err)
		} else if err != nil {
			return err
		}
		rows := &source{ctx: ctx, from: from, items: s.items}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{table}, []string{"item", "row"}, rows); err != nil {
			return cmp.Or(rows.err, err)
		}
		_, err := tx.Exec(ctx, "ALTER TABLE "+s.table+" ADD PRIMARY KEY (item)")
		return err
	})
}

// Append adds rows of further items, as Index.Rows makes them, all or none; their numbers follow
// those of the items before. An HNSW index takes them too. No search may be under way.
func (s *Store) Append(ctx context.Context, rows *workbench.Matrix) error {
	if rows.Cols != s.cols {
		return fmt.Errorf("pgstore: append: %w: rows of %d floats, the table's have %d", workbench.ErrShape, rows.Cols, s.cols)
	}
	from := &source{ctx: ctx, from: workbench.StoreOf(rows), items: rows.Rows, first: s.items}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "CREATE TEMP TABLE further (LIKE "+s.table+") ON COMMIT DROP")
		if err == nil {
			_, err = tx.CopyFrom(ctx, pgx.Identifier{"further"}, []string{"item", "row"}, from)
		}
		if err == nil {
			_, err = tx.Exec(ctx, "INSERT INTO "+s.table+" SELECT * FROM further")
		}
		return cmp.Or(from.err, err)
	})
	if err != nil {
		return fmt.Errorf("pgstore: append: %w", err)
	}
	s.items += rows.Rows
	return nil
}

// source gives the rows of a store to COPY.
type source struct {
	ctx   context.Context
	from  workbench.ItemStore
	items int
	first int // number of the first item in the table
	next  int
	chunk *workbench.Matrix // rows next−next%loadRows and following
	err   error
}

func (c *source) Next() bool {
	if c.next == c.items || c.err != nil {
		return false
	}
	if c.next%loadRows == 0 {
		rows := make([]int, min(loadRows, c.items-c.next))
		for i := range rows {
			rows[i] = c.next + i
		}
		if c.chunk, c.err = c.from.Rows(c.ctx, rows); c.err != nil {
			return false
		}
	}
	c.next++
	return true
}

func (c *source) Values() ([]any, error) {
	item := c.next - 1
	return []any{c.first + item, appendVector(nil, c.chunk.Row(item%loadRows))}, nil
}

func (c *source) Err() error { return c.err }

// HNSW says how an index is built. The zero value is 32 links an item and 200 candidates, twice and
// three times what pgvector takes by itself.
type HNSW struct {
	M              int    // links per item; 0 is 32
	EfConstruction int    // candidates kept while building; 0 is 200
	Memory         string // for the build, as "2GB"; an index that does not fit is built much more slowly; "" is the server's maintenance_work_mem
	Workers        int    // beside the first; 0 is the server's max_parallel_maintenance_workers
}

// maxHNSW is the longest row that pgvector's HNSW takes.
const maxHNSW = 2000

// CreateHNSW builds an HNSW index by inner product, which searches use from then on. It takes the
// place of one that was there, of which the server would use either.
//
// HNSW by inner product misses some items: long rows are everybody's neighbours, and no path may lead
// to a short one, though it be the best of all, so that recall@1 can suffer where recall@10 does not.
// Options.EfSearch and workbench.SearchOptions.Oversample find more of them, a larger M and
// EfConstruction link more of them, and Options.Exact, a scan, misses none.
func (s *Store) CreateHNSW(ctx context.Context, h HNSW) error {
	if s.cols > maxHNSW {
		return fmt.Errorf("pgstore: create HNSW: pgvector indexes up to %d floats, and the rows have %d", maxHNSW, s.cols)
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if h.Memory != "" {
			if _, err := tx.Exec(ctx, "SELECT set_config('maintenance_work_mem', $1, true)", h.Memory); err != nil {
				return err
			}
		}
		if h.Workers > 0 {
			if _, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL max_parallel_maintenance_workers = %d", h.Workers)); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, "SELECT i.indexrelid::regclass::text "+indexes, s.table)
		if err != nil {
			return err
		}
		before, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		create := "CREATE INDEX ON %s USING hnsw (row vector_ip_ops) WITH (m = %d, ef_construction = %d)"
		_, err = tx.Exec(ctx, fmt.Sprintf(create, s.table, cmp.Or(h.M, 32), cmp.Or(h.EfConstruction, 200)))
		for _, name := range before { // last, since it keeps searches out
			if err == nil {
				_, err = tx.Exec(ctx, "DROP INDEX "+name)
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("pgstore: create HNSW: %w", err)
	}
	s.hnsw = true
	return nil
}

// Drop removes the table and its index.
func (s *Store) Drop(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, "DROP TABLE "+s.table); err != nil {
		return fmt.Errorf("pgstore: drop: %w", err)
	}
	return nil
}
