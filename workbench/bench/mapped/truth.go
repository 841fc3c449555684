package main

import (
	"encoding/gob"
	"os"
	"slices"

	"axn/workbench"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/topk"
)

// truthRows is how many of the best items are kept.
const truthRows = 100

// saveTruth writes for each test query the best items by the cross-encoder, which scores all.
func (w *world) saveTruth(path string) error {
	test := w.queries.Rows - trainRows
	threads := cores.Threads()
	parts := make([][]*topk.Selector, threads)
	cores.For(threads, threads, func(t int) {
		for range test {
			parts[t] = append(parts[t], topk.New(truthRows))
		}
		for i := w.items * t / threads; i < w.items*(t+1)/threads; i++ {
			liked, own := taste(i)
			for q, best := range parts[t] {
				best.Push(topk.Hit{Index: i, Score: float32(w.score(trainRows+q, i, w.vectors.Row(i), liked, own))})
			}
		}
	})
	top := make([][]int, test)
	for q := range top {
		for _, p := range parts[1:] {
			for _, h := range p[q].Best() {
				parts[0][q].Push(h)
			}
		}
		for _, h := range parts[0][q].Best() {
			top[q] = append(top[q], h.Index)
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return gob.NewEncoder(f).Encode(top)
}

func openTruth(path string) (top [][]int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return top, gob.NewDecoder(f).Decode(&top)
}

// recall is the mean share of the first k of top that was scored.
func recall(top [][]int, rs []workbench.Result, k int) float64 {
	found := 0
	for q := range rs {
		for _, it := range top[q][:k] {
			if slices.Contains(rs[q].Items, it) {
				found++
			}
		}
	}
	return float64(found) / float64(k*len(rs))
}
