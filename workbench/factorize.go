package workbench

import (
	"cmp"
	"context"
	"fmt"

	"axn/workbench/internal/calibrate"
	"axn/workbench/internal/factors"
)

// Method names a way to make an index from observed scores.
type Method string

const (
	// Calibrated is this package's own and the default; "" means it too.
	Calibrated Method = "calibrated"
	// DualEncoder is AXN_{DE,DE}: the dual encoder's item vectors as they are,
	// refitted per query by regression. With Rounds 1 it is retrieve-and-rerank.
	DualEncoder Method = "de"
	// Transductive is MF_Trns: free vectors of train queries and items, started from
	// the dual encoder's, that fit the observed scores (paper section 2).
	Transductive Method = "mf-trns"
	// Inductive is MF_Ind: two small networks over the dual encoder, trained on the
	// same objective (paper section 2, A.2.2).
	Inductive Method = "mf-ind"
	// Distilled is DE_DSTL on frozen embeddings: networks of the same shape trained
	// to give each train query the cross-encoder's distribution over what was
	// observed (paper A.2.1; there the whole dual encoder learns).
	Distilled Method = "de-dstl"
	// ADACUR keeps the dense rows of G: an item's features are its scores for the
	// train queries, refitted per query as rounds go (paper section 3).
	ADACUR Method = "adacur"
	// ANNCUR is ADACUR in two rounds, the first at fixed random items: anchors k_i
	// and reranked items k_r both count against the budget (paper section 3).
	ANNCUR Method = "anncur"
)

// FactorizeOptions say how to make an index. The zero value is the best known.
type FactorizeOptions struct {
	Method Method // "" is Calibrated
	Seed   int64  // same seed, same index: ANNCUR draws its anchors by it, AdamW its batches

	// How Transductive, Inductive and Distilled are trained; Solver and
	// Regularization are Transductive's alone. The paper's own settings are Solver AdamW,
	// Epochs 20 (its ZeShEL domains; 4 or 10 on BEIR) and LearningRate 0.001 (0.005
	// on SciDocs), with PyTorch's other defaults.
	Solver         Solver  // "" is ALS
	Epochs         int     // passes over the entries; 0 = 4 under ALS, 20 under AdamW
	LearningRate   float64 // of AdamW; 0 = 0.001
	Batch          int     // train queries per step of AdamW; 0 = 10
	Regularization float64 // ALS's ridge ρ of eq. 3, relative to the vectors' mean squared norm; 0 = 0.1
}

func (o FactorizeOptions) check() error {
	switch {
	case o.Epochs < 0:
		return fmt.Errorf("Epochs is %d: it cannot be negative", o.Epochs)
	case o.Batch < 0:
		return fmt.Errorf("Batch is %d: it cannot be negative", o.Batch)
	case !(o.LearningRate >= 0):
		return fmt.Errorf("LearningRate is %v: it cannot be negative", o.LearningRate)
	case !(o.Regularization >= 0):
		return fmt.Errorf("Regularization is %v: it cannot be negative", o.Regularization)
	}
	return nil
}

// training are the settings of what trains, which reports to the listener of ctx.
func (o FactorizeOptions) training(ctx context.Context) factors.Settings {
	return factors.Settings{Epochs: o.Epochs, LearningRate: o.LearningRate, Batch: o.Batch, Regularization: o.Regularization, Seed: o.Seed,
		Begin: func(unit string, total int) (done func(n int), end func()) {
			m := startProgress(ctx, "factorize", unit, total)
			return m.add, m.end
		}}
}

const (
	byScore      beginning = iota // by the approximate scores
	bySimilarity                  // by the dual encoder
	inTurns                       // by both in turn
	byChance                      // items drawn by the index's seed, the same for every query
)

// Factorize makes an index from the scores observed over a data set's train
// queries. g may be nil or empty: then the dual encoder is all there is, and ADACUR
// and ANNCUR, which need rows with every item scored, return an error. Calibrated learns nothing of
// fewer than 5 train queries or 1,000 entries, or where all scores are the same: the progress says so,
// or the log where nobody follows it, and the index's String. Scores over
// another number of items are an ErrShape.
func Factorize(ctx context.Context, d *Dataset, g *Scores, o FactorizeOptions) (*Index, error) {
	if o.Method == "" {
		o.Method = Calibrated
	}
	if g == nil {
		g = &Scores{Items: len(d.Items)}
	}
	ix, err := factorize(ctx, d, g, o)
	if err != nil {
		return nil, fmt.Errorf("workbench: factorize: %w", err)
	}
	return ix, nil
}

func factorize(ctx context.Context, d *Dataset, g *Scores, o FactorizeOptions) (*Index, error) {
	sys, err := o.Method.parts()
	if err != nil {
		return nil, err
	}
	return factorizeBy(ctx, d, g, o, sys.fit)
}

func factorizeBy(ctx context.Context, d *Dataset, g *Scores, o FactorizeOptions, fit fitFunc) (*Index, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	if err := g.Check(d); err != nil {
		return nil, err
	}
	g = g.joined()
	ix := &Index{Method: o.Method, Calls: g.Calls, Fingerprint: g.Fingerprint, DE: d.DE, Seed: o.Seed}
	if o.Method == Calibrated { // which alone reads views
		ix.Passes = d.passes()
	}
	if err := fit(ctx, ix, d, g, o); err != nil {
		return nil, err
	}
	if ix.Prior == nil { // it is searched by regressions
		ix.turn()
	}
	return ix, ctx.Err()
}

// FactorizeRows is Factorize by Calibrated with the work that grows with the observed entries
// done by sum: it does a step for all rows of the problem that FactorizeProblem gives, in
// whatever parts and wherever. One process does the same as Factorize; in more parts sums
// differ by rounding.
func FactorizeRows(ctx context.Context, d *Dataset, g *Scores, sum func(context.Context, *calibrate.Step) (*calibrate.Sums, error)) (*Index, error) {
	ix, err := factorizeBy(ctx, d, g, FactorizeOptions{Method: Calibrated}, func(ctx context.Context, ix *Index, d *Dataset, g *Scores, _ FactorizeOptions) error {
		f, err := calibrate.FitBy(ctx, problemOf(d, g), sum)
		if err != nil {
			return err
		}
		if err := ix.setFitted(d, f); err != nil {
			return err
		}
		ix.warnUnused(nil, g)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("workbench: factorize: %w", err)
	}
	return ix, nil
}

// FactorizeProblem is what a Calibrated fit makes of a data set and scores, for those who do
// the steps of FactorizeRows. It checks that the two fit together.
func FactorizeProblem(d *Dataset, g *Scores) (*calibrate.Problem, error) {
	if g == nil {
		g = &Scores{Items: len(d.Items)}
	}
	if err := cmp.Or(d.check(), g.Check(d)); err != nil {
		return nil, fmt.Errorf("workbench: factorize: %w", err)
	}
	return problemOf(d, g.joined()), nil
}

// Solver names the way Transductive finds its vectors.
type Solver string

const (
	// ALS alternates exact least-squares solutions of all queries and of all items;
	// the default, "" means it too.
	ALS Solver = "als"
	// AdamW descends along gradients of a few train queries at a time: the paper's way.
	AdamW Solver = "adamw"
)
