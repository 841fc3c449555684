package beam

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"axn/workbench"
	"axn/workbench/internal/files"
	"axn/workbench/internal/npy"
)

func init() {
	register(passage{}, embedFn{}, saveRowsFn{})
	beam.RegisterCoder(reflect.TypeFor[block](), encodeBlock, decodeBlock)
}

// EmbedJob is Dataset.Embed as a pipeline: ranges of texts are encoded apart and
// written to their place in de_queries.npy and de_items.npy.
type EmbedJob struct {
	Corpus
	Model string // folder of the dual encoder
	Out   string // folder; "" is the data set's
	Half  bool   // float16 instead of float32
	Batch int    // texts a range; 0 is 1024
}

// Whose texts a passage has: the places of their rows in a saveRowsFn's Files.
const (
	queryTexts = iota
	itemTexts
)

// passage is a range of the queries' or the items' texts.
type passage struct{ Of, Lo, Hi int }

// Embed runs the job.
func Embed(ctx context.Context, j EmbedJob) error {
	d, err := j.openTexts()
	if err == nil && j.Batch < 0 {
		err = fmt.Errorf("batch %d: it cannot be negative", j.Batch)
	}
	if err == nil {
		_, err = encoders.get(j.Model, func() (*workbench.TextEncoder, error) { return workbench.OpenDualEncoder(j.Model) })
	}
	if err == nil {
		err = os.MkdirAll(cmp.Or(j.Out, j.Dir), 0o755)
	}
	if err == nil {
		rows := []int{len(d.Queries), len(d.Items)}
		p, s := beam.NewPipelineWithRoot()
		ranges := beam.Reshuffle(s, beam.CreateList(s, passages(rows, cmp.Or(j.Batch, 1024))))
		blocks := beam.ParDo(s, &embedFn{j.Corpus, j.Model, j.Half}, ranges)
		beam.ParDo0(s, &saveRowsFn{cmp.Or(j.Out, j.Dir), []string{"de_queries.npy", "de_items.npy"}, rows, j.Half}, beam.GroupByKey(s, blocks))
		err = run(ctx, p)
	}
	if err != nil {
		return fmt.Errorf("beam: embed: %w", err)
	}
	return nil
}

func passages(rows []int, batch int) (list []passage) {
	for of, n := range rows {
		for _, r := range spans(n, (n+batch-1)/batch) {
			list = append(list, passage{of, r.Lo, r.Hi})
		}
	}
	return list
}

// block is some rows of a matrix as they lie in the file.
type block struct {
	Lo, Cols int
	Bytes    []byte
}

func encodeBlock(b block) ([]byte, error) { return encode(b) }
func decodeBlock(b []byte) (block, error) { return decode[block](b) }

var encoders kept[*workbench.TextEncoder]

// embedFn encodes a range of texts.
type embedFn struct {
	Corpus Corpus
	Model  string
	Half   bool
}

func (f *embedFn) ProcessElement(ctx context.Context, p passage, emit func(int, block)) error {
	d, err := f.Corpus.openTexts()
	if err != nil {
		return err
	}
	e, err := encoders.get(f.Model, func() (*workbench.TextEncoder, error) { return workbench.OpenDualEncoder(f.Model) })
	if err != nil {
		return err
	}
	list, err := p.texts(d)
	if err != nil {
		return err
	}
	m, err := e.Encode(ctx, list)
	if err != nil {
		return err
	}
	body, err := npyBody(m, f.Half)
	emit(p.Of, block{p.Lo, m.Cols, body})
	return err
}

// texts returns those of the passage.
func (p passage) texts(d *workbench.Dataset) ([]string, error) {
	list := make([]string, p.Hi-p.Lo)
	for i := range list {
		what, id := "query", ""
		if row := p.Lo + i; p.Of == queryTexts {
			list[i], id = d.Queries[row].Text, d.Queries[row].ID
		} else {
			what, list[i], id = "item", d.Items[row].Text, d.Items[row].ID
		}
		if list[i] == "" {
			return nil, fmt.Errorf("%s row %d (%s) of %s has no text: texts.jsonl in its folder gives one; domains of WordNet take theirs from an installed WordNet by -wordnet", what, p.Lo+i, id, d.Name)
		}
	}
	return list, nil
}

// npyBody is what a .npy file holds after its header.
func npyBody(m *workbench.Matrix, half bool) ([]byte, error) {
	var b bytes.Buffer
	err := npy.Write(&b, npy.Array{Rows: m.Rows, Cols: m.Cols, Data: m.Data}, half)
	return b.Bytes()[b.Len()-len(m.Data)*width(half):], err
}

// width is the bytes of a value.
func width(half bool) int {
	if half {
		return 2
	}
	return 4
}

// saveRowsFn writes each block to its place in one of the files.
type saveRowsFn struct {
	Dir   string
	Files []string
	Rows  []int // of each
	Half  bool
}

func (f *saveRowsFn) ProcessElement(of int, blocks func(*block) bool) error {
	return files.Write(filepath.Join(f.Dir, f.Files[of]), func(file *os.File) error {
		var header bytes.Buffer
		var b block
		for blocks(&b) {
			if header.Len() == 0 {
				if err := npy.Write(&header, npy.Array{Rows: f.Rows[of], Cols: b.Cols}, f.Half); err != nil {
					return err
				}
			}
			if _, err := file.WriteAt(b.Bytes, int64(header.Len())+int64(b.Lo)*int64(b.Cols*width(f.Half))); err != nil {
				return err
			}
			b = block{}
		}
		_, err := file.WriteAt(header.Bytes(), 0)
		return err
	})
}
