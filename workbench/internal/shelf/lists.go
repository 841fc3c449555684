package shelf

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/kmeans"
	"axn/workbench/internal/pca"
	"axn/workbench/internal/q8"
)

// Lists divide items among inverted lists (Jégou, Douze and Schmid 2011, section IV: IVF): of
// each list the mean is known, so that a probe's formula ranks the lists, and the items of the best
// of them alone are looked at.
type Lists struct {
	Order  []int32 // the items, list by list; those of a list by number
	Starts []int32 // L+1: list l is Order[Starts[l]:Starts[l+1]]
	Means  f32.Mat // of the rows, as Layout has them, of the items of each list; L rows

	means *Items    // the same
	of    f32.Mat   // the features of the items
	parts []q8.Span // of Order: of each list one or more
	first []int     // the first part of each list, and their number

	mu   sync.Mutex
	bias []float32 // of the items in Order, made at the first use
}

// biases returns those of the items in Order; nil if all, by item, are.
func (l *Lists) biases(all []float32) []float32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bias == nil && all != nil {
		l.bias = make([]float32, len(l.Order))
		cores.Ranges(cores.Threads(), len(l.Order), q8.Block, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				l.bias[i] = all[l.Order[i]]
			}
		})
	}
	return l.bias
}

// order is Order; nil if there are no lists.
func (l *Lists) order() []int32 {
	if l == nil {
		return nil
	}
	return l.Order
}

// spans appends the parts of some lists.
func (l *Lists) spans(lists []int, to []q8.Span) []q8.Span {
	for _, i := range lists {
		to = append(to, l.parts[l.first[i]:l.first[i+1]]...)
	}
	return to
}

// Of tells whether the lists are those of x.
func (l *Lists) Of(x *Items) bool { return l != nil && Same(l.of, x.Features) }

// ListedItems is how many items there are at least where lists are looked at. Fewer are scanned as fast: of 15,000,
// 30,000 and 60,000 × 256 the scan by bytes took 4, 8 and 14 ms of processor time a query, and a share of 0.2 5, 8 and 10.
const ListedItems = 50000

const (
	trainPerList = 64      // items a list that lists are learnt from, at most
	listAxes     = 64      // principal axes along which items are compared
	axesRows     = 1 << 14 // items that the axes are learnt from, at most
	joinedRows   = 1 << 14 // items that are compared at a time
)

// MakeLists divides items among about n lists by k-means over what formulas look at, along its
// principal axes: the vectors times slope, which is about what a curve rises with v_i·x, the features
// and the bias. It does so twice, among √n parts and each part among its lists, which takes a √n-th
// of the work: O(|I|·√n) distances. done is told of items, twice of each.
func MakeLists(ctx context.Context, x *Items, n int, slope float32, seed uint64, done func(items int)) (*Lists, error) {
	axes := pca.New(x.joined(evenly(x.Features.Rows, axesRows), slope), 1, listAxes)
	d := &divider{ctx, func(items []int) f32.Mat { return axes.Project(x.joined(items, slope)) }, seed, done}
	part, parts, err := d.divide(evenly(x.Features.Rows, x.Features.Rows), int(math.Sqrt(float64(n))))
	if err != nil {
		return nil, err
	}
	list, lists := make([]int32, len(part)), 0
	order, starts := kmeans.Group(part, parts)
	for p := range parts {
		items := numbers(order[starts[p]:starts[p+1]])
		own, more, err := d.divide(items, max(1, (n*len(items)+len(part)/2)/len(part)))
		if err != nil {
			return nil, err
		}
		for i, it := range items {
			list[it] = int32(lists) + own[i]
		}
		lists += more
	}
	order, starts = kmeans.Group(list, lists)
	return NewLists(x, order, starts, x.listMeans(order, starts))
}

// divider divides items among the nearest of centres.
type divider struct {
	ctx    context.Context
	points func(items []int) f32.Mat
	seed   uint64
	done   func(items int)
}

// divide returns for each item the number of its part, and how many parts there are: at most n.
// Centres are learnt from up to 64 items a part, evenly chosen.
func (d *divider) divide(items []int, n int) (part []int32, parts int, err error) {
	if len(items) == 0 {
		return nil, 0, nil
	}
	sample := evenly(len(items), trainPerList*n)
	for i, at := range sample {
		sample[i] = items[at]
	}
	var train f32.Mat
	for lo := 0; lo < len(sample); lo += joinedRows {
		hi := min(lo+joinedRows, len(sample))
		some := d.points(sample[lo:hi])
		if lo == 0 {
			train = f32.NewMat(len(sample), some.Cols)
		}
		copy(train.RowRange(lo, hi).Data, some.Data)
	}
	centers, err := kmeans.Train(d.ctx, train, n, d.seed)
	if err != nil {
		return nil, 0, err
	}
	part = make([]int32, 0, len(items))
	for some := range slices.Chunk(items, joinedRows) {
		own, err := centers.Nearest(d.ctx, d.points(some))
		if err != nil {
			return nil, 0, err
		}
		part = append(part, own...)
		d.done(len(some))
	}
	return part, centers.Points.Rows, nil
}

// numbers are items as int.
func numbers(items []int32) []int {
	n := make([]int, len(items))
	for i, it := range items {
		n[i] = int(it)
	}
	return n
}

// evenly returns n of the numbers below total, evenly chosen, or all.
func evenly(total, n int) []int {
	some := make([]int, min(n, total))
	for i := range some {
		some[i] = i * total / len(some)
	}
	return some
}

// joined returns the rows of some items, with their vectors times slope.
func (x *Items) joined(items []int, slope float32) f32.Mat {
	l := x.Layout
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
	means := f32.NewMat(len(starts)-1, x.Layout.Cols())
	cores.Each(means.Rows, func(l int) {
		copy(means.Row(l), pca.Means(x.joined(numbers(order[starts[l]:starts[l+1]]), 1)))
	})
	return means
}

// NewLists returns the lists of x with these parts; an error if they do not fit together.
func NewLists(x *Items, order, starts []int32, means f32.Mat) (*Lists, error) {
	n, layout := x.Features.Rows, x.Layout
	if len(starts) < 2 || len(order) != n || starts[0] != 0 || int(starts[len(starts)-1]) != n || !slices.IsSorted(starts) {
		return nil, fmt.Errorf("%d of %d items in %d lists", len(order), n, len(starts)-1)
	}
	if means.Rows != len(starts)-1 || means.Cols != layout.Cols() {
		return nil, fmt.Errorf("means of %d lists, %d floats each, for %d lists of items of %d", means.Rows, means.Cols, len(starts)-1, layout.Cols())
	}
	l := &Lists{Order: order, Starts: starts, of: x.Features, first: []int{0}}
	for i, lo := range starts[:len(starts)-1] {
		l.parts = q8.Cut(l.parts, int(lo), int(starts[i+1]))
		l.first = append(l.first, len(l.parts))
	}
	l.setMeans(x, means)
	return l, nil
}

func (l *Lists) setMeans(x *Items, means f32.Mat) {
	layout := x.Layout
	l.bias = nil
	l.Means, l.means = means, &Items{Layout: layout, Features: means.Sub(0, layout.Vectors, means.Rows, layout.Features)}
	if l.means.Vectors = l.means.Features; layout.Vectors > 0 {
		l.means.Vectors = means.Sub(0, 0, means.Rows, layout.Vectors)
	}
	if layout.Bias > 0 {
		l.means.Bias = make([]float32, means.Rows)
		for i := range l.means.Bias {
			l.means.Bias[i] = means.Row(i)[means.Cols-1]
		}
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
