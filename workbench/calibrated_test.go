package workbench

import (
	"bytes"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// The recall of Calibrated on all 500 test verbs at every index cost, beside
// retrieve-and-rerank and AXN made from the same 50,000 calls.
func TestCalibratedGolden(t *testing.T) {
	if testing.Short() {
		t.Skip("searches 500 queries at six index costs")
	}
	d, s := verbs(t)
	d = with(d, nil) // views have a table of their own
	calls := []Sampling{{Queries: 100, Random: 100, Seed: 1}, {Random: 100, Seed: 1}, {Random: 400, Seed: 1}, {Queries: 100, Dense: true}, {Dense: true}}
	systems := []System{{Name: "Calibrated, no calls", Index: must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))},
		{Name: "Calibrated", Samplings: calls},
		{Name: "RnR_DE", Factorize: FactorizeOptions{Method: DualEncoder}, Search: SearchOptions{Rounds: 1}, Samplings: calls[1:2]},
		{Name: "AXN_DE", Factorize: FactorizeOptions{Method: DualEncoder}, Samplings: calls[1:2]},
		{Name: "AXN_DE lambda 0.8", Factorize: FactorizeOptions{Method: DualEncoder}, Search: SearchOptions{Lambda: .8}, Samplings: calls[1:2]}}
	rep := must[*Report](t)(Experiment{Dataset: d, Scorer: s, Systems: systems, Budgets: []int{100, 500}, TopK: []int{1, 10, 100}}.Run(t.Context()))
	goldenRecall(t, "calibrated.txt", rep)
	checkBetter(t, rep)
}

// checkBetter wants every Calibrated index, even the one made without calls, at
// least level in every cell with retrieve-and-rerank, and with every rival whose
// index cost no more.
func checkBetter(t *testing.T, rep *Report) {
	t.Helper()
	for _, ours := range rep.Measures {
		for _, rival := range rep.Measures {
			if !strings.HasPrefix(ours.System, "Calibrated") || strings.HasPrefix(rival.System, "Calibrated") || ours.Budget != rival.Budget || ours.K != rival.K {
				continue
			}
			if rival.IndexCalls > ours.IndexCalls && rival.System != "RnR_DE" {
				continue
			}
			if ours.Recall < rival.Recall-1e-9 {
				t.Errorf("%s from %d calls, B %d, k %d: recall %.3f, %s has %.3f", ours.System, ours.IndexCalls, ours.Budget, ours.K, ours.Recall, rival.System, rival.Recall)
			}
		}
	}
}

// Without scores one round is retrieve-and-rerank, item by item, and five are better.
func TestCalibratedWithoutScores(t *testing.T) {
	d, s := verbs(t)
	d = with(d, nil)
	queries := d.Test[:100]
	if testing.Short() { // as under the race detector
		queries = queries[:20]
	}
	ours := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))
	de := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{Method: DualEncoder}))
	once := SearchOptions{Budget: 100, Rounds: 1}
	got, want := must[[]Result](t)(ours.SearchAll(t.Context(), s, queries, once)), must[[]Result](t)(de.SearchAll(t.Context(), s, queries, once))
	for i := range got {
		if fmt.Sprint(got[i].Items) != fmt.Sprint(want[i].Items) {
			t.Fatalf("query %d: %v, retrieve-and-rerank %v", queries[i], got[i].Items, want[i].Items)
		}
	}
	rounds := must[[]Result](t)(ours.SearchAll(t.Context(), s, queries, SearchOptions{Budget: 100}))
	a, b := must[float64](t)(Recall(t.Context(), s, d, rounds, 100)), must[float64](t)(Recall(t.Context(), s, d, want, 100))
	if a < b+.02 {
		t.Errorf("recall %.3f with rounds, %.3f without", a, b)
	}
}

// An increasing map of the scores, other units of the dual encoder, and entries
// seen in another order change nothing but rounding.
func TestCalibratedIgnoresUnits(t *testing.T) {
	d, g := toy(61, 60, 200, 8)
	other, scaled := NewMatrix(g.Rows, g.Cols), *d
	for i, v := range g.Data {
		other.Data[i] = float32(math.Exp(float64(v)/4)) - 50
	}
	scaled.DE = DualEmbeddings{Queries: times(d.DE.Queries, 8), Items: times(d.DE.Items, .25)}
	o := SearchOptions{Budget: 40}
	a := must[float64](t)(Recall(t.Context(), LookUp(g), d, searchToy(t, d, g, o), 10))
	b := must[float64](t)(Recall(t.Context(), LookUp(other), d, searchToy(t, d, other, o), 10))
	c := must[float64](t)(Recall(t.Context(), LookUp(g), &scaled, searchToy(t, &scaled, g, o), 10))
	if math.Abs(a-b) > .011 || math.Abs(a-c) > .011 {
		t.Errorf("recall %v, mapped scores %v, scaled vectors %v", a, b, c)
	}
}

func times(m *Matrix, f float32) *Matrix {
	s := NewMatrix(m.Rows, m.Cols)
	for i, v := range m.Data {
		s.Data[i] = f * v
	}
	return s
}

func searchToy(t *testing.T, d *Dataset, g *Matrix, o SearchOptions) []Result {
	t.Helper()
	return must[[]Result](t)(toyIndex(t, d, g, Calibrated).SearchAll(t.Context(), LookUp(g), d.Test, o))
}

// Odd input gives finite scores and a search that spends its budget.
func TestCalibratedDegenerate(t *testing.T) {
	constant := func(g *Matrix) {
		for i := range g.Data {
			g.Data[i] = 3
		}
	}
	for name, c := range map[string]struct {
		sm   Sampling
		bend func(d *Dataset, g *Matrix)
	}{
		"one entry":            {Sampling{Queries: 1, Random: 1}, nil},
		"one train query":      {Sampling{Queries: 1, Random: 20}, nil},
		"one dense row":        {Sampling{Queries: 1, Dense: true}, nil},
		"constant scores":      {Sampling{Random: 40}, func(d *Dataset, g *Matrix) { constant(g) }},
		"constant dense rows":  {Sampling{Dense: true}, func(d *Dataset, g *Matrix) { constant(g) }},
		"duplicate embeddings": {Sampling{Random: 40}, func(d *Dataset, g *Matrix) { d.DE.Items = d.DE.Items.Select(make([]int, len(d.Items))) }},
		"zero embeddings":      {Sampling{Random: 40}, func(d *Dataset, g *Matrix) { d.DE.Items = NewMatrix(len(d.Items), 8) }},
		"outliers": {Sampling{Dense: true}, func(d *Dataset, g *Matrix) {
			g.Row(3)[7], g.Row(15)[2] = 3e38, -3e38
		}},
		"items never observed": {Sampling{PerQuery: 40}, nil},
	} {
		d, g := toy(62, 60, 120, 8)
		if c.bend != nil {
			c.bend(d, g)
		}
		scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, c.sm))
		ix := must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{}))
		for _, v := range append(ix.Features.Data, ix.Prior.Bias.Data...) {
			if v-v != 0 {
				t.Errorf("%s: the index holds %v", name, v)
				break
			}
		}
		for _, r := range must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: 50})) {
			if r.Calls != 50 {
				t.Errorf("%s: query %d spent %d calls", name, r.Query, r.Calls)
			}
		}
	}
}

// When the dual encoder is pure noise, dense rows still carry the search: its
// recall is that of random landmarks and regression (ADACUR from a random round)
// or better.
func TestCalibratedNoisyDualEncoder(t *testing.T) {
	d, g := toy(63, 120, 400, 8)
	rng := rand.New(rand.NewPCG(63, 2))
	d.DE = DualEmbeddings{Queries: unitRows(rng, 120, 8), Items: unitRows(rng, 400, 8)}
	scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Dense: true}))
	recall := func(m Method, o SearchOptions) float64 {
		ix := must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{Method: m}))
		return must[float64](t)(Recall(t.Context(), LookUp(g), d, must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, o)), 10))
	}
	ours := recall(Calibrated, SearchOptions{Budget: 30})
	landmarks := recall(ADACUR, SearchOptions{Budget: 30, First: ByChance(1)})
	if ours < landmarks-.02 { // one standard error over 60 queries
		t.Errorf("recall %.3f, random landmarks and regression %.3f", ours, landmarks)
	}
}

// TestTooFewScores: an index that learns nothing of the scores it is given says so, in the progress,
// in the log where nobody follows it, and in its String; one that learns counts its steps.
func TestTooFewScores(t *testing.T) {
	d, g := toy(61, 40, 300, 6)
	var last Progress
	follow := WithProgress(t.Context(), func(p Progress) { last = p })
	for name, c := range map[string]struct {
		sm     Sampling
		unused bool
	}{"few entries": {Sampling{Queries: 20, Random: 49}, true}, "few queries": {Sampling{Queries: 4, Dense: true}, true}, "enough": {Sampling{Queries: 5, Random: 200}, false}} {
		scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, c.sm))
		ix := must[*Index](t)(Factorize(follow, d, scores, FactorizeOptions{}))
		said := strings.Contains(last.Note, "learns nothing of")
		if said != c.unused || strings.Contains(ix.String(), "too few to learn from") != c.unused || !last.Final || (last.Done == 0) != c.unused {
			t.Errorf("%s: %+v, %v", name, last, ix)
		}
		var b bytes.Buffer
		log.SetOutput(&b)
		_, err := Factorize(t.Context(), d, scores, FactorizeOptions{})
		log.SetOutput(os.Stderr)
		if err != nil || strings.Contains(b.String(), "workbench: factorize: the index learns nothing of") != c.unused {
			t.Errorf("%s: %v, the log says %q", name, err, &b)
		}
	}
	if ix := must[*Index](t)(Factorize(follow, d, nil, FactorizeOptions{})); last.Note != "" || strings.Contains(ix.String(), "too few") {
		t.Errorf("without scores: %+v, %v", last, ix)
	}
}
