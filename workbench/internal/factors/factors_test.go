package factors

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/f32"
)

// unitVectors are n vectors of length 1.
func unitVectors(rng *rand.Rand, n, d int) f32.Mat {
	m := f32.NewMat(n, d)
	for i := range n {
		for j := range d {
			m.Row(i)[j] = float32(rng.NormFloat64())
		}
		f32.Scale(1/float32(math.Sqrt(float64(f32.SqNorm(m.Row(i))))), m.Row(i))
	}
	return m
}

// someEntries observes a number of random entries in each row.
func someEntries(rng *rand.Rand, rows, cols, each int, score func(row, col int) float32) *Sparse {
	s := NewSparse(rows, rows*each)
	for r := range rows {
		at := rng.Perm(cols)[:each]
		slices.Sort(at)
		for _, c := range at {
			s.Add(c, score(r, c))
		}
		s.EndRow()
	}
	return s
}

// noisyEntries draws scores that are a curve of the vectors' products, an offset of row and
// column, and noise.
func noisyEntries(rng *rand.Rand, queries, items f32.Mat, each int) *Sparse {
	offset := unitVectors(rng, 1, queries.Rows+items.Rows).Data
	return someEntries(rng, queries.Rows, items.Rows, each, func(q, i int) float32 {
		sim := float64(f32.Dot(queries.Row(q), items.Row(i)))
		return float32(.8*math.Tanh(2*sim)+.02*rng.NormFloat64()) + 3*(offset[q]+offset[queries.Rows+i])
	})
}

// objective is eq. 3: the mean squared error over the observed entries.
func objective(f *Factors) float64 {
	sum := 0.0
	for q := range f.queries.Rows {
		items, values := f.byQuery.row(q)
		for j, it := range items {
			e := float64(f32.Dot(f.queries.Row(q), f.Items.Row(int(it))) - values[j])
			sum += e * e
		}
	}
	return sum / float64(max(len(f.byQuery.cols), 1))
}

// slowRow minimises Σ (value − x·other)² + ridge·‖x − x0‖² by the normal equations
// in float64.
func slowRow(other f32.Mat, cols []int32, values, x0 []float32, ridge float64) []float64 {
	d, at := other.Cols, func(i, j int) float64 { return float64(other.Row(i)[j]) }
	a, b := mat.NewSymDense(d, nil), mat.NewVecDense(d, nil)
	for i := range d {
		a.SetSym(i, i, ridge)
		b.SetVec(i, ridge*float64(x0[i]))
	}
	for j, c := range cols {
		for k := range d {
			b.SetVec(k, b.AtVec(k)+float64(values[j])*at(int(c), k))
			for l := k; l < d; l++ {
				a.SetSym(k, l, a.At(k, l)+at(int(c), k)*at(int(c), l))
			}
		}
	}
	var x mat.VecDense
	if err := x.SolveVec(a, b); err != nil {
		panic(err)
	}
	return x.RawVector().Data
}

// Every kind of row, from none to all of the other side observed, and duplicated
// vectors on the other side, agrees with the normal equations.
func TestSolveRows(t *testing.T) {
	for _, random := range []int{1, 3, 8, 9, 30, 60} {
		rng := rand.New(rand.NewPCG(51, uint64(random)))
		vectors, items := unitVectors(rng, 40, 8), unitVectors(rng, 60, 8)
		copy(items.Row(1), items.Row(0))
		f := New(vectors, items, noisyEntries(rng, vectors, items, random))
		_ = solveRows(t.Context(), f.queries, f.queries0, f.Items, f.byQuery, 0.2)
		for q := range f.queries.Rows {
			at, values := f.byQuery.row(q)
			closeTo(t, fmt.Sprint(random, " entries, query ", q), f.queries.Row(q), slowRow(f.Items, at, values, f.queries0.Row(q), float64(float32(0.2))))
		}
		_ = solveRows(t.Context(), f.Items, f.items0, f.queries, f.byItem, 0.2)
		for i := range f.Items.Rows {
			at, values := f.byItem.row(i)
			closeTo(t, fmt.Sprint(random, " entries, item ", i), f.Items.Row(i), slowRow(f.queries, at, values, f.items0.Row(i), float64(float32(0.2))))
			if len(at) == 0 && !slices.Equal(f.Items.Row(i), items.Row(i)) {
				t.Errorf("item %d was never observed and moved", i)
			}
		}
	}
}

func closeTo(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	for j := range want {
		if math.Abs(float64(got[j])-want[j]) > 2e-5*(1+math.Abs(want[j])) {
			t.Fatalf("%s: value %d is %v, want %v", what, j, got[j], want[j])
		}
	}
}

// The gradient is that of the mean squared error, and zero at the rows not touched.
func TestDescentGradients(t *testing.T) {
	rng := rand.New(rand.NewPCG(52, 1))
	vectors, items := unitVectors(rng, 20, 4), unitVectors(rng, 30, 4)
	f := New(vectors, items, noisyEntries(rng, vectors, items, 7))
	all := make([]int, f.queries.Rows)
	for i := range all {
		all[i] = i
	}
	gu, gv := newRowGradients(f.queries.Rows, 4), newRowGradients(f.Items.Rows, 4)
	for range 2 { // the second time on memory used before
		f.touch(all, gu, gv)
		f.gradients(all, gu, gv)
	}
	for name, c := range map[string]struct {
		x f32.Mat
		g *rowGradients
	}{"queries": {f.queries, gu}, "items": {f.Items, gv}} {
		for i := range c.x.Rows {
			row := make([]float32, c.x.Cols)
			if slices.Contains(c.g.rows, i) {
				row = c.g.row(i)
			}
			for j := range c.x.Cols {
				want := slope(&c.x.Row(i)[j], func() float64 { return objective(f) })
				if got := float64(row[j]); math.Abs(got-want) > 1e-3*(1+math.Abs(want)) {
					t.Fatalf("%s %d, value %d: gradient %v, want %v", name, i, j, got, want)
				}
			}
		}
	}
}

// slope is the derivative of f by x, by central differences.
func slope(x *float32, f func() float64) float64 {
	const h = 1.0 / 64
	old := *x
	*x = old + h
	up := f()
	*x = old - h
	down := f()
	*x = old
	return (up - down) / (2 * h)
}

// ALS reaches at least the objective that AdamW reaches with the paper's settings.
func TestALSReachesAdamW(t *testing.T) {
	rng := rand.New(rand.NewPCG(53, 1))
	vectors, items := unitVectors(rng, 200, 16), unitVectors(rng, 400, 16)
	for _, entries := range []*Sparse{noisyEntries(rng, vectors, items, 20), noisyEntries(rng, vectors, items, 60)} {
		reached := map[string]float64{}
		for solver, solve := range map[string]func(*Factors) error{
			"ALS":   func(f *Factors) error { return f.Alternate(t.Context(), Settings{}) },
			"AdamW": func(f *Factors) error { return f.Descend(t.Context(), Settings{}) },
		} {
			f := New(vectors, items, entries)
			start := objective(f)
			if err := solve(f); err != nil {
				t.Fatal(err)
			}
			if reached[solver] = objective(f); reached[solver] > start/2 {
				t.Errorf("%d entries by %s: objective %v, was %v", len(entries.values), solver, reached[solver], start)
			}
		}
		if reached["ALS"] > reached["AdamW"] {
			t.Errorf("%d entries: ALS %v, AdamW %v", len(entries.values), reached["ALS"], reached["AdamW"])
		}
	}
}

// A matrix of exactly the rank of the vectors is recovered from some of its
// entries, those never observed included.
func TestRecoversLowRank(t *testing.T) {
	rng := rand.New(rand.NewPCG(54, 1))
	vectors, items := unitVectors(rng, 60, 4), unitVectors(rng, 80, 4)
	truth := clone(items)
	for i := range truth.Data {
		truth.Data[i] += 0.3 * float32(i%3-1)
	}
	score := func(q, i int) float32 { return f32.Dot(vectors.Row(q), truth.Row(i)) }
	f := New(vectors, items, someEntries(rng, 60, 80, 40, score))
	if err := f.Alternate(t.Context(), Settings{Epochs: 20, Regularization: 1e-3}); err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for q := range f.queries.Rows {
		for i := range 80 {
			worst = max(worst, math.Abs(float64(f32.Dot(f.queries.Row(q), f.Items.Row(i))-score(q, i))))
		}
	}
	if worst > 0.02 {
		t.Errorf("an entry is off by %v", worst)
	}
}
