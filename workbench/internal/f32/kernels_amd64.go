package f32

import "golang.org/x/sys/cpu"

// levels lists what this machine runs, the best last. F16C stands in no flag of
// its own here; every processor with AVX2 and FMA has it.
func levels() []level {
	switch x := cpu.X86; {
	case x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL && x.HasFMA:
		return []level{pureGo, avx2, avx512}
	case x.HasAVX2 && x.HasFMA:
		return []level{pureGo, avx2}
	}
	return []level{pureGo}
}

// The functions below take float32 counts and strides and check nothing.

// gemm: C (mr × tile columns) = init + A (mr × k) · B (k × tile columns), with
// row strides for all but B. init may be C itself (to add to it), one row repeated
// (stride 0), or nil for zero. mr is 1 … tile rows. What stands from next on is
// fetched into the cache, pace bytes every two steps, and the tile of C below;
// nothing with pace 0.
//
//go:noescape
func gemmAVX2(mr, k int, a *float32, lda int, b, init *float32, ldi int, c *float32, ldc int, next *float32, pace int)

//go:noescape
func gemmAVX512(mr, k int, a *float32, lda int, b, init *float32, ldi int, c *float32, ldc int, next *float32, pace int)

// dot: Σ x[i]·y[i].
//
//go:noescape
func dotAVX2(x, y *float32, n int) float32

//go:noescape
func dotAVX512(x, y *float32, n int) float32

// dot4: y[0 … 3] = the inner products of rows a, b, c, d with x.
//
//go:noescape
func dot4AVX2(a, b, c, d, x *float32, n int, y *float32)

//go:noescape
func dot4AVX512(a, b, c, d, x *float32, n int, y *float32)

// axpy: y += alpha·x.
//
//go:noescape
func axpyAVX2(alpha float32, x, y *float32, n int)

//go:noescape
func axpyAVX512(alpha float32, x, y *float32, n int)

// dotWide and axpyWide: as dot and axpy for float64 y and alpha.
//
//go:noescape
func dotWideAVX2(x *float32, y *float64, n int) float64

//go:noescape
func dotWideAVX512(x *float32, y *float64, n int) float64

//go:noescape
func axpyWideAVX2(alpha float64, x *float32, y *float64, n int)

//go:noescape
func axpyWideAVX512(alpha float64, x *float32, y *float64, n int)

// adamw, adamwStill: see AdamW, AdamWStill.
//
//go:noescape
func adamwAVX2(p, gradient, mean, square *float32, n int, s *AdamWStep)

//go:noescape
func adamwAVX512(p, gradient, mean, square *float32, n int, s *AdamWStep)

//go:noescape
func adamwStillAVX2(p, mean, square *float32, n int, steps *AdamWStep, count int, fall float32)

//go:noescape
func adamwStillAVX512(p, mean, square *float32, n int, steps *AdamWStep, count int, fall float32)

// indexAtLeast: the first i with x[i] >= t, or n; n is a multiple of 16.
//
//go:noescape
func indexAtLeastAVX2(x *float32, n int, t float32) int

//go:noescape
func indexAtLeastAVX512(x *float32, n int, t float32) int

// solveTile: forward substitution with the n × n triangle l (rows of 32) on a
// tile of 32 lanes: tile row j becomes (row j - Σ l[j][t]·row t)·inverse[j].
//
//go:noescape
func solveTileAVX2(l, inverse, tile *float32, n int)

//go:noescape
func solveTileAVX512(l, inverse, tile *float32, n int)

// factorTile: Cholesky factor of an n × n block whose columns are the rows of
// a tile of 32 lanes, lanes below the diagonal being ignored. It returns the
// first row whose pivot is not a positive number, or n.
//
//go:noescape
func factorTileAVX2(tile *float32, n int) int

//go:noescape
func factorTileAVX512(tile *float32, n int) int

// gelu, silu, softmax, layerNorm: see Gelu, Silu, Softmax, LayerNorm.
//
//go:noescape
func geluAVX2(x *float32, n int)

//go:noescape
func geluAVX512(x *float32, n int)

//go:noescape
func geluMulAVX2(x, y *float32, n int)

//go:noescape
func geluMulAVX512(x, y *float32, n int)

//go:noescape
func siluAVX2(x *float32, n int)

//go:noescape
func siluAVX512(x *float32, n int)

//go:noescape
func siluMulAVX2(x, y *float32, n int)

//go:noescape
func siluMulAVX512(x, y *float32, n int)

//go:noescape
func softmaxAVX2(x *float32, n int)

//go:noescape
func softmaxAVX512(x *float32, n int)

//go:noescape
func layerNormAVX2(x, r, gamma, beta *float32, n int, eps float32)

//go:noescape
func layerNormAVX512(x, r, gamma, beta *float32, n int, eps float32)

// transpose: dst[j·ldd+i] = src[i·lds+j], i < 8, j < n, n a multiple of 8.
//
//go:noescape
func transposeAVX2(dst *float32, ldd int, src *float32, lds, n int)

// rowDots: dst[r] = Σ rows[r·stride+j]·x[j] for sixteen rows r and n columns j.
//
//go:noescape
func rowDotsAVX2(rows *float32, stride int, x *float32, n int, dst *float32)

// halfDots: dst[r] = Σ panel[64·j+r]·x[j] for 64 rows r and n columns j, n above 0.
//
//go:noescape
func halfDotsAVX2(dst *float32, panel *uint16, x *float32, n int)

//go:noescape
func halfDotsAVX512(dst *float32, panel *uint16, x *float32, n int)

// fromHalf and toHalf convert n values, n a multiple of 8.
//
//go:noescape
func fromHalfAVX2(dst *float32, src *uint16, n int)

//go:noescape
func toHalfAVX2(dst *uint16, src *float32, n int)

func (l level) gemm(mr, k int, a []float32, lda int, b, init []float32, ldi int, c []float32, ldc int, next []float32) {
	if l == pureGo {
		gemmGo(mr, k, a, lda, b, init, ldi, c, ldc)
		return
	}
	var pa, pb, pi *float32
	if k > 0 {
		pa, pb = &a[0], &b[0]
	}
	pn, pace := pb, 0
	if len(next) > 0 && k > 1 {
		pn, pace = &next[0], 4*len(next)/(k/2)
	}
	if init != nil {
		pi = &init[0]
	}
	if l == avx512 {
		gemmAVX512(mr, k, pa, lda, pb, pi, ldi, &c[0], ldc, pn, pace)
		return
	}
	gemmAVX2(mr, k, pa, lda, pb, pi, ldi, &c[0], ldc, pn, pace)
}

func (l level) dot(x, y []float32) float32 {
	switch {
	case len(x) == 0:
		return 0
	case l == avx512:
		return dotAVX512(&x[0], &y[0], len(x))
	case l == avx2:
		return dotAVX2(&x[0], &y[0], len(x))
	}
	return dotGo(x, y)
}

func (l level) dot4(rows [4][]float32, x, y []float32) {
	switch {
	case len(x) == 0:
		clear(y[:4])
	case l == avx512:
		dot4AVX512(&rows[0][0], &rows[1][0], &rows[2][0], &rows[3][0], &x[0], len(x), &y[0])
	case l == avx2:
		dot4AVX2(&rows[0][0], &rows[1][0], &rows[2][0], &rows[3][0], &x[0], len(x), &y[0])
	default:
		for i, r := range rows {
			y[i] = dotGo(r[:len(x)], x)
		}
	}
}

func (l level) axpy(alpha float32, x, y []float32) {
	switch {
	case len(x) == 0:
	case l == avx512:
		axpyAVX512(alpha, &x[0], &y[0], len(x))
	case l == avx2:
		axpyAVX2(alpha, &x[0], &y[0], len(x))
	default:
		axpyGo(alpha, x, y)
	}
}

func (l level) dotWide(x []float32, y []float64) float64 {
	switch {
	case len(x) == 0:
		return 0
	case l == avx512:
		return dotWideAVX512(&x[0], &y[0], len(x))
	case l == avx2:
		return dotWideAVX2(&x[0], &y[0], len(x))
	}
	return dotWideGo(x, y)
}

func (l level) axpyWide(alpha float64, x []float32, y []float64) {
	switch {
	case len(x) == 0:
	case l == avx512:
		axpyWideAVX512(alpha, &x[0], &y[0], len(x))
	case l == avx2:
		axpyWideAVX2(alpha, &x[0], &y[0], len(x))
	default:
		axpyWideGo(alpha, x, y)
	}
}

func (l level) adamw(p, g, mean, square []float32, s *AdamWStep) {
	switch {
	case len(p) == 0:
	case l == avx512:
		adamwAVX512(&p[0], &g[0], &mean[0], &square[0], len(p), s)
	case l == avx2:
		adamwAVX2(&p[0], &g[0], &mean[0], &square[0], len(p), s)
	default:
		adamwGo(p, g, mean, square, s)
	}
}

func (l level) adamwStill(p, mean, square []float32, steps []AdamWStep, fall float32) {
	switch l {
	case avx512:
		adamwStillAVX512(&p[0], &mean[0], &square[0], len(p), &steps[0], len(steps), fall)
	case avx2:
		adamwStillAVX2(&p[0], &mean[0], &square[0], len(p), &steps[0], len(steps), fall)
	default:
		adamwStillGo(p, mean, square, steps, fall)
	}
}

// indexAtLeast searches a first part of x; it returns the index found, or the length of the part.
func (l level) indexAtLeast(x []float32, t float32) int {
	n := len(x) &^ 15
	switch {
	case l == pureGo || n == 0:
		return 0
	case l == avx512:
		return indexAtLeastAVX512(&x[0], n, t)
	}
	return indexAtLeastAVX2(&x[0], n, t)
}

func (l level) solveTile(triangle, inverse, tile []float32, n int) {
	switch l {
	case avx512:
		solveTileAVX512(&triangle[0], &inverse[0], &tile[0], n)
	case avx2:
		solveTileAVX2(&triangle[0], &inverse[0], &tile[0], n)
	default:
		solveTileGo(triangle, inverse, tile, n)
	}
}

func (l level) factorTile(tile []float32, n int) int {
	switch l {
	case avx512:
		return factorTileAVX512(&tile[0], n)
	case avx2:
		return factorTileAVX2(&tile[0], n)
	}
	return factorTileGo(tile, n)
}

func (l level) gelu(x []float32) {
	switch {
	case len(x) == 0:
	case l == avx512:
		geluAVX512(&x[0], len(x))
	case l == avx2:
		geluAVX2(&x[0], len(x))
	default:
		geluGo(x)
	}
}

func (l level) geluMul(x, y []float32) {
	switch {
	case len(x) == 0:
	case l == avx512:
		geluMulAVX512(&x[0], &y[0], len(x))
	case l == avx2:
		geluMulAVX2(&x[0], &y[0], len(x))
	default:
		geluMulGo(x, y)
	}
}

func (l level) silu(x []float32) {
	switch {
	case len(x) == 0:
	case l == avx512:
		siluAVX512(&x[0], len(x))
	case l == avx2:
		siluAVX2(&x[0], len(x))
	default:
		siluGo(x)
	}
}

func (l level) siluMul(x, y []float32) {
	switch {
	case len(x) == 0:
	case l == avx512:
		siluMulAVX512(&x[0], &y[0], len(x))
	case l == avx2:
		siluMulAVX2(&x[0], &y[0], len(x))
	default:
		siluMulGo(x, y)
	}
}

func (l level) softmax(x []float32) {
	switch {
	case len(x) == 0:
	case l == avx512:
		softmaxAVX512(&x[0], len(x))
	case l == avx2:
		softmaxAVX2(&x[0], len(x))
	default:
		softmaxGo(x)
	}
}

func (l level) layerNorm(x, r, gamma, beta []float32, eps float32) {
	switch {
	case len(x) == 0:
	case l == avx512:
		layerNormAVX512(&x[0], &r[0], &gamma[0], &beta[0], len(x), eps)
	case l == avx2:
		layerNormAVX2(&x[0], &r[0], &gamma[0], &beta[0], len(x), eps)
	default:
		layerNormGo(x, r, gamma, beta, eps)
	}
}

// transposeBlocks transposes 8 rows of n columns and returns how many columns it did.
func (l level) transposeBlocks(dst []float32, ldd int, src []float32, lds, n int) int {
	n &^= 7
	if l == pureGo || n == 0 {
		return 0
	}
	transposeAVX2(&dst[0], ldd, &src[0], lds, n)
	return n
}

// hasRowDots tells whether rowDots is there.
func (l level) hasRowDots() bool { return l != pureGo }

// rowDots sets dst to the inner products of the sixteen rows of b with x.
func (l level) rowDots(dst []float32, b Mat, x []float32) {
	if len(x) == 0 {
		clear(dst[:16])
		return
	}
	rowDotsAVX2(&b.Data[0], b.Stride, &x[0], len(x), &dst[0])
}

// halfDots sets dst, 64 values, to the inner products of a panel of HalfRows with x, which is not empty.
func (l level) halfDots(dst []float32, panel []uint16, x []float32) {
	if l == avx512 {
		halfDotsAVX512(&dst[0], &panel[0], &x[0], len(x))
		return
	}
	halfDotsAVX2(&dst[0], &panel[0], &x[0], len(x))
}

// fromHalfBlocks and toHalfBlocks convert a first part and return its length.
func (l level) fromHalfBlocks(dst []float32, src []uint16) int {
	n := len(src) &^ 7
	if l == pureGo || n == 0 {
		return 0
	}
	fromHalfAVX2(&dst[0], &src[0], n)
	return n
}

func (l level) toHalfBlocks(dst []uint16, src []float32) int {
	n := len(src) &^ 7
	if l == pureGo || n == 0 {
		return 0
	}
	toHalfAVX2(&dst[0], &src[0], n)
	return n
}
