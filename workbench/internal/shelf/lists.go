package shelf

import (
	"context"
	"fmt"
	"slices"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/kmeans"
	"axn/workbench/internal/pca"
)

// Lists divide items among inverted lists (Jégou, Douze and Schmid 2011, section IV: IVF): of
// each list the mean is known, so that a probe's formula ranks the lists, and the items of the best
// of them alone are looked at.
type Lists struct {
	Order  []int32 // the items, list by list; those of a list by number
	Starts []int32 // L+1: list l is Order[Starts[l]:Starts[l+1]]
	Means  f32.Mat // of the rows, as Layout has them, of the items of each list; L rows

	means *Items  // the same
	of    f32.Mat // the features of the items
}

// order is Order; nil if there are no lists.
func (l *Lists) order() []int32 {
	if l == nil {
		return nil
	}
	return l.Order
}

// Of tells whether the lists are those of x.
func (l *Lists) Of(x *Items) bool { return l != nil && Same(l.of, x.Features) }

const (
	trainPerList = 64      // items a list that the lists are learnt from, at most
	listAxes     = 64      // principal axes along which items are compared
	axesRows     = 1 << 14 // items that the axes are learnt from, at most
	joinedRows   = 1 << 14 // items that are compared at a time
)

// ListSteps is how often MakeLists calls done for so many items.
func ListSteps(items int) int { return kmeans.Passes + (items+joinedRows-1)/joinedRows }

// MakeLists divides items among n lists by k-means over what formulas look at, along its principal
// axes: the vectors times slope, which is about what a curve rises with v_i·x, the features and the
// bias. Lists are learnt from up to 64 items each, evenly chosen. done is called after each step.
func MakeLists(ctx context.Context, x *Items, n int, slope float32, seed uint64, done func()) (*Lists, error) {
	axes := pca.New(x.joined(x.evenly(axesRows), slope), 1, listAxes)
	points := func(items []int) f32.Mat { return axes.Project(x.joined(items, slope)) }
	sample := x.evenly(trainPerList * n)
	train := f32.NewMat(len(sample), axes.Directions.Rows)
	for lo := 0; lo < len(sample); lo += joinedRows {
		hi := min(lo+joinedRows, len(sample))
		copy(train.RowRange(lo, hi).Data, points(sample[lo:hi]).Data)
	}
	centers, err := kmeans.Train(ctx, train, n, seed, done)
	if err != nil {
		return nil, err
	}
	nearest := make([]int32, 0, x.Features.Rows)
	for at := range slices.Chunk(x.evenly(x.Features.Rows), joinedRows) {
		own, err := centers.Nearest(ctx, points(at))
		if err != nil {
			return nil, err
		}
		nearest = append(nearest, own...)
		done()
	}
	order, starts := kmeans.Group(nearest, centers.Points.Rows)
	return NewLists(x, order, starts, x.listMeans(order, starts))
}

// evenly returns the numbers of n items, evenly chosen, or of all.
func (x *Items) evenly(n int) []int {
	items := make([]int, min(n, x.Features.Rows))
	for i := range items {
		items[i] = i * x.Features.Rows / len(items)
	}
	return items
}

// layout is that of the rows of x.
func (x *Items) layout() Layout {
	l := Layout{Vectors: x.Vectors.Cols, Features: x.Features.Cols}
	if x.shared() {
		l.Vectors = 0
	}
	if x.Bias != nil {
		l.Bias = 1
	}
	return l
}

// joined returns the rows of some items, with their vectors times slope.
func (x *Items) joined(items []int, slope float32) f32.Mat {
	l := x.layout()
	rows := f32.NewMat(len(items), l.Cols())
	cores.Ranges(cores.Threads(), len(items), 64, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			row, it := rows.Row(i), items[i]
			f32.Axpy(slope, x.Vectors.Row(it)[:l.Vectors], row[:l.Vectors])
			copy(row[l.Vectors:], x.Features.Row(it))
			copy(row[l.Vectors+l.Features:], x.bias(it, l.Bias))
		}
	})
	return rows
}

// listMeans returns the mean row of each list; 0 for an empty one.
func (x *Items) listMeans(order, starts []int32) f32.Mat {
	means := f32.NewMat(len(starts)-1, x.layout().Cols())
	cores.Each(means.Rows, func(l int) {
		items := make([]int, starts[l+1]-starts[l])
		for i := range items {
			items[i] = int(order[int(starts[l])+i])
		}
		copy(means.Row(l), pca.Means(x.joined(items, 1)))
	})
	return means
}

// NewLists returns the lists of x with these parts; an error if they do not fit together.
func NewLists(x *Items, order, starts []int32, means f32.Mat) (*Lists, error) {
	n, layout := x.Features.Rows, x.layout()
	if len(starts) < 2 || len(order) != n || starts[0] != 0 || int(starts[len(starts)-1]) != n || !slices.IsSorted(starts) {
		return nil, fmt.Errorf("%d of %d items in %d lists", len(order), n, len(starts)-1)
	}
	if means.Rows != len(starts)-1 || means.Cols != layout.Cols() {
		return nil, fmt.Errorf("means of %d lists, %d floats each, for %d lists of items of %d", means.Rows, means.Cols, len(starts)-1, layout.Cols())
	}
	l := &Lists{Order: order, Starts: starts, of: x.Features}
	l.setMeans(x, means)
	return l, nil
}

func (l *Lists) setMeans(x *Items, means f32.Mat) {
	layout := x.layout()
	v, f, bias := layout.split(means)
	l.Means, l.means = means, &Items{Features: f, Vectors: v}
	if layout.Vectors == 0 {
		l.means.Vectors = f
	}
	if layout.Bias > 0 {
		l.means.Bias = bias
	}
}

// Renew finds the means of items that have changed in place. Which list an item is in stays.
func (l *Lists) Renew(x *Items) { l.setMeans(x, x.listMeans(l.Order, l.Starts)) }

// Check returns an error unless every item is listed once.
func (l *Lists) Check() error {
	listed := make([]bool, len(l.Order))
	for _, it := range l.Order {
		if it < 0 || int(it) >= len(listed) || listed[it] {
			return fmt.Errorf("item %d of %d is listed twice, or is none", it, len(listed))
		}
		listed[it] = true
	}
	return nil
}
