package workbench

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"axn/workbench/internal/f32"
)

// TestMistakes: what is plainly wrong is an error that says where and what to do, and no panic.
func TestMistakes(t *testing.T) {
	d, g := toy(151, 40, 60, 4)
	s := LookUp(g)
	ix, plain := toyIndex(t, d, g, Calibrated), toyIndex(t, d, g, DualEncoder)
	with := func(change func(d *Dataset)) *Dataset {
		c := *d
		change(&c)
		return &c
	}
	bare := with(func(d *Dataset) { d.DE = DualEmbeddings{} })
	short := with(func(d *Dataset) { d.DE.Items = &Matrix{Rows: 60, Cols: 4, Data: d.DE.Items.Data[:239]} })
	factorize := func(d *Dataset) error {
		_, err := Factorize(t.Context(), d, nil, FactorizeOptions{})
		return err
	}
	observe := func(s Scorer, d *Dataset, sm Sampling) error {
		_, err := Observe(t.Context(), s, d, sm)
		return err
	}
	search := func(s Scorer) error {
		_, err := ix.Search(t.Context(), s, 30, SearchOptions{Budget: 10})
		return err
	}
	var noModel *CrossEncoder // OpenCrossEncoder's, whose error nobody looked at
	run := func(e Experiment) error {
		e.Dataset, e.Scorer, e.TopK = d, ScorerFunc(func(context.Context, []Pair) ([]float64, error) {
			return nil, errors.New("calls were spent")
		}), []int{5}
		if e.Budgets == nil {
			e.Budgets = []int{10}
		}
		_, err := e.Run(t.Context())
		return err
	}
	for want, got := range map[string]func() error{
		"observe: PerQuery takes the dual encoder's top items: no dual-encoder vectors; Embed makes them": func() error { return observe(s, bare, Sampling{PerQuery: 3}) },
		"observe: Train names query row 3 twice": func() error {
			return observe(s, with(func(d *Dataset) { d.Train = []int{3, 4, 3} }), Sampling{Random: 3})
		},
		"vectors of items: a Matrix 60×4 whose Data has 239 values": func() error { return errors.Join(factorize(short), observe(s, short, Sampling{PerQuery: 3})) },
		"view 0 of new items: there is no matrix":                   func() error { return ix.Add(NewMatrix(1, 4), nil) },
		"vectors of new items: there is no matrix":                  func() error { return plain.Add(nil) },
		"items 4294967296 to 4294967296 among 60":                   func() error { return ix.Remove(1 << 32) },
		"among 2147483647": func() error { return ix.Head().Remove(1 << 40) },
		"remove: the index was made For other queries": func() error { return must[*Index](t)(ix.For(d.DE.Queries)).Remove(1) },
		`signal 1 ("b") has no Scores`: func() error {
			return factorize(with(func(d *Dataset) { d.Signals = []Signal{noise(1), {Name: "b"}} }))
		},
		`2 signals are named "hint"`: func() error {
			return factorize(with(func(d *Dataset) { d.Signals = []Signal{hint(g), {"hint", noise(2).Scores}} }))
		},
		"there is no scorer":           func() error { return errors.Join(search(NewScorer(noModel, d)), search(NewScorer(nil, d))) },
		"look at the error of what":    func() error { return errors.Join(search(LookUp(nil)), search((*Cascade)(nil))) },
		"table of scores: a Matrix 40": func() error { return search(LookUp(&Matrix{Rows: 40, Cols: 60, Data: g.Data[1:]})) },
		"no dual-encoder vectors": func() error {
			_, err := FactorizeProblem(bare, nil)
			return err
		},
		"row 1 (query 2): item 3 at place 1: items must rise": func() error {
			_, err := ObserveRows(t.Context(), s, 60, []ScoreRow{{Query: 1}, {Query: 2, Items: []int32{4, 3}}})
			return err
		},
		"save scores: row 0 (query 1)": func() error {
			return (&Scores{Items: 60, Rows: []ScoreRow{{Query: 1}}}).Save(filepath.Join(t.TempDir(), "g"))
		},
		"missed: k is -1": func() error { return (&Approximation{}).Missed(-1).Err },
		"experiment: budget -1: the budget must be positive": func() error { return run(Experiment{Systems: []System{{Name: "x", Index: ix}}, Budgets: []int{-1, 5}}) },
		`experiment: x: no method "axn"`: func() error {
			return run(Experiment{Systems: []System{{Name: "x", Factorize: FactorizeOptions{Method: "axn"}}}})
		},
		"experiment: x: Lambda is 2": func() error { return run(Experiment{Systems: []System{{Name: "x", Search: SearchOptions{Lambda: 2}}}}) },
		"experiment: y: Probe is 0.5, and the index has no": func() error {
			return run(Experiment{Systems: []System{{Name: "y", Index: ix, Search: SearchOptions{Probe: .5}}}})
		},
		"experiment: x: sampling asks for 99 train queries": func() error {
			return run(Experiment{Systems: []System{{Name: "x"}}, Samplings: []Sampling{{Queries: 99, Random: 1}}})
		},
		"experiment: x: it has two results of query 20": func() error {
			return run(Experiment{Systems: []System{{Name: "x", Run: []Result{{Query: 20}, {Query: 20}}}}})
		},
		"experiment: x: query 20: shapes do not fit: 1 items": func() error {
			return run(Experiment{Systems: []System{{Name: "x", Run: []Result{{Query: 20, Items: []int{1}}}}}})
		},
		"fuse: run 0: query 1: item 3 is there twice": func() error {
			_, err := FuseRanks([]Result{{Query: 1, Items: []int{3, 3}, Scores: []float64{2, 1}}})
			return err
		},
		"2 results of query 30": func() error {
			_, err := ix.Search(t.Context(), s, 30, SearchOptions{Budget: 5, First: ByRun([]Result{{Query: 30}, {Query: 30}})})
			return err
		},
	} {
		var errs []error
		if err := got(); err != nil {
			errs = []error{err}
			if all, ok := err.(interface{ Unwrap() []error }); ok {
				errs = all.Unwrap()
			}
		}
		for _, err := range errs {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
		if len(errs) == 0 {
			t.Errorf("no error, want %q", want)
		}
	}
	if ix.removed != nil || ix.Features.Rows != 60 {
		t.Error("an error changed the index")
	}
}

// TestScorerThatReusesMemory: a scorer may answer in the same memory each time.
func TestScorerThatReusesMemory(t *testing.T) {
	d, g := toy(152, 40, 60, 4)
	ix := toyIndex(t, d, g, Calibrated)
	memory := make([]float64, 2000)
	s := ScorerFunc(func(ctx context.Context, pairs []Pair) ([]float64, error) {
		scores, err := LookUp(g).Score(ctx, pairs)
		return memory[:copy(memory, scores)], err
	})
	o := SearchOptions{Budget: 20, K: 5}
	got, want := must[[]Result](t)(ix.SearchAll(t.Context(), s, d.Test, o)), must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, o))
	if !sameValues(got, want) {
		t.Error("its later scores stand in earlier rounds")
	}
}

// TestScoresInSeveralRows: rows of one query are one, of which every pair counts once.
func TestScoresInSeveralRows(t *testing.T) {
	d, g := toy(153, 40, 60, 4)
	whole := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: 55, Seed: 1}))
	parts := &Scores{Items: 60, Calls: whole.Calls, Fingerprint: whole.Fingerprint}
	for _, r := range whole.Rows {
		parts.Rows = append(parts.Rows, ScoreRow{Query: r.Query, Items: r.Items[:30:30], Values: r.Values[:30:30]})
	}
	for _, r := range whole.Rows {
		parts.Rows = append(parts.Rows, ScoreRow{Query: r.Query, Items: r.Items[20:], Values: r.Values[20:]})
	}
	for _, m := range []Method{Calibrated, Transductive} {
		fit := func(g *Scores) *Index {
			return must[*Index](t)(Factorize(t.Context(), d, g, FactorizeOptions{Method: m}))
		}
		if a, b := fit(whole), fit(parts); !reflect.DeepEqual(a.Features, b.Features) {
			t.Errorf("%s: pairs in two rows count twice", m)
		}
	}
	dense := ScoreRow{Query: 1, Values: slices.Clone(g.Row(1))}
	one := ScoreRow{Query: 1, Items: []int32{7}, Values: []float32{99}}
	for _, rows := range [][]ScoreRow{{dense, one}, {one, dense}} {
		j := (&Scores{Items: 60, Rows: rows}).joined()
		want := dense.Values[7]
		if !rows[0].Dense() {
			want = 99
		}
		if len(j.Rows) != 1 || !j.Rows[0].Dense() || j.Rows[0].Values[7] != want || dense.Values[7] != g.Row(1)[7] {
			t.Errorf("%v", j)
		}
	}
}

// TestScoresWithoutEntries: rows without entries stay such in a file.
func TestScoresWithoutEntries(t *testing.T) {
	d, g := toy(154, 8, 20, 3)
	ix := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))
	rs := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: 5, Allow: func(int) bool { return false }}))
	paid, path := Paid(rs, 20), filepath.Join(t.TempDir(), "g")
	must0(t, paid.Save(path))
	again := must[*Scores](t)(OpenScores(path))
	if err := again.Check(d); err != nil || len(again.Rows) != 4 || again.Rows[1].Dense() || again.Len() != 0 {
		t.Errorf("%+v, was %+v: %v", again, paid, err)
	}
}

// TestClosedIndex: an index whose file is closed says so, whatever it is asked, and does not write over a file; its head,
// made before, goes on.
func TestClosedIndex(t *testing.T) {
	d, g := toy(155, 40, 60, 4)
	for _, m := range []Method{Calibrated, Inductive, DualEncoder} {
		path := filepath.Join(t.TempDir(), "ix")
		must0(t, toyIndex(t, d, g, m).Save(path))
		ix := must[*Index](t)(MapIndex(path))
		own, head := must[*Index](t)(ix.For(d.DE.Queries)), ix.Head()
		o := SearchOptions{Budget: 5, Store: StoreOf(must[*Matrix](t)(ix.Items().Rows(t.Context(), rowsUpTo(60))))}
		want := must[[]Result](t)(head.SearchAll(t.Context(), LookUp(g), d.Test, o))
		must0(t, ix.Close())
		_, search := ix.Search(t.Context(), LookUp(g), 1, SearchOptions{Budget: 5})
		_, forOwn := own.Search(t.Context(), LookUp(g), 1, SearchOptions{Budget: 5})
		_, again := ix.For(d.DE.Queries)
		for name, err := range map[string]error{"search": search, "search For": forOwn, "for": again, "save": ix.Save(path), "add": ix.Add(NewMatrix(1, 4)),
			"remove": ix.Remove(1), "update": ix.Update(&Scores{}), "lists": ix.MakeLists(t.Context(), 2)} {
			if err == nil || !strings.Contains(err.Error(), "the index is closed: MapIndex opens its file again") {
				t.Errorf("%s, %s: %v", m, name, err)
			}
		}
		if got := must[[]Result](t)(head.SearchAll(t.Context(), LookUp(g), d.Test, o)); !sameValues(got, want) {
			t.Errorf("%s: the head answers otherwise", m)
		}
		must0(t, must[*Index](t)(OpenIndex(path)).Close())
	}
}

// TestForSeesWhatIsRemoved: items that an index loses are not found For other queries either, and scores that an index For
// others is given after items were added are refused.
func TestForSeesWhatIsRemoved(t *testing.T) {
	d, g := toy(156, 40, 60, 4)
	ix := toyIndex(t, d, g, Calibrated)
	own := must[*Index](t)(ix.For(d.DE.Queries))
	must0(t, ix.Remove(3))
	r := must[*Result](t)(own.Search(t.Context(), LookUp(g), 30, SearchOptions{Budget: 100}))
	if len(r.Items) != 59 || slices.Contains(r.Items, 3) {
		t.Errorf("%d items", len(r.Items))
	}
	must0(t, ix.Add(NewMatrix(1, 4)))
	if err := own.Update(&Scores{Items: 60}); err == nil || !strings.Contains(err.Error(), "make it anew") {
		t.Errorf("update after Add: %v", err)
	}
}

// TestMissedOfAllowed: items that were not allowed are not missed.
func TestMissedOfAllowed(t *testing.T) {
	d, g := toy(157, 40, 60, 4)
	ix := toyIndex(t, d, g, DualEncoder)
	must0(t, ix.Remove(1))
	o := SearchOptions{Budget: 10, Allow: func(it int) bool { return it%2 == 1 }}
	rs := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test[:2], o))
	a := must[*Approximation](t)(ix.Approximate(t.Context(), LookUp(g), rs, o))
	exact := must[[]Neighbors](t)(Exact(t.Context(), LookUp(g), d, d.Test[:2], 60))
	var want []int
	for i := range exact {
		for _, it := range exact[i].Among(func(it int) bool { return it != 1 && o.Allow(it) }, 12).Items {
			if rs[i].hits([]int{it}) == 0 {
				want = append(want, it)
			}
		}
	}
	if got := must[[]int](t)(a.Missed(12).Col("item").Int()); !slices.Equal(got, want) {
		t.Errorf("missed %v, want %v", got, want)
	}
	if all := exact[0].Among(nil, 60); !slices.Equal(all.Items, exact[0].Items) {
		t.Error("nil does not let all pass")
	}
}

// TestNobodyReads: a model that was not opened is missed where it is needed.
func TestNobodyReads(t *testing.T) {
	d, g := toy(158, 4, 6, 3)
	for i := range d.Queries {
		d.Queries[i].Text = "query"
	}
	for i := range d.Items {
		d.Items[i].Text = "item"
	}
	ix := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))
	var ce *CrossEncoder
	var de *TextEncoder
	_, read := d.ReadItems(t.Context(), ce, ViewOptions{})
	_, passages := Passages(ce, PassageOptions{})
	_, ask := ix.Ask(t.Context(), "text", AskOptions{Dataset: d, Encoder: de, Scorer: ce, Search: SearchOptions{Budget: 1}})
	for want, err := range map[string]error{
		"embed toy: there is no embedder":   d.Embed(t.Context(), de),
		"there is no reader of items":       read,
		"score alone: there is no scorer":   d.ScoreAlone(t.Context(), nil),
		"passages: there is no scorer":      passages,
		"ask: no dual encoder to read":      ask,
		"item row 9 of 6 items":             (&Dataset{Queries: d.Queries, Items: d.Items, DE: d.DE, Qrels: []map[int]int{{9: 1}}}).Check(),
		"round 2: item 1 is there twice":    approximated(t, ix, g, Result{Query: 1, Rounds: []Round{{[]int{1}, []float64{2}}, {[]int{1}, []float64{2}}}}),
		"round 1: shapes do not fit: 1 ite": approximated(t, ix, g, Result{Query: 1, Rounds: []Round{{[]int{1}, nil}}}),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func approximated(t *testing.T, ix *Index, g *Matrix, r Result) error {
	_, err := ix.Approximate(t.Context(), LookUp(g), []Result{r}, SearchOptions{Budget: 5})
	return err
}

// TestSearchesAtOnce: goroutines may search an index together, with queries of its own and For others, whose codes and lists
// are made meanwhile.
func TestSearchesAtOnce(t *testing.T) {
	d, g := toy(159, 60, 10100, 3)
	ix := must[*Index](t)(Factorize(t.Context(), d, must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: 40})), FactorizeOptions{}))
	must0(t, ix.MakeLists(t.Context(), 20))
	o := SearchOptions{Budget: 10, Rounds: 2, K: 3, Probe: .3}
	want := must[*Result](t)(ix.Search(t.Context(), LookUp(g), 40, o))
	ix.featureCodes.Set(f32.Mat{}, nil, nil)
	ix.itemCodes.Set(f32.Mat{}, nil, nil)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			own, err := ix.For(d.DE.Queries)
			for _, x := range []*Index{ix, own} {
				if err != nil {
					t.Error(err)
					return
				}
				got, err := x.Search(t.Context(), LookUp(g), 40, o)
				if err != nil || !sameValues(got, want) {
					t.Errorf("%v, %v, want %v", got, err, want)
				}
			}
		})
	}
	all.Wait()
}
