package workbench

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"axn/workbench/internal/files"
	"axn/workbench/internal/jsonl"
	"axn/workbench/internal/table"
)

// OpenBEIR reads a folder in the layout of the BEIR benchmark: corpus.jsonl (_id,
// title, text), queries.jsonl (_id, text) and, when they are there, relevance
// judgements in qrels/train.tsv, dev.tsv and test.tsv, which OpenQrels reads too. Each
// file may be gzipped, NAME.gz.
//
// An item's text is its title and its text. The queries judged in test.tsv, or in
// dev.tsv where there is no test.tsv, are Test and all others Train, judged or not: an
// index learns from the cross-encoder, not from judgements. Train is empty where all are
// judged there, until Split draws some. Without either file Split(0, 0) decides. There
// are no dual-encoder vectors yet; see Embed.
func OpenBEIR(dir string) (*Dataset, error) {
	d := &Dataset{Name: filepath.Base(filepath.Clean(dir)), Dir: dir, golds: true}
	for _, step := range []func() error{d.openCorpus, d.openBEIRQueries, d.checkRows, d.openBEIRQrels} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("workbench: open BEIR folder %s: %w", dir, files.Instead(dir, "OpenBEIR", err))
		}
	}
	return d, nil
}

func (d *Dataset) openCorpus() error {
	return d.eachBEIR("corpus.jsonl", func(id string, o jsonl.Object) (err error) {
		title := ""
		if o.Has("title") && jsonl.Kind(o["title"]) != "null" {
			if title, err = o.Text("title"); err != nil {
				return err
			}
		}
		text, err := o.Text("text")
		d.Items = append(d.Items, Item{ID: id, Text: strings.TrimSpace(title + " " + text)})
		return err
	})
}

func (d *Dataset) openBEIRQueries() error {
	return d.eachBEIR("queries.jsonl", func(id string, o jsonl.Object) error {
		text, err := o.Text("text")
		d.Queries = append(d.Queries, Query{ID: id, Text: text, Gold: -1})
		return err
	})
}

// eachBEIR calls do for each line of a file of the folder.
func (d *Dataset) eachBEIR(name string, do func(id string, o jsonl.Object) error) error {
	path, err := d.beirFile(name)
	if err != nil {
		return err
	}
	return jsonl.Read(path, func(o jsonl.Object) error {
		id, err := o.ID("_id")
		if err != nil {
			return err
		}
		return do(id, o)
	})
}

// beirFile finds a file of the folder, gzipped or not. Its error says where the file is
// when an archive was unpacked into a folder of the folder.
func (d *Dataset) beirFile(name string) (string, error) {
	for _, end := range []string{"", ".gz"} {
		path := filepath.Join(d.Dir, name+end)
		if files.Exists(path) {
			return path, nil
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return "", fmt.Errorf("%s is a folder, a file is wanted", name+end)
		}
	}
	for _, pattern := range []string{"*", "*/*"} {
		if inner := files.Glob(d.Dir, pattern+"/"+filepath.ToSlash(name)); len(inner) > 0 {
			return "", fmt.Errorf("%s is not here, but in %s: open that folder", name, filepath.Dir(inner[0]))
		}
	}
	if info, err := os.Stat(d.Dir); err != nil {
		return "", fmt.Errorf("there is no such folder: %w", err)
	} else if !info.IsDir() {
		return "", errors.New("it is a file: a folder is wanted, which has corpus.jsonl and queries.jsonl")
	}
	here := "it is empty"
	if entries, err := os.ReadDir(d.Dir); err == nil && len(entries) > 0 {
		var names []string
		for _, e := range entries[:min(5, len(entries))] {
			names = append(names, e.Name())
		}
		here = "here are " + strings.Join(names, ", ")
	}
	return "", fmt.Errorf("%s: %w: a BEIR folder has corpus.jsonl and queries.jsonl, %s", name, fs.ErrNotExist, here)
}

// openBEIRQrels reads the judgements there are and splits the queries.
func (d *Dataset) openBEIRQrels() error {
	var test []bool // judged in the file that is the test
	for _, split := range []string{"train", "dev", "test"} {
		path, err := d.beirFile(filepath.Join("qrels", split+".tsv"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		judged, err := d.readQrels(path)
		if errors.Is(err, errNoJudgement) || errors.Is(err, errStrangers) && split != "test" {
			continue // of a sample of the queries, say
		}
		if err != nil {
			return err
		}
		if split != "train" {
			test = judged
		}
	}
	if test == nil {
		if err := d.otherQrels(); err != nil {
			return err
		}
		return d.Split(0, 0)
	}
	d.setSplit(func(q int) bool { return test[q] })
	return nil
}

// qrelsFile matches the files of judgements that are read, qrelsLike those that most likely hold some, testLike
// those of a test.
var (
	testLike  = regexp.MustCompile(`(?i)(^|/)(test|dev|valid|validation)[^/]*$`)
	qrelsFile = regexp.MustCompile(`^qrels/(train|dev|test)\.tsv(\.gz)?$`)
	qrelsLike = regexp.MustCompile(`(?i)^(qrels?[^/]*(/[^/.][^/]*)?|([^/]+/)?(train|dev|test|valid|validation)\.(tsv|csv|txt|jsonl)(\.gz)?)$`)
)

// otherQrels returns an error that names judgements under other names, which would go unread.
func (d *Dataset) otherQrels() error {
	read := false
	var others []string
	for _, pattern := range []string{"*", "*/*"} {
		for _, path := range files.Glob(d.Dir, pattern) {
			name, _ := filepath.Rel(d.Dir, path) // it lies there
			switch name = filepath.ToSlash(name); {
			case qrelsFile.MatchString(name):
				read = true
			case qrelsLike.MatchString(name) && files.Exists(path):
				others = append(others, name)
			}
		}
	}
	if read { // of the training, say, and the test's have another name
		others = slices.DeleteFunc(others, func(name string) bool { return !testLike.MatchString(name) })
	}
	if len(others) == 0 {
		return nil
	}
	return fmt.Errorf("%s is not read, and the test queries would be drawn by chance: judgements are wanted as qrels/train.tsv, dev.tsv or test.tsv; rename it, or move it and use OpenQrels", others[0])
}

// SaveBEIR writes the texts to a folder that OpenBEIR and other programs read; dir
// is made if it is not there. A query's gold item goes into qrels/test.tsv or
// qrels/train.tsv; a test query without one comes back as a train query. An id that
// the files cannot hold is an error, and nothing is written.
func (d *Dataset) SaveBEIR(dir string) error {
	fail := func(err error) error { return fmt.Errorf("workbench: save %s: %w", d.Name, err) }
	corpus, queries := make([]beirText, len(d.Items)), make([]beirText, len(d.Queries))
	for i, it := range d.Items {
		if !plainID(it.ID) {
			return fail(fmt.Errorf("item row %d has the id %q", i, it.ID))
		}
		corpus[i] = beirText{ID: it.ID, Text: it.Text}
	}
	for i, q := range d.Queries {
		if !plainID(q.ID) {
			return fail(fmt.Errorf("query row %d has the id %q", i, q.ID))
		}
		queries[i] = beirText{ID: q.ID, Text: q.Text}
	}
	err := errors.Join(os.MkdirAll(filepath.Join(dir, "qrels"), 0o755),
		writeJSONL(filepath.Join(dir, "corpus.jsonl"), corpus), writeJSONL(filepath.Join(dir, "queries.jsonl"), queries),
		d.writeQrels(filepath.Join(dir, "qrels", "train.tsv"), d.Train), d.writeQrels(filepath.Join(dir, "qrels", "test.tsv"), d.Test))
	if err != nil {
		return fail(err)
	}
	return nil
}

// plainID reports whether a line of qrels can hold an id.
func plainID(id string) bool {
	return id != "" && utf8.ValidString(id) && !strings.ContainsAny(id, "\t\r\n")
}

// beirText is a line of corpus.jsonl or queries.jsonl.
type beirText struct {
	ID    string `json:"_id"`
	Title string `json:"title,omitempty"`
	Text  string `json:"text"`
}

func writeJSONL(path string, lines []beirText) error {
	return files.Write(path, func(f *os.File) error {
		w := bufio.NewWriter(f)
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for _, l := range lines {
			if err := enc.Encode(l); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

func (d *Dataset) writeQrels(path string, rows []int) error {
	return files.Write(path, func(f *os.File) error {
		w := bufio.NewWriter(f)
		fmt.Fprintln(w, "query-id\tcorpus-id\tscore")
		for _, r := range rows {
			grades := d.grades(r)
			for _, it := range d.byGrade(r) {
				fmt.Fprintf(w, "%s\t%s\t%d\n", d.Queries[r].ID, d.Items[it].ID, grades[it])
			}
		}
		return w.Flush()
	})
}

// byGrade lists the judged items of a query, best first, its Gold before its
// equals, so that it is Gold again when they are read.
func (d *Dataset) byGrade(query int) []int {
	grades, gold := d.grades(query), d.gold(query)
	return slices.SortedFunc(maps.Keys(grades), func(a, b int) int {
		last := func(it int) int { return min(1, max(it, gold)-min(it, gold)) } // 0 for gold
		return cmp.Or(cmp.Compare(grades[b], grades[a]), cmp.Compare(last(a), last(b)), cmp.Compare(a, b))
	})
}

// OpenCSV reads a data set from two tables of texts in UTF-8, separated by commas,
// semicolons, tabs or bars, whatever the files are called. The first line names the
// columns, in any order; others are passed over.
//
//	items    text; id, else the row number; title, put before the text
//	queries  text; id, else the row number; item, the id of the relevant item; split, train or test
//
// A table of one column needs not call it text. Without any split, Split(0, 0)
// decides; with one, a query that has none is in neither. There are no
// dual-encoder vectors yet; see Embed.
//
// What cannot be read for certain is an error that names file and line: a header that
// may be separated in several ways or lacks a column, or has id or item by another name
// (doc_id, say; _id is id), a table without rows, text that is no UTF-8, a quote that is not
// closed, a row without the id that others have.
func OpenCSV(items, queries string) (*Dataset, error) {
	base := filepath.Base(items)
	d := &Dataset{Name: strings.TrimSuffix(base, filepath.Ext(base)), Dir: filepath.Dir(items), golds: true}
	for _, step := range []func() error{func() error { return d.addCSVItems(items) }, func() error { return d.addCSVQueries(queries) }, d.checkRows} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("workbench: open texts: %w", files.Instead(items, "OpenCSV", err))
		}
	}
	if d.Train == nil && d.Test == nil {
		if err := d.Split(0, 0); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *Dataset) addCSVItems(path string) error {
	columns := table.Columns{Known: []string{"id", "text", "title"}, Required: "text"}
	return table.Read(path, columns, func(row func(string) (string, bool)) error {
		id, err := rowID(row, len(d.Items))
		_, given := row("id")
		d.numbered = !given
		title, _ := row("title")
		text, _ := row("text")
		d.Items = append(d.Items, Item{ID: id, Text: strings.TrimSpace(title + " " + text)})
		return err
	})
}

func (d *Dataset) addCSVQueries(path string) error {
	_, items := d.byID()
	columns := table.Columns{Known: []string{"id", "text", "item", "split"}, Required: "text"}
	return table.Read(path, columns, func(row func(string) (string, bool)) error {
		n := len(d.Queries)
		id, err := rowID(row, n)
		if err != nil {
			return err
		}
		text, _ := row("text")
		q := Query{ID: id, Text: text, Gold: -1}
		if id, _ := row("item"); id != "" {
			gold, ok := items[id]
			if !ok {
				return d.noItem(id)
			}
			q.Gold = gold
		}
		d.Queries = append(d.Queries, q)
		split, _ := row("split")
		return d.assign(n, strings.ToLower(split))
	})
}

// noItem says that an item named elsewhere is not there, and what the ids of those that are look like.
func (d *Dataset) noItem(id string) error {
	if d.numbered {
		return fmt.Errorf("there is no item %q: the table of items has no column id, so that its ids are the row numbers 0 to %d", id, len(d.Items)-1)
	}
	for _, it := range d.Items {
		if norm.NFC.String(it.ID) == norm.NFC.String(id) {
			return fmt.Errorf("there is no item %q, but %q, which looks the same in another Unicode form: write all ids in one, such as NFC", id, it.ID)
		}
	}
	if short := strings.TrimSuffix(id, ".0"); short != id && slices.ContainsFunc(d.Items, func(it Item) bool { return it.ID == short }) {
		return fmt.Errorf("there is no item %q, but %q: pandas writes whole numbers so in a column with gaps; column.astype('Int64') keeps them whole", id, short)
	}
	return fmt.Errorf("there is no item %q: ids are compared as they are written, and those of the items are such as %q", id, d.Items[0].ID)
}

// rowID is the id given, or the row number in a table without ids.
func rowID(row func(string) (string, bool), n int) (string, error) {
	id, ok := row("id")
	if !ok {
		return strconv.Itoa(n), nil
	}
	if id == "" {
		return "", errNoID
	}
	return id, nil
}
