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

	"axn/workbench/internal/sharedtest"
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
		"ids that became floats":    {"i.csv", "id,text\n1,green tea\n2,black tea\n", "id,text,item\na1,what,2.0\n", "", []string{"q.csv", "line 2", `no item "2.0", but "2"`, "astype"}},
		"ids that lost their zeros": {"i.csv", "id,text\n007,green tea\n", "id,text,item\na1,what,7\n", "", []string{"q.csv", `no item "7"`, `such as "007"`}},
		"ids by another name":       {"i.csv", "key,text\nw1,green tea\n", "id,text,item\na1,what,w1\n", "", []string{"q.csv", `no item "w1"`, "the table of items has no column id", "row numbers 0 to 0"}},
		"large numbers and spaces":  {"i.csv", "ID , Text\n 12345678901234567890 , green tea \n a b ,black tea\n", "id,text,item\na1,what,a b\n", "12345678901234567890=green tea a b=black tea | a1=what -> a b", nil},
		"a column without a name":   {"i.csv", ",id,text\n0,w1,green tea\n1,w2,black tea\n", queries, tea, nil},
		"empty columns at the end":  {"i.csv", "id,text,,\nw1,green tea,,\nw2,black tea,,\n", queries, tea, nil},
		"a comma more in one row":   {"i.csv", "id,text\nw1,green tea,\n", queries, "", []string{"i.csv: line 2 has 3 columns, the header 2"}},
		"two columns of one name":   {"i.csv", "id,text,Text\nw1,a,b\n", queries, "", []string{"i.csv", `two columns are called "text"`}},
		"an empty id":               {"i.csv", "id,text\n,green tea\n", queries, "", []string{"i.csv: line 2", "the row has no id"}},
		"a break within quotes":     {"i.csv", "id,text\r\nw1,\"green\r\ntea\"\r\nw2,black tea\r\n", queries, "w1=green\ntea w2=black tea | a1=what is green| a2=what is black", nil},
		"UTF-16 without a mark":     {"i.csv", utf16("id,text\nw1,green tea\n")[2:], queries, "", []string{"i.csv: line 1, column 2: a zero byte", "UTF-16LE"}},
		"a zero byte":               {"i.csv", "id,text\nw1,green\x00tea\n", queries, "", []string{"i.csv: line 2, column 9: a zero byte"}},
		"a gzip archive cut short":  {"i.csv.gz", gzipped(t, strings.Repeat("id,text\nw1,green tea\n", 9))[:30], queries, "", []string{"i.csv.gz", "cut short"}},
		"an invisible character":    {"i.csv", "\ufeff\u200bid,text\u2060\nw1,green tea\nw2,black tea\n", queries, tea, nil},
		"BEIR's name of ids":        {"i.csv", "_id,text\nw1,green tea\nw2,black tea\n", queries, tea, nil},
		"ids by a kindred name":     {"i.csv", "text,doc_id\ngreen tea,w1\n", queries, "", []string{"i.csv", `no column "id"`, `"doc_id" looks like it: call it id`}},
		"items by a name of ids":    {"i.csv", "id,text\nw1,green tea\n", "text,doc_id\nwhat,w1\n", "", []string{"q.csv", `no column "item"`, `"doc_id" looks like it: call it item`}},
		"items by a kindred name":   {"i.csv", "id,text\nw1,green tea\n", "id,text,doc_id\na1,what,w1\n", "", []string{"q.csv", `no column "item"`, `"doc_id" looks like it`}},
		"other ids":                 {"i.csv", "id,category_id,text\nw1,7,green tea\nw2,7,black tea\n", queries, tea, nil},
		"Markdown":                  {"i.md", "| id | text |\n|:---|---:|\n| w1 | green tea |\n| w2 | black tea |\n", queries, tea, nil},
		"XML":                       {"i.csv", "<items>\n<item/></items>", queries, "", []string{"i.csv", "it begins as XML does"}},
		"JSON lines":                {"i.csv", `{"id":"w1","text":"green tea"}` + "\n", queries, "", []string{"i.csv", "OpenBEIR"}},
		"two separators":            {"i.csv", "id,text;title\nw1,green;x\n", queries, "", []string{"i.csv", "separated in several ways"}},
		"no column":                 {"i.csv", "id,body\nw1,green\n", queries, "", []string{"i.csv", `no column "text"`}},
		"one id twice":              {"i.csv", "id,text\nw1,green\nw1,black\n", queries, "", []string{"item rows 0 and 1", `"w1"`}},
		"a web page":                {"i.csv", "<!DOCTYPE html><title>Sign in</title>", queries, "", []string{"i.csv", "a web page", "download the file itself"}},
		"an LFS pointer":            {"i.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n", queries, "", []string{"i.csv", "Git LFS pointer", "git lfs pull"}},
		"a spreadsheet":             {"i.csv", "PK\x03\x04\x00\x00", queries, "", []string{"i.csv", "Excel", "save the table as CSV"}},
		"separated by colons":       {"i.csv", "id:text\nw1:green tea\n", queries, "", []string{"i.csv", `the header "id:text" names id and text`, "separate them by commas"}},
		"Hive's separator":          {"i.csv", "id\x01text\nw1\x01green tea\n", queries, "", []string{"i.csv", "names id and text"}},
		"wide commas":               {"i.csv", "id，text\nw1，green tea\n", queries, "", []string{"i.csv", "names id and text"}},
		"a hash before the header":  {"i.csv", "#id,text\nw1,green tea\nw2,black tea\n", queries, tea, nil},
		"one table behind another":  {"i.csv", "id,text\nw1,green tea\nid,text\nw2,black tea\n", queries, "", []string{"i.csv: line 3 repeats the header"}},
		"marks behind another":      {"i.csv", "id,text\nw1,green tea\n\ufeffw2,black tea\n", queries, tea, nil},
		"another Unicode form":      {"i.csv", "id,text\ncaf\u00e9,green tea\n", "id,text,item\na1,what,cafe\u0301\n", "", []string{"q.csv", "line 2", "another Unicode form"}},
		"blank rows":                {"i.csv", "id,text\nw1,green tea\n,\nw2,black tea\n , \n", queries, tea, nil},
		"ids alone":                 {"i.csv", "id\nw1\nw2\n", queries, "", []string{"i.csv", `its one column is called "id"`, "none called text"}},
		"UTF-32":                    {"i.csv", "\xff\xfe\x00\x00i\x00\x00\x00", queries, "", []string{"i.csv", "UTF-32"}},
		"Feather":                   {"i.csv", "FEA1\x00\x00", queries, "", []string{"i.csv", "a Feather file"}},
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

// manyFields are fields of a JSON object.
func manyFields(n int) string {
	var fields []string
	for i := range n {
		fields = append(fields, fmt.Sprintf(`"f%03d":"text"`, i))
	}
	return strings.Join(fields, ",")
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
		"qrels with commas":        {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels/test.tsv": "query-id,corpus-id,score\na1,w1,1\n"}, want + " -> w1", nil},
		"qrels with numbered rows": {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels/test.tsv": "\tquery-id\tcorpus-id\tscore\n0\ta1\tw1\t1\n"}, want + " -> w1", nil},
		"qrels in quotes":          {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels/test.tsv": "\"query-id\"\t\"corpus-id\"\t\"score\"\n\"a1\"\t\"w1\"\t\"1\"\n"}, want + " -> w1", nil},
		"Parquet":                  {map[string]string{"corpus.parquet": "PAR1", "queries.jsonl": queries}, "", []string{"corpus.jsonl", "here are corpus.parquet, queries.jsonl"}},
		"qrels by another name":    {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels/validation.tsv": "query-id\tcorpus-id\tscore\na1\tw1\t1\n"}, "", []string{"qrels/validation.tsv is not read", "OpenQrels"}},
		"qrels in one qrel":        {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrel/test.tsv": "query-id\tcorpus-id\tscore\na1\tw1\t1\n"}, "", []string{"qrel/test.tsv is not read"}},
		"qrels in capitals":        {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "Qrels/test.tsv": "query-id\tcorpus-id\tscore\na1\tw1\t1\n"}, "", []string{"Qrels/test.tsv is not read"}},
		"qrels without a folder":   {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "test.tsv": "query-id\tcorpus-id\tscore\na1\tw1\t1\n"}, "", []string{"test.tsv is not read"}},
		"qrels in another folder":  {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "relevance/dev.tsv": "query-id\tcorpus-id\tscore\na1\tw1\t1\n"}, "", []string{"relevance/dev.tsv is not read"}},
		"qrels as JSON lines":      {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels/test.jsonl": "{}"}, "", []string{"qrels/test.jsonl is not read"}},
		"the test under another":   {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels/train.tsv": "query-id\tcorpus-id\tscore\na1\tw1\t1\n", "qrels/Test.tsv": "query-id\tcorpus-id\tscore\na1\tw1\t1\n"}, "", []string{"qrels/Test.tsv is not read"}},
		"more beside the training": {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels/train.tsv": "query-id\tcorpus-id\tscore\na1\tw1\t1\n", "qrels/README.txt": "x"}, want + " -> w1", nil},
		"files of another kind":    {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "README.md": "x", "notes/today.txt": "x"}, want, nil},
		"a folder for a file":      {map[string]string{"corpus.jsonl/part-0": corpus, "queries.jsonl": queries}, "", []string{"corpus.jsonl is a folder"}},
		"marks in the middle":      {map[string]string{"corpus.jsonl": strings.Replace(corpus, "\n", "\n\ufeff", 1), "queries.jsonl": queries}, want, nil},
		"one header after another": {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels/test.tsv": "query-id\tcorpus-id\tscore\na1\tw1\t1\nquery-id\tcorpus-id\tscore\n"}, "", []string{"test.tsv: line 3", `"score"`}},
		"a grade with a comma":     {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels/test.tsv": "query-id\tcorpus-id\tscore\na1\tw1\t1,0\n"}, "", []string{"test.tsv: line 2", `"1,0"`}},
		"an infinite grade":        {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels/test.tsv": "query-id\tcorpus-id\tscore\na1\tw1\tinf\n"}, "", []string{"test.tsv: line 2", `"inf"`}},
		"qrels beside":             {map[string]string{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels.test.txt": "a1 0 w1 1\n"}, "", []string{"qrels.test.txt is not read"}},
		"commas between":           {map[string]string{"corpus.jsonl": `{"_id":"w1","text":"green"},` + "\n" + `{"_id":"w2","text":"black"}`, "queries.jsonl": queries}, "", []string{"corpus.jsonl: object 2", "nothing between them"}},
		"NaN":                      {map[string]string{"corpus.jsonl": `{"_id":"w1","text":"green","score":NaN}`, "queries.jsonl": queries}, "", []string{"corpus.jsonl: object 1", "null for None and NaN"}},
		"one object of all":        {map[string]string{"corpus.jsonl": `{` + manyFields(101) + `}`, "queries.jsonl": queries}, "", []string{"corpus.jsonl: object 1: it has no _id", "and 91 more"}},
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
		odd := filepath.Join(t.TempDir(), "[a] {b} ü") // a name that is a pattern, too
		Must(os.CopyFS(odd, os.DirFS(write(t, c.files))))
		d, err = OpenBEIR(odd)
		answered(t, name+" in an odd folder", d, err, c.want, c.says)
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
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				_, err := Factorize(ctx, d, nil, FactorizeOptions{Method: m})
				cancel()
				if err == nil || !strings.Contains(err.Error(), where) || !strings.Contains(err.Error(), what) {
					t.Errorf("%s, %s, %s: error %v", what, m, where, err)
				}
			}
		}
	}
}

// TestSharedTables opens the files collected in shared/cases as they lie there.
func TestSharedTables(t *testing.T) {
	const items, queries = "w1=green tea w2=black tea ", "| a1=what is green| a2=what is black"
	for file, c := range map[string]struct {
		want string
		says []string
	}{
		"header_alone.csv":   {"", []string{"header_alone.csv", "a header and no rows"}},
		"latin1.csv":         {"", []string{"latin1.csv: line 2, column 6", "iconv"}},
		"open_quote.tsv":     {"", []string{"open_quote.tsv: line 2", "not closed"}},
		"semicolons.csv":     {items + queries, nil},
		"tabs_named_csv.csv": {items + queries, nil},
	} {
		d, err := OpenCSV(sharedtest.Path(t, "cases/tables", file), sharedtest.Path(t, "cases/tables/queries.csv"))
		answered(t, file, d, err, c.want, c.says)
	}
	d, err := OpenCSV(sharedtest.Path(t, "cases/tables/semicolons.csv"), sharedtest.Path(t, "cases/tables/queries_with_items.csv"))
	answered(t, "queries_with_items.csv", d, err, items+"| a1=what is green -> w1", nil)
	d, err = OpenBEIR(sharedtest.Path(t, "cases/beir-array"))
	answered(t, "beir-array", d, err, "", []string{"corpus.jsonl", "JSON array", "one JSON object a line is wanted"})
	d, err = OpenBEIR(sharedtest.Path(t, "cases/beir-bom"))
	answered(t, "beir-bom", d, err, items+"| a1=what is green -> w1| a2=what is black", nil)
}
