package calibrate

import (
	"context"
	"math"

	"axn/workbench/internal/ablate"
	"axn/workbench/internal/f32"
)

// withoutScores is the index when nothing, or too little, was observed: the prior is the rank in
// the dual encoder's list, and a query's own anchors are warped by their rank
// among themselves, so that with one round it is retrieve-and-rerank.
//
// Views are further features. That of Alone is expected to count: its coefficient is
// aloneMean, give or take 1, where those of others are 0. A signal that has to do with the dual
// encoder's scores is expected to say something too.
func withoutScores(ctx context.Context, in *Problem) (*Fitted, error) {
	variance := rankFeatures
	views, h := relevantViews(ctx, in)
	if h.Cols > 0 {
		variance = rankWithViews
	}
	scale := float32(math.Sqrt(variance)) * inverse(rmsNorm(in.Items))
	f := withOne(in.Items, scale)
	out := &Fitted{Noise: rankNoise, Slope: slope(ctx), Bias: make([]float32, in.Items.Rows), Map: f32.NewMat(in.Items.Cols+1, 1)}
	if h.Cols > 0 {
		f = sideBySide(f, h)
		out.Map = f32.NewMat(in.Items.Cols+1, f.Cols)
	}
	if views.Alone {
		out.Map.Row(0)[f.Cols-1] = aloneMean
	}
	out.Features = f
	if len(in.Views) == 0 {
		views = nil
	}
	out.Items, out.Evidence = in.itemMap(float64(scale), views), f32.NewMat(in.Items.Rows, 0)
	var err error
	out.Signals, err = relevantSignals(in)
	return out, err
}

// slope is the prior deviation of a query's slope.
func slope(ctx context.Context) float64 {
	if ablate.Off(ctx, ablate.Slope) {
		return 0
	}
	return querySlope
}
