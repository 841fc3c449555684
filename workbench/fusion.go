package workbench

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// reciprocalOffset is the constant of reciprocal-rank fusion that its authors chose.
const reciprocalOffset = 60

// FuseRanks joins rankings of the same queries by reciprocal-rank fusion (Cormack,
// Clarke and Büttcher, SIGIR 2009): an item's score is the sum over runs of
// 1/(60 + rank), rank being its place in the run, from 1. Each query that some run
// has gives one result, in the order in which the runs first name them.
func FuseRanks(runs ...[]Result) ([]Result, error) {
	return fuse(runs, func(_ int, r *Result, add func(item int, score float64)) {
		for rank, it := range r.Items {
			add(it, 1/float64(reciprocalOffset+rank+1))
		}
	})
}

// FuseScores joins rankings of the same queries by a weighted sum of their scores, which
// are first scaled in each run and query from lowest to highest onto 0 to 1; where all
// are equal they become 1. An item that a run does not list gets nothing from it.
// weights has one entry per run; nil weighs all alike, 1 each.
func FuseScores(weights []float64, runs ...[]Result) ([]Result, error) {
	if weights == nil {
		weights = slices.Repeat([]float64{1}, len(runs))
	}
	if len(weights) != len(runs) {
		return nil, fmt.Errorf("workbench: fuse: %w: %d weights for %d runs", ErrShape, len(weights), len(runs))
	}
	return fuse(runs, func(run int, r *Result, add func(item int, score float64)) {
		if len(r.Scores) == 0 {
			return
		}
		low, high := slices.Min(r.Scores), slices.Max(r.Scores)
		for i, it := range r.Items {
			scaled := 1.0
			if high > low {
				scaled = (r.Scores[i] - low) / (high - low)
			}
			add(it, weights[run]*scaled)
		}
	})
}

// fuse sums what the runs give to the items of each query, best first, ties by lower
// item row.
func fuse(runs [][]Result, give func(run int, r *Result, add func(item int, score float64))) ([]Result, error) {
	if len(runs) == 0 {
		return nil, errors.New("workbench: fuse: there are no runs")
	}
	var fused []Result
	at := map[int]int{} // result by query
	sums := []map[int]float64{}
	for n, run := range runs {
		seen := map[int]bool{}
		for i := range run {
			r := &run[i]
			if seen[r.Query] {
				return nil, fmt.Errorf("workbench: fuse: run %d has two results of query %d", n, r.Query)
			}
			seen[r.Query] = true
			if len(r.Scores) != len(r.Items) {
				return nil, fmt.Errorf("workbench: fuse: run %d, query %d: %w: %d items and %d scores", n, r.Query, ErrShape, len(r.Items), len(r.Scores))
			}
			if slices.ContainsFunc(r.Scores, func(s float64) bool { return math.IsNaN(s) || math.IsInf(s, 0) }) {
				return nil, fmt.Errorf("workbench: fuse: run %d, query %d has a score that is not finite", n, r.Query)
			}
			q, ok := at[r.Query]
			if !ok {
				q = len(fused)
				at[r.Query], fused, sums = q, append(fused, Result{Query: r.Query}), append(sums, map[int]float64{})
			}
			give(n, r, func(item int, score float64) { sums[q][item] += score })
		}
	}
	for q := range fused {
		fused[q].ranked(sums[q])
	}
	return fused, nil
}
