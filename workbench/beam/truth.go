package beam

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"axn/workbench"
)

func init() {
	register(spreadFn{}, nearestFn{}, oneFn{}, topFn{}, saveTruthFn{})
	beam.RegisterCoder(reflect.TypeFor[workbench.Neighbors](), encodeNeighbors, decodeNeighbors)
}

// TruthJob is workbench.Exact as a pipeline: each column of the grid finds its own
// k nearest items of a query, and a combine keeps the best of them. Out holds what
// workbench.SaveNeighbors writes of Exact's result.
type TruthJob struct {
	Corpus
	Scoring
	Queries []int // rows; nil is the data set's test queries
	K       int
	Out     string // file of the neighbours
}

// Truth runs the job.
func Truth(ctx context.Context, j TruthJob) error {
	d, err := j.Corpus.open()
	if err == nil {
		err = j.Scoring.check()
	}
	if err == nil && j.Queries == nil {
		j.Queries = d.Test
	}
	if err == nil {
		err = checkTruth(d, j)
	}
	if err == nil {
		err = writable(j.Out)
	}
	if err == nil {
		p, s := beam.NewPipelineWithRoot()
		queries := beam.Reshuffle(s, beam.CreateList(s, j.Queries))
		cells := beam.ParDo(s, &spreadFn{j.Corpus, j.Grid}, queries)
		parts := beam.ParDo(s, &nearestFn{j.Corpus, j.Scoring, j.K}, beam.GroupByKey(s, cells))
		best := beam.CombinePerKey(s, &topFn{j.K}, parts)
		beam.ParDo0(s, &saveTruthFn{j.Queries, j.Out, j.K >= len(d.Items)}, beam.GroupByKey(s, beam.ParDo(s, &oneFn{}, best)))
		err = run(ctx, p)
	}
	if err != nil {
		return fmt.Errorf("beam: truth: %w", err)
	}
	return nil
}

func checkTruth(d *workbench.Dataset, j TruthJob) error {
	if j.K <= 0 || len(j.Queries) == 0 {
		return fmt.Errorf("k %d, %d queries: both must be positive", j.K, len(j.Queries))
	}
	seen := map[int]bool{}
	for _, q := range j.Queries {
		if q < 0 || q >= len(d.Queries) || seen[q] {
			return fmt.Errorf("query row %d is given twice, or none of %d", q, len(d.Queries))
		}
		seen[q] = true
	}
	return nil
}

func encodeNeighbors(n workbench.Neighbors) ([]byte, error) { return encode(n) }
func decodeNeighbors(b []byte) (workbench.Neighbors, error) {
	return decode[workbench.Neighbors](b)
}

// spreadFn sends a query to every column of the grid.
type spreadFn struct {
	Corpus Corpus
	Grid   Grid
}

func (f *spreadFn) ProcessElement(query int, emit func(int, int)) error {
	d, err := f.Corpus.open()
	if err != nil {
		return err
	}
	for column := range f.Grid.items() {
		emit(f.Grid.cell(f.Grid.query(d, query), column), query)
	}
	return nil
}

// nearestFn finds a cell's own nearest items of each of its queries.
type nearestFn struct {
	Corpus  Corpus
	Scoring Scoring
	K       int
}

func (f *nearestFn) ProcessElement(ctx context.Context, cell int, queries func(*int) bool, emit func(int, workbench.Neighbors)) (err error) {
	d, err := f.Corpus.open()
	if err != nil {
		return err
	}
	column, err := f.Scoring.Grid.column(f.Corpus, cell%f.Scoring.Grid.items())
	if err != nil || len(column) == 0 {
		return err
	}
	scorer, done, err := f.Scoring.open(ctx, d, cell)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	var q int
	for queries(&q) {
		n, err := f.nearest(ctx, among(scorer, column), q, len(column))
		if err != nil {
			return err
		}
		for i, it := range n.Items {
			n.Items[i] = int(column[it])
		}
		emit(q, n)
	}
	return nil
}

func (f *nearestFn) nearest(ctx context.Context, s workbench.Scorer, q, items int) (n workbench.Neighbors, err error) {
	part := &workbench.Dataset{Items: make([]workbench.Item, items)}
	err = f.Scoring.retry(ctx, func() error {
		all, err := workbench.Exact(ctx, s, part, []int{q}, f.K)
		if err == nil {
			n = all[0]
		}
		return err
	})
	return n, err
}

// among scores a column's items by their place in it.
func among(s workbench.Scorer, column []int32) workbench.Scorer {
	return workbench.ScorerFunc(func(ctx context.Context, pairs []workbench.Pair) ([]float64, error) {
		there := make([]workbench.Pair, len(pairs))
		for i, p := range pairs {
			there[i] = workbench.Pair{Query: p.Query, Item: int(column[p.Item])}
		}
		return s.Score(ctx, there)
	})
}

// topFn keeps the K best neighbours of a query: highest score first, ties by
// lower item row.
type topFn struct{ K int }

func (f *topFn) MergeAccumulators(a, b workbench.Neighbors) workbench.Neighbors {
	best := workbench.Neighbors{Query: b.Query}
	for i, j := 0, 0; len(best.Items) < f.K && i+j < len(a.Items)+len(b.Items); {
		from, at := &a, &i
		if i == len(a.Items) || j < len(b.Items) && (b.Scores[j] > a.Scores[i] || b.Scores[j] == a.Scores[i] && b.Items[j] < a.Items[i]) {
			from, at = &b, &j
		}
		best.Items, best.Scores = append(best.Items, from.Items[*at]), append(best.Scores, from.Scores[*at])
		*at++
	}
	return best
}

// oneFn sends all queries to one place.
type oneFn struct{}

func (*oneFn) ProcessElement(_ int, n workbench.Neighbors) (int, workbench.Neighbors) { return 0, n }

// saveTruthFn writes the neighbours in the order of the queries.
type saveTruthFn struct {
	Queries []int
	Out     string
	All     bool // there are no more items than K
}

func (f *saveTruthFn) ProcessElement(_ int, list func(*workbench.Neighbors) bool) error {
	byQuery := map[int]workbench.Neighbors{}
	var n workbench.Neighbors
	for list(&n) {
		byQuery[n.Query] = n
		n = workbench.Neighbors{}
	}
	var all []workbench.Neighbors
	for _, q := range f.Queries {
		if n, ok := byQuery[q]; ok {
			n.All = f.All
			all = append(all, n)
		}
	}
	if len(all) != len(f.Queries) {
		return errors.New("some queries have no neighbours")
	}
	return workbench.SaveNeighbors(f.Out, all)
}
