package encoder

import (
	"context"
	"runtime"
	"sync/atomic"

	"axn/workbench/internal/activation"
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
	return e.chunks(ctx, n, e.unpadded(in), done, e.sharing(e.head.row == hf.PoolLast && e.decoder == nil), func(w *workspace) {
		rows := e.headRows(w, e.run(w))
		e.logits(w, rows, func(s int, score float64) { scores[w.indices[s]] = score })
	})
}

// unpadded leaves out what stands behind the last id that the head reads: no row before it depends on that.
func (e *Encoder) unpadded(in Input) Input {
	if e.head.pad < 0 || e.head.row != hf.PoolLast || !e.Causal {
		return in
	}
	return func(i int, dst []int32) (ids []int32, second int) {
		ids, second = in(i, dst)
		end := len(ids)
		for end > len(dst)+1 && ids[end-1] == e.head.pad {
			end--
		}
		return ids[:end], second
	}
}

// headRows returns the row of each sequence of w that the head reads, x being all rows before the last
// layer. Where the head takes the mean behind its dense part, that part is done.
func (e *Encoder) headRows(w *workspace, x f32.Mat) f32.Mat {
	if e.decoder == nil && e.head.row != hf.PoolMean {
		return e.forwardOne(w, x, e.head.row == hf.PoolCLS)
	}
	e.finishLast(w, x)
	switch {
	case e.decoder != nil:
		return e.decode(w, x)
	case e.head.late:
		x = e.dense(w, x)
	}
	rows := w.matrix(&w.rows, w.sequences(), e.Hidden)
	for s := range w.sequences() {
		pooling.Pool(hf.PoolMean, rows.Row(s), x.RowRange(w.starts[s], w.starts[s+1]), 0)
	}
	return rows
}

// dense passes rows through the head's dense part.
func (e *Encoder) dense(w *workspace, rows f32.Mat) f32.Mat {
	dense := w.matrix(&w.context, rows.Rows, e.Hidden)
	e.head.dense.set(w, dense, rows)
	for s := range dense.Rows {
		activation.Apply(e.head.activation, dense.Row(s))
	}
	return dense
}

// logits has the head score each of rows, one of each of some sequences; it may overwrite them.
func (e *Encoder) logits(w *workspace, rows f32.Mat, set func(s int, score float64)) {
	h := e.head
	if h.dense != nil && !h.late {
		rows = e.dense(w, rows)
	}
	if h.norm.there() {
		rows = e.normed(w, &w.seen, rows, h.norm)
	}
	for s := range rows.Rows {
		score := capped(float64(f32.Dot(rows.Row(s), h.out)+h.bias), h.cap)
		if h.less != nil {
			score -= capped(float64(f32.Dot(rows.Row(s), h.less)), h.cap)
		}
		set(s, score)
	}
}

// ScoreStates computes the logits of sequences from their States; false says that they are not made of
// what States gives.
func (e *Encoder) ScoreStates(states f32.Mat, scores []float64) bool {
	block := 2 // the row that a head reads
	switch {
	case e.head != nil && e.head.late:
		return false
	case e.head != nil && e.head.row == hf.PoolMean, e.head == nil && e.top.Mean():
		block = 0
	case e.head == nil && !e.top.FirstRow():
		return false
	}
	read := states.Sub(0, block*e.Hidden, states.Rows, e.Hidden)
	w := newWorkspace()
	for lo := 0; lo < read.Rows; lo += chunkTokens {
		rows := read.RowRange(lo, min(lo+chunkTokens, read.Rows))
		if e.head != nil {
			e.logits(w, rows, func(s int, score float64) { scores[lo+s] = score })
			continue
		}
		for s := range rows.Rows {
			var logit [1]float32
			e.top.Vector(logit[:], rows.RowRange(s, s+1), 0)
			scores[lo+s] = float64(logit[0])
		}
	}
	return true
}

// Embed computes the vectors of n sequences into the rows of vectors, n × VectorWidth. Of each sequence
// the rows of the first skip ids, those of a prompt, do not count.
func (e *Encoder) Embed(ctx context.Context, n int, in Input, skip int, vectors f32.Mat, done func(n int)) error {
	one := e.top.FirstRow() || e.top.LastRow()
	return e.chunks(ctx, n, in, done, e.sharing(e.top.LastRow()), func(w *workspace) {
		x := e.run(w)
		if one {
			x = e.forwardOne(w, x, e.top.FirstRow())
		} else {
			e.finishLast(w, x)
		}
		for s, i := range w.indices {
			if one {
				e.top.Vector(vectors.Row(i), x.RowRange(s, s+1), 0)
			} else {
				e.top.Vector(vectors.Row(i), x.RowRange(w.starts[s], w.starts[s+1]), skip)
			}
		}
	})
}

// VectorWidth is the length of a vector that Embed makes.
func (e *Encoder) VectorWidth() int { return e.top.Width() }

// StateBlocks is how many vectors States gives of a sequence.
const StateBlocks = 3

// States computes of each of n sequences of a cross-encoder, side by side in a row of
// states, n × StateBlocks·Width: the mean over tokens of the last layer's rows, that
// of the last but one's, and the row of the last layer, or of the decoder, that the head reads, that
// of the first token if it reads a mean. Where a norm follows the last layer, its rows are those after it.
func (e *Encoder) States(ctx context.Context, n int, in Input, states f32.Mat, done func(n int)) error {
	first := e.head == nil || e.head.row != hf.PoolLast
	return e.chunks(ctx, n, in, done, false, func(w *workspace) {
		x := e.run(w)
		e.means(w, states, e.Hidden, x)
		e.finishLast(w, x)
		e.means(w, states, 0, x)
		if e.decoder != nil {
			rows := e.decode(w, x)
			for s, i := range w.indices {
				copy(states.Row(i)[2*e.Hidden:], rows.Row(s))
			}
			return
		}
		for s, i := range w.indices {
			copy(states.Row(i)[2*e.Hidden:], x.Row(w.place(s, first)))
		}
	})
}

// finishLast passes all rows through the last layer and the norm after it.
func (e *Encoder) finishLast(w *workspace, x f32.Mat) {
	e.full(w, e.last.layer, x)
	e.finalRows(w, x)
}

// means writes the mean of the rows x of each sequence of w into dst from column at on.
func (e *Encoder) means(w *workspace, dst f32.Mat, at int, x f32.Mat) {
	for s, i := range w.indices {
		pooling.Pool(hf.PoolMean, dst.Row(i)[at:][:e.Hidden], x.RowRange(w.starts[s], w.starts[s+1]), 0)
	}
}

// sharing says whether sequences of which the last row alone is wanted share the rows of what they
// begin with: those of a decoder do not depend on what follows.
func (e *Encoder) sharing(lastRow bool) bool { return lastRow && e.Causal && !e.PositionTable }

// chunks gathers sequences into chunks and runs do on each, one goroutine a core.
func (e *Encoder) chunks(ctx context.Context, n int, in Input, done func(int), sharing bool, do func(*workspace)) error {
	var next atomic.Int64
	threads := min(runtime.GOMAXPROCS(0), n)
	cores.For(threads, threads, func(int) {
		for e.chunk(ctx, n, threads, &next, in, done, sharing, do) {
		}
	})
	return ctx.Err()
}

// chunk takes a workspace, fills it, runs do, and tells whether there may be
// more. Workspaces are shared by all callers, a chunk at a time, so that a
// long call does not keep a short one waiting.
func (e *Encoder) chunk(ctx context.Context, n, threads int, next *atomic.Int64, in Input, done func(int), sharing bool, do func(*workspace)) bool {
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
	if e.head != nil {
		w.pad = e.head.pad
	}
	most := chunkTokens
	if sharing || e.decoder != nil {
		most = sharedTokens
	}
	for share := (n + threads - 1) / threads; len(w.ids)+w.last()/2 < most && w.sequences() < share; {
		i := int(next.Add(1)) - 1
		if i >= n {
			break
		}
		w.add(i, in, sharing)
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

// run embeds the tokens of w and passes them through all layers but the last.
func (e *Encoder) run(w *workspace) f32.Mat {
	distinct := e.embed(w)
	x := w.matrix(&w.hidden, len(w.ids), e.Hidden)
	w.spread(x, distinct)
	for i, l := range e.layers {
		if i > 0 {
			e.full(w, l, x)
			continue
		}
		once := w.matrix(&w.wide, distinct.Rows, l.qkv.width()) // equal tokens are still equal
		l.qkv.set(w, once, e.normed(w, &w.seen, distinct, l.before(e)))
		qkv := w.matrix(&w.qkv, x.Rows, l.qkv.width())
		w.spread(qkv, once)
		e.forward(w, l, x, qkv)
		if e.convolution != nil {
			embeddings := w.matrix(&w.back, x.Rows, e.Hidden)
			w.spread(embeddings, distinct)
			e.convolve(w, x, embeddings)
		}
	}
	return x
}

// embed returns the embeddings of the distinct tokens of w. Tokens are equal
// if id, position and type are: the pairs of one query share its side, which
// so is embedded and projected once for all of them.
func (e *Encoder) embed(w *workspace) f32.Mat {
	e.findEqual(w)
	x := w.matrix(&w.rows, len(w.distinct), e.Embedding)
	normLast := e.project != nil && len(e.norm.gain) != e.Embedding // which is that of the projected rows
	for i, t := range w.distinct {
		row := x.Row(i)
		copy(row, e.words.Row(int(t.id)))
		if e.WordScale != 0 {
			f32.Scale(float32(e.WordScale), row)
		}
		if e.types.Rows > 0 {
			f32.Axpy(1, e.types.Row(int(t.kind)), row)
		}
		position := w.zero(e.Embedding)
		if e.PositionTable {
			position = e.positions.Row(int(t.position))
		}
		switch {
		case e.norm.there() && !normLast:
			e.addNorm(row, position, e.norm)
		case e.PositionTable:
			f32.Axpy(1, position, row)
		}
	}
	if e.project == nil {
		return x
	}
	y := w.matrix(&w.reading, x.Rows, e.Hidden)
	e.project.set(w, y, x)
	if normLast {
		e.addNormRows(y, w.zero(e.Hidden), e.norm)
	}
	return y
}
