// Package factors trains what the paper's methods are made of: factors of the score matrix, by
// least squares or AdamW, and two small networks over a dual encoder.
package factors

import (
	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

// Settings say how to train. Zero fields stand for the defaults of the solver.
type Settings struct {
	Epochs         int     // passes over the entries
	LearningRate   float64 // of AdamW
	Batch          int     // train queries per step of AdamW
	Regularization float64 // of ALS, relative to the vectors' mean squared norm
	Seed           int64   // of AdamW's batches

	// Begin, if it is set, is told how many units there are to be done, and returns what to
	// call after some of them and at the end.
	Begin func(unit string, total int) (done func(n int), end func())
}

func (o Settings) begin(unit string, total int) (done func(n int), end func()) {
	if o.Begin == nil {
		return func(int) {}, func() {}
	}
	return o.Begin(unit, total)
}

// Factors are U and V under way, and the entries they fit.
type Factors struct {
	queries, Items   f32.Mat // U, one row per train query observed, and V, |I|×d
	queries0, items0 f32.Mat // where they started: the dual encoder's vectors
	byQuery, byItem  *Sparse
}

// New starts from the vectors of the train queries, in the order of the rows of
// entries, and of all items.
func New(queries, items f32.Mat, entries *Sparse) *Factors {
	return &Factors{queries: clone(queries), Items: clone(items), queries0: queries, items0: items,
		byQuery: entries, byItem: entries.transposed(items.Rows)}
}

// clone returns a copy, made on all cores: at a gigabyte most of it is the system
// giving out pages.
func clone(m f32.Mat) f32.Mat {
	c := f32.NewMat(m.Rows, m.Cols)
	cores.Ranges(cores.Threads(), m.Rows, 1+(1<<14)/(1+m.Cols), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			copy(c.Row(i), m.Row(i))
		}
	})
	return c
}
