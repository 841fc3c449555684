package workbench

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/files"
	"axn/workbench/internal/jsonl"
	"axn/workbench/internal/textfile"
)

// Query is what is searched for.
type Query struct {
	ID   string
	Text string // what the cross-encoder reads; empty when there is none

	// Gold is the row of the relevant item, -1 when unknown. A query that a program makes
	// without it has none: its 0 is row 0 only in a data set that was read from files. In
	// others Dataset.Qrels says that row 0 is relevant.
	Gold int
}

// String fits one line, if the text does.
func (q Query) String() string {
	s := fmt.Sprintf("Query %s: %s", q.ID, cmp.Or(q.Text, "no text"))
	if q.Gold > 0 { // 0 may mean none, which the data set knows
		s += fmt.Sprintf(" (relevant: item row %d)", q.Gold)
	}
	return s
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

	// Signals are further cheap scores that Calibrated weighs and uses. Those that say nothing
	// are left out when an index is made and cost nothing. OpenDataset sets none:
	//
	//	bm25, err := ByBM25(d)
	//	d.Signals = []Signal{{Name: "bm25", Scores: bm25}}
	Signals []Signal

	// Qrels are relevance judgements, by query row: item row to grade, of which 0 and
	// less mean not relevant; nil for a query that is not judged. Without any, nil,
	// a query's Gold is its one relevant item. OpenQrels reads them.
	Qrels  []map[int]int
	absent int // judgements that OpenQrels passed over since the item is not here

	numbered bool // the table of items has no ids

	golds bool  // the files it was read from say what Gold is: 0 is row 0
	drawn []int // Test as Split drew it
	room  room  // of AddItems
}

// gold is the row of a query's relevant item, -1 when unknown.
func (d *Dataset) gold(query int) int {
	if gold := d.Queries[query].Gold; gold > 0 || d.golds {
		return gold
	}
	return -1
}

// OpenDataset reads a dataset folder: queries.tsv (query, gold_item, gold_row,
// split), items.tsv (item, lemmas), de_queries.npy and de_items.npy, and, when they
// are there, item views view_NAME.npy (items × any width, in order of name), their axes axes_NAME.npy and
// texts.jsonl. Columns are found by name; only the ids and the split are required.
// Cross-encoder scores are read by Scorer.
func OpenDataset(dir string) (*Dataset, error) {
	d := &Dataset{Name: filepath.Base(filepath.Clean(dir)), Dir: dir, golds: true}
	return d.open("OpenDataset", d.openRows, d.openVectors, d.openViews, d.openAlone, d.openTexts, d.check)
}

// OpenTexts is OpenDataset for a folder whose vectors are still to be made.
func OpenTexts(dir string) (*Dataset, error) {
	d := &Dataset{Name: filepath.Base(filepath.Clean(dir)), Dir: dir, golds: true}
	return d.open("OpenTexts", d.openRows, d.openTexts, d.checkRows)
}

func (d *Dataset) open(function string, steps ...func() error) (*Dataset, error) {
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, fmt.Errorf("workbench: open dataset %s: %w", d.Dir, files.Instead(d.Dir, function, err))
		}
	}
	return d, nil
}

// Check returns an error that names the first thing that does not fit: vectors or
// views of another shape or with a value that is not finite, no queries or items, a
// split or gold row out of range, a query twice in one side of the split, more rows of judgements than
// queries, a judgement of an item that there is not, an id given twice.
func (d *Dataset) Check() error {
	if err := d.check(); err != nil {
		return fmt.Errorf("workbench: check %s: %w", d.Name, err)
	}
	return nil
}

func (d *Dataset) check() error {
	q, v := d.DE.Queries, d.DE.Items
	if q == nil || v == nil {
		return errNoVectors
	}
	if err := cmp.Or(q.checkShape("vectors of queries"), v.checkShape("vectors of items")); err != nil {
		return err
	}
	if q.Cols == 0 && v.Cols == 0 {
		return fmt.Errorf("%w: the vectors of the dual encoder have no values, their shapes are %d×0 and %d×0", ErrShape, q.Rows, v.Rows)
	}
	if q.Rows != len(d.Queries) || v.Rows != len(d.Items) || q.Cols != v.Cols {
		return fmt.Errorf("%w: %d queries have vectors %d×%d, %d items vectors %d×%d: one row each is wanted, all of one length",
			ErrShape, len(d.Queries), q.Rows, q.Cols, len(d.Items), v.Rows, v.Cols)
	}
	err := errors.Join(
		q.checkFinite(func(row int) string { return fmt.Sprintf("query row %d (%s)", row, d.Queries[row].ID) }),
		v.checkFinite(func(row int) string { return fmt.Sprintf("item row %d (%s)", row, d.Items[row].ID) }),
		d.checkViews(), d.checkAlone())
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(d.Signals, func(s Signal) bool { return missing(s.Scores) }); i >= 0 {
		return fmt.Errorf("signal %d (%q) has no Scores", i, d.Signals[i].Name)
	}
	return d.checkRows()
}

// checkWhole is check of a data set that may still be without vectors.
func (d *Dataset) checkWhole() error {
	if d.DE.Queries == nil && d.DE.Items == nil {
		return d.checkRows()
	}
	return d.check()
}

var errNoVectors = errors.New("no dual-encoder vectors; Embed makes them")

// checkRows is check without the vectors.
func (d *Dataset) checkRows() error {
	if len(d.Queries) == 0 || len(d.Items) == 0 {
		return fmt.Errorf("%d queries and %d items: need at least one of each", len(d.Queries), len(d.Items))
	}
	if err := cmp.Or(d.checkSplit("Train", d.Train), d.checkSplit("Test", d.Test)); err != nil {
		return err
	}
	if len(d.Qrels) > len(d.Queries) {
		return fmt.Errorf("judgements of %d queries, there are %d", len(d.Qrels), len(d.Queries))
	}
	for row, grades := range d.Qrels {
		for it := range grades {
			if it < 0 || it >= len(d.Items) {
				return fmt.Errorf("judgements of query row %d (%s): item row %d of %d items", row, d.Queries[row].ID, it, len(d.Items))
			}
		}
	}
	for row, q := range d.Queries {
		if q.Gold < -1 || q.Gold >= len(d.Items) {
			return fmt.Errorf("query row %d (%s): gold row %d of %d items", row, q.ID, q.Gold, len(d.Items))
		}
	}
	return errors.Join(checkUnique("query", len(d.Queries), func(i int) string { return d.Queries[i].ID }),
		checkUnique("item", len(d.Items), func(i int) string { return d.Items[i].ID }))
}

// checkSplit returns an error when a list names a query that there is not, or one twice.
func (d *Dataset) checkSplit(name string, rows []int) error {
	named := make(map[int]bool, len(rows))
	for _, r := range rows {
		switch {
		case r < 0 || r >= len(d.Queries):
			return fmt.Errorf("split names query row %d of %d", r, len(d.Queries))
		case named[r]:
			return fmt.Errorf("%s names query row %d twice", name, r)
		}
		named[r] = true
	}
	return nil
}

func checkUnique(what string, n int, id func(int) string) error {
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
// returns an error that wraps fs.ErrNotExist when the folder has none. What may be in the
// file LookUp says.
func (d *Dataset) Scorer() (Scorer, error) {
	if d.Dir == "" {
		return nil, fmt.Errorf("workbench: dataset %s was made in memory and has no ce_scores.npy: %w; NewScorer scores texts by a model, LookUp by a table", d.Name, fs.ErrNotExist)
	}
	m, err := OpenMatrix(filepath.Join(d.Dir, "ce_scores.npy"))
	if err != nil {
		return nil, fmt.Errorf("%w; NewScorer scores texts by a model, LookUp by a table", err)
	}
	if m.Rows != len(d.Queries) || m.Cols != len(d.Items) {
		return nil, fmt.Errorf("workbench: %s: %w: scores %d×%d, %d queries and %d items",
			d.Dir, ErrShape, m.Rows, m.Cols, len(d.Queries), len(d.Items))
	}
	return LookUp(m), nil
}

// String fits one line. It says when the test queries were drawn by chance, by Split or in
// want of an official split.
func (d *Dataset) String() string {
	vectors := "no vectors"
	if d.DE.Items != nil {
		vectors = fmt.Sprintf("%d-d vectors", d.DE.Items.Cols)
	}
	for _, v := range d.Views {
		vectors += fmt.Sprintf(", view %s %d-d", v.Name, v.Items.Cols)
	}
	drawn := ""
	if len(d.drawn) > 0 && slices.Equal(d.drawn, d.Test) {
		drawn = " drawn by chance"
	}
	absent := ""
	if d.absent > 0 {
		absent = fmt.Sprintf(", judgements of items that are not here: %d", d.absent)
	}
	return fmt.Sprintf("Dataset %s: %d items, %d queries (%d train, %d test%s), %s%s",
		d.Name, len(d.Items), len(d.Queries), len(d.Train), len(d.Test), drawn, vectors, absent)
}

// openRows reads both tables. A gold item is known by its row, by its id, or by both, which must
// then agree.
func (d *Dataset) openRows() error {
	if !files.Exists(filepath.Join(d.Dir, "queries.tsv")) {
		return d.noTables()
	}
	golds := map[int]string{} // id by query
	if err := d.openQueries(golds); err != nil {
		return err
	}
	if err := d.openItems(); err != nil {
		return err
	}
	_, items := d.byID()
	for q, id := range golds {
		row, ok := items[id]
		switch gold := &d.Queries[q].Gold; {
		case !ok:
			return fmt.Errorf("queries.tsv: query %s: there is no item %q (gold_item)", d.Queries[q].ID, id)
		case *gold >= 0 && *gold != row:
			return fmt.Errorf("queries.tsv: query %s: gold_row is %d, and gold_item %q is in row %d", d.Queries[q].ID, *gold, id, row)
		default:
			*gold = row
		}
	}
	return nil
}

// noTables says that the folder is none of a data set, and what it may be.
func (d *Dataset) noTables() error {
	f, err := files.Open(filepath.Join(d.Dir, "queries.tsv"))
	if err == nil { // a folder, say
		f.Close()
		err = errors.New("queries.tsv is no file")
	}
	what := "a data set folder has queries.tsv, items.tsv, de_queries.npy and de_items.npy"
	for _, other := range []struct{ file, is string }{{"corpus.jsonl*", "OpenBEIR opens this folder"}, {"config.json", "this is a model's folder, which OpenCrossEncoder or OpenDualEncoder opens"}} {
		if len(files.Glob(d.Dir, other.file)) > 0 {
			return fmt.Errorf("%w: %s; %s", err, what, other.is)
		}
	}
	return fmt.Errorf("%w: %s; OpenBEIR and OpenCSV read texts without vectors", err, what)
}

func (d *Dataset) openQueries(golds map[int]string) error {
	return readTSV(filepath.Join(d.Dir, "queries.tsv"), []string{"query", "split"}, func(row func(string) string) error {
		q := Query{ID: row("query"), Gold: -1}
		if q.ID == "" {
			return errNoID
		}
		if id := row("gold_item"); id != "" {
			golds[len(d.Queries)] = id
		}
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
		it := Item{ID: row("item"), Lemmas: row("lemmas")}
		if it.ID == "" {
			return errNoID
		}
		d.Items = append(d.Items, it)
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
// "item" (the id) and "text". Ids of other rows are passed over, but not all.
func (d *Dataset) openTexts() error {
	queries, items := d.byID()
	known, stranger := 0, ""
	fill := func(to *string, text string) error {
		if known++; *to != "" && *to != text {
			return fmt.Errorf("its id has another text already, %q: leave one of the lines out", *to)
		}
		*to = text
		return nil
	}
	err := jsonl.Read(filepath.Join(d.Dir, "texts.jsonl"), func(o jsonl.Object) error {
		text, err := o.Text("text")
		if err != nil {
			return err
		}
		query, item, err := o.EitherID("query", "item")
		if err != nil {
			return err
		}
		if i, ok := queries[query]; ok && query != "" {
			return fill(&d.Queries[i].Text, text)
		}
		if i, ok := items[item]; ok && item != "" {
			return fill(&d.Items[i].Text, text)
		}
		stranger = query + item
		return nil
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && known == 0 && stranger != "" && len(d.Queries) > 0 && len(d.Items) > 0: // else Check says what is missing
		return fmt.Errorf("texts.jsonl: no id in it, such as %q, is one of the data set, such as %q and %q: is it another data set's?", stranger, d.Queries[0].ID, d.Items[0].ID)
	}
	return err
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

// errNoID is why a row of a table with ids is not read.
var errNoID = errors.New("the row has no id")

// readTSV calls each for every line after the header with a function that
// returns the value of a named column, "" where the file lacks it. Its errors
// name file and line.
func readTSV(path string, required []string, each func(row func(column string) string) error) error {
	var header []string
	err := textfile.Lines(path, func(_ int, line string) error {
		cells := strings.Split(line, "\t")
		if header == nil {
			for _, c := range required {
				if !slices.Contains(cells, c) {
					return fmt.Errorf("no column %q in the header %.200q: columns are separated by tabs and named in the first line", c, line)
				}
			}
			for i, c := range cells {
				if slices.Contains(cells[:i], c) {
					return fmt.Errorf("two columns are called %q", c)
				}
			}
			header = cells
			return nil
		}
		if len(cells) != len(header) {
			return fmt.Errorf("%d columns, the header has %d", len(cells), len(header))
		}
		if len(cells) > 1 && slices.Equal(cells, header) {
			return errors.New("it repeats the header, as where one table was put behind another: take the line out")
		}
		return each(func(column string) string {
			if i := slices.Index(header, column); i >= 0 {
				return cells[i]
			}
			return ""
		})
	})
	if err == nil && header == nil {
		return fmt.Errorf("%s is empty", path)
	}
	return err
}

// Split draws test queries at random into Test and leaves all others to Train; 0
// draws a fifth. The data set's String says so. Both keep the order of the rows. Same seed, same draw. With more
// than there are it changes nothing and returns an error.
func (d *Dataset) Split(test int, seed int64) error {
	n := len(d.Queries)
	if test == 0 {
		test = (n + 4) / 5
	}
	if test < 0 || test > n {
		return fmt.Errorf("workbench: split %s: %d test queries of %d", d.Name, test, n)
	}
	drawn := make([]bool, n)
	for _, row := range rand.New(rand.NewPCG(uint64(seed), 1)).Perm(n)[:test] {
		drawn[row] = true
	}
	d.setSplit(func(row int) bool { return drawn[row] })
	d.drawn = slices.Clone(d.Test)
	return nil
}

// setSplit makes the given queries Test and the others Train.
func (d *Dataset) setSplit(test func(row int) bool) {
	d.Train, d.Test, d.drawn = nil, nil, nil
	for row := range d.Queries {
		if test(row) {
			d.Test = append(d.Test, row)
		} else {
			d.Train = append(d.Train, row)
		}
	}
}

// assign puts a query where a table's column split says.
func (d *Dataset) assign(row int, split string) error {
	switch split {
	case "train":
		d.Train = append(d.Train, row)
	case "test":
		d.Test = append(d.Test, row)
	case "":
	default:
		return fmt.Errorf("split %q is neither train nor test: leave it empty where a query is to be in neither", split)
	}
	return nil
}
