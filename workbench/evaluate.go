package workbench

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"axn/workbench/internal/judge"
	"axn/workbench/internal/stats"
)

// Evaluation holds measures of rankings against relevance judgements. All values lie
// between 0 and 1.
type Evaluation struct {
	Measures []string    // as Evaluate was asked for them, written the one way
	Queries  []int       // rows of the judged queries, in the order of the results
	Means    []float64   // by measure, over Queries
	PerQuery [][]float64 // by measure, then by query as in Queries
}

// Evaluate measures rankings by the relevance judgements of a data set: its Qrels, else
// the Gold of its queries. Measures are written as in nDCG@10, nDCG(gain=exp)@10, MRR@10,
// MAP@100, P@10, P(rel=2)@10, R@100, Success@1, Rprec, RBP(p=0.8) and Judged@10; without a
// number all ranks count. trec_eval's names, such as ndcg_cut_10, are read too.
//
// Values are trec_eval's, in its default mode: items are ranked by score, rounded to
// float32, and where scores tie by id in descending order; an item without judgement
// is not relevant; a judgement of an item that the data set lacks does not count, where trec_eval
// takes the item for one that was not found (Dataset.Judgements has their number); results of queries that are not judged are left out, and it is an
// error if that leaves none. A query with judgements and nothing relevant counts as 0.
func Evaluate(d *Dataset, rs []Result, measures ...string) (*Evaluation, error) {
	fail := func(err error) (*Evaluation, error) { return nil, fmt.Errorf("workbench: evaluate: %w", err) }
	if len(measures) == 0 {
		return fail(fmt.Errorf("no measure is named: %s", judge.Names))
	}
	ms, err := parseMeasures(measures)
	if err != nil {
		return fail(err)
	}
	lists, queries, err := d.judgedLists(rs)
	if err != nil {
		return fail(err)
	}
	if len(queries) == 0 {
		return fail(fmt.Errorf("none of the %d results is of a query that %s has judgements for; OpenQrels reads some", len(rs), d.Name))
	}
	e := &Evaluation{Queries: queries}
	for _, m := range ms {
		values := make([]float64, len(lists))
		for i, l := range lists {
			values[i] = m.Of(l)
		}
		e.Measures, e.PerQuery, e.Means = append(e.Measures, m.String()), append(e.PerQuery, values), append(e.Means, stats.Mean(values))
	}
	return e, nil
}

func parseMeasures(names []string) ([]judge.Measure, error) {
	ms := make([]judge.Measure, len(names))
	for i, name := range names {
		var err error
		if ms[i], err = judge.Parse(name); err != nil {
			return nil, err
		}
	}
	return ms, nil
}

// judgedLists grades the rankings of the judged queries among the results.
func (d *Dataset) judgedLists(rs []Result) (lists []judge.List, queries []int, err error) {
	if err := d.checkAmong(rs); err != nil {
		return nil, nil, err
	}
	for i := range rs {
		q := rs[i].Query
		if q < 0 || q >= len(d.Queries) {
			return nil, nil, fmt.Errorf("result %d is of query row %d, %s has %d queries", i, q, d.Name, len(d.Queries))
		}
		grades := d.grades(q)
		if grades == nil {
			continue
		}
		l, err := d.judgedList(&rs[i], grades)
		if err != nil {
			return nil, nil, fmt.Errorf("query %d (%s): %w", q, d.Queries[q].ID, err)
		}
		lists, queries = append(lists, l), append(queries, q)
	}
	return lists, queries, nil
}

func (d *Dataset) judgedList(r *Result, grades map[int]int) (judge.List, error) {
	items, err := d.trecOrder(r)
	if err != nil {
		return judge.List{}, err
	}
	l := judge.List{Grades: make([]int, len(items))}
	for i, it := range items {
		grade, ok := grades[it]
		if !ok {
			grade = judge.Unjudged
		}
		l.Grades[i] = grade
	}
	for _, g := range grades {
		l.Judged = append(l.Judged, g)
	}
	slices.SortFunc(l.Judged, func(a, b int) int { return b - a })
	return l, nil
}

// trecOrder returns the items of a result as trec_eval ranks them: by score in float32,
// best first, ties by id in descending order. It returns an error for an item that is
// not in the data set or is there twice, and for scores that are not one an item.
func (d *Dataset) trecOrder(r *Result) ([]int, error) {
	if len(r.Scores) != len(r.Items) {
		return nil, fmt.Errorf("%w: %d items and %d scores", ErrShape, len(r.Items), len(r.Scores))
	}
	order, seen := make([]int, len(r.Items)), make(map[int]bool, len(r.Items))
	for i, it := range r.Items {
		switch {
		case it < 0 || it >= len(d.Items):
			return nil, fmt.Errorf("item row %d of %d", it, len(d.Items))
		case seen[it]:
			return nil, fmt.Errorf("item row %d (%s) is there twice", it, d.Items[it].ID)
		case r.Scores[i] != r.Scores[i]:
			return nil, fmt.Errorf("the score of item row %d (%s) is NaN", it, d.Items[it].ID)
		}
		order[i], seen[it] = i, true
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(float32(r.Scores[b]), float32(r.Scores[a])), cmp.Compare(d.Items[r.Items[b]].ID, d.Items[r.Items[a]].ID))
	})
	for i, at := range order {
		order[i] = r.Items[at]
	}
	return order, nil
}

// NDCG is the mean over judged queries of the normalised discounted cumulative gain of
// the first k ranks, gains being the grades (Järvelin and Kekäläinen 2002); k = 0 takes
// all ranks. It is Evaluate's nDCG@k.
func NDCG(d *Dataset, rs []Result, k int) (float64, error) { return evaluateOne(d, rs, "nDCG", k) }

// MRR is the mean over judged queries of 1 over the rank of the first relevant item, 0
// where none is among the first k; k = 0 takes all ranks. It is Evaluate's MRR@k.
func MRR(d *Dataset, rs []Result, k int) (float64, error) { return evaluateOne(d, rs, "MRR", k) }

// AveragePrecision is the mean over judged queries of average precision (MAP), the
// ranking cut at k; k = 0 takes all ranks. It is Evaluate's MAP@k.
func AveragePrecision(d *Dataset, rs []Result, k int) (float64, error) {
	return evaluateOne(d, rs, "MAP", k)
}

// Precision is the mean over judged queries of the share of relevant items among the
// first k ranks. It is Evaluate's P@k.
func Precision(d *Dataset, rs []Result, k int) (float64, error) { return evaluateOne(d, rs, "P", k) }

// Success is the share of judged queries with a relevant item among the first k ranks.
// It is Evaluate's Success@k.
func Success(d *Dataset, rs []Result, k int) (float64, error) {
	return evaluateOne(d, rs, "Success", k)
}

func evaluateOne(d *Dataset, rs []Result, measure string, k int) (float64, error) {
	if k < 0 {
		return 0, fmt.Errorf("workbench: evaluate: k is %d, it cannot be negative", k)
	}
	if k > 0 {
		measure = fmt.Sprintf("%s@%d", measure, k)
	}
	e, err := Evaluate(d, rs, measure)
	if err != nil {
		return 0, err
	}
	return e.Means[0], nil
}

// Frame shows one row per measure: measure, mean, low and high (95 % bootstrap interval
// of the mean over queries), queries.
func (e *Evaluation) Frame() dataframe.DataFrame {
	n := len(e.Measures)
	low, high, queries := make([]float64, n), make([]float64, n), make([]int, n)
	for i, values := range e.PerQuery {
		low[i], high[i] = stats.Bootstrap(values)
		queries[i] = len(values)
	}
	return dataframe.New(series.New(e.Measures, series.String, "measure"), series.New(e.Means, series.Float, "mean"),
		series.New(low, series.Float, "low"), series.New(high, series.Float, "high"), series.New(queries, series.Int, "queries"))
}

// ByQuery shows one row per judged query: query, then a column for each measure.
func (e *Evaluation) ByQuery() dataframe.DataFrame {
	columns := []series.Series{series.New(e.Queries, series.Int, "query")}
	for i, name := range e.Measures {
		columns = append(columns, series.New(e.PerQuery[i], series.Float, name))
	}
	return dataframe.New(columns...)
}

// String fits one line.
func (e *Evaluation) String() string {
	text := fmt.Sprintf("Evaluation of %d queries", len(e.Queries))
	for i, name := range e.Measures {
		text += fmt.Sprintf(", %s %.3f", name, e.Means[i])
	}
	return text
}
