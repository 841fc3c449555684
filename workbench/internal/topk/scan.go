package topk

import "axn/workbench/internal/f32"

// scanCols is how many items are scored at a time: 64 queries × 512 items
// take 128 kB and stay in the second-level cache until they are consumed.
const scanCols = 512

// Scan returns for each row of queries (M × d) the k items with the highest
// inner products, best first. items are the d × N packed item vectors
// (f32.Panels.PackRows of the N × d matrix). skip(query, item), which may be
// nil and is called from several goroutines, leaves items out. The M × N
// matrix of scores never stands in memory. A query's hits, bits of the scores
// included, do not depend on the other queries or on threads.
func Scan(queries f32.Mat, items *f32.Panels, k int, skip func(query, item int) bool, threads int) [][]Hit {
	threads = max(threads, 1)
	parts := make([][]*Selector, threads)
	f32.Parallel(threads, threads, 1, func(lo, hi int) {
		for t := lo; t < hi; t++ {
			blocks := (items.N + scanCols - 1) / scanCols
			parts[t] = scanRange(queries, items, k, skip, blocks*t/threads*scanCols, min(blocks*(t+1)/threads*scanCols, items.N))
		}
	})
	hits := make([][]Hit, queries.Rows)
	for q := range hits {
		for _, p := range parts[1:] {
			for _, h := range p[q].heap {
				parts[0][q].Push(h)
			}
		}
		hits[q] = parts[0][q].Best()
	}
	return hits
}

// scanRange selects among items lo … hi-1.
func scanRange(queries f32.Mat, items *f32.Panels, k int, skip func(query, item int) bool, lo, hi int) []*Selector {
	selectors, not := make([]*Selector, queries.Rows), make([]func(int) bool, queries.Rows)
	for q := range selectors {
		selectors[q] = New(min(k, items.N))
		if skip != nil {
			not[q] = func(i int) bool { return skip(q, i) }
		}
	}
	scores := f32.NewMat(queries.Rows, scanCols)
	for j := lo; j < hi; j += scanCols {
		end := min(j+scanCols, hi)
		part := items.Columns(j, end)
		c := scores.Sub(0, 0, queries.Rows, end-j)
		f32.Gemm(c, queries, &part, false, 1)
		for q, s := range selectors {
			s.PushAll(j, c.Row(q), not[q])
		}
	}
	return selectors
}
