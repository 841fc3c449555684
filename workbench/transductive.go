package workbench

import (
	"context"
	"fmt"

	"axn/workbench/internal/factors"
)

// Solver names the way Transductive finds its vectors.
type Solver string

const (
	// ALS alternates exact least-squares solutions of all queries and of all items;
	// the default, "" means it too.
	ALS Solver = "als"
	// AdamW descends along gradients of a few train queries at a time: the paper's way.
	AdamW Solver = "adamw"
)

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
	ix.Features = matrix(f.Items)
	return err
}
