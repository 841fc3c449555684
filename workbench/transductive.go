package workbench

import (
	"context"
	"fmt"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/stats"
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
	f := newFactors(d, g, ix.Normalization)
	var err error
	switch o.Solver {
	case ALS, "":
		err = f.alternate(ctx, o)
	case AdamW:
		err = f.descend(ctx, o)
	default:
		err = fmt.Errorf("no solver %q: it is %q or %q", o.Solver, ALS, AdamW)
	}
	ix.Features = f.items
	return err
}

// factors are U and V under way, and the entries they fit.
type factors struct {
	queries, items   *Matrix // U, one row per train query observed, and V, |I|×d
	queries0, items0 *Matrix // where they started: the dual encoder's vectors
	byQuery, byItem  *sparse
}

func newFactors(d *Dataset, g *Scores, n Normalization) *factors {
	rows := g.queries()
	f := &factors{queries0: d.DE.Queries.Select(rows), items0: d.DE.Items, byQuery: g.sparse(n)}
	f.byItem = f.byQuery.transposed(len(d.Items))
	f.queries, f.items = f.queries0.clone(), f.items0.clone()
	return f
}

// objective is eq. 3: the mean squared error over the observed entries.
func (f *factors) objective() float64 {
	sums := make([]float64, f.queries.Rows)
	cores.Each(len(sums), func(q int) {
		items, values := f.byQuery.row(q)
		for j, it := range items {
			e := float64(f32.Dot(f.queries.Row(q), f.items.Row(int(it))) - values[j])
			sums[q] += e * e
		}
	})
	return stats.Mean(sums) * float64(len(sums)) / float64(max(len(f.byQuery.cols), 1))
}
