package factors

import (
	"cmp"
	"context"
	"math/rand/v2"

	"axn/workbench/internal/adamw"
	"axn/workbench/internal/f32"
)

// Towers train on the entries of the train queries.
type Towers struct {
	query, item *tower
	queries     f32.Mat // the dual encoder's vectors of the train queries
	items       f32.Mat // and of all items
	entries     *Sparse
	place       []int32 // item → its place in the batch + 1
}

// NewTowers takes the vectors of the train queries, in the order of the rows of entries, and
// of all items.
func NewTowers(queries, items f32.Mat, entries *Sparse, seed int64) *Towers {
	rng := rand.New(rand.NewPCG(uint64(seed), 1))
	return &Towers{query: newTower(items.Cols, rng), item: newTower(items.Cols, rng), queries: queries,
		items: items, entries: entries, place: make([]int32, items.Rows)}
}

// Train lowers the loss by AdamW, until ctx is cancelled.
func (t *Towers) Train(ctx context.Context, o Settings, l Loss) error {
	opt := adamw.New(cmp.Or(o.LearningRate, adamwRate))
	return batches(ctx, t.entries.rows(), o, func(queries []int) {
		if !t.gradients(queries, l) {
			return
		}
		opt.Next()
		t.query.move(opt)
		t.item.move(opt)
	})
}

// Apply returns the towers' outputs for all queries and items.
func (t *Towers) Apply(queries, items f32.Mat) (q, v f32.Mat) {
	return t.query.apply(queries), t.item.apply(items)
}

// gradients sets both towers' gradients of the mean loss over the entries of a
// few train queries; false when they have none.
func (t *Towers) gradients(queries []int, l Loss) bool {
	items := t.batchItems(queries)
	if len(items) == 0 {
		return false
	}
	u, v := t.query.forward(t.queries.Select(queries)), t.item.forward(t.items.Select(items))
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
func (t *Towers) batchItems(queries []int) []int {
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

// Loss is what the towers minimise, a mean over entries or over queries.
type Loss struct {
	scale  func(s *Sparse, queries []int) float32 // one over what the mean runs over
	slopes func(predicted, target []float32)      // one query: replaces predicted by the loss's derivatives
}

// SquaredError is eq. 3, a mean over entries.
var SquaredError = Loss{
	scale: func(s *Sparse, queries []int) float32 {
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

// CrossEntropy is the mean over queries of −Σ softmax(sharpness·target)·log
// softmax(sharpness·predicted).
func CrossEntropy(sharpness float64) Loss {
	softmax := func(x []float32) {
		f32.Scale(float32(sharpness), x)
		f32.Softmax(x)
	}
	return Loss{
		scale: func(s *Sparse, queries []int) float32 { return float32(sharpness) / float32(len(queries)) },
		slopes: func(predicted, target []float32) {
			want := append([]float32(nil), target...)
			softmax(want)
			softmax(predicted)
			f32.Axpy(-1, want, predicted)
		},
	}
}

// Params returns the parameters of both towers, for ApplyTower.
func (t *Towers) Params() (query, item []float32) { return t.query.params, t.item.params }

// ApplyTower returns a tower's outputs for all rows of x, given its parameters.
func ApplyTower(params []float32, x f32.Mat) f32.Mat {
	t := &tower{params: params, p: cutLayers(params, x.Cols)}
	return t.apply(x)
}

// TowerParams is how many parameters a tower over vectors of length d has.
func TowerParams(d int) int { return 4*d*d + 3*d + 1 }
