package workbench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"axn/workbench/internal/audit"
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
// queries: those which the searches left out and the index puts first for certain, and of the
// others some that are drawn, the likelier the higher the index ranks them. From what the drawn ones
// stand for follows how much of the true top K the searches have missed (Horvitz and Thompson).
//
// A fifth of the calls that Recall takes gives an interval of one or two points at K = 100 and of four
// at K = 10, for 50 queries; METHOD.md has what it covers. Where searches have missed most of the top K
// the estimate is some points off. Errors are those of SearchAll; K must be set, and the index have
// items of its own.
func Audit(ctx context.Context, s Scorer, ix *Index, queries []int, o AuditOptions) (*AuditReport, error) {
	r, err := ix.audit(ctx, s, queries, o)
	if err != nil {
		return nil, fmt.Errorf("workbench: audit: %w", err)
	}
	return r, nil
}

func (ix *Index) audit(ctx context.Context, s Scorer, queries []int, o AuditOptions) (*AuditReport, error) {
	switch {
	case o.Search.K == 0:
		return nil, errors.New("the audit is of Top-K-Recall: set Search.K")
	case len(queries) == 0:
		return nil, errors.New("there are no queries")
	case o.Calls < len(queries):
		return nil, fmt.Errorf("%d calls for %d queries: each needs one or more", o.Calls, len(queries))
	case o.Search.Store != nil:
		return nil, errors.New("it ranks all items, which a store cannot: the index must have items of its own")
	}
	m := startProgress(ctx, "audit", "queries", len(queries))
	defer m.end()
	if err := ix.ready(ctx, s, queries, o.Search, m); err != nil {
		return nil, err
	}
	r := &AuditReport{K: o.Search.K, Queries: len(queries)}
	var searches []audit.Search
	for block := range slices.Chunk(queries, min(blockQueries, max(1, auditHits/ix.Features.Rows))) {
		calls := make([]int, len(block))
		for i := range calls {
			calls[i] = o.Calls / len(queries)
			if len(searches)+i < o.Calls%len(queries) {
				calls[i]++
			}
		}
		found, err := ix.auditBlock(ctx, s, block, calls, o)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			r.SearchCalls, r.Calls = r.SearchCalls+len(f.Found), r.Calls+len(f.Drawn)
		}
		searches = append(searches, found...)
		m.add(len(block))
	}
	r.Recall, r.Low, r.High = audit.Recall(searches, o.Search.K)
	return r, nil
}

// auditBlock searches, and has so many further items of each query scored.
func (ix *Index) auditBlock(ctx context.Context, s Scorer, queries, calls []int, o AuditOptions) ([]audit.Search, error) {
	search := ix.options(o.Search)
	b, err := ix.newBlock(ctx, queries, search)
	if err == nil {
		err = b.search(ctx, s, search)
	}
	if err != nil {
		return nil, err
	}
	lists, err := b.left(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.names(), err)
	}
	found, pairs := make([]audit.Search, len(queries)), []Pair(nil)
	for i, k := range b.all {
		f := &found[i]
		for _, round := range k.rounds {
			for j, it := range round.Items {
				f.Found = append(f.Found, audit.Scored{Item: it, Score: round.Scores[j]})
			}
		}
		f.Left = audit.Chances(len(lists[i]), o.Search.K, min(calls[i], len(lists[i])))
		rng := rand.New(rand.NewPCG(uint64(o.Seed), uint64(k.query)))
		for _, rank := range audit.Draw(f.Left, rng) {
			f.Drawn, f.Chance = append(f.Drawn, audit.Scored{Item: lists[i][rank]}), append(f.Chance, f.Left[rank])
			pairs = append(pairs, Pair{k.query, lists[i][rank]})
		}
	}
	scores, err := scorePairs(ctx, s, pairs)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.names(), err)
	}
	for i := range found {
		for j := range found[i].Drawn {
			found[i].Drawn[j].Score, scores = scores[0], scores[1:]
		}
	}
	return found, nil
}

// left returns for every query the items that its search has not scored, in the order of their
// approximate scores given all that it has.
func (b *block) left(ctx context.Context) ([][]int, error) {
	b.seekers = b.all
	if err := b.refit(ctx); err != nil {
		return nil, err
	}
	probes := b.probes(0)
	for i, k := range b.seekers {
		probes[i].Seen, probes[i].Barred = k.seen, b.barred
	}
	n, _ := b.items.Size()
	hits, err := b.items.Choose(ctx, probes, n, 0)
	lists := make([][]int, len(hits))
	for i := range hits {
		for _, h := range hits[i] {
			lists[i] = append(lists[i], h.Index)
		}
	}
	return lists, err
}
