package calibrate

import (
	"errors"
	"slices"

	"axn/workbench/internal/f32"
)

// Source reads what is known of some items: their vectors, and of each view a row. nil asks
// for all.
type Source func(items []int32) (vectors f32.Mat, views []f32.Mat, err error)

// Read is the Source of a problem whose items are all there.
func (p *Problem) Read(items []int32) (f32.Mat, []f32.Mat, error) {
	if items == nil {
		return p.Items, p.Views, nil
	}
	views := make([]f32.Mat, len(p.Views))
	for i, v := range p.Views {
		views[i] = f32.View(pick(v.Data, items, v.Cols), len(items), v.Cols)
	}
	return f32.View(pick(p.Items.Data, items, p.Items.Cols), len(items), p.Items.Cols), views, nil
}

// NewWorker is for the rows lo … hi-1 of a problem, whose Items and Views it does not look at: it
// reads those of the items that its rows have observed, which are all where one of them is dense.
func NewWorker(in *Problem, lo, hi int, read Source) (*Worker, error) {
	if len(in.Signals) > 0 {
		return nil, errors.New("signals are scores of all items, which a part of the rows does not have")
	}
	own := &Problem{Queries: in.Queries, Alone: in.Alone, Rows: slices.Clone(in.Rows[lo:hi])}
	items := itemsOf(own.Rows)
	var err error
	if own.Items, own.Views, err = read(items); err != nil {
		return nil, err
	}
	f := newWorker(newFit(own))
	f.first, f.items, f.drawn = lo, items, drawEntries(in)[lo:hi]
	if items != nil {
		for r := range own.Rows {
			own.Rows[r].Items = places(items, own.Rows[r].Items)
			f.drawn[r].items = places(items, f.drawn[r].items)
		}
	}
	return f, nil
}

// itemsOf returns the items of rows, rising; nil if one is dense.
func itemsOf(rows []Row) []int32 {
	all := []int32{}
	for _, row := range rows {
		if row.dense() {
			return nil
		}
		all = append(all, row.Items...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// places returns where some of the items stand among all of them.
func places(all, some []int32) []int32 {
	at := make([]int32, len(some))
	for j, it := range some {
		place, _ := slices.BinarySearch(all, it)
		at[j] = int32(place)
	}
	return at
}

// own returns the step with what it says of the worker's items only.
func (f *Worker) own(s *Step) *Step {
	if f.items == nil {
		return s
	}
	own := *s
	if s.Vector != nil {
		own.Vector = append(pick(s.Vector[:s.Items], f.items, 1), s.Vector[s.Items:]...)
	}
	if s.Effects != nil {
		e := *s.Effects
		e.Bias, e.Free = pick(e.Bias, f.items, 1), pick(e.Free, f.items, 1)
		own.Effects = &e
	}
	if s.Own.Rows > 0 {
		own.Own = f32.View(pick(s.Own.Data, f.items, s.Own.Cols), len(f.items), s.Own.Cols)
	}
	return &own
}

// setScales takes the scales of a step, which are of more rows and items than a worker may have.
func (c *fit) setScales(s *Step) {
	if c.scale != s.QueryScale {
		c.scale, c.x = s.QueryScale, withOne(c.in.trainVectors(), s.QueryScale)
	}
	c.phi.scale = s.Scale
}

// pick returns the values of some items, so many each.
func pick(all []float32, items []int32, each int) []float32 {
	some := make([]float32, 0, len(items)*each)
	for _, it := range items {
		some = append(some, all[int(it)*each:(int(it)+1)*each]...)
	}
	return some
}

// addVector adds o's vector, of whichever items the two are.
func (s *Sums) addVector(o *Sums) {
	if o.Vector == nil {
		return
	}
	if s.Vector == nil {
		s.Items, s.Each, s.Vector = o.Items, o.Each, o.Vector
		return
	}
	if s.Items != nil && !slices.Equal(s.Items, o.Items) {
		both := &Sums{Each: s.Each, Vector: make([]float32, len(o.Vector))}
		if o.Items != nil {
			both.Items = slices.Concat(s.Items, o.Items)
			slices.Sort(both.Items)
			both.Items = slices.Compact(both.Items)
			both.Vector = make([]float32, len(s.Vector)+(len(both.Items)-len(s.Items))*s.Each)
		}
		both.addAt(s)
		s.Items, s.Vector = both.Items, both.Vector
	}
	s.addAt(o)
}

// addAt adds o's vector, whose items are among those of s.
func (s *Sums) addAt(o *Sums) {
	if o.Items == nil || slices.Equal(s.Items, o.Items) {
		f32.Axpy(1, o.Vector, s.Vector)
		return
	}
	at := o.Items
	if s.Items != nil {
		at = places(s.Items, o.Items)
	}
	for j, place := range at {
		f32.Axpy(1, o.Vector[j*o.Each:(j+1)*o.Each], s.Vector[int(place)*s.Each:(int(place)+1)*s.Each])
	}
	rest := o.Vector[len(at)*o.Each:]
	f32.Axpy(1, rest, s.Vector[len(s.Vector)-len(rest):])
}

// ofAll gives the vector the values of all items, 0 where s has none.
func (s *Sums) ofAll(items int) {
	if s.Items == nil {
		return
	}
	all := &Sums{Each: s.Each, Vector: make([]float32, items*s.Each+len(s.Vector)-len(s.Items)*s.Each)}
	all.addAt(s)
	s.Items, s.Vector = nil, all.Vector
}
