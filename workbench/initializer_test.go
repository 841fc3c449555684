package workbench

import (
	"errors"
	"strings"
	"testing"
)

// Round 1 by words finds the item that shares the rarest ones; lemmas stand in for
// items without a text.
func TestFirstByWords(t *testing.T) {
	d, g := toy(46, 20, 50, 4)
	d.Items[7].Text = "invade: march aggressively into another's territory"
	d.Items[9].Lemmas = "spread, propagate"
	d.Queries[12].Text = "the cancer had * invaded * her lungs"
	d.Queries[13].Text = "the news * propagated *"
	ix := toyIndex(t, d, g, DualEncoder)
	for name, by := range map[string]func(*Dataset) (Initializer, error){"BM25": ByBM25, "TF-IDF": ByTFIDF} {
		first := must[Initializer](t)(by(d))
		o := SearchOptions{Budget: 5, Rounds: 1, First: first}
		for query, want := range map[int]int{12: 7, 13: 9} {
			if r := must[*Result](t)(ix.Search(t.Context(), LookUp(g), query, o)); r.Rounds[0].Items[0] != want {
				t.Errorf("%s, query %d: round 1 is %v, want item %d first", name, query, r.Rounds[0].Items, want)
			}
		}
		r, err := ix.Search(t.Context(), LookUp(g), 14, o)
		if err == nil || !strings.Contains(err.Error(), name+": query row 14 (q14) of toy has no text") || r.Calls != 0 {
			t.Errorf("%s, query without text: %v, error %v", name, r, err)
		}
		silent := *d
		silent.Items = make([]Item, 50)
		if _, err := by(&silent); err == nil || !strings.Contains(err.Error(), "no item of toy has a text") {
			t.Errorf("%s without texts: %v", name, err)
		}
	}
}

// TestWordsOfOtherItems: what was made of some items is not asked about others.
func TestWordsOfOtherItems(t *testing.T) {
	d, _ := toy(46, 20, 50, 4)
	d.Queries[3].Text = "item"
	first := must[Initializer](t)(ByBM25(d))
	for _, c := range []struct{ query, items int }{{3, 51}, {3, 49}, {20, 50}, {-1, 50}} {
		if err := first.Initialize(c.query, make([]float32, c.items)); !errors.Is(err, ErrShape) {
			t.Errorf("query %d, %d items: %v", c.query, c.items, err)
		}
	}
	if err := first.Initialize(3, make([]float32, 50)); err != nil {
		t.Error(err)
	}
}
