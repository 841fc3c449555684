package workbench

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/shelf"
)

// slowCUR is ADACUR as its paper writes it: ŝ = a·pinv(R_A)·R by a singular value
// decomposition, round after round, the best unseen items in each.
func slowCUR(rows, g *Matrix, query int, first []int, size, rounds int) []int {
	anchors := slices.Clone(first)
	for range rounds - 1 {
		at := mat.NewDense(len(anchors), rows.Rows, nil) // R_Aᵀ
		a := make([]float64, len(anchors))
		for i, it := range anchors {
			a[i] = g.At(query, it)
			for q := range rows.Rows {
				at.Set(i, q, rows.At(q, it))
			}
		}
		u := mat.NewVecDense(rows.Rows, slowPinv(at, a)) // (R_Aᵀ)⁺a
		var s mat.VecDense
		s.MulVec(rows.T(), u)
		left := map[int]bool{}
		for _, it := range anchors {
			left[it] = true
		}
		for range size {
			best := -1
			for it := range rows.Cols {
				if !left[it] && (best < 0 || s.AtVec(it) > s.AtVec(best)) {
					best = it
				}
			}
			left[best] = true
			anchors = append(anchors, best)
		}
	}
	return anchors
}

func order(r *Result) []int {
	var items []int
	for _, round := range r.Rounds {
		items = append(items, round.Items...)
	}
	return items
}

// ADACUR and ANNCUR choose what the paper's formula chooses, with more train
// queries than anchors and with fewer.
func TestCURAgainstThePaper(t *testing.T) {
	for _, queries := range []int{12, 120} {
		d, g := toy(41, queries, 150, 8)
		rows := g.Select(d.Train)
		sims := make([]float32, 150)
		ada, ann := toyIndex(t, d, g, ADACUR), toyIndex(t, d, g, ANNCUR)
		uniform(sims, ann.Seed, 0)
		anchors := slowTop(sims, 20)
		for _, q := range d.Test[:5] {
			d.DE.similarities(sims, d.DE.Queries.Row(q))
			r := must[*Result](t)(ada.Search(t.Context(), LookUp(g), q, SearchOptions{Budget: 40, Rounds: 4}))
			if want := slowCUR(rows, g, q, slowTop(sims, 10), 10, 4); !slices.Equal(order(r), want) {
				t.Errorf("ADACUR, %d train queries, query %d: %v, want %v", len(d.Train), q, order(r), want)
			}
			r = must[*Result](t)(ann.Search(t.Context(), LookUp(g), q, SearchOptions{Budget: 40}))
			if want := slowCUR(rows, g, q, anchors[:12], 28, 2); !slices.Equal(order(r), want) {
				t.Errorf("ANNCUR, %d train queries, query %d: %v, want %v", len(d.Train), q, order(r), want)
			}
		}
	}
}

// A split other than half and half counts anchors within the budget.
func TestANNCURSplit(t *testing.T) {
	d, g := toy(42, 20, 100, 8)
	ix := toyIndex(t, d, g, ANNCUR)
	for share, want := range map[float64][]int{0: {6, 14}, 0.1: {2, 18}, 0.75: {15, 5}, 1: {20}} {
		r := must[*Result](t)(ix.Search(t.Context(), LookUp(g), 12, SearchOptions{Budget: 20, FirstShare: share}))
		var sizes []int
		for _, round := range r.Rounds {
			sizes = append(sizes, len(round.Items))
		}
		if !slices.Equal(sizes, want) || r.Calls != 20 {
			t.Errorf("share %v: rounds of %v, want %v", share, sizes, want)
		}
	}
}

func TestCURNeedsDenseRows(t *testing.T) {
	d, g := toy(43, 20, 100, 8)
	sparse := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: 5}))
	for _, scores := range []*Scores{nil, sparse} {
		_, err := Factorize(t.Context(), d, scores, FactorizeOptions{Method: ADACUR})
		if err == nil || !strings.Contains(err.Error(), "every item (Sampling.Dense)") {
			t.Errorf("%v: %v", scores, err)
		}
	}
}

// Softmax draws items in proportion to exp(score/temperature), the same for the
// same seed.
func TestSoftmaxDraws(t *testing.T) {
	counts := [3]int{}
	for seed := range int64(6000) {
		s := []float32{0, 2, 4} // odds 1 : e : e² at temperature 2
		shelf.NewDraw(2, seed, 3, 1).Apply(0, s)
		counts[slowTop(s, 1)[0]]++
	}
	for i, want := range []float64{0.0900, 0.2447, 0.6652} {
		if got := float64(counts[i]) / 6000; got < want-0.02 || got > want+0.02 {
			t.Errorf("item %d drawn %.3f of the time, want %.3f", i, got, want)
		}
	}
	d, g := toy(44, 20, 100, 8)
	ix := toyIndex(t, d, g, ADACUR)
	search := func(seed int64) []int {
		return order(must[*Result](t)(ix.Search(t.Context(), LookUp(g), 12, SearchOptions{Budget: 30, Softmax: 1, Seed: seed})))
	}
	if !slices.Equal(search(1), search(1)) || slices.Equal(search(1), search(2)) {
		t.Error("the draw does not follow its seed")
	}
}

// Round 1 is the initializer's own top; with one round the search reranks it.
func TestFirstRound(t *testing.T) {
	d, g := toy(45, 20, 100, 8)
	key := make([]float32, 100)
	for i := range key {
		key[i] = rand.New(rand.NewPCG(45, uint64(i))).Float32()
	}
	own := InitializerFunc(func(query int, dst []float32) error { copy(dst, key); return nil })
	sims := make([]float32, 100)
	for _, m := range allMethods() {
		ix := toyIndex(t, d, g, m)
		for _, q := range d.Test {
			d.DE.similarities(sims, d.DE.Queries.Row(q))
			for name, c := range map[string]struct {
				first Initializer
				want  []int
			}{"own": {own, slowTop(key, 10)}, "dual encoder": {ByDualEncoder(d.DE), slowTop(sims, 10)}} {
				r := must[*Result](t)(ix.Search(t.Context(), LookUp(g), q, SearchOptions{Budget: 30, Rounds: 3, FirstShare: 1. / 3, First: c.first}))
				if !slices.Equal(r.Rounds[0].Items, c.want) {
					t.Fatalf("%s, %s first, query %d: %v, want %v", m, name, q, r.Rounds[0].Items, c.want)
				}
			}
		}
	}
	a, b := make([]float32, 100), make([]float32, 100)
	_, _ = ByChance(1).Initialize(3, a), ByChance(1).Initialize(4, b)
	if slices.Equal(a, b) {
		t.Error("two queries start from the same random items")
	}
}
