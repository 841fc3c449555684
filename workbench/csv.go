package workbench

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"axn/workbench/internal/table"
)

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
// may be separated in several ways or lacks a column, a table without rows, text that is
// no UTF-8, a quote that is not closed, a row without the id that others have.
func OpenCSV(items, queries string) (*Dataset, error) {
	base := filepath.Base(items)
	d := &Dataset{Name: strings.TrimSuffix(base, filepath.Ext(base)), Dir: filepath.Dir(items), golds: true}
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
	columns := table.Columns{Known: []string{"id", "text", "title"}, Required: "text"}
	return table.Read(path, columns, func(row func(string) (string, bool)) error {
		id, err := rowID(row, len(d.Items))
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
				return fmt.Errorf("there is no item %q", id)
			}
			q.Gold = gold
		}
		d.Queries = append(d.Queries, q)
		split, _ := row("split")
		return d.assign(n, strings.ToLower(split))
	})
}

// rowID is the id given, or the row number in a table without ids.
func rowID(row func(string) (string, bool), n int) (string, error) {
	id, ok := row("id")
	if !ok {
		return strconv.Itoa(n), nil
	}
	if id == "" {
		return "", errors.New("the row has no id")
	}
	return id, nil
}
