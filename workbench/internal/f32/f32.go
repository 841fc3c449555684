// Package f32 holds the float32 kernels under search, training and scoring:
// inner products, matrix products, Cholesky factors, triangular solves and
// half-precision conversion.
//
// Matrices are row-major views with a stride. Every kernel exists for
// AVX-512, AVX2 with FMA, and in pure Go; the best one the machine has is
// taken at run time. The environment variable AXN_KERNELS (avx512, avx2, go)
// asks for a lower one.
//
// Results never depend on the number of threads. Matrix products, Dot, Cholesky
// factors and all solves give the same bits at both assembly levels, since each
// element is made of chains of fused multiply-adds in one order; pure Go rounds
// the product first, and Gemv, Softmax and LayerNorm add up a vector in an order
// of each level's own. They differ by the usual bound, k·2⁻²⁴·Σ|xᵢyᵢ|; GemvWide
// and GemvTWide, which add up in float64, differ from pure Go by k·2⁻⁵³·Σ|xᵢyᵢ|.
package f32

//go:generate go run ./gen

// Mat is a Rows × Cols view of Data: element (i, j) is Data[i*Stride+j].
type Mat struct {
	Data       []float32
	Rows, Cols int
	Stride     int
}

// NewMat returns a rows × cols matrix of zeros.
func NewMat(rows, cols int) Mat {
	return Mat{make([]float32, rows*cols), rows, cols, cols}
}

// View returns a rows × cols matrix over the first rows*cols values of data.
func View(data []float32, rows, cols int) Mat {
	return Mat{data[:rows*cols], rows, cols, cols}
}

// Row returns row i, sharing memory.
func (m Mat) Row(i int) []float32 {
	return m.Data[i*m.Stride:][:m.Cols:m.Cols]
}

// Sub returns the rows × cols block whose first element is (i, j), sharing memory.
func (m Mat) Sub(i, j, rows, cols int) Mat {
	if i < 0 || j < 0 || i+rows > m.Rows || j+cols > m.Cols {
		panic("f32: block outside the matrix")
	}
	if rows == 0 || cols == 0 {
		return Mat{Rows: rows, Cols: cols}
	}
	return Mat{m.Data[i*m.Stride+j:], rows, cols, m.Stride}
}

// RowRange returns rows lo … hi-1, sharing memory.
func (m Mat) RowRange(lo, hi int) Mat { return m.Sub(lo, 0, hi-lo, m.Cols) }

// Select returns a copy of some rows, in that order.
func (m Mat) Select(rows []int) Mat {
	s := NewMat(len(rows), m.Cols)
	for i, row := range rows {
		copy(s.Row(i), m.Row(row))
	}
	return s
}
