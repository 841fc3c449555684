package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"axn/workbench"
	"axn/workbench/bench/rival"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/rough"
)

// roughItems × roughDims are MiniLM's vectors of a small corpus.
const roughItems, roughDims = 4000, 384

// roughRatios prints what the searches of AXN, MF_Trns and Calibrated over vectors of every
// kind take of the processor relative to those of full rank, in turns in one run: what else the machine
// does counts little then.
func roughRatios(rounds int) error {
	fmt.Printf("%s, processor time, best of %d: %s, threads %d, kernels %s, %s; %d items × %d, %d queries, B = %d, R = 5.\n\n| vectors | columns kept |",
		time.Now().Format(time.DateOnly), rounds, rival.CPU(), runtime.GOMAXPROCS(0), f32.Kernels(), runtime.Version(), roughItems, roughDims, lockstep, budget)
	methods := []workbench.Method{workbench.DualEncoder, workbench.Transductive, workbench.Calibrated}
	for _, m := range methods {
		fmt.Printf(" %s, ms/query | ratio |", m)
	}
	fmt.Println("\n|---|---|" + "---|---|---|---|---|---|")
	arenas := make([][]*arena, len(rough.Kinds))
	for k, kind := range rough.Kinds {
		for _, m := range methods {
			a, err := drawRough(kind, m)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", kind.Name, m, err)
			}
			arenas[k] = append(arenas[k], a)
		}
	}
	best := make([][3]float64, len(arenas))
	for round := range rounds {
		for k := range arenas {
			for m, a := range arenas[k] {
				start, err := rival.ProcessorSeconds()
				if err != nil {
					return err
				}
				if _, err := a.index.SearchAll(context.Background(), a.scorer, a.queries, workbench.SearchOptions{Budget: budget, Rounds: 5}); err != nil {
					return err
				}
				end, err := rival.ProcessorSeconds()
				if err != nil {
					return err
				}
				if s := (end - start) / lockstep; round == 0 || s < best[k][m] {
					best[k][m] = s
				}
			}
		}
	}
	for k, kind := range rough.Kinds {
		fmt.Printf("| %s | %d |", kind.Name, arenas[k][0].index.Features.Cols)
		for m := range methods {
			fmt.Printf(" %s | %.2f |", milliseconds(best[k][m]), best[k][m]/best[0][m])
		}
		fmt.Println()
	}
	return nil
}

// drawRough makes an index by a method from 10,000 entries over vectors of a kind; scores are a
// shifted query's inner products, as in draw.
func drawRough(kind rough.Kind, m workbench.Method) (*arena, error) {
	rng := rand.New(rand.NewPCG(2, 2))
	v := kind.Make(rng, roughItems+2*lockstep, roughDims)
	view := func(lo, hi int) *workbench.Matrix {
		return &workbench.Matrix{Rows: hi - lo, Cols: v.Cols, Data: v.Data[lo*v.Cols : hi*v.Cols]}
	}
	d := dataset(view(roughItems, roughItems+lockstep), view(0, roughItems))
	for q := range d.Queries {
		d.Train = append(d.Train, q)
	}
	shifts := view(roughItems+lockstep, roughItems+2*lockstep)
	s := workbench.ScorerFunc(func(_ context.Context, pairs []workbench.Pair) ([]float64, error) {
		scores := make([]float64, len(pairs))
		for i, p := range pairs {
			row := d.DE.Items.Row(p.Item)
			scores[i] = float64(f32.Dot(d.DE.Queries.Row(p.Query), row) + f32.Dot(shifts.Row(p.Query), row))
		}
		return scores, nil
	})
	g, err := workbench.Observe(context.Background(), s, d, workbench.Sampling{Random: 150, Seed: 1})
	if err != nil {
		return nil, err
	}
	ix, err := workbench.Factorize(context.Background(), d, g, workbench.FactorizeOptions{Method: m})
	return &arena{kind.Name, ix, d, s, rows(lockstep)}, err
}
