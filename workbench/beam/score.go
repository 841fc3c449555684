package beam

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"axn/workbench"
)

func init() {
	register(span{}, planFn{}, scoreFn{}, saveScoresFn{})
	beam.RegisterCoder(reflect.TypeFor[task](), encodeTask, decodeTask)
}

// ScoreJob is workbench.Observe as a pipeline: it plans ranges of rows, groups what
// they choose by cell, scores each cell with its own cache file, and joins the
// cells' values to rows. Out holds what Scores.Save writes of Observe's result.
type ScoreJob struct {
	Corpus
	Scoring
	Sampling workbench.Sampling
	Out      string // file of the scores
}

// Score runs the job.
func Score(ctx context.Context, j ScoreJob) error {
	d, err := j.Corpus.open()
	if err == nil {
		err = cmp.Or(j.Scoring.check(), writable(j.Out))
	}
	rows := 0
	if err == nil {
		rows, err = j.Sampling.Rows(d)
	}
	if err == nil {
		p, s := beam.NewPipelineWithRoot()
		ranges := beam.Reshuffle(s, beam.CreateList(s, spans(rows, 4*j.Grid.cells())))
		tasks := beam.ParDo(s, &planFn{j.Corpus, j.Grid, j.Sampling}, ranges)
		scored := beam.ParDo(s, &scoreFn{j.Corpus, j.Scoring}, beam.GroupByKey(s, tasks))
		beam.ParDo0(s, &saveScoresFn{len(d.Items), j.Out}, beam.GroupByKey(s, scored))
		err = run(ctx, p)
	}
	if err != nil {
		return fmt.Errorf("beam: score: %w", err)
	}
	return nil
}

// task is what one cell has to do for one row, and, once it is scored, what came of
// it. Dense means all items of the cell's column.
type task struct {
	Row         int // in the plan
	Dense       bool
	Fingerprint string // of the cross-encoder that scored it; "" is not known
	workbench.ScoreRow
}

func encodeTask(t task) ([]byte, error) { return encode(t) }
func decodeTask(b []byte) (task, error) { return decode[task](b) }

// planFn plans rows and divides them among the cells.
type planFn struct {
	Corpus   Corpus
	Grid     Grid
	Sampling workbench.Sampling
}

func (f *planFn) ProcessElement(r span, emit func(int, task)) error {
	d, err := f.Corpus.open()
	if err != nil {
		return err
	}
	rows, err := f.Sampling.Plan(d, r.Lo, r.Hi)
	if err != nil {
		return err
	}
	for i, row := range rows {
		for column, part := range f.Grid.divide(d, row) {
			if part.Dense() || len(part.Items) > 0 {
				emit(f.Grid.cell(f.Grid.query(d, row.Query), column), task{Row: r.Lo + i, Dense: part.Dense(), ScoreRow: part})
			}
		}
	}
	return nil
}

// divide gives each column the row's entries that lie in it.
func (g Grid) divide(d *workbench.Dataset, row workbench.ScoreRow) []workbench.ScoreRow {
	parts := make([]workbench.ScoreRow, g.items())
	for column := range parts {
		parts[column].Query = row.Query
		if !row.Dense() {
			parts[column].Items = []int32{}
		}
	}
	for _, it := range row.Items {
		p := &parts[g.item(d, int(it))]
		p.Items = append(p.Items, it)
	}
	return parts
}

// scoreFn scores the tasks of one cell, batch by batch.
type scoreFn struct {
	Corpus  Corpus
	Scoring Scoring
}

func (f *scoreFn) ProcessElement(ctx context.Context, cell int, tasks func(*task) bool, emit func(int, task)) (err error) {
	d, err := f.Corpus.open()
	if err != nil {
		return err
	}
	column, err := f.Scoring.Grid.column(f.Corpus, cell%f.Scoring.Grid.items())
	if err != nil {
		return err
	}
	scorer, done, err := f.Scoring.open(ctx, d, cell)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	var batch []task
	pairs := 0
	flush := func() error {
		err := f.score(ctx, scorer, len(d.Items), batch, emit)
		batch, pairs = batch[:0], 0
		return err
	}
	var t task
	for tasks(&t) {
		if t.Dense {
			t.Items = column
		}
		batch, pairs = append(batch, t), pairs+len(t.Items)
		if pairs >= f.Scoring.batch() {
			if err := flush(); err != nil {
				return err
			}
		}
		t = task{}
	}
	return flush()
}

// score scores a batch and emits it, all cells of all rows to one place.
func (f *scoreFn) score(ctx context.Context, s workbench.Scorer, items int, batch []task, emit func(int, task)) error {
	plan := make([]workbench.ScoreRow, len(batch))
	for i := range batch {
		plan[i] = batch[i].ScoreRow
	}
	var g *workbench.Scores
	err := f.Scoring.retry(ctx, func() (err error) {
		g, err = workbench.ObserveRows(ctx, s, items, plan)
		return err
	})
	if err != nil {
		return err
	}
	for i, row := range g.Rows {
		t := batch[i]
		t.Values, t.Fingerprint = row.Values, g.Fingerprint
		emit(0, t)
	}
	return nil
}

// saveScoresFn joins all tasks to rows and writes them.
type saveScoresFn struct {
	Items int
	Out   string
}

func (f *saveScoresFn) ProcessElement(_ int, tasks func(*task) bool) error {
	byRow, g := map[int][]task{}, &workbench.Scores{Items: f.Items}
	var t task
	for tasks(&t) {
		if g.Fingerprint != t.Fingerprint && g.Fingerprint != "" && t.Fingerprint != "" {
			return fmt.Errorf("workers asked two cross-encoders, %q and %q: give all of them one, and score again", g.Fingerprint, t.Fingerprint)
		}
		g.Fingerprint = cmp.Or(g.Fingerprint, t.Fingerprint)
		byRow[t.Row] = append(byRow[t.Row], t)
		t = task{}
	}
	for r := range len(byRow) {
		row := join(byRow[r])
		g.Rows = append(g.Rows, row)
		g.Calls += row.Len()
	}
	return g.Save(f.Out)
}

// join puts a row's cells together in order of the items.
func join(parts []task) workbench.ScoreRow {
	type entry struct {
		item  int32
		value float32
	}
	row := workbench.ScoreRow{Query: parts[0].Query}
	var all []entry
	for _, p := range parts {
		for j, v := range p.Values {
			all = append(all, entry{p.Items[j], v})
		}
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Compare(a.item, b.item) })
	for _, e := range all {
		row.Values = append(row.Values, e.value)
		if !parts[0].Dense {
			row.Items = append(row.Items, e.item)
		}
	}
	return row
}
