package f32

// levels lists what this machine runs; every arm64 has NEON.
func levels() []level { return []level{pureGo, neon} }

// gemmNEON does what gemmAVX2 does, see kernels_amd64.go, with 8 columns.
//
//go:noescape
func gemmNEON(mr, k int, a *float32, lda int, b, init *float32, ldi int, c *float32, ldc int)

func (l level) gemm(mr, k int, a []float32, lda int, b, init []float32, ldi int, c []float32, ldc int, next []float32) {
	if l == pureGo {
		gemmGo(mr, k, a, lda, b, init, ldi, c, ldc)
		return
	}
	var pa, pb, pi *float32
	if k > 0 {
		pa, pb = &a[0], &b[0]
	}
	if init != nil {
		pi = &init[0]
	}
	gemmNEON(mr, k, pa, lda, pb, pi, ldi, &c[0], ldc)
}
