package solve

import (
	"axn/workbench/internal/f32"
)

// RidgeOfColumns returns the Cholesky factor of AᵀA + ρI.
func RidgeOfColumns(a f32.Mat, ridge float32) f32.Mat {
	k := f32.NewMat(a.Cols, a.Cols)
	Ridge(k, f32.Transpose(a, 1), ridge)
	return k
}

// Ridge sets k to the Cholesky factor of AAᵀ + ridge·I, raising the ridge
// tenfold as long as rounding leaves the sum without one.
func Ridge(k, a f32.Mat, ridge float32) {
	Regular(ridge, 10, func(ridge float32) bool {
		gram(k, a)
		for i := range k.Rows {
			k.Row(i)[i] += ridge
		}
		_, ok := f32.Cholesky(k, 1)
		return ok
	})
}

// gramByDots is up to how many rows their inner products, one by one, are faster
// than Syrk, which packs the rows for a kernel 32 columns wide.
const gramByDots = 12

// gram sets the lower triangle of k to AAᵀ.
func gram(k, a f32.Mat) {
	if a.Rows > gramByDots {
		f32.Syrk(k, a, false, 1)
		return
	}
	for i := range a.Rows {
		for j := range i + 1 {
			k.Row(i)[j] = f32.Dot(a.Row(i), a.Row(j))
		}
	}
}

// RidgeOfRows returns the Cholesky factor of AAᵀ + s²·I.
func RidgeOfRows(a f32.Mat, s2 float32) f32.Mat {
	l := f32.NewMat(a.Rows, a.Rows)
	Ridge(l, a, s2)
	return l
}
