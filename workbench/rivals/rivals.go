// Package rivals has methods of other papers that look for the items which a cross-encoder scores
// highest, each by its paper's definition, as an experiment's Searchers: walks over a graph of
// the dual encoder's neighbours (GAR, Quam, Bimetric), a Gaussian process (BAGEL), an online
// linear estimate (ORE), and embeddings made of scores for support sets (RBE).
package rivals

import (
	"context"
	"fmt"
	"slices"

	"axn/workbench"
	"axn/workbench/internal/cores"
)

// batch is how many items a walk has scored at a time, GAR's own default.
const batch = 16

// A walk is one query's search under way.
type walk interface {
	// next returns at most n items not scored before; fewer than one end the walk.
	next(n int) []int
	// learn takes the scores of what next returned.
	learn(items []int, scores []float64)
}

// Rival is one of the methods, ready to search a data set.
type Rival struct {
	Name  string
	Calls int // cross-encoder calls that it has learnt from

	queries, items int
	err            error // why it cannot search

	batch func(budget int) int
	block int // queries that walk side by side
	start func(ctx context.Context, query, budget int) (walk, error)
}

// of is the method over a data set and, where it walks on one, its graph.
func (r Rival) of(d *workbench.Dataset, g *Graph) *Rival {
	r.queries, r.items, r.err = len(d.Queries), len(d.Items), d.Check()
	if r.err == nil && g != nil && len(g.Neighbors) != len(d.Items) {
		r.err = fmt.Errorf("%w: the graph has %d items, and the data set %d", workbench.ErrShape, len(g.Neighbors), len(d.Items))
	}
	return &r
}

// String fits one line.
func (r *Rival) String() string {
	return fmt.Sprintf("Rival %s: %d items, %d calls spent", r.Name, r.items, r.Calls)
}

// SearchAll searches for every query, within o.Budget calls each; of o it reads Budget and K
// alone. Its results are as those of Index.SearchAll, and those of queries that are finished come
// with an error. It reports its progress. Same queries, same results, however many
// are asked for together.
func (r *Rival) SearchAll(ctx context.Context, s workbench.Scorer, queries []int, o workbench.SearchOptions) ([]workbench.Result, error) {
	if o.Budget <= 0 {
		return nil, fmt.Errorf("rivals: %s: %w", r.Name, workbench.ErrBudget)
	}
	if r.err != nil {
		return nil, fmt.Errorf("rivals: %s: %w", r.Name, r.err)
	}
	for _, q := range queries {
		if q < 0 || q >= r.queries {
			return nil, fmt.Errorf("rivals: %s: no query row %d of %d", r.Name, q, r.queries)
		}
	}
	var results []workbench.Result
	progress := workbench.Progress{Task: "search by " + r.Name, Unit: "queries", Total: len(queries)}
	report := workbench.ProgressOf(ctx)
	defer func() {
		progress.Final = true
		report(progress)
	}()
	for part := range slices.Chunk(queries, r.block) {
		report(progress)
		rs, err := r.search(ctx, s, part, o)
		if err != nil {
			return results, fmt.Errorf("rivals: %s: %w", r.Name, err)
		}
		results = append(results, rs...)
		progress.Done = len(results)
	}
	return results, nil
}

func (r *Rival) search(ctx context.Context, s workbench.Scorer, queries []int, o workbench.SearchOptions) ([]workbench.Result, error) {
	budget := min(o.Budget, r.items)
	walks, walked, calls := make([]walk, len(queries)), make([][]workbench.Round, len(queries)), make([]int, len(queries))
	for i, q := range queries {
		w, err := r.start(ctx, q, budget)
		if err != nil {
			return nil, fmt.Errorf("query %d: %w", q, err)
		}
		walks[i] = w
	}
	for {
		var pairs []workbench.Pair
		rounds := make([]workbench.Round, len(queries))
		cores.Each(len(walks), func(i int) {
			rounds[i].Items = walks[i].next(min(r.batch(budget), budget-calls[i]))
		})
		for i := range rounds {
			for _, it := range rounds[i].Items {
				pairs = append(pairs, workbench.Pair{Query: queries[i], Item: it})
			}
		}
		if len(pairs) == 0 {
			break
		}
		scores, err := workbench.ScorePairs(ctx, s, pairs)
		if err != nil {
			return nil, err
		}
		for i := range rounds {
			n := len(rounds[i].Items)
			rounds[i].Scores, scores = scores[:n:n], scores[n:]
		}
		cores.Each(len(walks), func(i int) {
			if n := len(rounds[i].Items); n > 0 {
				walks[i].learn(rounds[i].Items, rounds[i].Scores)
				walked[i], calls[i] = append(walked[i], rounds[i]), calls[i]+n
			}
		})
	}
	results := make([]workbench.Result, len(queries))
	for i, q := range queries {
		if results[i] = workbench.ResultOf(q, walked[i], o.K); o.K > 0 && calls[i] == r.items {
			results[i].Recall = 1
		}
	}
	return results, nil
}

// first returns the dual encoder's list of a query, the best depth items.
type first func(query, depth int) []int

// byDualEncoder reads the lists from the data set's vectors.
func byDualEncoder(d *workbench.Dataset) first {
	vectors := d.DE
	return func(query, depth int) []int {
		lists, err := workbench.StoreOf(vectors.Items).Candidates(context.Background(), vectors.Queries.Select([]int{query}), depth, nil)
		if err != nil {
			panic(err) // shapes were checked
		}
		return lists[0]
	}
}

// every returns n whatever the budget.
func every(n int) func(int) int { return func(int) int { return n } }
