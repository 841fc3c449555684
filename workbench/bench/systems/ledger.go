package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"axn/workbench"
	"axn/workbench/internal/stats"
)

// errLater says that the time is over before all is measured.
var errLater = errors.New("the time is over: the same command goes on from here")

// piece is what one system found for some queries at one budget.
type piece struct {
	Of                    pieceOf
	IndexCalls            int
	Recall                [][]float64 // by k, then by query
	IndexSeconds, Seconds float64
}

type pieceOf struct {
	Dataset, System      string
	Train, Budget, First int // train queries to learn from; row of the first query
	Queries              int
}

// pieceQueries are few enough for any system's piece to be measured in a few minutes.
const pieceQueries = 50

// ledger keeps pieces in a file, a line of JSON each, so that a comparison can be ended and goes
// on later. Without a path it keeps them in memory.
type ledger struct {
	path   string
	until  time.Time // zero is without end
	pieces map[pieceOf]piece
}

func openLedger(path string, most time.Duration) (*ledger, error) {
	l := &ledger{path: path, pieces: map[pieceOf]piece{}}
	if most > 0 {
		l.until = time.Now().Add(most)
	}
	b, err := os.ReadFile(path)
	if path == "" || errors.Is(err, os.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(b) {
		var p piece
		if !bytes.HasSuffix(line, []byte("\n")) {
			return l, os.Truncate(path, int64(len(b)-len(line))) // the end of a run that was killed
		}
		if err := json.Unmarshal(line, &p); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		l.pieces[p.Of] = p
	}
	return l, nil
}

func (l *ledger) add(p piece) error {
	l.pieces[p.Of] = p
	if l.path == "" {
		return nil
	}
	line, err := json.Marshal(p)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// trial is what every system is measured by.
type trial struct {
	scorer      workbench.Scorer
	exact       []workbench.Neighbors // of the queries
	train       int
	budgets, ks []int
}

// figures are a system's, by budget and k.
type figures struct {
	system                string
	indexCalls            int
	recall                [][][]float64 // by budget, k and query
	indexSeconds, seconds float64       // of all budgets
}

// cell is a mean in percent and half the width of its 95 % interval.
func (f *figures) cell(budget, k int) (mean, half float64) {
	low, high := stats.Bootstrap(f.recall[budget][k])
	return 100 * stats.Mean(f.recall[budget][k]), 50 * (high - low)
}

// measure has a system searched at every budget, but for what is known.
func (l *ledger) measure(ctx context.Context, t *trial, d *workbench.Dataset, sys workbench.System) (*figures, error) {
	f := &figures{system: sys.Name}
	for _, budget := range t.budgets {
		found := make([][]float64, len(t.ks))
		for exact := range slices.Chunk(t.exact, pieceQueries) {
			of := pieceOf{d.Name, sys.Name, t.train, budget, exact[0].Query, len(exact)}
			p, known := l.pieces[of]
			if !known {
				if !l.until.IsZero() && time.Now().After(l.until) {
					return nil, errLater
				}
				var err error
				if sys.Index == nil && sys.Searcher == nil {
					start := time.Now()
					if sys.Index, err = factorized(ctx, t.scorer, d, sys); err != nil {
						return nil, err
					}
					f.indexSeconds = time.Since(start).Seconds()
				}
				if p, err = t.piece(ctx, d, sys, of, exact); err != nil {
					return nil, err
				}
				p.IndexSeconds = f.indexSeconds
				if err := l.add(p); err != nil {
					return nil, err
				}
			}
			f.indexCalls, f.indexSeconds, f.seconds = p.IndexCalls, max(f.indexSeconds, p.IndexSeconds), f.seconds+p.Seconds
			for i := range found {
				found[i] = append(found[i], p.Recall[i]...)
			}
		}
		f.recall = append(f.recall, found)
	}
	return f, nil
}

// factorized makes a system's index.
func factorized(ctx context.Context, s workbench.Scorer, d *workbench.Dataset, sys workbench.System) (*workbench.Index, error) {
	var g *workbench.Scores
	if len(sys.Samplings) > 0 {
		var err error
		if g, err = workbench.Observe(ctx, s, d, sys.Samplings[0]); err != nil {
			return nil, err
		}
	}
	return workbench.Factorize(ctx, d, g, sys.Factorize)
}

func (t *trial) piece(ctx context.Context, d *workbench.Dataset, sys workbench.System, of pieceOf, exact []workbench.Neighbors) (piece, error) {
	p := piece{Of: of}
	queries := make([]int, len(exact))
	for i := range exact {
		queries[i] = exact[i].Query
	}
	rep, err := workbench.Experiment{Dataset: d, Scorer: t.scorer, Systems: []workbench.System{sys}, Budgets: []int{of.Budget}, TopK: t.ks, Queries: queries, Exact: exact}.Run(ctx)
	if err != nil {
		return p, err
	}
	for _, m := range rep.Measures {
		p.IndexCalls, p.Seconds, p.Recall = m.IndexCalls, m.Seconds, append(p.Recall, m.PerQuery)
	}
	return p, nil
}
