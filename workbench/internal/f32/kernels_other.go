//go:build !amd64

package f32

func (l level) dot(x, y []float32) float32 { return dotGo(x, y) }

func (l level) dot4(rows [4][]float32, x, y []float32) {
	for i, r := range rows {
		y[i] = dotGo(r[:len(x)], x)
	}
}

func (l level) axpy(alpha float32, x, y []float32) { axpyGo(alpha, x, y) }

func (l level) dotWide(x []float32, y []float64) float64 { return dotWideGo(x, y) }

func (l level) axpyWide(alpha float64, x []float32, y []float64) { axpyWideGo(alpha, x, y) }

func (l level) adamw(p, g, mean, square []float32, s *AdamWStep) { adamwGo(p, g, mean, square, s) }

func (l level) adamwStill(p, mean, square []float32, steps []AdamWStep, fall float32) {
	adamwStillGo(p, mean, square, steps, fall)
}

func (l level) solveTile(triangle, inverse, tile []float32, n int) {
	solveTileGo(triangle, inverse, tile, n)
}

func (l level) factorTile(tile []float32, n int) int { return factorTileGo(tile, n) }

func (l level) gelu(x []float32) { geluGo(x) }

func (l level) geluMul(x, y []float32) { geluMulGo(x, y) }

func (l level) silu(x []float32) { siluGo(x) }

func (l level) siluMul(x, y []float32) { siluMulGo(x, y) }

func (l level) softmax(x []float32) { softmaxGo(x) }

func (l level) layerNorm(x, r, gamma, beta []float32, eps float32) {
	layerNormGo(x, r, gamma, beta, eps)
}

func (l level) transposeBlocks(dst []float32, ldd int, src []float32, lds, n int) int { return 0 }

func (l level) fromHalfBlocks(dst []float32, src []uint16) int { return 0 }

func (l level) toHalfBlocks(dst []uint16, src []float32) int { return 0 }

func (l level) indexAtLeast(x []float32, t float32) int { return 0 }

func (l level) hasRowDots() bool { return false }

func (l level) rowDots(dst []float32, b Mat, x []float32) { panic("f32: no such kernel") }

func (l level) halfDots(dst []float32, panel []uint16, x []float32) { panic("f32: no such kernel") }
