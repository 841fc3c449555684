package workbench

import (
	"errors"
	"math"
	"math/rand/v2"
	"sync"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// block holds the approximate scores of a few queries for all items.
type block struct {
	ix      *Index
	queries f32.Mat // x_q, |block|×d
	prior   f32.Mat // m(q, i), |block|×|I|; rows without data where the method has none
	bonus   f32.Mat // added to the scores when a round chooses; as prior
	scores  f32.Mat // prior + U·Fᵀ
	u       f32.Mat // |block|×p
}

// newBlock computes the prior means of a block of queries.
func (ix *Index) newBlock(queries []int) *block {
	n, items, p := len(queries), ix.Features.Rows, ix.Features.Cols
	b := &block{ix: ix, queries: ix.DE.Queries.Select(queries).view(), prior: f32.Mat{Rows: n}, scores: f32.NewMat(n, items), u: f32.NewMat(n, p)}
	if prior := systems[ix.Method].prior; prior != nil {
		b.prior, b.bonus = f32.NewMat(n, items), f32.NewMat(n, items)
		prior(ix, queries, b.prior, b.bonus)
	}
	return b
}

// score sets the scores by which a round, from 0, chooses its items.
func (b *block) score(seekers []*seeker, round, size int, o SearchOptions) error {
	if round == 0 {
		return b.begin(seekers, size, o.First)
	}
	b.approximate(seekers)
	f32.Axpy(1, b.bonus.Data, b.scores.Data[:len(b.bonus.Data)])
	if o.Softmax > 0 {
		parallel(len(seekers), func(i int) { drawScores(b.scores.Row(i), seekers[i].query, round, o) })
	}
	return nil
}

// begin sets the scores of round 1: first's, or the method's own.
func (b *block) begin(seekers []*seeker, size int, first Initializer) error {
	if own := systems[b.ix.Method].first; first == nil && own != nil {
		first = own(b.ix)
	}
	if first == nil {
		b.approximate(seekers)
		if systems[b.ix.Method].hedge {
			b.hedge(size)
		}
		return nil
	}
	errs := make([]error, len(seekers))
	parallel(len(seekers), func(i int) { errs[i] = first.Initialize(seekers[i].query, b.scores.Row(i)) })
	return errors.Join(errs...)
}

// hedge makes round 1 take in turn the best of the approximate scores, bonus
// included, and the best of the dual encoder's: what an index has learnt in the
// mean over all items costs some of the very first.
func (b *block) hedge(size int) {
	f32.Axpy(1, b.bonus.Data, b.scores.Data)
	sims := f32.NewMat(b.scores.Rows, b.scores.Cols)
	multiply(sims, b.queries, b.ix.itemPanels(), false)
	parallel(sims.Rows, func(q int) { takeTurns(b.scores.Row(q), sims.Row(q), size) })
}

// takeTurns gives the n items that x and y rank highest in turn, x first, the
// n highest values in x.
func takeTurns(x, y []float32, n int) {
	mine, other := topk.Select(x, n, nil), topk.Select(y, n, nil)
	for i := range x {
		x[i] = -math.MaxFloat32
	}
	for r := range mine {
		x[mine[r]] = max(x[mine[r]], -float32(2*r))
		x[other[r]] = max(x[other[r]], -float32(2*r+1))
	}
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
