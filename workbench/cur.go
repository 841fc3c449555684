package workbench

import (
	"context"
	"fmt"
)

// fitCUR keeps the dense rows R of G as they are (paper section 3). An item's
// features are its column of R, so that the regression over the anchors A,
// Rᵀ·(R_Aᵀ)⁺·a, is CUR's a·pinv(R_A)·R. Scores are not normalised: both sides
// are the cross-encoder's own.
func fitCUR(ctx context.Context, ix *Index, d *Dataset, g *Scores, o FactorizeOptions) error {
	var dense []*ScoreRow
	for i := range g.Rows {
		if g.Rows[i].Dense() {
			dense = append(dense, &g.Rows[i])
		}
	}
	if len(dense) == 0 {
		return fmt.Errorf("%s needs train queries scored against every item (Sampling.Dense); none of %d rows is", o.Method, len(g.Rows))
	}
	ix.Features = NewMatrix(len(d.Items), len(dense))
	parallel(len(d.Items), func(i int) {
		for c, r := range dense {
			ix.Features.Row(i)[c] = r.Values[i]
		}
	})
	return nil
}

func dualEncoderFirst(ix *Index) Initializer { return ByDualEncoder(ix.DE) }

// fixedAnchors are the same items for every query, drawn by the index's seed.
func fixedAnchors(ix *Index) Initializer {
	return InitializerFunc(func(_ int, dst []float32) error {
		uniform(dst, ix.Seed, 0)
		return nil
	})
}
