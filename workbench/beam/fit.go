package beam

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"axn/workbench"
	"axn/workbench/internal/calibrate"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/files"
)

func init() {
	register(fitFn{}, addFn{}, saveSumsFn{})
	beam.RegisterCoder(reflect.TypeFor[calibrate.Sums](), encodeSums, decodeSums)
}

// FitJob is workbench.Factorize by Calibrated with the work on the observed rows
// done in parts. The driver iterates: each step of the fit is one pipeline, in which
// the parts' sums are combined. A worker reads of the item vectors and views those that its parts'
// rows have observed, keeps what it has prepared from step to step, and prepares it anew where it
// must.
type FitJob struct {
	Corpus
	Scores string // file of the observed scores
	Work   string // folder for what steps and sums are handed over in; "" is Out's
	Parts  int    // of the rows; 0 is 8
	Out    string // file of the index

	// Workers are addresses of processes that ServeWorker runs on the machine of a standalone
	// prism, to which --endpoint leads; none is where the flags say. A step that loses one is
	// done again by the others.
	Workers []string
}

// Fit runs the job and returns the index, which it also saves.
func Fit(ctx context.Context, j FitJob) (*workbench.Index, error) {
	ix, err := j.fit(ctx)
	if err == nil {
		err = ix.Save(j.Out)
	}
	if err != nil {
		return nil, fmt.Errorf("beam: fit: %w", err)
	}
	return ix, nil
}

func (j FitJob) fit(ctx context.Context) (*workbench.Index, error) {
	if j.Parts < 0 {
		return nil, fmt.Errorf("%d parts: it cannot be negative", j.Parts)
	}
	if err := writable(j.Out); err != nil {
		return nil, err
	}
	d, err := j.open()
	if err != nil {
		return nil, err
	}
	g, err := workbench.OpenScores(j.Scores)
	if err != nil {
		return nil, err
	}
	for _, path := range []*string{&j.Dir, &j.Scores, &j.Work, &j.Out} { // workers may be in another folder
		if *path == "" {
			continue
		}
		if *path, err = filepath.Abs(*path); err != nil {
			return nil, err
		}
	}
	work, err := os.MkdirTemp(cmp.Or(j.Work, filepath.Dir(j.Out)), ".fit-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	parts := spans(len(g.Rows), cmp.Or(j.Parts, 8))
	run := fmt.Sprint(work, time.Now().UnixNano())
	return workbench.FactorizeRows(ctx, d, g, func(ctx context.Context, s *calibrate.Step) (*calibrate.Sums, error) {
		return step(ctx, j.Workers, fitFn{j.Corpus, j.Scores, run, filepath.Join(work, "step")}, parts, s)
	})
}

// step does one step of a fit in a pipeline.
func step(ctx context.Context, workers crew, f fitFn, parts []span, s *calibrate.Step) (*calibrate.Sums, error) {
	if err := writeGob(f.Step, s); err != nil {
		return nil, err
	}
	out := f.Step + ".sums"
	err := workers.untilDone(func(up crew) error {
		p, scope := beam.NewPipelineWithRoot()
		beam.ParDo0(scope, &saveSumsFn{out}, beam.Combine(scope, &addFn{}, up.each(scope, &f, parts)))
		return up.run(ctx, p)
	})
	if err != nil {
		return nil, err
	}
	return readGob[calibrate.Sums](out)
}

func encodeSums(s calibrate.Sums) ([]byte, error) { return encode(s) }
func decodeSums(b []byte) (calibrate.Sums, error) { return decode[calibrate.Sums](b) }

// fitFn does a step for a range of rows.
type fitFn struct {
	Corpus            Corpus
	Scores, Run, Step string
}

func (f *fitFn) ProcessElement(r span, emit func(calibrate.Sums)) error {
	rows, err := f.worker(r)
	if err != nil {
		return err
	}
	s, err := readGob[calibrate.Step](f.Step)
	if err != nil {
		return err
	}
	sums, err := rows.Sum(s, r.Lo, r.Hi)
	if err == nil {
		emit(*sums)
	}
	return err
}

// fitting is the fit that this worker process has parts of the rows prepared for.
var fitting struct {
	sync.Mutex
	run     string
	problem *calibrate.Problem
	workers map[span]*calibrate.Worker
}

// worker returns that of a part of the rows, which knows the items of these alone.
func (f *fitFn) worker(r span) (*calibrate.Worker, error) {
	fitting.Lock()
	defer fitting.Unlock()
	if fitting.run != f.Run {
		problem, err := f.problem()
		if err != nil {
			return nil, err
		}
		fitting.run, fitting.problem, fitting.workers = f.Run, problem, map[span]*calibrate.Worker{}
	}
	if fitting.workers[r] == nil {
		w, err := calibrate.NewWorker(fitting.problem, r.Lo, r.Hi, f.Corpus.readItems)
		if err != nil {
			return nil, err
		}
		fitting.workers[r] = w
	}
	return fitting.workers[r], nil
}

// problem is that of the driver without the items.
func (f *fitFn) problem() (*calibrate.Problem, error) {
	g, err := workbench.OpenScores(f.Scores)
	if err != nil {
		return nil, err
	}
	queries, err := workbench.OpenMatrix(filepath.Join(f.Corpus.Dir, "de_queries.npy"))
	if err != nil {
		return nil, err
	}
	in := &calibrate.Problem{Queries: f32.View(queries.Data, queries.Rows, queries.Cols), Alone: files.Exists(filepath.Join(f.Corpus.Dir, aloneFile))}
	for _, r := range g.Rows {
		in.Rows = append(in.Rows, calibrate.Row{Query: r.Query, Items: r.Items, Values: r.Values})
	}
	return in, nil
}

// addFn adds sums up.
type addFn struct{}

func (*addFn) MergeAccumulators(a, b calibrate.Sums) calibrate.Sums {
	a.Add(&b)
	return a
}

// saveSumsFn hands the sum over to the driver.
type saveSumsFn struct{ Out string }

func (f *saveSumsFn) ProcessElement(s calibrate.Sums) error { return writeGob(f.Out, &s) }
