package workbench

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func qrelsToy() *Dataset {
	return &Dataset{Name: "toy", Queries: []Query{{ID: "q1", Gold: -1}, {ID: "22", Gold: 2}, {ID: "q3", Gold: -1}},
		Items: []Item{{ID: "a"}, {ID: "0"}, {ID: "17"}, {ID: "b c"}}}
}

func gzipped(t *testing.T, text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestQrelsLayouts(t *testing.T) {
	want := []map[int]int{{0: 2, 1: 0}, {2: 1}, nil}
	for name, text := range map[string]string{
		"TREC":                "q1 0 a 2\nq1 0 0 0\n22 0 17 1\n",
		"TREC, Q0 and CRLF":   "q1 Q0 a 2\r\nq1 Q0 0 0\r\n\r\n22 Q0 17 1\r\n",
		"MS MARCO":            "q1\t0\ta\t2\nq1\t0\t0\t0\n22\t0\t17\t1",
		"BEIR":                "query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\t0\t0\n22\t17\t1\n",
		"BOM, decimal grades": "\ufeffquery-id\tcorpus-id\tscore\nq1\ta\t2.0\nq1\t0\t0.0\n22\t17\t1.0\n",
		"BEIR, other order":   "score\tquery-id\tcorpus-id\n2\tq1\ta\n0\tq1\t0\n1\t22\t17\n",
		"ir_datasets JSON":    `{"query_id": "q1", "doc_id": "a", "relevance": 2, "iteration": "0"}` + "\n" + `{"query_id": "q1", "doc_id": "0", "relevance": 0}` + "\n" + `{"query_id": 22, "doc_id": 17, "relevance": 1}`,
		"ir_datasets tsv":     "q1\ta\t2\t0\nq1\t0\t0\t0\n22\t17\t1\t0\n",
		"commas":              "query-id,corpus-id,score\r\nq1,a,2\r\nq1,0,0\r\n22,17,1\r\n",
		"semicolons":          "score;\"query-id\";corpus-id\n2;\"q1\";a\n0;q1;0\n1;22;17\n",
		"commas, no header":   "q1,0,a,2\nq1,0,0,0\n22,0,17,1\n",
		"three columns":       "q1\ta\t2\nq1\t0\t0\n22\t17\t1\n",
		"gzip":                gzipped(t, "q1 0 a 2\nq1 0 0 0\n22 0 17 1\n"),
		"others passed over":  "q1 0 a 2\nq1 0 elsewhere 3\nq9 0 a 1\nq1 0 0 0\n22 0 17 1\n",
	} {
		d := qrelsToy()
		path := filepath.Join(t.TempDir(), "qrels")
		os.WriteFile(path, []byte(text), 0o644)
		if err := d.OpenQrels(path); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !reflect.DeepEqual(d.Qrels, want) {
			t.Errorf("%s: %v, want %v", name, d.Qrels, want)
		}
		if d.Queries[0].Gold != 0 || d.Queries[1].Gold != 2 || d.Queries[2].Gold != -1 {
			t.Errorf("%s: gold %d, %d, %d", name, d.Queries[0].Gold, d.Queries[1].Gold, d.Queries[2].Gold)
		}
		judged, queries, absent := d.Judgements()
		if judged != 3 || queries != 2 || absent != strings.Count(text, "elsewhere") {
			t.Errorf("%s: %d judgements of %d queries, %d absent", name, judged, queries, absent)
		}
	}
}

func TestQrelsAdd(t *testing.T) {
	d := qrelsToy()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		os.WriteFile(path, []byte(text), 0o644)
		return path
	}
	for _, path := range []string{write("train", "q1 0 a 1\n"), write("test", "q1 0 17 3\nq1 0 a 1\nq3 0 a 1\n")} {
		if err := d.OpenQrels(path); err != nil {
			t.Fatal(err)
		}
	}
	if want := []map[int]int{{0: 1, 2: 3}, nil, {0: 1}}; !reflect.DeepEqual(d.Qrels, want) {
		t.Errorf("two files give %v, want %v", d.Qrels, want)
	}
	if d.Queries[0].Gold != 2 {
		t.Errorf("gold is row %d, the best judged is 2", d.Queries[0].Gold)
	}
	before := d.Qrels
	if err := d.OpenQrels(write("bad", "q3 0 b 1\nq1 0 a 2\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("another grade of the same pair: %v", err)
	}
	if !reflect.DeepEqual(d.Qrels, before) {
		t.Error("a file that was refused changed the judgements")
	}
}

func TestQrelsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "empty",
		"\n\n":                                "empty",
		"query-id\tcorpus-id\tscore\n":        "no judgements",
		"query-id\tdocument\tscore\nq1\ta\t1": "no column corpus-id",
		"q1 a\n":                              "2 columns",
		"query-id|corpus-id|score\nq1|a|1\n":  "whose columns no tab separates",
		"q1,a\n":                              "2 columns",
		"q1 0 a 1\nq1 0 a\n":                  "line 2 has 3 columns",
		"q1 0 a yes\n":                        `"yes" is not a whole number`,
		"q1 0 a 0.5\n":                        `"0.5" is not a whole number`,
		"q1 0 a NaN\n":                        "not a whole number",
		"x 0 y 1\n":                           `query "x" and item "y"`,
		`[{"query_id": "q1"}]`:                "one JSON object a line",
		`{"query_id": "q1"}`:                  "needs query_id, doc_id and relevance",
		`{"query_id": `:                       "line 1",
	} {
		d := qrelsToy()
		path := filepath.Join(t.TempDir(), "qrels.tsv")
		os.WriteFile(path, []byte(text), 0o644)
		if err := d.OpenQrels(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
	if err := qrelsToy().OpenQrels(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there opens")
	}
}

func FuzzQrels(f *testing.F) {
	for _, text := range []string{"q1 0 a 2\n", "query-id\tcorpus-id\tscore\nq1\ta\t1", `{"query_id": 1, "doc_id": "a", "relevance": 1}`, "\x1f\x8b"} {
		f.Add([]byte(text))
	}
	path := filepath.Join(f.TempDir(), "qrels")
	f.Fuzz(func(t *testing.T, text []byte) {
		os.WriteFile(path, text, 0o644)
		d := qrelsToy()
		if d.OpenQrels(path) == nil {
			if n, _, _ := d.Judgements(); n == 0 {
				t.Error("no judgement and no error")
			}
		}
	})
}

// TestQrelsOfAddedQueries: a query that came after the judgements has none.
func TestQrelsOfAddedQueries(t *testing.T) {
	d, _ := toy(1, 4, 8, 2)
	d.Qrels = []map[int]int{{1: 2}, nil, nil, nil}
	row := must[int](t)(d.AddQuery(Query{ID: "later", Gold: 3}, []float32{1, 0}))
	rs := []Result{{Query: 0, Items: []int{1}, Scores: []float64{1}}, {Query: row, Items: []int{1}, Scores: []float64{1}}}
	if e := must[*Evaluation](t)(Evaluate(d, rs, "P@1")); len(e.Queries) != 1 || e.Means[0] != 1 {
		t.Errorf("%v", e)
	}
	d.Qrels = make([]map[int]int, 6)
	if err := d.Check(); err == nil || !strings.Contains(err.Error(), "judgements of 6 queries, there are 5") {
		t.Errorf("too many rows of judgements: %v", err)
	}
}
