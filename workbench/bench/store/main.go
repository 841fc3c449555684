// Store measures searches over items that lie in a store: in memory, in a mapped file, and in
// PostgreSQL with pgvector, which it finds in AXN_POSTGRES.
//
//	workbench/pgstore/postgres.sh go run ./workbench/bench/store -items 100000
//
// It prints a Markdown table: how much of the cross-encoder's own top k each found, and its cost.
// The items are synthetic (world.go), the index is Calibrated, fitted to 200 train queries.
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"axn/workbench"
	"axn/workbench/pgstore"
)

var (
	items   = flag.Int("items", 100_000, "items of the world")
	queries = flag.Int("queries", 64, "test queries")
	dims    = flag.Int("d", 127, "floats of a dual-encoder vector; a stored row has twice as many and two more")
	budget  = flag.Int("budget", 500, "calls per query")
	rounds  = flag.Int("rounds", 5, "rounds per query")
	exact   = flag.Bool("exact", true, "scan in PostgreSQL too")
	hnsw    = flag.Bool("hnsw", true, "build an HNSW index, and use it")
	memory  = flag.String("memory", "2GB", "maintenance_work_mem while HNSW is built")
	scan    = flag.Bool("scan", false, "only measure what one shard scans, for 1, 8 and 64 queries at once")
	keep    = flag.Bool("keep", false, "leave the table there, for the next run with the same -items and -d")
	efs     = flag.String("ef", "200,1000", "hnsw.ef_search of the HNSW rows")
)

func main() {
	flag.Parse()
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "store:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "axn-store")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	b := &bench{folder: folder}
	b.timed("world", func() error { b.world = newWorld(*items, *queries, *dims); return nil })
	if *scan {
		return b.scan(ctx)
	}
	if err := b.timed("index", func() error { return b.factorize(ctx) }); err != nil {
		return err
	}
	b.timed("truth", func() error { b.truth(); return nil })
	fmt.Printf("%d items × %d floats, %d queries, B = %d, R = %d, %d cores\n\n", *items, cols(b.ix), *queries, *budget, *rounds, runtime.GOMAXPROCS(0))
	fmt.Println("| items in | asked | recall@1 | recall@10 | recall@100 | s a query |\n|---|---|---|---|---|---|")
	o := workbench.SearchOptions{Budget: *budget, Rounds: *rounds}
	if err := b.row(ctx, "memory", "every item", b.ix, o); err != nil {
		return err
	}
	if err := b.mapped(ctx, o); err != nil {
		return err
	}
	return b.postgres(ctx, o)
}

type bench struct {
	folder string
	*world
	ix  *workbench.Index
	top [][]int // of each test query, the best 100 by the cross-encoder
}

func cols(ix *workbench.Index) int {
	_, n := ix.Items().Size()
	return n
}

// timed reports on standard error how long a step took.
func (b *bench) timed(what string, do func() error) error {
	begin := time.Now()
	err := do()
	fmt.Fprintf(os.Stderr, "%s: %.1f s\n", what, time.Since(begin).Seconds())
	return err
}

func (b *bench) factorize(ctx context.Context) error {
	g, err := workbench.Observe(ctx, b.world, b.d, workbench.Sampling{PerQuery: 100, Random: 300, Seed: 1})
	if err != nil {
		return err
	}
	b.ix, err = workbench.Factorize(ctx, b.d, g, workbench.FactorizeOptions{})
	return err
}

// truth finds the best items by the cross-encoder, which scores all of them.
func (b *bench) truth() {
	for _, q := range b.d.Test {
		scores, rows := make([]float64, *items), make([]int, *items)
		each(*items, func(i int) { scores[i], rows[i] = b.score(q, i), i })
		slices.SortFunc(rows, func(i, j int) int {
			return int(math.Copysign(1, scores[j]-scores[i]))
		})
		b.top = append(b.top, slices.Clone(rows[:100]))
	}
}

// scan prints how long one ask of a shard takes, which holds all items, and its rate: the bytes of
// all items, once, for all the queries asked together.
func (b *bench) scan(ctx context.Context) error {
	store := workbench.StoreOf(b.d.DE.Items)
	n, cols := store.Size()
	for _, queries := range []int{1, 8, 64} {
		best := math.Inf(1)
		for range 5 {
			begin := time.Now()
			if _, err := store.Candidates(ctx, b.d.DE.Queries.Select(b.d.Test[:queries]), 400, nil); err != nil {
				return err
			}
			best = min(best, time.Since(begin).Seconds())
		}
		fmt.Printf("%d items × %d floats, %d queries: %.3f s, %.1f GB/s\n", n, cols, queries, best, float64(n*cols*4)/best/1e9)
	}
	return nil
}

// row searches and prints one line of the table.
func (b *bench) row(ctx context.Context, where, asked string, ix *workbench.Index, o workbench.SearchOptions) error {
	begin := time.Now()
	rs, err := ix.SearchAll(ctx, b.world, b.d.Test, o)
	if err != nil {
		return err
	}
	took := time.Since(begin).Seconds() / float64(len(rs))
	fmt.Printf("| %s | %s | %.4f | %.4f | %.4f | %.3f |\n", where, asked, b.recall(rs, 1), b.recall(rs, 10), b.recall(rs, 100), took)
	return nil
}

func (b *bench) recall(rs []workbench.Result, k int) float64 {
	found := 0
	for n, r := range rs {
		for _, it := range b.top[n][:k] {
			if slices.Contains(r.Items, it) {
				found++
			}
		}
	}
	return float64(found) / float64(k*len(rs))
}

func (b *bench) mapped(ctx context.Context, o workbench.SearchOptions) error {
	path := filepath.Join(b.folder, "index")
	if err := b.timed("save", func() error { return b.ix.Save(path) }); err != nil {
		return err
	}
	ix, err := workbench.MapIndex(path)
	if err != nil {
		return err
	}
	defer ix.Close()
	if err := b.row(ctx, "a mapped file", "every item", ix, o); err != nil {
		return err
	}
	for _, n := range []int{1, 4, 16} {
		o.Store, o.Oversample = ix.Items(), n
		if err := b.row(ctx, "a mapped file, as a store", fmt.Sprintf("a scan for %d candidates an item", n), ix.Head(), o); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) postgres(ctx context.Context, o workbench.SearchOptions) error {
	server := os.Getenv("AXN_POSTGRES")
	if server == "" {
		return fmt.Errorf("AXN_POSTGRES is not set: run it by workbench/pgstore/postgres.sh")
	}
	if err := b.fill(ctx, server); err != nil {
		return err
	}
	if !*keep {
		defer b.drop(ctx, server)
	}
	if *exact {
		if err := b.overTable(ctx, server, "a scan", pgstore.Options{Exact: true}, 4, o); err != nil {
			return err
		}
	}
	if !*hnsw {
		return nil
	}
	for _, ef := range strings.Split(*efs, ",") {
		for _, n := range []int{1, 4} {
			po := pgstore.Options{}
			if _, err := fmt.Sscan(ef, &po.EfSearch); err != nil {
				return fmt.Errorf("-ef: %w", err)
			}
			if err := b.overTable(ctx, server, "HNSW, ef_search "+ef, po, n, o); err != nil {
				return err
			}
		}
	}
	return nil
}

const table = "store_bench"

// fill loads the table and builds its index, unless an earlier run with -keep has.
func (b *bench) fill(ctx context.Context, server string) error {
	if s, err := pgstore.Open(ctx, server, table, pgstore.Options{}); err == nil {
		s.Close()
		return nil
	}
	var s *pgstore.Store
	err := b.timed("load", func() (err error) {
		s, err = pgstore.Load(ctx, server, table, b.ix.Items(), pgstore.Options{})
		return err
	})
	if err != nil || !*hnsw {
		return err
	}
	defer s.Close()
	return b.timed("HNSW", func() error { return s.CreateHNSW(ctx, pgstore.HNSW{Memory: *memory}) })
}

func (b *bench) drop(ctx context.Context, server string) error {
	s, err := pgstore.Open(ctx, server, table, pgstore.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Drop(ctx)
}

// overTable searches by an index without items.
func (b *bench) overTable(ctx context.Context, server, asked string, po pgstore.Options, oversample int, o workbench.SearchOptions) error {
	s, err := pgstore.Open(ctx, server, table, po)
	if err != nil {
		return err
	}
	defer s.Close()
	o.Store, o.Oversample = s, oversample
	return b.row(ctx, "PostgreSQL", fmt.Sprintf("%s, %d candidates an item", asked, oversample), b.ix.Head(), o)
}
