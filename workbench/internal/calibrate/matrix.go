package calibrate

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/pca"
)

// single converts to float32.
func single(a mat.Matrix) f32.Mat {
	r, c := a.Dims()
	out := f32.NewMat(r, c)
	for i := range r {
		for j := range c {
			out.Row(i)[j] = float32(a.At(i, j))
		}
	}
	return out
}

// double converts to float64.
func double(a f32.Mat) *mat.Dense {
	out := mat.NewDense(a.Rows, a.Cols, nil)
	for i := range a.Rows {
		for j, v := range a.Row(i) {
			out.Set(i, j, float64(v))
		}
	}
	return out
}

// withOne returns the rows (1, scale·x).
func withOne(x f32.Mat, scale float32) f32.Mat {
	m := f32.NewMat(x.Rows, x.Cols+1)
	for i := range x.Rows {
		m.Row(i)[0] = 1
		f32.Axpy(scale, x.Row(i), m.Row(i)[1:])
	}
	return m
}

// rmsNorm is the root mean square of the rows' norms.
func rmsNorm(m f32.Mat) float64 {
	return math.Sqrt(f32.Squares(m) / float64(max(m.Rows, 1)))
}

// inverse is 1/x, and 0 for 0.
func inverse(x float64) float32 {
	if x == 0 {
		return 0
	}
	return float32(1 / x)
}

// sideBySide returns the rows (a_i, b_i).
func sideBySide(a, b f32.Mat) f32.Mat {
	m := f32.NewMat(a.Rows, a.Cols+b.Cols)
	for i := range m.Rows {
		copy(m.Row(i)[copy(m.Row(i), a.Row(i)):], b.Row(i))
	}
	return m
}

// centre takes the columns' means away.
func centre(x f32.Mat) {
	mean := pca.Means(x)
	for i := range x.Rows {
		f32.Axpy(-1, mean, x.Row(i))
	}
}

// meanSquares returns the mean square of each column.
func meanSquares(x f32.Mat) []float64 {
	sums := make([]float64, x.Cols)
	for i := range x.Rows {
		for j, v := range x.Row(i) {
			sums[j] += float64(v) * float64(v)
		}
	}
	floats.Scale(1/float64(max(x.Rows, 1)), sums)
	return sums
}
