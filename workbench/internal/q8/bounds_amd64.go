package q8

import (
	"golang.org/x/sys/cpu"

	"axn/workbench/internal/f32"
)

// useVNNI and useAVX2 follow the level that package f32 runs at.
var (
	useVNNI = f32.Kernels() == "avx512" && cpu.X86.HasAVX512VNNI
	useAVX2 = f32.Kernels() != "go"
)

// boundsVNNI and boundsAVX2 do what boundsGo does for a number of panels that
// stand one after another. numbers are the probe's scale and ratio, and then those of boundsGo.
//
//go:noescape
func boundsVNNI(codes *int8, groups int, query, fine *int8, start *[2]int32, scale, err, norm, tail *float32, numbers *[6]float32, panels int, dst *float32)

//go:noescape
func boundsAVX2(codes *int8, groups int, query, fine *int8, start *[2]int32, scale, err, norm, tail *float32, numbers *[6]float32, panels int, dst *float32)

// bounds does what boundsGo does.
func (x *Items) bounds(p *Probe, h *half, codes []int8, numbers [4]float32, lo, hi int, dst []float32) {
	groups := len(h.codes[0]) / 4
	if lo == hi || groups == 0 || !useAVX2 {
		x.boundsGo(p, h, codes, numbers, lo, hi, dst)
		return
	}
	err, norm := &x.Error[lo], &x.Norm[lo]
	if numbers[0] == 0 { // errors may be infinite
		err, norm = &x.Tail[lo], &x.Tail[lo]
	}
	all := [6]float32{p.scale, p.ratio, numbers[0], numbers[1], numbers[2], numbers[3]}
	code := &codes[lo*panel*groups*4]
	if useVNNI {
		boundsVNNI(code, groups, &h.codes[0][0], &h.codes[1][0], &h.start, &x.Scale[lo*panel], err, norm, &x.Tail[lo], &all, hi-lo, &dst[0])
	} else {
		boundsAVX2(code, groups, &h.codes[0][0], &h.codes[1][0], &h.start, &x.Scale[lo*panel], err, norm, &x.Tail[lo], &all, hi-lo, &dst[0])
	}
}
