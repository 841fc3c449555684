//go:build !amd64

package i8

func levels() []level { return []level{pureGo} }

func (l level) extremes(x []float32) (low, high float32, bits uint32) { return extremesGo(x, 0, 0, 0) }

func (l level) quantize(codes []uint8, x []float32, inverse float32, zero int32) {
	quantizeGo(codes, x, inverse, zero)
}

func (l level) gemm(mr int, g *gemmArgs) { gemmGo(mr, g) }
