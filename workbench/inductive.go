package workbench

import (
	"context"
	"math/rand/v2"

	"axn/workbench/internal/adamw"
	"axn/workbench/internal/f32"
)

// fitInductive trains MF_Ind (paper section 2, A.2.2): two towers over the frozen
// dual encoder, one for queries and one for items, by the squared error over the
// observed entries of normalised scores, with AdamW. Items never observed, and
// test queries, get vectors of the towers too.
func fitInductive(ctx context.Context, ix *Index, d *Dataset, g *Scores, o FactorizeOptions) error {
	ix.Normalization = fitNormalization(d, g)
	return fitTowers(ctx, ix, d, g, o, squaredError)
}

// fitDistilled trains DE_DSTL's loss (paper A.2.1) on frozen embeddings: the
// cross-entropy between the softmax of the cross-encoder's scores over each train
// query's observed entries and that of the dual encoder's. The paper fine-tunes
// all weights of the dual encoder; here only two towers of MF_Ind's shape over its
// vectors learn, with MF_Ind's learning rate and epochs. The cross-encoder's
// scores are normalised (A.4) and both sides divided by the same Beta, so that a
// dual encoder of unit vectors can be as sure as the cross-encoder is.
func fitDistilled(ctx context.Context, ix *Index, d *Dataset, g *Scores, o FactorizeOptions) error {
	ix.Normalization = fitNormalization(d, g)
	return fitTowers(ctx, ix, d, g, o, crossEntropy(1/orDefault(ix.Normalization.Beta, 1)))
}

func fitTowers(ctx context.Context, ix *Index, d *Dataset, g *Scores, o FactorizeOptions, l loss) error {
	t := newTowers(d, g, ix.Normalization, o.Seed)
	opt := adamw.New(orDefault(o.LearningRate, adamwRate))
	err := batches(ctx, t.entries.rows(), o, func(queries []int) {
		if !t.gradients(queries, l) {
			return
		}
		opt.Next()
		t.query.move(opt)
		t.item.move(opt)
	})
	if err != nil {
		return err
	}
	ix.Queries, ix.Features = t.query.apply(d.DE.Queries), t.item.apply(d.DE.Items)
	return nil
}

// towers train on the entries of the train queries.
type towers struct {
	query, item *tower
	queries     *Matrix // the dual encoder's vectors of the train queries
	items       *Matrix // and of all items
	entries     *sparse
	place       []int32 // item → its place in the batch + 1
}

func newTowers(d *Dataset, g *Scores, n Normalization, seed int64) *towers {
	rng := rand.New(rand.NewPCG(uint64(seed), 1))
	dim := d.DE.Items.Cols
	return &towers{query: newTower(dim, rng), item: newTower(dim, rng), queries: d.DE.Queries.Select(g.queries()),
		items: d.DE.Items, entries: g.sparse(n), place: make([]int32, len(d.Items))}
}

// gradients sets both towers' gradients of the mean loss over the entries of a
// few train queries; false when they have none.
func (t *towers) gradients(queries []int, l loss) bool {
	items := t.batchItems(queries)
	if len(items) == 0 {
		return false
	}
	u, v := t.query.forward(t.queries.Select(queries).view()), t.item.forward(t.items.Select(items).view())
	gu, gv := f32.NewMat(u.Rows, u.Cols), f32.NewMat(v.Rows, v.Cols)
	scale := l.scale(t.entries, queries)
	for i, q := range queries {
		at, values := t.entries.row(q)
		slopes := make([]float32, len(at))
		for j, it := range at {
			slopes[j] = f32.Dot(u.Row(i), v.Row(int(t.place[it]-1)))
		}
		l.slopes(slopes, values)
		for j, it := range at {
			f32.Axpy(scale*slopes[j], v.Row(int(t.place[it]-1)), gu.Row(i))
			f32.Axpy(scale*slopes[j], u.Row(i), gv.Row(int(t.place[it]-1)))
		}
	}
	t.query.backward(gu)
	t.item.backward(gv)
	for _, it := range items {
		t.place[it] = 0
	}
	return true
}

// batchItems lists the items of the queries' entries and notes their places.
func (t *towers) batchItems(queries []int) []int {
	var items []int
	for _, q := range queries {
		at, _ := t.entries.row(q)
		for _, it := range at {
			if t.place[it] == 0 {
				items = append(items, int(it))
				t.place[it] = int32(len(items))
			}
		}
	}
	return items
}

// loss is what the towers minimise, a mean over entries or over queries.
type loss struct {
	scale  func(s *sparse, queries []int) float32 // one over what the mean runs over
	slopes func(predicted, target []float32)      // one query: replaces predicted by the loss's derivatives
}

// squaredError is eq. 3, a mean over entries.
var squaredError = loss{
	scale: func(s *sparse, queries []int) float32 {
		n := 0
		for _, q := range queries {
			n += s.start[q+1] - s.start[q]
		}
		return 1 / float32(n)
	},
	slopes: func(predicted, target []float32) {
		for j := range predicted {
			predicted[j] = 2 * (predicted[j] - target[j])
		}
	},
}

// crossEntropy is the mean over queries of −Σ softmax(sharpness·target)·log
// softmax(sharpness·predicted).
func crossEntropy(sharpness float64) loss {
	softmax := func(x []float32) {
		f32.Scale(float32(sharpness), x)
		f32.Softmax(x)
	}
	return loss{
		scale: func(s *sparse, queries []int) float32 { return float32(sharpness) / float32(len(queries)) },
		slopes: func(predicted, target []float32) {
			want := append([]float32(nil), target...)
			softmax(want)
			softmax(predicted)
			f32.Axpy(-1, want, predicted)
		},
	}
}
