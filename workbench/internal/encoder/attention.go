package encoder

import (
	"math"

	"axn/workbench/internal/f32"
)

// Attention is computed for so many rows of a sequence at a time that their weights have blockWeights
// values: those of 512 tokens at once, and 32 rows of 8,192. Where not all tokens are
// attended to, blocks of localRows leave out what no row of them reaches.
const (
	blockWeights = 512 * 512
	leastRows    = 32
	localRows    = 64
)

// reach returns the tokens lo … hi-1 that row i of n attends to.
func (e *Encoder) reach(l *layer, i, n int) (lo, hi int) {
	lo, hi = 0, n
	if l.window < n {
		lo, hi = max(0, i-l.window), min(n, i+l.window+1)
	}
	if e.Causal {
		hi = i + 1
	}
	return lo, hi
}

// blockRows is how many rows of a sequence of n are done at a time.
func (e *Encoder) blockRows(l *layer, n int) int {
	rows := min(n, max(leastRows, blockWeights/n))
	if e.Causal || l.window < n {
		rows = min(rows, localRows)
	}
	return rows
}

// attend computes softmax(Q·Kᵀ + distances)·V head by head for the rows of one sequence, whose first
// rows, of which keys and values only are read, are those before it.
func (e *Encoder) attend(w *workspace, l *layer, before, qkv, context f32.Mat) {
	first, n, width, shared := before.Rows, before.Rows+qkv.Rows, e.HeadWidth, e.Heads/e.KeyHeads
	step := e.blockRows(l, n)
	for g := range e.KeyHeads {
		keys := w.joined(&w.allKeys, before, qkv, (e.Heads+g)*width, width)
		values := w.joined(&w.allValues, before, qkv, (e.Heads+e.KeyHeads+g)*width, width)
		packed := [2]int{-1, -1}
		for i := first; i < n; i += step {
			end := min(n, i+step)
			from, _ := e.reach(l, i, n)
			_, to := e.reach(l, end-1, n)
			if packed != [2]int{from, to} {
				packed = [2]int{from, to}
				w.keys.PackRows(keys.RowRange(from, to), 1)
				w.values.PackCols(values.RowRange(from, to), 1)
			}
			for h := g * shared; h < (g+1)*shared; h++ {
				weights := w.matrix(&w.weights, end-i, to-from)
				queries := qkv.Sub(i-first, h*width, end-i, width)
				f32.Gemm(weights, queries, &w.keys, false, 1)
				if l.bias != nil {
					e.addDistances(w, l, weights, queries, keys, h, i, from)
				}
				for r := range end - i {
					e.weigh(l, weights.Row(r), i+r, from, n)
				}
				f32.Gemm(context.Sub(i-first, h*width, end-i, width), weights, &w.values, false, 1)
			}
		}
	}
}

// weigh makes weights of the scores of row i for the tokens from on: 0 for those it does not attend to.
func (e *Encoder) weigh(l *layer, scores []float32, i, from, n int) {
	lo, hi := e.reach(l, i, n)
	lo, hi = lo-from, min(hi-from, len(scores))
	clear(scores[:lo])
	clear(scores[hi:])
	e.softmax(scores[lo:hi])
}

// softmax makes weights of scores, capped where the model caps them.
func (e *Encoder) softmax(scores []float32) {
	if e.AttentionCap != 0 {
		for i, x := range scores {
			scores[i] = float32(capped(float64(x), e.AttentionCap))
		}
	}
	f32.Softmax(scores)
}

// capped is x, bent so that it stays below a limit in either direction; a limit of 0 is none.
func capped(x, limit float64) float64 {
	if limit == 0 {
		return x
	}
	return limit * math.Tanh(x/limit)
}
