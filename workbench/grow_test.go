package workbench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// anyScores is a scorer that does not say how many items it knows.
func anyScores(g *Matrix) Scorer { return ScorerFunc(LookUp(g).Score) }

// slowChoice is what round r of a result should have chosen of the open items, by a full sort of
// the scores of all of them.
func slowChoice(t *testing.T, ix *Index, res Result, r int, open func(int) bool) []int {
	t.Helper()
	b := must[*block](t)(ix.newBlock(t.Context(), []int{res.Query}, ix.options(SearchOptions{Budget: 1000})))
	taken := map[int]bool{}
	for _, round := range res.Rounds[:r] {
		if err := b.seekers[0].est.meet(t.Context(), b.items, round.Items); err != nil {
			t.Fatal(err)
		}
		b.seekers[0].est.observe(round.Scores)
		for _, it := range round.Items {
			taken[it] = true
		}
	}
	scores := NewMatrix(1, ix.Features.Rows)
	ix.items().Scores(b.probes(chosenOptimism), scores.view())
	var items []int
	for it := range scores.Cols {
		if !taken[it] && open(it) {
			items = append(items, it)
		}
	}
	slices.SortStableFunc(items, func(a, b int) int {
		switch {
		case scores.Data[a] > scores.Data[b]:
			return -1
		case scores.Data[a] < scores.Data[b]:
			return 1
		}
		return 0
	})
	return items[:len(res.Rounds[r].Items)]
}

// TestFilter holds Remove and Allow, in memory, rounded to bytes and over a store, against a
// sort of all items' scores, and their exhaustive search against the exact neighbours.
func TestFilter(t *testing.T) {
	d, g := toy(51, 60, 400, 6)
	odd := func(it int) bool { return it%3 != 1 }
	open := func(it int) bool { return odd(it) && it != 0 && it != 399 }
	for _, m := range allMethods() {
		ix := toyIndex(t, d, g, m)
		if err := ix.Remove(399, 0, 0); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "ix")
		if err := ix.Save(path); err != nil {
			t.Fatal(err)
		}
		ix = must[*Index](t)(MapIndex(path))
		rs := must[[]Result](t)(ix.SearchAll(t.Context(), spyOn(LookUp(g)), d.Test, SearchOptions{Budget: 60, Allow: odd}))
		for _, r := range rs[:5] {
			for round := 1; round < len(r.Rounds); round++ {
				if want := slowChoice(t, ix, r, round, open); !slices.Equal(r.Rounds[round].Items, want) {
					t.Fatalf("%s: query %d, round %d chose %v, want %v", m, r.Query, round+1, r.Rounds[round].Items, want)
				}
			}
		}
		all := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: 1000, Allow: odd}))
		for i, n := range must[[]Neighbors](t)(Exact(t.Context(), LookUp(g), d, d.Test, 400)) {
			if n = n.Among(open, 400); !slices.Equal(all[i].Items, n.Items) || all[i].Calls != len(n.Items) {
				t.Fatalf("%s: query %d: all open items give %v, want %v", m, n.Query, all[i].Items, n.Items)
			}
		}
		if systemBegin := methods[ix.Method].begin; systemBegin != byChance {
			store := SearchOptions{Budget: 60, Allow: odd, Store: ix.Items(), Oversample: 400}
			got := must[[]Result](t)(ix.Head().SearchAll(t.Context(), LookUp(g), d.Test, store))
			if !sameValues(got, rs) {
				t.Errorf("%s: other answers over a store", m)
			}
		}
	}
}

// TestFilterCoded: single searches of many items, which bound scores by bytes, keep filters too.
func TestFilterCoded(t *testing.T) {
	d, g := toy(52, 12, 10100, 4)
	ix := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))
	odd := func(it int) bool { return it%2 == 1 }
	if err := ix.Remove(1, 3, 5); err != nil {
		t.Fatal(err)
	}
	o := SearchOptions{Budget: 50, Allow: odd}
	many := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), []int{7, 8, 9, 10}, o))
	one := must[*Result](t)(ix.Search(t.Context(), LookUp(g), 7, o))
	if !sameValues(*one, many[0]) {
		t.Error("other answers than a scan's")
	}
	for it := range one.foundIn() {
		if !odd(it) || it <= 5 {
			t.Errorf("item %d was scored", it)
		}
	}
	none := must[*Result](t)(ix.Search(t.Context(), LookUp(g), 7, SearchOptions{Budget: 50, Allow: func(int) bool { return false }}))
	if none.Calls != 0 || len(none.Items) != 0 {
		t.Errorf("where nothing is allowed %v", none)
	}
}

// grown fits to the first n items and adds the others.
func grown(t *testing.T, d *Dataset, g *Matrix, n int, m Method, s *Scores) *Index {
	t.Helper()
	cut := *d
	cut.Items, cut.DE.Items, cut.Views = d.Items[:n], d.DE.Items.Select(rowsUpTo(n)), nil
	for _, v := range d.Views {
		v.Items = v.Items.Select(rowsUpTo(n))
		cut.Views = append(cut.Views, v)
	}
	if s == nil {
		s = must[*Scores](t)(Observe(t.Context(), anyScores(g), &cut, Sampling{Random: 60, Seed: 1}))
	}
	s.Items = n
	ix := must[*Index](t)(Factorize(t.Context(), &cut, s, FactorizeOptions{Method: m}))
	var views []*Matrix
	for _, v := range d.Views {
		views = append(views, v.Items.Select(rowsUpTo(len(d.Items))[n:]))
	}
	vectors := d.DE.Items.Select(rowsUpTo(len(d.Items))[n:])
	if err := cut.AddItems(d.Items[n:], vectors, views...); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(cut.DE.Items.Data, d.DE.Items.Data) || len(cut.Items) != len(d.Items) {
		t.Fatal("AddItems made another data set")
	}
	_, err := ix.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: 20})
	if err == nil || !strings.Contains(err.Error(), "Index.Add takes the others") {
		t.Fatalf("%s: a search of items that it does not know: %v", m, err)
	}
	if err := ix.Add(vectors, views...); err != nil {
		t.Fatal(m, err)
	}
	return ix
}

func rowsUpTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// TestAdd: items added are found as if the index had been fitted with them, within 5 points of
// recall; where the fit says nothing of single items, with the same answers. Saved, mapped and
// over a store the answers are the same.
func TestAdd(t *testing.T) {
	const n, k = 540, 10
	d, g := toy(53, 120, 600, 8)
	d.Views = []View{{Name: "more", Items: normals(rand.New(rand.NewPCG(1, 2)), 600, 3)}}
	exact := must[[]Neighbors](t)(Exact(t.Context(), LookUp(g), d, d.Test, 600))
	for i := range exact {
		exact[i] = exact[i].Among(func(it int) bool { return it >= n }, k)
	}
	o := SearchOptions{Budget: 150}
	for _, m := range []Method{Calibrated, DualEncoder, Transductive, Inductive, Distilled} {
		ix := grown(t, d, g, n, m, nil)
		with := toyIndex(t, d, g, m)
		rs := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, o))
		got, want := must[float64](t)(RecallOf(rs, exact, k)), must[float64](t)(RecallOf(must[[]Result](t)(with.SearchAll(t.Context(), LookUp(g), d.Test, o)), exact, k))
		t.Logf("%s: recall of new items %.3f, fitted with them %.3f", m, got, want)
		if got < want-.05 {
			t.Errorf("%s: recall of new items %.3f, fitted with them %.3f", m, got, want)
		}
		path := filepath.Join(t.TempDir(), "ix")
		if err := ix.Save(path); err != nil {
			t.Fatal(err)
		}
		mapped := must[*Index](t)(MapIndex(path))
		if again := must[[]Result](t)(mapped.SearchAll(t.Context(), LookUp(g), d.Test, o)); !sameValues(again, rs) {
			t.Errorf("%s: other answers from a mapped file", m)
		}
		views := make([]*Matrix, len(d.Views))
		for i, v := range d.Views {
			views[i] = v.Items.Select([]int{n, n + 1})
		}
		rows := must[*Matrix](t)(ix.Head().Rows(d.DE.Items.Select([]int{n, n + 1}), views...))
		if own := must[*Matrix](t)(ix.Items().Rows(t.Context(), []int{n, n + 1})); !reflect.DeepEqual(rows, own) {
			t.Errorf("%s: a head makes other rows", m)
		}
	}
	cur := toyIndex(t, d, g, ADACUR)
	if err := cur.Add(d.DE.Items); err == nil || !strings.Contains(err.Error(), "Factorize again") {
		t.Errorf("ADACUR: %v", err)
	}
}

// TestAddIsTheFit: to an item that was never observed a fit gives what Add gives it.
func TestAddIsTheFit(t *testing.T) {
	d, g := toy(54, 80, 300, 5)
	d.Views = []View{{Name: "more", Items: normals(rand.New(rand.NewPCG(1, 3)), 300, 4)}}
	for _, entries := range []int{0, 40} {
		s := &Scores{Items: 300}
		for _, q := range d.Train[:entries] {
			row := ScoreRow{Query: q}
			for it := range 299 { // never the last
				row.Items, row.Values = append(row.Items, int32(it)), append(row.Values, g.Row(q)[it])
			}
			s.Rows = append(s.Rows, row)
		}
		ix := must[*Index](t)(Factorize(t.Context(), d, s, FactorizeOptions{}))
		hope := float32(chosenOptimism * ix.Prior.Growth.Unsure)
		if (hope > 0) != (entries > 0) {
			t.Errorf("%d rows: hope %v", entries, hope)
		}
		rows := must[*Matrix](t)(ix.Rows(d.DE.Items.Select([]int{299}), d.Views[0].Items.Select([]int{299})))
		rows.Data[rows.Cols-1] -= hope
		for j, want := range must[*Matrix](t)(ix.Items().Rows(t.Context(), []int{299})).Data {
			if math.Abs(float64(rows.Data[j]-want)) > 1e-4 {
				t.Errorf("%d rows: value %d of %d is %v, the fit's %v", entries, j, rows.Cols, rows.Data[j], want)
			}
		}
	}
}

// slowUpdate is Update for one row in float64, with every matrix written out: how each item's
// own bias and deviations, added to what it has, come out.
func slowUpdate(ix *Index, row ScoreRow) map[int][]float64 {
	p, pr := ix.Features.Cols, ix.Prior
	k := min(5, p)
	x := append([]float64{1}, floats64(ix.DE.Queries.Row(row.Query))...)
	mean := make([]float64, p)
	for j := range pr.Map.Cols {
		for a, v := range x {
			mean[j] += v * pr.Map.At(a, j)
		}
	}
	n := len(row.Items)
	f, h := mat.NewDense(n, p, nil), make([]float64, n)
	for j, it := range row.Items {
		f.SetRow(j, floats64(ix.Features.Row(int(it))))
		sim := 0.0
		for c, v := range ix.DE.Items.Row(int(it)) {
			sim += float64(v) * x[1+c]
		}
		h[j] = pr.Warp.At(float64(row.Values[j])) - pr.Curve.At(sim) - pr.Bias.At(int(it), 0)
	}
	var precision, cov mat.Dense
	precision.Mul(f.T(), f)
	precision.Scale(1/pr.Noise, &precision)
	for j := range p {
		precision.Set(j, j, precision.At(j, j)+1)
	}
	cov.Inverse(&precision)
	var fm, right, u mat.VecDense
	fm.MulVec(f, mat.NewVecDense(p, mean))
	e := mat.NewVecDense(n, slices.Clone(h))
	e.SubVec(e, &fm)
	right.MulVec(f.T(), e)
	u.MulVec(&cov, &right)
	u.ScaleVec(1/pr.Noise, &u)
	u.AddVec(&u, mat.NewVecDense(p, mean))
	own := map[int][]float64{}
	for j, it := range row.Items {
		old := slowOwn(ix, ix.Prior.growth.Evidence.Row(int(it)), nil, nil, k)
		lin := slices.Clone(f.RawRowView(j)) // without the item's own
		rest := h[j] + old[0]
		for a := range k {
			lin[a] -= old[1+a]
		}
		for a := range p {
			rest -= lin[a] * u.AtVec(a)
		}
		gram, target := mat.NewDense(k+1, k+1, nil), make([]float64, k+1)
		at := func(a int) float64 {
			if a == 0 {
				return 1
			}
			return u.AtVec(a - 1)
		}
		for a := range k + 1 {
			target[a] = rest * at(a)
			for b := range k + 1 {
				gram.Set(a, b, at(a)*at(b))
				if a > 0 && b > 0 {
					gram.Set(a, b, gram.At(a, b)+cov.At(a-1, b-1))
				}
			}
			for c := range p {
				if a > 0 {
					target[a] -= lin[c] * cov.At(c, a-1)
				}
			}
		}
		now := slowOwn(ix, ix.Prior.growth.Evidence.Row(int(it)), gram, target, k)
		for a := range now {
			now[a] -= old[a]
		}
		own[int(it)] = now
	}
	return own
}

// slowOwn solves an item's evidence with more of it.
func slowOwn(ix *Index, evidence []float32, gram *mat.Dense, target []float64, k int) []float64 {
	all, right, at := mat.NewDense(k+1, k+1, nil), make([]float64, k+1), 0
	for a := range k + 1 {
		for b := range a + 1 {
			all.Set(a, b, float64(evidence[at]))
			all.Set(b, a, float64(evidence[at]))
			at++
		}
	}
	meta := ix.Prior.Growth
	for a := range k + 1 {
		right[a] = float64(evidence[at+a])
		if target != nil {
			right[a] += target[a]
		}
		ridge := meta.Noise / .003
		if a == 0 {
			ridge = meta.Noise / meta.Spread
		}
		all.Set(a, a, all.At(a, a)+ridge)
	}
	if gram != nil {
		all.Add(all, gram)
	}
	var own mat.VecDense
	if err := own.SolveVec(all, mat.NewVecDense(k+1, right)); err != nil {
		panic(err)
	}
	return own.RawVector().Data
}

func floats64(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// TestUpdate holds Update against the same in float64, and says that what was paid for pays.
func TestUpdate(t *testing.T) {
	d, g := toy(55, 300, 500, 6)
	s := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Queries: 50, Random: 30, Seed: 1}))
	make := func() *Index { return must[*Index](t)(Factorize(t.Context(), d, s, FactorizeOptions{})) }
	ix, old := make(), make()
	paid := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Train[50:], SearchOptions{Budget: 60}))
	more := Paid(append(paid, paid[0]), 500)
	if more.Calls != 60*len(paid) || len(more.Rows) != len(paid) {
		t.Fatalf("paid for %v", more)
	}
	one := &Scores{Items: 500, Rows: more.Rows[:1], Calls: 60}
	if err := ix.Update(one); err != nil {
		t.Fatal(err)
	}
	for it, want := range slowUpdate(old, more.Rows[0]) {
		got := append([]float64{ix.Prior.Bias.At(it, 0) - old.Prior.Bias.At(it, 0)}, floats64(ix.Features.Row(it)[:5])...)
		for a := range 5 {
			got[1+a] -= old.Features.At(it, a)
		}
		for a := range got {
			if math.Abs(got[a]-want[a]) > 1e-4 {
				t.Fatalf("item %d moves by %v, want %v", it, got, want)
			}
		}
	}
	if err := ix.Update(&Scores{Items: 500, Rows: more.Rows[1:], Calls: more.Calls - 60}); err != nil {
		t.Fatal(err)
	}
	if ix.Calls != old.Calls+more.Calls {
		t.Errorf("%d calls, of %d and %d", ix.Calls, old.Calls, more.Calls)
	}
	recall := func(ix *Index) float64 {
		return must[float64](t)(Recall(t.Context(), LookUp(g), d, must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: 60})), 10))
	}
	if before, after := recall(old), recall(ix); after < before+.02 {
		t.Errorf("recall %.3f, after %d calls more %.3f", before, more.Calls, after)
	}
}

// TestLearn: with Learn a call's later queries find what an index would find that was updated by hand with
// what the earlier ones paid for, and the index stays as it was.
func TestLearn(t *testing.T) {
	d, g := toy(57, 300, 500, 6)
	s := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Queries: 50, Random: 30, Seed: 1}))
	make := func() *Index { return must[*Index](t)(Factorize(t.Context(), d, s, FactorizeOptions{})) }
	ix, byHand := make(), make()
	o := SearchOptions{Budget: 60, Learn: 70}
	got := must[[]Result](t)(ix.SearchAll(t.Context(), spyOn(LookUp(g)), d.Test, o))
	var want []Result
	for lesson := range slices.Chunk(d.Test, 70) {
		rs := must[[]Result](t)(byHand.SearchAll(t.Context(), LookUp(g), lesson, SearchOptions{Budget: 60}))
		if err := byHand.Update(Paid(rs, 500)); err != nil {
			t.Fatal(err)
		}
		want = append(want, rs...)
	}
	if !sameValues(got, want) {
		t.Error("other answers than by hand")
	}
	if old := make(); !sameValues(ix.Features, old.Features) || !sameValues(ix.Prior.Bias, old.Prior.Bias) || !sameValues(ix.Prior.growth.Evidence, old.Prior.growth.Evidence) || ix.Calls != old.Calls {
		t.Error("the index has changed")
	}
	without := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))
	for want, ask := range map[string]func() ([]Result, error){
		"asked for twice": func() ([]Result, error) { return ix.SearchAll(t.Context(), LookUp(g), []int{7, 8, 7}, o) },
		"leave Store nil": func() ([]Result, error) {
			return ix.SearchAll(t.Context(), LookUp(g), []int{7}, SearchOptions{Budget: 9, Learn: 1, Store: ix.Items()})
		},
		"without scores": func() ([]Result, error) { return without.SearchAll(t.Context(), LookUp(g), []int{7}, o) },
		"does not learn": func() ([]Result, error) {
			return toyIndex(t, d, g, DualEncoder).SearchAll(t.Context(), LookUp(g), []int{7}, o)
		},
		"cannot be negative": func() ([]Result, error) {
			return ix.SearchAll(t.Context(), LookUp(g), []int{7}, SearchOptions{Budget: 9, Learn: -1})
		},
	} {
		if _, err := ask(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Indexes For other queries search by the codes and lists of the index they come from: an update of
// one of them makes the codes anew, and the means of the lists.
func TestUpdateCodes(t *testing.T) {
	d, g := toy(58, 12, 10100, 4)
	s := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Queries: 6, Random: 400, Seed: 1}))
	ix := must[*Index](t)(Factorize(t.Context(), d, s, FactorizeOptions{}))
	if err := ix.MakeLists(t.Context(), 30); err != nil {
		t.Fatal(err)
	}
	own := must[*Index](t)(ix.For(d.DE.Queries))
	o := SearchOptions{Budget: 60}
	paid := must[*Result](t)(own.Search(t.Context(), LookUp(g), 7, o))
	if err := own.Update(Paid([]Result{*paid}, 10100)); err != nil {
		t.Fatal(err)
	}
	many := must[[]Result](t)(own.SearchAll(t.Context(), LookUp(g), []int{8, 9, 10}, o))
	if one := must[*Result](t)(own.Search(t.Context(), LookUp(g), 8, o)); !sameValues(*one, many[0]) {
		t.Error("other answers than a scan's")
	}
	l := ix.lists
	for at := range l.Means.Rows {
		var items []int
		for _, it := range l.Order[l.Starts[at]:l.Starts[at+1]] {
			items = append(items, int(it))
		}
		rows := must[*Matrix](t)(ix.Items().Rows(t.Context(), items))
		for j, mean := range l.Means.Row(at) {
			sum := 0.0
			for i := range items {
				sum += rows.At(i, j)
			}
			if want := sum / float64(max(1, len(items))); math.Abs(float64(mean)-want) > 1e-5*(1+math.Abs(want)) {
				t.Fatalf("list %d, column %d: mean %v, want %v", at, j, mean, want)
			}
		}
	}
	if err := ix.Add(d.DE.Items.Select([]int{1, 2})); err != nil {
		t.Fatal(err)
	}
	if ix.items().Lists != nil {
		t.Error("lists that lack the items added")
	}
}

// TestGrowErrors: what cannot be done is said, with its remedy, and changes nothing.
func TestGrowErrors(t *testing.T) {
	d, g := toy(56, 40, 60, 4)
	ix := toyIndex(t, d, g, Calibrated)
	without := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))
	other := &Scores{Items: 60, Fingerprint: "another"}
	ix.Fingerprint = "one"
	for want, err := range map[string]error{
		"items 0 to 60 among 60":                          ix.Remove(60, 0),
		"Index.Rows makes rows":                           ix.Head().Add(d.DE.Items),
		"vectors Matrix 2×3 beside":                       ix.Add(NewMatrix(2, 3)),
		"made from 0":                                     ix.Add(d.DE.Items, d.DE.Items),
		"made without scores":                             without.Update(&Scores{Items: 60}),
		"scores over 3 items":                             ix.Update(&Scores{Items: 3}),
		"does not learn item by item":                     toyIndex(t, d, g, DualEncoder).Update(&Scores{Items: 60}),
		"no items of its own: update":                     ix.Head().Update(&Scores{Items: 60}),
		"no such query":                                   ix.Update(&Scores{Items: 60, Rows: []ScoreRow{{Query: 99, Items: []int32{}}}}),
		"add to the one that has the items":               must[*Index](t)(ix.For(d.DE.Queries)).Add(d.DE.Items),
		"share the id":                                    d.AddItems([]Item{{ID: "i0"}}, NewMatrix(1, 4)),
		"vectors of 2 items":                              d.AddItems([]Item{{ID: "a"}, {ID: "b"}}, NewMatrix(1, 4)),
		"the rows of 1 views are given, and the data set": d.AddItems([]Item{{ID: "a"}}, NewMatrix(1, 4), NewMatrix(1, 1)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err := ix.Update(other); !errors.Is(err, ErrOtherScorer) {
		t.Errorf("scores of another cross-encoder: %v", err)
	}
	if len(d.Items) != 60 || ix.Features.Rows != 60 || ix.removed != nil {
		t.Error("an error changed something")
	}
	_, err := ix.Search(context.Background(), anyScores(g), 1, SearchOptions{Budget: 5, Store: StoreOf(NewMatrix(61, ix.layout().Cols()))})
	if err == nil || !strings.Contains(err.Error(), "the store has 61 items and the index 60") {
		t.Errorf("a store with more items: %v", err)
	}
}

// TestAddedRowsAreTheirOwn: what a data set, a copy of it and indexes add one after the other, each
// to the same matrices, is not written over by the others.
func TestAddedRowsAreTheirOwn(t *testing.T) {
	d, _ := toy(57, 8, 20, 3)
	one := func(x float32) *Matrix { return &Matrix{Rows: 1, Cols: 3, Data: []float32{x, 0, 0}} }
	add := func(d *Dataset, x float32) {
		if err := d.AddItems([]Item{{ID: fmt.Sprint("new ", x, len(d.Items))}}, one(x)); err != nil {
			t.Fatal(err)
		}
	}
	add(d, 1) // behind it is room now
	ix := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{Method: DualEncoder}))
	other := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{}))
	must0(t, ix.Add(one(2)))
	must0(t, other.Add(one(3)))
	add(d, 4)
	copied := *d
	add(&copied, 5)
	add(d, 6)
	ix.DE = d.DE
	ix.Features = d.DE.Items
	must0(t, ix.Add(one(7)))
	add(d, 8)
	for name, c := range map[string]struct {
		m    *Matrix
		want []float32
	}{
		"the data set": {d.DE.Items, []float32{1, 4, 6, 8}}, "its copy": {copied.DE.Items, []float32{1, 4, 5}},
		"the index": {ix.DE.Items, []float32{1, 4, 6, 7}}, "the other": {other.DE.Items, []float32{1, 3}},
	} {
		for i, want := range c.want {
			if got := c.m.Row(20 + i)[0]; got != want {
				t.Errorf("%s: item %d is %v, want %v", name, 20+i, got, want)
			}
		}
	}
}

// TestAddCopiesOnce: items added one by one are not copied each time.
func TestAddCopiesOnce(t *testing.T) {
	d, _ := toy(57, 8, 300, 3)
	ix := must[*Index](t)(Factorize(t.Context(), d, nil, FactorizeOptions{Method: DualEncoder}))
	moved := 0
	for range 100 {
		before := &ix.DE.Items.Data[0]
		must0(t, ix.Add(NewMatrix(1, 3)))
		if &ix.DE.Items.Data[0] != before {
			moved++
		}
	}
	if moved > 3 {
		t.Errorf("100 items moved the others %d times", moved)
	}
}

// TestUpdateFor: an index made For other queries has the first one learn, which forgets the codes of
// what its items were and counts the calls.
func TestUpdateFor(t *testing.T) {
	d, g := toy(58, 40, 60, 4)
	ix := toyIndex(t, d, g, Calibrated)
	calls := ix.Calls
	own := must[*Index](t)(ix.For(d.DE.Queries.Select(d.Test)))
	ix.items().CodesOf(ix.Features.view())
	if err := own.Update(&Scores{Items: 60, Calls: 2, Rows: []ScoreRow{{Query: 1, Items: []int32{3, 9}, Values: []float32{9, -9}}}}); err != nil {
		t.Fatal(err)
	}
	if ix.featureCodes.From.Rows != 0 || ix.Calls != calls+2 || own.Calls != calls+2 {
		t.Errorf("codes of %d items are kept, %d and %d calls, want %d", ix.featureCodes.From.Rows, ix.Calls, own.Calls, calls+2)
	}
}
