package workbench

import (
	"context"
	"fmt"
	"slices"

	"axn/workbench/internal/curve"
)

// rowLayout says how the row of an item is put together: so many floats of its
// dual-encoder vector, of its features, and of its prior's bias.
type rowLayout struct{ vectors, features, bias int }

func (l rowLayout) cols() int { return l.vectors + l.features + l.bias }

// layout leaves the vectors out where they are the features.
func (ix *Index) layout() rowLayout {
	l := rowLayout{vectors: ix.DE.Items.Cols, features: ix.Features.Cols}
	if ix.Prior != nil {
		l.bias = 1
	} else if ix.Features == ix.DE.Items {
		l.vectors = 0
	}
	return l
}

// split returns the parts of rows, in memory of their own.
func (l rowLayout) split(rows *Matrix) (v, f *Matrix, bias []float32) {
	v, f, bias = NewMatrix(rows.Rows, l.vectors), NewMatrix(rows.Rows, l.features), make([]float32, rows.Rows*l.bias)
	for i := range rows.Rows {
		row := rows.Row(i)
		copy(v.Row(i), row)
		copy(f.Row(i), row[l.vectors:])
		copy(bias[i*l.bias:(i+1)*l.bias], row[l.vectors+l.features:])
	}
	return v, f, bias
}

// indexStore is an index's own matrices as a store. It is exact: candidates come
// from the scan that searches use.
type indexStore struct {
	indexShelf
	rowLayout
}

// Items returns the index's items as a store, to be copied into another one or
// searched as it is. Row i is v_i, F_i and the prior's bias of item i, one after
// the other; v_i is left out where it is F_i, and the bias where there is no prior.
// The rows stay where the index has them: in memory, or in the file of MapIndex.
func (ix *Index) Items() ItemStore { return indexStore{indexShelf{ix}, ix.layout()} }

// StoreOf returns the rows of a matrix as an exact store, without a copy.
func StoreOf(rows *Matrix) ItemStore {
	return (&Index{Method: DualEncoder, DE: DualEmbeddings{Items: rows}, Features: rows}).Items()
}

// Head returns the index without its items, for searches over a store that has
// them: as large as its queries, whatever the number of items. It can be saved.
func (ix *Index) Head() *Index {
	head := &Index{Method: ix.Method, Calls: ix.Calls, Passes: ix.Passes, Fingerprint: ix.Fingerprint, DE: ix.DE, Queries: ix.Queries, Seed: ix.Seed, Normalization: ix.Normalization}
	head.DE.Items = NewMatrix(0, ix.DE.Items.Cols)
	head.Features = head.DE.Items
	if ix.Features != ix.DE.Items {
		head.Features = NewMatrix(0, ix.Features.Cols)
	}
	if ix.Prior != nil {
		head.Prior = &Prior{priorMeta: ix.Prior.priorMeta, Bias: NewMatrix(0, 1), Map: ix.Prior.Map}
	}
	return head
}

func (s indexStore) Size() (items, cols int) { return s.Features.Rows, s.cols() }

func (s indexStore) Rows(ctx context.Context, items []int) (*Matrix, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rows := NewMatrix(len(items), s.cols())
	for i, it := range items {
		if it < 0 || it >= s.Features.Rows {
			return nil, fmt.Errorf("workbench: rows: no item %d among %d", it, s.Features.Rows)
		}
		row := rows.Row(i)[:0]
		if s.vectors > 0 {
			row = append(row, s.DE.Items.Row(it)...)
		}
		if row = append(row, s.Features.Row(it)...); s.bias > 0 {
			row = append(row, s.Prior.Bias.Data[it])
		}
	}
	return rows, nil
}

func (s indexStore) Candidates(ctx context.Context, vectors *Matrix, k int, exclude [][]int) ([][]int, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if vectors.Cols != s.cols() || exclude != nil && len(exclude) != vectors.Rows {
		return nil, fmt.Errorf("workbench: candidates: %w: %d vectors of %d floats, %d lists of exclusions, rows of %d floats",
			ErrShape, vectors.Rows, vectors.Cols, len(exclude), s.cols())
	}
	probes := make([]probe, vectors.Rows)
	for q := range probes {
		probes[q] = s.innerProduct(q, vectors.Row(q))
		if exclude != nil {
			for _, it := range exclude[q] {
				probes[q].seen[it] = true
			}
		}
	}
	hits, err := s.choose(ctx, probes, k)
	found := make([][]int, len(hits))
	for q := range hits {
		for _, h := range hits[q] {
			found[q] = append(found[q], h.Index)
		}
	}
	return found, err
}

// innerProduct is the probe that scores an item by its row's inner product with x.
func (s indexStore) innerProduct(query int, x []float32) probe {
	p := probe{query: query, place: x[s.vectors : s.vectors+s.features], seen: map[int]bool{}}
	if s.vectors > 0 {
		p.vector, p.curve = x[:s.vectors], curve.Identity
	}
	if s.bias > 0 {
		p.slope = x[s.vectors+s.features]
	}
	p.place = slices.Clip(p.place)
	return p
}

// String fits one line.
func (s indexStore) String() string {
	how := "in memory"
	if s.mapped != nil {
		how = "in a mapped file"
	}
	return fmt.Sprintf("items %s: %d of %d floats", how, s.Features.Rows, s.cols())
}
