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

	// codedBytes are scanned in about the time that another goroutine takes to start
	// and to be waited for.
	codedBytes = 8 << 20
)

// Codes is a matrix rounded to bytes.
type Codes struct {
	mu    sync.Mutex
	From  f32.Mat
	Items *q8.Items
}

// Of returns m's codes, made at the first use.
func (c *Codes) Of(m f32.Mat) *q8.Items {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !Same(c.From, m) {
		c.From, c.Items = m, q8.Pack(m, cores.Threads())
	}
	return c.Items
}

// Set gives m codes made before.
func (c *Codes) Set(m f32.Mat, items *q8.Items) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.From, c.Items = m, items
}

// codedShelf is an exact shelf too, for one search of few queries: it bounds every
// item's score by rounded vectors and scores those exactly that may be chosen.
type codedShelf struct {
	Scan
	mu   sync.Mutex
	sims map[int]*similarities // by query

	lost sync.Map // the queries for which bounds were once no help: the next round they would not be either
}

func NewCoded(x *Items) *codedShelf {
	return &codedShelf{Scan: Scan{x}, sims: map[int]*similarities{}}
}

// similarities are bounds of v_i·x for a query: they serve all its rounds.
type similarities struct {
	*q8.Probe
	upper []float32 // |I|
}

func (c *codedShelf) Choose(ctx context.Context, probes []Probe, n, more int) ([][]topk.Hit, error) {
	hits := make([][]topk.Hit, len(probes))
	var left []int // probes for which bounds are no help
	for i := range probes {
		ok := false
		if _, lost := c.lost.Load(probes[i].Query); !lost {
			hits[i], ok = c.chooseFor(&probes[i], n+more)
		}
		if !ok {
			c.lost.Store(probes[i].Query, true)
			left = append(left, i)
		}
	}
	if len(left) == 0 {
		return hits, nil
	}
	rest := make([]Probe, len(left))
	for r, i := range left {
		rest[r] = probes[i]
	}
	found, err := c.Scan.Choose(ctx, rest, n, more)
	for r, i := range left {
		hits[i] = found[r]
	}
	return hits, err
}

// chooseFor is choose for one probe; false if most items would have to be scored, or have an
// Extra, which has no bounds.
func (c *codedShelf) chooseFor(p *Probe, n int) ([]topk.Hit, bool) {
	if p.Extra != nil {
		return nil, false
	}
	b, ok := c.bounds(p)
	if !ok {
		return nil, false
	}
	items := c.Features.Rows
	s := q8.Search{N: items, K: n, Most: items / codedShare,
		Threads: min(cores.Threads(), 1+items*c.Features.Cols/codedBytes),
		Upper:   b.uppers, Lower: b.lower,
		Skip:  p.out,
		Exact: func(items []int) []float32 { return c.score(p, items) },
	}
	return s.Run()
}

// score returns a probe's scores of some items, bit for bit those of a scan.
func (c *codedShelf) score(p *Probe, items []int) []float32 {
	scores, sims := f32.NewMat(1, len(items)), f32.NewMat(1, len(items))
	cores.Ranges(cores.Threads(), len(items), topk.ScanCols, func(lo, hi int) {
		if part := scores.Sub(0, lo, 1, hi-lo); p.Place != nil {
			f32.MulT(part, f32.View(p.Place, 1, len(p.Place)), selected(c.Features, items[lo:hi]), 1)
		}
		if part := sims.Sub(0, lo, 1, hi-lo); p.Curve != nil {
			f32.MulT(part, f32.View(p.Vector, 1, len(p.Vector)), selected(c.Vectors, items[lo:hi]), 1)
		}
		for i := lo; i < hi; i++ {
			p.finish(items[i], scores.Data[i:i+1], sims.Data[i:i+1], c.bias(items[i], 1))
		}
	})
	return scores.Data
}

// similarities returns the bounds of a probe's v_i·x; nil if there are none.
func (c *codedShelf) similarities(p *Probe) *similarities {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.sims[p.Query]; ok {
		return s
	}
	if bounds, ok := c.VectorCodes.Of(c.Vectors).Probe(p.Vector); ok {
		s := &similarities{Probe: bounds, upper: make([]float32, c.Vectors.Rows)}
		cores.Ranges(cores.Threads(), len(s.upper), q8.Block, func(lo, hi int) { s.Upper(lo, s.upper[lo:hi]) })
		c.sims[p.Query] = s
	}
	return c.sims[p.Query]
}

// scoreBounds bound one probe's scores. What finish does to inner products never
// falls with them, so that it turns bounds of the one into bounds of the other.
type scoreBounds struct {
	*codedShelf
	probe *Probe
	place *q8.Probe     // bounds of F_i·place; nil if the probe has none
	sims  *similarities // nil if it has no curve
	slack float32       // what rounding may make the curve fall by
}

// bounds returns a probe's; false if there are none.
func (c *codedShelf) bounds(p *Probe) (b *scoreBounds, ok bool) {
	b = &scoreBounds{codedShelf: c, probe: p}
	if p.Place != nil {
		if b.place, ok = c.FeatureCodes.Of(c.Features).Probe(p.Place); !ok {
			return nil, false
		}
	}
	if p.Curve != nil {
		if b.slack, ok = p.Curve.Rising(); !ok || !finite(p.Slope) {
			return nil, false
		}
		if b.sims = c.similarities(p); b.sims == nil {
			return nil, false
		}
	}
	return b, true
}

func finite(x float32) bool { return math.Abs(float64(x)) <= math.MaxFloat32 }

// uppers sets dst to upper bounds of the scores of the items from lo on.
func (b *scoreBounds) uppers(lo int, dst []float32) {
	clear(dst)
	if b.place != nil {
		b.place.Upper(lo, dst)
	}
	if b.sims == nil {
		b.probe.finish(lo, dst, nil, nil)
		return
	}
	for i := range dst {
		dst[i] += b.slack
	}
	b.probe.finish(lo, dst, b.sims.upper[lo:lo+len(dst)], b.bias(lo, len(dst)))
}

// lower returns a lower bound of item i's score, given the upper one.
func (b *scoreBounds) lower(i int, upper float32) float32 {
	if b.place != nil && b.sims == nil && b.probe.Draw == nil {
		return b.place.Lower(i, upper) // finish changes nothing
	}
	var score, sim [1]float32
	if b.place != nil {
		score[0], _ = b.place.Bounds(i)
	}
	if b.sims != nil {
		sim[0] = b.sims.Lower(i, b.sims.upper[i])
		score[0] -= b.slack
	}
	b.probe.finish(i, score[:], sim[:], b.bias(i, 1))
	return score[0]
}
