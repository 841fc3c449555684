// Package pca finds principal components.
package pca

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

// Components are the directions in which rows vary most.
type Components struct {
	Mean       []float32 // of every column
	Directions f32.Mat   // kept × columns; the scale of blocks and of the result is in them
	Kept       float64   // share of the variance
}

// New finds at most width components of the rows of x.
func New(x f32.Mat, blocks, width int) *Components {
	c := &Components{Mean: Means(x)}
	g := c.covariance(x)
	scale := blockScales(g, blocks)
	for i := range scale {
		for j := range i + 1 {
			g.SetSym(i, j, g.At(i, j)*scale[i]*scale[j])
		}
	}
	var eigen mat.EigenSym
	eigen.Factorize(g, true)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	c.take(eigen.Values(nil), &vectors, scale, width)
	return c
}

// Means returns the mean of every column.
func Means(x f32.Mat) []float32 {
	sum := make([]float64, x.Cols)
	for i := range x.Rows {
		for j, v := range x.Row(i) {
			sum[j] += float64(v)
		}
	}
	mean := make([]float32, x.Cols)
	for j, s := range sum {
		mean[j] = float32(s / float64(max(x.Rows, 1)))
	}
	return mean
}

// componentRows is how many rows are taken at a time: few enough for float32 to add
// them up, which is a hundred times as fast; the sums of blocks are added in float64.
const componentRows = 512

// covariance returns the columns' covariance.
func (c *Components) covariance(x f32.Mat) *mat.SymDense {
	n := x.Cols
	sum, part := make([]float64, n*n), f32.NewMat(n, n)
	for lo := 0; lo < x.Rows; lo += componentRows {
		rows := c.centred(x, lo, min(lo+componentRows, x.Rows))
		f32.Syrk(part, f32.Transpose(rows, cores.Threads()), false, cores.Threads())
		for i := range n {
			for j, v := range part.Row(i)[:i+1] {
				sum[j*n+i] += float64(v)
			}
		}
	}
	for i := range sum {
		sum[i] /= float64(max(x.Rows, 1))
	}
	return mat.NewSymDense(n, sum) // of which it reads the upper triangle
}

// centred returns rows lo … hi-1 of x less the mean.
func (c *Components) centred(x f32.Mat, lo, hi int) f32.Mat {
	rows := f32.NewMat(hi-lo, x.Cols)
	for i := range rows.Rows {
		row := rows.Row(i)
		copy(row, x.Row(lo+i))
		f32.Axpy(-1, c.Mean, row)
	}
	return rows
}

// blockScales returns for every column what brings its block to a mean squared norm
// of 1; 0 for a block that does not vary.
func blockScales(g *mat.SymDense, blocks int) []float64 {
	scale := make([]float64, g.SymmetricDim())
	width := len(scale) / blocks
	for lo := 0; lo < len(scale); lo += width {
		trace := 0.0
		for j := lo; j < lo+width; j++ {
			trace += g.At(j, j)
		}
		for j := lo; j < lo+width && trace > 0; j++ {
			scale[j] = 1 / math.Sqrt(trace)
		}
	}
	return scale
}

// smallestComponent is the variance, relative to the largest, below which a direction
// is rounding.
const smallestComponent = 1e-9

// take keeps the width directions of largest variance, of which the last columns of
// vectors are the eigenvectors. Their signs are such that the largest component is
// positive.
func (c *Components) take(variances []float64, vectors *mat.Dense, scale []float64, width int) {
	all, n := floats.Sum(variances), len(variances)
	first := max(n-width, sort.SearchFloat64s(variances, smallestComponent*variances[n-1]))
	left := floats.Sum(variances[first:])
	if !(all > 0) {
		c.Directions, c.Kept = f32.NewMat(1, n), 1
		return
	}
	c.Directions, c.Kept = f32.NewMat(n-first, n), left/all
	for k := range c.Directions.Rows {
		v := mat.Col(nil, n-1-k, vectors)
		size := 1 / math.Sqrt(left)
		if largest := v[floats.MaxIdx(absolutes(v))]; largest < 0 {
			size = -size
		}
		for j, x := range v {
			c.Directions.Row(k)[j] = float32(x * scale[j] * size)
		}
	}
}

func absolutes(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = math.Abs(v)
	}
	return y
}

// Project returns the rows of x on the directions.
func (c *Components) Project(x f32.Mat) f32.Mat {
	y := f32.NewMat(x.Rows, c.Directions.Rows)
	var p f32.Panels
	p.PackRows(c.Directions, 1)
	for lo := 0; lo < x.Rows; lo += componentRows {
		hi := min(lo+componentRows, x.Rows)
		f32.Gemm(y.RowRange(lo, hi), c.centred(x, lo, hi), &p, false, cores.Threads())
	}
	return y
}
