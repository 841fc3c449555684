//go:build !amd64

package q8

func (x *Items) bounds(p *Probe, h *half, codes []int8, numbers [4]float32, lo, hi int, dst []float32) {
	x.boundsGo(p, h, codes, numbers, lo, hi, dst)
}
