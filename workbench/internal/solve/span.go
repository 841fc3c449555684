package solve

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

const (
	spanRows = 16384   // rows, spread evenly, that tell whether columns depend on one another
	spanPart = 512     // rows worked on at a time
	ownPart  = 0x1p-12 // of a column's squared norm that must be outside the span of those before

	// absent is the singular value, relative to the largest, below which a direction counts
	// as absent: float32 data's own precision.
	absent = 1e-6
)

// Span returns the axes R, d×r with orthonormal columns, to which regressions over rows
// of v, n×d, should be turned: v's principal directions from the widest on, without those
// in which it has no part. With v·R in the place of v, every A⁺b becomes Rᵀ·A⁺b, so that no
// score changes, but a direction that is dead or narrow no longer hides in the rounding of
// wide ones. Span returns false where v's columns are independent enough as they are.
func Span(v f32.Mat) (r f32.Mat, turn bool) {
	if v.Rows == 0 || separate(v) {
		return f32.Mat{}, false
	}
	var e mat.EigenSym
	if !e.Factorize(spread(v), true) {
		return f32.Mat{}, false // not finite
	}
	var q mat.Dense
	e.VectorsTo(&q)
	values := e.Values(nil)
	rank, most := 0, values[v.Cols-1]
	for _, l := range values {
		if l > absent*absent*most {
			rank++
		}
	}
	r = f32.NewMat(v.Cols, max(rank, 1))
	for i := range r.Rows {
		for j := range r.Cols {
			r.Row(i)[j] = float32(q.At(i, v.Cols-1-j))
		}
	}
	return r, true
}

// separate tells whether each of v's columns has a part of its own.
func separate(v f32.Mat) bool {
	n := min(v.Rows, spanRows)
	g := mat.NewSymDense(v.Cols, nil)
	part := f32.NewMat(v.Cols, v.Cols)
	for lo := 0; lo < n; lo += spanPart {
		rows := f32.NewMat(min(spanPart, n-lo), v.Cols)
		for i := range rows.Rows {
			copy(rows.Row(i), v.Row((lo+i)*v.Rows/n))
		}
		f32.Syrk(part, f32.Transpose(rows, 1), false, cores.Threads())
		for i := range v.Cols {
			for j, x := range part.Row(i)[:i+1] {
				g.SetSym(i, j, g.At(i, j)+float64(x))
			}
		}
	}
	l, ok := lapack64.Potrf(g.RawSymmetric())
	if !ok {
		return false
	}
	for j := range v.Cols { // of U with UᵀU = g
		norm := 0.0
		for i := range j + 1 {
			u := l.Data[i*l.Stride+j]
			norm += u * u
		}
		own := l.Data[j*l.Stride+j]
		if !(own*own > ownPart*norm) {
			return false
		}
	}
	return true
}

// spread returns vᵀv in float64, whatever the number of threads with the same bits.
func spread(v f32.Mat) *mat.SymDense {
	parts := (v.Rows + spanPart - 1) / spanPart
	sums := make([]blas64.Symmetric, min(parts, spanSums))
	cores.Each(len(sums), func(s int) {
		sums[s] = blas64.Symmetric{N: v.Cols, Stride: v.Cols, Uplo: blas.Upper, Data: make([]float64, v.Cols*v.Cols)}
		for p := s; p < parts; p += len(sums) {
			blas64.Syrk(blas.Trans, 1, wide(v.RowRange(p*spanPart, min((p+1)*spanPart, v.Rows))), 1, sums[s])
		}
	})
	for _, s := range sums[1:] {
		for i, x := range s.Data {
			sums[0].Data[i] += x
		}
	}
	return mat.NewSymDense(v.Cols, sums[0].Data)
}

// spanSums are added up side by side.
const spanSums = 8

// wide is a in float64.
func wide(a f32.Mat) blas64.General {
	w := blas64.General{Rows: a.Rows, Cols: a.Cols, Stride: a.Cols, Data: make([]float64, a.Rows*a.Cols)}
	for i := range a.Rows {
		for j, x := range a.Row(i) {
			w.Data[i*a.Cols+j] = float64(x)
		}
	}
	return w
}

// Turn returns v·R, each value right to float32's last digit, so that narrow columns keep
// theirs.
func Turn(v, r f32.Mat) f32.Mat {
	turned, axes := f32.NewMat(v.Rows, r.Cols), wide(r)
	cores.Each((v.Rows+spanPart-1)/spanPart, func(p int) {
		lo, hi := p*spanPart, min((p+1)*spanPart, v.Rows)
		out := blas64.General{Rows: hi - lo, Cols: r.Cols, Stride: r.Cols, Data: make([]float64, (hi-lo)*r.Cols)}
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, wide(v.RowRange(lo, hi)), axes, 0, out)
		for i, x := range out.Data {
			turned.Row(lo + i/r.Cols)[i%r.Cols] = float32(x)
		}
	})
	return turned
}

// TurnVector returns Rᵀ·x.
func TurnVector(x []float32, r f32.Mat) []float32 {
	sums := make([]float64, r.Cols)
	long := make([]float64, len(x))
	for i, v := range x {
		long[i] = float64(v)
	}
	f32.GemvTWide(sums, r, long)
	y := make([]float32, r.Cols)
	for j, v := range sums {
		y[j] = float32(v)
	}
	return y
}
