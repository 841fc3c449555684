package workbench

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"axn/workbench/internal/jsonl"
	"axn/workbench/internal/textfile"
)

// OpenQrels adds the relevance judgements of a file to Qrels, and sets the Gold of
// the queries that it judges: the item of their highest grade, if that is above 0, the
// first of equals. The file may be gzipped, and is read as what it looks like:
//
//   - TREC qrels and MS MARCO's TSV: query, iteration, item, grade
//   - BEIR: a header with query-id, corpus-id and score
//   - ir_datasets export: lines of JSON, or tab-separated query, item, grade, iteration
//
// Columns may be separated by commas or semicolons, too, where ids have no spaces.
//
// Judgements of queries and items that the data set lacks are passed over; Judgements
// and the data set's line say how many. It is an error if none is left, if a grade is no whole number, or if
// a pair is judged twice with other grades.
func (d *Dataset) OpenQrels(path string) error {
	if _, err := d.readQrels(path); err != nil {
		return fmt.Errorf("workbench: open qrels %s: %w", path, err)
	}
	return nil
}

// Reasons why a file gives no judgements.
var (
	errStrangers   = errors.New("no line judges a query and an item of the data set")
	errNoJudgement = errors.New("it has a header and no judgements")
)

// judgement is a line of a file of judgements.
type judgement struct {
	line               int
	query, item, grade string
}

// readQrels adds the judgements of a file and reports which queries it judges. Its errors
// name the file.
func (d *Dataset) readQrels(path string) (judged []bool, err error) {
	var lines []textLine
	err = textfile.Lines(path, func(number int, line string) error {
		lines = append(lines, textLine{number, strings.TrimRight(strings.TrimLeft(line, " "), " \t")}) // the first column may have no name
		return nil
	})
	if err != nil {
		return nil, err
	}
	if judged, err = d.addQrels(lines); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return judged, nil
}

func (d *Dataset) addQrels(lines []textLine) ([]bool, error) {
	if lines == nil {
		return nil, errors.New("it is empty")
	}
	read, err := qrelsLayout(lines)
	if err != nil {
		return nil, err
	}
	queries, items := d.byID()
	known := func(js []judgement) (n int) {
		for _, j := range js {
			_, q := queries[j.query]
			_, i := items[j.item]
			if q && i {
				n++
			}
		}
		return n
	}
	graded := func(js []judgement) []judgement {
		return slices.DeleteFunc(slices.Clone(js), func(j judgement) bool { _, err := parseGrade(j.grade); return err != nil })
	}
	best := slices.MaxFunc(read, func(a, b []judgement) int { return known(graded(a)) - known(graded(b)) })
	if first := best[0]; known(best) == 0 {
		return nil, fmt.Errorf("%w %s: line %d has query %q and item %q, the data set has ids such as %q and %q",
			errStrangers, d.Name, first.line, first.query, first.item, d.Queries[0].ID, d.Items[0].ID)
	}
	return d.judge(best, queries, items)
}

// judge takes judgements over and reports which queries have any, also of items that the
// data set lacks.
func (d *Dataset) judge(js []judgement, queries, items map[string]int) ([]bool, error) {
	qrels := make([]map[int]int, len(d.Queries))
	for q, grades := range d.Qrels {
		qrels[q] = maps.Clone(grades)
	}
	gold := make(map[int]int) // best item by query, of those this file judges
	absent, judged := 0, make([]bool, len(d.Queries))
	for _, j := range js {
		grade, err := parseGrade(j.grade)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w: columns are query, iteration, item and grade, or named in a header with query-id, corpus-id and score", j.line, err)
		}
		q, isQuery := queries[j.query]
		it, isItem := items[j.item]
		if !isQuery {
			continue
		}
		judged[q] = true
		if !isItem {
			absent++
			continue
		}
		if qrels[q] == nil {
			qrels[q] = map[int]int{}
		}
		if old, twice := qrels[q][it]; twice && old != grade {
			return nil, fmt.Errorf("line %d: item %s of query %s has the grade %d here and %d before", j.line, j.item, j.query, grade, old)
		}
		qrels[q][it] = grade
		if b, found := gold[q]; grade > 0 && (!found || grade > qrels[q][b]) {
			gold[q] = it
		}
	}
	d.Qrels, d.absent, d.Queries = qrels, d.absent+absent, slices.Clone(d.Queries) // a copy of the data set keeps its own
	for q, it := range gold {
		d.Queries[q].Gold = it
	}
	return judged, nil
}

// parseGrade reads a grade, a whole number that some files write as 1.0.
func parseGrade(text string) (int, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v != float64(int32(v)) {
		return 0, fmt.Errorf("grade %q is not a whole number", text)
	}
	return int(v), nil
}

// Judgements says how many judgements the data set has, of how many queries, and how
// many of its queries' judgements it passed over because it lacks the item.
func (d *Dataset) Judgements() (judged, queries, absent int) {
	for _, grades := range d.Qrels {
		judged += len(grades)
		queries += min(len(grades), 1)
	}
	return judged, queries, d.absent
}

// grades returns the judgements of a query, by item row: those of Qrels, else Gold
// with grade 1. nil means that the query is not judged.
func (d *Dataset) grades(query int) map[int]int {
	switch {
	case query < len(d.Qrels):
		return d.Qrels[query]
	case d.Qrels != nil: // of a query that AddQuery added
		return nil
	}
	if gold := d.gold(query); gold >= 0 {
		return map[int]int{gold: 1}
	}
	return nil
}

// textLine is a line of a file that is not blank.
type textLine struct {
	number int // from 1
	text   string
}

// qrelsColumns are the names that headers and JSON have for query, item and grade.
var qrelsColumns = [3][]string{{"query-id", "query_id", "qid"}, {"corpus-id", "doc_id", "docid", "docno"}, {"score", "relevance", "rel"}}

// qrelsLayout reads lines in every layout that they may be in: one, but for four columns
// without a header.
func qrelsLayout(lines []textLine) ([][]judgement, error) {
	first := strings.ToLower(lines[0].text)
	switch {
	case strings.HasPrefix(first, "{"):
		js, err := jsonJudgements(lines)
		return [][]judgement{js}, err
	case strings.HasPrefix(first, "["):
		return nil, errors.New("it is a JSON array; one JSON object a line is wanted")
	case slices.ContainsFunc(tsvFields(first), func(c string) bool { return slices.Contains(qrelsColumns[0], c) }):
		return headedJudgements(lines)
	case slices.ContainsFunc(qrelsColumns[0], func(c string) bool { return strings.Contains(first, c) }):
		return nil, fmt.Errorf("line %d, %q, looks like a header whose columns no tab separates", lines[0].number, lines[0].text)
	}
	layouts := map[int][][3]int{4: {{0, 2, 3}, {0, 1, 2}}, 3: {{0, 1, 2}}}
	columns := len(tsvFields(lines[0].text))
	if layouts[columns] == nil {
		return nil, fmt.Errorf("line %d has %d columns: judgements have four (query, iteration, item, grade), or a header with query-id, corpus-id and score",
			lines[0].number, columns)
	}
	var read [][]judgement
	for _, at := range layouts[columns] {
		js, err := columnJudgements(lines, columns, at)
		if err != nil {
			return nil, err
		}
		read = append(read, js)
	}
	return read, nil
}

// tsvFields splits a line at tabs, where it has none at any spaces, and where it has none of these at
// commas or semicolons, as a table in CSV has them.
func tsvFields(line string) []string {
	if strings.Contains(line, "\t") {
		cells := strings.Split(line, "\t")
		for i, c := range cells {
			if len(c) > 1 && c[0] == '"' && c[len(c)-1] == '"' {
				cells[i] = c[1 : len(c)-1]
			}
		}
		return cells
	}
	if f := strings.Fields(line); len(f) != 1 {
		return f
	}
	for _, separator := range ",;" {
		r := csv.NewReader(strings.NewReader(line))
		r.Comma = separator
		if f, err := r.Read(); err == nil && len(f) > 1 {
			return f
		}
	}
	return []string{line}
}

func columnJudgements(lines []textLine, columns int, at [3]int) ([]judgement, error) {
	js := make([]judgement, len(lines))
	for i, l := range lines {
		f := tsvFields(l.text)
		if len(f) != columns {
			return nil, fmt.Errorf("line %d has %d columns, the first line %d", l.number, len(f), columns)
		}
		js[i] = judgement{l.number, f[at[0]], f[at[1]], strings.TrimSpace(f[at[2]])}
	}
	return js, nil
}

// headedJudgements reads columns by their names, which BEIR and ir_datasets spell differently.
func headedJudgements(lines []textLine) ([][]judgement, error) {
	header := tsvFields(strings.ToLower(lines[0].text))
	var at [3]int
	for i, names := range qrelsColumns {
		at[i] = slices.IndexFunc(header, func(c string) bool { return slices.Contains(names, c) })
		if at[i] < 0 {
			return nil, fmt.Errorf("the header has no column %s", strings.Join(names, " or "))
		}
	}
	if len(lines) == 1 {
		return nil, errNoJudgement
	}
	js, err := columnJudgements(lines[1:], len(header), at)
	return [][]judgement{js}, err
}

func jsonJudgements(lines []textLine) ([]judgement, error) {
	js := make([]judgement, len(lines))
	for i, l := range lines {
		var o jsonl.Object
		if err := json.Unmarshal([]byte(l.text), &o); err != nil {
			return nil, fmt.Errorf("line %d: %w", l.number, err)
		}
		var values [3]string
		for n, names := range qrelsColumns {
			at := slices.IndexFunc(names, o.Has)
			if at < 0 {
				return nil, fmt.Errorf("line %d: a judgement needs query_id, doc_id and relevance (%s)", l.number, o.Fields())
			}
			var err error
			if values[n], err = o.ID(names[at]); err != nil {
				return nil, fmt.Errorf("line %d: %w", l.number, err)
			}
		}
		js[i] = judgement{l.number, values[0], values[1], values[2]}
	}
	return js, nil
}
