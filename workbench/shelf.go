package workbench

import (
	"context"

	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// shelf is where the items are: all that a search knows of them comes through it.
// Its methods may be called from several goroutines.
type shelf interface {
	// size returns |I| and p.
	size() (items, features int)

	// choose returns for every probe the n items of highest score that it has not
	// seen, with their scores, best first, ties by lower item; fewer where fewer
	// are left. The answer to a probe is bit-identical whatever other probes are asked and
	// however many threads run. All exact shelves give the same.
	choose(ctx context.Context, probes []probe, n int) ([][]topk.Hit, error)

	// exact reports whether choose looks at all items.
	exact() bool

	// rows returns what is known of some items, in the order given, in memory that
	// is the caller's.
	rows(ctx context.Context, items []int) (itemRows, error)
}

// shelfItems are an index's own items: features F, |I|×p, the dual encoder's vectors v,
// |I|×d, and what the prior adds to each.
type shelfItems struct {
	Features, Vectors f32.Mat   // in one memory where the vectors are the features
	Bias              []float32 // |I|; nil where there is no prior

	FeatureCodes, VectorCodes *codes // for searches of few queries; one where the vectors are the features
}

// shared reports whether the vectors are the features.
func (x *shelfItems) shared() bool { return same(x.Features, x.Vectors) }

// same reports whether two matrices are one memory.
func same(a, b f32.Mat) bool {
	return a.Rows == b.Rows && a.Cols == b.Cols && len(a.Data) > 0 && len(b.Data) > 0 && &a.Data[0] == &b.Data[0]
}

// bias is what the prior adds to n items from lo on; nil where there is none.
func (x *shelfItems) bias(lo, n int) []float32 {
	if x.Bias == nil {
		return nil
	}
	return x.Bias[lo : lo+n]
}

// newShelf returns the shelf for a search of a number of queries together.
func newShelf(x *shelfItems, queries int) shelf {
	if queries <= codedQueries && x.Features.Rows >= CodedItems {
		return newCodedShelf(x)
	}
	return scanShelf{x}
}

// itemRows are n items taken from a shelf.
type itemRows struct {
	features f32.Mat   // F, n×p
	vectors  f32.Mat   // v, n×d
	bias     []float32 // of the prior, n; nil where there is none
}

// probe is one query's approximate scores, as a formula. Item i scores
//
//	F_i·place + curve(v_i·vector) + slope·bias_i
//
// and, if draw is set, what draw makes of it.
type probe struct {
	query  int          // the probes of a query have one vector
	place  []float32    // length p; nil is 0
	vector []float32    // x_q, length d; only looked at where there is a curve
	curve  *curve.Lines // nil is 0, for the bias too
	slope  float32
	draw   *lottery
	seen   map[int]bool // not to be chosen
}

// similarity is the probe for the dual encoder's own list.
func similarity(query int, vector []float32) probe {
	return probe{query: query, vector: vector, curve: curve.Identity}
}

// finish makes the scores of items numbered from lo on out of what F_i·place is:
// sims are v_i·vector, bias the prior's.
func (p *probe) finish(lo int, scores, sims, bias []float32) {
	if p.curve != nil {
		p.curve.Add(scores, sims)
		if p.slope != 0 {
			f32.Axpy(p.slope, bias, scores)
		}
	}
	if p.draw != nil {
		p.draw.apply(lo, scores)
	}
}
