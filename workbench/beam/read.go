package beam

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"axn/workbench"
)

func init() { register(readFn{}) }

// ReadJob is Dataset.ReadItems as a pipeline: ranges of items are read apart; the
// driver reduces the states to the view, which it writes beside what the cross-encoder
// scores each item alone, as view_ce.npy with axes_ce.npy, and ce_alone.npy.
type ReadJob struct {
	Corpus
	Model string // folder of the cross-encoder
	View  workbench.ViewOptions
	Out   string // folder; "" is the data set's
	Half  bool   // the view in float16 instead of float32
	Batch int    // items a range; 0 is 1024
}

// Read runs the job and returns the view.
func Read(ctx context.Context, j ReadJob) (workbench.View, error) {
	v, err := j.read(ctx)
	if err != nil {
		return v, fmt.Errorf("beam: read: %w", err)
	}
	return v, nil
}

func (j ReadJob) read(ctx context.Context) (v workbench.View, err error) {
	if j.Batch < 0 {
		return v, fmt.Errorf("batch %d: it cannot be negative", j.Batch)
	}
	d, err := j.openTexts()
	if err != nil {
		return v, err
	}
	ce, err := openReader(j.Model)
	if err != nil {
		return v, err
	}
	out := cmp.Or(j.Out, j.Dir)
	if err := os.MkdirAll(out, 0o755); err != nil {
		return v, err
	}
	work, err := os.MkdirTemp(out, ".read-")
	if err != nil {
		return v, err
	}
	defer os.RemoveAll(work)
	if err := states(ctx, j, len(d.Items), work); err != nil {
		return v, err
	}
	read := *d
	if v, err = read.ReadItems(ctx, readerOf{ce, filepath.Join(work, statesFile)}, j.View); err != nil {
		return v, err
	}
	if err := read.Alone.Save(filepath.Join(out, "ce_alone.npy")); err != nil {
		return v, err
	}
	if j.Half {
		return v, v.SaveHalf(out)
	}
	return v, v.Save(out)
}

// statesFile is where the workers put the items' states.
const statesFile = "states.npy"

// states has the workers read the items.
func states(ctx context.Context, j ReadJob, items int, work string) error {
	rows := []int{0, items}
	p, s := beam.NewPipelineWithRoot()
	ranges := beam.Reshuffle(s, beam.CreateList(s, passages(rows, cmp.Or(j.Batch, 1024))))
	blocks := beam.ParDo(s, &readFn{j.Corpus, j.Model}, ranges)
	beam.ParDo0(s, &saveRowsFn{work, []string{"", statesFile}, rows, false}, beam.GroupByKey(s, blocks))
	return run(ctx, p)
}

// readerOf is a cross-encoder whose states of all items lie in a file.
type readerOf struct {
	*workbench.CrossEncoder
	path string
}

// ReadItems returns the file's.
func (r readerOf) ReadItems(context.Context, []string) (*workbench.Matrix, error) {
	return workbench.OpenMatrix(r.path)
}

var readers kept[*workbench.CrossEncoder]

// openReader opens a cross-encoder once a process.
func openReader(model string) (*workbench.CrossEncoder, error) {
	return readers.get(model, func() (*workbench.CrossEncoder, error) { return workbench.OpenCrossEncoder(model) })
}

// readFn reads a range of items.
type readFn struct {
	Corpus Corpus
	Model  string
}

func (f *readFn) ProcessElement(ctx context.Context, p passage, emit func(int, block)) error {
	d, err := f.Corpus.openTexts()
	if err != nil {
		return err
	}
	ce, err := openReader(f.Model)
	if err != nil {
		return err
	}
	texts, err := p.texts(d)
	if err != nil {
		return err
	}
	m, err := ce.ReadItems(ctx, texts)
	if err != nil {
		return err
	}
	body, err := npyBody(m, false)
	emit(p.Of, block{p.Lo, m.Cols, body})
	return err
}
