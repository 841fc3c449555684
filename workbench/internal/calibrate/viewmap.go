package calibrate

import (
	"context"
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

// relevantViews returns what views say without a score: the directions that the
// dual encoder's vectors have to do with, and their features.
func relevantViews(ctx context.Context, in *Problem) (*ViewMap, f32.Mat) {
	v := newViewMap(in)
	h := v.features(in)
	v = v.weigh(relevance(ctx, in.Items, h), meanSquares(h))
	return v, v.features(in)
}

// learnViews chooses the views' directions: relevant ones, and those that train
// queries' scores speak for.
func (c *fit) learnViews(ctx context.Context) error {
	if len(c.in.Views) == 0 {
		return nil
	}
	c.setViews(newViewMap(c.in))
	sums, err := c.ask(ctx, stageViews, nil)
	if err != nil {
		return err
	}
	h := c.phi.views
	weights := relevance(ctx, c.in.Items, h)
	for j := range weights {
		product, most, square := sums.Sums[3*j], sums.Sums[3*j+1], sums.Sums[3*j+2]
		if most > 0 && product > surely*math.Sqrt(square) {
			weights[j] = 1
		}
	}
	c.setViews(c.step.Views.weigh(weights, meanSquares(h)))
	return nil
}

// setViews has Φ hold the views' features by v.
func (c *fit) setViews(v *ViewMap) {
	if c.step.Views == nil || v != nil && c.step.Views.Weighed != v.Weighed {
		c.step.Views, c.phi.views = v, v.features(c.in)
	}
}

// views sums for each feature h of a view, over queries, the three numbers that tell
// whether residuals go along with it: with h and the residuals r centred in each row,
//
//	a = Σ_{i≠j} h_i·r_i·h_j·r_j,  Σ_{i≠j} h_i²·h_j²,  a²
//
// The first over the second is an unbiased estimate of the variance of h's
// coefficient over queries, whatever the noise (Haseman and Elston's regression).
func (p *part) views(s *Step) *Sums {
	p.fit(s)
	h := p.c.phi.views
	sums := make([]float64, 3*h.Cols)
	for lo := 0; lo < len(p.rows); lo += deviationRows {
		rows := p.rows[lo:min(lo+deviationRows, len(p.rows))]
		parts := make([][]float64, len(rows))
		cores.Each(len(rows), func(r int) { parts[r] = rows[r].views(h) })
		for _, part := range parts {
			for j, x := range part {
				sums[j] += x
			}
		}
	}
	return &Sums{Sums: sums}
}

// views returns one row's share of part.views.
func (row *residualRow) views(h f32.Mat) []float64 {
	n, w := len(row.items), h.Cols
	own, resid := f32.NewMat(n, w+1), make([]float32, n) // the last column is the residuals
	for j, it := range row.items {
		copy(own.Row(j), h.Row(int(it)))
		own.Row(j)[w] = row.resid[j]
	}
	centre(own)
	for j := range resid {
		resid[j] = own.Row(j)[w]
	}
	sums, column := make([]float64, 3*w), make([]float32, n)
	for k := range w {
		for j := range n {
			column[j] = own.Row(j)[k]
		}
		copy(sums[3*k:3*k+3], along(column, resid))
	}
	return sums
}
