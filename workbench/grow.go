package workbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"axn/workbench/internal/calibrate"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/factors"
)

// AddItems adds items that came up later, with their dual-encoder vectors, one row of length d
// each, and their rows of the data set's views: of each View in order (see View.Rows), then of Alone where it
// is known. It keeps copies. Their rows follow those of the items before. On an error, of which
// a view left out is one, the data set stays as it was. Indexes, and copies of the data set, that
// have had a matrix from it keep theirs.
//
// Indexes made from the data set do not know the items: give them the same rows by Index.Add.
func (d *Dataset) AddItems(items []Item, vectors *Matrix, views ...*Matrix) error {
	with := *d
	with.Items, with.room = slices.Concat(d.Items, items), d.room.of(d)
	if err := with.addRows(len(items), vectors, views); err != nil {
		return fmt.Errorf("workbench: add items: %w", err)
	}
	if err := with.check(); err != nil {
		return fmt.Errorf("workbench: add items: %w", err)
	}
	*d = with
	return nil
}

// addRows adds n rows to vectors and views.
func (d *Dataset) addRows(n int, vectors *Matrix, views []*Matrix) (err error) {
	names, places := d.itemViews()
	if len(views) != len(places) {
		return fmt.Errorf("%w: the rows of %d views are given, and the data set has %d %q: View.Rows makes those of a view, ScoreAlone of a data set of the new items those of alone", ErrShape, len(views), len(names), names)
	}
	if d.DE.Items, err = d.room.withRows(d.DE.Items, "vectors", n, vectors); err != nil {
		return err
	}
	d.Views = slices.Clone(d.Views)
	for i := range d.Views {
		if d.Views[i].Items, err = d.room.withRows(d.Views[i].Items, "view "+names[i], n, views[i]); err != nil {
			return err
		}
		if d.Views[i].Passes > 0 {
			d.Views[i].Passes += n
		}
	}
	if d.Alone != nil {
		d.Alone, err = d.room.withRows(d.Alone, "view alone", n, views[len(d.Views)])
	}
	return err
}

// itemViews lists what the data set knows of its items beside their vectors.
func (d *Dataset) itemViews() (names []string, views []*Matrix) {
	for _, v := range d.Views {
		names, views = append(names, v.Name), append(views, v.Items)
	}
	if d.Alone != nil {
		names, views = append(names, "alone"), append(views, d.Alone)
	}
	return names, views
}

// Add adds items that the index was not made from, by their dual-encoder vectors, one row of
// length d each, and their rows of the views that the index was made from, in the order of
// Dataset.AddItems. Their numbers follow those of the items before. Searches find them at once:
// what a fit says of an item in general, by its vector and views, it says of them. What an item
// has of its own comes by Update; until then Calibrated takes each to score above that by 1.5
// deviations of what observed items have of their own, because an item of which nothing is known
// would else hardly be looked at.
//
// Views left out at the end are guessed from the vectors by ridge regression, which costs some
// of what views are worth. ADACUR and ANNCUR know items by their scores for the train queries
// alone: Add is an error.
//
// It copies the index's items once, and after that only where memory must grow; those of a
// mapped index go into memory with the first Add. No search may be under way. An index without
// items of its own, a Head, has its new items added to its store: see Rows.
func (ix *Index) Add(vectors *Matrix, views ...*Matrix) error {
	if err := ix.add(vectors, views); err != nil {
		return fmt.Errorf("workbench: add: %w", err)
	}
	return nil
}

func (ix *Index) add(vectors *Matrix, views []*Matrix) error {
	if err := ix.checkOpen(); err != nil {
		return err
	}
	switch {
	case ix.shared != nil:
		return errors.New("the index was made For other queries: add to the one that has the items")
	case ix.Features.Rows == 0:
		return errors.New("the index has no items of its own: Index.Rows makes rows for the store that has them")
	}
	features, bias, err := ix.grow(vectors, views)
	if err != nil {
		return err
	}
	n, shared := vectors.Rows, ix.Features == ix.DE.Items
	if ix.DE.Items, err = ix.room.withRows(ix.DE.Items, "vectors", n, vectors); err != nil {
		return err
	}
	if shared {
		ix.Features = ix.DE.Items
	} else if ix.Features, err = ix.room.withRows(ix.Features, "features", n, features); err != nil {
		return err
	}
	if p := ix.Prior; p != nil {
		if p.Bias, err = ix.room.withRows(p.Bias, "bias", n, &Matrix{Rows: n, Cols: 1, Data: bias}); err != nil {
			return err
		}
		if e := p.growth.Evidence; e != nil {
			p.growth.Evidence, err = ix.room.withRows(e, "evidence", n, NewMatrix(n, e.Cols))
		}
	}
	return err
}

// Rows returns the rows that new items have in an ItemStore, in the layout of Items, by their
// vectors and views as Add takes them; the store's own Append adds them. A Head can do it too.
func (ix *Index) Rows(vectors *Matrix, views ...*Matrix) (*Matrix, error) {
	features, bias, err := ix.grow(vectors, views)
	if err != nil {
		return nil, fmt.Errorf("workbench: rows: %w", err)
	}
	new := &Index{Method: ix.Method, DE: DualEmbeddings{Items: vectors}, Features: vectors}
	if ix.Features != ix.DE.Items {
		new.Features = &Matrix{Rows: features.Rows, Cols: features.Cols, Data: features.Data} // not the same, even if the values are
	}
	if ix.Prior != nil {
		new.Prior = &Prior{Bias: &Matrix{Rows: len(bias), Cols: 1, Data: bias}}
	}
	items := make([]int, vectors.Rows)
	for i := range items {
		items[i] = i
	}
	return new.Items().Rows(context.Background(), items)
}

// grow returns the features and biases of new items.
func (ix *Index) grow(vectors *Matrix, views []*Matrix) (features *Matrix, bias []float32, err error) {
	for i, m := range slices.Concat([]*Matrix{vectors}, views) {
		what := "vectors of new items"
		if i > 0 {
			what = fmt.Sprintf("rows of view %d of new items", i-1)
		}
		if err := m.checkShape(what); err != nil {
			return nil, nil, err
		}
		if err := m.checkFinite(func(row int) string { return fmt.Sprintf("new item %d", row) }); err != nil {
			return nil, nil, err
		}
	}
	if vectors.Cols != ix.DE.Items.Cols {
		return nil, nil, fmt.Errorf("%w: vectors %v beside the index's %v", ErrShape, vectors, ix.DE.Items)
	}
	switch {
	case ix.Prior != nil:
		return ix.Prior.grow(vectors, views, ix.Features.Cols)
	case ix.Method == ADACUR || ix.Method == ANNCUR:
		return nil, nil, fmt.Errorf("%s knows items by their scores for the train queries: Observe and Factorize again", ix.Method)
	case ix.itemTower != nil:
		return ix.turned(matrixOf(factors.ApplyTower(ix.itemTower.Data, vectors.view()))), nil, nil
	case ix.Method == Inductive || ix.Method == Distilled:
		return nil, nil, errNoGrowth
	}
	return ix.turned(vectors), nil, nil
}

var errNoGrowth = errors.New("the index was saved before items could be added: Factorize again")

// Remove has later searches pass over items; a number that is no item's is an error, one
// already removed is not. Numbers of other items stay. An index that is saved keeps it. Items
// that a store has are removed by the index that searches it, a Head among them. Indexes made For other
// queries pass over them, too. No search may be under way.
func (ix *Index) Remove(items ...int) error {
	err := ix.checkOpen()
	switch {
	case err != nil:
	case ix.shared != nil:
		err = errors.New("the index was made For other queries: remove from the one that has the items, or set SearchOptions.Allow")
	default:
		err = ix.setRemoved(items)
	}
	if err != nil {
		return fmt.Errorf("workbench: remove: %w", err)
	}
	return nil
}

func (ix *Index) setRemoved(items []int) error {
	if len(items) == 0 {
		return nil
	}
	n := cmp.Or(ix.Features.Rows, math.MaxInt32) // of a store, whose items a Head does not know
	if low, high := slices.Min(items), slices.Max(items); low < 0 || high >= n {
		return fmt.Errorf("items %d to %d among %d", low, high, n)
	}
	removed := make([]bool, max(len(ix.removed), 1+slices.Max(items)))
	copy(removed, ix.removed)
	for _, it := range items {
		removed[it] = true
	}
	ix.removed = removed
	return nil
}

// removedItems lists what Remove took out.
func (ix *Index) removedItems() (items []int) {
	for it, gone := range ix.owner().removed {
		if gone {
			items = append(items, it)
		}
	}
	return items
}

// barred says which of so many items a search must not choose, nil where it may choose all, and
// how many it may.
func (ix *Index) barred(items int, allow func(item int) bool) (barred []bool, open int) {
	removed := ix.owner().removed
	barred = removed
	if allow != nil {
		barred = make([]bool, items)
		copy(barred, removed)
		for it := range barred {
			barred[it] = barred[it] || !allow(it)
		}
	}
	open = items
	for _, no := range barred[:min(items, len(barred))] {
		if no {
			open--
		}
	}
	return barred, open
}

// Update has an index of Calibrated learn from further scores of queries that it knows, those
// that searches paid for among them (see Paid), without a fit from scratch: curve, query map and
// features stay, and every item in g gets the bias and the deviations that all its entries, the
// fit's and the later ones, say it has. It takes O(n²·p) for a row of n entries, n at most p.
// Rows may come in any number of parts, in any order, but a pair must come once in all, because
// entries are taken for independent; within g one that comes twice counts once. Calls grows by those of g. An index that was made For other
// queries has the one that it was made from learn, too.
//
// An index made without scores has no curve to hold against them, and other methods have
// nothing that grows by item: both are errors that say to Factorize. Scores of another
// cross-encoder are an ErrOtherScorer. No search may be under way.
func (ix *Index) Update(g *Scores) error {
	if err := ix.update(g); err != nil {
		return fmt.Errorf("workbench: update: %w", err)
	}
	return nil
}

// checkUpdate returns an error when the index cannot learn from further scores.
func (ix *Index) checkUpdate() error {
	if err := ix.checkOpen(); err != nil {
		return err
	}
	switch {
	case ix.shared != nil && ix.shared.Features != ix.Features:
		return errors.New("items were added since the index was made For other queries: make it anew")
	case ix.Prior == nil:
		return fmt.Errorf("an index by %s does not learn item by item: Factorize again with all scores", ix.Method)
	case len(ix.Prior.Curve.X) == 0:
		return errors.New("the index was made without scores, or with too few: Factorize with these")
	case ix.Features.Rows == 0:
		return errors.New("the index has no items of its own: update the whole one, and load its store anew")
	case ix.Prior.growth.Evidence == nil:
		return errNoGrowth
	}
	return nil
}

// pupil is a copy of the index that may be updated without it.
func (ix *Index) pupil() *Index {
	prior := *ix.Prior
	prior.Bias, prior.growth.Evidence = prior.Bias.clone(), prior.growth.Evidence.clone()
	return &Index{Method: ix.Method, Calls: ix.Calls, Passes: ix.Passes, DE: ix.DE, Fingerprint: ix.Fingerprint, Features: ix.Features.clone(),
		Signals: ix.Signals, Seed: ix.Seed, Prior: &prior, removed: ix.owner().removed}
}

// checkLearn returns an error when queries cannot learn from others.
func (ix *Index) checkLearn(queries []int, o SearchOptions) error {
	if o.Store != nil {
		return errors.New("Learn is of the index's own items: leave Store nil")
	}
	if o.Probe > 0 && o.Probe < 1 {
		return fmt.Errorf("Learn looks at all items, whose features change: Probe %v is not possible", o.Probe)
	}
	if err := ix.checkUpdate(); err != nil {
		return fmt.Errorf("Learn: %w", err)
	}
	asked := make(map[int]bool, len(queries))
	for _, q := range queries {
		if asked[q] {
			return fmt.Errorf("Learn: query %d is asked for twice, and what it pays for would count twice", q)
		}
		asked[q] = true
	}
	return nil
}

func (ix *Index) update(g *Scores) error {
	if err := ix.checkUpdate(); err != nil {
		return err
	}
	switch {
	case !sameScores(ix.Fingerprint, g.Fingerprint):
		return fmt.Errorf("%w: the index was observed with %q, the scores with %q", ErrOtherScorer, ix.Fingerprint, g.Fingerprint)
	case g.Items != ix.Features.Rows:
		return fmt.Errorf("%w: scores over %d items, the index has %d", ErrShape, g.Items, ix.Features.Rows)
	}
	if err := g.checkRows(ix.DE.Queries.Rows); err != nil {
		return err
	}
	once := g.joined()
	rows := make([]calibrate.Row, len(once.Rows))
	for i, r := range once.Rows {
		rows[i] = calibrate.Row{Query: r.Query, Items: r.Items, Values: r.Values}
	}
	ix.Prior.fitted(ix.Features).Update(ix.DE.Queries.view(), ix.DE.Items.view(), rows)
	ix.codesOf(ix.Features).Set(f32.Mat{}, nil, nil) // of what the features were
	if x := ix.items(); x.Lists != nil {
		x.Lists.Renew(x)
	}
	ix.Calls += g.Calls
	if ix.shared != nil {
		ix.shared.Calls += g.Calls
	}
	return nil
}

// Paid returns what searches have paid for as scores, for Update or Factorize: one row for each
// query, every pair once. items is how many the data set has. The scores are those of the rounds: a
// Cascade's Fast gave them.
func Paid(rs []Result, items int) *Scores {
	g, at := &Scores{Items: items}, map[int]map[int]float64{}
	var queries []int
	for _, r := range rs {
		if at[r.Query] == nil {
			at[r.Query], queries = map[int]float64{}, append(queries, r.Query)
		}
		for _, round := range r.Rounds {
			for j, it := range round.Items {
				at[r.Query][it] = round.Scores[j]
			}
		}
	}
	for _, q := range queries {
		row := ScoreRow{Query: q, Items: []int32{}}
		for it := range at[q] {
			row.Items = append(row.Items, int32(it))
		}
		slices.Sort(row.Items)
		for _, it := range row.Items {
			row.Values = append(row.Values, float32(at[q][int(it)]))
		}
		g.Rows, g.Calls = append(g.Rows, row), g.Calls+len(row.Items)
	}
	return g
}

// growth is what Calibrated keeps for items and scores to come: see calibrate.ItemMap.
type growth struct {
	Root, Beta, Mean, Map, Guess *Matrix
	Evidence                     *Matrix // one row an item; nil in a Head
}

type growthMeta struct {
	Scale, Noise, Spread float64
	Unsure               float64
	Fitted               int   // items of the fit
	Widths               []int `json:",omitempty"` // of the views, Alone's the last
}

func (g *growth) arrays() []namedArray {
	return []namedArray{{"item_root", &g.Root}, {"item_beta", &g.Beta}, {"view_mean", &g.Mean}, {"view_map", &g.Map}, {"view_guess", &g.Guess}, {"evidence", &g.Evidence}}
}

// grown takes what a fit says of items to come.
func (p *Prior) grown(f *calibrate.Fitted) {
	m := f.Items
	p.Growth = &growthMeta{Scale: m.Scale, Noise: m.Noise, Spread: m.Spread, Widths: m.Widths, Unsure: m.Unsure, Fitted: m.Fitted}
	if m.Root.Rows > 0 {
		p.growth.Root, p.growth.Beta, p.growth.Evidence = matrixOf(m.Root), rowOf(m.Beta), matrixOf(f.Evidence)
	}
	if m.Views != nil {
		p.growth.Mean, p.growth.Map, p.growth.Guess = rowOf(m.Views.Mean), matrixOf(m.Views.Map), matrixOf(m.Guess)
	}
}

func rowOf(x []float32) *Matrix { return &Matrix{Rows: 1, Cols: len(x), Data: x} }

// itemMap is what grown was given.
func (p *Prior) itemMap() *calibrate.ItemMap {
	g, meta := &p.growth, p.Growth
	m := &calibrate.ItemMap{Scale: meta.Scale, Noise: meta.Noise, Spread: meta.Spread, Widths: meta.Widths, Unsure: meta.Unsure, Hope: chosenOptimism, Fitted: meta.Fitted}
	if g.Root != nil {
		m.Root, m.Beta = g.Root.view(), g.Beta.Data
	}
	if g.Mean != nil {
		m.Views, m.Guess = &calibrate.ViewMap{Mean: g.Mean.Data, Map: g.Map.view()}, g.Guess.view()
	}
	return m
}

// fitted is the fit the index came from, as far as Update looks at it; it shares memory.
func (p *Prior) fitted(features *Matrix) *calibrate.Fitted {
	return &calibrate.Fitted{Features: features.view(), Bias: p.Bias.Data, Map: p.Map.view(), Warp: curve.Knots(p.Warp), Curve: curve.Knots(p.Curve),
		Noise: p.Noise, Items: p.itemMap(), Evidence: p.growth.Evidence.view()}
}

// grow is Index.grow for Calibrated.
func (p *Prior) grow(vectors *Matrix, views []*Matrix, cols int) (*Matrix, []float32, error) {
	if p.Growth == nil {
		return nil, nil, errNoGrowth
	}
	if len(views) > len(p.Growth.Widths) {
		return nil, nil, fmt.Errorf("%w: the rows of %d views are given, and the index was made from %d", ErrShape, len(views), len(p.Growth.Widths))
	}
	mats := make([]f32.Mat, len(views))
	for j, v := range views {
		if v.Rows != vectors.Rows || v.Cols != p.Growth.Widths[j] {
			return nil, nil, fmt.Errorf("%w: view %d of %d items is %v, and the index's has %d columns", ErrShape, j, vectors.Rows, v, p.Growth.Widths[j])
		}
		mats[j] = v.view()
	}
	f, bias := p.itemMap().Rows(vectors.view(), mats, cols)
	return matrixOf(f), bias, nil
}

// checkGrowth returns an error when what came from a file does not fit together.
func (p *Prior) checkGrowth(items, d, features int) error {
	if p.Growth == nil {
		return nil
	}
	g, w, c := &p.growth, 0, 0
	for _, n := range p.Growth.Widths {
		c += n
	}
	if g.Map != nil {
		w = g.Map.Cols
	}
	is := func(m *Matrix, rows, cols int) bool { return m != nil && m.Rows == rows && m.Cols == cols }
	views := g.Mean == nil && g.Map == nil && g.Guess == nil && c == 0 || is(g.Mean, 1, c) && is(g.Map, c, w) && is(g.Guess, 1+d, c)
	root := g.Root == nil && g.Beta == nil && features == 1+d+w || is(g.Root, 1+d+w, 1+d+w) && is(g.Beta, 1, 1+d+w) && features >= 1+d+w
	evidence := g.Evidence == nil || g.Root != nil && is(g.Evidence, items, calibrate.EvidenceCols(1+d+w))
	if !views || !root || !evidence {
		return fmt.Errorf("%w: what the prior keeps for new items does not fit %d items, %d dimensions and %d features", ErrShape, items, d, features)
	}
	return nil
}

// corpus is how many items a search chooses from.
func (ix *Index) corpus(o SearchOptions) int {
	if o.Store != nil {
		items, _ := o.Store.Size()
		return items
	}
	return ix.Features.Rows
}

// checkCorpus returns an error when a search would pass over items that there are, or ask for
// some that there are not.
func (ix *Index) checkCorpus(s Scorer, o SearchOptions) error {
	known := ix.corpus(o)
	if own := ix.Features.Rows; own > 0 && own != known {
		return fmt.Errorf("the store has %d items and the index %d: Index.Add and the store's Append take new ones", known, own)
	}
	c, ok := s.(sized)
	switch {
	case ok && c.items() > known:
		return fmt.Errorf("the scorer's data set has %d items and the index knows %d: Index.Add takes the others", c.items(), known)
	case ok && c.items() < known:
		return fmt.Errorf("the scorer's data set has %d items and the index knows %d: they are of different data sets, or items were added to the index alone", c.items(), known)
	}
	return nil
}
