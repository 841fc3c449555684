package workbench

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shown is a data set in a line: ids, texts, golds, and how it was split.
func shown(d *Dataset) string {
	var b strings.Builder
	for _, it := range d.Items {
		fmt.Fprintf(&b, "%s=%s ", it.ID, it.Text)
	}
	for q, query := range d.Queries {
		fmt.Fprintf(&b, "| %s=%s", query.ID, query.Text)
		if gold := d.gold(q); gold >= 0 {
			b.WriteString(" -> " + d.Items[gold].ID)
		}
	}
	return b.String()
}

// Tables as they are found: each opens with what is in it, or says which file and line are
// at fault and what is wanted.
func TestTablesFromTheWild(t *testing.T) {
	const queries = "id,text\na1,what is green\na2,what is black\n"
	const tea = "w1=green tea w2=black tea | a1=what is green| a2=what is black"
	utf16 := func(text string) string {
		b := []byte{0xff, 0xfe}
		for _, c := range []byte(text) {
			b = append(b, c, 0)
		}
		return string(b)
	}
	for name, c := range map[string]struct {
		file, items, queries string
		want                 string   // the data set, "" for an error
		says                 []string // that the error contains
	}{
		"header alone":         {"i.csv", "id,text\n", queries, "", []string{"i.csv", "a header and no rows"}},
		"Latin-1":              {"i.csv", "id,text\nw1,th\xe9 vert\nw2,black tea\n", queries, "", []string{"i.csv: line 2, column 6", "0xe9 is no UTF-8", "iconv"}},
		"Latin-1 queries":      {"i.csv", "id,text\nw1,green tea\n", "id,text\na1,th\xe9\n", "", []string{"q.csv: line 2, column 6", "iconv"}},
		"UTF-16":               {"i.csv", utf16("id,text\nw1,green tea\n"), queries, "", []string{"i.csv", "UTF-16", "save it as UTF-8"}},
		"open quote":           {"i.tsv", "id\ttext\nw1\t\"green tea\nw2\tblack tea\nw3\twater\n", queries, "", []string{"i.tsv: line 2", "quote", "not closed"}},
		"semicolons":           {"i.csv", "id;text\nw1;green tea\nw2;black tea\n", queries, tea, nil},
		"tabs named csv":       {"i.csv", "id\ttext\nw1\tgreen tea\nw2\tblack tea\n", queries, tea, nil},
		"commas named tsv":     {"i.tsv", "id,text\nw1,green tea\nw2,black tea\n", queries, tea, nil},
		"bars":                 {"i.txt", "id|text\nw1|green tea\nw2|black tea\n", queries, tea, nil},
		"a byte order mark":    {"i.csv", "\ufeffid,text\r\nw1,green tea\r\nw2,black tea\r\n", "\ufeff" + queries, tea, nil},
		"ends of lines of old": {"i.csv", "id,text\rw1,green tea\rw2,black tea\r", queries, tea, nil},
		"queries with items": {"i.csv", "id,text\nw1,green tea\n", "id,text,item\na1,what is green,w1\n",
			"w1=green tea | a1=what is green -> w1", nil},
		"queries of semicolon items": {"i.csv", "id;text\nw1;green tea\n", "id,text,item\na1,what is green,w1\n",
			"w1=green tea | a1=what is green -> w1", nil},
		"an item that is not there": {"i.csv", "id,text\nw1,green tea\n", "id,text,item\na1,what,w9\n", "", []string{"q.csv", "line 2", `no item "w9"`}},
		"two separators":            {"i.csv", "id,text;title\nw1,green;x\n", queries, "", []string{"i.csv", "separated in several ways"}},
		"no column":                 {"i.csv", "id,body\nw1,green\n", queries, "", []string{"i.csv", `no column "text"`}},
		"one id twice":              {"i.csv", "id,text\nw1,green\nw1,black\n", queries, "", []string{"item rows 0 and 1", `"w1"`}},
		"a web page":                {"i.csv", "<!DOCTYPE html><title>Sign in</title>", queries, "", []string{"i.csv", "a web page", "download the file itself"}},
		"an LFS pointer":            {"i.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n", queries, "", []string{"i.csv", "Git LFS pointer", "git lfs pull"}},
		"a spreadsheet":             {"i.csv", "PK\x03\x04\x00\x00", queries, "", []string{"i.csv", "Excel", "save the table as CSV"}},
		"nothing":                   {"i.csv", "", queries, "", []string{"i.csv", "empty"}},
	} {
		dir := t.TempDir()
		items, ask := filepath.Join(dir, c.file), filepath.Join(dir, "q.csv")
		Must(os.WriteFile(items, []byte(c.items), 0o644))
		Must(os.WriteFile(ask, []byte(c.queries), 0o644))
		d, err := OpenCSV(items, ask)
		answered(t, name, d, err, c.want, c.says)
	}
}

// answered compares a data set, or an error, with what is wanted.
func answered(t *testing.T, name string, d *Dataset, err error, want string, says []string) {
	t.Helper()
	if want != "" {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := shown(d); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		return
	}
	for _, part := range says {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: error %v, want one with %q", name, err, part)
		}
	}
}

// BEIR folders as they are found.
func TestBEIRFromTheWild(t *testing.T) {
	const corpus = `{"_id":"w1","text":"green tea"}` + "\n" + `{"_id":"w2","text":"black tea"}` + "\n"
	const queries = `{"_id":"a1","text":"what is green"}` + "\n"
	const want = "w1=green tea w2=black tea | a1=what is green"
	bom := func(text string) string { return "\ufeff" + strings.ReplaceAll(text, "\n", "\r\n") }
	for name, c := range map[string]struct {
		files map[string]string
		want  string
		says  []string
	}{
		"as it should be": {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries}, want, nil},
		"byte order marks": {map[string]string{"corpus.jsonl": bom(corpus), "queries.jsonl": bom(queries + `{"_id":"a2","text":"what is black"}` + "\n"),
			"qrels/test.tsv": bom("query-id\tcorpus-id\tscore\na1\tw1\t1\n")}, want + " -> w1| a2=what is black", nil},
		"an array": {map[string]string{"corpus.jsonl": `[{"_id":"w1","text":"green tea"},` + "\n" + ` {"_id":"w2","text":"black tea"}]` + "\n", "queries.jsonl": queries}, "",
			[]string{"corpus.jsonl", "JSON array", "one JSON object a line is wanted"}},
		"an array of queries": {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": "[" + queries + "]"}, "", []string{"queries.jsonl", "JSON array"}},
		"ids that are numbers": {map[string]string{"corpus.jsonl": `{"_id":1,"text":"green"}`, "queries.jsonl": `{"_id":7,"text":"what"}`,
			"qrels/test.tsv": "query-id\tcorpus-id\tscore\n7\t1\t1\n"}, "1=green | 7=what -> 1", nil},
		"an id that is none":       {map[string]string{"corpus.jsonl": `{"_id":null,"text":"green"}`, "queries.jsonl": queries}, "", []string{"corpus.jsonl: object 1", "_id is null", "a string or a number"}},
		"a text that is a list":    {map[string]string{"corpus.jsonl": `{"_id":"w1","text":["green"]}`, "queries.jsonl": queries}, "", []string{"corpus.jsonl: object 1", "text is an array", "a string is wanted"}},
		"other fields":             {map[string]string{"corpus.jsonl": `{"id":"w1","contents":"green"}`, "queries.jsonl": queries}, "", []string{"corpus.jsonl: object 1", "no _id", "contents, id"}},
		"a folder in a folder":     {map[string]string{"tea/corpus.jsonl": corpus, "tea/queries.jsonl": queries}, "", []string{"corpus.jsonl is not here", "open that folder"}},
		"Latin-1":                  {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": "{\"_id\":\"a1\",\"text\":\"th\xe9\"}"}, "", []string{"queries.jsonl", "line 1, column 23", "0xe9", "iconv"}},
		"half a character":         {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": `{"_id":"a1","text":"\ud83d"}`}, "", []string{"queries.jsonl: object 1", "surrogate"}},
		"an LFS pointer":           {map[string]string{"corpus.jsonl": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n", "queries.jsonl": queries}, "", []string{"corpus.jsonl", "git lfs pull"}},
		"judgements of strangers":  {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels/test.tsv": "query-id\tcorpus-id\tscore\nz1\tw1\t1\n"}, "", []string{"test.tsv", "z1"}},
		"a grade that is no grade": {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels/test.tsv": "query-id\tcorpus-id\tscore\na1\tw1\tgood\n"}, "", []string{"test.tsv", "line 2", "good"}},
	} {
		d, err := OpenBEIR(write(t, c.files))
		answered(t, name, d, err, c.want, c.says)
	}
}

// Vectors that are not finite, given by hand: an error that names the row, by every method,
// and no search that never ends.
func TestVectorsFromTheWild(t *testing.T) {
	for what, v := range map[string]float32{"NaN": float32(math.NaN()), "+Inf": float32(math.Inf(1)), "float32 cannot multiply": 3e38} {
		for _, m := range allMethods() {
			for _, where := range []string{"query row 1 (q1)", "item row 0 (i0)"} {
				d, _ := toy(2, 2, 6, 2)
				if at := d.DE.Queries.Row(1); strings.HasPrefix(where, "query") {
					at[0] = v
				} else {
					d.DE.Items.Data[0] = v
				}
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				_, err := Factorize(ctx, d, nil, FactorizeOptions{Method: m})
				cancel()
				if err == nil || !strings.Contains(err.Error(), where) || !strings.Contains(err.Error(), what) {
					t.Errorf("%s, %s, %s: error %v", what, m, where, err)
				}
			}
		}
	}
}
