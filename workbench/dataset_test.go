package workbench

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"axn/workbench/internal/f32"
)

// folder writes a small dataset folder; edit changes a file's text.
func folder(t *testing.T, edit map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"queries.tsv": "query\tgold_item\tgold_row\tsplit\nq0\tb\t1\ttrain\nq1\ta\t0\ttest\nq2\t\t\t\n",
		"items.tsv":   "item\tlemmas\na\tapple\nb\tbanana, plantain\n",
		"texts.jsonl": `{"query": "q0", "text": "a * yellow * fruit"}` + "\n" + `{"item": "b", "text": "banana: long"}` + "\n" + `{"item": "zzz", "text": "elsewhere"}` + "\n",
	}
	for name, text := range edit {
		files[name] = text
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, rows := range map[string]int{"de_queries.npy": 3, "de_items.npy": 2} {
		if err := NewMatrix(rows, 4).SaveHalf(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOpenDataset(t *testing.T) {
	d := must[*Dataset](t)(OpenDataset(folder(t, nil)))
	if len(d.Queries) != 3 || len(d.Train) != 1 || d.Train[0] != 0 || len(d.Test) != 1 || d.Test[0] != 1 {
		t.Errorf("split %v %v of %v", d.Train, d.Test, d.Queries)
	}
	if d.Queries[0] != (Query{ID: "q0", Text: "a * yellow * fruit", Gold: 1}) || d.Queries[2].Gold != -1 {
		t.Errorf("queries %+v", d.Queries)
	}
	if d.Items[1] != (Item{ID: "b", Lemmas: "banana, plantain", Text: "banana: long"}) {
		t.Errorf("items %+v", d.Items)
	}
	d = must[*Dataset](t)(OpenDataset(folder(t, map[string]string{"queries.tsv": "query\tgold_item\tsplit\nq0\tb\ttest\nq1\t\ttest\nq2\ta\t\n",
		"texts.jsonl": `{"query": null, "item": "b", "text": "banana"}`})))
	if d.Queries[0].Gold != 1 || d.Queries[1].Gold != -1 || d.Queries[2].Gold != 0 || d.Items[1].Text != "banana" {
		t.Errorf("gold items without rows: %+v, %+v", d.Queries, d.Items)
	}
	if _, err := d.Scorer(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder without scores: %v", err)
	}
}

func TestOpenDatasetRefuses(t *testing.T) {
	head := "query\tgold_item\tgold_row\tsplit\n"
	for want, edit := range map[string]map[string]string{
		`no column "split"`:    {"queries.tsv": "query\tkind\n"},
		"line 3: 1 columns":    {"items.tsv": "item\tlemmas\na\tapple\nb\n"},
		"queries.tsv is empty": {"queries.tsv": ""},
		`split "dev"`:          {"queries.tsv": head + "q0\t\t\tdev\n"},
		`gold_row "x"`:         {"queries.tsv": head + "q0\t\tx\ttest\n"},
		"gold row 7 of 2":      {"queries.tsv": head + "q0\t\t7\ttest\nq1\t\t\t\nq2\t\t\t\n"},
		`share the id "q0"`:    {"queries.tsv": head + "q0\t\t\t\nq0\t\t\t\nq2\t\t\t\n"},
		"3 queries have vectors 3×4, 1 items vectors 2×4":        {"items.tsv": "item\na\n", "queries.tsv": head + "q0\t\t\t\nq1\t\t\t\nq2\t\t\t\n"},
		`there is no item "b"`:                                   {"items.tsv": "item\na\n"},
		`query q1: gold_row is 1, and gold_item "a" is in row 0`: {"queries.tsv": head + "q0\t\t\t\nq1\ta\t1\ttest\nq2\t\t\t\n"},
		`two columns are called "split"`:                         {"queries.tsv": "query\tsplit\tsplit\nq0\ttest\ttrain\n"},
		`no id in it, such as "zzz"`:                             {"texts.jsonl": `{"item": "zzz", "text": "x"}`},
		"object 2: its id has another text":                      {"texts.jsonl": `{"item": "a", "text": "x"}` + "\n" + `{"item": "a", "text": "y"}`},
		"object 1: it has both query and item":                   {"texts.jsonl": `{"query": "q0", "item": "b", "text": "x"}`},
		"0 queries":                                              {"queries.tsv": head, "texts.jsonl": `{"item": "zzz", "text": "x"}`},
		"items.tsv: line 3: the row has no id":                   {"items.tsv": "item\tlemmas\na\tapple\n\tpear\n"},
		"queries.tsv: line 2: the row has no id":                 {"queries.tsv": head + "\t\t\ttest\n"},
		"items.tsv: line 3: it repeats the header":               {"items.tsv": "item\tlemmas\na\tapple\nitem\tlemmas\n"},
		"texts.jsonl: object 2":                                  {"texts.jsonl": `{"query": "q0", "text": "x"}` + "\n{oops"},
	} {
		dir := folder(t, edit)
		_, err := OpenDataset(dir)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%v: %v, want %q", edit, err, want)
		}
	}
	if _, err := OpenDataset(t.TempDir()); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "queries.tsv") {
		t.Errorf("empty folder: %v", err)
	}
	dir := folder(t, nil)
	os.Truncate(filepath.Join(dir, "de_items.npy"), 140)
	if _, err := OpenDataset(dir); err == nil || !strings.Contains(err.Error(), "de_items.npy") {
		t.Errorf("truncated vectors: %v", err)
	}
	if _, err := OpenDataset("no/folder"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), ", seen from the folder "+must[string](t)(os.Getwd())) {
		t.Errorf("a relative path: %v", err)
	}
	dir = folder(t, nil)
	Must(errors.Join(NewMatrix(3, 0).Save(filepath.Join(dir, "de_queries.npy")), NewMatrix(2, 0).Save(filepath.Join(dir, "de_items.npy"))))
	if _, err := OpenDataset(dir); !errors.Is(err, ErrShape) || !strings.Contains(err.Error(), "no values") {
		t.Errorf("vectors without values: %v", err)
	}
	dir = folder(t, nil)
	if d := must[*Dataset](t)(OpenDataset(dir)); true {
		if _, err := d.Scorer(); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "LookUp") {
			t.Errorf("no scores: %v", err)
		}
		d.DE.Items = NewMatrix(1, 2)
		if err := d.Check(); !errors.Is(err, ErrShape) || !strings.HasPrefix(err.Error(), "workbench: check "+d.Name+": shapes") {
			t.Errorf("check: %v", err)
		}
	}
	NewMatrix(2, 2).Save(filepath.Join(dir, "ce_scores.npy"))
	if _, err := must[*Dataset](t)(OpenDataset(dir)).Scorer(); !errors.Is(err, ErrShape) {
		t.Errorf("scores of another shape: %v", err)
	}
}

func TestVerbs(t *testing.T) {
	d, s := verbs(t)
	if len(d.Queries) != 1000 || len(d.Items) != 13767 || len(d.Train) != 500 || len(d.Test) != 500 {
		t.Fatalf("%v", d)
	}
	for _, m := range []*Matrix{d.DE.Queries, d.DE.Items} {
		for i := range m.Rows {
			if n := f32.Dot(m.Row(i), m.Row(i)); math.Abs(float64(n)-1) > 5e-3 {
				t.Fatalf("row %d has squared norm %v", i, n)
			}
		}
	}
	top := must[[]Neighbors](t)(Exact(t.Context(), s, d, d.Test, 1))
	right := 0
	for i, q := range d.Test {
		if top[i].Items[0] == d.Queries[q].Gold {
			right++
		}
	}
	if right < 240 || right > 270 { // 51 % of 500
		t.Errorf("the cross-encoder finds the right sense first for %d of 500 queries", right)
	}
}

func TestQueryString(t *testing.T) {
	for want, q := range map[string]Query{
		"Query q1: move fast (relevant: item row 3)": {ID: "q1", Text: "move fast", Gold: 3},
		"Query q2: move fast":                        {ID: "q2", Text: "move fast", Gold: -1},
		"Query q3: no text (relevant: item row 3)":   {ID: "q3", Gold: 3},
	} {
		if got := q.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// verbs opens the data set the project ships.
func verbs(t testing.TB) (*Dataset, Scorer) {
	t.Helper()
	d := must[*Dataset](t)(OpenDataset("../data/verbs"))
	return d, must[Scorer](t)(d.Scorer())
}

// A folder without vectors gives its texts, not a data set.
func TestOpenTexts(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"queries.tsv": "query\tsplit\nq1\ttrain\n",
		"items.tsv":   "item\na\nb\n",
		"texts.jsonl": `{"query":"q1","text":"one"}` + "\n" + `{"item":"b","text":"bee"}` + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d := must[*Dataset](t)(OpenTexts(dir))
	if d.Queries[0].Text != "one" || d.Items[1].Text != "bee" || d.Items[0].Text != "" {
		t.Errorf("texts %+v, %+v", d.Queries, d.Items)
	}
	if _, err := OpenDataset(dir); err == nil {
		t.Error("a data set without vectors opened")
	}
	os.WriteFile(filepath.Join(dir, "items.tsv"), []byte("item\na\na\n"), 0o644)
	if _, err := OpenTexts(dir); err == nil || !strings.Contains(err.Error(), "share the id") {
		t.Errorf("an id given twice: %v", err)
	}
}
