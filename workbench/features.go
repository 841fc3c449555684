package workbench

import (
	"cmp"
	"context"
	"fmt"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/factors"
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
