package shelf

import (
	"context"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// listed divides items among lists.
func listed(t *testing.T, x *Items, lists int) *Items {
	t.Helper()
	items := 0
	l, err := MakeLists(t.Context(), x, lists, 2, 3, func(n int) { items += n })
	if err == nil {
		err = l.Check()
	}
	if err != nil || items != 2*x.Features.Rows {
		t.Fatalf("lists: %v after %d items", err, items)
	}
	with := *x
	with.Lists, with.FeatureCodes, with.VectorCodes = l, new(Codes), new(Codes)
	if x.shared() {
		with.VectorCodes = with.FeatureCodes
	}
	return &with
}

// All lists together give what the scan gives, bits of the scores included; so does the scan by
// bytes in the order of lists. Some of them give the best of their items.
func TestListShelf(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 1))
	for kind, items := range itemKinds {
		for _, temperature := range []float64{0, .5} {
			x := listed(t, items(rng, 3000, 8), 40)
			probes := probesOf(rng, x, temperature)
			probes[0].Barred = make([]bool, 2000)
			for i := range probes[0].Barred {
				probes[0].Barred[i] = rng.IntN(2) == 0
			}
			compareShelves(t, kind, x, probes, 20)
			want, err := Scan{x}.Choose(t.Context(), probes, 20, 5)
			if err != nil {
				t.Fatal(err)
			}
			whole := newListShelf(x, 1, true)
			if got, err := whole.Choose(t.Context(), probes, 20, 5); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s, all lists: got %v, want %v (%v)", kind, got, want, err)
			}
			checkPart(t, kind, newListShelf(x, .2, true), probes)
		}
	}
}

// The same where the features' codes stand in two blocks and bounds hold without exception; those that hold for
// most items lose hardly one of a thousand. What rounds keep changes nothing.
func TestListShelfBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(47, 1))
	lost, all := 0, 0
	for kind, items := range itemKinds {
		if kind == "one matrix" {
			continue // its codes stand in one
		}
		x := listed(t, items(rng, 8000, 60), 60)
		if c := x.CodesOf(x.Features); c.Head == c.D {
			t.Fatalf("%s: %d components in one block", kind, c.D)
		}
		exact, likely, afresh := newListShelf(x, .2, true), newListShelf(x, .2, true), newListShelf(x, .2, false)
		exact.deviations = math.Inf(1)
		for round := range 4 {
			probes := probesOf(rng, x, float64(round/2)*.1)
			for i := range probes { // of the same queries
				copy(probes[i].Vector, x.Vectors.Row(i/2))
			}
			checkPart(t, kind, exact, probes)
			compareShelves(t, kind, x, probes, 20)
			got, err := likely.Choose(t.Context(), probes, 20, 5)
			if err != nil {
				t.Fatal(err)
			}
			again, err := afresh.Choose(t.Context(), probes, 20, 5)
			if err != nil || !reflect.DeepEqual(again, got) {
				t.Errorf("%s, round %d: other items where nothing is kept (%v)", kind, round, err)
			}
			want, err := exact.Choose(t.Context(), probes, 20, 5)
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				for _, h := range want[i] {
					if all++; !slices.Contains(got[i], h) {
						lost++
					}
				}
			}
		}
	}
	if lost*500 > all {
		t.Errorf("%d of %d items are lost", lost, all)
	}
}

// checkPart compares with the best of the best lists, found the long way.
func checkPart(t *testing.T, kind string, s *listShelf, probes []Probe) {
	t.Helper()
	got, err := s.Choose(t.Context(), probes, 20, 5)
	if err != nil {
		t.Fatal(err)
	}
	threads := runtime.GOMAXPROCS(1)
	again, err := s.Choose(t.Context(), probes, 20, 5)
	runtime.GOMAXPROCS(threads)
	if err != nil || !reflect.DeepEqual(again, got) {
		t.Errorf("%s: one thread chooses otherwise (%v)", kind, err)
	}
	n := s.Features.Rows
	all, means := f32.NewMat(len(probes), n), s.scoreLists(probes)
	s.Scores(probes, all)
	for r, p := range probes {
		open := 0
		for i := range n {
			if i >= len(p.Barred) || !p.Barred[i] {
				open++
			}
		}
		in, n := map[int]bool{}, 0
		for _, l := range topk.Select(means.Row(r), means.Cols, nil) {
			if float64(n) >= .2*float64(open) {
				break
			}
			for _, it := range s.Lists.Order[s.Lists.Starts[l]:s.Lists.Starts[l+1]] {
				if in[int(it)] = true; int(it) >= len(p.Barred) || !p.Barred[it] {
					n++
				}
			}
		}
		least, looked := got[r][len(got[r])-1], maps.Clone(in)
		for i, h := range got[r] {
			if h.Score != all.Row(r)[h.Index] || p.out(h.Index) || i > 0 && h.Score > got[r][i-1].Score {
				t.Errorf("%s, probe %d: chose %v of score %v", kind, r, h, all.Row(r)[h.Index])
			}
			delete(in, h.Index)
		}
		if len(got[r]) != 25 {
			t.Errorf("%s, probe %d: chose %d", kind, r, len(got[r]))
		}
		for _, h := range got[r] {
			if !looked[h.Index] {
				t.Errorf("%s, probe %d: chose item %d of another list", kind, r, h.Index)
			}
		}
		for it := range in {
			if score := all.Row(r)[it]; score > least.Score && !p.out(it) {
				t.Errorf("%s, probe %d: left out item %d of score %v, chose %v", kind, r, it, score, least)
			}
		}
	}
}

// Where few items may be chosen more is looked at, until enough are found; an Extra is looked up
// everywhere, and the lists do not depend on threads.
func TestListShelfFew(t *testing.T) {
	rng := rand.New(rand.NewPCG(43, 1))
	plain := itemKinds["with a prior"](rng, 2000, 8)
	x := listed(t, plain, 30)
	threads := runtime.GOMAXPROCS(1)
	if one := listed(t, plain, 30); !reflect.DeepEqual(one.Lists, x.Lists) {
		t.Error("other lists on one thread")
	}
	runtime.GOMAXPROCS(threads)
	probes := probesOf(rng, x, 0)
	probes[0].Seen = map[int]bool{}
	for i := range 1990 {
		probes[0].Seen[i*7%2000] = true
	}
	probes[2].Extra = normalRows(rng, 1, 2000).Data
	s := newListShelf(x, .01, true)
	got, err := s.Choose(t.Context(), probes, 8, 0)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Scan{x}.Choose(t.Context(), probes, 8, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(got[0]) != 8 || !reflect.DeepEqual(got[2], want[2]) || s.Exact() {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A search that has ended chooses nothing, on any shelf.
func TestChooseEnded(t *testing.T) {
	x := listed(t, itemKinds["with a prior"](rand.New(rand.NewPCG(45, 1)), 2000, 8), 30)
	probes := probesOf(rand.New(rand.NewPCG(46, 1)), x, 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, s := range map[string]Shelf{"scan": Scan{x}, "bytes": NewCoded(x, 2), "lists": newListShelf(x, .1, true)} {
		if _, err := s.Choose(ctx, probes, 5, 0); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// However small the temperature, a draw keeps the order of scores that differ.
func TestDrawCold(t *testing.T) {
	scores := []float32{1, 3, 2}
	NewDraw(1e-300, 1, 2, 3).Apply(0, scores)
	if !reflect.DeepEqual(scores, []float32{1, 3, 2}) {
		t.Errorf("drawn at a temperature of almost 0: %v", scores)
	}
}
