package workbench

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"axn/workbench/internal/f32"
)

// viewedToy is a toy whose scores also go along with 6 features of the items that
// the dual encoder half knows, in a direction of each query's own and in one of all
// queries, which Alone tells with some noise. Its view is these features, turned.
func viewedToy(seed uint64, queries, items int) (*Dataset, *Matrix) {
	d, g := toy(seed, queries, items, 8)
	rng := rand.New(rand.NewPCG(seed, 2))
	hidden, loads, turn := NewMatrix(items, 6), normals(rng, queries, 6), normals(rng, 6, 6)
	f32.Mul(hidden.view(), d.DE.Items.view(), normals(rng, 8, 6).view(), 1)
	view, alone := NewMatrix(items, 6), NewMatrix(items, 1)
	for i := range items {
		for j := range 6 {
			hidden.Row(i)[j] += float32(.7 * rng.NormFloat64())
		}
		alone.Data[i] = hidden.Row(i)[0] + float32(.3*rng.NormFloat64())
	}
	f32.Mul(view.view(), hidden.view(), turn.view(), 1)
	for q := range queries {
		for i := range items {
			g.Row(q)[i] += .5*f32.Dot(loads.Row(q), hidden.Row(i)) + 1.5*hidden.Row(i)[0]
		}
	}
	d.Views, d.Alone = []View{{Name: "ce", Items: view}}, alone
	return d, g
}

// with returns a copy of d that has other views.
func with(d *Dataset, alone *Matrix, views ...View) *Dataset {
	other := *d
	other.Views, other.Alone = views, alone
	return &other
}

// toyScores draws from a score matrix; none for no calls.
func toyScores(t *testing.T, d *Dataset, g *Matrix, sm Sampling) *Scores {
	t.Helper()
	if sm == (Sampling{}) {
		return nil
	}
	return must[*Scores](t)(Observe(t.Context(), LookUp(g), d, sm))
}

var viewSamplings = []Sampling{{}, {Random: 40, Seed: 1}, {Queries: 20, Dense: true}}

func toyRecall(t *testing.T, d *Dataset, g *Matrix, ix *Index, budget int) float64 {
	t.Helper()
	rs := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: budget}))
	return must[float64](t)(Recall(t.Context(), LookUp(g), d, rs, 10))
}

// The recall of Calibrated on all 500 test verbs with what the cross-encoder says of
// each item alone: its view, its score beside an empty query, and both.
func TestViewsGolden(t *testing.T) {
	if testing.Short() {
		t.Skip("searches 500 queries at four index costs")
	}
	d, s := verbs(t)
	calls := []Sampling{{Random: 100, Seed: 1}, {Queries: 100, Random: 100, Seed: 1}, {Queries: 100, Dense: true}}
	all := &Report{}
	for _, c := range []struct {
		name  string
		d     *Dataset
		calls []Sampling
	}{
		{"view and alone", d, calls},
		{"view", with(d, nil, d.Views...), calls[:1]},
		{"alone", with(d, d.Alone), calls[:1]},
	} {
		systems := []System{{Name: c.name + ", no calls", Index: must[*Index](t)(Factorize(t.Context(), c.d, nil, FactorizeOptions{}))}, {Name: c.name, Samplings: c.calls}}
		rep := must[*Report](t)(Experiment{Dataset: c.d, Scorer: s, Systems: systems, Budgets: []int{100, 500}, TopK: []int{1, 10, 100}}.Run(t.Context()))
		all.Measures, all.Queries = append(all.Measures, rep.Measures...), rep.Queries
	}
	goldenRecall(t, "views.txt", all)
}

// Views that tell something help, and so does Alone where nothing was observed.
func TestViewsHelp(t *testing.T) {
	d, g := viewedToy(301, 120, 900)
	for _, sm := range viewSamplings {
		scores := toyScores(t, d, g, sm)
		recall := func(d *Dataset) float64 {
			return toyRecall(t, d, g, must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{})), 40)
		}
		none, views, both := recall(with(d, nil)), recall(with(d, nil, d.Views...)), recall(d)
		t.Logf("%v: %.3f without views, %.3f with, %.3f with Alone", sm, none, views, both)
		if views < none+.02 && none < .98 || views < none-.005 {
			t.Errorf("%v: recall %.3f with views, %.3f without", sm, views, none)
		}
		if both < views-.02 || sm == (Sampling{}) && both < views+.02 {
			t.Errorf("%v: recall %.3f with Alone, %.3f without", sm, both, views)
		}
	}
}

// Views that say nothing leave an index as it is without them, bit for bit.
func TestViewsOfNothing(t *testing.T) {
	d, g := viewedToy(302, 80, 500)
	rng := rand.New(rand.NewPCG(302, 3))
	constant, single := NewMatrix(500, 3), normals(rng, 500, 1)
	for i := range constant.Data {
		constant.Data[i] = 1e3
	}
	for _, sm := range viewSamplings {
		scores := toyScores(t, d, g, sm)
		want := must[*Index](t)(Factorize(t.Context(), with(d, nil), scores, FactorizeOptions{}))
		for name, other := range map[string]*Dataset{
			"noise":    with(d, nil, View{Name: "noise", Items: normals(rng, 500, 128)}),
			"constant": with(d, constantColumn(constant), View{Name: "constant", Items: constant}),
			"alone":    with(d, single),
		} {
			got := must[*Index](t)(Factorize(t.Context(), other, scores, FactorizeOptions{}))
			if !slices.Equal(got.Features.Data, want.Features.Data) || !slices.Equal(got.Prior.Map.Data, want.Prior.Map.Data) {
				t.Errorf("%v, %s: %d features, %d without", sm, name, got.Features.Cols, want.Features.Cols)
			}
		}
	}
}

func constantColumn(m *Matrix) *Matrix { return &Matrix{Rows: m.Rows, Cols: 1, Data: m.Data[:m.Rows]} }

// Scores speak for a feature that has nothing to do with the dual encoder's vectors.
func TestViewsOfTheirOwn(t *testing.T) {
	d, g := toy(303, 120, 500, 8)
	own := normals(rand.New(rand.NewPCG(303, 3)), 500, 1)
	for q := range g.Rows {
		load := float32(math.Sin(float64(q)))
		for i := range g.Cols {
			g.Row(q)[i] += load * own.Data[i]
		}
	}
	seen := with(d, nil, View{Name: "own", Items: own})
	scores := toyScores(t, d, g, Sampling{Random: 40, Seed: 1})
	a := toyRecall(t, d, g, must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{})), 40)
	b := toyRecall(t, d, g, must[*Index](t)(Factorize(t.Context(), seen, scores, FactorizeOptions{})), 40)
	t.Logf("recall %.3f without the feature, %.3f with it", a, b)
	if b < a+.05 {
		t.Errorf("recall %.3f without the feature, %.3f with it", a, b)
	}
}

// The same view twice, in other units, off centre, with columns of nothing and
// columns twice, is the same view: without scores prior means and covariance agree to
// 1e-3, with scores recall to 0.02, for the fit's linear system is not solved to the end.
func TestViewsInOtherForm(t *testing.T) {
	d, g := viewedToy(304, 80, 500)
	view := d.Views[0].Items
	far, more := NewMatrix(view.Rows, view.Cols), NewMatrix(view.Rows, 2*view.Cols+1)
	for i := range view.Rows {
		for j, v := range view.Row(i) {
			far.Row(i)[j] = 20*v - 50
			more.Row(i)[j], more.Row(i)[view.Cols+1+j] = v, v
		}
		more.Row(i)[view.Cols] = 7
	}
	for _, sm := range viewSamplings {
		scores := toyScores(t, d, g, sm)
		want := must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{}))
		for name, views := range map[string][]View{
			"twice":         {d.Views[0], {Name: "again", Items: view}},
			"far":           {{Name: "far", Items: far}},
			"columns twice": {{Name: "more", Items: more}},
		} {
			got := must[*Index](t)(Factorize(t.Context(), with(d, d.Alone, views...), scores, FactorizeOptions{}))
			if a, b := toyRecall(t, d, g, want, 40), toyRecall(t, d, g, got, 40); math.Abs(a-b) > .02 {
				t.Errorf("%v, %s: recall %.3f, %.3f for the view itself", sm, name, b, a)
			}
			if scores != nil {
				continue
			}
			if off := furthest(priorMeans(t, want, d.Test), priorMeans(t, got, d.Test)); off > 1e-3 {
				t.Errorf("%s: prior means differ by %v", name, off)
			}
			if off := furthest(covariance(want), covariance(got)); off > 1e-3 {
				t.Errorf("%s: covariances differ by %v", name, off)
			}
		}
	}
}

// A view that repeats the dual encoder's vectors adds nothing and costs next to
// nothing.
func TestViewOfTheVectors(t *testing.T) {
	d, g := toy(305, 120, 500, 8)
	same := with(d, nil, View{Name: "de", Items: d.DE.Items})
	for _, sm := range viewSamplings {
		scores := toyScores(t, d, g, sm)
		a := toyRecall(t, d, g, must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{})), 40)
		b := toyRecall(t, d, g, must[*Index](t)(Factorize(t.Context(), same, scores, FactorizeOptions{})), 40)
		if math.Abs(a-b) > .02 {
			t.Errorf("%v: recall %.3f without the view, %.3f with it", sm, a, b)
		}
	}
}

// Items in another order are the same items.
func TestViewsPermuted(t *testing.T) {
	d, _ := viewedToy(306, 20, 300)
	order := rand.New(rand.NewPCG(306, 3)).Perm(300)
	other := with(d, d.Alone.Select(order), View{Name: "ce", Items: d.Views[0].Items.Select(order)})
	other.DE.Items = d.DE.Items.Select(order)
	a := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))
	b := must[*Index](t)(Factorize(t.Context(), other, nil, FactorizeOptions{}))
	if off := furthest(a.Features.Select(order).view(), b.Features.view()); off > 1e-4 {
		t.Errorf("features differ by %v", off)
	}
}

// An index with views answers the same bits when it was saved and opened, and over
// its items as a store.
func TestViewsSaved(t *testing.T) {
	d, g := viewedToy(307, 80, 500)
	path := filepath.Join(t.TempDir(), "index")
	for _, sm := range viewSamplings {
		ix := must[*Index](t)(Factorize(t.Context(), d, toyScores(t, d, g, sm), FactorizeOptions{}))
		if err := ix.Save(path); err != nil {
			t.Fatal(err)
		}
		search := func(ix *Index, store ItemStore) []Result {
			return must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: 40, Store: store, Oversample: 500}))
		}
		opened, mapped := must[*Index](t)(OpenIndex(path)), must[*Index](t)(MapIndex(path))
		want := search(ix, nil)
		for name, got := range map[string][]Result{"opened": search(opened, nil), "mapped": search(mapped, nil), "over a store": search(ix.Head(), ix.Items())} {
			for i := range want {
				if !slices.Equal(got[i].Items, want[i].Items) {
					t.Fatalf("%v, %s: query %d finds other items", sm, name, want[i].Query)
				}
			}
		}
		if err := mapped.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// The fit has the same bits on any number of threads, and in parts, by workers that
// forget everything in between, the same prior means and covariance to 1e-2.
func TestViewsInParts(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	d, g := viewedToy(310, 80, 700)
	samplings := viewSamplings[1:]
	if testing.Short() { // as under the race detector
		samplings = samplings[:1]
	}
	for _, sm := range samplings {
		scores := toyScores(t, d, g, sm)
		want := must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{}))
		for _, threads := range []int{1, 3} {
			runtime.GOMAXPROCS(threads)
			got := must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{}))
			if !slices.Equal(got.Features.Data, want.Features.Data) || !slices.Equal(got.Prior.Map.Data, want.Prior.Map.Data) {
				t.Errorf("%v: %d threads give another index", sm, threads)
			}
		}
		for _, fresh := range []bool{false, true} {
			got := must[*Index](t)(FactorizeRows(t.Context(), d, scores, inParts(t, d, scores, 17, fresh)))
			if off := furthest(priorMeans(t, want, d.Test), priorMeans(t, got, d.Test)); off > 1e-2 {
				t.Errorf("%v, fresh %v: prior means differ by %v", sm, fresh, off)
			}
			if off := furthest(covariance(want), covariance(got)); off > 1e-2 {
				t.Errorf("%v, fresh %v: covariances differ by %v", sm, fresh, off)
			}
		}
	}
}
