package workbench

import (
	"fmt"
	"os"
	"slices"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/factors"
	"axn/workbench/internal/files"
	"axn/workbench/internal/npy"
	"axn/workbench/internal/npz"
	"axn/workbench/internal/stats"
)

// Scores is what has been observed of the score matrix G: for some train
// queries the cross-encoder's scores of some items, or of all.
type Scores struct {
	Items int        // number of items, the columns of G
	Rows  []ScoreRow // one per train query
	Calls int        // cross-encoder calls spent on it

	// Fingerprint says which cross-encoder was observed (see Fingerprinter); "" is not known.
	Fingerprint string
}

// ScoreRow is one train query's observed entries.
type ScoreRow struct {
	Query  int       // row of the query in the data set
	Items  []int32   // item rows, rising; nil when the row is dense: every item in order
	Values []float32 // scores, parallel to Items
}

// Dense reports whether the row holds every item.
func (r *ScoreRow) Dense() bool { return r.Items == nil }

// Len is the number of entries observed in the row.
func (r *ScoreRow) Len() int { return len(r.Values) }

// Item returns the item of entry i.
func (r *ScoreRow) Item(i int) int {
	if r.Items == nil {
		return i
	}
	return int(r.Items[i])
}

// entries is how many entries the row will hold once it is observed.
func (r *ScoreRow) entries(items int) int {
	if r.Dense() {
		return items
	}
	return len(r.Items)
}

// Len is the number of observed entries.
func (g *Scores) Len() int {
	n := 0
	for i := range g.Rows {
		n += g.Rows[i].Len()
	}
	return n
}

// String fits one line.
func (g *Scores) String() string {
	n := g.Len()
	share := 0.0
	if cells := len(g.Rows) * g.Items; cells > 0 {
		share = 100 * float64(n) / float64(cells)
	}
	return fmt.Sprintf("Scores %d×%d, %d observed (%.2f%%), %d calls", len(g.Rows), g.Items, n, share, g.Calls)
}

// Check returns an error that names the first row that does not fit the data
// set or holds an unusable score. A query may have several rows.
func (g *Scores) Check(d *Dataset) error {
	if g.Items != len(d.Items) {
		return fmt.Errorf("%w: scores over %d items, the data set has %d", ErrShape, g.Items, len(d.Items))
	}
	return g.checkRows(len(d.Queries))
}

func (g *Scores) checkRows(queries int) error {
	for i := range g.Rows {
		if err := g.Rows[i].check(g.Items, queries); err != nil {
			return fmt.Errorf("scores row %d (query %d): %w", i, g.Rows[i].Query, err)
		}
	}
	return nil
}

func (r *ScoreRow) check(items, queries int) error {
	if want := r.entries(items); len(r.Values) != want {
		return fmt.Errorf("%w: %d values for %d items", ErrShape, len(r.Values), want)
	}
	if r.Query < 0 || r.Query >= queries {
		return fmt.Errorf("no such query in a data set of %d", queries)
	}
	if err := r.checkItems(items); err != nil {
		return err
	}
	for i, v := range r.Values {
		if v-v != 0 {
			return fmt.Errorf("%w: item %d: score is %v", ErrScore, r.Item(i), v)
		}
	}
	return nil
}

func (r *ScoreRow) checkItems(items int) error {
	for i, it := range r.Items {
		if it < 0 || int(it) >= items || (i > 0 && it <= r.Items[i-1]) {
			return fmt.Errorf("item %d at place %d: items must rise and lie in 0 to %d", it, i, items-1)
		}
	}
	return nil
}

// joined has one row for each query, in which every pair counts once, by the first of its scores: a fit takes entries for
// independent. It is g itself where no query has two rows.
func (g *Scores) joined() *Scores {
	at, once := make(map[int]int, len(g.Rows)), *g
	once.Rows = nil
	for _, r := range g.Rows {
		if n, ok := at[r.Query]; ok {
			once.Rows[n] = once.Rows[n].with(&r)
			continue
		}
		at[r.Query], once.Rows = len(once.Rows), append(once.Rows, r)
	}
	if len(once.Rows) == len(g.Rows) {
		return g
	}
	return &once
}

// with is the row with the entries of another one of its query that it does not have.
func (r ScoreRow) with(more *ScoreRow) ScoreRow {
	if r.Dense() {
		return r
	}
	if more.Dense() {
		all := ScoreRow{Query: r.Query, Values: slices.Clone(more.Values)}
		for i, it := range r.Items {
			all.Values[it] = r.Values[i]
		}
		return all
	}
	both := ScoreRow{Query: r.Query, Items: []int32{}}
	add := func(it int32, value float32) {
		both.Items, both.Values = append(both.Items, it), append(both.Values, value)
	}
	j := 0
	for i, it := range r.Items {
		for ; j < len(more.Items) && more.Items[j] < it; j++ {
			add(more.Items[j], more.Values[j])
		}
		if j < len(more.Items) && more.Items[j] == it {
			j++
		}
		add(it, r.Values[i])
	}
	for ; j < len(more.Items); j++ {
		add(more.Items[j], more.Values[j])
	}
	return both
}

const scoresKind = "axn scores 1"

// scoresMeta describes a saved Scores.
type scoresMeta struct {
	Kind  string
	Items int
	Calls int

	Fingerprint string `json:",omitempty"`
}

// Save writes the scores to one file, a zip of .npy files: per row its query
// and number of entries (-1 when dense), then all items and values. A row without a value for each of its items is an
// error.
func (g *Scores) Save(path string) error {
	for i := range g.Rows {
		if r := &g.Rows[i]; len(r.Values) != r.entries(g.Items) {
			return fmt.Errorf("workbench: save scores: row %d (query %d): %w: %d values for %d items", i, r.Query, ErrShape, len(r.Values), r.entries(g.Items))
		}
	}
	queries, lens := make([]int32, len(g.Rows)), make([]int32, len(g.Rows))
	var items []int32
	var values []float32
	for i := range g.Rows {
		r := &g.Rows[i]
		queries[i], lens[i] = int32(r.Query), int32(len(r.Items))
		if r.Dense() {
			lens[i] = -1
		}
		items, values = append(items, r.Items...), append(values, r.Values...)
	}
	err := files.Write(path, func(f *os.File) error {
		w := npz.NewWriter(f, scoresMeta{scoresKind, g.Items, g.Calls, g.Fingerprint})
		w.Ints("queries", queries)
		w.Ints("lens", lens)
		w.Ints("items", items)
		w.Floats("values", npy.Array{Rows: len(values), Cols: 1, Data: values})
		return w.Close()
	})
	if err != nil {
		return fmt.Errorf("workbench: save scores: %w", err)
	}
	return nil
}

// OpenScores reads a file that Save wrote. Older ones hold weights too, which nothing reads.
func OpenScores(path string) (*Scores, error) {
	g := &Scores{}
	err := files.Read(path, func(f *os.File, size int64) error { return g.read(f, size) })
	if err != nil {
		return nil, fmt.Errorf("workbench: open scores: %w", files.Instead(path, "OpenScores", err))
	}
	return g, nil
}

func (g *Scores) read(f *os.File, size int64) error {
	var meta scoresMeta
	r, err := npz.NewReader(f, size)
	if err != nil {
		return err
	}
	if err := r.Meta(&meta); err != nil {
		return err
	}
	if meta.Kind != scoresKind {
		return fmt.Errorf("%w: its kind is %q, not %q", npz.ErrFormat, meta.Kind, scoresKind)
	}
	queries, err1 := r.Ints("queries")
	lens, err2 := r.Ints("lens")
	items, err3 := r.Ints("items")
	values, err4 := r.Floats("values")
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			return err
		}
	}
	g.Items, g.Calls, g.Fingerprint = meta.Items, meta.Calls, meta.Fingerprint
	return g.cut(queries, lens, items, values.Data)
}

// cut divides the joined lists into rows.
func (g *Scores) cut(queries, lens, items []int32, values []float32) error {
	if len(lens) != len(queries) {
		return fmt.Errorf("%w: lists of different lengths", npz.ErrFormat)
	}
	if g.Items < 0 || g.Calls < 0 {
		return fmt.Errorf("%w: %d items, %d calls", npz.ErrFormat, g.Items, g.Calls)
	}
	for i, q := range queries {
		n, row := int(lens[i]), ScoreRow{Query: int(q)}
		if n < 0 {
			n = g.Items
		} else if n <= len(items) {
			row.Items, items = items[:n:n], items[n:]
		}
		if n > len(values) || (lens[i] >= 0 && len(row.Items) != n) {
			return fmt.Errorf("%w: row %d claims %d entries, %d are left in the file", npz.ErrFormat, i, n, len(values))
		}
		row.Values, values = values[:n:n], values[n:]
		g.Rows = append(g.Rows, row)
	}
	if len(items) > 0 || len(values) > 0 {
		return fmt.Errorf("%w: %d items and %d scores are of no row", npz.ErrFormat, len(items), len(values))
	}
	return nil
}

// entries lists the observed entries, normalised, one row per train query.
func (g *Scores) entries(n Normalization) *factors.Sparse {
	s := factors.NewSparse(len(g.Rows), g.Len())
	for i := range g.Rows {
		r := &g.Rows[i]
		for j, v := range r.Values {
			s.Add(r.Item(j), float32(n.apply(float64(v))))
		}
		s.EndRow()
	}
	return s
}

// queries lists the train queries observed, by their rows in the data set.
func (g *Scores) queries() []int {
	rows := make([]int, len(g.Rows))
	for i := range rows {
		rows[i] = g.Rows[i].Query
	}
	return rows
}

// Normalization is the paper's A.4: s' = Beta·(s − Alpha) brings cross-encoder
// scores to the scale of the dual encoder's, by equal mean and deviation over the
// observed pairs. Beta 0 leaves the scores as they are.
type Normalization struct{ Alpha, Beta float64 }

func (n Normalization) apply(s float64) float64 {
	if n.Beta == 0 {
		return s
	}
	return n.Beta * (s - n.Alpha)
}

// fitNormalization matches mean and standard deviation over the observed
// entries. Without entries, or when either side is constant, it is the identity.
func fitNormalization(d *Dataset, g *Scores) Normalization {
	var ce, de stats.Moments
	for i := range g.Rows {
		r := &g.Rows[i]
		x := d.DE.Queries.Row(r.Query)
		for j, v := range r.Values {
			ce.Add(float64(v))
			de.Add(float64(f32.Dot(x, d.DE.Items.Row(r.Item(j)))))
		}
	}
	if ce.Deviation() == 0 || de.Deviation() == 0 {
		return Normalization{}
	}
	beta := de.Deviation() / ce.Deviation()
	return Normalization{Alpha: ce.Mean - de.Mean/beta, Beta: beta}
}

// DenseRows returns the rows of G that were observed whole, in order: |dense|×|I|.
func (g *Scores) DenseRows() *Matrix {
	var data []float32
	n := 0
	for i := range g.Rows {
		if r := &g.Rows[i]; r.Dense() {
			data, n = append(data, r.Values...), n+1
		}
	}
	return &Matrix{Rows: n, Cols: g.Items, Data: data}
}
