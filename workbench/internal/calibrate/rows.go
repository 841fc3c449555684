package calibrate

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

// residualRow is one train query's drawn entries.
type residualRow struct {
	items  []int32
	scores []float32
	sims   []float32 // the dual encoder's scores
	resid  []float32 // what warp and curve leave
}

// drawEntries takes at most mixedEntries of the observed entries, evenly from all
// rows.
func drawEntries(in *Problem) []residualRow {
	most := min(max(mixedEntries/len(in.Rows), 50), mixedRowEntries)
	rows := make([]residualRow, len(in.Rows))
	rng := rand.New(rand.NewPCG(0, 0))
	for r := range rows {
		row := &in.Rows[r]
		at := rng.Perm(len(row.Values))[:min(most, len(row.Values))]
		slices.Sort(at)
		for _, j := range at {
			rows[r].items = append(rows[r].items, int32(row.item(j)))
			rows[r].scores = append(rows[r].scores, row.Values[j])
		}
	}
	return rows
}

// similarities sets the dual encoder's scores of row r's entries.
func (row *residualRow) similarities(c *fit, r int) {
	x := c.in.Queries.Row(c.in.Rows[r].Query)
	row.sims = make([]float32, len(row.items))
	for j, it := range row.items {
		row.sims[j] = f32.Dot(x, c.in.Items.Row(int(it)))
	}
}

// scores returns each row's drawn scores (Values) and the bins they are in (Head).
func (p *part) scores(s *Step) *Sums {
	b, sums := &bins{edges: s.Edges}, &Sums{}
	for r, row := range p.rows {
		places := make([]float32, len(row.sims))
		for j, sim := range row.sims {
			places[j] = float32(b.of(float64(sim)))
		}
		sums.Rows = append(sums.Rows, RowOutput{Row: p.lo + r, Head: places, Values: row.scores})
	}
	return sums
}

func (p *part) curve(s *Step) *Sums {
	b, counts := newBinSums(s.Edges), make([]float32, p.c.phi.rows())
	for _, row := range p.rows {
		for j, it := range row.items {
			b.add(float64(row.sims[j]), s.Warp.At(float64(row.scores[j])))
			counts[it]++
		}
	}
	return &Sums{Sums: b.sums, Vector: counts}
}

// fit sets the residuals that warp and curve leave.
func (p *part) fit(s *Step) {
	if p.fitted {
		return
	}
	p.fitted = true
	cores.Each(len(p.rows), func(r int) {
		row := &p.rows[r]
		row.resid = make([]float32, len(row.items))
		for j, y := range row.scores {
			row.resid[j] = float32(s.Warp.At(float64(y)) - s.Curve.At(float64(row.sims[j])))
		}
	})
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

// rests returns what curve, bias and the query's expected place leave of each drawn entry.
func (p *part) rests(s *Step, features f32.Mat) [][]float32 {
	p.fit(s)
	p.system = nil
	place, own, rests := p.c.queryMap(s.Effects.Place), s.Own, make([][]float32, len(p.rows))
	cores.Each(len(p.rows), func(r int) {
		row, at, f := &p.rows[r], make([]float32, place.Cols), make([]float32, place.Cols)
		f32.GemvT(at, place, append([]float32{1}, p.c.in.Queries.Row(p.c.in.Rows[p.lo+r].Query)...))
		rests[r] = slices.Clone(row.resid)
		for j, it := range row.items {
			s.Effects.deviate(f, features.Row(int(it)), own.Row(int(it)))
			rests[r][j] -= s.Effects.Bias[it] + own.Row(int(it))[0] + f32.Dot(at, f)
		}
	})
	return rests
}

// spread gives bin sums of how far warped scores lie from the prior mean.
func (p *part) spread(s *Step, features f32.Mat) *Sums {
	b, rests := newBinSums(s.Edges), p.rests(s, features)
	for r, row := range p.rows {
		for j, sim := range row.sims {
			rest := rests[r][j]
			b.add(float64(sim), float64(rest*rest))
		}
	}
	return &Sums{Sums: b.sums}
}

// signals sums for each signal, over rows, what part.views sums for a feature, and more of along.
func (p *part) signals(s *Step, features f32.Mat) (*Sums, error) {
	rests := p.rests(s, features)
	k, step := len(p.c.in.Signals), 1+(len(p.c.in.Rows)-1)/signalRows
	parts := make([][]float64, len(p.rows))
	err := eachRow(len(p.rows), func(r int) error {
		if (p.lo+r)%step > 0 {
			return nil
		}
		z, own := make([]float32, p.c.in.Items.Rows), f32.NewMat(len(rests[r]), 1)
		for _, signal := range p.c.in.Signals {
			query := p.c.in.Rows[p.lo+r].Query
			if err := signal(query, z); err != nil {
				return err
			}
			if err := NormalScores(z); err != nil {
				return fmt.Errorf("query %d: %w", query, err)
			}
			for j, it := range p.rows[r].items {
				own.Row(j)[0] = z[it]
			}
			centre(own)
			rest := f32.View(slices.Clone(rests[r]), len(rests[r]), 1)
			centre(rest)
			parts[r] = append(parts[r], along(own.Data, rest.Data)...)
		}
		return nil
	})
	sums := make([]float64, 6*k)
	for _, part := range parts {
		for j, x := range part {
			sums[j] += x
		}
	}
	return &Sums{Sums: sums}, err
}

// along returns, for centred x and y, Σ_{i≠j} x_i·y_i·x_j·y_j, Σ_{i≠j} x_i²·x_j², the square of
// the first, Σ x·y, Σ x² and the square of Σ x·y.
func along(x, y []float32) []float64 {
	var xy, xx, squares, fourth float64
	for i := range x {
		a, b := float64(x[i]), float64(y[i])
		xy, xx = xy+a*b, xx+a*a
		squares, fourth = squares+a*a*b*b, fourth+a*a*a*a
	}
	a := xy*xy - squares
	return []float64{a, xx*xx - fourth, a * a, xy, xx, xy * xy}
}
