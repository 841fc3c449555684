package shelf

import (
	"context"
	"math"
	"sync"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/q8"
	"axn/workbench/internal/topk"
)

// A scan for a few queries is bound by reading the items once. For so few, and
// from so many items on, it reads them rounded to bytes instead: for fewKnown where it knows all similarities, since
// items so few stay in the cache. 8 searches together of 13,767 verbs × 386 then take 5 to 6 ms of processor time each instead
// of 8 to 10, 25 take 4 to 5 instead of 5 to 6, and 64 as much as by a scan.
const (
	codedQueries = 2
	fewKnown     = 32
	CodedItems   = 10000 // below it nothing is rounded
	codedShare   = 8     // scores one item in so many exactly at most; beyond, all

	// codedBytes are read in several times what another goroutine takes to start and to be
	// waited for. A search of 13,767 items takes the same processor time with 1, 4 and 8 MB to within what
	// other work beside it changes.
	codedBytes = 1 << 20

	// splitCols is the number of components from which on codes stand in two blocks: half of them fill
	// half of the 64 bytes that the machine reads at least.
	splitCols = 64

	// exactVectors is how many values of vectors a query is multiplied with as they are, once for all
	// its rounds: bounds are then of the features' products alone. At 13,767 × 128 a search of an index made
	// without scores takes 7.4 ms of processor time so and 9.5 ms with bounds of the products, because ranks ask for
	// most of them; of one made from scores, which has a curve of its own, 9.5 and 9.9 ms, which is level (medians of three).
	exactVectors = 8 << 20
)

// Codes is a matrix rounded to bytes.
type Codes struct {
	mu    sync.Mutex
	From  f32.Mat
	Items *q8.Items
	lists *Lists

	halvesFrom f32.Mat
	halves     *f32.HalfRows
}

// Of returns m's codes in the order of lists, which may be nil, made at the first use with so many components in
// panels.
func (c *Codes) Of(m f32.Mat, lists *Lists, head int) *q8.Items {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !Same(c.From, m) || c.lists != lists {
		c.From, c.lists, c.Items = m, lists, q8.Pack(m, lists.order(), head, cores.Threads())
	}
	return c.Items
}

// Halves returns m's rows in float16, made at the first use; nil where that does not hold them.
func (c *Codes) Halves(m f32.Mat) *f32.HalfRows {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !Same(c.halvesFrom, m) {
		c.halvesFrom, c.halves = m, f32.NewHalfRows(m, cores.Threads())
	}
	return c.halves
}

// Set gives m codes made before, in the order of lists, which may be nil.
func (c *Codes) Set(m f32.Mat, lists *Lists, items *q8.Items) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.From, c.lists, c.Items = m, lists, items
}

// CodesOf returns the codes of m, the features or the vectors. Those of features that are apart from the vectors stand
// in two blocks where there are lists: of most items the first is enough to leave them out. Similarities are
// wanted of all items, once for all rounds.
func (x *Items) CodesOf(m f32.Mat) *q8.Items {
	if !Same(m, x.Features) {
		return x.VectorCodes.Of(m, x.Lists, m.Cols)
	}
	head := m.Cols
	if x.Lists != nil && !Same(m, x.Vectors) && head >= splitCols {
		head = head / 2 &^ 3
	}
	return x.FeatureCodes.Of(m, x.Lists, head)
}

// codedShelf is an exact shelf too, for one search of few queries: it bounds every
// item's score by rounded vectors and scores those exactly that may be chosen.
type codedShelf struct {
	Scan
	queries int
	exact   bool // whether sims are the similarities themselves
	mu      sync.Mutex
	known   map[int]*known // by query
	lost    sync.Map       // the queries for which bounds were once no help: the next round they would not be either
}

// known is what all rounds of a query have in common.
type known struct {
	mu sync.Mutex
	similar
}

type similar struct {
	sims   []float32     // v_i·x, or upper bounds of it, by place
	points *curve.Points // sims on the curves of its rounds
	at     int           // where in points those of sims begin
}

// NewCoded is for a number of queries together.
func NewCoded(x *Items, queries int) *codedShelf {
	return &codedShelf{Scan: Scan{x}, queries: queries, exact: x.allKnown(), known: map[int]*known{}}
}

// allKnown tells whether a coded shelf knows all similarities.
func (x *Items) allKnown() bool {
	return x.Lists == nil && x.Vectors.Rows*x.Vectors.Cols <= exactVectors
}

// threads is how many share one query's work, of which there is so much to read.
func (c *codedShelf) threads(bytes int) int {
	return min(max(1, cores.Threads()/c.queries), 1+bytes/codedBytes)
}

func (c *codedShelf) Rows(ctx context.Context, p *Probe, items []int, features f32.Mat) (Rows, error) {
	if !c.exact || p.Vector == nil {
		return c.Scan.Rows(ctx, p, items, features)
	}
	r, all := c.rows(items, features), c.similar(p, nil)
	r.Similarities = make([]float32, len(items))
	for i, it := range items {
		r.Similarities[i] = all.sims[it]
	}
	return r, nil
}

func (c *codedShelf) Similarities(ctx context.Context, probes []Probe, items []int) (f32.Mat, error) {
	if !c.exact {
		return c.Scan.Similarities(ctx, probes, items)
	}
	sims := f32.NewMat(len(probes), len(items))
	for i := range probes {
		all := c.similar(&probes[i], nil)
		for n, it := range items {
			sims.Row(i)[n] = all.sims[it]
		}
	}
	return sims, nil
}

func (c *codedShelf) Choose(ctx context.Context, probes []Probe, n, more int) ([][]topk.Hit, error) {
	hits := make([][]topk.Hit, len(probes))
	together := 1
	if c.queries > 1 {
		together = cores.Threads()
	}
	cores.For(together, len(probes), func(i int) {
		if _, lost := c.lost.Load(probes[i].Query); !lost {
			hits[i] = c.chooseFor(ctx, &probes[i], n+more)
		}
		if hits[i] == nil {
			c.lost.Store(probes[i].Query, true)
		}
	})
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
	var exact *similar
	if c.exact && p.Curve != nil {
		known := c.similar(p, nil)
		exact = &known
		if p.Place == nil {
			return c.chooseKnown(p, exact.sims, n)
		}
	}
	b, ok := c.bounds(p, exact)
	if !ok {
		return nil
	}
	if b.sims != nil {
		b.upper = c.similar(p, b.sims).sims
	}
	b.threads = c.threads(codedBytes)
	s := b.search(ctx, n)
	s.Most, s.Threads = s.N/codedShare, c.threads(s.N*c.Features.Cols)
	hits, _ := s.Run()
	return hits
}

// chooseKnown returns the n best items of a probe without a place, whose similarities are known: its scores are
// as quickly made as bounds.
func (c *codedShelf) chooseKnown(p *Probe, sims []float32, n int) []topk.Hit {
	scores := make([]float32, len(sims))
	p.finish(0, scores, sims, c.bias(0, len(sims)))
	return topk.Best(scores, n, p.out)
}

// search asks for the n best items.
func (b *scoreBounds) search(ctx context.Context, n int) *q8.Search {
	return &q8.Search{N: b.Features.Rows, K: n, Order: b.Lists.order(), Upper: b.uppers, Skip: b.probe.out, Stop: func() bool { return ctx.Err() != nil },
		Exact: b.score}
}

// score returns the probe's scores of some items, bit for bit those of a scan.
func (b *scoreBounds) score(items []int) []float32 {
	p, n := b.probe, len(items)
	scores, sims, bias := f32.NewMat(1, n), f32.NewMat(1, n), make([]float32, n)
	if p.Place != nil {
		f32.MulRows(scores, f32.View(p.Place, 1, len(p.Place)), b.Features, items, b.threads)
	}
	switch {
	case p.Curve == nil:
	case b.exact != nil:
		for i, it := range items {
			sims.Data[i] = b.exact.sims[it]
		}
	default:
		f32.MulRows(sims, f32.View(p.Vector, 1, len(p.Vector)), b.Vectors, items, b.threads)
	}
	if b.Items.Bias != nil {
		for i, it := range items {
			bias[i] = b.Items.Bias[it]
		}
	}
	undrawn := *p
	undrawn.Draw = nil
	undrawn.finish(0, scores.Data, sims.Data, bias)
	if p.Draw != nil {
		for i, it := range items {
			p.Draw.Apply(it, scores.Data[i:i+1])
		}
	}
	return scores.Data
}

// similar returns a query's, with the upper bounds of v_i·x that bounds gives, or v_i·x themselves if there are none. A
// query has one of both.
func (c *codedShelf) similar(p *Probe, bounds *q8.Probe) similar {
	c.mu.Lock()
	k := c.known[p.Query]
	if k == nil {
		k = new(known)
		c.known[p.Query] = k
	}
	c.mu.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.sims == nil {
		sims := f32.NewMat(1, c.Vectors.Rows)
		if bounds == nil {
			c.products(sims.Data, p.Vector)
		} else {
			cores.Ranges(c.threads(codedBytes), sims.Cols, q8.Block, func(lo, hi int) { bounds.Upper(lo, sims.Data[lo:hi]) })
		}
		k.sims = sims.Data
	}
	if bounds == nil && p.Place != nil && !k.points.Of(p.Curve) {
		k.points = p.Curve.Points(k.sims)
	}
	return k.similar
}

// products sets dst to v_i·x for all items.
func (c *codedShelf) products(dst, x []float32) {
	if h := c.VectorCodes.Halves(c.Vectors); h != nil {
		h.MulT(dst, x, c.threads(h.Bytes()))
		return
	}
	f32.MulT(f32.View(dst, 1, len(dst)), f32.View(x, 1, len(x)), c.Vectors, c.threads(4*c.Vectors.Rows*c.Vectors.Cols))
}

// scoreBounds bound one probe's scores. What finish does to inner products never
// falls with them, so that it turns bounds of the one into bounds of the other.
type scoreBounds struct {
	*Items
	probe *Probe
	place *q8.Probe // bounds of F_i·place; nil if the probe has none
	sims  *q8.Probe // bounds of v_i·x; nil if it has no curve, or these are known
	upper []float32 // of sims for all places; nil to find them when asked
	exact *similar  // where v_i·x are known, and a place is an item
	kept  *kept     // of sims, as far as known; nil to find them each time
	slack float32   // what rounding may make the curve fall by
	bias  []float32 // by place; nil if there is no prior

	threads int // for exact scores
}

// bounds returns a probe's; false if there are none. exact has v_i·x for all items; nil if they are not known.
func (x *Items) bounds(p *Probe, exact *similar) (b *scoreBounds, ok bool) {
	if b = (&scoreBounds{Items: x, probe: p, bias: x.Bias}); x.Lists != nil {
		b.bias = x.Lists.biases(x.Bias)
	}
	if p.Extra != nil {
		return nil, false
	}
	if p.Place != nil {
		if b.place, ok = x.CodesOf(x.Features).Probe(p.Place); !ok {
			return nil, false
		}
	}
	switch {
	case p.Curve == nil:
	case !finite(p.Slope):
		return nil, false
	case exact != nil:
		b.exact = exact
	default:
		if b.slack, ok = p.Curve.Rising(); !ok {
			return nil, false
		}
		if b.sims, ok = x.CodesOf(x.Vectors).Probe(p.Vector); !ok {
			return nil, false
		}
	}
	return b, true
}

func finite(x float32) bool { return math.Abs(float64(x)) <= math.MaxFloat32 }

// uppers sets dst to upper bounds of the scores in the places of a span's panels; those below least
// may be less close.
func (b *scoreBounds) uppers(at q8.Span, least float32, dst []float32) {
	if b.place != nil {
		b.place.Upper(at.From(), dst)
	} else {
		clear(dst)
	}
	var room, places [q8.Block]float32
	copy(places[:], dst)
	sims := b.similar(at, room[:len(dst)])
	b.finish(at.From(), dst, sims)
	if b.place == nil {
		return
	}
	for lo, hi := range b.place.Reaching(dst, least) {
		b.place.Closer(at.From()+lo, places[lo:hi])
		copy(dst[lo:hi], places[lo:hi])
		b.finish(at.From()+lo, dst[lo:hi], sims.from(lo))
	}
}

// similar returns upper bounds of v_i·x in the places of a span's panels, in room where they are not kept.
func (b *scoreBounds) similar(at q8.Span, room []float32) similar {
	lo, n := at.From(), len(room)
	switch {
	case b.probe.Curve == nil:
		return similar{}
	case b.exact != nil:
		return similar{b.exact.sims[lo : lo+n], b.exact.points, lo}
	case b.upper != nil:
		return similar{sims: b.upper[lo : lo+n]}
	case b.kept == nil:
		b.sims.Upper(lo, room)
		return similar{sims: room}
	}
	return b.kept.of(at, b)
}

// from are those from number i on.
func (s similar) from(i int) similar {
	if s.sims != nil {
		s.sims = s.sims[i:]
	}
	s.at += i
	return s
}

// finish is the probe's, for the places from lo on.
func (b *scoreBounds) finish(lo int, scores []float32, sims similar) {
	bias := b.bias
	if bias != nil {
		bias = bias[lo : lo+len(scores)]
	}
	if b.slack != 0 {
		for i := range scores {
			scores[i] += b.slack
		}
	}
	undrawn := *b.probe
	undrawn.Draw = nil
	switch {
	case undrawn.Curve == nil:
	case sims.points.Of(undrawn.Curve):
		undrawn.Curve.AddAt(scores, sims.points, sims.at)
	default:
		undrawn.Curve.Add(scores, sims.sims[:len(scores)])
	}
	undrawn.finishRest(0, scores, bias)
	switch {
	case b.probe.Draw == nil:
	case b.Lists == nil:
		b.probe.Draw.Apply(lo, scores)
	default:
		for i, it := range b.Lists.Order[lo : lo+len(scores)] {
			b.probe.Draw.Apply(int(it), scores[i:i+1])
		}
	}
}
