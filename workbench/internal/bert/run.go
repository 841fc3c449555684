package bert

import (
	"context"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// Input appends the ids of sequence i, [CLS] and [SEP] included, to dst. The
// first second of them are of token type 0, the others of type 1. It is
// called once for each i, from several goroutines.
type Input func(i int, dst []int32) (ids []int32, second int)

// Score computes the logits of n sequences into scores. done, if not nil, is
// told from several goroutines how many more are finished. It returns ctx's
// error if ctx ends first.
func (e *Encoder) Score(ctx context.Context, n int, in Input, scores []float64, done func(n int)) error {
	return e.chunks(ctx, n, in, done, func(w *workspace) {
		rows := e.forwardFirst(w, e.first, e.run(w))
		dense := w.matrix(&w.context, rows.Rows, e.hidden)
		f32.GemmBias(dense, rows, &e.head.dense.Panels, e.head.dense.bias, 1)
		for s, i := range w.indices {
			activate(e.head.activation, dense.Row(s))
			scores[i] = float64(f32.Dot(dense.Row(s), e.head.out) + e.head.bias)
		}
	})
}

// Embed computes the pooled vectors of n sequences into the rows of vectors.
func (e *Encoder) Embed(ctx context.Context, n int, in Input, vectors f32.Mat, done func(n int)) error {
	return e.chunks(ctx, n, in, done, func(w *workspace) {
		x := e.run(w)
		if e.first != nil {
			x = e.forwardFirst(w, e.first, x)
		}
		for s, i := range w.indices {
			if e.first != nil {
				copy(vectors.Row(i), x.Row(s))
			} else {
				pool(e.pooling, vectors.Row(i), x.RowRange(w.starts[s], w.starts[s+1]))
			}
			if e.normalize {
				unit(vectors.Row(i))
			}
		}
	})
}

// Hidden is the length of a row.
func (e *Encoder) Hidden() int { return e.hidden }

// chunks gathers sequences into chunks and runs do on each, one goroutine a core.
func (e *Encoder) chunks(ctx context.Context, n int, in Input, done func(int), do func(*workspace)) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	threads := min(runtime.GOMAXPROCS(0), n)
	for range threads {
		wg.Go(func() {
			for e.chunk(ctx, n, threads, &next, in, done, do) {
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// chunk takes a workspace, fills it, runs do, and tells whether there may be
// more. Workspaces are shared by all callers, a chunk at a time, so that a
// long call does not keep a short one waiting.
func (e *Encoder) chunk(ctx context.Context, n, threads int, next *atomic.Int64, in Input, done func(int), do func(*workspace)) bool {
	var w *workspace
	select {
	case <-ctx.Done():
		return false
	case w = <-e.idle:
	}
	if w == nil {
		w = newWorkspace()
	}
	defer func() { e.idle <- w }()
	w.reset()
	for share := (n + threads - 1) / threads; len(w.ids) < chunkTokens && w.sequences() < share; {
		i := int(next.Add(1)) - 1
		if i >= n {
			break
		}
		w.add(i, in)
	}
	if w.sequences() == 0 || ctx.Err() != nil {
		return false
	}
	do(w)
	if done != nil {
		done(w.sequences())
	}
	return true
}

// run embeds the tokens of w and passes them through the full layers.
func (e *Encoder) run(w *workspace) f32.Mat {
	distinct := e.embed(w)
	x := w.matrix(&w.hidden, len(w.ids), e.hidden)
	w.spread(x, distinct)
	for i := range e.layers {
		l, qkv := &e.layers[i], w.matrix(&w.qkv, x.Rows, 3*e.hidden)
		if i == 0 { // equal tokens are still equal
			once := w.matrix(&w.wide, distinct.Rows, 3*e.hidden)
			f32.GemmBias(once, distinct, &l.qkv.Panels, l.qkv.bias, 1)
			w.spread(qkv, once)
		} else {
			f32.GemmBias(qkv, x, &l.qkv.Panels, l.qkv.bias, 1)
		}
		e.forward(w, l, x, qkv)
	}
	return x
}

// embed returns the embeddings of the distinct tokens of w. Tokens are equal
// if id, position and type are: the pairs of one query share its side, which
// so is embedded and projected once for all of them.
func (e *Encoder) embed(w *workspace) f32.Mat {
	w.findEqual()
	x := w.matrix(&w.rows, len(w.distinct), e.hidden)
	for i, t := range w.distinct {
		row := x.Row(i)
		copy(row, e.words.Row(int(t.id)))
		if e.types.Rows > 0 {
			f32.Axpy(1, e.types.Row(int(t.kind)), row)
		}
		f32.LayerNorm(row, e.positions.Row(int(t.position)), e.norm.Gain, e.norm.Bias, e.eps)
	}
	return x
}

// pool makes one vector of the rows x.
func pool(p hf.Pooling, dst []float32, x f32.Mat) {
	copy(dst, x.Row(0))
	for i := 1; i < x.Rows; i++ {
		if p != hf.PoolMax {
			f32.Axpy(1, x.Row(i), dst)
			continue
		}
		for j, v := range x.Row(i) {
			dst[j] = max(dst[j], v)
		}
	}
	switch p {
	case hf.PoolMean:
		f32.Scale(1/float32(x.Rows), dst)
	case hf.PoolMeanSqrt:
		f32.Scale(float32(1/math.Sqrt(float64(x.Rows))), dst)
	}
}

// unit scales x to length 1; a zero vector stays zero.
func unit(x []float32) {
	if norm := math.Sqrt(float64(f32.SqNorm(x))); norm > 0 {
		f32.Scale(float32(1/norm), x)
	}
}
