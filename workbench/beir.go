package workbench

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"axn/workbench/internal/files"
)

// OpenBEIR reads a folder in the layout of the BEIR benchmark: corpus.jsonl (_id,
// title, text), queries.jsonl (_id, text) and, when they are there, relevance
// judgements in qrels/train.tsv, dev.tsv and test.tsv (query-id, corpus-id, score).
//
// An item's text is its title and its text. A query's Gold is the item judged best,
// the first of equals; judgements of ids that are not there are passed over. The
// queries judged in test.tsv are Test and all others Train, judged or not: an index
// learns from the cross-encoder, not from judgements. Where that leaves Train or
// Test empty, Split(0, 0) decides. There are no dual-encoder vectors yet; see Embed.
func OpenBEIR(dir string) (*Dataset, error) {
	d := &Dataset{Name: filepath.Base(filepath.Clean(dir)), Dir: dir}
	for _, step := range []func() error{d.openCorpus, d.openBEIRQueries, d.checkRows, d.openQrels} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("workbench: open BEIR folder %s: %w", dir, err)
		}
	}
	return d, nil
}

// beirText is a line of corpus.jsonl or queries.jsonl.
type beirText struct {
	ID    string `json:"_id"`
	Title string `json:"title,omitempty"`
	Text  string `json:"text"`
}

func (d *Dataset) openCorpus() error {
	return readJSONL(filepath.Join(d.Dir, "corpus.jsonl"), func(t beirText) {
		d.Items = append(d.Items, Item{ID: t.ID, Text: strings.TrimSpace(t.Title + " " + t.Text)})
	})
}

func (d *Dataset) openBEIRQueries() error {
	return readJSONL(filepath.Join(d.Dir, "queries.jsonl"), func(t beirText) {
		d.Queries = append(d.Queries, Query{ID: t.ID, Text: t.Text, Gold: -1})
	})
}

// readJSONL calls each for every object of a file, all of which need an _id. Its
// errors name file and object.
func readJSONL(path string, each func(beirText)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	dec := json.NewDecoder(bufio.NewReader(f))
	for n := 1; ; n++ {
		var t beirText
		switch err := dec.Decode(&t); {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("%s, object %d: %w", filepath.Base(path), n, err)
		case t.ID == "":
			return fmt.Errorf("%s, object %d has no _id", filepath.Base(path), n)
		}
		each(t)
	}
}

// openQrels reads the judgements there are and splits the queries.
func (d *Dataset) openQrels() error {
	queries, items := d.byID()
	test := make([]bool, len(d.Queries))
	for _, split := range []string{"train", "dev", "test"} {
		best := map[int]float64{} // of this split, by query
		err := readTSV(filepath.Join(d.Dir, "qrels", split+".tsv"), []string{"query-id", "corpus-id", "score"}, func(row func(string) string) error {
			q, known := queries[row("query-id")]
			if !known {
				return nil
			}
			test[q] = test[q] || split == "test"
			var score float64
			if _, err := fmt.Sscan(row("score"), &score); err != nil {
				return fmt.Errorf("score %q is not a number", row("score"))
			}
			if it, ok := items[row("corpus-id")]; ok && score > best[q] {
				best[q], d.Queries[q].Gold = score, it
			}
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return d.splitBy(func(q int) bool { return test[q] })
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
			if q := d.Queries[r]; q.Gold >= 0 {
				fmt.Fprintf(w, "%s\t%s\t1\n", q.ID, d.Items[q.Gold].ID)
			}
		}
		return w.Flush()
	})
}
