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
// stand one after another. The first takes the query's codes + 128.
//
//go:noescape
func boundsVNNI(codes *int8, groups int, query *uint8, offset *int32, scale, err, norm *float32, t, length, slack float32, panels int, bounds *float32)

//go:noescape
func boundsAVX2(codes *int8, groups int, query *int8, offset *int32, scale, err, norm *float32, t, length, slack float32, panels int, bounds *float32)

// bounds sets bounds to the upper bounds of the items of panels lo … hi-1.
func (x *Items) bounds(p *probe, lo, hi int, bounds []float32) {
	i := lo * panel
	switch {
	case lo == hi:
	case x.D == 0 || !useAVX2:
		x.boundsGo(p, lo, hi, bounds)
	case useVNNI:
		boundsVNNI(&x.Codes[i*x.groups()*4], x.groups(), &p.shifted[0], &x.Offset[i], &x.Scale[i], &x.Error[i], &x.Norm[i], p.scale, p.length, p.slack, hi-lo, &bounds[0])
	default:
		boundsAVX2(&x.Codes[i*x.groups()*4], x.groups(), &p.codes[0], &x.Offset[i], &x.Scale[i], &x.Error[i], &x.Norm[i], p.scale, p.length, p.slack, hi-lo, &bounds[0])
	}
}
