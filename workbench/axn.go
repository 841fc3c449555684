package workbench

import (
	"context"
	"slices"

	"axn/workbench/internal/shelf"
	"axn/workbench/internal/solve"
)

// regression is AXN's test-time inference (paper section 2, Algorithm 1):
// u = (1−λ)·V_A⁺ a + λ·x_q over the anchors A scored so far, and scores V·u. The
// pseudo-inverse gives the least-squares u of least norm.
type regression struct {
	param   []float32
	lambda  float64
	norm    Normalization
	anchors *solve.LeastSquares // V_A and a, normalised
	u       []float32
}

// regressionFrom makes regressions whose u_param (eq. 7), which is also u before
// any evidence, is param; nil is 0.
func regressionFrom(param func(ix *Index, query int) []float32) func(context.Context, *Index, shelf.Shelf, []int, SearchOptions) ([]estimate, error) {
	return func(_ context.Context, ix *Index, items shelf.Shelf, queries []int, o SearchOptions) ([]estimate, error) {
		n, d := items.Size()
		estimates := make([]estimate, len(queries))
		for i, q := range queries {
			x := make([]float32, d)
			copy(x, param(ix, q))
			estimates[i] = &regression{param: x, lambda: o.Lambda, norm: ix.Normalization, anchors: solve.NewLeastSquares(min(o.Budget, n), d), u: slices.Clone(x)}
		}
		return estimates, nil
	}
}

func dualEncoderVector(ix *Index, query int) []float32 { return ix.DE.Queries.Row(query) }

func towerVector(ix *Index, query int) []float32 { return ix.Queries.Row(query) }

func zeroVector(*Index, int) []float32 { return nil }

func (r *regression) probe(float64) shelf.Probe { return shelf.Probe{Place: r.u} }

func (r *regression) observe(items shelf.Rows, scores []float64) {
	for i, s := range scores {
		r.anchors.Add(items.Features.Row(i), r.norm.apply(s))
	}
	if r.lambda == 1 {
		return // the query vector never moves
	}
	u := r.anchors.Solve()
	for j := range r.u {
		r.u[j] = float32((1-r.lambda)*u[j] + r.lambda*float64(r.param[j]))
	}
}
