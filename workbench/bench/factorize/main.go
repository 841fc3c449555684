// Command factorize compares ALS with implicit and AdamW with a PyTorch loop on
// the same entries in one run, taking turns, and prints a Markdown table; with
// -scale it prints our own time and memory for growing numbers of items instead.
// The rivals are installed by pip into the user's cache folder on first use.
//
//	go run ./workbench/bench/factorize
//	go run ./workbench/bench/factorize -scale
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"axn/workbench"
	"axn/workbench/bench/rival"
	"axn/workbench/internal/f32"
)

//go:embed rivals.py
var script string

const dims = 256

func main() {
	log.SetFlags(0)
	log.SetPrefix("factorize: ")
	items := flag.Int("items", 20000, "items")
	queries := flag.Int("queries", 1000, "train queries")
	entries := flag.Int("entries", 100, "entries of a train query")
	rounds := flag.Int("rounds", 2, "turns of each side; the best one counts")
	scales := flag.Bool("scale", false, "time and memory by size, without rivals")
	flag.Parse()
	var err error
	if *scales {
		err = scale()
	} else {
		err = run(*items, *queries, *entries, *rounds)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func run(items, queries, entries, rounds int) error {
	d, g := problem(items, queries, entries)
	dir, err := os.MkdirTemp("", "factorize")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := save(dir, d, g); err != nil {
		return err
	}
	for threads := 1; threads <= min(runtime.NumCPU(), 2); threads *= 2 {
		if err := table(dir, d, g, rounds, threads); err != nil {
			return err
		}
	}
	return nil
}

// table prints both contests at one number of threads.
func table(dir string, d *workbench.Dataset, g *workbench.Scores, rounds, threads int) (err error) {
	runtime.GOMAXPROCS(threads)
	number := strconv.Itoa(threads)
	p, err := rival.Start("bench-factorize", script, []string{"numpy", "scipy", "implicit", "torch"},
		"OMP_NUM_THREADS="+number, "MKL_NUM_THREADS="+number, "OPENBLAS_NUM_THREADS=1")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	versions, err := p.Versions("numpy", "implicit", "torch")
	if err != nil {
		return err
	}
	if err := p.Ask(rival.Request{"do": "open", "folder": dir}, &struct{}{}); err != nil {
		return err
	}
	fmt.Printf("%s, best of %d: %s, threads %d, kernels %s, %s, %s; %d items, %d train queries, %d entries, %d factors.\n\n"+
		"| what | axn | rival | its time | ratio | loss, axn / rival |\n|---|---|---|---|---|---|\n",
		time.Now().Format(time.DateOnly), rounds, rival.CPU(), threads, f32.Kernels(), runtime.Version(),
		versions, len(d.Items), len(g.Rows), g.Len(), dims)
	for _, c := range contests {
		if err := c.compare(p, d, g, rounds); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	fmt.Println()
	return nil
}

// contest is one of our ways of factorizing and the script's.
type contest struct {
	name    string
	options workbench.FactorizeOptions
	rivals  []competitor
}

type competitor struct {
	name    string
	request rival.Request
	loss    bool // the answer tells one
}

var contests = []contest{
	{"ALS, sweeps=4", workbench.FactorizeOptions{Method: workbench.Transductive, Epochs: 4}, []competitor{
		{"implicit, conjugate gradients", rival.Request{"do": "implicit", "iterations": 4, "cg": true}, false},
		{"implicit, Cholesky", rival.Request{"do": "implicit", "iterations": 4, "cg": false}, false},
	}},
	{"AdamW, epochs=4, batch=10", workbench.FactorizeOptions{Method: workbench.Transductive, Solver: workbench.AdamW, Epochs: 4, Batch: 10, LearningRate: 0.001}, []competitor{
		{"PyTorch, AdamW fused", rival.Request{"do": "adamw", "epochs": 4, "batch": 10, "rate": 0.001}, true},
	}},
}

// compare takes turns and prints the best times.
func (c contest) compare(p *rival.Process, d *workbench.Dataset, g *workbench.Scores, rounds int) error {
	own, theirs := math.Inf(1), make([]float64, len(c.rivals))
	losses := make([]float64, len(c.rivals))
	var ix *workbench.Index
	for round := range rounds {
		begin := time.Now()
		var err error
		if ix, err = workbench.Factorize(context.Background(), d, g, c.options); err != nil {
			return err
		}
		own = min(own, time.Since(begin).Seconds())
		for i, r := range c.rivals {
			var a struct{ Seconds, Loss float64 }
			if err := p.Ask(r.request, &a); err != nil {
				return err
			}
			if round == 0 || a.Seconds < theirs[i] {
				theirs[i], losses[i] = a.Seconds, a.Loss
			}
		}
	}
	for i, r := range c.rivals {
		note := ""
		if r.loss {
			note = fmt.Sprintf("%.4g / %.4g", loss(ix, d, g), losses[i])
		}
		fmt.Printf("| %s | %.3g s | %s | %.3g s | %.2f | %s |\n", c.name, own, r.name, theirs[i], theirs[i]/own, note)
	}
	return nil
}

// loss is the mean squared error of the queries' first vectors with the items' last ones.
func loss(ix *workbench.Index, d *workbench.Dataset, g *workbench.Scores) float64 {
	sum := 0.0
	for r := range g.Rows {
		row := &g.Rows[r]
		for j, v := range row.Values {
			e := float64(f32.Dot(d.DE.Queries.Row(row.Query), ix.Features.Row(row.Item(j)))) - normalized(ix, v)
			sum += e * e
		}
	}
	return sum / float64(g.Len())
}

func normalized(ix *workbench.Index, v float32) float64 {
	return ix.Normalization.Beta * (float64(v) - ix.Normalization.Alpha)
}

// save writes what the script reads; values are normalised as Factorize does.
func save(dir string, d *workbench.Dataset, g *workbench.Scores) error {
	ix, err := workbench.Factorize(context.Background(), d, g, workbench.FactorizeOptions{Method: workbench.DualEncoder})
	if err != nil {
		return err
	}
	entries := workbench.NewMatrix(g.Len(), 3)
	n := 0
	for r := range g.Rows {
		row := &g.Rows[r]
		for j, v := range row.Values {
			copy(entries.Row(n), []float32{float32(row.Query), float32(row.Item(j)), float32(normalized(ix, v))})
			n++
		}
	}
	return errors.Join(d.DE.Queries.Save(filepath.Join(dir, "queries.npy")), d.DE.Items.Save(filepath.Join(dir, "items.npy")), entries.Save(filepath.Join(dir, "entries.npy")))
}
