package workbench

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"axn/workbench/internal/f32"

	"gonum.org/v1/gonum/mat"
)

// toy makes a data set whose cross-encoder scores are a curve of the dual
// encoder's, an offset per item and query, and a residual of low rank.
func toy(seed uint64, queries, items, d int) (*Dataset, *Matrix) {
	rng := rand.New(rand.NewPCG(seed, 1))
	ds := &Dataset{Name: "toy", DE: DualEmbeddings{Queries: unitRows(rng, queries, d), Items: unitRows(rng, items, d)}}
	for q := range queries {
		ds.Queries = append(ds.Queries, Query{ID: fmt.Sprint("q", q), Gold: -1})
		if q < queries/2 {
			ds.Train = append(ds.Train, q)
		} else {
			ds.Test = append(ds.Test, q)
		}
	}
	bias, hidden, loads := normals(rng, items, 1), normals(rng, items, 3), normals(rng, queries, 3)
	for i := range items {
		ds.Items = append(ds.Items, Item{ID: fmt.Sprint("i", i), Lemmas: fmt.Sprint("item ", i)})
	}
	g := NewMatrix(queries, items)
	for q := range queries {
		offset := rng.NormFloat64()
		for i := range items {
			sim := float64(f32.Dot(ds.DE.Queries.Row(q), ds.DE.Items.Row(i)))
			g.Row(q)[i] = float32(3*math.Tanh(2*sim) + offset + .5*bias.At(i, 0) + .4*float64(f32.Dot(loads.Row(q), hidden.Row(i))) + .1*rng.NormFloat64())
		}
	}
	return ds, g
}

func normals(rng *rand.Rand, rows, cols int) *Matrix {
	m := NewMatrix(rows, cols)
	for i := range m.Data {
		m.Data[i] = float32(rng.NormFloat64())
	}
	return m
}

func unitRows(rng *rand.Rand, rows, cols int) *Matrix {
	m := normals(rng, rows, cols)
	for i := range rows {
		norm := float32(math.Sqrt(float64(f32.Dot(m.Row(i), m.Row(i)))))
		for j := range m.Row(i) {
			m.Row(i)[j] /= norm
		}
	}
	return m
}

// spy counts what a scorer is asked and refuses a pair asked twice.
type spy struct {
	Scorer
	calls  atomic.Int64
	batch  atomic.Int64
	seen   map[Pair]bool
	failAt int64 // fail the batch of this number, from 1; 0 never
	fail   error
}

func spyOn(s Scorer) *spy { return &spy{Scorer: s, seen: map[Pair]bool{}} }

func (s *spy) Score(ctx context.Context, pairs []Pair) ([]float64, error) {
	if s.batch.Add(1) == s.failAt {
		return nil, s.fail
	}
	for _, p := range pairs {
		if s.seen[p] {
			return nil, fmt.Errorf("pair %v scored twice", p)
		}
		s.seen[p] = true
	}
	s.calls.Add(int64(len(pairs)))
	return s.Scorer.Score(ctx, pairs)
}

// must fails the test on an error and returns the value.
func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// toyIndex observes some entries, or all where the method needs them, and makes
// an index of them.
func toyIndex(t testing.TB, d *Dataset, g *Matrix, m Method) *Index {
	t.Helper()
	dense := m == ADACUR || m == ANNCUR
	scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: 60, Dense: dense, Seed: 1}))
	return must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{Method: m}))
}

// allMethods are all methods an index can be made with.
func allMethods() []Method { return slices.Sorted(maps.Keys(methods)) }

// slowPinv solves by the singular value decomposition.
func slowPinv(a *mat.Dense, b []float64) []float64 {
	var svd mat.SVD
	svd.Factorize(a, mat.SVDThin)
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	vals := svd.Values(nil)
	_, cols := a.Dims()
	x := mat.NewVecDense(cols, nil)
	for j, s := range vals {
		if s > 1e-6*vals[0] {
			x.AddScaledVec(x, mat.Dot(u.ColView(j), mat.NewVecDense(len(b), b))/s, v.ColView(j))
		}
	}
	return x.RawVector().Data
}

// sameValues is reflect.DeepEqual for results, whose Recall may be NaN.
func sameValues(a, b any) bool { return fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", b) }
