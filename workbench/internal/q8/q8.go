// Package q8 finds the items with the highest inner products by scanning one
// byte per component, a quarter of what float32 takes, and scoring in float32
// only those that may be among the best. A bound on the rounding makes the
// result that of the exact scan, bit for bit.
package q8

import (
	"fmt"
	"math"

	"axn/workbench/internal/f32"
)

// panel is the number of items whose codes are laid side by side: four
// components of item 0, of item 1, … of item 15, then the next four.
const panel = 16

// Items holds n vectors of d components as bytes: vector i is nearly
// Scale[i]·codes. The slices may be saved, and mapped from a file; they are
// padded to whole panels.
type Items struct {
	N, D   int
	Codes  []int8    // panels of 16 items × d rounded up to a multiple of 4
	Offset []int32   // -128 · sum of an item's codes
	Scale  []float32 // of each item
	Error  []float32 // length of the difference between vector and Scale·codes, rounded up
	Norm   []float32 // length of the vector, rounded up; both are infinite if a component is not finite
}

// Pack rounds the rows of items to bytes.
func Pack(items f32.Mat, threads int) *Items {
	x := &Items{N: items.Rows, D: items.Cols}
	padded := x.panels() * panel
	x.Codes = make([]int8, padded*x.groups()*4)
	x.Offset, x.Scale = make([]int32, padded), make([]float32, padded)
	x.Error, x.Norm = make([]float32, padded), make([]float32, padded)
	f32.Parallel(threads, items.Rows, panel, func(lo, hi int) {
		codes := make([]int8, x.D)
		for i := lo; i < hi; i++ {
			x.set(i, items.Row(i), codes)
		}
	})
	return x
}

// Check tells whether the slices have the lengths that N and D ask for.
func (x *Items) Check() error {
	padded := x.panels() * panel
	if x.N < 0 || x.D < 0 || len(x.Codes) != padded*x.groups()*4 || len(x.Offset) != padded || len(x.Scale) != padded || len(x.Error) != padded || len(x.Norm) != padded {
		return fmt.Errorf("q8: lengths do not fit %d items of %d components", x.N, x.D)
	}
	return nil
}

func (x *Items) panels() int { return (x.N + panel - 1) / panel }
func (x *Items) groups() int { return (x.D + 3) / 4 }

// set stores vector i.
func (x *Items) set(i int, v []float32, codes []int8) {
	q := quantize(v, codes)
	sum := 0
	block := x.Codes[i/panel*panel*x.groups()*4:]
	for j, c := range codes {
		block[j/4*4*panel+i%panel*4+j%4] = c
		sum += int(c)
	}
	x.Offset[i] = int32(-128 * sum)
	x.Scale[i], x.Error[i], x.Norm[i] = q.scale, up(q.err), up(q.norm)
}

// quantized says how a vector was rounded.
type quantized struct {
	scale     float32
	err, norm float64
}

// quantize rounds v to scale·codes with codes in -127 … 127.
func quantize(v []float32, codes []int8) quantized {
	var top float32
	for _, c := range v {
		top = max(top, c, -c)
	}
	q := quantized{scale: top / 127}
	var err, norm float64
	for j, c := range v {
		if q.scale > 0 && q.scale <= math.MaxFloat32 {
			codes[j] = int8(max(-127, min(127, math.RoundToEven(float64(c)/float64(q.scale)))))
		} else {
			codes[j] = 0
		}
		d := float64(c) - float64(q.scale)*float64(codes[j])
		err, norm = err+d*d, norm+float64(c)*float64(c)
	}
	q.err, q.norm = math.Sqrt(err), math.Sqrt(norm)
	if !(q.norm <= math.MaxFloat32/2) { // no bound: to be scored exactly always
		clear(codes)
		return quantized{0, math.Inf(1), math.Inf(1)}
	}
	return q
}

// up rounds to the float32 above.
func up(v float64) float32 {
	return math.Nextafter32(float32(v), float32(math.Inf(1)))
}
