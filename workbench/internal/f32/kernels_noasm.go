//go:build !amd64 && !arm64

package f32

func levels() []level { return []level{pureGo} }

func (l level) gemm(mr, k int, a []float32, lda int, b []float32, ldb int, init []float32, ldi int, c []float32, ldc int) {
	gemmGo(mr, k, a, lda, b, ldb, init, ldi, c, ldc)
}
