package rivals

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"axn/workbench"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/factors"
	"axn/workbench/internal/topk"
)

// Settings of support-set embeddings.
const (
	supportShare = 0.3 // of the budget goes to the support items, ANNCUR's own share
	supportRidge = 1e-3
	listTop      = 100 // items of a train query's list that its loss looks at, from the top,
	listRandom   = 100 // and drawn from the others
)

// Support is RBE (ICML 2026): an item is embedded by its scores for a set of support queries, a
// query by its scores for a set of support items, CUR joins the two, and beside it two small
// networks learn, by a listwise loss, what CUR leaves. g must have dense rows: every second one is
// a support query, the others train. The support items are drawn by seed, three tenths of a
// budget; the rest of it goes to the highest estimates. The networks are those of MF_Ind, which
// start at the identity, so that without training this is ANNCUR.
func Support(d *workbench.Dataset, g *workbench.Scores, seed int64) (*Rival, error) {
	if err := g.Check(d); err != nil {
		return nil, fmt.Errorf("rivals: RBE: %w", err)
	}
	dense := g.DenseRows()
	if dense.Rows < 4 {
		return nil, fmt.Errorf("rivals: RBE needs four train queries or more scored against every item (Sampling.Dense), not %d", dense.Rows)
	}
	s := &supports{seed: seed, made: map[int]*supported{}}
	for r := range dense.Rows {
		if r%2 == 0 {
			s.rows = append(s.rows, standardised(dense.Row(r)))
		} else {
			s.train = append(s.train, standardised(dense.Row(r)))
		}
	}
	return Rival{Name: "RBE", Calls: g.Calls, batch: func(budget int) int { return budget }, block: 64,
		start: func(ctx context.Context, query, budget int) (walk, error) {
			made, err := s.of(ctx, budget)
			return &supportWalk{supported: made}, err
		}}.of(d, nil), nil
}

// standardised is a row at mean 0 and variance 1.
func standardised(row []float32) []float32 {
	x := slices.Clone(row)
	standardise(x)
	return x
}

// supports are the dense rows and, by budget, what was trained on them.
type supports struct {
	rows, train [][]float32
	seed        int64
	mu          sync.Mutex
	made        map[int]*supported
}

// supported is ready for one budget.
type supported struct {
	anchors []int      // the support items
	inverse *mat.Dense // |S|×k: from a query's scores for the anchors to its embedding
	items   f32.Mat    // |I|×|S|, behind the item tower

	applying sync.Mutex // the towers hold what they work out last
	towers   *factors.Towers
}

func (s *supports) of(ctx context.Context, budget int) (*supported, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, ok := s.made[budget]; ok {
		return m, nil
	}
	n, p := len(s.rows[0]), len(s.rows)
	rng := rand.New(rand.NewPCG(uint64(s.seed), 3))
	m := &supported{anchors: rng.Perm(n)[:max(1, int(supportShare*float64(budget)))]}
	m.inverse = s.inverse(m.anchors)
	columns := f32.NewMat(n, p)
	for i := range n {
		for j, row := range s.rows {
			columns.Row(i)[j] = row[i]
		}
	}
	queries, lists := f32.NewMat(len(s.train), p), factors.NewSparse(len(s.train), len(s.train)*(listTop+listRandom))
	for t, row := range s.train {
		copy(queries.Row(t), m.embed(row))
		chosen := topk.Select(row, listTop, nil)
		for _, it := range rng.Perm(n)[:min(listRandom, n)] {
			if !slices.Contains(chosen, it) {
				chosen = append(chosen, it)
			}
		}
		slices.Sort(chosen)
		for _, it := range chosen {
			lists.Add(it, row[it])
		}
		lists.EndRow()
	}
	m.towers = factors.NewTowers(queries, columns, lists, s.seed)
	err := m.towers.Train(ctx, factors.Settings{Seed: s.seed, Begin: func(string, int) (func(int), func()) {
		return func(int) {}, func() {}
	}}, factors.CrossEntropy(1))
	if err != nil {
		return nil, err
	}
	_, m.items = m.towers.Apply(f32.NewMat(0, p), columns)
	s.made[budget] = m
	return m, ctx.Err()
}

// inverse is the pseudo-inverse of the support queries' scores for the anchors, with a small ridge.
func (s *supports) inverse(anchors []int) *mat.Dense {
	a := mat.NewDense(len(anchors), len(s.rows), nil)
	for i, it := range anchors {
		for j, row := range s.rows {
			a.Set(i, j, float64(row[it]))
		}
	}
	var gram, inverse mat.Dense
	gram.Mul(a.T(), a)
	ridge := supportRidge * mat.Trace(&gram)
	for j := range s.rows {
		gram.Set(j, j, gram.At(j, j)+ridge/float64(len(s.rows))+math.SmallestNonzeroFloat32)
	}
	if err := inverse.Solve(&gram, a.T()); err != nil {
		panic(err) // it is positive definite
	}
	return &inverse
}

// embed is a query's place by CUR, given its scores by item.
func (m *supported) embed(scores []float32) []float32 {
	x := make([]float64, len(m.anchors))
	for i, it := range m.anchors {
		x[i] = float64(scores[it])
	}
	return m.place(x)
}

func (m *supported) place(x []float64) []float32 {
	p, _ := m.inverse.Dims()
	u := mat.NewVecDense(p, nil)
	u.MulVec(m.inverse, mat.NewVecDense(len(x), x))
	place := make([]float32, p)
	for j, v := range u.RawVector().Data {
		place[j] = float32(v)
	}
	return place
}

type supportWalk struct {
	*supported
	estimates []float32 // once the anchors are scored
}

func (w *supportWalk) next(n int) []int {
	if n <= 0 {
		return nil
	}
	if w.estimates == nil {
		return w.anchors[:min(n, len(w.anchors))]
	}
	return topk.Select(w.estimates, n, func(it int) bool { return slices.Contains(w.anchors, it) })
}

func (w *supportWalk) learn(_ []int, scores []float64) {
	if w.estimates != nil {
		return
	}
	x := make([]float32, len(scores))
	for i, s := range scores {
		x[i] = float32(s)
	}
	standardise(x)
	wide := make([]float64, len(x))
	for i, v := range x {
		wide[i] = float64(v)
	}
	place := w.place(wide)
	w.applying.Lock()
	q, _ := w.towers.Apply(f32.View(place, 1, len(place)), f32.NewMat(0, len(place)))
	place = slices.Clone(q.Row(0))
	w.applying.Unlock()
	w.estimates = make([]float32, w.items.Rows)
	f32.Gemv(w.estimates, w.items, place)
}
