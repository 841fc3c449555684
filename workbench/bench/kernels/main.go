// Command kernels compares the float32 kernels under search and training with
// numpy's OpenBLAS, FAISS and gonum on the same arrays in one run, taking
// turns, and prints a Markdown table. The rivals are installed by pip into the
// user's cache folder on first use.
//
//	go run ./workbench/bench/kernels -items 100000
package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"axn/workbench"
	"axn/workbench/bench/rival"
	"axn/workbench/internal/f32"
)

//go:embed rivals.py
var script string

func main() {
	log.SetFlags(0)
	log.SetPrefix("kernels: ")
	items := flag.Int("items", 100000, "item vectors to scan")
	rounds := flag.Int("rounds", 5, "turns of each side; the best one counts")
	flag.Parse()
	if err := run(*items, *rounds); err != nil {
		log.Fatal(err)
	}
}

func run(items, rounds int) (err error) {
	dir, err := os.MkdirTemp("", "kernels")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for threads := 1; threads <= runtime.GOMAXPROCS(0); threads *= 2 {
		if err := table(dir, items, rounds, threads); err != nil {
			return err
		}
	}
	return nil
}

// table prints everything at one number of threads.
func table(dir string, items, rounds, threads int) (err error) {
	number := fmt.Sprint(threads)
	p, err := rival.Start("bench-kernels", script, []string{"numpy", "faiss-cpu"}, "KERNELS_FOLDER="+dir, "OMP_NUM_THREADS="+number, "OPENBLAS_NUM_THREADS="+number)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	versions, err := p.Versions("numpy", "faiss-cpu")
	if err != nil {
		return err
	}
	fmt.Printf("%s, best of %d: %s, threads %d, kernels %s, %s, %s.\n\n| what | axn | rival | its time | ratio |\n|---|---|---|---|---|\n",
		time.Now().Format(time.DateOnly), rounds, rival.CPU(), threads, f32.Kernels(), runtime.Version(), versions)
	runtime.GOMAXPROCS(max(threads, 2)) // a second one for the collector
	b := &bench{p, dir, rounds, threads}
	for _, contests := range []func(int) ([]contest, error){b.products, b.factors, b.scans, b.loads} {
		list, err := contests(items)
		if err != nil {
			return err
		}
		for _, c := range list {
			if err := b.compare(c); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	fmt.Println()
	return nil
}

// bench is one run at a number of threads.
type bench struct {
	rivals          *rival.Process
	dir             string
	rounds, threads int
}

// contest is one line or several: our way and the rivals'.
type contest struct {
	name   string
	own    func() error
	rivals []competitor
}

// competitor is a request to the script, or a Go function.
type competitor struct {
	name    string
	request rival.Request
	do      func()
	check   func(ids [][]int) error // of what the script found; may be nil
}

// compare takes turns and prints the best times.
func (b *bench) compare(c contest) error {
	own, theirs := math.Inf(1), make([]float64, len(c.rivals))
	for i := range theirs {
		theirs[i] = math.Inf(1)
	}
	for range b.rounds {
		seconds, err := best(c.own)
		if err != nil {
			return err
		}
		own = min(own, seconds)
		for i, r := range c.rivals {
			if seconds, err = b.time(r); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			theirs[i] = min(theirs[i], seconds)
		}
	}
	for i, r := range c.rivals {
		fmt.Printf("| %s | %s | %s | %s | %.2f |\n", c.name, milliseconds(own), r.name, milliseconds(theirs[i]), theirs[i]/own)
		c.name = ""
	}
	return nil
}

func milliseconds(s float64) string { return fmt.Sprintf("%.3g ms", 1000*s) }

// time lets a competitor work.
func (b *bench) time(r competitor) (float64, error) {
	if r.do != nil {
		return best(func() error { r.do(); return nil })
	}
	var a struct {
		Seconds float64
		IDs     [][]int
	}
	if err := b.rivals.Ask(r.request, &a); err != nil {
		return 0, err
	}
	if r.check != nil {
		return a.Seconds, r.check(a.IDs)
	}
	return a.Seconds, nil
}

// best is the shortest turn of as many as take a quarter of a second.
func best(work func() error) (float64, error) {
	shortest := math.Inf(1)
	for start := time.Now(); time.Since(start) < time.Second/4; {
		begin := time.Now()
		if err := work(); err != nil {
			return 0, err
		}
		shortest = min(shortest, time.Since(begin).Seconds())
	}
	return shortest, nil
}

// array has the script write a matrix of normal values, and reads it.
func (b *bench) array(name string, rows, cols int) (f32.Mat, error) {
	path := filepath.Join(b.dir, name+".npy")
	if _, err := os.Stat(path); err != nil {
		if err := b.rivals.Ask(rival.Request{"do": "make", "name": name, "rows": rows, "cols": cols}, &struct{}{}); err != nil {
			return f32.Mat{}, err
		}
	}
	m, err := workbench.OpenMatrix(path)
	if err != nil {
		return f32.Mat{}, err
	}
	return f32.View(m.Data, m.Rows, m.Cols), nil
}
