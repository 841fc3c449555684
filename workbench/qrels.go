package workbench

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// OpenQrels adds the relevance judgements of a file to Qrels, and sets the Gold of
// the queries that it judges: the item of their highest grade, if that is above 0, the
// first of equals. The file may be gzipped, and is read as what it looks like:
//
//   - TREC qrels and MS MARCO's TSV: query, iteration, item, grade
//   - BEIR: a header with query-id, corpus-id and score
//   - ir_datasets export: lines of JSON, or tab-separated query, item, grade, iteration
//
// Judgements of queries and items that the data set lacks are passed over; Judgements
// says how many. It is an error if none is left, if a grade is no whole number, or if
// a pair is judged twice with other grades.
func (d *Dataset) OpenQrels(path string) error {
	if err := d.readQrels(path); err != nil {
		return fmt.Errorf("workbench: open qrels %s: %w", path, err)
	}
	return nil
}

// judgement is a line of a file of judgements.
type judgement struct {
	line               int
	query, item, grade string
}

func (d *Dataset) readQrels(path string) error {
	lines, err := qrelsLines(path)
	if err != nil {
		return err
	}
	read, err := qrelsLayout(lines)
	if err != nil {
		return err
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
	if known(best) == 0 {
		return d.strangers(best[0])
	}
	return d.judge(best, queries, items)
}

// strangers is the error about a file none of whose judgements concern the data set.
func (d *Dataset) strangers(first judgement) error {
	if len(d.Queries) == 0 || len(d.Items) == 0 {
		return errors.New("the data set has no queries or items yet")
	}
	return fmt.Errorf("no line judges a query and an item of %s: line %d has query %q and item %q, the data set has ids such as %q and %q",
		d.Name, first.line, first.query, first.item, d.Queries[0].ID, d.Items[0].ID)
}

// judge takes judgements over.
func (d *Dataset) judge(js []judgement, queries, items map[string]int) error {
	qrels := make([]map[int]int, len(d.Queries))
	for q, grades := range d.Qrels {
		qrels[q] = maps.Clone(grades)
	}
	gold := make(map[int]int) // best item by query, of those this file judges
	absent := 0
	for _, j := range js {
		grade, err := parseGrade(j.grade)
		if err != nil {
			return fmt.Errorf("line %d: %w", j.line, err)
		}
		q, isQuery := queries[j.query]
		it, isItem := items[j.item]
		if !isQuery || !isItem {
			if isQuery {
				absent++
			}
			continue
		}
		if qrels[q] == nil {
			qrels[q] = map[int]int{}
		}
		if old, twice := qrels[q][it]; twice && old != grade {
			return fmt.Errorf("line %d: item %s of query %s has the grade %d here and %d before", j.line, j.item, j.query, grade, old)
		}
		qrels[q][it] = grade
		if b, found := gold[q]; grade > 0 && (!found || grade > qrels[q][b]) {
			gold[q] = it
		}
	}
	d.Qrels, d.absent = qrels, d.absent+absent
	for q, it := range gold {
		d.Queries[q].Gold = it
	}
	return nil
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
	if d.Qrels != nil {
		return d.Qrels[query]
	}
	if gold := d.Queries[query].Gold; gold >= 0 {
		return map[int]int{gold: 1}
	}
	return nil
}

// unzipped reads a file, gzipped or not.
func unzipped(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil || !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, err
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// textLine is a line of a file that is not blank.
type textLine struct {
	number int // from 1
	text   string
}

func qrelsLines(path string) ([]textLine, error) {
	data, err := unzipped(path)
	if err != nil {
		return nil, err
	}
	var lines []textLine
	sc := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	sc.Buffer(nil, 1<<24)
	for n := 1; sc.Scan(); n++ {
		if text := strings.TrimSpace(sc.Text()); text != "" {
			lines = append(lines, textLine{n, text})
		}
	}
	if sc.Err() == nil && lines == nil {
		return nil, errors.New("it is empty")
	}
	return lines, sc.Err()
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
	case slices.ContainsFunc(fields(first), func(c string) bool { return slices.Contains(qrelsColumns[0], c) }):
		return headedJudgements(lines)
	}
	layouts := map[int][][3]int{4: {{0, 2, 3}, {0, 1, 2}}, 3: {{0, 1, 2}}}
	columns := len(fields(lines[0].text))
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

// fields splits a line at tabs, or at any spaces where it has no tab.
func fields(line string) []string {
	if strings.Contains(line, "\t") {
		return strings.Split(line, "\t")
	}
	return strings.Fields(line)
}

func columnJudgements(lines []textLine, columns int, at [3]int) ([]judgement, error) {
	js := make([]judgement, len(lines))
	for i, l := range lines {
		f := fields(l.text)
		if len(f) != columns {
			return nil, fmt.Errorf("line %d has %d columns, line %d has %d", l.number, len(f), lines[0].number, columns)
		}
		js[i] = judgement{l.number, f[at[0]], f[at[1]], strings.TrimSpace(f[at[2]])}
	}
	return js, nil
}

// headedJudgements reads columns by their names, which BEIR and ir_datasets spell differently.
func headedJudgements(lines []textLine) ([][]judgement, error) {
	header := fields(strings.ToLower(lines[0].text))
	var at [3]int
	for i, names := range qrelsColumns {
		at[i] = slices.IndexFunc(header, func(c string) bool { return slices.Contains(names, c) })
		if at[i] < 0 {
			return nil, fmt.Errorf("the header has no column %s", strings.Join(names, " or "))
		}
	}
	if len(lines) == 1 {
		return nil, errors.New("it has a header and no judgements")
	}
	js, err := columnJudgements(lines[1:], len(header), at)
	return [][]judgement{js}, err
}

func jsonJudgements(lines []textLine) ([]judgement, error) {
	js := make([]judgement, len(lines))
	for i, l := range lines {
		var row map[string]any
		dec := json.NewDecoder(strings.NewReader(l.text))
		dec.UseNumber() // ids of digits are read as they are written
		if err := dec.Decode(&row); err != nil {
			return nil, fmt.Errorf("line %d: %w", l.number, err)
		}
		text := func(names []string) string {
			for _, n := range names {
				if v, ok := row[n]; ok && v != nil {
					return fmt.Sprint(v)
				}
			}
			return ""
		}
		j := judgement{l.number, text(qrelsColumns[0]), text(qrelsColumns[1]), text(qrelsColumns[2])}
		if j.query == "" || j.item == "" || j.grade == "" {
			return nil, fmt.Errorf("line %d: a judgement needs query_id, doc_id and relevance", l.number)
		}
		js[i] = j
	}
	return js, nil
}
