package workbench

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/factors"
	"axn/workbench/internal/shelf"
	"axn/workbench/internal/solve"
)

// fitDualEncoder takes the dual encoder's item vectors as they are.
func fitDualEncoder(ctx context.Context, ix *Index, d *Dataset, g *Scores, o FactorizeOptions) error {
	ix.Features, ix.Normalization = d.DE.Items, fitNormalization(d, g)
	return nil
}

// fitTransductive finds free vectors U of the train queries and V of the items
// (paper section 2, eq. 3), started from the dual encoder's: least squares over
// the observed entries of normalised scores (A.4). An item never observed keeps
// the dual encoder's vector, and so do queries at search time.
func fitTransductive(ctx context.Context, ix *Index, d *Dataset, g *Scores, o FactorizeOptions) error {
	ix.Normalization = fitNormalization(d, g)
	f := factors.New(d.DE.Queries.Select(g.queries()).view(), d.DE.Items.view(), g.entries(ix.Normalization))
	var err error
	switch o.Solver {
	case ALS, "":
		err = f.Alternate(ctx, o.training(ctx))
	case AdamW:
		err = f.Descend(ctx, o.training(ctx))
	default:
		err = fmt.Errorf("no solver %q: it is %q or %q", o.Solver, ALS, AdamW)
	}
	ix.Features = matrixOf(f.Items)
	return err
}

// fitInductive trains MF_Ind (paper section 2, A.2.2): two towers over the frozen
// dual encoder, one for queries and one for items, by the squared error over the
// observed entries of normalised scores, with AdamW. Items never observed, and
// test queries, get vectors of the towers too.
func fitInductive(ctx context.Context, ix *Index, d *Dataset, g *Scores, o FactorizeOptions) error {
	ix.Normalization = fitNormalization(d, g)
	return fitTowers(ctx, ix, d, g, o, factors.SquaredError)
}

// fitDistilled trains DE_DSTL's loss (paper A.2.1) on frozen embeddings: the
// cross-entropy between the softmax of the cross-encoder's scores over each train
// query's observed entries and that of the dual encoder's. The paper fine-tunes
// all weights of the dual encoder; here only two towers of MF_Ind's shape over its
// vectors learn, with MF_Ind's learning rate and epochs. The cross-encoder's
// scores are normalised (A.4) and both sides divided by the same Beta, so that a
// dual encoder of unit vectors can be as sure as the cross-encoder is.
func fitDistilled(ctx context.Context, ix *Index, d *Dataset, g *Scores, o FactorizeOptions) error {
	ix.Normalization = fitNormalization(d, g)
	return fitTowers(ctx, ix, d, g, o, factors.CrossEntropy(1/cmp.Or(ix.Normalization.Beta, 1)))
}

func fitTowers(ctx context.Context, ix *Index, d *Dataset, g *Scores, o FactorizeOptions, l factors.Loss) error {
	t := factors.NewTowers(d.DE.Queries.Select(g.queries()).view(), d.DE.Items.view(), g.entries(ix.Normalization), o.Seed)
	if err := t.Train(ctx, o.training(ctx), l); err != nil {
		return err
	}
	q, v := t.Apply(d.DE.Queries.view(), d.DE.Items.view())
	ix.Queries, ix.Features = matrixOf(q), matrixOf(v)
	query, item := t.Params()
	ix.queryTower, ix.itemTower = rowOf(query), rowOf(item)
	return nil
}

// fitCUR keeps the dense rows R of G as they are (paper section 3). An item's
// features are its column of R, so that the regression over the anchors A,
// Rᵀ·(R_Aᵀ)⁺·a, is CUR's a·pinv(R_A)·R. Scores are not normalised: both sides
// are the cross-encoder's own.
func fitCUR(ctx context.Context, ix *Index, d *Dataset, g *Scores, o FactorizeOptions) error {
	dense := g.DenseRows()
	if dense.Rows == 0 {
		return fmt.Errorf("%s needs train queries scored against every item (Sampling.Dense); none of %d rows is", o.Method, len(g.Rows))
	}
	ix.Features = &Matrix{Rows: dense.Cols, Cols: dense.Rows, Data: f32.Transpose(dense.view(), cores.Threads()).Data}
	return nil
}

// regression is AXN's test-time inference (paper section 2, Algorithm 1):
// u = (1−λ)·V_A⁺ a + λ·x_q over the anchors A scored so far, and scores V·u. The
// pseudo-inverse gives the least-squares u of least norm.
type regression struct {
	param   []float32
	lambda  float64
	norm    Normalization
	anchors *solve.LeastSquares // V_A and a, normalised
	met     f32.Mat             // rows of V whose scores are to come
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

func (r *regression) meet(ctx context.Context, items shelf.Shelf, chosen []int) error {
	r.met = f32.NewMat(len(chosen), len(r.u))
	_, err := items.Rows(ctx, &shelf.Probe{}, chosen, r.met)
	return err
}

func (r *regression) observe(scores []float64) {
	for i, s := range scores {
		r.anchors.Add(r.met.Row(i), r.norm.apply(s))
	}
	if r.lambda == 1 {
		return // the query vector never moves
	}
	u := r.anchors.Solve()
	for j := range r.u {
		r.u[j] = float32((1-r.lambda)*u[j] + r.lambda*float64(r.param[j]))
	}
}

func (r *regression) release() {} // nobody waits for its memory

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
