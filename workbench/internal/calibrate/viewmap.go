package calibrate

import (
	"math"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/pca"
)

const (
	viewWidth = 128 // principal directions of a view that become features, at most
	aloneSize = 0.5 // root mean square of the feature that Dataset.Alone becomes, and
	aloneMean = 1.4 // its coefficient before any score
	surely    = 4.0 // standard errors above 0, from which on train scores speak for a direction
)

// ViewMap is a map from a data set's views, side by side and Alone last, to what
// they add to the items' features: h_i = (views_i − Mean)·Map, with Mean of length C
// and Map C×w. Columns of h are the principal directions of each view.
type ViewMap struct {
	Mean    []float32
	Map     f32.Mat
	Alone   bool // whether the last column is Dataset.Alone's
	Weighed bool // whether directions that say nothing are left out
}

// newViewMap has every view be of root mean square norm 1 by itself, or of 0 if it
// is constant.
func newViewMap(in *Problem) *ViewMap {
	v, rows, cols := &ViewMap{Alone: in.Alone}, 0, 0
	parts := make([]*pca.Components, len(in.Views))
	for i, view := range in.Views {
		parts[i] = pca.New(view, 1, viewWidth)
		v.Mean = append(v.Mean, parts[i].Mean...)
		rows, cols = rows+view.Cols, cols+parts[i].Directions.Rows
	}
	v.Map = f32.NewMat(rows, cols)
	row, col := 0, 0
	for _, c := range parts {
		for k := range c.Directions.Rows {
			for j, x := range c.Directions.Row(k) {
				v.Map.Row(row + j)[col+k] = x
			}
		}
		row, col = row+c.Directions.Cols, col+c.Directions.Rows
	}
	return v
}

// features returns h, |I|×w.
func (v *ViewMap) features(in *Problem) f32.Mat {
	items := in.Items.Rows
	h := f32.NewMat(items, v.Map.Cols)
	var packed f32.Panels
	packed.PackCols(v.Map, cores.Threads())
	cores.Each((items+designRows-1)/designRows, func(part int) {
		lo, hi := part*designRows, min((part+1)*designRows, items)
		rows := f32.NewMat(hi-lo, len(v.Mean))
		for i := range rows.Rows {
			row := rows.Row(i)[:0]
			for _, view := range in.Views {
				row = append(row, view.Row(lo+i)...)
			}
			f32.Axpy(-1, v.Mean, rows.Row(i))
		}
		f32.Gemm(h.RowRange(lo, hi), rows, &packed, false, 1)
	})
	return h
}

// weigh returns the map to v's features times the roots of weights, which leaves
// those of weight 0 out. The views' are of root mean square norm 1 all together,
// Alone's is aloneSize; sizes are the mean squares of v's.
func (v *ViewMap) weigh(weights, sizes []float64) *ViewMap {
	out := &ViewMap{Mean: v.Mean, Weighed: true}
	factors, total, alone := make([]float64, len(weights)), 0.0, len(weights)
	if v.Alone {
		alone--
	}
	var kept []int
	for j, w := range weights {
		if !(w*sizes[j] > 0) {
			continue
		}
		kept, factors[j] = append(kept, j), math.Sqrt(w)
		if j == alone {
			out.Alone, factors[j] = true, aloneSize/math.Sqrt(sizes[j])
		} else {
			total += w * sizes[j]
		}
	}
	out.Map = f32.NewMat(v.Map.Rows, len(kept))
	for k, j := range kept {
		if j != alone {
			factors[j] /= math.Sqrt(total)
		}
		for i := range v.Map.Rows {
			out.Map.Row(i)[k] = float32(factors[j]) * v.Map.Row(i)[j]
		}
	}
	return out
}

// setViews has Φ hold the views' features by v.
func (c *fit) setViews(v *ViewMap) {
	if c.step.Views == nil || v != nil && c.step.Views.Weighed != v.Weighed {
		c.step.Views, c.phi.views = v, v.features(c.in)
	}
}
