package workbench

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"

	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/textfile"
)

// goldenList is a query of the file that .ci/trec.py makes.
type goldenList struct {
	Query    string
	Grades   map[string]int
	Run      map[string]float64
	Measures map[string]float64
}

// goldenLists reads it: 1,000 random rankings with their measures by pytrec_eval and,
// where that has no such measure, by ir_measures. AXN_MEASURES names another file.
func goldenLists(t *testing.T) []goldenList {
	var lists []goldenList
	err := textfile.Lines(cmp.Or(os.Getenv("AXN_MEASURES"), filepath.Join("testdata", "trec", "measures.jsonl.gz")), func(_ int, line string) error {
		lists = append(lists, goldenList{})
		return json.Unmarshal([]byte(line), &lists[len(lists)-1])
	})
	if err != nil {
		t.Fatal(err)
	}
	return lists
}

// goldenFiles lays the lists out as a data set, qrels and a run, as TREC has them.
func goldenFiles(t *testing.T, lists []goldenList) (d *Dataset, qrels, run string) {
	ids := map[string]bool{}
	var qs, rs bytes.Buffer
	d = &Dataset{Name: "golden"}
	for _, l := range lists {
		d.Queries = append(d.Queries, Query{ID: l.Query, Gold: -1})
		for _, id := range slices.Sorted(maps.Keys(l.Grades)) {
			ids[id] = true
			fmt.Fprintf(&qs, "%s 0 %s %d\n", l.Query, id, l.Grades[id])
		}
		for id, score := range l.Run { // in no order: rank and order of a file say nothing
			ids[id] = true
			fmt.Fprintf(&rs, "%s Q0 %s 0 %v other\n", l.Query, id, score)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		d.Items = append(d.Items, Item{ID: id})
	}
	dir := t.TempDir()
	qrels, run = filepath.Join(dir, "qrels.txt"), filepath.Join(dir, "run.txt")
	for path, b := range map[string]*bytes.Buffer{qrels: &qs, run: &rs} {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return d, qrels, run
}

func TestMeasuresAsTrecEval(t *testing.T) {
	lists := goldenLists(t)
	d, qrels, path := goldenFiles(t, lists)
	if err := d.OpenQrels(qrels); err != nil {
		t.Fatal(err)
	}
	run := must[[]Result](t)(OpenRun(path, d))
	names := slices.Sorted(maps.Keys(lists[1].Measures))
	e := must[*Evaluation](t)(Evaluate(d, run, names...))
	if !slices.Equal(e.Measures, names) {
		t.Fatalf("measures are written %v, asked for were %v", e.Measures, names)
	}
	at := map[int]int{}
	for i, q := range e.Queries {
		at[q] = i
	}
	compared := 0
	for q, l := range lists {
		i, judged := at[q]
		if judged != (len(l.Grades) > 0) {
			t.Fatalf("query %s with %d judgements: judged is %v", l.Query, len(l.Grades), judged)
		}
		for m, name := range e.Measures {
			want, ok := l.Measures[name]
			if !judged || !ok {
				continue
			}
			compared++
			if got := e.PerQuery[m][i]; math.Abs(got-want) > 1e-9 {
				t.Errorf("query %s, %s: %v, want %v", l.Query, name, got, want)
			}
		}
	}
	if compared < 15000 {
		t.Fatalf("only %d values were compared", compared)
	}
}

func TestMeansAndNames(t *testing.T) {
	d := &Dataset{Name: "small", Queries: []Query{{ID: "a", Gold: 1}, {ID: "b", Gold: -1}}, Items: []Item{{ID: "x"}, {ID: "y"}}}
	rs := []Result{{Query: 1, Items: []int{0}, Scores: []float64{1}}, {Query: 0, Items: []int{0, 1}, Scores: []float64{2, 1}}}
	for name, want := range map[string]float64{"mrr": .5, "ndcg_cut_10": 1 / math.Log2(3), "P@2": .5, "Precision@1": 0, "recall_2": 1, "map": .5,
		"nDCG(dcg='exp-log2')@10": 1 / math.Log2(3), "Success@1": 0, "rbp(p=0.5)": .25} {
		e := must[*Evaluation](t)(Evaluate(d, rs, name))
		if len(e.Queries) != 1 || e.Queries[0] != 0 || math.Abs(e.Means[0]-want) > 1e-12 {
			t.Errorf("%s: %v over queries %v, want %v over the one that has a Gold", name, e.Means[0], e.Queries, want)
		}
	}
	for name, f := range map[string]func(*Dataset, []Result, int) (float64, error){"nDCG@2": NDCG, "MRR@2": MRR, "MAP@2": AveragePrecision, "P@2": Precision, "Success@2": Success} {
		if got, e := must[float64](t)(f(d, rs, 2)), must[*Evaluation](t)(Evaluate(d, rs, name)); got != e.Means[0] {
			t.Errorf("%s: %v alone, %v by Evaluate", name, got, e.Means[0])
		}
	}
}

func TestEvaluateRefuses(t *testing.T) {
	d := &Dataset{Name: "small", Queries: []Query{{ID: "a", Gold: 1}, {ID: "b", Gold: -1}}, Items: []Item{{ID: "x"}, {ID: "y"}}}
	fine := []Result{{Query: 0, Items: []int{0}, Scores: []float64{1}}}
	for name, c := range map[string]struct {
		rs      []Result
		measure string
		want    string
	}{
		"unknown measure":     {fine, "nDGC@10", `no measure "nDGC@10"`},
		"no cutoff":           {fine, "P", "needs the number of ranks"},
		"cutoff 0":            {fine, "P@0", "must be positive"},
		"grade of nDCG":       {fine, "nDCG(rel=2)@10", `no parameter "rel"`},
		"persistence 1":       {fine, "RBP(p=1)", "between 0 and 1"},
		"nobody judged":       {[]Result{{Query: 1}}, "MRR", "OpenQrels reads some"},
		"query out of range":  {[]Result{{Query: 2}}, "MRR", "query row 2"},
		"item out of range":   {[]Result{{Items: []int{2}, Scores: []float64{1}}}, "MRR", "item row 2 of 2"},
		"item twice":          {[]Result{{Items: []int{1, 1}, Scores: []float64{1, 2}}}, "MRR", "there twice"},
		"NaN":                 {[]Result{{Items: []int{1}, Scores: []float64{math.NaN()}}}, "MRR", "NaN"},
		"scores fewer":        {[]Result{{Items: []int{1}}}, "MRR", "1 items and 0 scores"},
		"exponent of nothing": {fine, "nDCG(gain=cubic)", "linear or exp"},
	} {
		if _, err := Evaluate(d, c.rs, c.measure); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
	if _, err := NDCG(d, fine, -1); err == nil {
		t.Error("k = -1 is taken")
	}
	if _, err := Evaluate(d, []Result{{Items: []int{1}}}, "MRR"); !errors.Is(err, ErrShape) {
		t.Errorf("%v is not ErrShape", err)
	}
}

// The run, qrels and measures written here are read by ir_measures and ranx in .ci/trec.py,
// which AXN_TREC gives the folder; the run that they write there is read back.
func TestRunsOfAndForOthers(t *testing.T) {
	var lists []goldenList
	for i, l := range goldenLists(t) {
		if i%2 == 0 { // without ties, which every program breaks in its own way
			maps.DeleteFunc(l.Grades, func(_ string, grade int) bool { return grade < 0 }) // which ranx cannot hold
			lists = append(lists, l)
		}
	}
	d, qrels, path := goldenFiles(t, lists)
	if err := d.OpenQrels(qrels); err != nil {
		t.Fatal(err)
	}
	run := must[[]Result](t)(OpenRun(path, d))
	dir := cmp.Or(os.Getenv("AXN_TREC"), t.TempDir())
	if err := WriteRun(filepath.Join(dir, "run.txt"), "axn", d, run); err != nil {
		t.Fatal(err)
	}
	e := must[*Evaluation](t)(Evaluate(d, run, "nDCG@10", "MAP", "MRR", "P@5"))
	means := map[string]float64{}
	for i, m := range e.Measures {
		means[m] = e.Means[i]
	}
	judged := must[[]byte](t)(os.ReadFile(qrels))
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "qrels.txt"), judged, 0o644), os.WriteFile(filepath.Join(dir, "measures.json"), must[[]byte](t)(json.Marshal(means)), 0o644)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"run.txt", "ranx.run", "ranx.run.gz"} {
		theirs := filepath.Join(dir, name)
		if _, err := os.Stat(theirs); err != nil && name != "run.txt" && os.Getenv("AXN_TREC_READ") == "" {
			continue // not written yet
		}
		again := must[*Evaluation](t)(Evaluate(d, must[[]Result](t)(OpenRun(theirs, d)), e.Measures...))
		for i, m := range e.Measures {
			if math.Abs(again.Means[i]-e.Means[i]) > 1e-9 {
				t.Errorf("%s: %s %v, ours has %v", name, m, again.Means[i], e.Means[i])
			}
		}
	}
}
