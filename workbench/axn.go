package workbench

import (
	"context"
	"slices"

	"axn/workbench/internal/factors"
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
			if p := param(ix, q); p != nil && ix.Span != nil {
				x = solve.TurnVector(p, ix.Span.view())
			} else {
				copy(x, p)
			}
			estimates[i] = &regression{param: x, lambda: o.Lambda, norm: ix.Normalization, anchors: solve.NewLeastSquares(min(o.Budget, n), d), u: slices.Clone(x)}
		}
		return estimates, nil
	}
}

func dualEncoderVector(ix *Index, query int) []float32 { return ix.DE.Queries.Row(query) }

func towerVector(ix *Index, query int) []float32 {
	if query < ix.Queries.Rows {
		return ix.Queries.Row(query)
	}
	return factors.ApplyTower(ix.queryTower.Data, ix.DE.Queries.view().RowRange(query, query+1)).Data // of one that came later
}

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

// turn turns Features to their principal axes where their columns all but depend on one
// another, so that every regression over them is as fast and as exact as over any others.
func (ix *Index) turn() {
	if r, needed := solve.Span(ix.Features.view()); needed {
		ix.Span = matrixOf(r)
		ix.Features = ix.turned(ix.Features)
	}
}

// turned returns the features that items have by the method's vectors of them.
func (ix *Index) turned(vectors *Matrix) *Matrix {
	if ix.Span == nil {
		return vectors
	}
	return matrixOf(solve.Turn(vectors.view(), ix.Span.view()))
}
