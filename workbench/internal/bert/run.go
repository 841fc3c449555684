package bert

import (
	"context"
	"runtime"
	"sync/atomic"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
	"axn/workbench/internal/pooling"
)

// Input appends the ids of sequence i, [CLS] and [SEP] included, to dst. The
// first second of them are of token type 0, the others of type 1. It is
// called once for each i, from several goroutines.
type Input func(i int, dst []int32) (ids []int32, second int)

// Score computes the logits of n sequences into scores. done, if not nil, is
// told from several goroutines how many more are finished. It returns ctx's
// error if ctx ends first.
func (e *Encoder) Score(ctx context.Context, n int, in Input, scores []float64, done func(n int)) error {
	if e.head == nil {
		logits := f32.NewMat(n, 1)
		err := e.Embed(ctx, n, in, 0, logits, done)
		for i := range scores {
			scores[i] = float64(logits.Row(i)[0])
		}
		return err
	}
	return e.chunks(ctx, n, in, done, func(w *workspace) {
		rows := e.forwardFirst(w, e.first, e.run(w))
		dense := w.matrix(&w.context, rows.Rows, e.hidden)
		e.logits(rows, dense, func(s int, score float64) { scores[w.indices[s]] = score })
	})
}

// logits has the head score each of rows, the last layer's row 0 of some sequences;
// dense is room for as many.
func (e *Encoder) logits(rows, dense f32.Mat, set func(s int, score float64)) {
	f32.GemmBias(dense, rows, &e.head.dense.Panels, e.head.dense.bias, 1)
	for s := range dense.Rows {
		activate(e.head.activation, dense.Row(s))
		set(s, float64(f32.Dot(dense.Row(s), e.head.out)+e.head.bias))
	}
}

// ScoreStates computes the logits of sequences from their States.
func (e *Encoder) ScoreStates(states f32.Mat, scores []float64) {
	first := states.Sub(0, 2*e.hidden, states.Rows, e.hidden)
	for lo := 0; lo < first.Rows; lo += chunkTokens {
		rows := first.RowRange(lo, min(lo+chunkTokens, first.Rows))
		e.logits(rows, f32.NewMat(rows.Rows, e.hidden), func(s int, score float64) { scores[lo+s] = score })
	}
}

// Embed computes the vectors of n sequences into the rows of vectors, n × Width. Of each sequence
// the rows of the first skip ids, those of a prompt, do not count.
func (e *Encoder) Embed(ctx context.Context, n int, in Input, skip int, vectors f32.Mat, done func(n int)) error {
	return e.chunks(ctx, n, in, done, func(w *workspace) {
		x := e.run(w)
		if e.first != nil {
			x = e.forwardFirst(w, e.first, x)
		}
		for s, i := range w.indices {
			if e.first != nil {
				e.top.Vector(vectors.Row(i), x.RowRange(s, s+1), 0)
			} else {
				e.top.Vector(vectors.Row(i), x.RowRange(w.starts[s], w.starts[s+1]), skip)
			}
		}
	})
}

// Width is the length of a vector that Embed makes.
func (e *Encoder) Width() int { return e.top.Width() }

// StateBlocks is how many vectors States gives of a sequence.
const StateBlocks = 3

// States computes of each of n sequences of a cross-encoder, side by side in a row of
// states, n × StateBlocks·Hidden: the mean over tokens of the last layer's rows, that
// of the last but one's, and the last layer's row 0.
func (e *Encoder) States(ctx context.Context, n int, in Input, states f32.Mat, done func(n int)) error {
	return e.chunks(ctx, n, in, done, func(w *workspace) {
		x := e.run(w)
		e.each(w, states, e.hidden, x, hf.PoolMean)
		e.full(w, &e.first.layer, x)
		e.each(w, states, 0, x, hf.PoolMean)
		e.each(w, states, 2*e.hidden, x, hf.PoolCLS)
	})
}

// each pools the rows x of each sequence of w into dst from column at on.
func (e *Encoder) each(w *workspace, dst f32.Mat, at int, x f32.Mat, p hf.Pooling) {
	for s, i := range w.indices {
		pooling.Pool(p, dst.Row(i)[at:][:e.hidden], x.RowRange(w.starts[s], w.starts[s+1]), 0)
	}
}

// Hidden is the length of a row.
func (e *Encoder) Hidden() int { return e.hidden }

// chunks gathers sequences into chunks and runs do on each, one goroutine a core.
func (e *Encoder) chunks(ctx context.Context, n int, in Input, done func(int), do func(*workspace)) error {
	var next atomic.Int64
	threads := min(runtime.GOMAXPROCS(0), n)
	cores.For(threads, threads, func(int) {
		for e.chunk(ctx, n, threads, &next, in, done, do) {
		}
	})
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
	for share := (n + threads - 1) / threads; len(w.ids)+w.last()/2 < chunkTokens && w.sequences() < share; {
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
		l := &e.layers[i]
		if i > 0 {
			e.full(w, l, x)
			continue
		}
		once := w.matrix(&w.wide, distinct.Rows, 3*e.hidden) // equal tokens are still equal
		f32.GemmBias(once, distinct, &l.qkv.Panels, l.qkv.bias, 1)
		qkv := w.matrix(&w.qkv, x.Rows, 3*e.hidden)
		w.spread(qkv, once)
		e.forward(w, l, x, qkv)
	}
	return x
}

// full passes the rows x of all sequences of w through a layer.
func (e *Encoder) full(w *workspace, l *layer, x f32.Mat) {
	qkv := w.matrix(&w.qkv, x.Rows, 3*e.hidden)
	f32.GemmBias(qkv, x, &l.qkv.Panels, l.qkv.bias, 1)
	e.forward(w, l, x, qkv)
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
