package encoder

import (
	"axn/workbench/internal/f32"
	"axn/workbench/internal/i8"
)

// chunkTokens is how many tokens a chunk has before no further sequence is
// added to it: enough to use the weights many times once they are read, few
// enough for the activations to stay in the second-level cache. Where sequences share the rows of what
// they begin with, a chunk is larger, so that more of them do; and where a decoder follows, so that its
// weights, of which one row of each sequence is made, serve more of them.
const (
	chunkTokens  = 168
	sharedTokens = 512
)

// workspace holds one chunk of sequences and everything computed for it. Its
// memory grows to the largest chunk seen, at most chunkTokens + the longest
// sequence, and is used again.
type workspace struct {
	ids     []int32 // of all sequences, end to end
	starts  []int   // where each begins in ids; one more for the end
	pad     int32   // an id that is not the last one, though it stands at the end; -1 for none
	second  []int   // in each, how many ids come before those of type 1
	indices []int   // which input each is
	shared  []int   // how many ids each begins with that are the first sequence's, and left out of ids

	distinct []token         // the tokens that differ
	which    []int32         // for each id, its token's place in distinct
	places   map[token]int32 // the inverse of distinct

	hidden, qkv, context, wide, weights, rows, back    []float32
	seen, reading, query, toKeys, toQueries, unchanged []float32
	allKeys, allValues, more                           []float32
	keys, values, distances                            f32.Panels
	bytes                                              i8.Rows
}

// token is what the embedding of an id depends on.
type token struct{ id, position, kind int32 }

func newWorkspace() *workspace { return &workspace{places: map[token]int32{}} }

func (w *workspace) reset() {
	w.ids, w.starts, w.second, w.indices, w.shared = w.ids[:0], append(w.starts[:0], 0), w.second[:0], w.indices[:0], w.shared[:0]
	w.pad = -1
}

// add reads input i. If sharing, what it begins with as the first sequence does is left out but
// for its last id.
func (w *workspace) add(i int, in Input, sharing bool) {
	start := len(w.ids)
	ids, second := in(i, w.ids)
	n := 0
	if sharing && w.sequences() > 0 {
		for first := ids[:w.starts[1]]; n < len(first) && start+n < len(ids)-1 && ids[start+n] == first[n]; {
			n++
		}
		ids = append(ids[:start], ids[start+n:]...)
	}
	w.ids, w.starts, w.second, w.indices = ids, append(w.starts, len(ids)), append(w.second, second), append(w.indices, i)
	w.shared = append(w.shared, n)
}

// before returns the rows of x, a row for each id, that sequence s shares with the first.
func (w *workspace) before(s int, x f32.Mat) f32.Mat { return x.RowRange(0, w.shared[s]) }

// joined returns the columns from at on of the rows before and of the rows x, in one matrix.
func (w *workspace) joined(buf *[]float32, before, x f32.Mat, at, cols int) f32.Mat {
	if before.Rows == 0 {
		return x.Sub(0, at, x.Rows, cols)
	}
	all := w.matrix(buf, before.Rows+x.Rows, cols)
	for i := range all.Rows {
		if i < before.Rows {
			copy(all.Row(i), before.Row(i)[at:][:cols])
		} else {
			copy(all.Row(i), x.Row(i - before.Rows)[at:][:cols])
		}
	}
	return all
}

func (w *workspace) sequences() int { return len(w.indices) }

// findEqual lists the distinct tokens of w.
func (e *Encoder) findEqual(w *workspace) {
	w.distinct, w.which = w.distinct[:0], w.which[:0]
	clear(w.places)
	for s := range w.sequences() {
		position := int32(e.FirstPosition)
		for i, id := range w.ids[w.starts[s]:w.starts[s+1]] {
			t := token{id: id}
			if i >= w.second[s] && e.types.Rows > 1 {
				t.kind = 1
			}
			switch {
			case !e.PositionTable:
			case id == e.Pad:
				t.position = int32(e.FirstPosition) - 1
			default:
				t.position = position
				position++
			}
			place, seen := w.places[t]
			if !seen {
				place = int32(len(w.distinct))
				w.places[t], w.distinct = place, append(w.distinct, t)
			}
			w.which = append(w.which, place)
		}
	}
}

// zero returns n zeros to be read only.
func (w *workspace) zero(n int) []float32 {
	if len(w.unchanged) < n {
		w.unchanged = make([]float32, n)
	}
	return w.unchanged[:n]
}

// spread copies the row of each distinct token to all tokens equal to it.
func (w *workspace) spread(dst, src f32.Mat) {
	for t, place := range w.which {
		copy(dst.Row(t), src.Row(int(place)))
	}
}

// matrix returns a rows × cols matrix in buf, which grows if need be. Its
// stride is odd in cache lines, so that rows do not fall on the same lines
// of the first-level cache.
func (w *workspace) matrix(buf *[]float32, rows, cols int) f32.Mat {
	stride := (cols+15)&^15 | 16
	if cap(*buf) < rows*stride {
		*buf = make([]float32, rows*stride)
	}
	return f32.Mat{Data: (*buf)[:rows*stride], Rows: rows, Cols: cols, Stride: stride}
}

// last is the length of the last sequence.
func (w *workspace) last() int {
	if w.sequences() == 0 {
		return 0
	}
	return w.starts[w.sequences()] - w.starts[w.sequences()-1]
}
