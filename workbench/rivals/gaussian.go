package rivals

import (
	"context"
	"math"
	"sync"

	"axn/workbench"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// Settings of the Gaussian process. Scores are standardised and vectors brought to a mean
// squared distance, so that none depends on a data set's units.
const (
	gaussianNoise = 0.1 // variance of a standardised score around the process
	gaussianBound = 1.0 // deviations that the upper bound lies above the mean
	gaussianParts = 10  // batches that a budget is spent in
)

// Gaussian is BAGEL without its language model (Findings of ACL 2026): for each query a Gaussian
// process over the items' vectors with a radial kernel, whose length is the root of half the mean
// squared distance of the first batch, mean 0 over standardised scores, and batches by the upper
// confidence bound, mean + 1 deviation. The first batch, a tenth of the budget as all are, is the
// dual encoder's. O(n²·|I|) for n anchors.
func Gaussian(d *workbench.Dataset) *Rival {
	list, norms := byDualEncoder(d), sync.OnceValue(func() []float32 { return squaredNorms(d.DE.Items) })
	parts := func(budget int) int { return (budget + gaussianParts - 1) / gaussianParts }
	return Rival{Name: "Gaussian process", batch: parts, block: 2, start: func(_ context.Context, query, budget int) (walk, error) {
		n := len(d.Items)
		w := &gaussian{vectors: f32.View(d.DE.Items.Data, n, d.DE.Items.Cols), norms: norms(), first: list(query, parts(budget)),
			half: f32.NewMat(budget, n), left: make([]float32, n), seen: map[int]bool{}}
		for i := range w.left {
			w.left[i] = 1
		}
		return w, nil
	}}.of(d, nil)
}

// squaredNorms are those of the rows.
func squaredNorms(m *workbench.Matrix) []float32 {
	norms := make([]float32, m.Rows)
	for i := range norms {
		norms[i] = f32.SqNorm(m.Row(i))
	}
	return norms
}

type gaussian struct {
	vectors f32.Mat
	norms   []float32
	first   []int
	length  float32 // ℓ², of the kernel exp(−|v_i − v_j|²/2ℓ²)
	items   []int
	scores  []float64
	half    f32.Mat    // L⁻¹·K(anchors, all): a row an anchor
	panels  f32.Panels // of half, while a batch is learnt
	pivots  []float32  // diagonal of L
	left    []float32  // the variance of every item
	seen    map[int]bool
}

func (w *gaussian) next(n int) []int {
	if len(w.items) == 0 {
		return w.first[:min(n, len(w.first))]
	}
	bound := w.means()
	for i, v := range w.left {
		bound[i] += gaussianBound * float32(math.Sqrt(float64(max(v, 0))))
	}
	return topk.Select(bound, n, func(i int) bool { return w.seen[i] })
}

func (w *gaussian) learn(items []int, scores []float64) {
	if len(w.items) == 0 {
		w.length = w.meanSquare(items) / 2
	}
	w.scores = append(w.scores, scores...)
	at := len(w.items)
	rows := w.half.RowRange(at, at+len(items))
	w.kernels(rows, items)
	if at > 0 { // less their parts along the anchors before these
		before, along := w.half.RowRange(0, at), f32.NewMat(len(items), at)
		for j, it := range items {
			for a := range at {
				along.Row(j)[a] = -before.Row(a)[it]
			}
		}
		w.panels.PackCols(before, 1)
		f32.Gemm(rows, along, &w.panels, true, 1)
	}
	for _, it := range items {
		w.add(it, at)
	}
}

// meanSquare is the mean squared distance of items.
func (w *gaussian) meanSquare(items []int) float32 {
	sum, n := float32(0), 0
	for a, i := range items {
		for _, j := range items[:a] {
			sum += max(0, w.norms[i]+w.norms[j]-2*f32.Dot(w.vectors.Row(i), w.vectors.Row(j)))
			n++
		}
	}
	return max(sum/float32(max(n, 1)), math.SmallestNonzeroFloat32)
}

// kernels sets rows to the covariances of items with all.
func (w *gaussian) kernels(rows f32.Mat, items []int) {
	v := f32.NewMat(len(items), w.vectors.Cols)
	for j, it := range items {
		copy(v.Row(j), w.vectors.Row(it))
	}
	f32.MulT(rows, v, w.vectors, 1)
	for j, it := range items {
		for i, dot := range rows.Row(j) {
			rows.Row(j)[i] = float32(math.Exp(float64(-max(0, w.norms[i]+w.norms[it]-2*dot) / (2 * w.length))))
		}
	}
}

// add extends the factor by an anchor whose row lacks only those from number done on.
func (w *gaussian) add(it, done int) {
	at := len(w.items)
	row := w.half.Row(at)
	for a := done; a < at; a++ {
		f32.Axpy(-w.half.Row(a)[it], w.half.Row(a), row)
	}
	pivot := float32(math.Sqrt(float64(max(w.left[it], 0)) + gaussianNoise))
	f32.Scale(1/pivot, row)
	for i, v := range row {
		w.left[i] -= v * v
	}
	w.items, w.pivots, w.seen[it] = append(w.items, it), append(w.pivots, pivot), true
}

// means returns the process's mean for every item, in standardised scores.
func (w *gaussian) means() []float32 {
	mean, square := 0.0, 0.0
	for _, s := range w.scores {
		mean += s / float64(len(w.scores))
	}
	for _, s := range w.scores {
		square += (s - mean) * (s - mean) / float64(len(w.scores))
	}
	deviation := math.Sqrt(square)
	if deviation == 0 {
		deviation = 1
	}
	means, z := make([]float32, len(w.left)), make([]float32, len(w.items)) // z = L⁻¹·scores
	for a, s := range w.scores {
		x := float32((s - mean) / deviation)
		for b := range a {
			x -= w.half.Row(b)[w.items[a]] * z[b]
		}
		z[a] = x / w.pivots[a]
		f32.Axpy(z[a], w.half.Row(a), means)
	}
	return means
}
