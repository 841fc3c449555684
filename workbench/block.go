package workbench

import (
	"context"
	"errors"
	"fmt"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/shelf"
	"axn/workbench/internal/topk"
)

// block is a few queries that advance in lockstep.
type block struct {
	*Index
	items   shelf.Shelf
	seekers []*seeker
}

func (ix *Index) newBlock(ctx context.Context, queries []int, o SearchOptions) (*block, error) {
	b := &block{Index: ix, items: ix.shelf(len(queries), o)}
	estimates, err := systems[ix.Method].estimates(ctx, ix, b.items, queries, o)
	items, _ := b.items.Size()
	for i, est := range estimates {
		b.seekers = append(b.seekers, &seeker{query: queries[i], est: est, seen: map[int]bool{}, left: min(o.Budget, items)})
	}
	return b, err
}

// round is one round, from 0: choose, score, refit.
func (b *block) round(ctx context.Context, s Scorer, round, size int, o SearchOptions) error {
	if err := b.choose(ctx, round, size, o); err != nil {
		return err
	}
	if err := scoreRound(ctx, s, b.seekers); err != nil {
		return err
	}
	return b.each(func(_ int, k *seeker) error { return k.refit(ctx, b.items) })
}

// each calls do for every seeker, on all cores.
func (b *block) each(do func(i int, k *seeker) error) error {
	errs := make([]error, len(b.seekers))
	cores.Each(len(errs), func(i int) { errs[i] = do(i, b.seekers[i]) })
	return errors.Join(errs...)
}

// choose gives every seeker the items of a round.
func (b *block) choose(ctx context.Context, round, size int, o SearchOptions) error {
	if round == 0 {
		return b.begin(ctx, size, o.First)
	}
	probes := b.probes(optimism)
	for i, k := range b.seekers {
		if o.Softmax > 0 {
			probes[i].Draw = shelf.NewDraw(o.Softmax, o.Seed, k.query, round)
		}
	}
	return b.take(ctx, probes, size)
}

// begin chooses round 1: by first, or the method's own way.
func (b *block) begin(ctx context.Context, size int, first Initializer) error {
	var probes []shelf.Probe
	own := systems[b.Method].begin
	switch {
	case first != nil:
		return b.initialize(first, size)
	case own == byChance:
		return b.initialize(fixedAnchors(b.Index), size)
	case own != bySimilarity:
		probes = b.probes(optimism)
	}
	if own != byScore {
		for _, k := range b.seekers {
			probes = append(probes, shelf.Similarity(k.query, b.DE.Queries.Row(k.query)))
		}
	}
	return b.take(ctx, probes, size)
}

// probes are the seekers' approximate scores.
func (b *block) probes(optimism float64) []shelf.Probe {
	probes := make([]shelf.Probe, len(b.seekers))
	cores.Each(len(probes), func(i int) {
		k := b.seekers[i]
		probes[i] = k.est.probe(optimism)
		probes[i].Query, probes[i].Seen = k.query, k.seen
	})
	return probes
}

// take gives every seeker its probe's best items. Where there are twice as many
// probes, it takes in turn from its two lists, its own first: what an index has
// learnt in the mean over all items costs some of the very first, which the dual
// encoder knew.
func (b *block) take(ctx context.Context, probes []shelf.Probe, size int) error {
	hits, err := b.items.Choose(ctx, probes, size)
	if err != nil {
		return err
	}
	for i, k := range b.seekers {
		lists := [][]topk.Hit{hits[i]}
		if len(hits) > len(b.seekers) {
			lists = append(lists, hits[len(b.seekers)+i])
		}
		items := inTurn(lists, size)
		if b.items.Exact() && len(items) < size {
			return fmt.Errorf("query %d: the index's expected scores are not numbers for all items: its values are too far apart, make it anew", k.query)
		}
		k.take(items)
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
				b.seekers[i].take(topk.Select(scores, size, nil))
			}
		}
	})
	return errors.Join(errs...)
}
