package workbench

import (
	"context"
	"math/rand/v2"

	"axn/workbench/internal/adamw"
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
func batches(ctx context.Context, rows int, o FactorizeOptions, step func(queries []int)) error {
	epochs, size := orDefault(o.Epochs, adamwEpochs), orDefault(o.Batch, adamwBatch)
	m := startProgress(ctx, "factorize", "epochs", epochs)
	defer m.end()
	rng := rand.New(rand.NewPCG(uint64(o.Seed), 0))
	for range epochs {
		order := rng.Perm(rows)
		for lo := 0; lo < rows; lo += size {
			if err := ctx.Err(); err != nil {
				return err
			}
			step(order[lo:min(lo+size, rows)])
		}
		m.add(1)
	}
	return nil
}

// descend minimises eq. 3 by AdamW on mini-batches of train queries.
func (f *factors) descend(ctx context.Context, o FactorizeOptions) error {
	opt := adamw.New(orDefault(o.LearningRate, adamwRate))
	d := f.items.Cols
	mu, mv := adamw.NewMoments(len(f.queries.Data)), adamw.NewMoments(len(f.items.Data))
	gu, gv := newRowGradients(f.queries.Rows, d), newRowGradients(f.items.Rows, d)
	return batches(ctx, f.queries.Rows, o, func(queries []int) {
		f.gradients(queries, gu, gv)
		opt.Next()
		move := func(x *Matrix, g *rowGradients, m adamw.Moments) {
			f32.Parallel(threads(), x.Rows, 1, func(lo, hi int) {
				for i := lo; i < hi; i++ {
					opt.Move(x.Row(i), g.row(i), m.Slice(i*d, (i+1)*d))
				}
			})
		}
		move(f.queries, gu, mu)
		move(f.items, gv, mv)
	})
}

// gradients sets the gradients of the mean squared error over the entries of a
// few queries.
func (f *factors) gradients(queries []int, gu, gv *rowGradients) {
	gu.reset()
	gv.reset()
	n := 0
	for _, q := range queries {
		n += f.byQuery.start[q+1] - f.byQuery.start[q]
	}
	for _, q := range queries {
		items, values := f.byQuery.row(q)
		u, g := f.queries.Row(q), gu.touch(q)
		for j, it := range items {
			v := f.items.Row(int(it))
			e := 2 * (f32.Dot(u, v) - values[j]) / float32(n)
			f32.Axpy(e, v, g)
			f32.Axpy(e, u, gv.touch(int(it)))
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

// touch returns row i to add to, zero at first.
func (g *rowGradients) touch(i int) []float32 {
	if g.at[i] == 0 {
		g.rows = append(g.rows, i)
		g.at[i] = int32(len(g.rows))
		g.data = append(g.data, make([]float32, g.cols)...)
	}
	return g.data[int(g.at[i]-1)*g.cols:][:g.cols]
}

// row returns row i, nil when it is zero.
func (g *rowGradients) row(i int) []float32 {
	if g.at[i] == 0 {
		return nil
	}
	return g.touch(i)
}
