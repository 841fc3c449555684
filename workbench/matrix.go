package workbench

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"

	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/files"
	"axn/workbench/internal/npy"
	"axn/workbench/internal/vecs"
)

// ErrShape says that matrices, or a matrix and a list, do not fit together.
var ErrShape = errors.New("shapes do not fit")

// Matrix is a Rows×Cols matrix of float32, row-major: one row per query or item.
// It satisfies gonum's mat.Matrix.
type Matrix struct {
	Rows, Cols int
	Data       []float32 // length Rows*Cols
}

// NewMatrix returns a matrix of zeros.
func NewMatrix(rows, cols int) *Matrix {
	return &Matrix{Rows: rows, Cols: cols, Data: make([]float32, rows*cols)}
}

// Row returns row i; it shares the matrix's memory.
func (m *Matrix) Row(i int) []float32 { return m.Data[i*m.Cols : (i+1)*m.Cols : (i+1)*m.Cols] }

// view shows the matrix to the kernels.
func (m *Matrix) view() f32.Mat { return f32.View(m.Data, m.Rows, m.Cols) }

// matrixOf shows a kernel's matrix to users; they share memory.
func matrixOf(a f32.Mat) *Matrix { return &Matrix{Rows: a.Rows, Cols: a.Cols, Data: a.Data} }

// Dims returns Rows and Cols.
func (m *Matrix) Dims() (r, c int) { return m.Rows, m.Cols }

// At returns the element in row i, column j.
func (m *Matrix) At(i, j int) float64 { return float64(m.Data[i*m.Cols+j]) }

// T returns the transpose, as a view.
func (m *Matrix) T() mat.Matrix { return mat.Transpose{Matrix: m} }

// String says the shape.
func (m *Matrix) String() string { return fmt.Sprintf("Matrix %d×%d", m.Rows, m.Cols) }

// clone returns a copy.
func (m *Matrix) clone() *Matrix {
	return &Matrix{Rows: m.Rows, Cols: m.Cols, Data: slices.Clone(m.Data)}
}

// Select returns a copy of the given rows, in that order.
func (m *Matrix) Select(rows []int) *Matrix {
	return &Matrix{Rows: len(rows), Cols: m.Cols, Data: m.view().Select(rows).Data}
}

// room is what a Dataset or an Index has made longer: the room behind these matrices is its
// own, and behind any others it may be that of whoever made them longer.
type room struct {
	by   any                // whose it is, where that can be copied: a *Dataset
	last map[string]*Matrix // by what they are
}

// of is a copy of the room for the one whose it is; an empty one for others, such as a copy of that one.
func (r room) of(by any) room {
	if r.by != by {
		return room{by: by}
	}
	return room{by: by, last: maps.Clone(r.last)}
}

// withRows returns m with n more rows. m stays as it is: the two share memory where there is room
// of our own behind m's.
func (r *room) withRows(m *Matrix, what string, n int, more *Matrix) (*Matrix, error) {
	if m == nil || more == nil || more.Rows != n || more.Cols != m.Cols {
		return nil, fmt.Errorf("%w: %s of %d items: %v beside %v", ErrShape, what, n, more, m)
	}
	data := m.Data
	if r.last[what] != m {
		data = slices.Clip(data)
	}
	longer := &Matrix{Rows: m.Rows + n, Cols: m.Cols, Data: append(data, more.Data...)}
	if r.last == nil {
		r.last = map[string]*Matrix{}
	}
	r.last[what] = longer
	return longer, nil
}

// checkShape returns an error, which says what the matrix is, unless it has the values that its
// shape says.
func (m *Matrix) checkShape(what string) error {
	switch {
	case m == nil:
		return fmt.Errorf("%w: %s: there is no matrix", ErrShape, what)
	case m.Rows < 0 || m.Cols < 0 || len(m.Data) != m.Rows*m.Cols:
		return fmt.Errorf("%w: %s: a %v whose Data has %d values: Rows times Cols are wanted", ErrShape, what, m, len(m.Data))
	}
	return nil
}

// longest is the squared length up to which products of vectors stay far from float32's
// greatest number.
const longest = 1e30

// checkFinite returns an error that names the first value that is not finite, or the first
// row that is too long to compute with; name says what a row is.
func (m *Matrix) checkFinite(name func(row int) string) error {
	if m.Cols == 0 {
		return nil
	}
	bad := make([]bool, m.Rows)
	cores.Ranges(cores.Threads(), m.Rows, 1+(1<<14)/(1+m.Cols), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			bad[i] = !(f32.SqNorm(m.Row(i)) <= longest)
		}
	})
	i := slices.Index(bad, true)
	if i < 0 {
		return nil
	}
	squares := 0.0
	for j, v := range m.Row(i) {
		if v-v != 0 {
			return fmt.Errorf("%s: vector value %d is %v: leave the row out, or make its vector anew (an empty text, normalised, gives NaN)", name(i), j, v)
		}
		squares += float64(v) * float64(v)
	}
	return fmt.Errorf("%s: its vector is %.3g long, which float32 cannot multiply: scale the vectors", name(i), math.Sqrt(squares))
}

// OpenMatrix reads a .npy file of float16, float32 or float64, in C or Fortran
// order; one dimension of n values gives n×1. By their ending it knows the vector files of
// benchmarks too: .fvecs and .bvecs (TEXMEX), .fbin, .u8bin, .i8bin and .bin of float32
// (big-ann). Its errors name the file. Values may be NaN, as in scores of which some are
// not known: see LookUp.
func OpenMatrix(path string) (*Matrix, error) {
	var a npy.Array
	err := files.Read(path, func(f *os.File, size int64) (err error) {
		if vecs.Known(path) {
			v, err := vecs.Read(path, f, size)
			a = npy.Array(v)
			return err
		}
		a, err = npy.Read(f, size)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("workbench: open matrix: %w", files.Instead(path, "OpenMatrix", err))
	}
	return &Matrix{Rows: a.Rows, Cols: a.Cols, Data: a.Data}, nil
}

// Save writes the matrix as a .npy file of float32.
func (m *Matrix) Save(path string) error { return m.save(path, false) }

// SaveHalf writes the matrix as a .npy file of float16, rounded to nearest even.
func (m *Matrix) SaveHalf(path string) error { return m.save(path, true) }

func (m *Matrix) save(path string, half bool) error {
	err := files.Write(path, func(f *os.File) error {
		return npy.Write(f, npy.Array{Rows: m.Rows, Cols: m.Cols, Data: m.Data}, half)
	})
	if err != nil {
		return fmt.Errorf("workbench: save matrix: %w", err)
	}
	return nil
}
