package workbench

// sparse holds the observed entries of a matrix row by row.
type sparse struct {
	start  []int // row i has entries start[i] to start[i+1]-1
	cols   []int32
	values []float32
}

// row returns the columns and values of row i.
func (s *sparse) row(i int) ([]int32, []float32) {
	lo, hi := s.start[i], s.start[i+1]
	return s.cols[lo:hi], s.values[lo:hi]
}

func (s *sparse) rows() int { return len(s.start) - 1 }

// sparse lists the observed entries, normalised, one row per train query.
func (g *Scores) sparse(n Normalization) *sparse {
	s := &sparse{start: make([]int, 1, len(g.Rows)+1), cols: make([]int32, 0, g.Len()), values: make([]float32, 0, g.Len())}
	for i := range g.Rows {
		r := &g.Rows[i]
		for j, v := range r.Values {
			s.cols, s.values = append(s.cols, int32(r.Item(j))), append(s.values, float32(n.apply(float64(v))))
		}
		s.start = append(s.start, len(s.cols))
	}
	return s
}

// transposed returns the same entries row by column, rows rising.
func (s *sparse) transposed(cols int) *sparse {
	t := &sparse{start: make([]int, cols+1), cols: make([]int32, len(s.cols)), values: make([]float32, len(s.cols))}
	for _, c := range s.cols {
		t.start[c+1]++
	}
	for c := range cols {
		t.start[c+1] += t.start[c]
	}
	next := append([]int(nil), t.start...)
	for r := range s.rows() {
		at, values := s.row(r)
		for j, c := range at {
			t.cols[next[c]], t.values[next[c]] = int32(r), values[j]
			next[c]++
		}
	}
	return t
}

// queries lists the train queries observed, by their rows in the data set.
func (g *Scores) queries() []int {
	rows := make([]int, len(g.Rows))
	for i := range rows {
		rows[i] = g.Rows[i].Query
	}
	return rows
}
