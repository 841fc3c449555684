// Package q8 finds the items with the highest scores by scanning one byte per
// component, a quarter of what float32 takes, and scoring in float32 only those
// that may be among the best. A bound on the rounding makes the result that of
// the exact scan, bit for bit.
package q8

import (
	"fmt"
	"math"
	"slices"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/solve"
)

// panel is the number of items whose codes are laid side by side: four
// components of item 0, of item 1, … of item 15, then the next four.
const panel = 16

// Items holds n vectors of d components as bytes: vector i is nearly
// Center + Axesᵀ·(Scale[i]·codes). The codes of the first Head components stand in panels, those
// of the others item by item: a bound is first made without these, for the items one after
// another, and then with them where it matters. The slices may be saved, and mapped from a file.
type Items struct {
	N, D, Head   int
	Center, Unit []float32 // of each component: about its mean, and its deviation from it
	Axes         f32.Mat   // D × D, upper triangular: Axesᵀ·Axes is about the vectors' covariance
	Codes        []int8    // panels of 16 items × Head rounded up to a multiple of 4
	Tails        []int8    // the same of the other components
	Scale        []float32 // of each item, padded to whole panels

	// Error is the length of what the codes leave of an item, from Center and along
	// Axes, Norm that of the item, along Axes or in Units, whichever is longer, and Tail that of what Tails
	// has of it: of each panel the largest. All are rounded up, and the first two infinite if a component is
	// not finite or the vector too long for sums to be.
	Error, Norm, Tail []float32
}

// Pack rounds the rows of items to bytes, in O(N·D²): it takes from the vectors
// their mean and their covariance, so that what rounding makes of an inner product
// is a part of the deviation that the products with that query have, whatever the
// query. Place i of the result is row order[i], or row i if order is nil. The first head components, a
// multiple of 4, stand in panels; all of them if head is the number of columns. The result
// does not depend on threads.
func Pack(items f32.Mat, order []int32, head, threads int) *Items {
	x := &Items{N: items.Rows, D: items.Cols, Head: head}
	x.Center, x.Unit, x.Axes = columns(items, threads)
	x.Codes, x.Tails = make([]int8, x.size(x.Head)), make([]int8, x.size(x.D-x.Head))
	x.Scale = make([]float32, x.panels()*panel)
	x.Error, x.Norm, x.Tail = make([]float32, x.panels()), make([]float32, x.panels()), make([]float32, x.panels())
	cores.Ranges(threads, items.Rows, panel, func(lo, hi int) {
		codes, v := make([]int8, x.D), make([]float64, x.D)
		for i := lo; i < hi; i++ {
			row := i
			if order != nil {
				row = int(order[i])
			}
			x.set(i, items.Row(row), v, codes)
		}
	})
	return x
}

// sampled is how many items, evenly chosen, Center, Unit and Axes are taken from.
const sampled = 4096

// columns returns the mean of each column and its deviation, the latter neither 0
// nor below a thousandth of the largest, so that no item is all in one column; and
// the factor of the covariance.
func columns(items f32.Mat, threads int) (center, unit []float32, axes f32.Mat) {
	sums, squares := make([]float64, items.Cols), make([]float64, items.Cols)
	var rows []int
	for i := 0; i < items.Rows; i += 1 + (items.Rows-1)/sampled {
		if tooLong(length(items.Row(i))) {
			continue
		}
		rows = append(rows, i)
		for j, v := range items.Row(i) {
			sums[j], squares[j] = sums[j]+float64(v), squares[j]+float64(v)*float64(v)
		}
	}
	n := float64(max(len(rows), 1))
	center, unit = make([]float32, items.Cols), make([]float32, items.Cols)
	top := float32(0)
	for j := range sums {
		mean := sums[j] / n
		center[j] = float32(mean)
		unit[j] = float32(math.Sqrt(max(squares[j]/n-mean*mean, 0)))
		top = max(top, unit[j])
	}
	for j := range unit {
		if unit[j] = max(unit[j], top/1000); unit[j] < 1e-30 {
			unit[j] = 1
		}
	}
	sample := f32.NewMat(items.Cols, len(rows))
	for r, i := range rows {
		for j, v := range items.Row(i) {
			sample.Row(j)[r] = (v - center[j]) / unit[j] / float32(math.Sqrt(n))
		}
	}
	return center, unit, factor(sample, unit, threads)
}

// leastPart is the part of a component's variance that counts as its own, not
// told by the components before.
const leastPart = 1e-6

// factor returns the covariance's Cholesky factor, transposed, for a sample in
// units of which the products are the correlations: nudged to be regular.
func factor(sample f32.Mat, unit []float32, threads int) f32.Mat {
	root := f32.NewMat(len(unit), len(unit))
	solve.Regular(leastPart, 4, func(nudge float32) bool {
		f32.Syrk(root, sample, false, threads)
		for j := range unit {
			root.Row(j)[j] = 1 + nudge
		}
		_, ok := f32.Cholesky(root, threads)
		return ok
	})
	for j, u := range unit {
		f32.Scale(u, root.Row(j)[:j+1])
		clear(root.Row(j)[j+1:])
	}
	return f32.Transpose(root, threads)
}

// Check tells whether the slices have the lengths that N, D and Head ask for.
func (x *Items) Check() error {
	if x.N < 0 || x.D < 0 || x.Head < 0 || x.Head > x.D || x.Head < x.D && x.Head%4 != 0 ||
		len(x.Center) != x.D || len(x.Unit) != x.D || x.Axes.Rows != x.D || x.Axes.Cols != x.D ||
		len(x.Codes) != x.size(x.Head) || len(x.Tails) != x.size(x.D-x.Head) || len(x.Scale) != x.panels()*panel ||
		len(x.Error) != x.panels() || len(x.Norm) != x.panels() || len(x.Tail) != x.panels() {
		return fmt.Errorf("q8: lengths do not fit %d items of %d components, %d of them in panels", x.N, x.D, x.Head)
	}
	return nil
}

// Panels is how many panels n items fill.
func Panels(n int) int { return (n + panel - 1) / panel }

func (x *Items) panels() int { return Panels(x.N) }

// groups is how many groups of four hold so many components, and size what their codes take for all items.
func groups(components int) int { return (components + 3) / 4 }

func (x *Items) size(components int) int { return x.panels() * panel * groups(components) * 4 }

// PanelTops returns the largest value of each panel, of values by item that are padded to whole panels.
func PanelTops(values []float32) []float32 {
	tops := make([]float32, len(values)/panel)
	for i := range tops {
		tops[i] = slices.Max(values[i*panel:][:panel])
	}
	return tops
}

// set stores vector i; v and codes are room for d values.
func (x *Items) set(i int, row []float32, v []float64, codes []int8) {
	own := 0.0
	for j, c := range row {
		v[j] = float64(c) - float64(x.Center[j])
		units := v[j] / float64(x.Unit[j])
		own += units * units
	}
	x.along(v)
	scale, norm := quantize(v, codes)
	err := length(v)
	norm = max(norm, math.Sqrt(own))
	if tooLong(norm) || tooLong(length(row)) { // no bound: to be scored exactly always
		clear(codes)
		scale, err, norm = 0, math.Inf(1), math.Inf(1)
	}
	squares := 0
	for _, c := range codes[x.Head:] {
		squares += int(c) * int(c)
	}
	lay(x.Codes, i, codes[:x.Head])
	lay(x.Tails, i, codes[x.Head:])
	at := i / panel
	x.Scale[i], x.Error[at], x.Norm[at] = scale, max(x.Error[at], up(err)), max(x.Norm[at], up(norm))
	if squares > 0 {
		x.Tail[at] = max(x.Tail[at], up(float64(scale)*math.Sqrt(float64(squares))))
	}
}

// lay puts item i's codes into its panel.
func lay(panels []int8, i int, codes []int8) {
	block := panels[i/panel*panel*groups(len(codes))*4:]
	for j, c := range codes {
		block[j/4*4*panel+i%panel*4+j%4] = c
	}
}

// along replaces v by its components along Axes.
func (x *Items) along(v []float64) {
	for j := range v {
		axis, whole := x.Axes.Row(j), j&^7 // zeros, and whole vectors
		c := v[j] / float64(axis[j])
		f32.AxpyWide(-c, axis[whole:], v[whole:])
		v[j] = c
	}
}

// quantize rounds v to scale·codes with codes in -127 … 127, leaves in v what
// that misses, and returns v's length before.
func quantize(v []float64, codes []int8) (scale float32, norm float64) {
	top := 0.0
	for _, c := range v {
		top = max(top, c, -c)
	}
	norm = length(v)
	if scale = float32(top / 127); tooLong(norm) || scale == 0 {
		clear(codes)
		return 0, norm
	}
	step, per := float64(scale), 1/float64(scale)
	for j, c := range v {
		code := max(-127, min(127, math.RoundToEven(c*per)))
		codes[j], v[j] = int8(code), c-step*code
	}
	return scale, norm
}

func length[T float32 | float64](v []T) float64 {
	sum := 0.0
	for _, c := range v {
		sum += float64(c) * float64(c)
	}
	return math.Sqrt(sum)
}

// tooLong tells whether inner products of such vectors may leave float32.
func tooLong(norm float64) bool { return !(norm < 0x1p62) }

// up rounds to the float32 above.
func up(v float64) float32 {
	return math.Nextafter32(float32(v), float32(math.Inf(1)))
}
