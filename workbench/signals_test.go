package workbench

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/sharedtest"
)

// noise is a signal that says nothing.
func noise(seed uint64) Signal {
	return Signal{"noise", InitializerFunc(func(query int, dst []float32) error {
		rng := rand.New(rand.NewPCG(seed, uint64(query)))
		for i := range dst {
			dst[i] = rng.Float32()
		}
		return nil
	})}
}

// hint is a signal that knows something of the scores which the dual encoder does not: their
// sum with noise, on a scale of its own.
func hint(g *Matrix) Signal {
	return Signal{"hint", InitializerFunc(func(query int, dst []float32) error {
		rng := rand.New(rand.NewPCG(1, uint64(query)))
		for i := range dst {
			dst[i] = float32(math.Exp(float64(g.Row(query)[i]) + rng.NormFloat64()))
		}
		return nil
	})}
}

// A signal that knows something of the scores finds more, with and without train scores; of
// noise beside it nothing is kept, and alone it leaves every figure as it was.
func TestSignals(t *testing.T) {
	d, g := toy(71, 80, 300, 8)
	for _, sm := range []Sampling{{}, {Random: 60, Seed: 1}} {
		recall := func(signals ...Signal) (float64, *Index) {
			with := *d
			with.Signals = signals
			ix := must[*Index](t)(Factorize(t.Context(), &with, toyScores(t, d, g, sm), FactorizeOptions{}))
			return toyRecall(t, d, g, ix, 30), ix
		}
		none, _ := recall()
		both, ix := recall(noise(1), hint(g))
		useless, _ := recall(noise(1), noise(2))
		if both < none+.02 || len(ix.Prior.Signals) != 1 || ix.Prior.Signals[0].Name != "hint" {
			t.Errorf("%v: recall %.3f without signals, %.3f with; kept %+v", sm, none, both, ix.Prior.Signals)
		}
		if useless != none {
			t.Errorf("%v: recall %.3f without signals, %.3f with noise", sm, none, useless)
		}
	}
}

// After a search the scores, signals among them, are the posterior of the model in float64, and a
// search over a store, which knows nothing of signals, scores the same items.
func TestSignalsAgainstSlow(t *testing.T) {
	d, g := toy(72, 60, 200, 6)
	d.Signals = []Signal{hint(g)}
	ix := toyIndex(t, d, g, Calibrated)
	if len(ix.Prior.Signals) != 1 {
		t.Fatal("the signal was not kept")
	}
	q, o := d.Test[0], SearchOptions{Budget: 40, Rounds: 2}
	r := must[*Result](t)(ix.Search(t.Context(), LookUp(g), q, o))
	b, err := ix.newBlock(t.Context(), []int{q}, ix.options(o))
	if err != nil {
		t.Fatal(err)
	}
	e := b.seekers[0].est.(*calibratedEstimate)
	z := e.signals[0]
	for _, round := range r.Rounds {
		if err := e.meet(t.Context(), b.items, round.Items); err != nil {
			t.Fatal(err)
		}
		e.observe(round.Scores)
	}
	got := NewMatrix(1, len(d.Items))
	ix.items().Scores(b.probes(0), got.view())
	last, w := e.own(), ix.Prior.Signals[0]
	slope := 1 + ix.Prior.Slope*float64(e.U[last])
	for i := range d.Items {
		sim := float64(f32.Dot(d.DE.Queries.Row(q), d.DE.Items.Row(i)))
		m := ix.Prior.Curve.At(sim) + ix.Prior.Bias.At(i, 0) + w.Mean*float64(z[i])
		want := w.Deviation * float64(e.U[last+1]) * float64(z[i])
		for j := range last {
			f := ix.Features.At(i, j)
			if j < len(e.place) {
				m += f * float64(e.place[j])
			}
			want += f * float64(e.U[j])
		}
		if want += slope * m; math.Abs(want-got.At(0, i)) > 1e-4*(1+math.Abs(want)) {
			t.Fatalf("item %d: %v, want %v", i, got.At(0, i), want)
		}
	}
	o.Store = ix.Items()
	stored := must[*Result](t)(ix.Search(t.Context(), LookUp(g), q, o))
	if a, b := toyRecallOf(t, d, g, *r), toyRecallOf(t, d, g, *stored); math.Abs(a-b) > .11 {
		t.Errorf("recall %v in memory, %v over a store", a, b)
	}
}

func toyRecallOf(t *testing.T, d *Dataset, g *Matrix, r Result) float64 {
	t.Helper()
	return must[float64](t)(Recall(t.Context(), LookUp(g), d, []Result{r}, 10))
}

// An index that is opened again says which signal it lacks, and answers the same with it; asked
// for other queries it does without.
func TestSignalsAreNotSaved(t *testing.T) {
	d, g := toy(73, 60, 200, 6)
	d.Signals = []Signal{hint(g)}
	ix := toyIndex(t, d, g, Calibrated)
	want := toyRecall(t, d, g, ix, 40)
	path := t.TempDir() + "/index.axn"
	if err := ix.Save(path); err != nil {
		t.Fatal(err)
	}
	again := must[*Index](t)(OpenIndex(path))
	if _, err := again.Search(t.Context(), LookUp(g), 0, SearchOptions{Budget: 10}); err == nil || !strings.Contains(err.Error(), "Index.Signals") {
		t.Errorf("error %v", err)
	}
	again.Signals = d.Signals
	if got := toyRecall(t, d, g, again, 40); got != want {
		t.Errorf("recall %v, before it was saved %v", got, want)
	}
	if _, err := must[*Index](t)(ix.For(d.DE.Queries)).Search(t.Context(), LookUp(g), 0, SearchOptions{Budget: 10}); err != nil {
		t.Error(err)
	}
	again.Signals = []Signal{{"hint", InitializerFunc(func(_ int, dst []float32) error {
		dst[7] = float32(math.NaN())
		return nil
	})}}
	if _, err := again.Search(t.Context(), LookUp(g), 0, SearchOptions{Budget: 10}); err == nil || !strings.Contains(err.Error(), "item 7") {
		t.Errorf("error %v", err)
	}
}

// The recall of Calibrated on all 500 test verbs with BM25 as a second signal, beside views and
// without them.
func TestSignalsGolden(t *testing.T) {
	if testing.Short() {
		t.Skip("searches 500 queries at two index costs")
	}
	texts := must[*Dataset](t)(OpenTexts(sharedtest.Path(t, "data", "verbs")))
	d, s := verbs(t)
	text := map[string]string{}
	for _, q := range texts.Queries {
		text[q.ID] = q.Text
	}
	for i := range d.Queries {
		d.Queries[i].Text = text[d.Queries[i].ID]
	}
	for i := range d.Items {
		d.Items[i].Text = texts.Items[i].Text
	}
	d.Signals = []Signal{{"bm25", must[Initializer](t)(ByBM25(d))}}
	calls := []Sampling{{Queries: 100, Random: 100, Seed: 1}}
	all := &Report{}
	for _, c := range []struct {
		name string
		d    *Dataset
	}{{"view, alone, BM25", d}, {"BM25", with(d, nil)}} {
		systems := []System{{Name: c.name + ", none", Index: must[*Index](t)(Factorize(t.Context(), c.d, nil, FactorizeOptions{}))}, {Name: c.name, Samplings: calls}}
		rep := must[*Report](t)(Experiment{Dataset: c.d, Scorer: s, Systems: systems, Budgets: []int{100, 500}, TopK: []int{1, 10, 100}}.Run(t.Context()))
		all.Measures, all.Queries = append(all.Measures, rep.Measures...), rep.Queries
	}
	goldenRecall(t, "signals.txt", all)
}
