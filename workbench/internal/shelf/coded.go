package shelf

import (
	"context"
	"math"
	"sync"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/q8"
	"axn/workbench/internal/topk"
)

// A scan for a few queries is bound by reading the items once. For so few, and
// from so many items on, it reads them rounded to bytes instead.
const (
	codedQueries = 2
	CodedItems   = 10000 // below it nothing is rounded
	codedShare   = 8     // scores one item in so many exactly at most; beyond, all

	// codedBytes are scanned in several times what another goroutine takes to start and to be
	// waited for.
	codedBytes = 1 << 20

	// exactVectors is how many values of vectors a query is multiplied with as they are, once for all
	// its rounds: bounds are then of the features' products alone.
	exactVectors = 8 << 20
)

// Codes is a matrix rounded to bytes.
type Codes struct {
	mu    sync.Mutex
	From  f32.Mat
	Items *q8.Items
	lists *Lists
}

// Of returns m's codes in the order of lists, which may be nil, made at the first use.
func (c *Codes) Of(m f32.Mat, lists *Lists) *q8.Items {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !Same(c.From, m) || c.lists != lists {
		c.From, c.lists, c.Items = m, lists, q8.Pack(m, lists.order(), cores.Threads())
	}
	return c.Items
}

// Set gives m codes made before, in the order of lists, which may be nil.
func (c *Codes) Set(m f32.Mat, lists *Lists, items *q8.Items) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.From, c.lists, c.Items = m, lists, items
}

// codedShelf is an exact shelf too, for one search of few queries: it bounds every
// item's score by rounded vectors and scores those exactly that may be chosen.
type codedShelf struct {
	Scan
	exact bool // whether sims are the similarities themselves
	mu    sync.Mutex
	sims  map[int][]float32 // by query: v_i·x, or upper bounds of it
	lost  sync.Map          // the queries for which bounds were once no help: the next round they would not be either
}

func NewCoded(x *Items) *codedShelf {
	exact := x.Lists == nil && x.Vectors.Rows*x.Vectors.Cols <= exactVectors
	return &codedShelf{Scan: Scan{x}, exact: exact, sims: map[int][]float32{}}
}

func (c *codedShelf) Similarities(ctx context.Context, probes []Probe, items []int) (f32.Mat, error) {
	if !c.exact {
		return c.Scan.Similarities(ctx, probes, items)
	}
	sims := f32.NewMat(len(probes), len(items))
	for i := range probes {
		all := c.similarities(&probes[i], nil)
		for n, it := range items {
			sims.Row(i)[n] = all[it]
		}
	}
	return sims, nil
}

func (c *codedShelf) Choose(ctx context.Context, probes []Probe, n, more int) ([][]topk.Hit, error) {
	hits := make([][]topk.Hit, len(probes))
	for i := range probes {
		if _, lost := c.lost.Load(probes[i].Query); !lost {
			hits[i] = c.chooseFor(ctx, &probes[i], n+more)
		}
		if hits[i] == nil {
			c.lost.Store(probes[i].Query, true)
		}
	}
	return hits, c.chooseOthers(ctx, probes, n, more, hits)
}

// chooseOthers sets the hits that are nil, of probes for which bounds are no help.
func (x Scan) chooseOthers(ctx context.Context, probes []Probe, n, more int, hits [][]topk.Hit) error {
	var rest []Probe
	for i := range probes {
		if hits[i] == nil {
			rest = append(rest, probes[i])
		}
	}
	if len(rest) == 0 {
		return nil
	}
	found, err := x.Choose(ctx, rest, n, more)
	for i := range hits {
		if err == nil && hits[i] == nil {
			hits[i], found = found[0], found[1:]
		}
	}
	return err
}

// chooseFor is choose for one probe; nil if it has no bounds, or most items would have to be
// scored.
func (c *codedShelf) chooseFor(ctx context.Context, p *Probe, n int) []topk.Hit {
	var exact []float32
	if c.exact && p.Curve != nil {
		exact = c.similarities(p, nil)
	}
	b, ok := c.bounds(p, exact)
	if !ok {
		return nil
	}
	if b.sims != nil {
		b.upper = c.similarities(p, b.sims)
	}
	s := b.search(ctx, n)
	s.Most, s.Threads = s.N/codedShare, min(cores.Threads(), 1+s.N*c.Features.Cols/codedBytes)
	hits, _ := s.Run()
	return hits
}

// search asks for the n best items.
func (b *scoreBounds) search(ctx context.Context, n int) *q8.Search {
	return &q8.Search{N: b.Features.Rows, K: n, Order: b.Lists.order(), Upper: b.uppers, Lower: b.lower, Skip: b.probe.out, Stop: func() bool { return ctx.Err() != nil },
		Exact: b.score}
}

// score returns the probe's scores of some items, bit for bit those of a scan.
func (b *scoreBounds) score(items []int) []float32 {
	p, scores, sims := b.probe, f32.NewMat(1, len(items)), f32.NewMat(1, len(items))
	if p.Place != nil {
		f32.MulRows(scores, f32.View(p.Place, 1, len(p.Place)), b.Features, items, cores.Threads())
	}
	switch {
	case p.Curve == nil:
	case b.exact:
		for i, it := range items {
			sims.Data[i] = b.upper[it]
		}
	default:
		f32.MulRows(sims, f32.View(p.Vector, 1, len(p.Vector)), b.Vectors, items, cores.Threads())
	}
	for i, it := range items {
		p.finish(it, scores.Data[i:i+1], sims.Data[i:i+1], b.Items.bias(it, 1))
	}
	return scores.Data
}

// similarities returns for all places upper bounds of a query's v_i·x, or these themselves if there
// are none: they serve all its rounds.
func (c *codedShelf) similarities(p *Probe, bounds *q8.Probe) []float32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sims[p.Query] == nil {
		sims := f32.NewMat(1, c.Vectors.Rows)
		if bounds == nil {
			f32.MulT(sims, f32.View(p.Vector, 1, len(p.Vector)), c.Vectors, cores.Threads())
		} else {
			cores.Ranges(cores.Threads(), sims.Cols, q8.Block, func(lo, hi int) { bounds.Upper(lo, sims.Data[lo:hi]) })
		}
		c.sims[p.Query] = sims.Data
	}
	return c.sims[p.Query]
}

// scoreBounds bound one probe's scores. What finish does to inner products never
// falls with them, so that it turns bounds of the one into bounds of the other.
type scoreBounds struct {
	*Items
	probe *Probe
	place *q8.Probe // bounds of F_i·place; nil if the probe has none
	sims  *q8.Probe // bounds of v_i·x; nil if it has no curve, or these are known
	upper []float32 // of sims for all places; nil to find them when asked
	exact bool      // upper are v_i·x themselves, and a place is an item
	slack float32   // what rounding may make the curve fall by
	bias  []float32 // by place; nil if there is no prior
}

// bounds returns a probe's; false if there are none. exact are v_i·x for all items, if they are known.
func (x *Items) bounds(p *Probe, exact []float32) (b *scoreBounds, ok bool) {
	if b = (&scoreBounds{Items: x, probe: p, bias: x.Bias}); x.Lists != nil {
		b.bias = x.Lists.biases(x.Bias)
	}
	if p.Extra != nil {
		return nil, false
	}
	if p.Place != nil {
		if b.place, ok = x.FeatureCodes.Of(x.Features, x.Lists).Probe(p.Place); !ok {
			return nil, false
		}
	}
	switch {
	case p.Curve == nil:
	case !finite(p.Slope):
		return nil, false
	case exact != nil:
		b.upper, b.exact = exact, true
	default:
		if b.slack, ok = p.Curve.Rising(); !ok {
			return nil, false
		}
		if b.sims, ok = x.VectorCodes.Of(x.Vectors, x.Lists).Probe(p.Vector); !ok {
			return nil, false
		}
	}
	return b, true
}

func finite(x float32) bool { return math.Abs(float64(x)) <= math.MaxFloat32 }

// uppers sets dst to upper bounds of the scores in the places from lo on, and own to those of
// F_i·place.
func (b *scoreBounds) uppers(lo int, dst, own []float32) {
	clear(dst)
	if b.place != nil {
		b.place.Upper(lo, dst)
	}
	copy(own, dst)
	if b.probe.Curve == nil {
		b.finish(lo, dst, nil)
		return
	}
	for i := range dst {
		dst[i] += b.slack
	}
	if b.upper != nil {
		b.finish(lo, dst, b.upper[lo:lo+len(dst)])
		return
	}
	var room [q8.Block]float32
	sims := room[:len(dst)]
	b.sims.Upper(lo, sims)
	b.finish(lo, dst, sims)
}

// lower returns a lower bound of the score in a place, given what uppers found.
func (b *scoreBounds) lower(place int, upper, own float32) float32 {
	if b.place != nil && b.probe.Curve == nil && b.probe.Draw == nil {
		return b.place.Lower(place, upper) // finish changes nothing
	}
	var score, sim [1]float32
	if b.place != nil {
		score[0] = b.place.Lower(place, own)
	}
	score[0] -= b.slack
	switch {
	case b.exact:
		sim[0] = b.upper[place]
	case b.sims != nil && b.upper != nil:
		sim[0] = b.sims.Lower(place, b.upper[place])
	case b.sims != nil:
		sim[0], _ = b.sims.Bounds(place)
	}
	b.finish(place, score[:], sim[:])
	return score[0]
}

// finish is the probe's, for the places from lo on.
func (b *scoreBounds) finish(lo int, scores, sims []float32) {
	bias := b.bias
	if bias != nil {
		bias = bias[lo : lo+len(scores)]
	}
	if b.Lists == nil || b.probe.Draw == nil {
		b.probe.finish(lo, scores, sims, bias)
		return
	}
	undrawn := *b.probe
	undrawn.Draw = nil
	undrawn.finish(lo, scores, sims, bias)
	for i, it := range b.Lists.Order[lo : lo+len(scores)] {
		b.probe.Draw.Apply(int(it), scores[i:i+1])
	}
}
