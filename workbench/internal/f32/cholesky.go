package f32

import "math"

// cholBlock is the width of a block of columns in Cholesky and the solves. It
// changes speed only, no bits.
const cholBlock = 32

// Cholesky replaces the lower triangle of the symmetric N × N matrix a by L,
// L·Lᵀ = a. The part above the diagonal is not read as input and may be
// overwritten. If a is not positive definite in float32 it returns the first
// row whose pivot is not a positive number, and ok false; a is then half
// factored.
func Cholesky(a Mat, threads int) (pivot int, ok bool) {
	return CholeskyAppend(a, 0, threads)
}

// CholeskyAppend is Cholesky for a matrix whose first done rows hold their
// factor already: rows done … N-1 of the lower triangle are replaced, at cost
// O((N-done)·N²). It gives the bits that Cholesky would have given.
func CholeskyAppend(a Mat, done, threads int) (pivot int, ok bool) {
	if a.Rows != a.Cols || done < 0 || done > a.Rows {
		panic("f32: cholesky: shapes differ")
	}
	p := pool.Get().(*Panels)
	defer pool.Put(p)
	for j, next := 0, 0; j < a.Rows; j = next {
		next = min(j+cholBlock, a.Rows)
		if j < done {
			next = min(next, done) // no block spans old and new rows
		}
		first := max(j, done)
		p.packRows(a.Sub(j, 0, next-j, j), 1, true)
		Gemm(a.Sub(first, j, a.Rows-first, next-j), a.Sub(first, 0, a.Rows-first, j), p, true, threads)
		var d triangle
		if j >= done {
			if pivot, ok := d.factor(a.Sub(j, j, next-j, next-j)); !ok {
				return j + pivot, false
			}
			first = next
		}
		d.load(a.Sub(j, j, next-j, next-j))
		below := a.Sub(first, j, a.Rows-first, next-j)
		if threads < 2 {
			d.solveRows(below)
			continue
		}
		Parallel(threads, below.Rows, active.tileCols(), func(lo, hi int) { d.solveRows(below.RowRange(lo, hi)) })
	}
	return 0, true
}

// triangle is a block on the diagonal: minus its lower part, and the
// reciprocals of its diagonal.
type triangle struct {
	n       int
	minus   [cholBlock * cholBlock]float32
	inverse [cholBlock]float32
}

// load takes the factor from the lower triangle of l.
func (d *triangle) load(l Mat) {
	d.n = l.Rows
	for i := range d.n {
		for t, v := range l.Row(i)[:i] {
			d.minus[i*cholBlock+t] = -v
		}
		d.inverse[i] = 1 / l.Row(i)[i]
	}
}

// factor replaces the lower triangle of a, at most cholBlock rows, by its
// factor. Columns are worked as rows of a transposed copy.
func (d *triangle) factor(a Mat) (pivot int, ok bool) {
	var columns [cholBlock * cholBlock]float32 // columns[j·cholBlock+i] = L[i][j]
	for i := range a.Rows {
		for j, v := range a.Row(i)[:i+1] {
			columns[j*cholBlock+i] = v
		}
	}
	w := active.tileCols()
	for j := range a.Rows {
		row := columns[j*cholBlock:][:cholBlock]
		var minus [cholBlock]float32
		for t := range j {
			minus[t] = -columns[t*cholBlock+j]
		}
		for lane := j &^ (w - 1); lane < a.Rows; lane += w {
			active.gemm(1, j, minus[:], 0, columns[lane:], cholBlock, row[lane:], 0, row[lane:], 0)
		}
		if !(row[j] > 0) || math.IsInf(float64(row[j]), 1) {
			return j, false
		}
		root := float32(math.Sqrt(float64(row[j])))
		Scale(1/root, row[j+1:])
		row[j] = root
	}
	for i := range a.Rows {
		for j := range i + 1 {
			a.Data[i*a.Stride+j] = columns[j*cholBlock+i]
		}
	}
	return 0, true
}

// solveRows replaces every row x of b by the solution y of L·y = x, a tile of
// rows at a time, transposed so that one vector holds one unknown of many rows.
func (d *triangle) solveRows(b Mat) {
	var tile [cholBlock * 32]float32
	w := active.tileCols()
	for i := 0; i < b.Rows; i += w {
		rows := b.RowRange(i, min(i+w, b.Rows))
		t := Mat{tile[:], d.n, rows.Rows, w}
		transpose(active, t, rows)
		for j := range d.n {
			x := tile[j*w:][:w]
			active.gemm(1, j, d.minus[j*cholBlock:], 0, tile[:], w, x, 0, x, 0)
			Scale(d.inverse[j], x)
		}
		transpose(active, rows, t)
	}
}
