package workbench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"axn/workbench/internal/files"
	"axn/workbench/internal/npy"
	"axn/workbench/internal/npz"
	"axn/workbench/internal/stats"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// Neighbors are the items a query's exact scores put first: best first, ties by
// lower item row.
type Neighbors struct {
	Query  int
	Items  []int
	Scores []float64
	All    bool // they are all the items there are, or all that are allowed: recall at any k is among them
}

// Exact finds the k nearest items of each query by scoring every item: |I|
// cross-encoder calls a query; of a Cascade, its Exact's.
func Exact(ctx context.Context, s Scorer, d *Dataset, queries []int, k int) ([]Neighbors, error) {
	if k <= 0 {
		return nil, fmt.Errorf("workbench: exact: k is %d, it must be positive", k)
	}
	if err := checkScorer(s); err != nil {
		return nil, fmt.Errorf("workbench: exact: %w", err)
	}
	s = truth(s)
	m := startProgress(ctx, "exact", "queries", len(queries))
	defer m.end()
	all := make([]Neighbors, len(queries))
	pairs := make([]Pair, len(d.Items))
	for i, q := range queries {
		for it := range pairs {
			pairs[it] = Pair{q, it}
		}
		got, err := scorePairs(ctx, s, pairs)
		if err != nil {
			return nil, fmt.Errorf("workbench: exact: query %d: %w", q, err)
		}
		all[i] = nearest(q, got, k)
		m.add(1)
	}
	return all, nil
}

// nearest ranks a full row of scores and keeps k.
func nearest(query int, scores []float64, k int) Neighbors {
	items := make([]int, len(scores))
	for i := range items {
		items[i] = i
	}
	n := Neighbors{Query: query, All: k >= len(items)}
	n.Items, n.Scores = best([]Round{{Items: items, Scores: scores}}, k)
	return n
}

// Recall is the mean over results of Top-k-Recall (paper section 4): the share
// of a query's exact k nearest items that its search scored in any round, a Cascade by its Exact. It
// scores every item of each query to know them; those calls are not the search's.
// k must be positive. No results are an error. Of searches with SearchOptions.Allow, RecallOf says the recall
// among what is allowed, given what Neighbors.Among leaves of the neighbours.
func Recall(ctx context.Context, s Scorer, d *Dataset, rs []Result, k int) (float64, error) {
	if err := checkRecall(rs, k); err != nil {
		return 0, err
	}
	if err := checkThere("data set", d); err != nil {
		return 0, fmt.Errorf("workbench: recall: %w", err)
	}
	if err := d.checkAmong(rs); err != nil {
		return 0, fmt.Errorf("workbench: recall: %w", err)
	}
	queries := make([]int, len(rs))
	for i := range rs {
		queries[i] = rs[i].Query
	}
	exact, err := Exact(ctx, s, d, queries, k)
	if err != nil {
		return 0, err
	}
	return stats.Mean(recalls(rs, exact, k)), nil
}

// checkRecall returns an error when there is no mean recall at k.
func checkRecall(rs []Result, k int) error {
	switch {
	case len(rs) == 0:
		return errors.New("workbench: recall: there are no results: their mean recall is not known")
	case k <= 0:
		return fmt.Errorf("workbench: recall: k is %d, it must be positive", k)
	}
	return nil
}

// RecallOf is Recall against neighbours already known, such as OpenNeighbors reads:
// of each result's query, in any order, at least k, or All, of which recall is the share found. No results are an error.
func RecallOf(rs []Result, exact []Neighbors, k int) (float64, error) {
	if err := checkRecall(rs, k); err != nil {
		return 0, err
	}
	queries := make([]int, len(rs))
	for i := range rs {
		queries[i] = rs[i].Query
	}
	known, err := neighborsOf(queries, exact, k)
	if err != nil {
		return 0, fmt.Errorf("workbench: recall: %w", err)
	}
	return stats.Mean(recalls(rs, known, k)), nil
}

// recalls gives Top-k-Recall of each result; exact holds at least k neighbours,
// or all items, and not none, of the same queries in the same order.
func recalls(rs []Result, exact []Neighbors, k int) []float64 {
	out := make([]float64, len(rs))
	for i := range rs {
		want := exact[i].Items[:min(k, len(exact[i].Items))]
		out[i] = float64(rs[i].hits(want)) / float64(len(want))
	}
	return out
}

const neighborsKind = "axn neighbors 1"

// neighborsMeta describes saved neighbours.
type neighborsMeta struct {
	Kind string
	All  []int `json:",omitempty"` // the lists, from 0, that hold all items
}

// SaveNeighbors writes exact neighbours to one file, a zip of .npy files: per query
// its row and how many it has, then all items and scores, in single precision.
func SaveNeighbors(path string, list []Neighbors) error {
	var queries, lens, items []int32
	var scores []float32
	meta := neighborsMeta{Kind: neighborsKind}
	for i := range list {
		n := &list[i]
		if len(n.Items) != len(n.Scores) {
			return fmt.Errorf("workbench: save neighbors: query %d: %w: %d items, %d scores", n.Query, ErrShape, len(n.Items), len(n.Scores))
		}
		queries, lens = append(queries, int32(n.Query)), append(lens, int32(len(n.Items)))
		if n.All {
			meta.All = append(meta.All, i)
		}
		for j, it := range n.Items {
			items, scores = append(items, int32(it)), append(scores, float32(n.Scores[j]))
		}
	}
	err := files.Write(path, func(f *os.File) error {
		w := npz.NewWriter(f, meta)
		w.Ints("queries", queries)
		w.Ints("lens", lens)
		w.Ints("items", items)
		w.Floats("scores", npy.Array{Rows: len(scores), Cols: 1, Data: scores})
		return w.Close()
	})
	if err != nil {
		return fmt.Errorf("workbench: save neighbors: %w", err)
	}
	return nil
}

// OpenNeighbors reads a file that SaveNeighbors wrote.
func OpenNeighbors(path string) (list []Neighbors, err error) {
	err = files.Read(path, func(f *os.File, size int64) error {
		list, err = readNeighbors(f, size)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("workbench: open neighbors: %w", files.Instead(path, "OpenNeighbors", err))
	}
	return list, nil
}

func readNeighbors(f *os.File, size int64) ([]Neighbors, error) {
	var meta neighborsMeta
	r, err := npz.NewReader(f, size)
	if err == nil {
		err = r.Meta(&meta)
	}
	if err != nil {
		return nil, err
	}
	if meta.Kind != neighborsKind {
		return nil, fmt.Errorf("%w: its kind is %q, not %q", npz.ErrFormat, meta.Kind, neighborsKind)
	}
	queries, err1 := r.Ints("queries")
	lens, err2 := r.Ints("lens")
	items, err3 := r.Ints("items")
	scores, err4 := r.Floats("scores")
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			return nil, err
		}
	}
	list, err := cutNeighbors(queries, lens, items, scores.Data)
	if err != nil {
		return nil, err
	}
	for _, i := range meta.All {
		if i < 0 || i >= len(list) {
			return nil, fmt.Errorf("%w: list %d of %d is said to hold all items", npz.ErrFormat, i, len(list))
		}
		list[i].All = true
	}
	return list, nil
}

// cutNeighbors divides the joined lists by query.
func cutNeighbors(queries, lens, items []int32, scores []float32) ([]Neighbors, error) {
	if len(lens) != len(queries) || len(scores) != len(items) {
		return nil, fmt.Errorf("%w: lists of different lengths", npz.ErrFormat)
	}
	list := make([]Neighbors, len(queries))
	for i, q := range queries {
		k := int(lens[i])
		if q < 0 || k < 0 || k > len(items) {
			return nil, fmt.Errorf("%w: list %d, of query %d, claims %d neighbours, %d are left in the file", npz.ErrFormat, i, q, k, len(items))
		}
		n := &list[i]
		n.Query = int(q)
		for j := range k {
			n.Items, n.Scores = append(n.Items, int(items[j])), append(n.Scores, float64(scores[j]))
		}
		if k > 0 && slices.Min(n.Items) < 0 {
			return nil, fmt.Errorf("%w: query %d: no item has the row %d", npz.ErrFormat, q, slices.Min(n.Items))
		}
		items, scores = items[k:], scores[k:]
	}
	if len(items) > 0 {
		return nil, fmt.Errorf("%w: %d items are of no query", npz.ErrFormat, len(items))
	}
	return list, nil
}

// neighborsOf picks the neighbours of queries in their order, at least k of each, or all there are.
func neighborsOf(queries []int, list []Neighbors, k int) ([]Neighbors, error) {
	picked := make([]Neighbors, len(queries))
	for i, q := range queries {
		at := i // the usual order
		if at >= len(list) || list[at].Query != q {
			at = slices.IndexFunc(list, func(n Neighbors) bool { return n.Query == q })
		}
		switch {
		case at < 0 || len(list[at].Items) < k && !list[at].All:
			return nil, fmt.Errorf("the neighbours given for query %d are fewer than k = %d, and not said to be all that are allowed (Neighbors.All)", q, k)
		case len(list[at].Items) == 0:
			return nil, fmt.Errorf("query %d has no neighbours: no item is allowed, and there is no recall", q)
		}
		picked[i] = list[at]
	}
	return picked, nil
}

// Frame shows exact neighbours as a table: query, rank (from 1), item, score.
func (n Neighbors) Frame() dataframe.DataFrame {
	query, rank := make([]int, len(n.Items)), make([]int, len(n.Items))
	for i := range n.Items {
		query[i], rank[i] = n.Query, i+1
	}
	return dataframe.New(
		series.New(query, series.Int, "query"), series.New(rank, series.Int, "rank"),
		series.New(n.Items, series.Int, "item"), series.New(n.Scores, series.Float, "score"))
}

// Among returns the first k of the neighbours that allow lets pass, fewer if there are not so
// many: the exact neighbours under SearchOptions.Allow, where n holds all items (All). A nil allow lets all pass.
func (n Neighbors) Among(allow func(item int) bool, k int) Neighbors {
	kept := Neighbors{Query: n.Query, All: n.All}
	for i, it := range n.Items {
		if allow != nil && !allow(it) {
			continue
		}
		if kept.All = n.All && len(kept.Items) < k; len(kept.Items) < k {
			kept.Items, kept.Scores = append(kept.Items, it), append(kept.Scores, n.Scores[i])
		}
	}
	return kept
}
