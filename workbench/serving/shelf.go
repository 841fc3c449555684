package serving

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"axn/workbench"
)

// shelf is a corpus made ready to be searched.
type shelf struct {
	Corpus
	rows     map[string]int // of items, by id
	scorer   *batcher
	fast     *batcher // nil where there is none
	again    int
	searches *gathering[*search]

	mu      sync.Mutex
	users   int // requests, and blocks of searches, which may outlast them
	retired bool
}

// enter counts one more user; false if it is Retired already.
func (s *shelf) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.retired && s.users == 0 {
		return false
	}
	s.users++
	return true
}

// leave counts one less.
func (s *shelf) leave() { s.change(func() { s.users-- }) }

// retire lets the users that there are be the last.
func (s *shelf) retire() { s.change(func() { s.retired = true }) }

// change makes a change, after which it may be Retired.
func (s *shelf) change(do func()) {
	s.mu.Lock()
	do()
	last := s.retired && s.users == 0
	s.mu.Unlock()
	if last && s.Retired != nil {
		s.Retired()
	}
}

// search is one search of a shelf.
type search struct {
	*request
	options workbench.SearchOptions
	each    func(rows []int, scores []float64, calls, round int) // told the best so far after each round, if it is there
	result  *workbench.Result
}

// blockSearches is how many searches advance together at the most.
const blockSearches = 64

func newShelf(c Corpus, o Options, m *metrics) (*shelf, error) {
	s := &shelf{Corpus: c, rows: make(map[string]int, len(c.Dataset.Items)), scorer: newBatcher(c.Scorer, tierExact, o, m), again: o.Again}
	if c.Fast != nil {
		s.fast = newBatcher(c.Fast, tierFast, o, m)
	}
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
	if !s.enter() {
		return errors.New("the corpus is no longer served") // nor do those wait who asked
	}
	defer s.leave()
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
	rounds := scorer
	if s.fast != nil {
		rounds = workbench.NewScorer(s.fast, questions)
	}
	if each := block[0].each; each != nil {
		rounds = &telling{Scorer: rounds, each: each, most: block[0].options.K}
	}
	if s.fast == nil {
		scorer = rounds
	} else {
		scorer = workbench.Cascade{Fast: rounds, Exact: scorer, Again: s.again}
	}
	results, err := ix.SearchAll(ctx, scorer, rows, block[0].options)
	for _, r := range results { // those under way when it failed are among them
		s.scorer.metrics.spent(r.Calls, r.ExactCalls)
	}
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
	made, err := workbench.EncodeQueries(ctx, s.Encoder, texts)
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

// answer is what a search has found, best first.
func (s *shelf) answer(rows []int, scores []float64, calls, rounds int, begin time.Time) *answer {
	a := &answer{Items: []item{}, Calls: calls, Rounds: rounds, Seconds: time.Since(begin).Seconds()}
	for i, row := range rows {
		it := s.Dataset.Items[row]
		a.Items = append(a.Items, item{it.ID, it.Text, scores[i]})
	}
	return a
}

// telling is a Scorer that tells the best of what it has scored so far after each call, which
// is a round of a search of one query.
type telling struct {
	workbench.Scorer
	each  func(rows []int, scores []float64, calls, round int)
	most  int // items told
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
	rows := slices.SortedFunc(maps.Keys(t.found), func(a, b int) int {
		return cmp.Or(cmp.Compare(t.found[b], t.found[a]), cmp.Compare(a, b))
	})
	rows = rows[:min(t.most, len(rows))]
	best := make([]float64, len(rows))
	for i, row := range rows {
		best[i] = t.found[row]
	}
	t.each(rows, best, len(t.found), t.round)
	return scores, nil
}

// Fingerprint is that of the scorer.
func (t *telling) Fingerprint() (string, error) {
	if f, ok := t.Scorer.(workbench.Fingerprinter); ok {
		return f.Fingerprint()
	}
	return "", nil
}
