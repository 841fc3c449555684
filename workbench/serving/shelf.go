package serving

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"axn/workbench"
)

// shelf is a corpus made ready to be searched.
type shelf struct {
	Corpus
	rows     map[string]int // of items, by id
	scorer   *batcher
	searches *gathering[*search]
}

// search is one search of a shelf.
type search struct {
	*request
	options workbench.SearchOptions
	each    func(found map[int]float64, round int) // told after each round, if it is there
	result  *workbench.Result
}

// blockSearches is how many searches advance together at the most.
const blockSearches = 64

func newShelf(c Corpus, o Options, m *metrics) (*shelf, error) {
	s := &shelf{Corpus: c, rows: make(map[string]int, len(c.Dataset.Items)), scorer: newBatcher(c.Scorer, o.BatchCalls, o.BatchPairs, m)}
	for row, it := range c.Dataset.Items {
		if other, ok := s.rows[it.ID]; ok {
			return nil, fmt.Errorf("items %d and %d have the same id %q", other, row, it.ID)
		}
		s.rows[it.ID] = row
	}
	fits := func(turn []*question[*search], q *question[*search]) bool {
		return len(turn) < blockSearches && turn[0].of.alike(q.of)
	}
	s.searches = newGathering(o.Blocks, fits, func(ctx context.Context, turn []*question[*search]) error {
		block := make([]*search, len(turn))
		for i, q := range turn {
			block[i] = q.of
		}
		return s.run(ctx, block)
	})
	return s, nil
}

// alone reports whether a search cannot advance with others.
func (a *search) alone() bool { return a.each != nil || a.Only != nil || a.Without != nil }

// alike reports whether two searches can advance together.
func (a *search) alike(b *search) bool {
	return a.options.Budget == b.options.Budget && a.options.K == b.options.K && a.options.Rounds == b.options.Rounds
}

// find makes a search, with others where it can.
func (s *shelf) find(ctx context.Context, a *search) error {
	if a.alone() {
		return guarded(func() error { return s.run(ctx, []*search{a}) })
	}
	return s.searches.ask(ctx, a)
}

// run makes searches in lockstep.
func (s *shelf) run(ctx context.Context, block []*search) error {
	vectors, err := s.vectors(ctx, block)
	if err != nil {
		return fmt.Errorf("encode the query: %w", err)
	}
	ix, err := s.Index.For(vectors)
	if err != nil {
		return err
	}
	questions := &workbench.Dataset{Name: s.Dataset.Name, Items: s.Dataset.Items}
	rows := make([]int, len(block))
	for i, a := range block {
		rows[i] = i
		questions.Queries = append(questions.Queries, workbench.Query{ID: "query", Text: a.Query, Gold: -1})
	}
	scorer := workbench.NewScorer(s.scorer, questions)
	if each := block[0].each; each != nil {
		scorer = &telling{Scorer: scorer, each: each}
	}
	results, err := ix.SearchAll(ctx, scorer, rows, block[0].options)
	if err != nil {
		return err
	}
	for i, a := range block {
		a.result = &results[i]
	}
	return nil
}

// vectors are those of the queries: as they came, or made by the dual encoder.
func (s *shelf) vectors(ctx context.Context, block []*search) (*workbench.Matrix, error) {
	m := workbench.NewMatrix(len(block), s.Index.DE.Items.Cols)
	var texts []string
	var rows []int
	for i, a := range block {
		if a.Vector != nil {
			copy(m.Row(i), a.Vector)
			continue
		}
		texts, rows = append(texts, a.Query), append(rows, i)
	}
	if len(texts) == 0 {
		return m, nil
	}
	encode := s.Encoder.Encode
	if r, ok := s.Encoder.(interface {
		EncodeQueries(ctx context.Context, texts []string) (*workbench.Matrix, error)
	}); ok {
		encode = r.EncodeQueries
	}
	made, err := encode(ctx, texts)
	if err != nil {
		return nil, err
	}
	if made.Rows != len(texts) || made.Cols != m.Cols {
		return nil, fmt.Errorf("%w: the dual encoder gave %v for %d texts, and the index has vectors of length %d", workbench.ErrShape, made, len(texts), m.Cols)
	}
	for n, row := range rows {
		copy(m.Row(row), made.Row(n))
	}
	return m, nil
}

// answer ranks what a search has found so far.
func (s *shelf) answer(found map[int]float64, k, round int, begin time.Time) *answer {
	rows := make([]int, 0, len(found))
	for row := range found {
		rows = append(rows, row)
	}
	slices.Sort(rows)
	sort.SliceStable(rows, func(a, b int) bool { return found[rows[a]] > found[rows[b]] })
	a := &answer{Items: []item{}, Calls: len(found), Rounds: round, Seconds: time.Since(begin).Seconds()}
	for _, row := range rows[:min(k, len(rows))] {
		it := s.Dataset.Items[row]
		a.Items = append(a.Items, item{it.ID, it.Text, found[row]})
	}
	return a
}

// found is the answer of a search that has ended.
func (s *shelf) found(of *search, begin time.Time) *answer {
	r := of.result
	a := &answer{Items: []item{}, Calls: r.Calls, Rounds: len(r.Rounds), Seconds: time.Since(begin).Seconds()}
	for i, row := range r.Items {
		it := s.Dataset.Items[row]
		a.Items = append(a.Items, item{it.ID, it.Text, r.Scores[i]})
	}
	return a
}

// telling is a Scorer that tells what it has scored so far after each call, which is a round
// of a search of one query.
type telling struct {
	workbench.Scorer
	each  func(found map[int]float64, round int)
	found map[int]float64
	round int
}

// Score scores pairs and tells.
func (t *telling) Score(ctx context.Context, pairs []workbench.Pair) ([]float64, error) {
	scores, err := t.Scorer.Score(ctx, pairs)
	if err != nil {
		return scores, err
	}
	if t.found == nil {
		t.found = map[int]float64{}
	}
	for i, p := range pairs {
		if i < len(scores) && !math.IsNaN(scores[i]) {
			t.found[p.Item] = scores[i]
		}
	}
	t.round++
	t.each(t.found, t.round)
	return scores, nil
}

// Fingerprint is that of the scorer.
func (t *telling) Fingerprint() (string, error) {
	if f, ok := t.Scorer.(workbench.Fingerprinter); ok {
		return f.Fingerprint()
	}
	return "", nil
}
