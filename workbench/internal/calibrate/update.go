package calibrate

import (
	"slices"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

// Update has further rows of observed entries say what they say of the items in them: the last
// step of the fit, with all that it learnt before held. A row's query is placed by its posterior
// given the entries, and what is left of each is its item's own. It changes Features, Bias and
// Evidence of these items in place.
//
// Which items a search chose to observe depends on their scores, and does no harm: given the
// entries the posterior is the same however they were chosen.
func (f *Fitted) Update(queries, vectors f32.Mat, rows []Row) {
	u := newUpdate(f, queries, vectors, rows)
	for lo := 0; lo < len(rows); lo += deviationRows {
		part := rows[lo:min(lo+deviationRows, len(rows))]
		fits := make([]rowFit, len(part))
		cores.Each(len(part), func(i int) { fits[i] = u.fit(&part[i]) })
		cores.Each(cores.Threads(), func(t int) { // each its own items
			from, to := len(u.items)*t/cores.Threads(), len(u.items)*(t+1)/cores.Threads()
			for i := range part {
				for j := range fits[i].rest {
					if at := u.at[part[i].item(j)]; at >= from && at < to {
						fits[i].addTo(f.Evidence.Row(u.items[at]), j)
					}
				}
			}
		})
	}
	u.move()
}

// update is one under way.
type update struct {
	*Fitted
	queries, vectors f32.Mat
	items            []int       // those observed, rising
	at               map[int]int // the place of each among them
	own              f32.Mat     // what each had of its own before: free bias and deviations
	hopes            []float32   // and its hope
}

func newUpdate(f *Fitted, queries, vectors f32.Mat, rows []Row) *update {
	u := &update{Fitted: f, queries: queries, vectors: vectors, at: map[int]int{}}
	for i := range rows {
		for j := range rows[i].Values {
			u.at[rows[i].item(j)] = 0
		}
	}
	for it := range u.at {
		u.items = append(u.items, it)
	}
	slices.Sort(u.items)
	for at, it := range u.items {
		u.at[it] = at
	}
	u.own, u.hopes = u.solve(), u.hope()
	return u
}

// hope returns the items' hopes by the evidence, whose first value is the number of entries.
func (u *update) hope() []float32 {
	hopes := make([]float32, len(u.items))
	for i, it := range u.items {
		hopes[i] = u.Items.hope(it, u.Evidence.Row(it)[0])
	}
	return hopes
}

// solve returns what the items have of their own, by the evidence.
func (u *update) solve() f32.Mat {
	own := f32.NewMat(len(u.items), 1+deviates(u.Evidence.Cols))
	cores.Each(own.Rows, func(i int) { solveOwn(own.Row(i), u.Evidence.Row(u.items[i]), u.Items.Noise, u.Items.Spread) })
	return own
}

// fit places a row's query and returns what its entries leave to their items.
func (u *update) fit(row *Row) rowFit {
	x, n, k := u.queries.Row(row.Query), len(row.Values), u.own.Cols-1
	f, rest := f32.NewMat(n, u.Features.Cols), make([]float32, n)
	for j, y := range row.Values {
		it := row.item(j)
		copy(f.Row(j), u.Features.Row(it))
		rest[j] = float32(u.Warp.At(float64(y))-u.Curve.At(float64(f32.Dot(x, u.vectors.Row(it))))) - u.Bias[it]
	}
	mean := make([]float32, f.Cols)
	f32.GemvT(mean[:u.Map.Cols], u.Map, append([]float32{1}, x...))
	fit := rowFit{u: make([]float32, f.Cols), rest: rest, s: newRowSystem(f, k, float32(u.Noise))}
	e, fu := slices.Clone(rest), make([]float32, n)
	f32.Gemv(fu, f, mean)
	f32.Axpy(-1, fu, e)
	fit.s.place(fit.u, e)
	f32.Axpy(1, mean, fit.u)
	f32.Gemv(fu, f, fit.u)
	f32.Axpy(-1, fu, rest)
	for j := range rest { // the item's own is part of Bias and Features
		own, back := u.own.Row(u.at[row.item(j)]), fit.s.back.Row(j)
		rest[j] += own[0] + f32.Dot(own[1:], fit.u[:k])
		for a := range back {
			back[a] -= f32.Dot(own[1:], fit.s.cov.Row(a))
		}
	}
	return fit
}

// move brings the items to where the evidence now puts them.
func (u *update) move() {
	now, hopes := u.solve(), u.hope()
	cores.Each(len(u.items), func(i int) {
		own, it := now.Row(i), u.items[i]
		f32.Axpy(-1, u.own.Row(i), own)
		u.Bias[it] += own[0] + hopes[i] - u.hopes[i]
		f32.Axpy(1, own[1:], u.Features.Row(it)[:len(own)-1])
	})
}
