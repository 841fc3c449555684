package f32

import "axn/workbench/internal/cores"

// Panels is the right-hand factor of a matrix product, K × N, laid out for
// the tile kernels: panels as wide as a tile, each with its K rows one after
// another, the last one filled up with zeros. Pack once, multiply often.
type Panels struct {
	K, N int
	data []float32
}

// Columns returns columns lo … hi-1, sharing memory; lo is a multiple of 32.
func (p *Panels) Columns(lo, hi int) Panels {
	if lo%active.tileCols() != 0 || hi > p.N {
		panic("f32: columns do not start at a panel")
	}
	return Panels{p.K, hi - lo, p.data[lo*p.K:]}
}

// PackRows makes p hold Bᵀ for a B of N rows and K columns, so that Gemm
// computes A·Bᵀ. The memory of p is used again if it is large enough.
func (p *Panels) PackRows(b Mat, threads int) { p.packRows(b, threads, false) }

// PackCols makes p hold B of K rows and N columns, so that Gemm computes A·B.
func (p *Panels) PackCols(b Mat, threads int) { p.packCols(b, threads, false) }

// packRows can also negate B, for products that are subtracted.
func (p *Panels) packRows(b Mat, threads int, negate bool) {
	p.shape(b.Cols, b.Rows)
	p.each(threads, b, negate, (*Panels).packRowPanel)
}

// packCols can also negate B.
func (p *Panels) packCols(b Mat, threads int, negate bool) {
	p.shape(b.Rows, b.Cols)
	p.each(threads, b, negate, (*Panels).packColPanel)
}

// each runs pack on every panel; on one thread it allocates nothing.
func (p *Panels) each(threads int, b Mat, negate bool, pack func(*Panels, int, Mat)) {
	if threads > 1 {
		cores.Ranges(threads, p.panels(), 1, func(lo, hi int) { p.packRange(lo, hi, b, negate, pack) })
		return
	}
	p.packRange(0, p.panels(), b, negate, pack)
}

func (p *Panels) packRange(lo, hi int, b Mat, negate bool, pack func(*Panels, int, Mat)) {
	for j := lo; j < hi; j++ {
		pack(p, j, b)
		if negate {
			Scale(-1, p.panel(j))
		}
	}
}

// packRowPanel transposes the rows of B that are columns of panel j.
func (p *Panels) packRowPanel(j int, b Mat) {
	w := active.tileCols()
	rows := b.RowRange(j*w, min(j*w+w, b.Rows))
	transpose(active, Mat{p.panel(j), p.K, rows.Rows, w}, rows)
}

// packColPanel copies the columns of B that are columns of panel j.
func (p *Panels) packColPanel(j int, b Mat) {
	panel, w := p.panel(j), active.tileCols()
	n := min(w, b.Cols-j*w)
	for t := range p.K {
		copy(panel[t*w:], b.Data[t*b.Stride+j*w:][:n])
	}
}

// shape sets K and N and clears what no value of B will fill.
func (p *Panels) shape(k, n int) {
	p.K, p.N = k, n
	w := active.tileCols()
	size := p.panels() * w * k
	if cap(p.data) < size {
		p.data = make([]float32, size)
	}
	p.data = p.data[:size]
	if n%w != 0 {
		clear(p.panel(n / w))
	}
}

// panels is the number of panels, panel the j-th one, part its rows from k on.
func (p *Panels) panels() int { return (p.N + active.tileCols() - 1) / active.tileCols() }

func (p *Panels) panel(j int) []float32 { return p.part(j, 0, p.K) }

func (p *Panels) part(j, k, rows int) []float32 {
	return p.data[(j*p.K+k)*active.tileCols():][:rows*active.tileCols()]
}

// Transpose returns Aᵀ, sharing the work among threads.
func Transpose(a Mat, threads int) Mat {
	t := NewMat(a.Cols, a.Rows)
	TransposeTo(t, a, threads)
	return t
}

// TransposeTo sets t = Aᵀ. It panics if shapes differ.
func TransposeTo(t, a Mat, threads int) {
	if t.Rows != a.Cols || t.Cols != a.Rows {
		panic("f32: transpose: shapes differ")
	}
	if a.Cols == 0 {
		return
	}
	cores.Ranges(threads, a.Rows, 64, func(lo, hi int) {
		transpose(active, Mat{t.from(0, lo), a.Cols, hi - lo, t.Stride}, a.RowRange(lo, hi))
	})
}

// transpose sets dst = srcᵀ.
func transpose(l level, dst, src Mat) {
	if src.Cols == 0 {
		return
	}
	i := 0
	for ; i+8 <= src.Rows; i += 8 {
		done := l.transposeBlocks(dst.Data[i:], dst.Stride, src.Data[i*src.Stride:], src.Stride, src.Cols)
		for r := i; r < i+8; r++ {
			transposeRow(dst, src, r, done)
		}
	}
	for ; i < src.Rows; i++ {
		transposeRow(dst, src, i, 0)
	}
}

// transposeRow copies row i of src, from column j on, into column i of dst.
func transposeRow(dst, src Mat, i, j int) {
	for row := src.Row(i); j < len(row); j++ {
		dst.Data[j*dst.Stride+i] = row[j]
	}
}
