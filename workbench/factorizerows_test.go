package workbench

import (
	"bytes"
	"context"
	"encoding/gob"
	"math"
	"testing"

	"axn/workbench/internal/calibrate"
	"axn/workbench/internal/f32"
)

// inParts does every step in parts of size rows, the last first, each by a Worker with the items
// of its rows alone, made anew each time if fresh, and sends steps and sums as bytes.
func inParts(t *testing.T, d *Dataset, g *Scores, size int, fresh bool) func(context.Context, *calibrate.Step) (*calibrate.Sums, error) {
	problem := must[*calibrate.Problem](t)(FactorizeProblem(d, g))
	workers := map[int]*calibrate.Worker{}
	return func(_ context.Context, s *calibrate.Step) (*calibrate.Sums, error) {
		total := &calibrate.Sums{}
		for lo := (len(g.Rows) - 1) / size * size; lo >= 0; lo -= size {
			hi := min(lo+size, len(g.Rows))
			if workers[lo] == nil || fresh {
				workers[lo] = must[*calibrate.Worker](t)(calibrate.NewWorker(&calibrate.Problem{Queries: problem.Queries, Alone: problem.Alone, Rows: problem.Rows}, lo, hi, problem.Read))
			}
			sums, err := workers[lo].Sum(sent(t, s), lo, hi)
			if err != nil {
				return nil, err
			}
			total.Add(sent(t, sums))
		}
		return total, nil
	}
}

func sent[T any](t *testing.T, v *T) *T {
	var b bytes.Buffer
	var got T
	if err := gob.NewEncoder(&b).Encode(v); err != nil {
		t.Fatal(err)
	}
	if err := gob.NewDecoder(&b).Decode(&got); err != nil {
		t.Fatal(err)
	}
	return &got
}

// A fit in parts gives the same prior means and the same covariance of what they
// leave open, to 1e-3 of their size; the features themselves may be turned.
func TestFactorizeRows(t *testing.T) {
	d, g := toy(71, 120, 300, 8)
	samplings := []Sampling{{Random: 60, Seed: 1}, {Queries: 20, Dense: true}, {Random: 20, PerItem: 3}}
	if testing.Short() { // as under the race detector
		samplings = samplings[:1]
	}
	for _, sm := range samplings {
		scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, sm))
		want := must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{}))
		for _, fresh := range []bool{false, true} {
			got := must[*Index](t)(FactorizeRows(t.Context(), d, scores, inParts(t, d, scores, 7, fresh)))
			if far := furthest(priorMeans(t, want, d.Test), priorMeans(t, got, d.Test)); far > 1e-3 {
				t.Errorf("%v, fresh %v: prior means differ by %v", sm, fresh, far)
			}
			if far := furthest(covariance(want), covariance(got)); far > 1e-3 {
				t.Errorf("%v, fresh %v: covariances differ by %v", sm, fresh, far)
			}
			if math.Abs(want.Prior.Noise-got.Prior.Noise) > 1e-4*want.Prior.Noise {
				t.Errorf("%v: noise %v and %v", sm, want.Prior.Noise, got.Prior.Noise)
			}
			o := SearchOptions{Budget: 40}
			a, b := must[[]Result](t)(want.SearchAll(t.Context(), LookUp(g), d.Test, o)), must[[]Result](t)(got.SearchAll(t.Context(), LookUp(g), d.Test, o))
			ra, rb := must[float64](t)(Recall(t.Context(), LookUp(g), d, a, 10)), must[float64](t)(Recall(t.Context(), LookUp(g), d, b, 10))
			if math.Abs(ra-rb) > .005 {
				t.Errorf("%v: recall %v and %v", sm, ra, rb)
			}
		}
	}
}

// priorMeans are the approximate scores before any evidence.
func priorMeans(t *testing.T, ix *Index, queries []int) f32.Mat {
	m := f32.NewMat(len(queries), ix.Features.Rows)
	ix.items().Scores(must[*block](t)(ix.newBlock(t.Context(), queries, SearchOptions{Budget: 1})).probes(0), m)
	return m
}

func covariance(ix *Index) f32.Mat {
	m := f32.NewMat(ix.Features.Rows, ix.Features.Rows)
	f32.MulT(m, ix.Features.view(), ix.Features.view(), 1)
	return m
}

// furthest is the largest difference relative to the largest value.
func furthest(a, b f32.Mat) float64 {
	most, far := 0.0, 0.0
	for i, v := range a.Data {
		most = max(most, math.Abs(float64(v)))
		far = max(far, math.Abs(float64(v-b.Data[i])))
	}
	return far / most
}
