package workbench

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// OpenCSV reads a data set from two tables of texts, comma-separated or, in files
// named .tsv, tab-separated. The first line names the columns, in any order; others
// are passed over.
//
//	items    text; id, else the row number; title, put before the text
//	queries  text; id, else the row number; item, the id of the relevant item; split, train or test
//
// A table of one column needs not call it text. Without any split, Split(0, 0)
// decides; with one, a query that has none is in neither. There are no
// dual-encoder vectors yet; see Embed.
func OpenCSV(items, queries string) (*Dataset, error) {
	base := filepath.Base(items)
	d := &Dataset{Name: strings.TrimSuffix(base, filepath.Ext(base)), Dir: filepath.Dir(items)}
	for _, step := range []func() error{func() error { return d.addCSVItems(items) }, func() error { return d.addCSVQueries(queries) }, d.checkRows} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("workbench: open texts: %w", err)
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
	return readCSV(path, func(row func(string) string) error {
		text := strings.TrimSpace(row("title") + " " + row("text"))
		d.Items = append(d.Items, Item{ID: rowID(row("id"), len(d.Items)), Text: text})
		return nil
	})
}

func (d *Dataset) addCSVQueries(path string) error {
	_, items := d.byID()
	return readCSV(path, func(row func(string) string) error {
		n := len(d.Queries)
		q := Query{ID: rowID(row("id"), n), Text: strings.TrimSpace(row("text")), Gold: -1}
		if id := row("item"); id != "" {
			gold, ok := items[id]
			if !ok {
				return fmt.Errorf("there is no item %q", id)
			}
			q.Gold = gold
		}
		d.Queries = append(d.Queries, q)
		return d.assign(n, row("split"))
	})
}

// rowID is the id given, or the row number.
func rowID(id string, row int) string {
	if id == "" {
		return strconv.Itoa(row)
	}
	return id
}

// readCSV calls each for every line after the header with a function that returns
// the value of a named column, "" where the file lacks it. Its errors name file and
// line.
func readCSV(path string, each func(row func(column string) string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	name, r := filepath.Base(path), csv.NewReader(f)
	if filepath.Ext(path) == ".tsv" {
		r.Comma, r.LazyQuotes = '\t', true
	}
	r.ReuseRecord = true
	first, err := r.Read()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s is empty", name)
	} else if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	header := slices.Clone(first)
	header[0] = strings.TrimPrefix(header[0], "\ufeff") // as Excel writes it
	if len(header) == 1 {
		header[0] = "text"
	}
	if !slices.Contains(header, "text") {
		return fmt.Errorf("%s: no column %q in the header %q", name, "text", header)
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		err = each(func(column string) string {
			if i := slices.Index(header, column); i >= 0 {
				return cells[i]
			}
			return ""
		})
		if err != nil {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("%s, line %d: %w", name, line, err)
		}
	}
}
