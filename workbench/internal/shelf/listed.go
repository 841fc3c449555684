package shelf

import (
	"context"
	"slices"
	"sync"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/q8"
	"axn/workbench/internal/topk"
)

// listShelf looks at a share of the items only: those of the lists of which the means score
// highest. Of these it chooses by bounds first, which hold for most items (see q8.Probe.Likely) where the features'
// codes stand in two blocks, and for all items elsewhere. A probe that has no bounds is answered
// by a scan of all items.
type listShelf struct {
	Scan
	share      float64
	deviations float64
	mu         sync.Mutex
	known      map[int]*kept // by query; nil keeps none
}

// likely is how many deviations bounds allow for: one item of thirty thousand is above, if deviations are normal.
const likely = 4

// newListShelf looks at a share of x. If rounds are to keep what they have in common it takes 10 bytes for each item that
// was looked at, and query.
func newListShelf(x *Items, share float64, keep bool) *listShelf {
	s := &listShelf{Scan: Scan{x}, share: share, deviations: likely}
	if keep {
		s.known = map[int]*kept{}
	}
	return s
}

func (s *listShelf) Exact() bool { return false }

func (s *listShelf) Choose(ctx context.Context, probes []Probe, n, more int) ([][]topk.Hit, error) {
	means, hits, queries := s.scoreLists(probes), make([][]topk.Hit, len(probes)), byQuery(probes)
	threads := max(1, cores.Threads()/len(queries))
	cores.Each(len(queries), func(q int) { // whose probes share similarities
		for _, i := range queries[q] {
			if b, ok := s.bounds(&probes[i], nil); ok {
				b.threads, b.kept = threads, s.kept(probes[i].Query)
				if b.place != nil {
					b.place = b.place.Likely(s.deviations)
				}
				hits[i] = s.best(ctx, b, means.Row(i), n, more, threads)
			}
		}
	})
	return hits, s.chooseOthers(ctx, probes, n, more, hits)
}

// byQuery returns the numbers of the probes of each query.
func byQuery(probes []Probe) (queries [][]int) {
	at := map[int]int{}
	for i, p := range probes {
		if _, ok := at[p.Query]; !ok {
			at[p.Query], queries = len(queries), append(queries, nil)
		}
		queries[at[p.Query]] = append(queries[at[p.Query]], i)
	}
	return queries
}

// kept is what all rounds of a query have in common; nil if that is not kept.
func (s *listShelf) kept(query int) *kept {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known != nil && s.known[query] == nil {
		s.known[query] = &kept{parts: make([]similar, len(s.Lists.parts))}
	}
	return s.known[query]
}

// scoreLists returns the scores of the lists' means, one row a probe.
func (s *listShelf) scoreLists(probes []Probe) f32.Mat {
	scores, plain := f32.NewMat(len(probes), s.Lists.Means.Rows), make([]Probe, len(probes))
	for i, p := range probes {
		p.Draw, p.Extra = nil, nil
		plain[i] = p
	}
	s.Lists.means.Scores(plain, scores)
	return scores
}

// firstLists is the part of the share, those of the highest means, that is looked at first.
const firstLists = 16

// best looks at lists, those of the highest means first, until they hold the share of all items
// that may be chosen, or as many as are wanted, and then at twice as many as long as it found fewer than n. It returns nil
// if ctx has ended.
func (s *listShelf) best(ctx context.Context, b *scoreBounds, means []float32, n, more, threads int) []topk.Hit {
	lists, starts := s.rank(means, int(2*s.share*float64(len(means)))+64), s.Lists.Starts
	open := s.open(b.probe, 0, len(s.Lists.Order))
	want := max(s.share*float64(open), float64(min(n+more, open)))
	for at, looked := 0, 0; ; want *= 2 {
		first := 0
		for ; at < len(means) && float64(looked) < want; at++ {
			if at == len(lists) {
				lists = s.rank(means, len(means))
			}
			if looked += s.open(b.probe, int(starts[lists[at]]), int(starts[lists[at]+1])); first == 0 && float64(looked) >= want/firstLists {
				first = at + 1
			}
		}
		search := b.search(ctx, n+more)
		search.Most, search.Threads = search.N, threads
		search.Spans = s.Lists.spans(lists[:first], []q8.Span{})
		search.First = len(search.Spans)
		search.Spans = s.Lists.spans(slices.Sorted(slices.Values(lists[first:at])), search.Spans)
		if hits, ok := search.Run(); len(hits) >= n || at == len(means) || !ok {
			return hits
		}
	}
}

// rank orders the n lists of the highest means, the highest first.
func (s *listShelf) rank(means []float32, n int) []int {
	lists := topk.Select(means, n, nil)
	if len(lists) < min(n, len(means)) { // some mean is no number
		for l, m := range means {
			if m != m {
				lists = append(lists, l)
			}
		}
	}
	return lists
}

// open is how many items in places lo … hi-1 a probe does not bar.
func (s *listShelf) open(p *Probe, lo, hi int) int {
	n := hi - lo
	if len(p.Barred) == 0 {
		return n
	}
	for _, it := range s.Lists.Order[lo:hi] {
		if int(it) < len(p.Barred) && p.Barred[it] {
			n--
		}
	}
	return n
}
