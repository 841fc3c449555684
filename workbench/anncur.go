package workbench

import (
	"context"
	"fmt"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

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

// fixedAnchors are the same items for every query, drawn by the index's seed.
func fixedAnchors(ix *Index) Initializer {
	return InitializerFunc(func(_ int, dst []float32) error {
		uniform(dst, ix.Seed, 0)
		return nil
	})
}
