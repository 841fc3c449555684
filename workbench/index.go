package workbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/npz"
	"axn/workbench/internal/shelf"
)

// Index is what Factorize makes of observed scores: all that a search needs
// beside the cross-encoder. Any number of goroutines may search at once, if the scorer lets them; while an index
// is changed, or its data set given queries, no search may be under way. Its fields can be read and, with care, changed: set
// Features or DE.Items to another matrix rather than change the data, of which
// searches of few queries, and saved files, keep a rounded copy.
type Index struct {
	Method Method
	Calls  int            // cross-encoder calls spent on the scores it was made from
	Passes int            // cross-encoder passes over items alone spent on the views it was made from
	DE     DualEmbeddings // the data set's vectors: |Q|×d and |I|×d

	// Fingerprint says which cross-encoder the scores are of; "" is not known. A search
	// with another one warns once: see SearchOptions.SameScorer.
	Fingerprint string

	// Features is F, |I|×p: after any evidence the approximate scores differ
	// from the prior mean by F·u for some u. It is DE.Items itself for DualEncoder.
	Features *Matrix

	// Span turns the method's vectors into Features, d×p with orthonormal columns: their
	// principal axes without the directions in which no item has a part. Only the AXN methods
	// and CUR have it, and only where the vectors' columns all but depend on one another;
	// nil means that Features are the vectors. Scores are the same with it.
	Span *Matrix

	// Queries is the query tower's output for every query, |Q|×p: u_param of eq. 7.
	// Only Inductive and Distilled have it; the others use the dual encoder's.
	Queries *Matrix

	Seed int64 // draws what the method leaves to chance at search time: ANNCUR's anchors

	// Normalization brings cross-encoder scores to the dual encoder's scale
	// (paper A.4); the AXN methods use it.
	Normalization Normalization

	// Signals are those of the data set. They are not saved: set them again after OpenIndex
	// and MapIndex if Prior.Signals names any.
	Signals []Signal

	// Prior is the prior mean m(q, i); only Calibrated has one.
	Prior *Prior

	queryTower, itemTower *Matrix // 1×n, of Inductive and Distilled: what makes vectors of later queries and items
	removed               []bool  // by item; shorter where no later one is removed

	featureCodes, itemCodes shelf.Codes  // of Features and DE.Items, for scans of few queries
	lists                   *shelf.Lists // of the items, if MakeLists made some

	room   room        // of Add
	shared *Index      // the one whose codes it uses, if it was made For other queries
	mapped []byte      // the file it lies in, if MapIndex opened it
	closed bool        // it lay in one
	warned atomic.Bool // of a search with another cross-encoder
}

// String fits one line.
func (ix *Index) String() string {
	s := fmt.Sprintf("Index %s: %d items, %d features, %d queries known, %d calls spent",
		ix.Method, ix.Features.Rows, ix.Features.Cols, ix.DE.Queries.Rows, ix.Calls)
	if ix.unused() {
		s += " on scores too few to learn from"
	}
	if ix.Passes > 0 {
		s += fmt.Sprintf(", %d item passes", ix.Passes)
	}
	return s
}

// owner is the index that keeps what is made at the first use: ix, or the one it was made For.
func (ix *Index) owner() *Index { return cmp.Or(ix.shared, ix) }

// checkOpen returns an error when the file that the index lay in is closed.
func (ix *Index) checkOpen() error {
	if ix.owner().closed {
		return errors.New("the index is closed: MapIndex opens its file again")
	}
	return nil
}

// namedArray is a place in the index that is saved under a name.
type namedArray struct {
	name string
	at   **Matrix
}

// arrays lists what is saved; nil ones are left out, and so are features that
// are the dual encoder's own vectors.
func (ix *Index) arrays() []namedArray {
	as := []namedArray{{"de_queries", &ix.DE.Queries}, {"de_items", &ix.DE.Items}, {"queries", &ix.Queries}, {"span", &ix.Span}, {"query_tower", &ix.queryTower}, {"item_tower", &ix.itemTower}}
	if ix.Features != ix.DE.Items || ix.Features == nil {
		as = append(as, namedArray{"features", &ix.Features})
	}
	if ix.Prior != nil {
		as = append(as, ix.Prior.arrays()...)
	}
	return as
}

// check returns an error when the parts do not fit together.
func (ix *Index) check() error {
	q, v, f := ix.DE.Queries, ix.DE.Items, ix.Features
	if q == nil || v == nil || f == nil {
		return fmt.Errorf("%w: a part is missing", npz.ErrFormat)
	}
	if q.Cols != v.Cols || f.Rows != v.Rows {
		return fmt.Errorf("%w: vectors %d×%d and %d×%d, features %d×%d", ErrShape, q.Rows, q.Cols, v.Rows, v.Cols, f.Rows, f.Cols)
	}
	if _, err := ix.Method.parts(); err != nil {
		return err
	}
	width := f.Cols
	if ix.Span != nil {
		if width = ix.Span.Rows; ix.Span.Cols != f.Cols {
			return fmt.Errorf("%w: a span of %d axes, %d features", ErrShape, ix.Span.Cols, f.Cols)
		}
	}
	if (ix.Method == Inductive || ix.Method == Distilled) && (ix.Queries == nil || ix.Queries.Cols != width ||
		ix.Queries.Rows > q.Rows || ix.Queries.Rows < q.Rows && ix.queryTower == nil) { // AddQuery makes q longer
		return fmt.Errorf("%w: %v of query vectors, %d queries, %d features", ErrShape, ix.Queries, q.Rows, width)
	}
	if (ix.Prior != nil) != (ix.Method == Calibrated) {
		return fmt.Errorf("%w: an index by %q is said to have a prior: %t", npz.ErrFormat, ix.Method, ix.Prior != nil)
	}
	if ix.Prior != nil {
		return ix.Prior.check(v.Rows, v.Cols, f.Cols)
	}
	return nil
}

// bytes is the memory its matrices take.
func (ix *Index) bytes() int {
	n := 0
	for _, a := range ix.arrays() {
		if *a.at != nil {
			n += 4 * len((*a.at).Data)
		}
	}
	return n
}

// Prior is what Calibrated expects of a query's warped scores before any call is
// spent, and how sure it is. With F₀ the first columns of the index's features,
// as many as Map has,
//
//	m(q, i) = Curve(x_q·v_i) + Bias_i + (1, x_q)·Map·F₀_iᵀ
//
// A prior without a Curve, made without scores, takes the normal quantile of the
// item's rank in the dual encoder's list instead.
type Prior struct {
	priorMeta
	Bias *Matrix // |I|×1, what an item scores above the curve
	Map  *Matrix // (d+1)×p₀, from the query's vector to its place among the features

	growth growth
}

type priorMeta struct {
	Warp   Curve   // from cross-encoder scores to normal scores
	Curve  Curve   // from the dual encoder's score to the warped score
	Spread Curve   // from the dual encoder's score to the deviation of warped scores from m
	Noise  float64 // s², the variance of a warped score around the model
	Slope  float64 // prior deviation of a query's own slope against the curve, around 1

	// Signals are the useful ones of the data set's, which are part of m: see Dataset.Signals.
	Signals []SignalWeight `json:",omitempty"`

	// Calibrations correct the searches' estimates of their recall, by rising K: see Index.CalibrateRecall.
	Calibrations []RecallCalibration `json:",omitempty"`

	Growth *growthMeta `json:",omitempty"` // nil in files from before items could be added
}

func (p *Prior) arrays() []namedArray {
	return append([]namedArray{{"bias", &p.Bias}, {"map", &p.Map}}, p.growth.arrays()...)
}

func (p *Prior) check(items, d, features int) error {
	if p.Bias == nil || p.Map == nil || p.Bias.Rows != items || p.Bias.Cols != 1 || p.Map.Rows != d+1 || p.Map.Cols > features {
		return fmt.Errorf("%w: prior of %d items, %d dimensions, %d features has bias %v and map %v", ErrShape, items, d, features, p.Bias, p.Map)
	}
	if err := p.Warp.check(); err != nil {
		return err
	}
	if err := p.Spread.check(); err != nil {
		return err
	}
	if err := p.checkGrowth(items, d, features); err != nil {
		return err
	}
	for i, c := range p.Calibrations {
		if c.K < 1 || !(c.Slope > -1) || i > 0 && c.K <= p.Calibrations[i-1].K {
			return fmt.Errorf("%w: calibration %d of recall is %+v", npz.ErrFormat, i, c)
		}
	}
	return p.Curve.check()
}

// placeOf is (1, x)·Map, where a query starts among the first features.
func (p *Prior) placeOf(x []float32) []float32 {
	place := make([]float32, p.Map.Cols)
	f32.GemvT(place, p.Map.view(), append([]float32{1}, x...))
	return place
}

// curves returns a block of queries' priors as curves of the dual encoder's score:
// the mean without bias and features, and beside it, at the same knots, the spread.
func (p *Prior) curves(ctx context.Context, items shelf.Shelf, queries []int, vectors *Matrix) ([]*curve.Pair, error) {
	curves := make([]*curve.Pair, vectors.Rows)
	if len(p.Curve.X) > 0 {
		same := curve.NewPair(curve.Knots(p.Curve), curve.Knots(p.Spread))
		for q := range curves {
			curves[q] = same
		}
		return curves, nil
	}
	ranks, err := shelf.RankCurves(ctx, items, queries, vectors.view())
	for q, c := range ranks {
		curves[q] = curve.NewPair(c, curve.Knots{})
	}
	return curves, err
}

// Curve is a non-decreasing map, linear between its knots and flat beyond them.
type Curve struct{ X, Y []float64 } // X rises strictly, Y never falls

// At returns the curve's value at x. A curve without knots is 0 everywhere.
func (c Curve) At(x float64) float64 { return curve.Knots(c).At(x) }

// check returns an error that names the first knot which breaks the curve.
func (c Curve) check() error {
	if len(c.X) != len(c.Y) {
		return fmt.Errorf("%w: a curve of %d and %d coordinates", ErrShape, len(c.X), len(c.Y))
	}
	if i := curve.Knots(c).Broken(); i >= 0 {
		return fmt.Errorf("a curve's X must rise and its Y not fall: knot %d breaks it", i)
	}
	return nil
}
