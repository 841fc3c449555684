// Package table reads tables of text whose first line names the columns: separated by
// commas, semicolons, tabs or bars, found out from the header where that is beyond doubt.
package table

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"axn/workbench/internal/textfile"
)

// Columns says which columns a table may have, in lower case; others are passed over.
type Columns struct {
	Known    []string
	Required string // must be there, and is what the one column of a table of one is
}

// separators are tried, in this order.
var separators = []struct {
	char rune
	name string
}{{',', "commas"}, {'\t', "tabs"}, {';', "semicolons"}, {'|', "bars"}}

// Read calls each for every row with a function that returns the value of a known column
// without spaces around it, and whether the table has that column. Errors name file and line.
func Read(path string, columns Columns, each func(row func(column string) (value string, ok bool)) error) error {
	return textfile.Read(path, func(text io.Reader) error {
		src := bufio.NewReaderSize(text, 1<<20)
		line, skipped, err := firstLine(src)
		if err != nil {
			return err
		}
		separator, err := columns.separator(line)
		if err != nil {
			return err
		}
		rows := rows(src, separator, skipped)
		header, _, err := rows()
		if err != nil {
			return err
		}
		header, err = columns.header(header)
		if err != nil {
			return err
		}
		return columns.readRows(rows, header, each)
	})
}

func (columns Columns) readRows(next func() ([]string, int, error), header []string, each func(row func(string) (string, bool)) error) error {
	for n := 0; ; n++ {
		cells, line, err := next()
		if errors.Is(err, io.EOF) && n == 0 {
			return errors.New("it has a header and no rows")
		} else if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if n == 0 && ruled(cells) || len(cells) > 1 && strings.TrimSpace(strings.Join(cells, "")) == "" { // or a blank line, as spreadsheets write it
			n--
			continue
		}
		if len(header) > 1 && slices.EqualFunc(cells, header, func(cell, name string) bool { return columns.name(cell) == name }) {
			return fmt.Errorf("line %d repeats the header, as where one table was put behind another: take the line out", line)
		}
		if len(cells) != len(header) {
			return fmt.Errorf("line %d has %s, the header %d: a value with a separator or a line break in it stands in quotes", line, count(len(cells)), len(header))
		}
		err = each(func(column string) (string, bool) {
			if i := slices.Index(header, column); i >= 0 {
				return strings.TrimSpace(cells[i]), true
			}
			return "", false
		})
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// rule matches what a Markdown table has below the name of a column.
var rule = regexp.MustCompile(`^\s*:?-{3,}:?\s*$`)

// ruled reports whether a row is the line below the header of a Markdown table.
func ruled(cells []string) bool {
	inner := slices.DeleteFunc(slices.Clone(cells), func(cell string) bool { return strings.TrimSpace(cell) == "" })
	return len(inner) > 1 && !slices.ContainsFunc(inner, func(cell string) bool { return !rule.MatchString(cell) })
}

func count(n int) string {
	if n == 1 {
		return "1 column"
	}
	return fmt.Sprintf("%d columns", n)
}

// excel matches the line by which Excel is told the separator of what follows.
var excel = regexp.MustCompile(`^"?sep=.+$`)

// firstLine shows the header's line without taking it; blank lines and one such as sep=;
// before it are taken, and counted.
func firstLine(src *bufio.Reader) (line string, skipped int, err error) {
	for {
		head, err := src.Peek(1 << 16)
		if len(head) == 0 {
			if err == nil || err == io.EOF {
				err = errors.New("it is empty")
			}
			return "", 0, err
		}
		if err != nil && err != io.EOF && !bytes.Contains(head, []byte("\n")) {
			return "", 0, err
		}
		text, _, found := bytes.Cut(head, []byte("\n"))
		line := strings.TrimRight(string(text), "\r")
		if !found || strings.TrimSpace(line) != "" && !excel.MatchString(strings.ToLower(line)) {
			return line, skipped, nil
		}
		src.Discard(len(text) + 1)
		skipped++
	}
}

// separator finds out what separates the columns of a header.
func (c Columns) separator(line string) (rune, error) {
	if strings.HasPrefix(line, "<") {
		return 0, fmt.Errorf("it begins as XML does (%q), a table whose first line names the columns is wanted", short(line))
	}
	if strings.HasPrefix(line, "{") || strings.HasPrefix(line, "[") {
		return 0, fmt.Errorf("it begins as JSON does (%q), a table whose first line names the columns is wanted: OpenBEIR reads a folder of JSON lines", short(line))
	}
	best, names, rival := 0, 0, false // names: known columns that the best gives
	var seen []string
	for i, s := range separators {
		cells := split(line, s.char)
		if len(cells) > 1 {
			seen = append(seen, s.name)
		}
		n := 0
		for _, cell := range cells {
			if slices.Contains(c.Known, c.name(cell)) {
				n++
			}
		}
		switch {
		case len(cells) == 1: // nothing is separated
		case n > names:
			best, names, rival = i, n, false
		case n == names && n > 0:
			rival = true
		}
	}
	switch {
	case rival:
		return 0, fmt.Errorf("the header %q may be separated in several ways (%s): use one of them alone", short(line), strings.Join(seen, ", "))
	case names > 0 || len(seen) == 0:
		return separators[best].char, nil
	case len(seen) == 1 && seen[0] == separators[0].name:
		return separators[0].char, nil // header says what is missing
	}
	return 0, fmt.Errorf("the header %q looks as if separated by %s, and names no column of %s: the first line must name the columns", short(line), strings.Join(seen, " or "), strings.Join(c.Known, ", "))
}

// split cuts a header at a separator; its names may stand in quotes.
func split(line string, separator rune) []string {
	r := csv.NewReader(strings.NewReader(line))
	r.Comma = separator
	if cells, err := r.Read(); err == nil {
		return cells
	}
	return strings.Split(line, string(separator))
}

// header makes names of columns: in lower case, without spaces around. The one of a table
// of one column is what is required, whatever it is called.
func (c Columns) header(cells []string) ([]string, error) {
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = c.name(cell)
		if slices.Contains(c.Known, names[i]) && slices.Contains(names[:i], names[i]) {
			return nil, fmt.Errorf("two columns are called %q", names[i])
		}
	}
	if len(names) == 1 {
		if several := c.within(names[0]); len(several) > 1 {
			return nil, fmt.Errorf("the header %q names %s, and what stands between them separates no columns: separate them by commas, tabs, semicolons or bars", short(cells[0]), strings.Join(several, " and "))
		}
		if name := cells[0]; len(strings.Fields(name)) > 1 && !slices.Contains(c.Known, names[0]) {
			return nil, fmt.Errorf("the first line, %q, is not the name of a column: the first line of a table of one column is its name, such as %s", short(name), c.Required)
		}
		if names[0] != c.Required && slices.Contains(c.Known, names[0]) {
			return nil, fmt.Errorf("its one column is called %q, and there is none called %s", cells[0], c.Required)
		}
		return []string{c.Required}, nil
	}
	if !slices.Contains(names, c.Required) {
		return nil, fmt.Errorf("no column %q in the header %q: the first line must name the columns", c.Required, short(strings.Join(cells, ", ")))
	}
	return names, c.kindred(names)
}

// within lists the known columns that are words of a name.
func (c Columns) within(name string) (known []string) {
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && r != '_' }) {
		if slices.Contains(c.Known, c.name(word)) {
			known = append(known, c.name(word))
		}
	}
	return known
}

// kin matches names of columns that most likely hold what a known column is to hold.
var kin = map[string]*regexp.Regexp{
	"id":   regexp.MustCompile(`^((doc|document|corpus|item|passage|product|query|text|[cdpq])[_ .-]?)?(ids|id|uuid)$|^docno$`),
	"item": regexp.MustCompile(`^(doc|document|corpus|item|passage|product|gold|relevant)[_ .-]?(ids?|item|doc|document)$|^gold$|^relevant$`),
}

// kindred returns an error where a column is left out that another one looks like.
func (c Columns) kindred(names []string) error {
	for _, known := range slices.Sorted(maps.Keys(kin)) {
		like := kin[known]
		if !slices.Contains(c.Known, known) || slices.Contains(names, known) {
			continue
		}
		looks := func(name string) bool { // and like nothing nearer
			return like.MatchString(name) && (known == "item" || !slices.Contains(c.Known, "item") || !kin["item"].MatchString(name))
		}
		if i := slices.IndexFunc(names, looks); i >= 0 {
			return fmt.Errorf("no column %q, and %q looks like it: call it %s, or leave it out", known, names[i], known)
		}
	}
	return nil
}

// name is that of a column: in lower case, without spaces around it and characters that nobody sees.
func (c Columns) name(cell string) string {
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, cell)
	name := strings.ToLower(strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(visible), "#"))) // as some begin their header
	if name == "_id" && slices.Contains(c.Known, "id") {                                          // as BEIR calls it
		return "id"
	}
	return name
}

func short(line string) string {
	if runes := []rune(line); len(runes) > 80 {
		return string(runes[:79]) + "…"
	}
	return line
}

// rows returns the cells of one row after the other, with the line it begins in.
func rows(src io.Reader, separator rune, skipped int) func() ([]string, int, error) {
	if separator == '\t' {
		return tabbed(src, skipped)
	}
	r := csv.NewReader(src)
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = separator, -1, true
	return func() ([]string, int, error) {
		cells, err := r.Read()
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			return nil, 0, quoteError(parse, skipped)
		}
		if err != nil {
			return nil, 0, err
		}
		line, _ := r.FieldPos(0)
		return cells, line + skipped, nil
	}
}

func quoteError(err *csv.ParseError, skipped int) error {
	where := fmt.Sprintf("line %d, column %d", err.Line+skipped, err.Column)
	if err.StartLine != err.Line {
		where = fmt.Sprintf("line %d, in the row that begins in line %d", err.Line+skipped, err.StartLine+skipped)
	}
	return fmt.Errorf(`%s: a quote (") that does not enclose a whole value: enclose the value in quotes and write quotes in it twice`, where)
}

// tabbed reads rows that tabs separate. A value is taken as it is written, unless quotes
// enclose all of it: then they are taken off, and double ones in it are halved. Quoted
// values may hold line breaks, as spreadsheets write them.
func tabbed(src io.Reader, skipped int) func() ([]string, int, error) {
	sc := bufio.NewScanner(src)
	sc.Buffer(nil, 1<<26)
	line := skipped
	return func() ([]string, int, error) {
		for sc.Scan() {
			line++
			text, first := strings.TrimSuffix(sc.Text(), "\r"), line
			if strings.TrimSpace(text) == "" && !strings.Contains(text, "\t") {
				continue
			}
			for open(text) {
				if !sc.Scan() {
					return nil, 0, fmt.Errorf(`line %d: a value begins with a quote (") that nothing closes: close it, or leave it out`, first)
				}
				line++
				next := strings.TrimSuffix(sc.Text(), "\r")
				if end := strings.Index(next, `"`); end < 0 && strings.Contains(next, "\t") || end > strings.Index(next, "\t") && strings.Contains(next, "\t") {
					return nil, 0, fmt.Errorf(`line %d: a value begins with a quote (") that is not closed before line %d, which has columns of its own: close it, or leave it out`, first, line)
				}
				text += "\n" + next
			}
			cells := strings.Split(text, "\t")
			for i, cell := range cells {
				if open(cell) {
					return nil, 0, fmt.Errorf(`line %d: a value begins with a quote (") that nothing closes: close it, or leave it out`, first)
				}
				cells[i] = unquoted(cell)
			}
			return cells, first, nil
		}
		if err := sc.Err(); err != nil {
			return nil, 0, err
		}
		return nil, 0, io.EOF
	}
}

// open reports whether the last value begins with a quote that is not closed.
func open(text string) bool {
	cell := text[strings.LastIndex(text, "\t")+1:]
	return strings.HasPrefix(cell, `"`) && strings.Count(cell, `"`)%2 == 1
}

func unquoted(cell string) string {
	if len(cell) < 2 || cell[0] != '"' || cell[len(cell)-1] != '"' {
		return cell
	}
	inner := cell[1 : len(cell)-1]
	if strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
		return cell
	}
	return strings.ReplaceAll(inner, `""`, `"`)
}
