package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"time"

	"axn/workbench"
	"axn/workbench/bench/rival"
	"axn/workbench/internal/f32"
)

// problem draws unit vectors for items and queries, and for every query the
// scores of some items: a shifted query's inner products and noise.
func problem(items, queries, entries int) (*workbench.Dataset, *workbench.Scores) {
	rng := rand.New(rand.NewPCG(1, 1))
	d := &workbench.Dataset{Queries: make([]workbench.Query, queries), Items: make([]workbench.Item, items), Train: make([]int, queries)}
	d.DE = workbench.DualEmbeddings{Queries: unitRows(rng, queries), Items: unitRows(rng, items)}
	for i := range d.Items {
		d.Items[i].ID = strconv.Itoa(i)
	}
	g := &workbench.Scores{Items: items, Calls: queries * entries}
	for q := range d.Queries {
		d.Queries[q] = workbench.Query{ID: strconv.Itoa(q), Gold: -1}
		d.Train[q] = q
		g.Rows = append(g.Rows, scoreRow(rng, d, q, entries))
	}
	return d, g
}

func unitRows(rng *rand.Rand, n int) *workbench.Matrix {
	m := workbench.NewMatrix(n, dims)
	for i := range n {
		row := m.Row(i)
		for j := range row {
			row[j] = float32(rng.NormFloat64())
		}
		f32.Scale(float32(1/math.Sqrt(float64(f32.SqNorm(row)))), row)
	}
	return m
}

func scoreRow(rng *rand.Rand, d *workbench.Dataset, q, entries int) workbench.ScoreRow {
	row := workbench.ScoreRow{Query: q}
	for len(row.Items) < entries { // few repeat
		for range entries - len(row.Items) {
			row.Items = append(row.Items, rng.Int32N(int32(len(d.Items))))
		}
		slices.Sort(row.Items)
		row.Items = slices.Compact(row.Items)
	}
	shifted := slices.Clone(d.DE.Queries.Row(q))
	for j := range shifted {
		shifted[j] += float32(rng.NormFloat64()) / 32
	}
	for _, it := range row.Items {
		row.Values = append(row.Values, 10*f32.Dot(shifted, d.DE.Items.Row(int(it)))+float32(rng.NormFloat64())/10)
	}
	return row
}

// scale prints time and peak memory of Factorize by items and entries.
func scale() error {
	fmt.Printf("%s: %s, threads %d, kernels %s, %s, %d dimensions.\n\n| items | train queries | entries | vectors | Calibrated | its peak | ALS, sweeps=4 | its peak |\n|---|---|---|---|---|---|---|---|\n",
		time.Now().Format(time.DateOnly), rival.CPU(), runtime.GOMAXPROCS(0), f32.Kernels(), runtime.Version(), dims)
	for _, s := range [][3]int{{10000, 500, 100}, {100000, 500, 100}, {100000, 5000, 100}, {1000000, 500, 100}, {1000000, 5000, 100}, {1000000, 10000, 500}} {
		d, g := problem(s[0], s[1], s[2])
		fmt.Printf("| %d | %d | %d | %s", s[0], s[1], g.Len(), gigabytes(4*dims*int64(s[0]+s[1])))
		for _, o := range []workbench.FactorizeOptions{{Method: workbench.Calibrated}, {Method: workbench.Transductive, Epochs: 4}} {
			seconds, peak, err := rival.Measure(func() error {
				_, err := workbench.Factorize(context.Background(), d, g, o)
				return err
			})
			if err != nil {
				return err
			}
			fmt.Printf(" | %.3g s | %s", seconds, gigabytes(peak))
		}
		fmt.Println(" |")
	}
	return nil
}

func gigabytes(n int64) string { return fmt.Sprintf("%.3g GB", float64(n)/1e9) }
