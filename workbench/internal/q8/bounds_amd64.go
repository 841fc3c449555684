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
// stand one after another. The first takes the query's codes + 128. numbers are
// the probe's scale, ratio, length, slack and base.
//
//go:noescape
func boundsVNNI(codes *int8, groups int, query, fine *uint8, offset *int32, scale, err, norm *float32, numbers *[5]float32, panels int, bounds *float32)

//go:noescape
func boundsAVX2(codes *int8, groups int, query, fine *int8, offset *int32, scale, err, norm *float32, numbers *[5]float32, panels int, bounds *float32)

// bounds sets bounds to the upper bounds of the items of panels lo … hi-1.
func (x *Items) bounds(p *Probe, lo, hi int, bounds []float32) {
	if lo == hi || x.D == 0 || !useAVX2 {
		x.boundsGo(p, lo, hi, bounds)
		return
	}
	i := lo * panel
	code, offset, scale, err, norm := &x.Codes[i*x.groups()*4], &x.Offset[i], &x.Scale[i], &x.Error[i], &x.Norm[i]
	numbers := [5]float32{p.scale, p.ratio, p.length, p.slack, p.base}
	if useVNNI {
		boundsVNNI(code, x.groups(), &p.shifted[0][0], &p.shifted[1][0], offset, scale, err, norm, &numbers, hi-lo, &bounds[0])
	} else {
		boundsAVX2(code, x.groups(), &p.codes[0][0], &p.codes[1][0], offset, scale, err, norm, &numbers, hi-lo, &bounds[0])
	}
}
