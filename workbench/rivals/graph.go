package rivals

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"

	"axn/workbench"
	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
)

// degree is how many neighbours an item has in the graph, as in GAR's paper, and pool how
// many items of the dual encoder's list a walk may fall back to.
const degree, pool = 16, 1000

// Graph has the nearest items of each item by the dual encoder's inner products, itself left out,
// best first. Making it costs no call of the cross-encoder, O(|I|²·d) time.
type Graph struct {
	Neighbors [][]int
	vectors   *workbench.Matrix
}

// NewGraph is that of a data set.
func NewGraph(ctx context.Context, d *workbench.Dataset) (*Graph, error) {
	if err := d.Check(); err != nil {
		return nil, fmt.Errorf("rivals: graph: %w", err)
	}
	self := make([][]int, len(d.Items))
	for i := range self {
		self[i] = []int{i}
	}
	lists, err := workbench.StoreOf(d.DE.Items).Candidates(ctx, d.DE.Items, degree, self)
	if err != nil {
		return nil, fmt.Errorf("rivals: graph: %w", err)
	}
	return &Graph{lists, d.DE.Items}, nil
}

// GAR is graph-based adaptive reranking (MacAvaney, Tonellotto and Macdonald, CIKM 2022,
// Algorithm 1): batches of 16 in turn from the dual encoder's list and from the frontier, the
// neighbours of what was scored, each at the score of the best item that it is a neighbour of.
func GAR(d *workbench.Dataset, g *Graph) *Rival {
	list := byDualEncoder(d)
	return Rival{Name: "GAR", batch: every(batch), block: 64, start: func(_ context.Context, query, budget int) (walk, error) {
		return &gar{graph: g, list: list(query, max(pool, budget)), left: budget, seen: map[int]bool{}, least: math.Inf(1)}, nil
	}}.of(d, g)
}

type gar struct {
	graph    *Graph
	list     []int // the dual encoder's
	frontier ordered
	seen     map[int]bool
	left     int     // of the budget
	least    float64 // the lowest score whose neighbours are in the frontier
	turn     int
}

func (w *gar) next(n int) (items []int) {
	if n <= 0 || len(w.list) == 0 && len(w.frontier.items) == 0 {
		return nil
	}
	if w.turn%2 == 0 && len(w.list) == 0 || w.turn%2 == 1 && len(w.frontier.items) == 0 {
		w.turn++
	}
	if w.turn%2 == 0 {
		items = slices.Clone(w.list[:min(n, len(w.list))])
	} else {
		items = w.frontier.best(n)
	}
	w.turn++
	for _, it := range items {
		w.seen[it] = true
	}
	w.list = slices.DeleteFunc(w.list, func(it int) bool { return w.seen[it] })
	w.frontier.drop(w.seen)
	return items
}

func (w *gar) learn(items []int, scores []float64) {
	w.left -= len(items)
	if w.left <= 0 {
		return
	}
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return scores[order[a]] > scores[order[b]] })
	for _, i := range order { // no more are kept than can be scored
		if len(w.frontier.items) >= w.left && scores[i] < w.least {
			continue
		}
		hit := false
		for _, it := range w.graph.Neighbors[items[i]] {
			if !w.seen[it] && w.frontier.raise(it, scores[i]) {
				hit = true
			}
		}
		if hit {
			w.least = min(w.least, scores[i])
		}
	}
}

// ordered is a set of items with values, in the order in which they came.
type ordered struct {
	items  []int
	values map[int]float64
}

// raise adds an item or lifts its value; false if it was there with as much.
func (o *ordered) raise(it int, value float64) bool {
	if o.values == nil {
		o.values = map[int]float64{}
	}
	old, ok := o.values[it]
	if ok && old >= value {
		return false
	}
	if !ok {
		o.items = append(o.items, it)
	}
	o.values[it] = value
	return true
}

// best returns the n items of highest value; of equal ones those that came first.
func (o *ordered) best(n int) []int {
	order := slices.Clone(o.items)
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case o.values[a] > o.values[b]:
			return -1
		case o.values[a] < o.values[b]:
			return 1
		}
		return 0
	})
	return order[:min(n, len(order))]
}

func (o *ordered) drop(seen map[int]bool) {
	o.items = slices.DeleteFunc(o.items, func(it int) bool {
		if seen[it] {
			delete(o.values, it)
		}
		return seen[it]
	})
}

// Affinity is how likely an item is among the best of a query beside which another one is, by the
// inner product of the two: a rising curve.
type Affinity curve.Knots

// affinityTop is how many of an observed row's best count as relevant.
const affinityTop = 10

// LearnAffinity fits the curve to the pairs of items observed for the same train query: of one
// among the row's best 10 and any other, whether that is among them too. Scores of other items, or ones that are not
// finite, are errors, and so are rows of no more than 10 items, which show none that is not among the best.
func LearnAffinity(d *workbench.Dataset, g *workbench.Scores) (Affinity, error) {
	var points []curve.Point
	longest := 0
	if err := d.Check(); err != nil {
		return Affinity{}, fmt.Errorf("rivals: affinity: %w", err)
	}
	for r := range g.Rows {
		row := &g.Rows[r]
		if err := checkRow(row, len(d.Items)); err != nil {
			return Affinity{}, fmt.Errorf("rivals: affinity: query %d: %w", row.Query, err)
		}
		longest = max(longest, len(row.Values))
		order := make([]int, len(row.Values))
		for j := range order {
			order[j] = j
		}
		sort.SliceStable(order, func(a, b int) bool { return row.Values[order[a]] > row.Values[order[b]] })
		top := order[:min(affinityTop, len(order))]
		for _, i := range top {
			for at, j := range order[:min(10*affinityTop, len(order))] {
				if i != j {
					p := curve.Point{X: float64(f32.Dot(d.DE.Items.Row(row.Item(i)), d.DE.Items.Row(row.Item(j)))), Weight: 1}
					if at < len(top) {
						p.Y = 1
					}
					points = append(points, p)
				}
			}
		}
	}
	if longest <= affinityTop {
		return Affinity{}, fmt.Errorf("rivals: affinity: the longest of %d rows has %d scores: some must have more than %d (Sampling.PerQuery)", len(g.Rows), longest, affinityTop)
	}
	slices.SortFunc(points, func(a, b curve.Point) int {
		switch {
		case a.X < b.X:
			return -1
		case a.X > b.X:
			return 1
		}
		return 0
	})
	return Affinity(curve.Isotonic(points)), nil
}

// checkRow returns an error that names what a row of scores has that cannot be learnt from.
func checkRow(row *workbench.ScoreRow, items int) error {
	if row.Items == nil && len(row.Values) != items || row.Items != nil && len(row.Items) != len(row.Values) {
		return fmt.Errorf("%w: %d scores of %d items", workbench.ErrShape, len(row.Values), items)
	}
	for j, v := range row.Values {
		if it := row.Item(j); it < 0 || it >= items {
			return fmt.Errorf("%w: item %d of %d", workbench.ErrShape, it, items)
		}
		if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("the score of item %d is %v", row.Item(j), v)
		}
	}
	return nil
}

// support is how many of the best items scored Quam's frontier looks at.
const support = 10

// Quam is query affinity modelling (Rathee, MacAvaney and Anand, WSDM 2025): as GAR, but the
// frontier, the neighbours of the 10 best items scored, is ordered by set affinity: the sum over
// these of their scores' softmax times the learnt affinity.
func Quam(d *workbench.Dataset, g *Graph, a Affinity, calls int) *Rival {
	list := byDualEncoder(d)
	return Rival{Name: "Quam", Calls: calls, batch: every(batch), block: 64, start: func(_ context.Context, query, budget int) (walk, error) {
		return &quam{graph: g, affinity: curve.Knots(a), list: list(query, max(pool, budget)), scores: map[int]float64{}}, nil
	}}.of(d, g)
}

type quam struct {
	graph    *Graph
	affinity curve.Knots
	list     []int
	scores   map[int]float64
	turn     int
}

func (w *quam) next(n int) []int {
	if n <= 0 {
		return nil
	}
	var items []int
	if w.turn%2 == 1 {
		items = w.frontier().best(n)
	}
	w.turn++
	if len(items) == 0 {
		w.list = slices.DeleteFunc(w.list, func(it int) bool { _, seen := w.scores[it]; return seen })
		items = slices.Clone(w.list[:min(n, len(w.list))])
	}
	if len(items) == 0 {
		items = w.frontier().best(n)
	}
	return items
}

func (w *quam) learn(items []int, scores []float64) {
	for i, it := range items {
		w.scores[it] = scores[i]
	}
}

// frontier holds the set affinities of the best items' neighbours.
func (w *quam) frontier() *ordered {
	best := &ordered{}
	for it, s := range w.scores {
		best.raise(it, s)
	}
	slices.Sort(best.items)
	top, total := best.best(support), 0.0
	frontier := &ordered{values: map[int]float64{}}
	for _, it := range top {
		total += math.Exp(w.scores[it] - w.scores[top[0]])
	}
	for _, source := range top {
		weight := math.Exp(w.scores[source]-w.scores[top[0]]) / total
		for _, it := range w.graph.Neighbors[source] {
			if _, seen := w.scores[it]; seen {
				continue
			}
			if _, known := frontier.values[it]; !known {
				frontier.items = append(frontier.items, it)
			}
			dot := f32.Dot(w.graph.vectors.Row(source), w.graph.vectors.Row(it))
			frontier.values[it] += weight * w.affinity.At(float64(dot))
		}
	}
	return frontier
}

// Bimetric is the walk of the bi-metric framework (Xu, Silwal and Indyk 2024): half the budget on
// the dual encoder's list, then best first by the cross-encoder from there: the best item not yet
// looked from has all its neighbours scored.
func Bimetric(d *workbench.Dataset, g *Graph) *Rival {
	list := byDualEncoder(d)
	return Rival{Name: "Bi-metric", batch: func(budget int) int { return budget }, block: 64, start: func(_ context.Context, query, budget int) (walk, error) {
		return &bimetric{graph: g, list: list(query, max(pool, budget)), first: (budget + 1) / 2, seen: map[int]bool{}}, nil
	}}.of(d, g)
}

type bimetric struct {
	graph *Graph
	list  []int
	first int
	open  ordered // scored, not yet looked from
	seen  map[int]bool
}

func (w *bimetric) next(n int) (items []int) {
	if n <= 0 {
		return nil
	}
	if len(w.seen) == 0 {
		items = w.list[:min(w.first, len(w.list))]
	}
	for len(items) == 0 && len(w.open.items) > 0 {
		from := w.open.best(1)
		w.open.drop(map[int]bool{from[0]: true})
		for _, it := range w.graph.Neighbors[from[0]] {
			if !w.seen[it] && len(items) < n {
				items = append(items, it)
			}
		}
	}
	if len(items) == 0 { // nothing is left to walk to
		w.list = slices.DeleteFunc(w.list, func(it int) bool { return w.seen[it] })
		items = w.list[:min(n, len(w.list))]
	}
	for _, it := range items {
		w.seen[it] = true
	}
	return slices.Clone(items)
}

func (w *bimetric) learn(items []int, scores []float64) {
	for i, it := range items {
		w.open.raise(it, scores[i])
	}
}
