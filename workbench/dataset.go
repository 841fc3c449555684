package workbench

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"axn/workbench/internal/f32"
)

// Query is what is searched for.
type Query struct {
	ID   string
	Text string // what the cross-encoder reads; empty when there is none
	Gold int    // row of the relevant item, -1 when unknown
}

// String fits one line, if the text does.
func (q Query) String() string {
	if q.Gold < 0 {
		return fmt.Sprintf("Query %s: %s", q.ID, q.Text)
	}
	return fmt.Sprintf("Query %s: %s (relevant: item row %d)", q.ID, q.Text, q.Gold)
}

// Item is what is found.
type Item struct {
	ID     string
	Lemmas string // a short name to show, such as the words of a sense
	Text   string // what the cross-encoder reads; empty when there is none
}

// DualEmbeddings are the dual encoder's vectors, one row per query or item of
// the data set, |Q|×d and |I|×d; their dot product is its score.
type DualEmbeddings struct{ Queries, Items *Matrix }

// similarities sets dst[i] to the dual encoder's score of item i for the query
// vector x: V·x.
func (e DualEmbeddings) similarities(dst, x []float32) { f32.Gemv(dst, e.Items.view(), x) }

// Dataset is a search task: queries, items, which queries may train an index
// and which test it, and the dual encoder's vectors. Everything else refers to
// queries and items by their row here.
type Dataset struct {
	Name        string
	Dir         string // the folder it was opened from, "" if made in memory
	Queries     []Query
	Items       []Item
	Train, Test []int // rows of Queries
	DE          DualEmbeddings
	Views       []View  // further features of the items; may be empty
	Alone       *Matrix // |I|×1: the cross-encoder's score of each item beside an empty query; nil if not known
}

// OpenDataset reads a dataset folder: queries.tsv (query, gold_item, gold_row,
// split), items.tsv (item, lemmas), de_queries.npy and de_items.npy, and, when they
// are there, item views view_NAME.npy (items × any width, in order of name) and
// texts.jsonl. Columns are found by name; only the ids and the split are required.
// Cross-encoder scores are read by Scorer.
func OpenDataset(dir string) (*Dataset, error) {
	d := &Dataset{Name: filepath.Base(filepath.Clean(dir)), Dir: dir}
	return d.open(d.openQueries, d.openItems, d.openVectors, d.openViews, d.openAlone, d.openTexts, d.Check)
}

// OpenTexts is OpenDataset for a folder whose vectors are still to be made.
func OpenTexts(dir string) (*Dataset, error) {
	d := &Dataset{Name: filepath.Base(filepath.Clean(dir)), Dir: dir}
	return d.open(d.openQueries, d.openItems, d.openTexts, d.checkRows)
}

func (d *Dataset) open(steps ...func() error) (*Dataset, error) {
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, fmt.Errorf("workbench: open dataset %s: %w", d.Dir, err)
		}
	}
	return d, nil
}

// Check returns an error that names the first thing that does not fit: vectors or
// views of another shape, a view's value that is not finite, no queries or items, a
// split or gold row out of range, an id given twice.
func (d *Dataset) Check() error {
	q, v := d.DE.Queries, d.DE.Items
	if q == nil || v == nil {
		return errors.New("no dual-encoder vectors; Embed makes them")
	}
	if q.Rows != len(d.Queries) || v.Rows != len(d.Items) || q.Cols != v.Cols {
		return fmt.Errorf("%w: %d queries and %d items, vectors %d×%d and %d×%d",
			ErrShape, len(d.Queries), len(d.Items), q.Rows, q.Cols, v.Rows, v.Cols)
	}
	if err := cmp.Or(d.checkViews(), d.checkAlone()); err != nil {
		return err
	}
	return d.checkRows()
}

// checkRows is Check without the vectors.
func (d *Dataset) checkRows() error {
	if len(d.Queries) == 0 || len(d.Items) == 0 {
		return fmt.Errorf("%d queries and %d items: need at least one of each", len(d.Queries), len(d.Items))
	}
	for _, rows := range [][]int{d.Train, d.Test} {
		for _, r := range rows {
			if r < 0 || r >= len(d.Queries) {
				return fmt.Errorf("split names query row %d of %d", r, len(d.Queries))
			}
		}
	}
	for row, q := range d.Queries {
		if q.Gold < -1 || q.Gold >= len(d.Items) {
			return fmt.Errorf("query row %d (%s): gold row %d of %d items", row, q.ID, q.Gold, len(d.Items))
		}
	}
	return errors.Join(unique("query", len(d.Queries), func(i int) string { return d.Queries[i].ID }),
		unique("item", len(d.Items), func(i int) string { return d.Items[i].ID }))
}

func unique(what string, n int, id func(int) string) error {
	seen := make(map[string]int, n)
	for i := range n {
		if j, ok := seen[id(i)]; ok {
			return fmt.Errorf("%s rows %d and %d share the id %q", what, j, i, id(i))
		}
		seen[id(i)] = i
	}
	return nil
}

// Scorer looks scores up in the folder's ce_scores.npy (queries × items). It
// returns an error that wraps fs.ErrNotExist when the folder has none.
func (d *Dataset) Scorer() (Scorer, error) {
	if d.Dir == "" {
		return nil, fmt.Errorf("workbench: dataset %s was made in memory and has no ce_scores.npy: %w", d.Name, fs.ErrNotExist)
	}
	m, err := OpenMatrix(filepath.Join(d.Dir, "ce_scores.npy"))
	if err != nil {
		return nil, err
	}
	if m.Rows != len(d.Queries) || m.Cols != len(d.Items) {
		return nil, fmt.Errorf("workbench: %s: %w: scores %d×%d, %d queries and %d items",
			d.Dir, ErrShape, m.Rows, m.Cols, len(d.Queries), len(d.Items))
	}
	return LookUp(m), nil
}

// String fits one line.
func (d *Dataset) String() string {
	vectors := "no vectors"
	if d.DE.Items != nil {
		vectors = fmt.Sprintf("%d-d vectors", d.DE.Items.Cols)
	}
	for _, v := range d.Views {
		vectors += fmt.Sprintf(", view %s %d-d", v.Name, v.Items.Cols)
	}
	return fmt.Sprintf("Dataset %s: %d items, %d queries (%d train, %d test), %s",
		d.Name, len(d.Items), len(d.Queries), len(d.Train), len(d.Test), vectors)
}

func (d *Dataset) openQueries() error {
	return readTSV(filepath.Join(d.Dir, "queries.tsv"), []string{"query", "split"}, func(row func(string) string) error {
		q := Query{ID: row("query"), Gold: -1}
		if g := row("gold_row"); g != "" {
			n, err := strconv.Atoi(g)
			if err != nil {
				return fmt.Errorf("gold_row %q is not a row number", g)
			}
			q.Gold = n
		}
		d.Queries = append(d.Queries, q)
		return d.assign(len(d.Queries)-1, row("split"))
	})
}

func (d *Dataset) openItems() error {
	return readTSV(filepath.Join(d.Dir, "items.tsv"), []string{"item"}, func(row func(string) string) error {
		d.Items = append(d.Items, Item{ID: row("item"), Lemmas: row("lemmas")})
		return nil
	})
}

func (d *Dataset) openVectors() (err error) {
	if d.DE.Queries, err = OpenMatrix(filepath.Join(d.Dir, "de_queries.npy")); err != nil {
		return err
	}
	d.DE.Items, err = OpenMatrix(filepath.Join(d.Dir, "de_items.npy"))
	return err
}

// openTexts fills Text from texts.jsonl: one object a line with "query" or
// "item" (the id) and "text". Ids of other rows are passed over.
func (d *Dataset) openTexts() error {
	f, err := os.Open(filepath.Join(d.Dir, "texts.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	queries, items := d.byID()
	dec := json.NewDecoder(bufio.NewReader(f))
	for line := 1; ; line++ {
		var t struct{ Query, Item, Text string }
		if err := dec.Decode(&t); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("texts.jsonl, object %d: %w", line, err)
		}
		if i, ok := queries[t.Query]; ok && t.Query != "" {
			d.Queries[i].Text = t.Text
		}
		if i, ok := items[t.Item]; ok && t.Item != "" {
			d.Items[i].Text = t.Text
		}
	}
}

// byID maps ids to rows.
func (d *Dataset) byID() (queries, items map[string]int) {
	queries, items = make(map[string]int, len(d.Queries)), make(map[string]int, len(d.Items))
	for i, q := range d.Queries {
		queries[q.ID] = i
	}
	for i, it := range d.Items {
		items[it.ID] = i
	}
	return queries, items
}

// readTSV calls each for every line after the header with a function that
// returns the value of a named column, "" where the file lacks it. Its errors
// name file and line.
func readTSV(path string, required []string, each func(row func(column string) string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	var header []string
	for line := 1; sc.Scan(); line++ {
		cells := strings.Split(strings.TrimSuffix(sc.Text(), "\r"), "\t")
		if header == nil {
			for _, c := range required {
				if !slices.Contains(cells, c) {
					return fmt.Errorf("%s: no column %q in the header", path, c)
				}
			}
			header = cells
			continue
		}
		if len(cells) != len(header) {
			return fmt.Errorf("%s, line %d: %d columns, the header has %d", path, line, len(cells), len(header))
		}
		err := each(func(column string) string {
			if i := slices.Index(header, column); i >= 0 {
				return cells[i]
			}
			return ""
		})
		if err != nil {
			return fmt.Errorf("%s, line %d: %w", path, line, err)
		}
	}
	if err := sc.Err(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if header == nil {
		return fmt.Errorf("%s is empty", path)
	}
	return nil
}
