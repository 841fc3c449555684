package main

import (
	"context"
	"fmt"
	"math"
	"runtime/debug"
	"time"

	"axn/workbench"
	"axn/workbench/bench/rival"
)

// contest is ours against some ways of the script's, on the first queries.
type contest struct {
	name    string
	queries int
	own     func(a *arena, queries []int) ([]workbench.Result, error)
	ways    []way
}

// way is one of the script's; it may look at fewer queries than we do.
type way struct {
	label, name string
	queries     int
}

var contests = []contest{
	{"SearchAll", lockstep, together, []way{
		{"PyTorch, batched, pinv", "torch pinv", lockstep},
		{"PyTorch, batched, Cholesky float64", "torch cholesky", lockstep},
		{"PyTorch, batched, Cholesky float32", "torch cholesky32", lockstep},
		{"numpy, batched, solve", "numpy together", lockstep},
		{"numpy, one by one, pinv", "numpy pinv", 4},
		{"numpy, one by one, solve", "numpy solve", 4},
	}},
	{"Search", 4, oneByOne, []way{
		{"numpy, one by one, pinv", "numpy pinv", 4},
		{"numpy, one by one, solve", "numpy solve", 4},
	}},
}

var options = workbench.SearchOptions{Budget: budget, Rounds: turns}

func together(a *arena, queries []int) ([]workbench.Result, error) {
	return a.index.SearchAll(context.Background(), a.scorer, queries, options)
}

func oneByOne(a *arena, queries []int) ([]workbench.Result, error) {
	rs := make([]workbench.Result, len(queries))
	for i, q := range queries {
		r, err := a.index.Search(context.Background(), a.scorer, q, options)
		if err != nil {
			return nil, err
		}
		rs[i] = *r
	}
	return rs, nil
}

// tally is the best time so far, in seconds a query, and the last items found.
type tally struct {
	seconds float64
	ids     [][]int
}

func (t *tally) take(seconds float64, ids [][]int) {
	t.seconds, t.ids = min(t.seconds, seconds/float64(len(ids))), ids
}

// compare lets all take turns on one arena and prints a row for each rival.
func (b *bench) compare(a *arena, err error) error {
	if err != nil {
		return err
	}
	defer debug.FreeOSMemory()
	for _, c := range contests {
		own, theirs := tally{seconds: math.Inf(1)}, make([]tally, len(c.ways))
		for i := range theirs {
			theirs[i].seconds = math.Inf(1)
		}
		if _, err := c.own(a, a.queries[:1]); err != nil { // packs the items
			return err
		}
		for range b.rounds {
			begin := time.Now()
			rs, err := c.own(a, a.queries[:c.queries])
			if err != nil {
				return err
			}
			own.take(time.Since(begin).Seconds(), scored(rs))
			for i, w := range c.ways {
				if err := b.ask(w, &theirs[i]); err != nil {
					return fmt.Errorf("%s: %w", w.label, err)
				}
			}
		}
		if err := a.report(c, own, theirs); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) ask(w way, t *tally) error {
	var answer struct {
		Seconds float64
		IDs     [][]int
	}
	request := rival.Request{"do": "search", "way": w.name, "queries": w.queries, "rounds": turns, "budget": budget}
	if err := b.rivals.Ask(request, &answer); err != nil {
		return err
	}
	t.take(answer.Seconds, answer.IDs)
	return nil
}

func scored(rs []workbench.Result) [][]int {
	ids := make([][]int, len(rs))
	for i := range rs {
		ids[i] = rs[i].Items
	}
	return ids
}

// report prints the times, both sides' recall, and how much of what a rival
// found we found.
func (a *arena) report(c contest, own tally, theirs []tally) error {
	for i, w := range c.ways {
		n := min(c.queries, w.queries)
		mine, err := a.recall(own.ids[:n])
		if err != nil {
			return err
		}
		other, err := a.recall(theirs[i].ids[:n])
		if err != nil {
			return err
		}
		name, time := fmt.Sprintf("%s, %s", c.name, a.name), milliseconds(own.seconds)
		if i > 0 {
			name, time = "", ""
		}
		fmt.Printf("| %s | %d | %s | %s | %s | %.2f | %.4f / %.4f | %.4f |\n",
			name, c.queries, time, w.label, milliseconds(theirs[i].seconds), theirs[i].seconds/own.seconds, mine, other, agreement(own.ids[:n], theirs[i].ids[:n]))
	}
	return nil
}

// recall is the share of the exact best found.
func (a *arena) recall(ids [][]int) (float64, error) {
	rs := make([]workbench.Result, len(ids))
	for i := range ids {
		rs[i] = workbench.Result{Query: a.queries[i], Rounds: []workbench.Round{{Items: ids[i]}}}
	}
	return workbench.Recall(context.Background(), a.scorer, a.data, rs, found)
}

// agreement is the mean share of the rival's best items among ours.
func agreement(own, theirs [][]int) float64 {
	same := 0
	for q := range own {
		mine := map[int]bool{}
		for _, id := range own[q][:found] {
			mine[id] = true
		}
		for _, id := range theirs[q][:found] {
			if mine[id] {
				same++
			}
		}
	}
	return float64(same) / float64(found*len(own))
}

func milliseconds(s float64) string { return fmt.Sprintf("%.3g", 1000*s) }
