package workbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"axn/workbench/internal/ablate"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/enough"
	"axn/workbench/internal/shelf"
	"axn/workbench/internal/topk"
)

// blockQueries is how many queries advance together: enough for a scorer and the
// scans to work in large batches.
const blockQueries = 64

// Search finds the items that the cross-encoder scores highest for a query, a
// row of the data set the index was made for. See SearchAll for its errors.
func (ix *Index) Search(ctx context.Context, s Scorer, query int, o SearchOptions) (*Result, error) {
	rs, err := ix.SearchAll(ctx, s, []int{query}, o)
	if len(rs) == 0 {
		return nil, err
	}
	return &rs[0], err
}

// SearchAll runs Search for many queries at once; results come in the order of
// queries and, unless queries are to learn from others (SearchOptions.Learn), do not depend on how
// many are asked for together. A budget that is not
// positive is an ErrBudget, a query that the index does not know an error. When the scorer
// fails or ctx is cancelled, the error names queries and round, and the results
// so far are returned with it: complete ones first, then those under way with
// the rounds they have. A Cascade's rounds are scored by its Fast, and the best of them again by
// its Exact; results under way have Fast's scores.
//
// Beyond the index it takes O(64·B·(B + p)) floats for the evidence of a block of
// 64 queries and, on each core, O(512·(64 + p)) for the scan of 512 items at a
// time. Two cases hold a score of every item: round 1 by an Initializer, ANNCUR's
// fixed anchors among them, |I| floats on each core; and a block of one or two
// queries over 10,000 items or more, of up to 32 where |I|·d is at most 8 million, which are scanned as bytes: |I|/16 bounds a
// round or, of few items, |I|, and |I| similarities and their places on the curve a query, 2.5·|I| floats; from inverted lists,
// 10 bytes a query for each item that its rounds looked at.
// The bytes are made at an index's first such search, O(|I|·d²) once, about
// |I|·(p + d + 32) of them, and the index keeps them, in memory and in its file; where |I|·d is at most 8 million and the
// vectors are float16, it keeps these as such beside them, 2·|I|·d bytes, in memory alone.
func (ix *Index) SearchAll(ctx context.Context, s Scorer, queries []int, o SearchOptions) ([]Result, error) {
	results := make([]Result, 0, len(queries))
	m := startProgress(ctx, "search", "queries", len(queries))
	defer m.end()
	if err := ix.ready(ctx, s, queries, o, m); err != nil {
		return nil, fmt.Errorf("workbench: search: %w", err)
	}
	if o.Learn > 0 && o.Learn < len(queries) { // else nobody comes later
		ix = ix.pupil()
	}
	for lesson := range slices.Chunk(queries, cmp.Or(o.Learn, max(1, len(queries)))) {
		rs, err := ix.searchBlocks(ctx, s, lesson, o, m)
		for i := range rs {
			rs[i].among = ix.corpus(o)
		}
		results = append(results, rs...)
		if err == nil && o.Learn > 0 && len(results) < len(queries) {
			err = ix.update(Paid(rs, ix.Features.Rows))
		}
		if err != nil {
			return results, fmt.Errorf("workbench: search: %w", err)
		}
	}
	return results, nil
}

// searchBlocks searches for queries a block at a time.
func (ix *Index) searchBlocks(ctx context.Context, s Scorer, queries []int, o SearchOptions, m *meter) ([]Result, error) {
	var results []Result
	for block := range slices.Chunk(queries, blockQueries) {
		rs, err := ix.searchBlock(ctx, s, block, o)
		if err == nil {
			err = again(ctx, s, rs, o.K)
		}
		results = append(results, rs...)
		if err != nil {
			return results, err
		}
		m.add(len(block))
	}
	return results, nil
}

// ready returns an error when queries cannot be searched so.
func (ix *Index) ready(ctx context.Context, s Scorer, queries []int, o SearchOptions, m *meter) error {
	if err := ix.checkSearch(queries, o); err != nil {
		return err
	}
	if err := checkScorer(s); err != nil {
		return err
	}
	for _, tier := range tiers(s) {
		if err := ix.checkCorpus(tier, o); err != nil {
			return err
		}
	}
	return ix.checkSameScorer(ctx, s, o.SameScorer, m)
}

// searchBlock searches for a block of queries in lockstep.
func (ix *Index) searchBlock(ctx context.Context, s Scorer, queries []int, o SearchOptions) ([]Result, error) {
	o = ix.options(o)
	b, err := ix.newBlock(ctx, queries, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", queryNames(queries), err)
	}
	err = b.search(ctx, s, o)
	for _, k := range b.all {
		k.est.release()
	}
	return b.results(o), err
}

// search is AXN's Algorithm 1: in each round every query chooses items by its approximate
// scores, one call scores them all, and every query refits its approximation to all it has seen.
// After the last round nothing asks for the approximation again, and it is left as it is.
func (b *block) search(ctx context.Context, s Scorer, o SearchOptions) error {
	plan := sizes(o, b.open)
	for round, size := range plan {
		last, more := round == len(plan)-1, 0
		if o.judged(last) && b.estimates() {
			more = enough.Rest
		}
		err := b.choose(ctx, round, size, more, o)
		switch {
		case err != nil:
		case last:
			err = b.score(ctx, s)
		default:
			err = b.scoreAndMeet(ctx, s)
		}
		if err == nil && more > 0 {
			b.judge(o.K, o.Recall)
		}
		if err == nil && !last {
			b.refit()
		}
		if err != nil {
			return fmt.Errorf("%s, round %d: %w", b.names(), round+1, err)
		}
		if len(b.seekers) == 0 { // all have found enough
			break
		}
	}
	return nil
}

// choose gives every seeker the items of a round, and keeps so many more that come after them.
func (b *block) choose(ctx context.Context, round, size, more int, o SearchOptions) error {
	if round == 0 {
		return b.begin(ctx, size, more, o.First)
	}
	probes := b.probes(optimism(ctx))
	for i, k := range b.seekers {
		if o.Softmax > 0 {
			probes[i].Draw = shelf.NewDraw(o.Softmax, o.Seed, k.query, round)
		}
	}
	return b.take(ctx, size, more, probes)
}

// begin chooses round 1: by first, or the method's own way.
func (b *block) begin(ctx context.Context, size, more int, first Initializer) error {
	own := methods[b.Method].begin
	if own == inTurns && ablate.Off(ctx, ablate.Turns) {
		own = byScore
	}
	switch {
	case first != nil:
		return b.initialize(first, size)
	case own == byChance:
		return b.initialize(fixedAnchors(b.Index), size)
	case own == byScore:
		return b.take(ctx, size, more, b.probes(optimism(ctx)))
	}
	similar := make([]shelf.Probe, len(b.seekers))
	for i, k := range b.seekers {
		similar[i] = shelf.Similarity(k.query, b.DE.Queries.Row(k.query))
	}
	if own == bySimilarity {
		return b.take(ctx, size, more, similar)
	}
	return b.take(ctx, size, more, b.probes(optimism(ctx)), similar)
}

// score scores what all seekers have chosen in one call.
func (b *block) score(ctx context.Context, s Scorer) error {
	var pairs []Pair
	for _, k := range b.seekers {
		for _, it := range k.last().Items {
			pairs = append(pairs, Pair{k.query, it})
		}
	}
	got, err := scorePairs(ctx, s, pairs)
	if err != nil {
		return err
	}
	for _, k := range b.seekers {
		r := k.last()
		r.Scores, got = got[:len(r.Items):len(r.Items)], got[len(r.Items):]
	}
	return nil
}

// scoreAndMeet scores while every seeker's approximation takes in the items, which is most of a refit:
// where the cross-encoder runs elsewhere it costs no time.
func (b *block) scoreAndMeet(ctx context.Context, s Scorer) (err error) {
	var met error
	wait := cores.Beside(func() { met = b.meet(ctx) })
	defer func() { // the scorer may panic, and leave nothing at work
		wait()
		err = cmp.Or(err, met)
	}()
	return b.score(ctx, s)
}

// meet has every seeker's approximation take in the items of its last round, if it has not yet.
func (b *block) meet(ctx context.Context) error {
	return b.each(func(_ int, k *seeker) error {
		if k.met == len(k.rounds) {
			return nil
		}
		err := k.est.meet(ctx, b.items, k.last().Items)
		if err == nil {
			k.met = len(k.rounds)
		}
		return err
	})
}

// refit updates every seeker's approximation with the last round's scores.
func (b *block) refit() {
	cores.Each(len(b.seekers), func(i int) { b.seekers[i].est.observe(b.seekers[i].last().Scores) })
}

// roundSizes splits the budget into rounds as evenly as whole numbers allow,
// the larger ones first; a share above 0 fixes the first round's size, at least 1.
func roundSizes(budget, rounds int, share float64) []int {
	if share > 0 && rounds > 1 && budget > 0 {
		first := max(1, int(math.Round(share*float64(budget))))
		return append([]int{first}, roundSizes(budget-first, rounds-1, 0)...)
	}
	sizes := make([]int, min(rounds, budget))
	for r := range sizes {
		sizes[r] = budget / len(sizes)
		if r < budget%len(sizes) {
			sizes[r]++
		}
	}
	return sizes
}

// block is a few queries that advance in lockstep.
type block struct {
	*Index
	items   shelf.Shelf
	barred  []bool    // items that must not be chosen; may be nil
	open    int       // how many may
	all     []*seeker // in the order of the queries
	seekers []*seeker // those that have not found enough
}

func (ix *Index) newBlock(ctx context.Context, queries []int, o SearchOptions) (*block, error) {
	b := &block{Index: ix, items: ix.shelf(len(queries), o)}
	estimates, err := methods[ix.Method].estimates(ctx, ix, b.items, queries, o)
	items, _ := b.items.Size()
	b.barred, b.open = ix.barred(items, o.Allow)
	for i, est := range estimates {
		b.seekers = append(b.seekers, &seeker{query: queries[i], est: est, seen: map[int]bool{}, recall: math.NaN()})
	}
	b.all = b.seekers
	return b, err
}

// names names the block's queries.
func (b *block) names() string {
	queries := make([]int, len(b.all))
	for i, k := range b.all {
		queries[i] = k.query
	}
	return queryNames(queries)
}

// seeker is one query's search under way.
type seeker struct {
	query  int
	est    estimate
	seen   map[int]bool // the items of rounds
	rounds []Round      // the last one without scores until score
	met    int          // rounds whose items the estimate has taken in
	ahead  []topk.Hit   // what the estimate put first in the last round, taken or not, if that was asked for
	recall float64      // as judge estimates it
}

// take starts a round with items.
func (k *seeker) take(items []int) {
	k.rounds = append(k.rounds, Round{Items: items})
	for _, it := range items {
		k.seen[it] = true
	}
}

// last is the round under way.
func (k *seeker) last() *Round { return &k.rounds[len(k.rounds)-1] }

// chosenOptimism is how many deviations above its expected score an item is taken to be
// when a round chooses: where scores spread more, more of them reach the top.
const chosenOptimism = 1.5

func optimism(ctx context.Context) float64 {
	if ablate.Off(ctx, ablate.Optimism) {
		return 0
	}
	return chosenOptimism
}

// probes are the seekers' approximate scores.
func (b *block) probes(optimism float64) []shelf.Probe {
	probes := make([]shelf.Probe, len(b.seekers))
	cores.Each(len(probes), func(i int) {
		k := b.seekers[i]
		probes[i] = k.est.probe(optimism)
		probes[i].Query = k.query
	})
	return probes
}

// take gives every seeker the best items of its probe. Where there are two lists of probes,
// as in round 1 of Calibrated, a seeker takes from its two in turn: the fit is right on
// average and can lose a few of the very best items, which the dual encoder ranks well.
//
// What the first list has beside the items taken, up to so many more, seekers keep as ahead.
func (b *block) take(ctx context.Context, size, more int, lists ...[]shelf.Probe) error {
	all := slices.Concat(lists...)
	for p := range all {
		all[p].Seen, all[p].Barred = b.seekers[p%len(b.seekers)].seen, b.barred
	}
	hits, err := b.items.Choose(ctx, all, size, more)
	if err != nil {
		return err
	}
	for i, k := range b.seekers {
		var own [][]topk.Hit
		for l := range lists {
			own = append(own, hits[l*len(b.seekers)+i])
		}
		items := inTurn(own, size)
		if b.items.Exact() && len(items) < size {
			return fmt.Errorf("query %d: the index's expected scores are not numbers for all items: its values are too far apart, make it anew", k.query)
		}
		k.take(items)
		if more > 0 {
			k.ahead = hits[i]
		}
	}
	return nil
}

// inTurn returns the first n items named when the lists are read in turn.
func inTurn(lists [][]topk.Hit, n int) []int {
	items, named := make([]int, 0, n), make(map[int]bool, n)
	for r := range n {
		for _, list := range lists {
			if r < len(list) && len(items) < n && !named[list[r].Index] {
				items, named[list[r].Index] = append(items, list[r].Index), true
			}
		}
	}
	return items
}

// initialize gives every seeker the items that first scores highest.
func (b *block) initialize(first Initializer, size int) error {
	errs := make([]error, len(b.seekers))
	items, _ := b.items.Size()
	cores.Ranges(cores.Threads(), len(errs), 1, func(lo, hi int) {
		scores := make([]float32, items)
		for i := lo; i < hi; i++ {
			clear(scores)
			if errs[i] = first.Initialize(b.seekers[i].query, scores); errs[i] == nil {
				items := topk.Select(scores, size, func(it int) bool { return it < len(b.barred) && b.barred[it] })
				if len(items) < size {
					errs[i] = fmt.Errorf("query %d: First gives %d of the %d items of round 1 a score that is a number", b.seekers[i].query, len(items), size)
				}
				b.seekers[i].take(items)
			}
		}
	})
	return errors.Join(errs...)
}

// each calls do for every seeker, on all cores.
func (b *block) each(do func(i int, k *seeker) error) error {
	errs := make([]error, len(b.seekers))
	cores.Each(len(errs), func(i int) { errs[i] = do(i, b.seekers[i]) })
	return errors.Join(errs...)
}

// results are what the seekers have found so far.
func (b *block) results(o SearchOptions) []Result {
	rs := make([]Result, len(b.all))
	for i, k := range b.all {
		rs[i] = k.result(o.K)
		if o.K > 0 && rs[i].Calls == b.open {
			rs[i].Recall = 1
		}
	}
	return rs
}

// result ranks all that was scored by exact score.
func (k *seeker) result(keep int) Result {
	rounds := k.rounds
	if n := len(rounds); n > 0 && rounds[n-1].Scores == nil { // chosen, but the scorer failed
		rounds = rounds[:n-1]
	}
	r := ResultOf(k.query, slices.Clone(rounds), keep)
	r.Recall = k.recall
	return r
}

// queryNames names one query or a block of them.
func queryNames(queries []int) string {
	if len(queries) == 1 {
		return fmt.Sprintf("query %d", queries[0])
	}
	return fmt.Sprintf("queries %d to %d", queries[0], queries[len(queries)-1])
}
