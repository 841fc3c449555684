//go:build !amd64

package q8

func (x *Items) bounds(p *Probe, lo, hi int, bounds []float32) { x.boundsGo(p, lo, hi, bounds) }
