package calibrate

import (
	"math"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/pca"
	"axn/workbench/internal/solve"
)

// ItemMap is what a fit says of an item that it has not seen, from the item's vector v and
// views:
//
//	F = φ·Root,  bias = φ·Beta,  φ = (1, Scale·v, h),  h = (views − Mean)·Map
type ItemMap struct {
	Scale  float64
	Root   f32.Mat   // (1+d+w)×p; without rows it is the unit
	Beta   []float32 // length 1+d+w; nil is 0
	Views  *ViewMap  // nil where the fit read none
	Widths []int     // columns of each view the fit read
	Guess  f32.Mat   // (1+d)×C: the views as a vector tells them, by ridge regression

	Noise, Spread float64 // variances of an entry and of a free bias, for evidence
	Unsure        float64 // the deviation of what observed items have of their own, which others lack
	Hope          float64 // how many such deviations an item added is taken to score above what the fit says
	Fitted        int     // how many items the fit had; later ones were added
}

// hopeEntries is how many entries halve an added item's hope. Searches observe the items that they
// overestimate, and what these have of their own comes out high, so that the hope of one that
// few of them have met must last.
const hopeEntries = 20

// hope is what an item added scores more for not being known, after n entries.
func (m *ItemMap) hope(item int, n float32) float32 {
	if item < m.Fitted {
		return 0
	}
	return float32(m.Hope * m.Unsure * hopeEntries / (float64(n) + hopeEntries))
}

// guessRidge is the ridge of ItemMap.Guess relative to the mean eigenvalue.
const guessRidge = 0.03

// itemMap begins a fit's map with what does not depend on scores.
func (in *Problem) itemMap(scale float64, views *ViewMap) *ItemMap {
	m := &ItemMap{Scale: scale, Fitted: in.Items.Rows}
	if views == nil {
		return m
	}
	m.Views = views
	for _, v := range in.Views {
		m.Widths = append(m.Widths, v.Cols)
	}
	m.Guess = in.guessViews()
	return m
}

// guessViews regresses all columns of the views on the vectors, over relevanceRows items.
func (in *Problem) guessViews() f32.Mat {
	n := min(in.Items.Rows, relevanceRows)
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i * in.Items.Rows / n
	}
	x, y := in.Items.Select(rows), f32.NewMat(n, 0)
	for _, v := range in.Views {
		y = sideBySide(y, v.Select(rows))
	}
	meanX, meanY := pca.Means(x), pca.Means(y)
	centre(x)
	centre(y)
	size := float64(f32.SqNorm(x.Data)) / float64(x.Cols)
	factor := solve.RidgeOfColumns(x, float32(guessRidge*size)+math.SmallestNonzeroFloat32)
	b := f32.NewMat(y.Cols, x.Cols) // transposed
	f32.Mul(b, f32.Transpose(y, cores.Threads()), x, cores.Threads())
	cores.Each(b.Rows, func(j int) { f32.SolveCholesky(factor, b.Row(j)) })
	guess := f32.NewMat(1+x.Cols, y.Cols)
	for j := range b.Rows {
		guess.Row(0)[j] = meanY[j] - f32.Dot(meanX, b.Row(j))
		for i, v := range b.Row(j) {
			guess.Row(1 + i)[j] = v
		}
	}
	return guess
}

// Rows returns features, as many columns as asked for, and biases of items by their vectors and
// views, the biases with their hope. Views that are left out at the end are guessed from the vectors. Columns beyond Root's
// are those of dense rows, which say nothing of an item that they do not hold: they are 0.
func (m *ItemMap) Rows(vectors f32.Mat, views []f32.Mat, cols int) (features f32.Mat, bias []float32) {
	phi := designMatrix{items: vectors, scale: float32(m.Scale), views: m.views(vectors, views)}
	features, bias = f32.NewMat(vectors.Rows, cols), make([]float32, vectors.Rows)
	own := phi.rowRange(0, vectors.Rows)
	if m.Root.Rows > 0 {
		own = phi.product(m.Root)
	}
	for i := range own.Rows {
		copy(features.Row(i), own.Row(i))
	}
	if m.Beta != nil {
		phi.times(bias, m.Beta, nil)
		for i := range bias {
			bias[i] += m.hope(m.Fitted, 0)
		}
	}
	return features, bias
}

// views returns h.
func (m *ItemMap) views(vectors f32.Mat, given []f32.Mat) f32.Mat {
	if m.Views == nil {
		return f32.NewMat(vectors.Rows, 0)
	}
	all := f32.NewMat(vectors.Rows, len(m.Views.Mean))
	f32.Mul(all, withOne(vectors, 1), m.Guess, cores.Threads())
	at := 0
	for j, v := range given {
		for i := range all.Rows {
			copy(all.Row(i)[at:at+m.Widths[j]], v.Row(i))
		}
		at += m.Widths[j]
	}
	return m.Views.features(&Problem{Items: vectors, Views: []f32.Mat{all}})
}
