package rivals

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"axn/workbench"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
)

// GAR scores what pyterrier-adaptive's does, batch by batch.
func TestGARAgainstPyterrier(t *testing.T) {
	var cases []struct {
		Neighbors     [][]int
		Scores        []float64
		First         []int
		Budget, Batch int
		Walked        [][]int
	}
	b, err := os.ReadFile("testdata/gar.json")
	if err == nil {
		err = json.Unmarshal(b, &cases)
	}
	if err != nil || len(cases) < 5 {
		t.Fatal(err, len(cases))
	}
	for i, c := range cases {
		w := &gar{graph: &Graph{Neighbors: c.Neighbors}, list: c.First, left: c.Budget, seen: map[int]bool{}, least: math.Inf(1)}
		for round, want := range c.Walked {
			got := w.next(min(c.Batch, w.left))
			if !slices.Equal(got, want) {
				t.Fatalf("case %d, batch %d: %v, pyterrier-adaptive has %v", i, round, got, want)
			}
			w.learn(got, pick(c.Scores, got))
		}
	}
}

func pick(scores []float64, items []int) (s []float64) {
	for _, it := range items {
		s = append(s, scores[it])
	}
	return s
}

// toy is a data set of unit vectors whose scores are a bent inner product and noise.
func toy(seed uint64, queries, items, dims int) (*workbench.Dataset, *workbench.Matrix) {
	rng := rand.New(rand.NewPCG(seed, 1))
	d, g := &workbench.Dataset{Name: "toy"}, workbench.NewMatrix(queries, items)
	units := func(n int) *workbench.Matrix {
		m := workbench.NewMatrix(n, dims)
		for i := range m.Rows {
			for j := range m.Row(i) {
				m.Row(i)[j] = float32(rng.NormFloat64())
			}
			f32.Scale(1/float32(math.Sqrt(float64(f32.SqNorm(m.Row(i))))), m.Row(i))
		}
		return m
	}
	d.DE = workbench.DualEmbeddings{Queries: units(queries), Items: units(items)}
	for q := range queries {
		d.Queries = append(d.Queries, workbench.Query{ID: fmt.Sprint("q", q), Gold: -1})
		for i := range items {
			x := float64(f32.Dot(d.DE.Queries.Row(q), d.DE.Items.Row(i)))
			g.Row(q)[i] = float32(math.Exp(2*x) + .3*rng.NormFloat64())
		}
	}
	for i := range items {
		d.Items = append(d.Items, workbench.Item{ID: fmt.Sprint("i", i)})
	}
	d.Train, d.Test = []int{0, 1, 2, 3, 4, 5, 6, 7}, []int{8, 9}
	return d, g
}

func all(t *testing.T, d *workbench.Dataset, g *workbench.Matrix) []*Rival {
	t.Helper()
	graph, err := NewGraph(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	dense, err := workbench.Observe(t.Context(), workbench.LookUp(g), d, workbench.Sampling{Dense: true})
	if err != nil {
		t.Fatal(err)
	}
	ore, err := Online(d, graph)
	if err != nil {
		t.Fatal(err)
	}
	rbe, err := Support(d, dense, 1)
	if err != nil {
		t.Fatal(err)
	}
	affinity, err := LearnAffinity(d, dense)
	if err != nil {
		t.Fatal(err)
	}
	return []*Rival{GAR(d, graph), Quam(d, graph, affinity, dense.Calls), Bimetric(d, graph), Gaussian(d), ore, rbe}
}

// Every rival spends its budget, scores no pair twice, gives the same results for one query as
// for many, and with a budget of all items finds all neighbours.
func TestEveryRival(t *testing.T) {
	d, g := toy(1, 10, 120, 6)
	for _, r := range all(t, d, g) {
		t.Run(r.Name, func(t *testing.T) {
			for _, budget := range []int{1, 7, 40, 120, 500} {
				rs, err := r.SearchAll(t.Context(), workbench.LookUp(g), d.Test, workbench.SearchOptions{Budget: budget})
				if err != nil {
					t.Fatal(err)
				}
				for i, res := range rs {
					items := slices.Compact(slices.Sorted(slices.Values(res.Items)))
					if len(items) != min(budget, 120) || res.Calls != len(items) {
						t.Fatalf("B = %d: %d items, %d calls", budget, len(items), res.Calls)
					}
					one, err := r.SearchAll(t.Context(), workbench.LookUp(g), d.Test[i:i+1], workbench.SearchOptions{Budget: budget})
					if err != nil || fmt.Sprint(one[0]) != fmt.Sprint(res) {
						t.Fatalf("B = %d: alone %v, together %v", budget, one, res)
					}
				}
				recall, err := workbench.Recall(t.Context(), workbench.LookUp(g), d, rs, 10)
				if err != nil || budget >= 120 && recall != 1 {
					t.Errorf("B = %d: recall %v, %v", budget, recall, err)
				}
			}
		})
	}
	if _, err := all(t, d, g)[0].SearchAll(t.Context(), workbench.LookUp(g), d.Test, workbench.SearchOptions{}); err == nil {
		t.Error("no budget is no error")
	}
}

// TestRivalsRefuse: a scorer that is missing or answers no finite score a pair, and a query that is
// none, are errors; what was finished before comes with them.
func TestRivalsRefuse(t *testing.T) {
	d, g := toy(1, 10, 60, 6)
	r, queries := Gaussian(d), []int{5, 6, 7, 8, 9} // two at a time
	answer := func(change func(scores []float64) []float64) workbench.Scorer {
		return workbench.ScorerFunc(func(ctx context.Context, pairs []workbench.Pair) ([]float64, error) {
			scores, err := workbench.LookUp(g).Score(ctx, pairs)
			if pairs[0].Query == queries[2] {
				scores = change(scores)
			}
			return scores, err
		})
	}
	for name, s := range map[string]workbench.Scorer{
		"too few": answer(func(s []float64) []float64 { return s[1:] }),
		"NaN":     answer(func(s []float64) []float64 { return append([]float64{math.NaN()}, s[1:]...) }),
	} {
		rs, err := r.SearchAll(t.Context(), s, queries, workbench.SearchOptions{Budget: 20, K: 3})
		if !errors.Is(err, workbench.ErrScore) || len(rs) != 2 || !math.IsNaN(rs[1].Recall) {
			t.Errorf("%s: %v, %v", name, rs, err)
		}
	}
	for _, q := range []int{-1, 10} {
		if _, err := r.SearchAll(t.Context(), workbench.LookUp(g), []int{q}, workbench.SearchOptions{Budget: 20}); err == nil {
			t.Errorf("query row %d is no error", q)
		}
	}
	if _, err := r.SearchAll(t.Context(), nil, queries, workbench.SearchOptions{Budget: 20}); err == nil {
		t.Error("no scorer is no error")
	}
	var last workbench.Progress
	ctx := workbench.WithProgress(t.Context(), func(p workbench.Progress) { last = p })
	rs, err := r.SearchAll(ctx, workbench.LookUp(g), queries, workbench.SearchOptions{Budget: 60, K: 3})
	if want := (workbench.Progress{Task: "search by Gaussian process", Unit: "queries", Done: len(queries), Total: len(queries), Final: true}); err != nil || last != want || rs[0].Recall != 1 {
		t.Errorf("%v, progress %+v, recall %v of all items", err, last, rs[0].Recall)
	}
	bare, other := *d, *d
	bare.DE = workbench.DualEmbeddings{}
	other.Items, other.DE.Items = d.Items[:50], workbench.NewMatrix(50, 6)
	graph, err := NewGraph(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	for want, r := range map[string]*Rival{"no dual-encoder vectors": Gaussian(&bare), "the graph has 60 items, and the data set 50": GAR(&other, graph)} {
		if _, err := r.SearchAll(t.Context(), workbench.LookUp(g), queries, workbench.SearchOptions{Budget: 20}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := NewGraph(t.Context(), &bare); err == nil {
		t.Error("a graph of no vectors")
	}
	if _, err := Support(d, &workbench.Scores{Items: 7}, 1); !errors.Is(err, workbench.ErrShape) {
		t.Errorf("scores of other items: %v", err)
	}
}

// walked runs a rival on one query.
func walked(t *testing.T, r *Rival, g *workbench.Matrix, query, budget int) (order []int) {
	t.Helper()
	rs, err := r.SearchAll(t.Context(), workbench.LookUp(g), []int{query}, workbench.SearchOptions{Budget: budget})
	if err != nil {
		t.Fatal(err)
	}
	for _, round := range rs[0].Rounds {
		order = append(order, round.Items...)
	}
	return order
}

// TestGaussianAgainstSlow: batches are those of a process solved in float64 from scratch.
func TestGaussianAgainstSlow(t *testing.T) {
	d, g := toy(2, 10, 90, 5)
	const query, budget, part = 8, 60, 6
	got := walked(t, Gaussian(d), g, query, budget)
	v := d.DE.Items
	square := func(i, j int) (s float64) {
		for k := range v.Cols {
			s += math.Pow(v.At(i, k)-v.At(j, k), 2)
		}
		return s
	}
	order, length, pairs := byDualEncoder(d)(query, part), 0.0, 0.0
	for a, i := range order {
		for _, j := range order[:a] {
			length, pairs = length+square(i, j)/2, pairs+1
		}
	}
	length /= pairs
	kernel := func(i, j int) float64 { return math.Exp(-square(i, j) / (2 * length)) }
	for len(order) < budget {
		n := len(order)
		k, z := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil)
		for a, i := range order {
			for b, j := range order {
				k.Set(a, b, kernel(i, j))
			}
			k.Set(a, a, k.At(a, a)+gaussianNoise)
			z.SetVec(a, float64(g.Row(query)[i]))
		}
		mean := mat.Sum(z) / float64(n)
		for a := range n {
			z.SetVec(a, z.AtVec(a)-mean)
		}
		z.ScaleVec(math.Sqrt(float64(n))/mat.Norm(z, 2), z)
		var inverse mat.Dense
		if err := inverse.Inverse(k); err != nil {
			t.Fatal(err)
		}
		bound := make([]float64, v.Rows)
		for i := range bound {
			row := mat.NewVecDense(n, nil)
			for a, j := range order {
				row.SetVec(a, kernel(i, j))
			}
			var w mat.VecDense
			w.MulVec(&inverse, row)
			bound[i] = mat.Dot(&w, z) + math.Sqrt(1-mat.Dot(&w, row))
		}
		for range part {
			best := -1
			for i := range bound {
				if !slices.Contains(order, i) && (best < 0 || bound[i] > bound[best]) {
					best = i
				}
			}
			order = append(order, best)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(order) {
		t.Errorf("got  %v\nwant %v", got, order)
	}
}

// TestBimetricAgainstSlow: after the first half, the neighbours of the best item not yet looked
// from, one after the other.
func TestBimetricAgainstSlow(t *testing.T) {
	d, g := toy(3, 10, 200, 5)
	graph, err := NewGraph(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	const query, budget = 8, 80
	order, looked := byDualEncoder(d)(query, budget/2), map[int]bool{}
	for len(order) < budget {
		best := -1
		for _, it := range order {
			if !looked[it] && (best < 0 || g.At(query, it) > g.At(query, best)) {
				best = it
			}
		}
		looked[best] = true
		for _, it := range graph.Neighbors[best] {
			if !slices.Contains(order, it) && len(order) < budget {
				order = append(order, it)
			}
		}
	}
	if got := walked(t, Bimetric(d, graph), g, query, budget); fmt.Sprint(got) != fmt.Sprint(order) {
		t.Errorf("got  %v\nwant %v", got, order)
	}
}

// TestQuamAgainstSlow: set affinity over all items, by its sum.
func TestQuamAgainstSlow(t *testing.T) {
	d, g := toy(4, 10, 200, 5)
	graph, err := NewGraph(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	const query, budget = 8, 96
	affinity := Affinity{X: []float64{-1, 0, 1}, Y: []float64{0, .1, 1}}
	list, order := byDualEncoder(d)(query, 200), []int{}
	for turn := 0; len(order) < budget; turn++ {
		value := make([]float64, 200) // of items in the frontier; of others 0
		top := slices.Clone(order)
		slices.SortStableFunc(top, func(a, b int) int { return cmp.Compare(g.At(query, b), g.At(query, a)) })
		total := 0.0
		for _, s := range top[:min(support, len(top))] {
			total += math.Exp(g.At(query, s))
		}
		for _, s := range top[:min(support, len(top))] {
			for _, it := range graph.Neighbors[s] {
				value[it] += math.Exp(g.At(query, s)) / total * curve.Knots(affinity).At(float64(f32.Dot(d.DE.Items.Row(s), d.DE.Items.Row(it))))
			}
		}
		var from []int
		if turn%2 == 1 {
			for it, v := range value {
				if v > 0 && !slices.Contains(order, it) {
					from = append(from, it)
				}
			}
			slices.SortStableFunc(from, func(a, b int) int { return cmp.Compare(value[b], value[a]) })
		}
		if len(from) == 0 {
			for _, it := range list {
				if !slices.Contains(order, it) {
					from = append(from, it)
				}
			}
		}
		order = append(order, from[:min(batch, len(from), budget-len(order))]...)
	}
	if got := walked(t, Quam(d, graph, affinity, 0), g, query, budget); fmt.Sprint(got) != fmt.Sprint(order) {
		t.Errorf("got  %v\nwant %v", got, order)
	}
}

// TestAffinity: pairs of like items are rated higher where likeness goes along with scores.
func TestAffinity(t *testing.T) {
	d, g := toy(5, 10, 300, 4)
	dense, err := workbench.Observe(context.Background(), workbench.LookUp(g), d, workbench.Sampling{Dense: true})
	if err != nil {
		t.Fatal(err)
	}
	affinity, err := LearnAffinity(d, dense)
	if err != nil {
		t.Fatal(err)
	}
	a := curve.Knots(affinity)
	if low, high := a.At(-.5), a.At(.9); !(high > low+.05) {
		t.Errorf("affinity %v of unlike items, %v of like ones", low, high)
	}
}

func TestAffinityRefuses(t *testing.T) {
	d, g := toy(6, 10, 30, 4)
	dense, err := workbench.Observe(context.Background(), workbench.LookUp(g), d, workbench.Sampling{Dense: true})
	if err != nil {
		t.Fatal(err)
	}
	row := func(items []int32, values ...float32) *workbench.Scores {
		return &workbench.Scores{Items: 30, Rows: append(slices.Clone(dense.Rows), workbench.ScoreRow{Query: 7, Items: items, Values: values})}
	}
	for want, g := range map[string]*workbench.Scores{
		"the longest of 0 rows has 0":     {Items: 30},
		"the longest of 1 rows has 2":     {Items: 30, Rows: []workbench.ScoreRow{{Query: 1, Items: []int32{3, 4}, Values: []float32{1, 2}}}},
		"1 scores of 30 items":            row([]int32{1, 2}, 1),
		"query 7: the score of item 2 is": row([]int32{1, 2}, 1, float32(math.NaN())),
		"item 30 of 30":                   row([]int32{1, 30}, 1, 2),
		"2 scores of 30 items":            row(nil, 1, 2),
	} {
		if _, err := LearnAffinity(d, g); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	d.DE.Items = nil
	if _, err := LearnAffinity(d, dense); err == nil {
		t.Error("without vectors")
	}
}

// TestOnlineLearns: where scores are a rising function of the dual encoder's, the online
// estimate takes items in its order from the second batch on.
func TestOnlineLearns(t *testing.T) {
	d, g := toy(6, 10, 200, 5)
	graph, err := NewGraph(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	const query, budget = 8, 64
	for i := range g.Cols {
		g.Row(query)[i] = 10 * f32.Dot(d.DE.Queries.Row(query), d.DE.Items.Row(i))
	}
	r, err := Online(d, graph)
	if err != nil {
		t.Fatal(err)
	}
	found := map[int]bool{}
	for _, it := range walked(t, r, g, query, budget) {
		found[it] = true
	}
	hit := 0
	for _, it := range byDualEncoder(d)(query, budget) {
		if found[it] {
			hit++
		}
	}
	if hit < budget*9/10 {
		t.Errorf("%d of the %d best", hit, budget)
	}
}

// TestOnlineFit: the weights are those of the normal equations.
func TestOnlineFit(t *testing.T) {
	d, g := toy(7, 10, 100, 5)
	graph, err := NewGraph(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Online(d, graph)
	if err != nil {
		t.Fatal(err)
	}
	w, err := r.start(t.Context(), 8, 50)
	if err != nil {
		t.Fatal(err)
	}
	o := w.(*online)
	items := o.next(batch)
	o.learn(items, pick64(g.Row(8), items))
	mean, n := 0.0, float64(len(items))
	for _, it := range items {
		mean += g.At(8, it) / n
	}
	x, y := mat.NewDense(len(items), onlineFeatures, nil), mat.NewVecDense(len(items), nil)
	for i, it := range items {
		x.SetRow(i, o.features(it, mean))
		y.SetVec(i, g.At(8, it)-mean)
	}
	var gram, want mat.Dense
	gram.Mul(x.T(), x)
	for j := range onlineFeatures {
		gram.Set(j, j, gram.At(j, j)+onlineRidge)
	}
	var right mat.VecDense
	right.MulVec(x.T(), y)
	if err := want.Solve(&gram, &right); err != nil {
		t.Fatal(err)
	}
	for j, got := range o.fit(mean) {
		if math.Abs(got-want.At(j, 0)) > 1e-8 {
			t.Errorf("weight %d: %v, want %v", j, got, want.At(j, 0))
		}
	}
}

func pick64(row []float32, items []int) (s []float64) {
	for _, it := range items {
		s = append(s, float64(row[it]))
	}
	return s
}

// TestSupportIsCUR: a query whose scores are a mixture of the support queries' has them all by its
// scores for the anchors, before the networks change anything.
func TestSupportIsCUR(t *testing.T) {
	d, g := toy(8, 10, 150, 4)
	dense, err := workbench.Observe(t.Context(), workbench.LookUp(g), d, workbench.Sampling{Dense: true})
	if err != nil {
		t.Fatal(err)
	}
	s := &supports{seed: 1, made: map[int]*supported{}}
	rows := dense.DenseRows()
	for r := range 4 {
		s.rows, s.train = append(s.rows, standardised(rows.Row(2*r))), append(s.train, standardised(rows.Row(2*r+1)))
	}
	m, err := s.of(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	mixed := make([]float32, 150)
	for j, row := range s.rows {
		f32.Axpy(float32(j)-1.5, row, mixed)
	}
	for j, u := range m.embed(mixed) {
		if math.Abs(float64(u)-(float64(j)-1.5)) > .02 {
			t.Errorf("weight %d is %v, want %v", j, u, float64(j)-1.5)
		}
	}
}
