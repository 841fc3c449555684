package workbench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/f32"
)

// slowRow minimises Σ (value − x·other)² + ridge·‖x − x0‖² by the normal equations
// in float64.
func slowRow(other *Matrix, at []int32, values, x0 []float32, ridge float64) []float64 {
	d := other.Cols
	a, b := mat.NewSymDense(d, nil), mat.NewVecDense(d, nil)
	for i := range d {
		a.SetSym(i, i, ridge)
		b.SetVec(i, ridge*float64(x0[i]))
	}
	for j, c := range at {
		for k := range d {
			b.SetVec(k, b.AtVec(k)+float64(values[j])*other.At(int(c), k))
			for l := k; l < d; l++ {
				a.SetSym(k, l, a.At(k, l)+other.At(int(c), k)*other.At(int(c), l))
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
	d, g := toy(51, 40, 60, 8)
	copy(d.DE.Items.Row(1), d.DE.Items.Row(0))
	for _, random := range []int{1, 3, 8, 9, 30, 60} {
		scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: random, Seed: 5}))
		f := newFactors(d, scores, fitNormalization(d, scores))
		_ = solveRows(t.Context(), f.queries, f.queries0, f.items, f.byQuery, 0.2)
		for q := range f.queries.Rows {
			at, values := f.byQuery.row(q)
			closeTo(t, fmt.Sprint(random, " entries, query ", q), f.queries.Row(q), slowRow(f.items, at, values, f.queries0.Row(q), float64(float32(0.2))))
		}
		_ = solveRows(t.Context(), f.items, f.items0, f.queries, f.byItem, 0.2)
		for i := range f.items.Rows {
			at, values := f.byItem.row(i)
			closeTo(t, fmt.Sprint(random, " entries, item ", i), f.items.Row(i), slowRow(f.queries, at, values, f.items0.Row(i), float64(float32(0.2))))
			if len(at) == 0 && !slices.Equal(f.items.Row(i), d.DE.Items.Row(i)) {
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
	d, g := toy(52, 20, 30, 4)
	scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: 7, Seed: 2}))
	f := newFactors(d, scores, Normalization{})
	all := make([]int, f.queries.Rows)
	for i := range all {
		all[i] = i
	}
	gu, gv := newRowGradients(f.queries.Rows, 4), newRowGradients(f.items.Rows, 4)
	for range 2 { // the second time on memory used before
		f.touch(all, gu, gv)
		f.gradients(all, gu, gv)
	}
	for name, c := range map[string]struct {
		x *Matrix
		g *rowGradients
	}{"queries": {f.queries, gu}, "items": {f.items, gv}} {
		for i := range c.x.Rows {
			row := make([]float32, c.x.Cols)
			if slices.Contains(c.g.rows, i) {
				row = c.g.row(i)
			}
			for j := range c.x.Cols {
				want := slope(&c.x.Row(i)[j], f.objective)
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

// ALS reaches at least the objective that AdamW reaches with the paper's
// settings; BenchmarkTransductive says in what time.
func TestALSReachesAdamW(t *testing.T) {
	d, g := toy(53, 200, 400, 16)
	for _, sm := range []Sampling{{PerQuery: 20}, {Random: 40, Seed: 1}} {
		scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, sm))
		reached := map[Solver]float64{}
		for _, solver := range []Solver{ALS, AdamW} {
			f := newFactors(d, scores, fitNormalization(d, scores))
			start := f.objective()
			solve := map[Solver]func() error{
				ALS:   func() error { return f.alternate(t.Context(), FactorizeOptions{}) },
				AdamW: func() error { return f.descend(t.Context(), FactorizeOptions{}) },
			}[solver]
			if err := solve(); err != nil {
				t.Fatal(err)
			}
			if reached[solver] = f.objective(); reached[solver] > start/2 {
				t.Errorf("%v by %s: objective %v, was %v", sm, solver, reached[solver], start)
			}
		}
		if reached[ALS] > reached[AdamW] {
			t.Errorf("%v: ALS %v, AdamW %v", sm, reached[ALS], reached[AdamW])
		}
	}
}

// A matrix of exactly the rank of the vectors is recovered from some of its
// entries, those never observed included.
func TestTransductiveRecoversLowRank(t *testing.T) {
	d, _ := toy(54, 120, 80, 4)
	g := NewMatrix(120, 80)
	v := &Matrix{Rows: 80, Cols: 4, Data: slices.Clone(d.DE.Items.Data)}
	for i := range v.Data {
		v.Data[i] += 0.3 * float32(i%3-1)
	}
	for q := range 120 {
		f32.Gemv(g.Row(q), v.view(), d.DE.Queries.Row(q))
	}
	scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: 40, Seed: 2}))
	f := newFactors(d, scores, Normalization{})
	if err := f.alternate(t.Context(), FactorizeOptions{Epochs: 20, Regularization: 1e-3}); err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for q := range f.queries.Rows {
		for i := range 80 {
			worst = max(worst, math.Abs(float64(f32.Dot(f.queries.Row(q), f.items.Row(i)))-g.At(d.Train[q], i)))
		}
	}
	if worst > 0.02 {
		t.Errorf("an entry is off by %v", worst)
	}
}

// Training says how far it is, and ends when ctx does.
func TestTrainingProgressAndCancel(t *testing.T) {
	d, g := toy(55, 40, 60, 4)
	scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: 10}))
	for _, c := range []struct {
		o    FactorizeOptions
		unit string
		n    int
	}{
		{FactorizeOptions{Method: Transductive}, "sweeps", 4},
		{FactorizeOptions{Method: Transductive, Solver: AdamW, Epochs: 3}, "epochs", 3},
		{FactorizeOptions{Method: Inductive}, "epochs", 20},
		{FactorizeOptions{Method: Distilled, Epochs: 2}, "epochs", 2},
	} {
		var last Progress
		must[*Index](t)(Factorize(WithProgress(t.Context(), func(p Progress) { last = p }), d, scores, c.o))
		if want := (Progress{Task: "factorize", Unit: c.unit, Done: c.n, Total: c.n, Final: true}); last != want {
			t.Errorf("%+v: last report %+v, want %+v", c.o, last, want)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if ix, err := Factorize(ctx, d, scores, c.o); ix != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("%+v cancelled: %v, %v", c.o, ix, err)
		}
	}
}

func BenchmarkTransductive(b *testing.B) {
	d := must[*Dataset](b)(OpenDataset("../data/verbs"))
	s := must[Scorer](b)(d.Scorer())
	g := must[*Scores](b)(Observe(b.Context(), s, d, Sampling{PerQuery: 100}))
	for _, solver := range []Solver{ALS, AdamW} {
		b.Run("solver="+string(solver), func(b *testing.B) {
			for b.Loop() {
				f := newFactors(d, g, fitNormalization(d, g))
				if solver == ALS {
					_ = f.alternate(b.Context(), FactorizeOptions{})
				} else {
					_ = f.descend(b.Context(), FactorizeOptions{})
				}
				b.ReportMetric(1e6*f.objective(), "objective·1e6")
			}
		})
	}
}
