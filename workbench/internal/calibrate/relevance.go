package calibrate

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/ablate"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

const (
	relevanceRows = 16384 // items that relevance is measured on, at most
	relevanceLow  = 0.02  // the R² that says nothing, with 5/n more for what chance gives, and
	relevanceHigh = 0.12  // the one from which on a feature counts in full
)

// relevance tells, without a score, which features have to do with what the items
// are about: those that the dual encoder's vectors predict. It is 0 for a column of
// h of which they say nothing, as of noise, and 1 where R² is relevanceHigh or more.
func relevance(ctx context.Context, items, h f32.Mat) []float64 {
	if ablate.Off(ctx, ablate.Relevance) {
		return slices.Repeat([]float64{1}, h.Cols)
	}
	n := min(items.Rows, relevanceRows)
	x, y := f32.NewMat(n, items.Cols), f32.NewMat(n, h.Cols)
	for i := range n {
		at := i * items.Rows / n
		copy(x.Row(i), items.Row(at))
		copy(y.Row(i), h.Row(at))
	}
	centre(x)
	centre(y)
	r, low := leaveOneOut(x, y), relevanceLow+5/float64(n)
	for j := range r {
		r[j] = min(max((r[j]-low)/(relevanceHigh-relevanceLow), 0), 1)
	}
	return r
}

// ridges are what leaveOneOut tries, relative to the mean eigenvalue of xᵀx.
var ridges = []float64{0.001, 0.03, 1}

// leaveOneOut returns for each column of y the best R² of its ridge regressions on x
// and a constant, every row predicted from the others; both are centred. With
// xᵀx = U·D·Uᵀ and z = x·U row i is predicted as z_i·(D + r)⁻¹·zᵀ·y, and its error
// without itself is the one with it over 1 − 1/n − z_i·(D + r)⁻¹·z_iᵀ.
func leaveOneOut(x, y f32.Mat) []float64 {
	z, d := turned(x)
	zy := f32.NewMat(z.Cols, y.Cols)
	f32.Mul(zy, f32.Transpose(z, cores.Threads()), y, cores.Threads())
	total, best := meanSquares(y), make([]float64, y.Cols)
	for _, ridge := range ridges {
		r := max(ridge*floats.Sum(d)/float64(len(d)), math.SmallestNonzeroFloat32)
		inverse, b := make([]float32, len(d)), f32.NewMat(z.Cols, y.Cols)
		for k := range d {
			inverse[k] = float32(1 / (d[k] + r))
			f32.Axpy(inverse[k], zy.Row(k), b.Row(k))
		}
		errors := f32.NewMat(y.Rows, y.Cols)
		f32.Mul(errors, z, b, cores.Threads())
		cores.Each(y.Rows, func(i int) {
			left, e := 1-1/float32(y.Rows), errors.Row(i)
			for k, v := range z.Row(i) {
				left -= v * v * inverse[k]
			}
			f32.Axpy(-1, y.Row(i), e)
			f32.Scale(1/max(left, 1e-3), e)
		})
		for j, e := range meanSquares(errors) {
			if total[j] > 0 {
				best[j] = max(best[j], 1-e/total[j])
			}
		}
	}
	return best
}

// turned returns x·U and the diagonal of D, where xᵀx = U·D·Uᵀ.
func turned(x f32.Mat) (z f32.Mat, d []float64) {
	lower, gram := f32.NewMat(x.Cols, x.Cols), mat.NewSymDense(x.Cols, nil)
	f32.Syrk(lower, f32.Transpose(x, cores.Threads()), false, cores.Threads())
	for i := range x.Cols {
		for j, v := range lower.Row(i)[:i+1] {
			gram.SetSym(i, j, float64(v))
		}
	}
	var eigen mat.EigenSym
	var u mat.Dense
	eigen.Factorize(gram, true)
	eigen.VectorsTo(&u)
	z = f32.NewMat(x.Rows, x.Cols)
	f32.Mul(z, x, single(&u), cores.Threads())
	d = eigen.Values(nil)
	for k := range d {
		d[k] = max(d[k], 0)
	}
	return z, d
}

// relevantViews returns what views say without a score: the directions that the
// dual encoder's vectors have to do with, and their features.
func relevantViews(ctx context.Context, in *Problem) (*ViewMap, f32.Mat) {
	v := newViewMap(in)
	h := v.features(in)
	v = v.weigh(relevance(ctx, in.Items, h), meanSquares(h))
	return v, v.features(in)
}

// learnViews chooses the views' directions: relevant ones, and those that train
// queries' scores speak for.
func (c *fit) learnViews(ctx context.Context) error {
	if len(c.in.Views) == 0 {
		return nil
	}
	c.setViews(newViewMap(c.in))
	sums, err := c.ask(ctx, stageViews, nil)
	if err != nil {
		return err
	}
	h := c.phi.views
	weights := relevance(ctx, c.in.Items, h)
	for j := range weights {
		product, most, square := sums.Sums[3*j], sums.Sums[3*j+1], sums.Sums[3*j+2]
		if most > 0 && product > surely*math.Sqrt(square) {
			weights[j] = 1
		}
	}
	c.setViews(c.step.Views.weigh(weights, meanSquares(h)))
	return nil
}
