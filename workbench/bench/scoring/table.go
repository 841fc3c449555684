package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"time"

	"axn/workbench/bench/rival"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

var rivalNames = []string{"onnxruntime", "sentence-transformers"}

// table times everything and prints the result.
func (b *bench) table(cases []*workload) error {
	versions, err := b.rivals.Versions(append(rivalNames, "torch", "tokenizers")...)
	if err != nil {
		return err
	}
	fmt.Printf("%s, %s: %s, %d threads, kernels %s, %s, %s.\n\n| workload | engine | batch | pairs/s | ratio |\n|---|---|---|---|---|\n", time.Now().Format(time.DateOnly), "best of "+fmt.Sprint(b.rounds), rival.CPU(), b.threads, f32.Kernels(), runtime.Version(), versions)
	for _, c := range cases {
		if err := b.compare(c); err != nil {
			return err
		}
	}
	fmt.Println()
	peaks(b.threads)
	return nil
}

// compare prints the rows of one workload: each rival at its best batch size.
func (b *bench) compare(c *workload) error {
	_, want, err := c.own()
	if err != nil {
		return err
	}
	batch, best := map[string]int{}, map[string]float64{"axn": math.Inf(1)}
	for _, name := range rivalNames {
		best[name] = math.Inf(1)
		for _, size := range c.batches {
			seconds, got, err := b.rival(c, name, size)
			if err != nil {
				return err
			}
			if _, err := agree(c.name+", "+name, got, want); err != nil {
				return err
			}
			if seconds < best[name] {
				best[name], batch[name] = seconds, size
			}
		}
	}
	for range b.rounds {
		seconds, _, err := c.own()
		if err != nil {
			return err
		}
		best["axn"] = min(best["axn"], seconds)
		for _, name := range rivalNames {
			seconds, _, err := b.rival(c, name, batch[name])
			if err != nil {
				return err
			}
			best[name] = min(best[name], seconds)
		}
	}
	n := float64(len(c.pairs))
	fmt.Printf("| %s | axn | | %.0f | |\n", c.name, n/best["axn"])
	for _, name := range rivalNames {
		fmt.Printf("| | %s | %d | %.0f | %.2f |\n", name, batch[name], n/best[name], best[name]/best["axn"])
	}
	return nil
}

// peaks prints how near the matrix product of the feed-forward part comes to
// the machine's fused multiply-adds.
func peaks(threads int) {
	const m, n, k = 168, 1024, 256
	r := rand.New(rand.NewPCG(1, 1))
	random := func(rows, cols int) f32.Mat {
		x := f32.NewMat(rows, cols)
		for i := range x.Data {
			x.Data[i] = float32(r.NormFloat64())
		}
		return x
	}
	fmt.Printf("| %d × %d × %d product | threads | GFLOP/s | FMA peak | share |\n|---|---|---|---|---|\n", m, n, k)
	w := random(n, k)
	var p f32.Panels
	p.PackRows(w, 1)
	for t := 1; t <= threads; t *= 2 {
		product := fastest(t, 2*m*n*k, func() func() {
			c, a := f32.NewMat(m, n), random(m, k)
			return func() { f32.Gemm(c, a, &p, false, 1) }
		})
		fma := fastest(t, peakFlops, func() func() { return peak })
		fmt.Printf("| | %d | %.0f | %.0f | %.0f %% |\n", t, product, fma, 100*product/fma)
	}
}

// fastest runs work made by prepare on t threads at once, for a while, and
// returns the greatest rate of all together, in GFLOP/s.
func fastest(t int, flops float64, prepare func() func()) float64 {
	best := 0.0
	for range 20 {
		works := make([]func(), t)
		for i := range works {
			works[i] = prepare()
		}
		const turns = 20
		start := time.Now()
		cores.Ranges(t, t, 1, func(lo, hi int) {
			for range turns {
				works[lo]()
			}
		})
		best = max(best, float64(t)*turns*flops/time.Since(start).Seconds()/1e9)
	}
	return best
}
