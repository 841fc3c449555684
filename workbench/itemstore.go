package workbench

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/shelf"
)

// layout leaves the vectors out where they are the features.
func (ix *Index) layout() shelf.Layout {
	l := shelf.Layout{Vectors: ix.DE.Items.Cols, Features: ix.Features.Cols}
	if ix.Prior != nil {
		l.Bias = 1
	} else if ix.Features == ix.DE.Items {
		l.Vectors = 0
	}
	return l
}

// items are what searches look at.
func (ix *Index) items() *shelf.Items {
	x := &shelf.Items{Layout: ix.layout(), Features: ix.Features.view(), Vectors: ix.DE.Items.view(), FeatureCodes: ix.codesOf(ix.Features), VectorCodes: ix.codesOf(ix.DE.Items)}
	if ix.Prior != nil {
		x.Bias = ix.Prior.Bias.Data
	}
	if l := ix.owner().lists; l.Of(x) {
		x.Lists = l
	}
	return x
}

// MakeLists divides the items among inverted lists by k-means (Jégou, Douze and Schmid 2011: IVF),
// so that a round of a search may look at those of the best lists only: see SearchOptions.Probe.
// lists is about how many; 0 is 8·√|I|. Items are compared by all that the index's formula takes of them.
// It takes O(√lists·|I|) products of 64 floats and, the items aside, some 50 bytes an item. Lists are
// saved, and with them codes of all items in their order, those of 64 features and more in two halves; the first search
// by bytes holds their biases in that order, |I| floats. Add drops the lists: make them again. Update takes new means,
// and leaves each item in its list.
// No search may be under way.
func (ix *Index) MakeLists(ctx context.Context, lists int) error {
	if err := ix.checkOpen(); err != nil {
		return fmt.Errorf("workbench: make lists: %w", err)
	}
	x := ix.items()
	n := x.Features.Rows
	if lists == 0 {
		lists = int(8 * math.Sqrt(float64(n)))
	}
	if lists < 0 || n == 0 {
		return fmt.Errorf("workbench: make lists: %d lists of %d items: there must be some of both", lists, n)
	}
	slope := 1.0
	if p := ix.Prior; p != nil && len(p.Curve.X) > 1 {
		last := len(p.Curve.X) - 1
		slope = (p.Curve.Y[last] - p.Curve.Y[0]) / (p.Curve.X[last] - p.Curve.X[0])
	}
	m := startProgress(ctx, "make lists", "items", 2*n) // in two steps
	defer m.end()
	made, err := shelf.MakeLists(ctx, x, lists, float32(slope), uint64(ix.Seed), m.add)
	if err != nil {
		return fmt.Errorf("workbench: make lists: %w", err)
	}
	ix.owner().lists = made
	return nil
}

// plainStore gives the rows of an ItemStore as the kernels take them.
type plainStore struct{ ItemStore }

func (s plainStore) Rows(ctx context.Context, items []int) (f32.Mat, error) {
	rows, err := s.ItemStore.Rows(ctx, items)
	if err != nil {
		return f32.Mat{}, err
	}
	return rows.view(), nil
}

func (s plainStore) Candidates(ctx context.Context, vectors f32.Mat, k int, exclude [][]int) ([][]int, error) {
	return s.ItemStore.Candidates(ctx, matrixOf(vectors), k, exclude)
}

// indexStore is an index's own matrices as a store. It is exact: candidates come
// from the scan that searches use.
type indexStore struct {
	*Index
	layout shelf.Layout
}

// Items returns the index's items as a store, to be copied into another one or
// searched as it is. Row i is v_i, F_i and the prior's bias of item i, one after
// the other; v_i is left out where it is F_i, and the bias where there is no prior.
// The rows stay where the index has them: in memory, or in the file of MapIndex.
func (ix *Index) Items() ItemStore { return indexStore{ix, ix.layout()} }

// StoreOf returns the rows of a matrix as an exact store, without a copy.
func StoreOf(rows *Matrix) ItemStore {
	return (&Index{Method: DualEncoder, DE: DualEmbeddings{Items: rows}, Features: rows}).Items()
}

// Head returns the index without its items, for searches over a store that has
// them: as large as its queries, whatever the number of items. It can be saved.
func (ix *Index) Head() *Index {
	head := &Index{Method: ix.Method, Calls: ix.Calls, Passes: ix.Passes, Fingerprint: ix.Fingerprint, DE: ix.DE, Queries: ix.Queries, Span: ix.Span, Signals: ix.Signals, Seed: ix.Seed, Normalization: ix.Normalization, removed: ix.owner().removed, queryTower: ix.queryTower, itemTower: ix.itemTower}
	head.DE.Items = NewMatrix(0, ix.DE.Items.Cols)
	head.Features = head.DE.Items
	if ix.Features != ix.DE.Items {
		head.Features = NewMatrix(0, ix.Features.Cols)
	}
	if ix.Prior != nil {
		head.Prior = &Prior{priorMeta: ix.Prior.priorMeta, Bias: NewMatrix(0, 1), Map: ix.Prior.Map, growth: ix.Prior.growth}
		head.Prior.growth.Evidence = nil
	}
	for _, a := range head.arrays() {
		if ix.owner().mapped != nil && *a.at != nil && (*a.at).Rows > 0 {
			*a.at = (*a.at).clone() // it may be used after Close
		}
	}
	return head
}

func (s indexStore) Size() (items, cols int) { return s.Features.Rows, s.layout.Cols() }

func (s indexStore) Rows(ctx context.Context, items []int) (*Matrix, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rows := NewMatrix(len(items), s.layout.Cols())
	for i, it := range items {
		if it < 0 || it >= s.Features.Rows {
			return nil, fmt.Errorf("workbench: rows: no item %d among %d", it, s.Features.Rows)
		}
		row := rows.Row(i)[:0]
		if s.layout.Vectors > 0 {
			row = append(row, s.DE.Items.Row(it)...)
		}
		row = append(row, s.Features.Row(it)...)
		if s.layout.Bias > 0 {
			copy(row[len(row):cap(row)], s.Prior.Bias.Data[it:it+1])
		}
	}
	return rows, nil
}

func (s indexStore) Candidates(ctx context.Context, vectors *Matrix, k int, exclude [][]int) ([][]int, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if vectors.Cols != s.layout.Cols() || exclude != nil && len(exclude) != vectors.Rows {
		return nil, fmt.Errorf("workbench: candidates: %w: %d vectors of %d floats, %d lists of exclusions, rows of %d floats",
			ErrShape, vectors.Rows, vectors.Cols, len(exclude), s.layout.Cols())
	}
	probes := make([]shelf.Probe, vectors.Rows)
	for q := range probes {
		probes[q] = s.layout.InnerProduct(q, vectors.Row(q))
		if exclude != nil {
			for _, it := range exclude[q] {
				probes[q].Seen[it] = true
			}
		}
	}
	hits, err := shelf.NewScan(s.items()).Choose(ctx, probes, k, 0)
	found := make([][]int, len(hits))
	for q := range hits {
		for _, h := range hits[q] {
			found[q] = append(found[q], h.Index)
		}
	}
	return found, err
}

// String fits one line.
func (s indexStore) String() string {
	how := "in memory"
	if s.mapped != nil {
		how = "in a mapped file"
	}
	return fmt.Sprintf("items %s: %d of %d floats", how, s.Features.Rows, s.layout.Cols())
}

// defaultOversample is SearchOptions.Oversample when that is 0.
const defaultOversample = 4

// shelf returns where a search of a number of queries together finds the items.
func (ix *Index) shelf(queries int, o SearchOptions) shelf.Shelf {
	if o.Store != nil {
		return shelf.OverStore(plainStore{o.Store}, ix.layout(), cmp.Or(o.Oversample, defaultOversample))
	}
	if o.Learn > 0 { // codes would serve one query
		return shelf.NewScan(ix.items())
	}
	return shelf.Of(ix.items(), queries, ix.probe(o))
}

// defaultProbe is SearchOptions.Probe when that is 0, of listedItems and more.
const (
	defaultProbe = 0.2
	listedItems  = 2_000_000
)

// probe is the share of the items that a round looks at.
func (ix *Index) probe(o SearchOptions) float64 {
	if o.Probe == 0 && ix.Features.Rows < listedItems {
		return 1
	}
	return cmp.Or(o.Probe, defaultProbe)
}

// ItemStore keeps one row of floats per item, wherever there is room for them, and
// finds items by the inner products of their rows with a vector. Index.Items gives
// an index's rows as a store, in memory or in a mapped file; package pgstore keeps
// them in PostgreSQL; package storetest is the contract.
//
// Its methods may be called from several goroutines.
type ItemStore interface {
	// Size returns how many items there are, and how many floats each has.
	Size() (items, cols int)

	// Rows returns the rows of items, in the order given, in memory that is the
	// caller's. A number that is no item's is an error.
	Rows(ctx context.Context, items []int) (*Matrix, error)

	// Candidates returns for each row of vectors the k items whose rows have the
	// highest inner products with it, best first, ties by lower item, without the
	// items of exclude at the same place; nil excludes nothing. There are fewer than
	// k only where fewer are left. An approximate store may give others, in order of
	// their inner products, and fewer.
	Candidates(ctx context.Context, vectors *Matrix, k int, exclude [][]int) ([][]int, error)
}

// codesOf returns the codes of Features or DE.Items, which may be one matrix.
func (ix *Index) codesOf(m *Matrix) *shelf.Codes {
	if m == ix.Features {
		return &ix.owner().featureCodes
	}
	return &ix.owner().itemCodes
}
