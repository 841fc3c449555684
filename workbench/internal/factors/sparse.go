package factors

// Sparse holds the observed entries of a matrix row by row.
type Sparse struct {
	start  []int // row i has entries start[i] to start[i+1]-1
	cols   []int32
	values []float32
}

// row returns the columns and values of row i.
func (s *Sparse) row(i int) ([]int32, []float32) {
	lo, hi := s.start[i], s.start[i+1]
	return s.cols[lo:hi], s.values[lo:hi]
}

func (s *Sparse) rows() int { return len(s.start) - 1 }

// NewSparse has room for a number of rows and entries.
func NewSparse(rows, entries int) *Sparse {
	return &Sparse{start: make([]int, 1, rows+1), cols: make([]int32, 0, entries), values: make([]float32, 0, entries)}
}

// Add appends an entry to the last row, which EndRow ends.
func (s *Sparse) Add(col int, value float32) {
	s.cols, s.values = append(s.cols, int32(col)), append(s.values, value)
}

func (s *Sparse) EndRow() { s.start = append(s.start, len(s.cols)) }

// transposed returns the same entries row by column, rows rising.
func (s *Sparse) transposed(cols int) *Sparse {
	t := &Sparse{start: make([]int, cols+1), cols: make([]int32, len(s.cols)), values: make([]float32, len(s.cols))}
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
