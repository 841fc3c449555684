package solve

import (
	"math"

	"axn/workbench/internal/f32"
)

// basis is the rows of a matrix A as L·Q, up to their order: Q's rows are orthonormal, L is lower
// triangular, the Cholesky factor of AAᵀ. It grows by rows, in blocks: what is left of new rows
// once Q's are taken out has a factor of its own, which wide directions of A do not hide as they
// do in AAᵀ (block Gram-Schmidt; Björck, Numerics of Gram-Schmidt orthogonalization, 1994). Rows
// that are nearly alike come one after the other, and what has become very short has Q's rows
// taken out once more.
type basis struct {
	order []int // which of A's rows comes at each place
	ends  []int // of the blocks of rows that were taken in together
	q, l  f32.Mat

	part [basisRows * basisRows]float32 // how much of a block of Q's rows there is in others
}

// newBasis starts with the rows of a that the factor l is of, and is for as many as l has room for.
func newBasis(a, l f32.Mat, known int) *basis {
	s := &basis{q: f32.NewMat(l.Rows, a.Cols), l: l}
	for i := range known {
		s.order = append(s.order, i)
		copy(s.q.Row(i), a.Row(i))
		if (i+1)%basisRows == 0 || i+1 == known {
			s.ends = append(s.ends, i+1)
		}
	}
	f32.SolveLowerMany(l.Sub(0, 0, known, known), s.q.RowRange(0, known), 1)
	return s
}

// basisRows are taken in at a time.
const basisRows = 64

// Parts of a row's squared norm.
const (
	// What must be left of it once Q's rows are taken out, not to be the rounding of a row that
	// depends on others.
	leastOwn = 0x1p-34

	// What must be left not to take them out again: of a whole row, and of what was left before
	// of one that had to wait. Rounding of what is taken out becomes as much larger, in
	// relation to what is left, as that is shorter.
	leastWhole, leastLeft = 0x1p-20, 0x1p-6

	// What must be outside the span of other new rows, of what is left, not to wait for them.
	leastApart = 0x1p-4
)

// extend takes in the rows of a that are new, or returns false where they may depend on others.
func (s *basis) extend(a f32.Mat) bool {
	for len(s.order) < a.Rows {
		if !s.add(a, len(s.order), min(len(s.order)+basisRows, a.Rows)) {
			return false
		}
	}
	return true
}

// remainder is what is left of a row.
type remainder struct {
	row   int     // of A
	norm  float32 // its squared norm
	least float32 // the squared norm below which Q's rows are to be taken out again
}

// add takes in a's rows from … to-1.
func (s *basis) add(a f32.Mat, from, to int) bool {
	left, coefs, rest := f32.NewMat(to-from, a.Cols), f32.NewMat(to-from, to), make([]remainder, to-from)
	for i := range rest {
		copy(left.Row(i), a.Row(from+i))
		norm := f32.SqNorm(left.Row(i))
		rest[i] = remainder{from + i, norm, norm * leastWhole}
	}
	for len(rest) > 0 {
		left, coefs = left.RowRange(0, len(rest)), coefs.RowRange(0, len(rest))
		known := len(s.order)
		s.takeOut(left, coefs)
		gram, later := f32.NewMat(left.Rows, left.Rows), rest[:0]
		f32.Syrk(gram, left, false, 1)
		var taken []int
		for i, r := range rest {
			whole, coef, place := gram.Row(i)[i], coefs.Row(i), len(s.order)
			if !(whole > leastOwn*r.norm) || whole > math.MaxFloat32 {
				return false
			}
			for k, j := range taken {
				l := s.l.Row(known + k)[known:]
				coef[known+k] = (gram.Row(i)[j] - f32.Dot(l[:k], coef[known:][:k])) / l[k]
			}
			if own := whole - f32.SqNorm(coef[known:place]); own > leastApart*whole && whole > r.least {
				copy(s.q.Row(place), left.Row(i))
				copy(s.l.Row(place), coef[:place])
				s.l.Row(place)[place] = float32(math.Sqrt(float64(own)))
				s.order, taken = append(s.order, r.row), append(taken, i)
				continue
			}
			clear(coef[known:])
			copy(left.Row(len(later)), left.Row(i))
			copy(coefs.Row(len(later)), coef)
			r.least = whole * leastLeft
			later = append(later, r)
		}
		n := len(taken)
		f32.SolveLowerMany(s.l.Sub(known, known, n, n), s.q.RowRange(known, known+n), 1)
		if n > 0 {
			s.ends = append(s.ends, known+n)
		}
		rest = later
	}
	return true
}

// takeOut takes Q's rows out of left, block by block, and adds to coefs how much of them there was.
func (s *basis) takeOut(left, coefs f32.Mat) {
	from := 0
	for _, end := range s.ends {
		q, part := s.q.RowRange(from, end), f32.View(s.part[:], left.Rows, end-from)
		f32.MulT(part, left, q, 1)
		for i := range part.Rows {
			f32.Axpy(1, part.Row(i), coefs.Row(i)[from:end])
		}
		f32.SubMul(left, part, q, 1)
		from = end
	}
}

// precondition sets dst to about (AAᵀ)⁻¹·x.
func (s *basis) precondition(dst, x []float64) {
	n := len(s.order)
	y := make([]float32, n)
	for k, i := range s.order {
		y[k] = float32(x[i])
	}
	f32.SolveCholesky(s.l.Sub(0, 0, n, n), y)
	for k, i := range s.order {
		dst[i] = float64(y[k])
	}
}
