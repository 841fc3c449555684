package workbench

import (
	"fmt"
	"sync/atomic"

	"axn/workbench/internal/npz"
	"axn/workbench/internal/shelf"
)

// Index is what Factorize makes of observed scores: all that a search needs
// beside the cross-encoder. Its fields can be read and, with care, changed: set
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

	// Prior is the prior mean m(q, i); only Calibrated has one.
	Prior *Prior

	featureCodes, itemCodes shelf.Codes // of Features and DE.Items, for scans of few queries

	mapped []byte      // the file it lies in, if MapIndex opened it
	warned atomic.Bool // of a search with another cross-encoder
}

// String fits one line.
func (ix *Index) String() string {
	s := fmt.Sprintf("Index %s: %d items, %d features, %d queries known, %d calls spent",
		ix.Method, ix.Features.Rows, ix.Features.Cols, ix.DE.Queries.Rows, ix.Calls)
	if ix.Passes > 0 {
		s += fmt.Sprintf(", %d item passes", ix.Passes)
	}
	return s
}

// namedArray is a place in the index that is saved under a name.
type namedArray struct {
	name string
	at   **Matrix
}

// arrays lists what is saved; nil ones are left out, and so are features that
// are the dual encoder's own vectors.
func (ix *Index) arrays() []namedArray {
	as := []namedArray{{"de_queries", &ix.DE.Queries}, {"de_items", &ix.DE.Items}, {"queries", &ix.Queries}, {"span", &ix.Span}}
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
	if _, err := ix.Method.system(); err != nil {
		return err
	}
	width := f.Cols
	if ix.Span != nil {
		if width = ix.Span.Rows; ix.Span.Cols != f.Cols {
			return fmt.Errorf("%w: a span of %d axes, %d features", ErrShape, ix.Span.Cols, f.Cols)
		}
	}
	if (ix.Method == Inductive || ix.Method == Distilled) && (ix.Queries == nil || ix.Queries.Rows != q.Rows || ix.Queries.Cols != width) {
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
