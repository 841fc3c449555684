package main

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"time"

	"axn/workbench"
	"axn/workbench/bench/rival"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/gate"
	"axn/workbench/internal/i8"
)

// int8Names are the engines of the contest in bytes: this one's first, then the rivals'.
var int8Names = []string{"axn", "axn int8", "onnxruntime", "onnxruntime int8, dynamic", "onnxruntime int8, static", "openvino", "openvino int8"}

// int8 times engines in float32 and in bytes, in turns, and says how near the scores of each are to this one's in float32.
func (b *bench) int8(cases []*workload) error {
	versions, err := b.rivals.Versions("onnxruntime", "openvino", "nncf", "tokenizers")
	if err != nil {
		return err
	}
	fmt.Printf("%s, best of %d: %s, %d threads, kernels %s and %s, %s, %s.\n\n", time.Now().Format(time.DateOnly), b.rounds, rival.CPU(), b.threads, f32.Kernels(), i8.Kernels(), runtime.Version(), versions)
	fmt.Printf("| workload | engine | batch | pairs/s | times axn float32 | mean error | τ | top 10 |\n|---|---|---|---|---|---|---|---|\n")
	for _, c := range cases {
		if err := b.compareInt8(c); err != nil {
			return err
		}
	}
	return nil
}

// compareInt8 prints the rows of one workload: each rival at its best batch size.
func (b *bench) compareInt8(c *workload) error {
	fast, err := workbench.OpenCrossEncoderWith(c.model, workbench.EncoderOptions{Precision: "int8"})
	if err != nil {
		return err
	}
	score := func(name string, batch int) (float64, []float64, error) {
		switch name {
		case "axn":
			return c.own()
		case "axn int8":
			other := *c
			other.scorer = fast
			return other.own()
		}
		return b.rival(c, name, batch)
	}
	batch, best, scores := map[string]int{}, map[string]float64{}, map[string][]float64{}
	for _, name := range int8Names {
		best[name] = math.Inf(1)
		sizes := c.batches[:3]
		if name == "axn" || name == "axn int8" {
			sizes = []int{0}
		}
		if strings.HasSuffix(name, "static") || name == "openvino int8" { // the first time it is made ready
			sizes = append([]int{sizes[0]}, sizes...)
		}
		for _, size := range sizes {
			seconds, got, err := score(name, size)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if seconds < best[name] {
				best[name], batch[name], scores[name] = seconds, size, got
			}
		}
	}
	for range b.rounds {
		for _, name := range int8Names {
			seconds, _, err := score(name, batch[name])
			if err != nil {
				return err
			}
			best[name] = min(best[name], seconds)
		}
	}
	pairs := c.pairs
	if pairs[0][0] != pairs[1][0] { // one pair a query: the order of all of them
		pairs = make([][2]string, len(c.pairs))
	}
	for i, name := range int8Names {
		what, size := "", ""
		if i == 0 {
			what = c.name
		}
		if batch[name] > 0 {
			size = fmt.Sprint(batch[name])
		}
		t := gate.Compare(pairs, scores["axn"], scores[name])
		fmt.Printf("| %s | %s | %s | %.0f | %.2f | %.4f | %.3f | %.1f %% |\n", what, name, size, float64(len(pairs))/best[name], best["axn"]/best[name], t.MeanError, t.Tau, 100*t.Overlap)
	}
	return nil
}
