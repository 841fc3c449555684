package workbench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/shelf"
)

// Every method spends at most the budget, never asks for a pair twice, splits it
// into the rounds asked for, and ranks by exact score.
func TestSearchSpendsTheBudget(t *testing.T) {
	d, g := toy(1, 40, 200, 8)
	for _, m := range allMethods() {
		ix := toyIndex(t, d, g, m)
		for _, o := range []SearchOptions{{Budget: 1}, {Budget: 7, Rounds: 3}, {Budget: 50}, {Budget: 50, Rounds: 50, K: 5}, {Budget: 10, Rounds: 20}, {Budget: 1000, K: 2000}} {
			s := spyOn(LookUp(g))
			rs := must[[]Result](t)(ix.SearchAll(t.Context(), s, d.Test, o))
			want := min(o.Budget, 200)
			if got := int(s.calls.Load()); got != want*len(d.Test) {
				t.Errorf("%s %+v: %d calls for %d queries, want %d each", m, o, got, len(d.Test), want)
			}
			for _, r := range rs {
				full := ix.options(o)
				if r.Calls != want || len(r.Rounds) != len(roundSizes(want, full.Rounds, full.FirstShare)) {
					t.Fatalf("%s %+v: %d calls in %d rounds", m, o, r.Calls, len(r.Rounds))
				}
				checkRanking(t, g, r, o.K)
			}
		}
	}
}

func checkRanking(t *testing.T, g *Matrix, r Result, k int) {
	t.Helper()
	if n := min(r.Calls, cmpOr(k, r.Calls)); len(r.Items) != n || len(r.Scores) != n {
		t.Fatalf("query %d: %d items, %d scores, want %d", r.Query, len(r.Items), len(r.Scores), n)
	}
	for i, it := range r.Items {
		if r.Scores[i] != g.At(r.Query, it) {
			t.Fatalf("query %d, item %d: score %v, truth %v", r.Query, it, r.Scores[i], g.At(r.Query, it))
		}
		if i > 0 && (r.Scores[i] > r.Scores[i-1] || (r.Scores[i] == r.Scores[i-1] && it < r.Items[i-1])) {
			t.Fatalf("query %d: place %d is out of order", r.Query, i)
		}
	}
}

func cmpOr(a, b int) int {
	if a != 0 {
		return a
	}
	return b
}

// With one round, or when the blend never moves the query vector, AXN is
// retrieve-and-rerank: the dual encoder's top B.
func TestRetrieveAndRerank(t *testing.T) {
	d, g := toy(2, 40, 200, 8)
	ix := toyIndex(t, d, g, DualEncoder)
	sims := make([]float32, 200)
	for _, o := range []SearchOptions{{Budget: 40, Rounds: 1}, {Budget: 40, Rounds: 4, Lambda: 1}} {
		for _, q := range d.Test {
			d.DE.similarities(sims, d.DE.Queries.Row(q))
			want := slowTop(sims, 40)
			r := must[*Result](t)(ix.Search(t.Context(), LookUp(g), q, o))
			var got []int
			for _, round := range r.Rounds {
				got = append(got, round.Items...)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%+v query %d: got %v, want %v", o, q, got, want)
			}
		}
	}
}

// slowTop sorts all items by score, ties by lower item.
func slowTop(scores []float32, k int) []int {
	items := make([]int, len(scores))
	for i := range items {
		items[i] = i
	}
	slices.SortStableFunc(items, func(a, b int) int {
		switch {
		case scores[a] > scores[b]:
			return -1
		case scores[a] < scores[b]:
			return 1
		}
		return 0
	})
	return items[:k]
}

// A budget of at least all items is exact search.
func TestWholeBudgetIsExact(t *testing.T) {
	d, g := toy(3, 20, 100, 8)
	for _, m := range allMethods() {
		ix := toyIndex(t, d, g, m)
		rs := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: 100, K: 10}))
		exact := must[[]Neighbors](t)(Exact(t.Context(), LookUp(g), d, d.Test, 10))
		for i := range rs {
			if !slices.Equal(rs[i].Items, exact[i].Items) {
				t.Errorf("%s query %d: %v, exact %v", m, rs[i].Query, rs[i].Items, exact[i].Items)
			}
		}
		if rec := must[float64](t)(Recall(t.Context(), LookUp(g), d, rs, 10)); rec != 1 {
			t.Errorf("%s: recall %v", m, rec)
		}
	}
}

// The answer does not depend on how many queries are searched together, nor on
// how a saved index is reopened.
func TestSearchTogetherAloneAndReopened(t *testing.T) {
	d, g := toy(4, 200, 120, 8)
	for _, m := range allMethods() {
		ix := toyIndex(t, d, g, m)
		path := filepath.Join(t.TempDir(), "toy.index")
		if err := ix.Save(path); err != nil {
			t.Fatal(err)
		}
		again := must[*Index](t)(OpenIndex(path))
		o := SearchOptions{Budget: 30, K: 10}
		together := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, o))
		for i, q := range d.Test {
			for name, index := range map[string]*Index{"alone": ix, "reopened": again} {
				r := must[*Result](t)(index.Search(t.Context(), LookUp(g), q, o))
				if !sameValues(*r, together[i]) {
					t.Fatalf("%s, %s, query %d: %v, together %v", m, name, q, r.Items, together[i].Items)
				}
			}
		}
	}
}

// Neither does it depend on the number of threads: enough items for several
// chunks, draws and every kind of first round included.
func TestSearchOnAnyThreads(t *testing.T) {
	d, g := toy(10, 40, 1500, 8)
	for _, m := range allMethods() {
		ix := toyIndex(t, d, g, m)
		for name, o := range map[string]SearchOptions{
			"plain": {Budget: 60}, "softmax": {Budget: 60, Softmax: .5, Seed: 3},
			"first by chance": {Budget: 60, First: ByChance(4)}, "first by dual encoder": {Budget: 60, First: ByDualEncoder(d.DE)},
		} {
			var runs [2][]Result
			for i := range runs {
				old := runtime.GOMAXPROCS(1 + 2*i)
				runs[i] = must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, o))
				runtime.GOMAXPROCS(old)
			}
			if !sameValues(runs[0], runs[1]) {
				t.Errorf("%s, %s: one thread and three give other results", m, name)
			}
		}
	}
}

// Giving the items other rows gives the same answer under the other names.
func TestRelabelledItems(t *testing.T) {
	d, g := toy(5, 40, 150, 8)
	perm := rand.New(rand.NewPCG(5, 5)).Perm(150) // new row i holds old item perm[i]
	d2, g2 := *d, NewMatrix(g.Rows, g.Cols)
	d2.DE.Items, d2.Items = d.DE.Items.Select(perm), nil
	for i, old := range perm {
		d2.Items = append(d2.Items, d.Items[old])
		for q := range g.Rows {
			g2.Row(q)[i] = g.Row(q)[old]
		}
	}
	for _, m := range allMethods() {
		if m == ANNCUR {
			continue // its anchors are rows drawn by number
		}
		dense := Sampling{Dense: true}
		ix := must[*Index](t)(Factorize(t.Context(), d, must[*Scores](t)(Observe(t.Context(), LookUp(g), d, dense)), FactorizeOptions{Method: m}))
		ix2 := must[*Index](t)(Factorize(t.Context(), &d2, must[*Scores](t)(Observe(t.Context(), LookUp(g2), &d2, dense)), FactorizeOptions{Method: m}))
		for _, q := range d.Test {
			o := SearchOptions{Budget: 25, K: 10}
			r := must[*Result](t)(ix.Search(t.Context(), LookUp(g), q, o))
			r2 := must[*Result](t)(ix2.Search(t.Context(), LookUp(g2), q, o))
			for i, it := range r2.Items {
				if perm[it] != r.Items[i] {
					t.Fatalf("%s query %d: place %d is item %d, relabelled %d", m, q, i, r.Items[i], perm[it])
				}
			}
		}
	}
}

func TestSearchRefuses(t *testing.T) {
	d, g := toy(6, 10, 50, 4)
	ix := toyIndex(t, d, g, DualEncoder)
	for name, c := range map[string]struct {
		query int
		o     SearchOptions
		want  string
	}{
		"no budget":        {5, SearchOptions{}, "budget must be positive"},
		"negative budget":  {5, SearchOptions{Budget: -3}, "it is -3"},
		"negative K":       {5, SearchOptions{Budget: 5, K: -1}, "K -1"},
		"negative rounds":  {5, SearchOptions{Budget: 5, Rounds: -1}, "Rounds -1"},
		"lambda":           {5, SearchOptions{Budget: 5, Lambda: 2}, "Lambda is 2"},
		"first share":      {5, SearchOptions{Budget: 5, FirstShare: 1.5}, "FirstShare is 1.5"},
		"softmax":          {5, SearchOptions{Budget: 5, Softmax: -1}, "Softmax is -1"},
		"probe":            {5, SearchOptions{Budget: 5, Probe: 1.5}, "Probe is 1.5"},
		"probe, no lists":  {5, SearchOptions{Budget: 5, Probe: .5}, "MakeLists first"},
		"NaN lambda":       {5, SearchOptions{Budget: 5, Lambda: math.NaN()}, "Lambda is NaN"},
		"no share's room":  {5, SearchOptions{Budget: 5, K: 2, Recall: .9, FirstShare: .5}, "set Rounds, or leave FirstShare 0"},
		"query too large":  {10, SearchOptions{Budget: 5}, "no query row 10"},
		"query below zero": {-1, SearchOptions{Budget: 5}, "no query row -1"},
	} {
		r, err := ix.Search(t.Context(), LookUp(g), c.query, c.o)
		if r != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, error %v, want %q", name, r, err, c.want)
		}
	}
	if _, err := ix.Search(t.Context(), LookUp(g), 5, SearchOptions{}); !errors.Is(err, ErrBudget) {
		t.Errorf("no budget: %v is not ErrBudget", err)
	}
}

// TestFirstGivesNumbers: round 1 cannot be chosen by scores that are no numbers, and is not short
// of items without a word.
func TestFirstGivesNumbers(t *testing.T) {
	d, g := toy(6, 10, 50, 4)
	ix := toyIndex(t, d, g, DualEncoder)
	known := 9 // items with a score
	first := InitializerFunc(func(_ int, dst []float32) error {
		for i := range dst[known:] {
			dst[known+i] = float32(math.NaN())
		}
		return nil
	})
	_, err := ix.Search(t.Context(), LookUp(g), 5, SearchOptions{Budget: 50, First: first})
	if err == nil || !strings.Contains(err.Error(), "First gives 9 of the 10 items") {
		t.Errorf("error %v", err)
	}
	known = 10
	if r := must[*Result](t)(ix.Search(t.Context(), LookUp(g), 5, SearchOptions{Budget: 50, First: first})); len(r.Rounds[0].Items) != 10 {
		t.Errorf("round 1 has %d items", len(r.Rounds[0].Items))
	}
}

// TestNoScorer: a scorer that is missing is an error wherever one is asked for.
func TestNoScorer(t *testing.T) {
	d, g := toy(6, 10, 50, 4)
	ix := toyIndex(t, d, g, DualEncoder)
	rs := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: 5}))
	for _, s := range []Scorer{nil, ScorerFunc(nil), NewScorer(nil, d), (*Cascade)(nil), Cascade{}, Cascade{Fast: LookUp(g)}} {
		_, search := ix.Search(t.Context(), s, 1, SearchOptions{Budget: 5})
		_, observe := Observe(t.Context(), s, d, Sampling{Random: 2})
		_, exact := Exact(t.Context(), s, d, d.Test, 1)
		_, again := ix.Approximate(t.Context(), s, rs, SearchOptions{Budget: 5})
		_, audit := Audit(t.Context(), s, ix, d.Test, AuditOptions{Search: SearchOptions{Budget: 5, K: 2}, Calls: 20})
		_, check := CheckScorer(t.Context(), s, d)
		for name, err := range map[string]error{"check": check, "search": search, "observe": observe, "exact": exact, "approximate": again, "audit": audit} {
			if err == nil {
				t.Errorf("%s by %#v: no error", name, s)
			}
		}
	}
}

// A scorer that fails in round 3 leaves the two rounds before it in the result.
func TestScorerFailsInRoundThree(t *testing.T) {
	d, g := toy(7, 20, 100, 8)
	boom := errors.New("server answered 503")
	for _, m := range allMethods() {
		ix := toyIndex(t, d, g, m)
		s := spyOn(LookUp(g))
		s.failAt, s.fail = 3, boom
		r, err := ix.Search(t.Context(), s, 12, SearchOptions{Budget: 50, Rounds: 5, FirstShare: 0.2})
		if !errors.Is(err, boom) || !strings.Contains(fmt.Sprint(err), "query 12, round 3") {
			t.Fatalf("%s: error %v", m, err)
		}
		if r == nil || len(r.Rounds) != 2 || r.Calls != 20 || len(r.Items) != 20 {
			t.Errorf("%s: kept %v", m, r)
		}
	}
}

func TestUnusableScoresNameThePair(t *testing.T) {
	d, g := toy(8, 20, 100, 8)
	ix := toyIndex(t, d, g, DualEncoder)
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		s := ScorerFunc(func(ctx context.Context, pairs []Pair) ([]float64, error) {
			got, err := LookUp(g).Score(ctx, pairs)
			got[4] = bad
			return got, err
		})
		r, err := ix.Search(t.Context(), s, 15, SearchOptions{Budget: 50})
		if !errors.Is(err, ErrScore) || !strings.Contains(err.Error(), fmt.Sprintf("query 15, item %d: score is %v", firstChoice(ix, g, 15, 4), bad)) {
			t.Errorf("%v: %v", bad, err)
		}
		if r == nil || r.Calls != 0 {
			t.Errorf("%v: kept %v", bad, r)
		}
	}
	short := ScorerFunc(func(ctx context.Context, pairs []Pair) ([]float64, error) { return make([]float64, 3), nil })
	if _, err := ix.Search(t.Context(), short, 15, SearchOptions{Budget: 50}); !errors.Is(err, ErrScore) {
		t.Errorf("3 scores for 10 pairs: %v", err)
	}
}

// firstChoice is the item at place i of round 1.
func firstChoice(ix *Index, g *Matrix, query, i int) int {
	r, _ := ix.Search(context.Background(), LookUp(g), query, SearchOptions{Budget: 50})
	return r.Rounds[0].Items[i]
}

// Cancelling at any batch ends the search with ctx's error and keeps what was scored.
func TestCancelledAnywhere(t *testing.T) {
	d, g := toy(9, 20, 100, 8)
	ix := toyIndex(t, d, g, DualEncoder)
	for at := range 6 {
		ctx, cancel := context.WithCancel(t.Context())
		batches := 0
		s := ScorerFunc(func(ctx context.Context, pairs []Pair) ([]float64, error) {
			if batches++; batches == at+1 {
				cancel()
			}
			return LookUp(g).Score(ctx, pairs)
		})
		r, err := ix.Search(ctx, s, 15, SearchOptions{Budget: 50})
		cancel()
		if at == 5 {
			if err != nil || r.Calls != 50 {
				t.Errorf("not cancelled: %v, %v", r, err)
			}
			continue
		}
		if !errors.Is(err, context.Canceled) || r == nil || len(r.Rounds) != at {
			t.Errorf("cancelled in round %d: %v, %v", at+1, r, err)
		}
	}
}

// A search of one query over many items, which goes by bytes, answers as one of
// many queries, which scans.
func TestSearchByBytesAsByScan(t *testing.T) {
	d, g := toy(28, 40, shelf.CodedItems, 8)
	for _, m := range []Method{Calibrated, DualEncoder, ADACUR} {
		ix, o := toyIndex(t, d, g, m), SearchOptions{Budget: 60, K: 10}
		together := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), []int{3, 30, 39}, o))
		for i := range together {
			if alone := must[*Result](t)(ix.Search(t.Context(), LookUp(g), together[i].Query, o)); !sameValues(*alone, together[i]) {
				t.Errorf("%s: %v alone, %v together", m, alone, &together[i])
			}
		}
	}
}
