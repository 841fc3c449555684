package topk

import (
	"sync/atomic"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

// ScanCols is how many items are scored at a time: 64 queries × 512 items take
// 128 kB and stay in the second-level cache, beside the items' vectors, until they
// are consumed.
const ScanCols = 512

// Scan returns for each row of queries (M × d) the k items with the highest
// inner products. items are the d × N packed item vectors (f32.Panels.PackRows of
// the N × d matrix). See ScanBy for the rest.
func Scan(queries f32.Mat, items *f32.Panels, k int, skip func(query, item int) bool, threads int) [][]Hit {
	product := func(lo int, scores f32.Mat) {
		part := items.Columns(lo, lo+scores.Cols)
		f32.Gemm(scores, queries, &part, false, 1)
	}
	return ScanBy(queries.Rows, items.N, k, func() Chunk { return product }, skip, threads)
}

// Chunk sets scores, one row a query, to the scores of the items from number lo
// on, one a column.
type Chunk func(lo int, scores f32.Mat)

// ScanBy returns for each of so many queries the k items of n with the highest
// scores, best first. Chunks of ScanCols items (the last may be smaller), each
// starting at a multiple of it, are shared among threads; every thread calls
// worker once, for the Chunk it will use. skip(query, item), which may be nil and
// is called from several goroutines, leaves items out. The queries × n matrix of
// scores never stands in memory: O(threads · queries · (k + ScanCols)) does.
// A query's hits depend neither on the other queries' nor on threads.
func ScanBy(queries, n, k int, worker func() Chunk, skip func(query, item int) bool, threads int) [][]Hit {
	var next atomic.Int64
	parts := make([][]*Selector, max(threads, 1))
	for t := range parts {
		parts[t] = newSelectors(queries, min(k, n))
	}
	cores.For(threads, len(parts), func(t int) { scanPart(parts[t], n, worker(), skip, &next) })
	hits := make([][]Hit, queries)
	cores.Ranges(threads, queries, 1, func(lo, hi int) {
		for q := lo; q < hi; q++ {
			for _, p := range parts[1:] {
				for _, x := range p[q].keys {
					parts[0][q].push(x)
				}
			}
			hits[q] = parts[0][q].Best()
		}
	})
	return hits
}

func newSelectors(queries, k int) []*Selector {
	s := make([]*Selector, queries)
	for q := range s {
		s[q] = New(k)
	}
	return s
}

// scanPart takes chunks until there are no more.
func scanPart(selectors []*Selector, n int, chunk Chunk, skip func(query, item int) bool, next *atomic.Int64) {
	not := make([]func(int) bool, len(selectors))
	for q := range not {
		if skip != nil {
			not[q] = func(i int) bool { return skip(q, i) }
		}
	}
	scores := f32.NewMat(len(selectors), ScanCols)
	for lo := int(next.Add(1)-1) * ScanCols; lo < n; lo = int(next.Add(1)-1) * ScanCols {
		c := scores.Sub(0, 0, len(selectors), min(ScanCols, n-lo))
		chunk(lo, c)
		for q, s := range selectors {
			s.PushAll(lo, c.Row(q), not[q])
		}
	}
}
