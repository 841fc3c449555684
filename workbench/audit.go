package workbench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"axn/workbench/internal/audit"
	"axn/workbench/internal/shelf"
)

// AuditOptions say what to audit and what it may cost.
type AuditOptions struct {
	Search SearchOptions // the searches to audit; K must be set, and is the k of the recall
	Calls  int           // cross-encoder calls to spend beside theirs, over all queries together
	Seed   int64         // same seed, same items drawn
}

// AuditReport is what an audit found.
type AuditReport struct {
	Recall    float64 // mean Top-K-Recall of the searches, estimated
	Low, High float64 // 95 % interval, of what the draw leaves open; it does not cover the choice of queries
	Calls     int     // spent beside the searches: AuditOptions.Calls, or fewer if no items were left

	K, Queries, SearchCalls int
}

// String fits one line.
func (r *AuditReport) String() string {
	return fmt.Sprintf("AuditReport: Top-%d-Recall %.1f %% (%.1f to %.1f) of %d queries, %d calls beside the searches' %d",
		r.K, 100*r.Recall, 100*r.Low, 100*r.High, r.Queries, r.Calls, r.SearchCalls)
}

// auditHits is how many approximate scores an audit holds at a time.
const auditHits = 1 << 22

// Audit estimates the mean Top-K-Recall of searches without scoring every item, as Recall does.
// It searches for every query, and then has o.Calls more items scored, shared evenly among the
// queries: those which the searches score by going on, and of the others some that are drawn, the
// likelier the higher the index then ranks them. From what the drawn ones stand for follows how much of
// the true top K the searches have missed (Horvitz and Thompson; where few are drawn, by how missed items lie among the ranks too).
// Where a filter allows fewer than K items, recall is among those.
//
// A fifth of the calls that Recall takes gives an interval of about one point at K = 100 and of three at K = 10, for 50
// queries; METHOD.md has what it covers. Where searches have missed more than half of the top 10 it is wide, and covers the
// recall seven to nine times in ten; so is that of a single query, which six to nine intervals in ten cover. Errors are those of SearchAll; K must be set, and the index have
// items of its own.
func Audit(ctx context.Context, s Scorer, ix *Index, queries []int, o AuditOptions) (*AuditReport, error) {
	r, err := ix.audit(ctx, s, queries, o)
	if err != nil {
		return nil, fmt.Errorf("workbench: audit: %w", err)
	}
	return r, nil
}

func (ix *Index) audit(ctx context.Context, s Scorer, queries []int, o AuditOptions) (*AuditReport, error) {
	if err := o.check(s, queries); err != nil {
		return nil, err
	}
	searches, err := ix.audits(ctx, s, queries, o)
	if err != nil {
		return nil, err
	}
	r := &AuditReport{K: o.Search.K, Queries: len(queries)}
	for _, f := range searches {
		r.SearchCalls, r.Calls = r.SearchCalls+len(f.Found), r.Calls+len(f.Drawn)
	}
	k := min(o.Search.K, len(searches[0].Found)+len(searches[0].Left)) // fewer are allowed
	r.Recall, r.Low, r.High = audit.Recall(searches, k)
	return r, nil
}

func (o AuditOptions) check(s Scorer, queries []int) error {
	switch {
	case o.Search.K == 0:
		return errors.New("the audit is of Top-K-Recall: set Search.K")
	case len(queries) == 0:
		return errors.New("there are no queries")
	case o.Calls < len(queries):
		return fmt.Errorf("%d calls for %d queries: each needs one or more", o.Calls, len(queries))
	case o.Search.Budget > 0 && o.Search.Budget < o.Search.K:
		return fmt.Errorf("Search.Budget is %d, below Search.K %d: a search must score K items or more", o.Search.Budget, o.Search.K)
	case o.Search.Learn > 0:
		return errors.New("its searches do not learn from one another: leave Search.Learn 0")
	case o.Search.Store != nil:
		return errors.New("it ranks all items, which a store cannot: the index must have items of its own")
	}
	if _, ok := cascadeOf(s); ok {
		return errors.New("a Cascade's rounds are scored by Fast and its results by Exact: audit the searches of one of them")
	}
	return nil
}

// audits has searches audited.
func (ix *Index) audits(ctx context.Context, s Scorer, queries []int, o AuditOptions) (searches []audit.Search, err error) {
	err = ix.auditBlocks(ctx, s, queries, o, func(block, calls []int) error {
		a, err := ix.auditBlock(ctx, s, block, calls, o.Search, audit.Thorough, nil)
		if err != nil {
			return err
		}
		found, err := a.draw(ctx, s, o.Seed)
		searches = append(searches, found...)
		return err
	})
	return searches, err
}

// auditBlocks shares the queries among blocks, and the calls among the queries.
func (ix *Index) auditBlocks(ctx context.Context, s Scorer, queries []int, o AuditOptions, each func(block, calls []int) error) error {
	m := startProgress(ctx, "audit", "queries", len(queries))
	defer m.end()
	if err := ix.ready(ctx, s, queries, o.Search, m); err != nil {
		return err
	}
	done := 0
	for block := range slices.Chunk(queries, min(blockQueries, max(1, auditHits/ix.Features.Rows))) {
		calls := make([]int, len(block))
		for i := range calls {
			calls[i] = o.Calls / len(queries)
			if done < o.Calls%len(queries) {
				calls[i]++
			}
			done++
		}
		if err := each(block, calls); err != nil {
			return err
		}
		m.add(len(block))
	}
	return nil
}

// audited is a block of queries whose searches are over, and have gone on by the items that an audit
// scores for certain.
type audited struct {
	*block
	searches []audit.Search // but for what is drawn by chance
	sure     int            // how many the searches have gone on by
	lists    [][]int        // the items left of each, in the order of their approximate scores
}

// auditBlock searches, and has the searches go on; calls are those of each query's audit. What is known beside
// what a query's search finds counts as found; known may be nil.
func (ix *Index) auditBlock(ctx context.Context, s Scorer, queries, calls []int, o SearchOptions, law audit.Law, known [][]audit.Scored) (*audited, error) {
	o = ix.options(o)
	room := o
	room.Budget += slices.Max(calls)
	b, err := ix.newBlock(ctx, queries, room)
	if err != nil {
		return nil, err
	}
	if b.open == 0 {
		return nil, errors.New("no item may be chosen: Search.Allow and Index.Remove leave none")
	}
	if err := b.search(ctx, s, o); err != nil {
		return nil, err
	}
	a := &audited{block: b, searches: make([]audit.Search, len(queries)), sure: b.open}
	rounds := make([]int, len(queries))
	for i, k := range b.all {
		found := scored(k.rounds)
		if known != nil {
			found = k.joined(found, known[i])
		}
		left := b.open - len(k.seen)
		a.searches[i] = audit.Search{Found: found, Left: law.Chances(left, min(calls[i], left)), Law: law}
		rounds[i], a.sure = len(k.rounds), min(a.sure, audit.Sure(a.searches[i].Left))
	}
	if err = b.goOn(ctx, s, a.sure); err == nil {
		a.lists, err = b.left(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.names(), err)
	}
	for i, k := range b.all {
		a.searches[i].Drawn = scored(k.rounds[rounds[i]:])
	}
	return a, nil
}

// joined returns the found items with the known others, which the seeker does not choose any more.
func (k *seeker) joined(found, known []audit.Scored) []audit.Scored {
	for _, x := range known {
		if !k.seen[x.Item] {
			k.seen[x.Item], found = true, append(found, x)
		}
	}
	return found
}

// draw draws further items of each query, has them scored, and returns the searches with them.
func (a *audited) draw(ctx context.Context, s Scorer, seed int64) ([]audit.Search, error) {
	searches, pairs := slices.Clone(a.searches), []Pair(nil)
	for i, k := range a.all {
		f := &searches[i]
		f.Drawn = slices.Clone(f.Drawn)
		rng := rand.New(rand.NewPCG(uint64(seed), uint64(k.query)))
		for _, rank := range audit.Draw(f.Left[a.sure:], rng) {
			f.Drawn = append(f.Drawn, audit.Scored{Item: a.lists[i][rank], Chance: f.Left[a.sure+rank]})
			pairs = append(pairs, Pair{k.query, a.lists[i][rank]})
		}
	}
	scores, err := scorePairs(ctx, s, pairs)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.names(), err)
	}
	for i := range searches {
		drawn := searches[i].Drawn[a.sure:]
		for j := range drawn {
			drawn[j].Score, scores = scores[0], scores[1:]
		}
	}
	return searches, nil
}

// scored lists the items of rounds.
func scored(rounds []Round) (list []audit.Scored) {
	for _, round := range rounds {
		for j, it := range round.Items {
			list = append(list, audit.Scored{Item: it, Score: round.Scores[j], Chance: 1})
		}
	}
	return list
}

// goOn has every search go on by so many items, and takes note of all scores.
func (b *block) goOn(ctx context.Context, s Scorer, items int) error {
	b.seekers = b.all
	if err := b.meet(ctx); err != nil {
		return err
	}
	b.refit()
	for _, size := range roundSizes(items, auditRounds, 0) {
		err := b.take(ctx, size, 0, b.probes(chosenOptimism))
		if err == nil {
			err = b.scoreAndMeet(ctx, s)
		}
		if err != nil {
			return err
		}
		b.refit()
	}
	return nil
}

// auditRounds are those that an audit's searches go on by.
const auditRounds = 5

// left returns for every query the items that its search has not scored, in the order of their
// approximate scores.
func (b *block) left(ctx context.Context) ([][]int, error) {
	probes := b.probes(chosenOptimism)
	for i, k := range b.seekers {
		probes[i].Seen, probes[i].Barred = k.seen, b.barred
	}
	all := shelf.NewScan(b.Index.items()) // also where the searches look at the best lists alone
	n, _ := all.Size()
	hits, err := all.Choose(ctx, probes, n, 0)
	lists := make([][]int, len(hits))
	for i := range hits {
		for _, h := range hits[i] {
			lists[i] = append(lists[i], h.Index)
		}
	}
	return lists, err
}
