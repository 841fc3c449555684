package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"
	"time"

	"axn/workbench"
	"axn/workbench/bench/rival"
	"axn/workbench/internal/f32"
)

// size is one line of the table of time and memory.
type size struct {
	items, budget int
	all, one      float64 // seconds a query of SearchAll and of Search
	peak          int64   // bytes, the vectors included
}

// scale prints our own time and memory by items and budget, and what the formula
// fitted to them says.
func scale() error {
	var sizes []size
	for _, n := range []int{10000, 100000, 1000000} {
		a, err := draw(n)
		if err != nil {
			return err
		}
		for _, b := range []int{100, 500, 1000} {
			s, err := a.measure(b)
			if err != nil {
				return fmt.Errorf("%d items, budget %d: %w", n, b, err)
			}
			sizes = append(sizes, s)
		}
	}
	scan, solve := fit(sizes)
	fmt.Printf("%s: %s, threads %d, kernels %s, %s; a product and its sum in the scan take %.3g ns, in the solver %.3g ns.\n\n"+
		"| items | budget | SearchAll, ms/query | formula | Search, ms/query | peak memory | formula |\n|---|---|---|---|---|---|---|\n",
		time.Now().Format(time.DateOnly), rival.CPU(), runtime.GOMAXPROCS(0), f32.Kernels(), runtime.Version(), 1e9*scan, 1e9*solve)
	for _, s := range sizes {
		fmt.Printf("| %d | %d | %s | %s | %s | %.2f GB | %.2f GB |\n", s.items, s.budget, milliseconds(s.all),
			milliseconds(scan*s.scanned()+solve*s.solved()), milliseconds(s.one), float64(s.peak)/1e9, s.memory()/1e9)
	}
	return nil
}

// draw makes normal vectors and a scorer that computes: a shifted query's inner product.
func draw(n int) (*arena, error) {
	rng := rand.New(rand.NewPCG(1, 1))
	d := dataset(normal(rng, lockstep), normal(rng, n))
	shifted := normal(rng, lockstep)
	f32.Axpy(1, d.DE.Queries.Data, shifted.Data)
	s := workbench.ScorerFunc(func(_ context.Context, pairs []workbench.Pair) ([]float64, error) {
		scores := make([]float64, len(pairs))
		for i, p := range pairs {
			scores[i] = float64(f32.Dot(shifted.Row(p.Query), d.DE.Items.Row(p.Item)))
		}
		return scores, nil
	})
	ix, err := workbench.Factorize(context.Background(), d, nil, workbench.FactorizeOptions{Method: workbench.DualEncoder})
	return &arena{strconv.Itoa(n), ix, d, s, rows(lockstep)}, err
}

func normal(rng *rand.Rand, n int) *workbench.Matrix {
	m := workbench.NewMatrix(n, dims)
	for i := range m.Data {
		m.Data[i] = float32(rng.NormFloat64())
	}
	return m
}

// measure searches once for all queries together and for four one by one, after
// one query that is not counted.
func (a *arena) measure(budget int) (s size, err error) {
	s = size{items: len(a.data.Items), budget: budget}
	o := workbench.SearchOptions{Budget: budget, Rounds: turns}
	search := func(queries []int) func() error {
		return func() error {
			_, err := a.index.SearchAll(context.Background(), a.scorer, queries, o)
			return err
		}
	}
	if err := search(a.queries[:1])(); err != nil {
		return s, err
	}
	const few = 4
	for _, q := range a.queries[:few] {
		seconds, _, err := rival.Measure(search([]int{q}))
		if err != nil {
			return s, err
		}
		s.one += seconds / few
	}
	s.all, s.peak, err = rival.Measure(search(a.queries))
	s.all /= lockstep
	return s, err
}

// scanned is R·|I|·d, the products of a query's scans.
func (s size) scanned() float64 { return turns * float64(s.items) * dims }

// solved is the solver's: after round r there are n anchors; until n is d the n×n
// Gram matrix and its factor grow by the new ones, from then on the d×d matrix does
// and is factored anew. The last round needs no solution.
func (s size) solved() float64 {
	products, before := 0.0, 0.0
	const d = float64(dims)
	for r := 1.0; r < turns; r++ {
		n := float64(s.budget) * r / turns
		switch {
		case n <= d:
			products += (n*n-before*before)*d/2 + (n*n*n-before*before*before)/6
		case before <= d:
			products += n*d*d/2 + d*d*d/6
		default:
			products += (n-before)*d*d/2 + d*d*d/6
		}
		before = n
	}
	return products
}

// memory is the vectors' and their bytes', twice a block's anchors' and systems'
// (the collector lets as much again lie), and 20 MB of program.
func (s size) memory() float64 {
	d, b := float64(dims), float64(s.budget)
	return 5*d*float64(s.items) + 2*lockstep*4*(b*d+min(b, d)*d+d*d) + 20e6
}

// fit finds the seconds that a product takes in the scan and in the solver: least
// squares of relative errors.
func fit(sizes []size) (scan, solve float64) {
	var xx, xy, yy, x1, y1 float64
	for _, s := range sizes {
		x, y := s.scanned()/s.all, s.solved()/s.all
		xx, xy, yy, x1, y1 = xx+x*x, xy+x*y, yy+y*y, x1+x, y1+y
	}
	det := xx*yy - xy*xy
	return math.Max(0, (x1*yy-y1*xy)/det), math.Max(0, (y1*xx-x1*xy)/det)
}
