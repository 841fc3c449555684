// Command mapped measures a mapped index in a process of its own: how long it
// takes to start, how long the first search and later ones for one query, and how
// much memory it holds, against the size of the file.
//
//	go run ./workbench/bench/mapped -items 1000000 -method calibrated
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"axn/workbench"
)

var (
	items  = flag.Int("items", 1000000, "items")
	dims   = flag.Int("dims", 256, "length of their vectors")
	method = flag.String("method", string(workbench.DualEncoder), "de or calibrated")
	rounds = flag.Int("rounds", 10, "rounds of a search")
	budget = flag.Int("budget", 500, "calls of a search")
	open   = flag.String("open", "", "measure this index rather than make one")
)

const queries = 200

func main() {
	log.SetFlags(0)
	log.SetPrefix("mapped: ")
	flag.Parse()
	do := build
	if *open != "" {
		do = measure
	}
	if err := do(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// build saves an index in a temporary folder and measures it in another process.
func build(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "mapped")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "index")
	if err := save(ctx, path); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, append(os.Args[1:], "-open", path)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

func save(ctx context.Context, path string) error {
	d := &workbench.Dataset{Name: "random", Items: make([]workbench.Item, *items), Queries: make([]workbench.Query, queries)}
	d.DE = workbench.DualEmbeddings{Queries: vectors(queries, 1), Items: vectors(*items, 2)}
	for i := range d.Items {
		d.Items[i].ID = fmt.Sprint(i)
	}
	for q := range d.Queries {
		d.Queries[q] = workbench.Query{ID: fmt.Sprint(q), Gold: -1}
		if q < queries/2 {
			d.Train = append(d.Train, q)
		}
	}
	g, err := workbench.Observe(ctx, scorer(d.DE), d, workbench.Sampling{PerQuery: 200, Random: 200})
	if err != nil {
		return err
	}
	ix, err := workbench.Factorize(ctx, d, g, workbench.FactorizeOptions{Method: workbench.Method(*method)})
	if err != nil {
		return err
	}
	return ix.Save(path)
}

// vectors are random, of unit length and of a spread that falls from column to column.
func vectors(rows int, seed uint64) *workbench.Matrix {
	rng, m := rand.New(rand.NewPCG(seed, 1)), workbench.NewMatrix(rows, *dims)
	for i := range rows {
		row, sum := m.Row(i), 0.0
		for j := range row {
			row[j] = float32(rng.NormFloat64() / math.Sqrt(float64(8+j)))
			sum += float64(row[j]) * float64(row[j])
		}
		for j := range row {
			row[j] /= float32(math.Sqrt(sum))
		}
	}
	return m
}

// scorer is cheap: a curve of the inner product, a pair of other components and noise.
func scorer(e workbench.DualEmbeddings) workbench.Scorer {
	return workbench.ScorerFunc(func(_ context.Context, pairs []workbench.Pair) ([]float64, error) {
		scores := make([]float64, len(pairs))
		for i, p := range pairs {
			v, x, sim := e.Items.Row(p.Item), e.Queries.Row(p.Query), 0.0
			for j := range v {
				sim += float64(v[j]) * float64(x[j])
			}
			noise := rand.New(rand.NewPCG(uint64(p.Item), uint64(p.Query))).NormFloat64()
			scores[i] = 6*math.Tanh(2*sim) + 2*float64(v[3]*x[5]+v[7]*x[1]) + .3*noise
		}
		return scores, nil
	})
}

// measure maps the index and searches it for one query after another.
func measure(ctx context.Context) error {
	file, err := os.Stat(*open)
	if err != nil {
		return err
	}
	start := time.Now()
	ix, err := workbench.MapIndex(*open)
	if err != nil {
		return err
	}
	started, memory := time.Since(start), resident()
	var took []time.Duration
	for q := range queries / 2 {
		start := time.Now()
		if _, err := ix.Search(ctx, scorer(ix.DE), queries/2+q, workbench.SearchOptions{Budget: *budget, Rounds: *rounds}); err != nil {
			return err
		}
		took = append(took, time.Since(start))
	}
	first := took[0]
	slices.Sort(took)
	fmt.Printf("%v\nfile %d MB; started in %v\nfirst search %v, median of %d %v, best %v\nafter the start %s; in the end %s\n",
		ix, file.Size()>>20, started, first, len(took), took[len(took)/2], took[0], memory, resident())
	return ix.Close()
}

// resident is what the system says of the process's memory: the most there was,
// and what of it now lies in files or not.
func resident() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "memory not known"
	}
	var parts []string
	for line := range strings.Lines(string(status)) {
		for _, name := range []string{"VmHWM", "RssAnon", "RssFile"} {
			if strings.HasPrefix(line, name+":") {
				parts = append(parts, strings.Join(strings.Fields(line), " "))
			}
		}
	}
	return strings.Join(parts, ", ")
}
