package shelf

import (
	"context"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/q8"
	"axn/workbench/internal/topk"
)

// listShelf looks at a share of the items only: those of the lists of which the means score
// highest. Of these it chooses exactly, by bounds first. A probe that has no bounds is answered
// by a scan of all items.
type listShelf struct {
	Scan
	share float64
}

func (s *listShelf) Exact() bool { return false }

func (s *listShelf) Choose(ctx context.Context, probes []Probe, n, more int) ([][]topk.Hit, error) {
	means, hits := s.scoreLists(probes), make([][]topk.Hit, len(probes))
	threads := max(1, cores.Threads()/len(probes))
	cores.Each(len(probes), func(i int) {
		if b, ok := s.bounds(&probes[i], nil); ok {
			b.threads = threads
			hits[i] = s.best(ctx, b, means.Row(i), n, more, threads)
		}
	})
	return hits, s.chooseOthers(ctx, probes, n, more, hits)
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

// best looks at lists, those of the highest means first, until they hold the share of all items
// that may be chosen, and then at twice as many as long as it found fewer than n. It returns nil
// if ctx has ended.
func (s *listShelf) best(ctx context.Context, b *scoreBounds, means []float32, n, more, threads int) []topk.Hit {
	lists, starts := s.rank(means, int(2*s.share*float64(len(means)))+64), s.Lists.Starts
	want := s.share * float64(s.open(b.probe, 0, len(s.Lists.Order)))
	for at, looked := 0, 0; ; want *= 2 {
		for ; at < len(means) && float64(looked) < want; at++ {
			if at == len(lists) {
				lists = s.rank(means, len(means))
			}
			looked += s.open(b.probe, int(starts[lists[at]]), int(starts[lists[at]+1]))
		}
		search := b.search(ctx, n+more)
		search.Most, search.Threads, search.Spans = search.N, threads, []q8.Span{}
		for _, l := range lists[:at] {
			search.Spans = append(search.Spans, q8.Span{Lo: int(starts[l]), Hi: int(starts[l+1])})
		}
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
