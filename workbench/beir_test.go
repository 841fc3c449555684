package workbench

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// write makes files below a new folder.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "fruit")
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func beirFiles() map[string]string {
	return map[string]string{
		"corpus.jsonl": `{"_id": "a", "title": "Apple", "text": "round, <red>", "metadata": {"x": 1}}` + "\n" +
			`{"_id": "b", "title": "", "text": "long and yellow"}` + "\n\n" + `{"_id": "c", "text": "sour"}`,
		"queries.jsonl":  `{"_id": "1", "text": "yellow fruit"}` + "\n" + `{"_id": "2", "text": "red fruit"}` + "\n" + `{"_id": "3", "text": "blue fruit"}` + "\n",
		"qrels/test.tsv": "query-id\tcorpus-id\tscore\n1\tc\t1\n1\tb\t2\n1\ta\t2\n1\tgone\t3\ngone\ta\t1\n3\ta\t0\n",
	}
}

func TestOpenBEIR(t *testing.T) {
	d := must[*Dataset](t)(OpenBEIR(write(t, beirFiles())))
	wantItems := []Item{{ID: "a", Text: "Apple round, <red>"}, {ID: "b", Text: "long and yellow"}, {ID: "c", Text: "sour"}}
	if !reflect.DeepEqual(d.Items, wantItems) {
		t.Errorf("items %+v", d.Items)
	}
	wantQueries := []Query{{"1", "yellow fruit", 1}, {"2", "red fruit", -1}, {"3", "blue fruit", -1}}
	if !reflect.DeepEqual(d.Queries, wantQueries) {
		t.Errorf("queries %+v", d.Queries)
	}
	if d.Name != "fruit" || !reflect.DeepEqual(d.Test, []int{0, 2}) || !reflect.DeepEqual(d.Train, []int{1}) {
		t.Errorf("%s: test %v, train %v", d.Name, d.Test, d.Train)
	}
}

func TestOpenBEIRWithoutUsefulSplit(t *testing.T) {
	lines := ""
	for i := range 10 {
		lines += fmt.Sprintf(`{"_id": "%d", "text": "q"}`+"\n", i)
	}
	files := beirFiles()
	files["queries.jsonl"] = lines
	delete(files, "qrels/test.tsv")
	first := must[*Dataset](t)(OpenBEIR(write(t, files)))
	if again := must[*Dataset](t)(OpenBEIR(write(t, files))); len(first.Test) != 2 || len(first.Train) != 8 || !reflect.DeepEqual(first.Test, again.Test) {
		t.Errorf("test %v, train %v, again test %v", first.Test, first.Train, again.Test)
	}
}

func TestOpenBEIRErrors(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"not JSON":      {"corpus.jsonl", `{"_id": "a", "text": "x"}` + "\n{", "corpus.jsonl: object 2: the file ends within it: it was cut short"},
		"no id":         {"queries.jsonl", `{"id": "1", "text": "x"}`, "queries.jsonl: object 1: it has no _id (its fields are id, text)"},
		"same id":       {"corpus.jsonl", `{"_id": "a", "text": "x"}{"_id": "a", "text": ""}`, `item rows 0 and 1 share the id "a"`},
		"no queries":    {"queries.jsonl", "", "0 queries and 3 items"},
		"qrels header":  {"qrels/test.tsv", "query-id\tdoc\tscore\n1\ta\t1\n", "test.tsv: the header has no column corpus-id"},
		"qrels score":   {"qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\ta\thigh\n", `test.tsv: line 2: grade "high" is not a whole number`},
		"qrels ids":     {"qrels/test.tsv", "query-id\tcorpus-id\tscore\nx\ty\t1\n", `query "x" and item "y"`},
		"array":         {"corpus.jsonl", `[{"_id": "a", "text": "x"},` + "\n" + `{"_id": "b", "text": "y"}]`, "corpus.jsonl: it is a JSON array: one JSON object a line is wanted"},
		"array later":   {"corpus.jsonl", "\n  [\n" + `{"_id": "a", "text": "x"}]`, "JSON array"},
		"list a line":   {"corpus.jsonl", `{"_id": "a", "text": "x"}` + "\n" + `["b", "y"]`, "object 2: it is a JSON array, an object is wanted"},
		"null line":     {"corpus.jsonl", "null", "object 1: it is null"},
		"null text":     {"corpus.jsonl", `{"_id": "a", "text": null}`, "object 1: its text is null: a string is wanted"},
		"number":        {"queries.jsonl", `{"_id": "a", "text": 7}`, "object 1: its text is a number"},
		"list of texts": {"corpus.jsonl", `{"_id": "a", "text": ["x", "y"]}`, "its text is an array"},
		"other name":    {"corpus.jsonl", `{"_id": "a", "contents": "x"}`, "it has no text (its fields are _id, contents)"},
		"null id":       {"corpus.jsonl", `{"_id": null, "text": "x"}`, "its _id is null: a string or a number is wanted"},
		"id object":     {"corpus.jsonl", `{"_id": {"$oid": "1"}, "text": "x"}`, "its _id is an object"},
		"empty id":      {"queries.jsonl", `{"_id": "", "text": "x"}`, "its _id is empty"},
		"title":         {"corpus.jsonl", `{"_id": "a", "title": 3, "text": "x"}`, "its title is a number"},
		"Latin-1":       {"corpus.jsonl", `{"_id": "a",` + "\n" + `"text": "th` + "\xe9" + `"}`, "corpus.jsonl: object 1: line 2, column 12: the byte 0xe9 is no UTF-8"},
		"surrogate":     {"corpus.jsonl", `{"_id": "a", "text": "th\ud83d"}`, "half a surrogate pair"},
		"UTF-16":        {"queries.jsonl", "\xff\xfe{\x00}\x00", "queries.jsonl: it is UTF-16 text: save it as UTF-8"},
		"web page":      {"queries.jsonl", "<html><title>Not found</title>", `queries.jsonl: it is a web page ("Not found")`},
		"CSV":           {"queries.jsonl", "id,text\n1,x\n", "queries.jsonl: object 1"},
	} {
		files := beirFiles()
		files[c.file] = c.text
		if _, err := OpenBEIR(write(t, files)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", name, err, c.want)
		}
	}
}

// What other programs and systems make of the files of a BEIR folder.
func TestOpenBEIRVariants(t *testing.T) {
	want := must[*Dataset](t)(OpenBEIR(write(t, beirFiles())))
	want.Dir = ""
	for name, change := range map[string]func(files map[string]string){
		"marks and CR LF": func(files map[string]string) {
			for f, text := range files {
				files[f] = "\ufeff" + strings.ReplaceAll(text, "\n", "\r\n")
			}
		},
		"gzip": func(files map[string]string) {
			for f, text := range files {
				delete(files, f)
				files[f+".gz"] = gzipped(t, text)
			}
		},
		"gzip by another name": func(files map[string]string) { files["corpus.jsonl"] = gzipped(t, files["corpus.jsonl"]) },
		"numbers as ids": func(files map[string]string) {
			for _, q := range []string{"1", "2", "3"} {
				files["queries.jsonl"] = strings.ReplaceAll(files["queries.jsonl"], `"`+q+`"`, q)
			}
		},
		"pretty": func(files map[string]string) {
			files["queries.jsonl"] = strings.ReplaceAll(files["queries.jsonl"], ", ", ",\n    ")
		},
		"no title": func(files map[string]string) {
			files["corpus.jsonl"] = strings.ReplaceAll(files["corpus.jsonl"], `"title": "", `, `"title": null, `)
		},
		"dev as test": func(files map[string]string) {
			files["qrels/dev.tsv"] = files["qrels/test.tsv"]
			delete(files, "qrels/test.tsv")
		},
		"train without judgements": func(files map[string]string) { files["qrels/train.tsv"] = "query-id\tcorpus-id\tscore\n" },
		"train of other queries":   func(files map[string]string) { files["qrels/train.tsv"] = "query-id\tcorpus-id\tscore\nx\ta\t1\n" },
		"TREC qrels": func(files map[string]string) {
			files["qrels/test.tsv"] = "1 0 c 1\n1 0 b 2\n1 0 a 2\n1 0 gone 3\ngone 0 a 1\n3 0 a 0\n"
		},
	} {
		files := beirFiles()
		change(files)
		got, err := OpenBEIR(write(t, files))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got.Dir = ""
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%+v\nwant\n%+v", name, got, want)
		}
	}
}

func TestOpenBEIRNested(t *testing.T) {
	dir := write(t, beirFiles())
	outer := filepath.Dir(dir)
	if _, err := OpenBEIR(outer); err == nil || !strings.Contains(err.Error(), "corpus.jsonl is not here, but in "+dir+": open that folder") {
		t.Errorf("%v", err)
	}
	if _, err := OpenBEIR(t.TempDir()); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "corpus.jsonl") {
		t.Errorf("an empty folder: %v", err)
	}
}

// A test that all queries belong to stays the test, until a split is asked for.
func TestOpenBEIRTestOnly(t *testing.T) {
	files := beirFiles()
	files["qrels/test.tsv"] = "query-id\tcorpus-id\tscore\n1\tc\t1\n2\tb\t1\n3\ta\t1\n"
	d := must[*Dataset](t)(OpenBEIR(write(t, files)))
	if len(d.Train) != 0 || len(d.Test) != 3 {
		t.Errorf("test %v, train %v", d.Test, d.Train)
	}
	d.DE = DualEmbeddings{NewMatrix(3, 2), NewMatrix(3, 2)}
	if _, err := Observe(t.Context(), LookUp(NewMatrix(3, 3)), d, Sampling{Random: 1}); err == nil || !strings.Contains(err.Error(), "Split") {
		t.Errorf("observing without train queries: %v", err)
	}
}

func TestBEIRQrels(t *testing.T) {
	d := must[*Dataset](t)(OpenBEIR(write(t, beirFiles())))
	if want := []map[int]int{{2: 1, 1: 2, 0: 2}, nil, {0: 0}}; !reflect.DeepEqual(d.Qrels, want) || d.absent != 1 {
		t.Errorf("judgements %v, %d absent", d.Qrels, d.absent)
	}
	again := must[*Dataset](t)(OpenBEIR(func() string { dir := t.TempDir(); Must(d.SaveBEIR(dir)); return dir }()))
	if !reflect.DeepEqual(again.Qrels, d.Qrels) || again.Queries[0].Gold != 1 {
		t.Errorf("saved and opened: %v, gold %d", again.Qrels, again.Queries[0].Gold)
	}
}

func TestSaveBEIR(t *testing.T) {
	d := must[*Dataset](t)(OpenBEIR(write(t, beirFiles())))
	d.Qrels, d.absent = []map[int]int{{1: 2, 0: 2}, {2: 1}, {0: 1}}, 0
	d.Queries[1].Gold, d.Queries[2].Gold = 2, 0
	dir := filepath.Join(t.TempDir(), "fruit")
	if err := d.SaveBEIR(dir); err != nil {
		t.Fatal(err)
	}
	again := must[*Dataset](t)(OpenBEIR(dir))
	d.Dir = dir
	if !reflect.DeepEqual(again, d) {
		t.Errorf("saved and opened:\n%+v\nwant\n%+v", again, d)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "corpus.jsonl")); err != nil || !strings.HasPrefix(string(b), `{"_id":"a","text":"Apple round, <red>"}`) {
		t.Errorf("corpus.jsonl %s, error %v", b, err)
	}
	if err := d.SaveBEIR(filepath.Join(dir, "corpus.jsonl")); err == nil || !strings.Contains(err.Error(), "workbench: save fruit") {
		t.Errorf("into a file: error %v", err)
	}
}

func TestSplit(t *testing.T) {
	d, _ := toy(1, 11, 5, 4)
	for _, c := range []struct{ ask, want int }{{0, 3}, {4, 4}, {11, 11}} {
		if err := d.Split(c.ask, 7); err != nil || len(d.Test) != c.want || len(d.Train) != 11-c.want {
			t.Errorf("split %d: test %v, train %v, error %v", c.ask, d.Test, d.Train, err)
		}
		in := map[int]bool{}
		for _, r := range append(d.Test, d.Train...) {
			in[r] = true
		}
		if len(in) != 11 {
			t.Errorf("split %d: rows %v", c.ask, in)
		}
	}
	if err := d.Split(12, 0); err == nil || len(d.Test) != 11 {
		t.Errorf("12 of 11: error %v, test %v", err, d.Test)
	}
}

// FuzzOpenTexts reads any bytes as the tables of a data set: no panic, and what was
// read is sound.
func FuzzOpenTexts(f *testing.F) {
	files := beirFiles()
	f.Add(files["corpus.jsonl"], files["queries.jsonl"], files["qrels/test.tsv"])
	f.Add("id,text\na,\"x\"\n", "text,item,split\nq,a,test\n", "")
	f.Add("{}", "\ufefftext\n", "query-id\tcorpus-id\tscore\n1\ta\tNaN\n")
	f.Fuzz(func(t *testing.T, items, queries, qrels string) {
		dir := write(t, map[string]string{"corpus.jsonl": items, "queries.jsonl": queries, "qrels/test.tsv": qrels, "i.csv": items, "q.tsv": queries})
		beir, err1 := OpenBEIR(dir)
		tables, err2 := OpenCSV(filepath.Join(dir, "i.csv"), filepath.Join(dir, "q.tsv"))
		for d, err := range map[*Dataset]error{beir: err1, tables: err2} {
			if err == nil && d.checkRows() != nil {
				t.Errorf("%v: %v", d, d.checkRows())
			}
		}
	})
}

func TestSaveBEIRRefusesIDs(t *testing.T) {
	for _, id := range []string{"", "a\tb", "a\nb", "a\xff"} {
		d := &Dataset{Name: "odd", Queries: []Query{{ID: "q", Gold: 0}}, Items: []Item{{ID: id}}, Test: []int{0}}
		dir := t.TempDir()
		if err := d.SaveBEIR(dir); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("item row 0 has the id %q", id)) {
			t.Errorf("item %q: error %v", id, err)
		}
		d.Items[0].ID, d.Queries[0].ID = "i", id
		if err := d.SaveBEIR(dir); err == nil || !strings.Contains(err.Error(), "query row 0") {
			t.Errorf("query %q: error %v", id, err)
		}
		if found, _ := os.ReadDir(dir); len(found) > 0 {
			t.Errorf("%q: wrote %v", id, found)
		}
	}
}
