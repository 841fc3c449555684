package factors

import (
	"cmp"
	"context"
	"math/rand/v2"

	"axn/workbench/internal/adamw"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

// What zero Epochs, LearningRate and Batch stand for under AdamW: the paper's
// Table 2 for its ZeShEL domains; it does not say the batch.
const (
	adamwEpochs = 20
	adamwRate   = 0.001
	adamwBatch  = 10 // train queries, each with all its entries
)

// batches shuffles the train queries anew for every epoch and calls step with a
// few at a time, until ctx is cancelled.
func batches(ctx context.Context, rows int, o Settings, step func(queries []int)) error {
	epochs, size := cmp.Or(o.Epochs, adamwEpochs), cmp.Or(o.Batch, adamwBatch)
	done, end := o.begin("epochs", epochs)
	defer end()
	rng := rand.New(rand.NewPCG(uint64(o.Seed), 0))
	for range epochs {
		order := rng.Perm(rows)
		for lo := 0; lo < rows; lo += size {
			if err := ctx.Err(); err != nil {
				return err
			}
			step(order[lo:min(lo+size, rows)])
		}
		done(1)
	}
	return nil
}

// Descend minimises eq. 3 by AdamW on mini-batches of train queries.
func (f *Factors) Descend(ctx context.Context, o Settings) error {
	opt := adamw.New(cmp.Or(o.LearningRate, adamwRate))
	u, v := adamw.NewRows(opt, f.queries), adamw.NewRows(opt, f.Items)
	gu, gv := newRowGradients(f.queries.Rows, f.queries.Cols), newRowGradients(f.Items.Rows, f.Items.Cols)
	err := batches(ctx, f.queries.Rows, o, func(queries []int) {
		f.touch(queries, gu, gv)
		gu.each(u.Settle)
		gv.each(v.Settle)
		f.gradients(queries, gu, gv)
		opt.Next()
		gu.each(func(i int) { u.Move(i, gu.row(i)) })
		gv.each(func(i int) { v.Move(i, gv.row(i)) })
	})
	if err != nil {
		return err
	}
	cores.Each(f.queries.Rows, u.Settle)
	cores.Each(f.Items.Rows, v.Settle)
	return nil
}

// touch readies the gradients for the entries of a few queries: zeros, where any
// will be.
func (f *Factors) touch(queries []int, gu, gv *rowGradients) {
	gu.reset()
	gv.reset()
	for _, q := range queries {
		gu.touch(q)
		items, _ := f.byQuery.row(q)
		for _, it := range items {
			gv.touch(int(it))
		}
	}
}

// gradients adds up the gradients of the mean squared error over the entries of a
// few queries.
func (f *Factors) gradients(queries []int, gu, gv *rowGradients) {
	n := 0
	for _, q := range queries {
		n += f.byQuery.start[q+1] - f.byQuery.start[q]
	}
	for _, q := range queries {
		items, values := f.byQuery.row(q)
		u, g := f.queries.Row(q), gu.row(q)
		for j, it := range items {
			v := f.Items.Row(int(it))
			e := 2 * (f32.Dot(u, v) - values[j]) / float32(n)
			f32.Axpy(e, v, g)
			f32.Axpy(e, u, gv.row(int(it)))
		}
	}
}

// rowGradients are the gradients of a matrix of which a step touches few rows.
type rowGradients struct {
	at   []int32 // row → place in data + 1; 0 is untouched
	rows []int   // touched
	data []float32
	cols int
}

func newRowGradients(rows, cols int) *rowGradients {
	return &rowGradients{at: make([]int32, rows), cols: cols}
}

func (g *rowGradients) reset() {
	for _, r := range g.rows {
		g.at[r] = 0
	}
	g.rows, g.data = g.rows[:0], g.data[:0]
}

// touch makes row i zero, if it is not there yet.
func (g *rowGradients) touch(i int) {
	if g.at[i] == 0 {
		g.rows = append(g.rows, i)
		g.at[i] = int32(len(g.rows))
		g.data = append(g.data, make([]float32, g.cols)...)
	}
}

// row returns a touched row, to add to.
func (g *rowGradients) row(i int) []float32 {
	return g.data[int(g.at[i]-1)*g.cols:][:g.cols]
}

// each calls do for the rows touched, on all cores.
func (g *rowGradients) each(do func(i int)) {
	cores.Ranges(cores.Threads(), len(g.rows), 1, func(lo, hi int) {
		for _, i := range g.rows[lo:hi] {
			do(i)
		}
	})
}
