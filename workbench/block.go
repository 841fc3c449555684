package workbench

import (
	"errors"
	"math"
	"math/rand/v2"
	"sync"

	"axn/workbench/internal/f32"
)

// block holds the approximate scores of a few queries for all items.
type block struct {
	ix     *Index
	prior  f32.Mat // m(q, i), |block|×|I|; rows without data where the method has none
	scores f32.Mat // prior + U·Fᵀ
	u      f32.Mat // |block|×p
}

// newBlock computes the prior means of a block of queries.
func (ix *Index) newBlock(queries []int) *block {
	n, items, p := len(queries), ix.Features.Rows, ix.Features.Cols
	b := &block{ix: ix, prior: f32.Mat{Rows: n}, scores: f32.NewMat(n, items), u: f32.NewMat(n, p)}
	if prior := systems[ix.Method].prior; prior != nil {
		b.prior = f32.NewMat(n, items)
		prior(ix, queries, b.prior)
	}
	return b
}

// score sets the scores by which a round, from 0, chooses its items.
func (b *block) score(seekers []*seeker, round int, o SearchOptions) error {
	if round == 0 {
		return b.begin(seekers, o.First)
	}
	b.approximate(seekers)
	if o.Softmax > 0 {
		parallel(len(seekers), func(i int) { drawScores(b.scores.Row(i), seekers[i].query, round, o) })
	}
	return nil
}

// begin sets the scores of round 1: first's, or the method's own.
func (b *block) begin(seekers []*seeker, first Initializer) error {
	if own := systems[b.ix.Method].first; first == nil && own != nil {
		first = own(b.ix)
	}
	if first == nil {
		b.approximate(seekers)
		return nil
	}
	errs := make([]error, len(seekers))
	parallel(len(seekers), func(i int) { errs[i] = first.Initialize(seekers[i].query, b.scores.Row(i)) })
	return errors.Join(errs...)
}

// drawScores adds Gumbel noise to scores/Softmax, so that the highest are a draw
// without replacement in proportion to exp(score/Softmax).
func drawScores(scores []float32, query, round int, o SearchOptions) {
	rng := rand.New(rand.NewPCG(uint64(o.Seed), uint64(query)<<20|uint64(round)))
	for i, s := range scores {
		scores[i] = float32(float64(s)/o.Softmax - math.Log(rng.ExpFloat64()))
	}
}

// approximate sets the scores from every query's current vector.
func (b *block) approximate(seekers []*seeker) {
	for i, k := range seekers {
		u, slope := k.est.vector()
		copy(b.u.Row(i), u)
		if b.prior.Data != nil {
			copy(b.scores.Row(i), b.prior.Row(i))
			f32.Scale(slope, b.scores.Row(i))
		}
	}
	multiply(b.scores, b.u, b.ix.panels(), b.prior.Data != nil)
}

// packing is a matrix packed for multiply, once.
type packing struct {
	once   sync.Once
	panels f32.Panels
}

func (p *packing) of(m *Matrix) *f32.Panels {
	p.once.Do(func() { p.panels.PackRows(m.view(), threads()) })
	return &p.panels
}

func (ix *Index) panels() *f32.Panels     { return ix.features.of(ix.Features) }
func (ix *Index) itemPanels() *f32.Panels { return ix.items.of(ix.DE.Items) }

// multiplyCols is how many columns one core takes at a time.
const multiplyCols = 1024

// multiply computes C = A·P, or adds to C if add is set, on all cores: the
// columns are shared among them, so that a single row uses them all too.
func multiply(c, a f32.Mat, p *f32.Panels, add bool) {
	parallel((p.N+multiplyCols-1)/multiplyCols, func(i int) {
		lo, hi := i*multiplyCols, min((i+1)*multiplyCols, p.N)
		cols := p.Columns(lo, hi)
		f32.Gemm(c.Sub(0, lo, c.Rows, hi-lo), a, &cols, add, 1)
	})
}
