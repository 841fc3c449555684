package workbench

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// TestHistories: whatever was done to an index, and however often it was saved and opened in between, it answers as one
// that stayed in memory; alone as together, on one thread as on many, for queries of its own as For them, over a store of its
// items as over them, and by the choices of a sort of all scores.
func TestHistories(t *testing.T) {
	for _, m := range allMethods() {
		for seed := range uint64(2) {
			t.Run(fmt.Sprint(m, "/", seed), func(t *testing.T) { newHistory(t, m, seed).run() })
		}
	}
}

// history is two indexes to which the same is done.
type history struct {
	t             *testing.T
	rng           *rand.Rand
	d             *Dataset // all items
	g             *Matrix
	stays, stored *Index
	known         int // items that the indexes have
	removed       map[int]bool
	paid          int // test queries that were learnt from
	done          []string
}

func newHistory(t *testing.T, m Method, seed uint64) *history {
	h := &history{t: t, rng: rand.New(rand.NewPCG(seed, 9)), known: 50, removed: map[int]bool{}}
	h.d, h.g = toy(140+seed, 60, 70, 4)
	cut := *h.d
	cut.Items, cut.DE.Items = h.d.Items[:h.known], h.d.DE.Items.Select(rowsUpTo(h.known))
	scores := must[*Scores](t)(Observe(t.Context(), anyScores(h.g), &cut, Sampling{Dense: true}))
	h.stays = must[*Index](t)(Factorize(t.Context(), &cut, scores, FactorizeOptions{Method: m}))
	h.stored = must[*Index](t)(Factorize(t.Context(), &cut, scores, FactorizeOptions{Method: m}))
	return h
}

func (h *history) run() {
	defer func() {
		if h.t.Failed() {
			h.t.Log(h.done)
		}
	}()
	for range 8 {
		h.step()
		h.reopen()
		h.compare()
	}
	h.choices()
}

// step does one thing to both.
func (h *history) step() {
	both := func(what string, do func(ix *Index) error) {
		h.done = append(h.done, what)
		if err := errors.Join(do(h.stays), do(h.stored)); err != nil {
			h.t.Fatal(what, err)
		}
	}
	m := h.stays.Method
	switch h.rng.IntN(4) {
	case 0:
		if more := min(1+h.rng.IntN(4), len(h.d.Items)-h.known); more > 0 && m != ADACUR && m != ANNCUR {
			rows := rowsUpTo(h.known + more)[h.known:]
			both(fmt.Sprint("add ", more), func(ix *Index) error { return ix.Add(h.d.DE.Items.Select(rows)) })
			h.known += more
		}
	case 1:
		it := h.rng.IntN(h.known)
		both(fmt.Sprint("remove ", it), func(ix *Index) error { return ix.Remove(it) })
		h.removed[it] = true
	case 2:
		if m == Calibrated {
			q := h.d.Test[10+h.paid]
			h.paid++
			rs := must[[]Result](h.t)(h.stays.SearchAll(h.t.Context(), anyScores(h.g), []int{q}, SearchOptions{Budget: 20}))
			both(fmt.Sprint("update by query ", q), func(ix *Index) error { return ix.Update(Paid(rs, h.known)) })
		}
	default:
		both("make lists", func(ix *Index) error { return ix.MakeLists(h.t.Context(), 4) })
	}
}

// reopen saves one of them and opens it again, in one way or the other.
func (h *history) reopen() {
	path := filepath.Join(h.t.TempDir(), "ix")
	switch h.rng.IntN(3) {
	case 0:
		h.done = append(h.done, "open")
		must0(h.t, h.stored.Save(path))
		h.stored = must[*Index](h.t)(OpenIndex(path))
	case 1:
		h.done = append(h.done, "map")
		must0(h.t, h.stored.Save(path))
		mapped := must[*Index](h.t)(MapIndex(path))
		must0(h.t, h.stored.Close())
		h.stored = mapped
		h.t.Cleanup(func() { mapped.Close() })
	}
}

// compare searches with both in all ways.
func (h *history) compare() {
	ctx, s, o, queries := h.t.Context(), anyScores(h.g), SearchOptions{K: 5, Budget: 12, Rounds: 3}, h.d.Test[:3]
	want := must[[]Result](h.t)(h.stays.SearchAll(ctx, s, queries, o))
	same := func(how string, got []Result) {
		if !sameValues(got, want) {
			h.t.Fatalf("%s: %#v\nwant %#v", how, got, want)
		}
	}
	same("stored", must[[]Result](h.t)(h.stored.SearchAll(ctx, s, queries, o)))
	var alone []Result
	for _, q := range queries {
		alone = append(alone, *must[*Result](h.t)(h.stored.Search(ctx, s, q, o)))
	}
	same("alone", alone)
	twice := must[[]Result](h.t)(h.stored.SearchAll(ctx, s, slices.Concat(queries, queries), o))
	same("first", twice[:3])
	same("again", twice[3:])
	threads := runtime.GOMAXPROCS(1)
	same("on one thread", must[[]Result](h.t)(h.stored.SearchAll(ctx, s, queries, o)))
	runtime.GOMAXPROCS(threads)
	own := must[*Index](h.t)(h.stored.For(h.d.DE.Queries.Select(queries)))
	renamed := must[[]Result](h.t)(own.SearchAll(ctx, anyScores(h.g.Select(queries)), []int{0, 1, 2}, o))
	for i := range renamed {
		renamed[i].Query = queries[i]
	}
	same("For the queries", renamed)
	if h.stays.Method != ANNCUR {
		o.Store, o.Oversample = h.stored.Items(), h.known
		stored := must[[]Result](h.t)(h.stored.Head().SearchAll(ctx, s, queries, o))
		for i := range stored {
			if math.Abs(stored[i].Recall-want[i].Recall) < 1e-6 { // scores are rounded otherwise there
				stored[i].Recall = want[i].Recall
			}
		}
		same("over a store", stored)
	}
}

// choices compares the rounds after the first with a sort.
func (h *history) choices() {
	r := must[*Result](h.t)(h.stored.Search(h.t.Context(), anyScores(h.g), h.d.Test[0], SearchOptions{Budget: 15}))
	for round := 1; round < len(r.Rounds); round++ {
		want := slowChoice(h.t, h.stored, *r, round, func(it int) bool { return !h.removed[it] })
		if !slices.Equal(r.Rounds[round].Items, want) {
			h.t.Fatalf("round %d chose %v, want %v", round+1, r.Rounds[round].Items, want)
		}
	}
	for it := range r.foundIn() {
		if h.removed[it] {
			h.t.Errorf("item %d was removed", it)
		}
	}
}
