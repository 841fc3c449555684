//go:build !amd64 && !arm64

package f32

func levels() []level { return []level{pureGo} }

func (l level) gemm(mr, k int, a []float32, lda int, b, init []float32, ldi int, c []float32, ldc int, next []float32) {
	gemmGo(mr, k, a, lda, b, init, ldi, c, ldc)
}
