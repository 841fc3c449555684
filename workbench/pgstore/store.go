// Package pgstore keeps the items of an index in PostgreSQL with the extension pgvector (0.8 or
// later): workbench.ItemStore over a table, exactly or by HNSW.
//
//	s, err := pgstore.Load(ctx, "host=/run/postgresql dbname=axn", "verbs", ix.Items(), pgstore.Options{})
//	err = s.CreateHNSW(ctx, pgstore.HNSW{})
//	rs, err := ix.Head().SearchAll(ctx, scorer, queries, workbench.SearchOptions{Budget: 100, Store: s})
//
// A later program opens the table by Open.
package pgstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"axn/workbench"
	"axn/workbench/internal/files"
)

// Options say how a store answers. The zero value uses HNSW if there is an index, else scans.
type Options struct {
	Exact bool // scan every row although there is an HNSW index

	// EfSearch is how many candidates HNSW keeps while it walks, 1 to 1,000: more find
	// more and take longer. 0 is four times the candidates asked for, at least 200. Where exclusions
	// leave fewer than asked for, the walk goes on (hnsw.iterative_scan).
	EfSearch int

	Connections int // to the server, at a time; 0 is 4
}

// Store is a table of PostgreSQL as a workbench.ItemStore. Items are numbered from 0.
type Store struct {
	pool        *pgxpool.Pool
	table       string // quoted
	items, cols int
	hnsw        bool
	o           Options
}

// Open opens a table that Load made. server is a connection string of PostgreSQL, as
// "host=/run/postgresql dbname=axn" or "postgres://user@host/axn"; what it leaves out comes from
// the environment (PGHOST, PGPASSWORD…).
func Open(ctx context.Context, server, table string, o Options) (*Store, error) {
	s, err := connect(ctx, server, table, o)
	if err != nil {
		return nil, fmt.Errorf("pgstore: open %s: %w", table, err)
	}
	if err := s.describe(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("pgstore: open %s: %w", table, err)
	}
	return s, nil
}

func connect(ctx context.Context, server, table string, o Options) (*Store, error) {
	config, err := pgxpool.ParseConfig(server)
	if err != nil {
		return nil, files.Instead(server, "pgstore.Open", err)
	}
	config.MaxConns = 4
	if o.Connections > 0 {
		config.MaxConns = int32(o.Connections)
	}
	config.AfterConnect = registerVector
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return &Store{pool: pool, table: pgx.Identifier{table}.Sanitize(), o: o}, nil
}

// registerVector makes a connection take vectors as the bytes of their binary form.
func registerVector(ctx context.Context, c *pgx.Conn) error {
	var oid uint32
	err := c.QueryRow(ctx, "SELECT oid FROM pg_type WHERE typname = 'vector'").Scan(&oid)
	if err != nil {
		return fmt.Errorf("this database has no type vector (CREATE EXTENSION vector): %w", err)
	}
	c.TypeMap().RegisterType(&pgtype.Type{Name: "vector", OID: oid, Codec: pgtype.ByteaCodec{}})
	return nil
}

// describe finds out about the table.
func (s *Store) describe(ctx context.Context) error {
	const columns = `SELECT atttypmod FROM pg_attribute WHERE attrelid = $1::regclass AND attname = 'row'`
	if err := s.pool.QueryRow(ctx, columns, s.table).Scan(&s.cols); said(err, "42P01") {
		return fmt.Errorf("there is no such table in this database: Load makes one: %w", err)
	} else if errors.Is(err, pgx.ErrNoRows) {
		return errors.New("this table has no column row: it is none that Load made")
	} else if err != nil {
		return err
	}
	if err := s.pool.QueryRow(ctx, "SELECT coalesce(max(item), -1) + 1 FROM "+s.table).Scan(&s.items); err != nil {
		return err
	}
	return s.pool.QueryRow(ctx, "SELECT count(*) > 0 "+indexes, s.table).Scan(&s.hnsw)
}

// indexes are the HNSW indexes of a table.
const indexes = `FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
	JOIN pg_am a ON a.oid = c.relam WHERE i.indrelid = $1::regclass AND a.amname = 'hnsw' AND i.indisvalid`

// said says whether an error is the server's of this code.
func said(err error, code string) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == code
}

// Close ends the connections.
func (s *Store) Close() { s.pool.Close() }

// Size returns how many items the table has, and how many floats each.
func (s *Store) Size() (items, cols int) { return s.items, s.cols }

// Rows returns the rows of items.
func (s *Store) Rows(ctx context.Context, items []int) (*workbench.Matrix, error) {
	places := make(map[int][]int, len(items)) // in the answer
	for i, it := range items {
		if it < 0 || it >= s.items {
			return nil, fmt.Errorf("pgstore: rows: no item %d in a table of %d", it, s.items)
		}
		places[it] = append(places[it], i)
	}
	m := workbench.NewMatrix(len(items), s.cols)
	rows, err := s.pool.Query(ctx, "SELECT item, row FROM "+s.table+" WHERE item = ANY($1)", items)
	if err != nil {
		return nil, fmt.Errorf("pgstore: rows: %w", err)
	}
	var item int
	var row []byte
	_, err = pgx.ForEachRow(rows, []any{&item, &row}, func() error {
		at := places[item]
		delete(places, item)
		for _, i := range at[1:] {
			defer copy(m.Row(i), m.Row(at[0]))
		}
		return readVector(m.Row(at[0]), row)
	})
	if err != nil {
		return nil, fmt.Errorf("pgstore: rows: %w", err)
	}
	for it := range places {
		return nil, fmt.Errorf("pgstore: rows: item %d is missing in the table", it)
	}
	return m, nil
}

// String fits one line.
func (s *Store) String() string {
	how := "scanned"
	if s.hnsw && !s.o.Exact {
		how = "by HNSW"
	}
	return fmt.Sprintf("pgstore %s: %d items of %d floats, %s", s.table, s.items, s.cols, how)
}
