// Package shelf is where a search finds items: in matrices, scanned whole or rounded to bytes
// first, or in a store elsewhere.
package shelf

import (
	"context"

	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// Shelf is where the items are: all that a search knows of them comes through it.
// Its methods may be called from several goroutines.
type Shelf interface {
	// Size returns |I| and p.
	Size() (items, features int)

	// Choose returns for every probe the n items of highest score that it has not
	// seen, with their scores, best first, ties by lower item; fewer where fewer
	// are left. Behind them come up to so many more, of the items that it looked at for these. The answer to a probe is bit-identical whatever other probes are asked and
	// however many threads run. All exact shelves give the same.
	Choose(ctx context.Context, probes []Probe, n, more int) ([][]topk.Hit, error)

	// Exact reports whether Choose looks at all items.
	Exact() bool

	// Rows sets the rows of features to those of some items, in the order given, and returns what else a
	// probe takes of them.
	Rows(ctx context.Context, p *Probe, items []int, features f32.Mat) (Rows, error)

	// Similarities returns x·v_i for the query x of each probe and each of the items.
	Similarities(ctx context.Context, probes []Probe, items []int) (f32.Mat, error)
}

// Items are an index's own items: features F, |I|×p, the dual encoder's vectors v,
// |I|×d, and what the prior adds to each.
type Items struct {
	Layout Layout // of the row of an item

	Features, Vectors f32.Mat   // in one memory where the vectors are the features
	Bias              []float32 // |I|; nil where there is no prior

	FeatureCodes, VectorCodes *Codes // for searches of few queries; one where the vectors are the features
	Lists                     *Lists // in the order of which codes stand; nil where there are none
}

// shared reports whether the vectors are the features.
func (x *Items) shared() bool { return x.Layout.Vectors == 0 }

// Same reports whether two matrices are one memory.
func Same(a, b f32.Mat) bool {
	return a.Rows == b.Rows && a.Cols == b.Cols && len(a.Data) > 0 && len(b.Data) > 0 && &a.Data[0] == &b.Data[0]
}

// bias is what the prior adds to n items from lo on; nil where there is none.
func (x *Items) bias(lo, n int) []float32 {
	if x.Bias == nil {
		return nil
	}
	return x.Bias[lo : lo+n]
}

// Of returns the shelf for a search of a number of queries together that looks at a share of
// the items a round; a share of 1 looks at all, and so does a search of fewer than ListedItems.
func Of(x *Items, queries int, share float64) Shelf {
	if x.Lists != nil && share < 1 && x.Features.Rows >= ListedItems {
		return newListShelf(x, share, queries <= codedQueries)
	}
	most := codedQueries
	if x.allKnown() {
		most = fewKnown
	}
	if queries <= most && x.Features.Rows >= CodedItems {
		return NewCoded(x, queries)
	}
	return Scan{x}
}

// Rows are n items taken from a shelf for a probe.
type Rows struct {
	Features     f32.Mat   // F, n×p
	Similarities []float32 // v_i·Vector, n; nil where the probe has no vector
	Bias         []float32 // of the prior, n; nil where there is none
}

// Probe is one query's approximate scores, as a formula. Item i scores
//
//	F_i·Place + Curve(v_i·Vector) + Slope·bias_i + Extra_i
//
// and, if Draw is set, what Draw makes of it.
type Probe struct {
	Query  int          // the probes of a query have one vector
	Place  []float32    // length p; nil is 0
	Vector []float32    // x_q, length d; only looked at where there is a curve
	Curve  *curve.Lines // nil is 0, for the bias too
	Slope  float32
	Extra  []float32 // |I|, what is added besides; nil is 0
	Draw   *Draw
	Seen   map[int]bool // not to be chosen
	Barred []bool       // nor these, by item; may be shorter than there are items
}

// out tells whether an item is not to be chosen.
func (p *Probe) out(item int) bool {
	return p.Seen[item] || item < len(p.Barred) && p.Barred[item]
}

// vectorsOf are the probes' vectors, a row each.
func vectorsOf(probes []Probe) f32.Mat {
	m := f32.NewMat(len(probes), len(probes[0].Vector))
	for i, p := range probes {
		copy(m.Row(i), p.Vector)
	}
	return m
}

// Similarity is the probe for the dual encoder's own list.
func Similarity(query int, vector []float32) Probe {
	return Probe{Query: query, Vector: vector, Curve: curve.Identity}
}

// finish completes scores, which hold F_i·Place for items lo, lo+1, …, in place: it adds the
// curve at sims, which are v_i·Vector, and Slope·bias, then the draw.
func (p *Probe) finish(lo int, scores, sims, bias []float32) {
	if p.Curve != nil {
		p.Curve.Add(scores, sims)
	}
	p.finishRest(lo, scores, bias)
}

// finishRest is finish but for the curve.
func (p *Probe) finishRest(lo int, scores, bias []float32) {
	if p.Curve != nil && p.Slope != 0 {
		f32.Axpy(p.Slope, bias, scores)
	}
	if p.Extra != nil {
		f32.Axpy(1, p.Extra[lo:lo+len(scores)], scores)
	}
	if p.Draw != nil {
		p.Draw.Apply(lo, scores)
	}
}
