package bert

import "axn/workbench/internal/f32"

// chunkTokens is how many tokens a chunk has before no further sequence is
// added to it: enough to use the weights many times once they are read, few
// enough for the activations to stay in the second-level cache.
const chunkTokens = 168

// workspace holds one chunk of sequences and everything computed for it. Its
// memory grows to the largest chunk seen, at most chunkTokens + the longest
// sequence, and is used again.
type workspace struct {
	ids     []int32 // of all sequences, end to end
	starts  []int   // where each begins in ids; one more for the end
	second  []int   // in each, how many ids come before those of type 1
	indices []int   // which input each is

	hidden, qkv, context, wide, weights, rows, back []float32
	keys, values                                    f32.Panels
}

func (w *workspace) reset() {
	w.ids, w.starts, w.second, w.indices = w.ids[:0], append(w.starts[:0], 0), w.second[:0], w.indices[:0]
}

// add reads input i.
func (w *workspace) add(i int, in Input) {
	ids, second := in(i, w.ids)
	w.ids, w.starts, w.second, w.indices = ids, append(w.starts, len(ids)), append(w.second, second), append(w.indices, i)
}

func (w *workspace) sequences() int { return len(w.indices) }

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
