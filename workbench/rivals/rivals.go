// Package rivals has methods of other papers that look for the items which a cross-encoder scores
// highest, each by its paper's definition, as an experiment's Searchers: walks over a graph of
// the dual encoder's neighbours (GAR, Quam, Bimetric), a Gaussian process (BAGEL), an online
// linear estimate (ORE), and embeddings made of scores for support sets (RBE).
package rivals

import (
	"context"
	"fmt"
	"math"
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

	batch func(budget int) int
	block int // queries that walk side by side
	start func(query, budget int) (walk, error)
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
	if s == nil {
		return nil, fmt.Errorf("rivals: %s: there is no scorer: it is nil", r.Name)
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
		rs, err := r.search(workbench.WithProgress(ctx, nil), s, part, o)
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
	walks, results := make([]walk, len(queries)), make([]workbench.Result, len(queries))
	for i, q := range queries {
		w, err := r.start(q, budget)
		if err != nil {
			return nil, fmt.Errorf("query %d: %w", q, err)
		}
		walks[i], results[i] = w, workbench.Result{Query: q, Recall: math.NaN()}
	}
	for {
		var pairs []workbench.Pair
		rounds := make([]workbench.Round, len(queries))
		cores.Each(len(walks), func(i int) {
			rounds[i].Items = walks[i].next(min(r.batch(budget), budget-results[i].Calls))
		})
		for i := range rounds {
			for _, it := range rounds[i].Items {
				pairs = append(pairs, workbench.Pair{Query: queries[i], Item: it})
			}
		}
		if len(pairs) == 0 {
			break
		}
		scores, err := scored(ctx, s, pairs)
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
				results[i].Rounds, results[i].Calls = append(results[i].Rounds, rounds[i]), results[i].Calls+n
			}
		})
	}
	for i := range results {
		if rank(&results[i], o.K); o.K > 0 && results[i].Calls == r.items {
			results[i].Recall = 1
		}
	}
	return results, nil
}

// scored asks for one finite score a pair.
func scored(ctx context.Context, s workbench.Scorer, pairs []workbench.Pair) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	scores, err := s.Score(ctx, pairs)
	if err != nil {
		return nil, err
	}
	if len(scores) != len(pairs) {
		return nil, fmt.Errorf("%w: the scorer answered %d scores for %d pairs", workbench.ErrScore, len(scores), len(pairs))
	}
	for i, v := range scores {
		if v-v != 0 {
			return nil, fmt.Errorf("%w: query %d, item %d: score is %v", workbench.ErrScore, pairs[i].Query, pairs[i].Item, v)
		}
	}
	return scores, nil
}

// rank sets Items and Scores to the k best of all rounds, all of them for 0.
func rank(r *workbench.Result, k int) {
	at := map[int]float64{}
	for _, round := range r.Rounds {
		for j, it := range round.Items {
			at[it] = round.Scores[j]
			r.Items = append(r.Items, it)
		}
	}
	slices.SortFunc(r.Items, func(a, b int) int {
		switch {
		case at[a] > at[b] || at[a] == at[b] && a < b:
			return -1
		}
		return 1
	})
	if k > 0 {
		r.Items = r.Items[:min(k, len(r.Items))]
	}
	for _, it := range r.Items {
		r.Scores = append(r.Scores, at[it])
	}
}

// first returns the dual encoder's list of a query, the best depth items.
type first func(query, depth int) []int

// byDualEncoder reads the lists from the data set's vectors.
func byDualEncoder(d *workbench.Dataset) first {
	store := workbench.StoreOf(d.DE.Items)
	return func(query, depth int) []int {
		lists, err := store.Candidates(context.Background(), d.DE.Queries.Select([]int{query}), depth, nil)
		if err != nil {
			panic(err) // shapes were checked
		}
		return lists[0]
	}
}

// every returns n whatever the budget.
func every(n int) func(int) int { return func(int) int { return n } }
