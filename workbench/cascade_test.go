package workbench

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// noisy are the scores of g with an error of so many units.
func noisy(seed uint64, g *Matrix, error float64) *Matrix {
	rng, fast := rand.New(rand.NewPCG(seed, 7)), NewMatrix(g.Rows, g.Cols)
	for i, v := range g.Data {
		fast.Data[i] = v + float32(error*rng.NormFloat64())
	}
	return fast
}

// TestCascade: rounds are Fast's, what is returned is Exact's of the best of them, in its order, and
// both are counted.
func TestCascade(t *testing.T) {
	d, g := toy(3, 40, 600, 12)
	quick := noisy(3, g, .3)
	ix := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))
	o := SearchOptions{K: 5, Budget: 60}
	alone := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(quick), d.Test, o))
	for _, again := range []int{0, 3, 7, 200} {
		fast, exact := spyOn(LookUp(quick)), spyOn(LookUp(g))
		rs := must[[]Result](t)(ix.SearchAll(t.Context(), &Cascade{Fast: fast, Exact: exact, Again: again}, d.Test, o))
		want := min(60, max(5, cmpOr(again, 10)))
		for i, r := range rs {
			if !slices.EqualFunc(r.Rounds, alone[i].Rounds, func(a, b Round) bool { return slices.Equal(a.Items, b.Items) && slices.Equal(a.Scores, b.Scores) }) {
				t.Fatalf("query %d: the rounds are not those of Fast alone", r.Query)
			}
			if r.Calls != 60 || r.ExactCalls != want || len(r.Rescored.Items) != want || len(r.Items) != 5 {
				t.Fatalf("Again %d: %d and %d calls, %d items; want 60, %d, 5", again, r.Calls, r.ExactCalls, len(r.Items), want)
			}
			if best, _ := best(alone[i].Rounds, want); !slices.Equal(r.Rescored.Items, best) {
				t.Fatalf("query %d: scored again %v, want %v", r.Query, r.Rescored.Items, best)
			}
			slow := slices.Clone(r.Rescored.Items)
			slices.SortFunc(slow, func(a, b int) int {
				return cmpOr(-compare(g.At(r.Query, a), g.At(r.Query, b)), a-b)
			})
			if !slices.Equal(r.Items, slow[:5]) {
				t.Fatalf("query %d: items %v, want %v", r.Query, r.Items, slow[:5])
			}
			for j, it := range r.Items {
				if r.Scores[j] != g.At(r.Query, it) {
					t.Fatalf("query %d, item %d: score %v, want Exact's %v", r.Query, it, r.Scores[j], g.At(r.Query, it))
				}
			}
		}
		if fast.calls.Load() != int64(60*len(d.Test)) || exact.calls.Load() != int64(want*len(d.Test)) {
			t.Errorf("Again %d: %d calls of Fast and %d of Exact", again, fast.calls.Load(), exact.calls.Load())
		}
	}
	all := must[*Result](t)(ix.Search(t.Context(), Cascade{Fast: LookUp(quick), Exact: LookUp(g)}, d.Test[0], SearchOptions{Budget: 60}))
	if len(all.Items) != 60 || all.ExactCalls != 60 {
		t.Errorf("without a K %d items, %d scored again; want all 60", len(all.Items), all.ExactCalls)
	}
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// TestCascadeOfOne: where Fast is Exact, a cascade finds what a search finds.
func TestCascadeOfOne(t *testing.T) {
	d, g := toy(5, 30, 400, 10)
	ix := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))
	o := SearchOptions{K: 7, Budget: 50}
	want := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, o))
	got := must[[]Result](t)(ix.SearchAll(t.Context(), Cascade{Fast: LookUp(g), Exact: LookUp(g)}, d.Test, o))
	for i := range want {
		if !slices.Equal(got[i].Items, want[i].Items) || !slices.Equal(got[i].Scores, want[i].Scores) {
			t.Errorf("query %d: %v, want %v", want[i].Query, got[i].Items, want[i].Items)
		}
	}
}

// TestCascadeIsObservedByFast: an index made with it expects Fast's scores, and more noise the noisier Fast is.
func TestCascadeIsObservedByFast(t *testing.T) {
	d, g := toy(7, 80, 300, 10)
	var noise []float64
	for _, e := range []float64{0, .5} {
		s := Cascade{Fast: LookUp(noisy(7, g, e)), Exact: LookUp(g)}
		scores := must[*Scores](t)(Observe(t.Context(), s, d, Sampling{PerQuery: 20, Random: 40, Seed: 1}))
		if want := must[string](t)(s.Fast.(Fingerprinter).Fingerprint()); scores.Fingerprint != want {
			t.Errorf("observed by %q, want Fast's %q", scores.Fingerprint, want)
		}
		noise = append(noise, must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{})).Prior.Noise)
	}
	if noise[1] < 1.2*noise[0] {
		t.Errorf("noise %v for an exact Fast, %v for one with an error of half a unit", noise[0], noise[1])
	}
}

// TestExperimentWithACascade: recall counts what Exact scored, and its calls stand apart.
func TestExperimentWithACascade(t *testing.T) {
	d, g := toy(9, 40, 500, 12)
	exact := LookUp(g)
	rep := must[*Report](t)(Experiment{Dataset: d, Scorer: exact, Budgets: []int{40}, TopK: []int{1, 10}, Systems: []System{
		{Name: "exact"}, {Name: "two tiers", Scorer: Cascade{Fast: LookUp(noisy(9, g, .1)), Exact: exact}},
		{Name: "few again", Scorer: Cascade{Fast: LookUp(noisy(9, g, .1)), Exact: exact, Again: 10}},
	}}.Run(t.Context()))
	for _, m := range rep.Measures {
		want := map[string]float64{"exact": 0, "two tiers": 20, "few again": 10}[m.System]
		if m.Calls != 40 || m.ExactCalls != want {
			t.Errorf("%s: %v calls and %v of Exact, want 40 and %v", m.System, m.Calls, m.ExactCalls, want)
		}
	}
	if one, two, few := rep.Measures[1].Recall, rep.Measures[3].Recall, rep.Measures[5].Recall; two < one-.05 || few > two {
		t.Errorf("recall %v in one tier, %v in two, %v with ten again", one, two, few)
	}
	if names := rep.Frame().Names(); !slices.Contains(names, "exact_calls") {
		t.Error(names)
	}
}

// TestCascadeThatFails names what is missing and what went wrong, and returns no score of Fast's as an answer.
func TestCascadeThatFails(t *testing.T) {
	d, g := toy(11, 20, 200, 8)
	ix := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))
	o := SearchOptions{K: 5, Budget: 20}
	if _, err := ix.Search(t.Context(), Cascade{Fast: LookUp(g)}, 0, o); err == nil || !strings.Contains(err.Error(), "needs Fast and Exact") {
		t.Error(err)
	}
	if _, err := ix.Search(t.Context(), Cascade{Fast: LookUp(g), Exact: LookUp(g), Again: -1}, 0, o); err == nil {
		t.Error("Again -1 was taken")
	}
	one, both := Cascade{Fast: LookUp(g)}, Cascade{Fast: LookUp(g), Exact: LookUp(g)}
	for name, s := range map[string]Scorer{"half": one, "none": (*Cascade)(nil), "of Cascades": Cascade{Fast: both, Exact: LookUp(g)}} {
		if _, err := ix.Search(t.Context(), s, 0, o); err == nil {
			t.Errorf("%s: a search was made", name)
		}
		if _, err := Exact(t.Context(), s, d, d.Test[:1], 5); err == nil {
			t.Errorf("%s: Exact was made", name)
		}
		if _, err := Observe(t.Context(), s, d, Sampling{Random: 5}); err == nil {
			t.Errorf("%s: observed", name)
		}
	}
	type searcher struct{ Searcher }
	e := Experiment{Dataset: d, Scorer: both, Budgets: []int{20}, TopK: []int{5}, Systems: []System{{Name: "other", Searcher: searcher{ix}}}}
	if _, err := e.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "give it one Scorer") {
		t.Errorf("a Searcher that scores nothing again: %v", err)
	}
	broken := errors.New("broken")
	s := ScorerFunc(func(context.Context, []Pair) ([]float64, error) { return nil, broken })
	rs, err := ix.SearchAll(t.Context(), Cascade{Fast: LookUp(g), Exact: s}, d.Test[:2], o)
	if !errors.Is(err, broken) || len(rs) != 2 || len(rs[0].Items) > 0 || rs[0].ExactCalls > 0 || rs[0].Calls != 20 {
		t.Errorf("%v, %+v", err, rs)
	}
	small := LookUp(&Matrix{Rows: g.Rows, Cols: 300, Data: make([]float32, 300*g.Rows)})
	if _, err := ix.Search(t.Context(), Cascade{Fast: ScorerFunc(LookUp(g).Score), Exact: small}, 0, o); err == nil || !strings.Contains(err.Error(), "300 items") {
		t.Error(err)
	}
}
