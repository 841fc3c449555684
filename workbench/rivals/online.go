package rivals

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"axn/workbench"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// onlineRidge is the ridge of the online estimate, in squared features.
const onlineRidge = 1.0

// Online is ORE, online relevance estimation (Rathee, Venktesh, MacAvaney and Anand, SIGIR 2025):
// what an item scores is estimated as a linear function of a few features, its dual encoder's
// score, BM25 where the data set has texts, its affinity to the best items scored and the mean
// score of its scored neighbours. The function is fitted anew, by ridge regression over all
// scored, after each batch of 16; the next batch has the highest estimates among the dual
// encoder's list and the neighbours of what was scored. The first batch is the dual encoder's.
func Online(d *workbench.Dataset, g *Graph) (*Rival, error) {
	if err := d.Check(); err != nil {
		return nil, fmt.Errorf("rivals: ORE: %w", err)
	}
	list := byDualEncoder(d)
	var bm25 workbench.Initializer
	if d.Queries[0].Text != "" {
		var err error
		if bm25, err = workbench.ByBM25(d); err != nil {
			return nil, fmt.Errorf("rivals: ORE: %w", err)
		}
	}
	return Rival{Name: "ORE", batch: every(batch), block: 64, start: func(_ context.Context, query, budget int) (walk, error) {
		w := &online{graph: g, scores: map[int]float64{}, known: make([][2]float64, len(d.Items)), candidates: map[int]bool{}}
		w.first = list(query, max(pool, budget))
		for _, it := range w.first {
			w.candidates[it] = true
		}
		w.dual = make([]float32, len(d.Items))
		f32.Gemv(w.dual, f32.View(d.DE.Items.Data, d.DE.Items.Rows, d.DE.Items.Cols), d.DE.Queries.Row(query))
		standardise(w.dual)
		w.words = make([]float32, len(d.Items))
		if bm25 != nil {
			if err := bm25.Initialize(query, w.words); err != nil {
				return nil, err
			}
			standardise(w.words)
		}
		return w, nil
	}}.of(d, g), nil
}

type online struct {
	graph       *Graph
	first       []int
	candidates  map[int]bool
	scores      map[int]float64
	items       []int        // scored, in order
	known       [][2]float64 // by item: sum and number of its neighbours' scores
	dual, words []float32
	best        []int // the items of highest score
}

// onlineFeatures are a constant, the dual encoder, BM25, the affinity, the neighbours' mean less
// the mean of all, and whether it has any.
const onlineFeatures = 6

// features returns an item's as they stand; mean is that of all scores.
func (w *online) features(it int, mean float64) []float64 {
	affinity := float32(math.Inf(-1))
	for _, b := range w.best {
		if b != it {
			affinity = max(affinity, f32.Dot(w.graph.vectors.Row(it), w.graph.vectors.Row(b)))
		}
	}
	if math.IsInf(float64(affinity), -1) {
		affinity = 0
	}
	x := []float64{1, float64(w.dual[it]), float64(w.words[it]), float64(affinity), 0, 0}
	if k := w.known[it]; k[1] > 0 {
		x[4], x[5] = k[0]/k[1]-mean, 1
	}
	return x
}

func (w *online) next(n int) []int {
	if n <= 0 {
		return nil
	}
	if len(w.items) == 0 {
		return w.first[:min(n, len(w.first))]
	}
	mean := 0.0
	for _, it := range w.items {
		mean += w.scores[it] / float64(len(w.items))
	}
	weights := w.fit(mean)
	estimates := make([]float32, len(w.dual))
	for it := range w.candidates {
		for j, x := range w.features(it, mean) {
			estimates[it] += float32(x * weights[j])
		}
	}
	return topk.Select(estimates, n, func(it int) bool { return !w.candidates[it] })
}

// fit returns the weights, ridge regression of all scores.
func (w *online) fit(mean float64) []float64 {
	gram, right := mat.NewSymDense(onlineFeatures, nil), mat.NewVecDense(onlineFeatures, nil)
	for j := range onlineFeatures {
		gram.SetSym(j, j, onlineRidge)
	}
	for _, it := range w.items {
		x := mat.NewVecDense(onlineFeatures, w.features(it, mean))
		gram.SymRankOne(gram, 1, x)
		right.AddScaledVec(right, w.scores[it]-mean, x)
	}
	var chol mat.Cholesky
	chol.Factorize(gram)
	weights := mat.NewVecDense(onlineFeatures, nil)
	if err := chol.SolveVecTo(weights, right); err != nil {
		return make([]float64, onlineFeatures)
	}
	return weights.RawVector().Data
}

func (w *online) learn(items []int, scores []float64) {
	for i, it := range items {
		w.scores[it], w.items = scores[i], append(w.items, it)
		delete(w.candidates, it)
		for _, next := range w.graph.Neighbors[it] {
			w.known[next][0] += scores[i]
			w.known[next][1]++
		}
	}
	for _, it := range items {
		for _, next := range w.graph.Neighbors[it] {
			if _, seen := w.scores[next]; !seen {
				w.candidates[next] = true
			}
		}
	}
	all := make([]float32, len(w.items))
	for i, it := range w.items {
		all[i] = float32(w.scores[it])
	}
	w.best = w.best[:0]
	for _, i := range topk.Select(all, support, nil) {
		w.best = append(w.best, w.items[i])
	}
}

// standardise brings values to mean 0 and variance 1, if they differ.
func standardise(x []float32) {
	mean, square := 0.0, 0.0
	for _, v := range x {
		mean += float64(v) / float64(len(x))
	}
	for _, v := range x {
		square += (float64(v) - mean) * (float64(v) - mean) / float64(len(x))
	}
	for i, v := range x {
		x[i] = float32((float64(v) - mean) / math.Sqrt(max(square, math.SmallestNonzeroFloat64)))
	}
}
