package workbench

import (
	"context"
	"fmt"

	"axn/workbench/internal/shelf"
)

// methodParts are what a method must bring: how to fit an index and how to follow one
// query. A new method is one more entry in methods.
type methodParts struct {
	fit       fitFunc
	estimates func(ctx context.Context, ix *Index, items shelf.Shelf, queries []int, o SearchOptions) ([]estimate, error)
	begin     beginning                          // how round 1 chooses
	scale     func(ix *Index, s float64) float64 // from cross-encoder scores to the estimate's, rising; nil is the same
	defaults  SearchOptions                      // what zero Rounds and FirstShare stand for
}

var methods = map[Method]methodParts{
	Calibrated:   {fit: fitCalibrated, estimates: calibratedEstimates, begin: inTurns, scale: warpedScale},
	DualEncoder:  {fit: fitDualEncoder, estimates: regressionFrom(dualEncoderVector), scale: normalizedScale},
	Transductive: {fit: fitTransductive, estimates: regressionFrom(dualEncoderVector), scale: normalizedScale},
	Inductive:    {fit: fitInductive, estimates: regressionFrom(towerVector), scale: normalizedScale},
	Distilled:    {fit: fitDistilled, estimates: regressionFrom(towerVector), scale: normalizedScale},
	ADACUR:       {fit: fitCUR, estimates: regressionFrom(zeroVector), begin: bySimilarity},
	ANNCUR:       {fit: fitCUR, estimates: regressionFrom(zeroVector), begin: byChance, defaults: SearchOptions{Rounds: 2, FirstShare: 0.3}},
}

// beginning is how a method's round 1 chooses when SearchOptions.First does not.
type beginning int

func normalizedScale(ix *Index, s float64) float64 { return ix.Normalization.apply(s) }

func warpedScale(ix *Index, s float64) float64 { return ix.Prior.Warp.At(s) }

func (m Method) parts() (methodParts, error) {
	sys, ok := methods[m]
	if !ok {
		return sys, fmt.Errorf("no method %q: it is calibrated, de, mf-trns, mf-ind, de-dstl, adacur or anncur", m)
	}
	return sys, nil
}

// fitFunc makes an index of observed scores.
type fitFunc func(ctx context.Context, ix *Index, d *Dataset, g *Scores, o FactorizeOptions) error

// estimate follows one query.
type estimate interface {
	// probe returns the query's score formula after all rounds so far, up to a
	// constant. optimism adds that many standard deviations of each item's score.
	probe(optimism float64) shelf.Probe
	// meet adds some items not seen before, while the cross-encoder scores them.
	meet(ctx context.Context, items shelf.Shelf, chosen []int) error
	// observe takes the scores of the items last met.
	observe(scores []float64)
	// release lets others use its memory; it is not used any more.
	release()
}
