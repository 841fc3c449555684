package workbench

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/textfile"
)

func TestRunRoundTrip(t *testing.T) {
	d := qrelsToy()
	want := []Result{{Query: 2, Items: []int{1, 0}, Scores: []float64{1.0 / 3, -2e-17}}, {Query: 0, Items: []int{2}, Scores: []float64{7}}}
	for _, name := range []string{"ours.run", "ours.run.gz"} {
		path := filepath.Join(t.TempDir(), name)
		if err := WriteRun(path, "", d, want); err != nil {
			t.Fatal(err)
		}
		text := ""
		if err := textfile.Lines(path, func(_ int, line string) error { text += line + "\n"; return nil }); err != nil {
			t.Fatal(err)
		}
		if first := "q3 Q0 0 1 0.3333333333333333 ours\n"; !strings.HasPrefix(text, first) {
			t.Errorf("%s begins %q, want %q", name, text, first)
		}
		if raw := must[[]byte](t)(os.ReadFile(path)); (raw[0] == 0x1f) != strings.HasSuffix(name, ".gz") {
			t.Errorf("%s begins with byte %x", name, raw[0])
		}
		got := must[[]Result](t)(OpenRun(path, d))
		for i := range got {
			if len(got[i].Rounds) != 1 || !slices.Equal(got[i].Rounds[0].Items, got[i].Items) || got[i].Calls != 0 {
				t.Errorf("result %d has rounds %v and %d calls", i, got[i].Rounds, got[i].Calls)
			}
			if !math.IsNaN(got[i].Recall) {
				t.Errorf("result %d has an estimate of recall", i)
			}
			got[i].Rounds, got[i].Recall = nil, 0
		}
		if !sameValues(got, want) {
			t.Errorf("%s reads %v, want %v", name, got, want)
		}
	}
}

func TestRunOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	os.WriteFile(path, []byte("q1\tQ0\ta\t9\t1\tx\nq1 Q0 17 0 1 x\nq1 Q0 0 1 2.5 x\r\n"), 0o644)
	rs := must[[]Result](t)(OpenRun(path, qrelsToy()))
	if want := []int{1, 0, 2}; !slices.Equal(rs[0].Items, want) { // "a" before "17": ids in descending order
		t.Errorf("items %v, want %v", rs[0].Items, want)
	}
}

func TestRunRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "empty",
		"q1 Q0 a 1 2\n":                         "line 1: 5 columns",
		"\nq9 Q0 a 1 2 x\n":                     `line 2: the data set has no query "q9"`,
		"q1 Q0 z 1 2 x\n":                       `no item "z"`,
		"q1 Q0 a 1 high x\n":                    `"high" is not a number`,
		"q1 Q0 a 1 NaN x\n":                     "not a number",
		"q1 Q0 a 1 2 x\nq1 Q0 a 2 1 x\n":        "there twice",
		"\x1f\x8bbroken":                        "",
		"query,item,score\nq1,a,1\n":            "1 columns",
		`{"q1": {"a": 1.0}}` + "\n":             "columns",
		"q1 Q0 a 1 2 x\nq1 Q0 17 2 1 x trail\n": "line 2: 7 columns",
	} {
		path := filepath.Join(t.TempDir(), "some.run")
		os.WriteFile(path, []byte(text), 0o644)
		if _, err := OpenRun(path, qrelsToy()); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
	one := func(q int, items []int, scores ...float64) []Result {
		return []Result{{Query: q, Items: items, Scores: scores}}
	}
	for want, rs := range map[string][]Result{
		"at least one result": nil,
		"query row 3":         one(3, nil),
		"item row 4":          one(0, []int{4}, 1),
		`"b c"`:               one(0, []int{3}, 1),
		"score is NaN":        one(0, []int{0}, math.NaN()),
		"score is +Inf":       one(0, []int{0}, math.Inf(1)),
		"1 items and 0":       one(0, []int{0}),
		"two results":         append(one(0, []int{0}, 1), one(0, []int{0}, 1)...),
	} {
		path := filepath.Join(t.TempDir(), "some.run")
		if err := WriteRun(path, "", qrelsToy(), rs); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: a file was written", want)
		}
	}
	if err := WriteRun(filepath.Join(t.TempDir(), "x"), "two words", qrelsToy(), one(0, []int{0}, 1)); err == nil {
		t.Error("a name with a space is written")
	}
}

func FuzzRun(f *testing.F) {
	f.Add([]byte("q1 Q0 a 1 2.5 x\n22 Q0 17 1 1 x\n"))
	path := filepath.Join(f.TempDir(), "run")
	f.Fuzz(func(t *testing.T, text []byte) {
		os.WriteFile(path, text, 0o644)
		d := qrelsToy()
		rs, err := OpenRun(path, d)
		if err != nil {
			return
		}
		again := filepath.Join(t.TempDir(), "again")
		if err := WriteRun(again, "x", d, rs); err != nil {
			if strings.Contains(err.Error(), "Inf") {
				return
			}
			t.Fatal(err)
		}
		if back := must[[]Result](t)(OpenRun(again, d)); !sameValues(back, rs) {
			t.Errorf("%v comes back as %v", rs, back)
		}
	})
}

func TestFusion(t *testing.T) {
	a := []Result{{Query: 0, Items: []int{5, 3, 9}, Scores: []float64{8, 4, 0}}, {Query: 1, Items: []int{2}, Scores: []float64{1}}}
	b := []Result{{Query: 0, Items: []int{3, 7}, Scores: []float64{.9, .1}}, {Query: 4, Items: []int{1, 0}, Scores: []float64{1, 1}}}
	ranks := must[[]Result](t)(FuseRanks(a, b))
	if got, want := fmt.Sprint(ranks[0].Items, ranks[1].Items, ranks[2].Items), "[3 5 7 9] [2] [1 0]"; got != want {
		t.Errorf("by rank %s, want %s", got, want)
	}
	if got, want := ranks[0].Scores[0], 1.0/62+1.0/61; math.Abs(got-want) > 1e-15 {
		t.Errorf("item 3 has %v, want %v", got, want)
	}
	scores := must[[]Result](t)(FuseScores([]float64{2, 1}, a, b))
	if got, want := fmt.Sprint(scores[0].Items, scores[0].Scores, scores[2]), fmt.Sprint([]int{3, 5, 7, 9}, []float64{2, 2, 0, 0}, scores[2]); got != want {
		t.Errorf("by score %s, want %s", got, want)
	}
	if got := fmt.Sprint(scores[2].Query, scores[2].Items, scores[2].Scores); got != "4 [0 1] [1 1]" {
		t.Errorf("equal scores fuse to %s", got)
	}
	for name, f := range map[string]func() ([]Result, error){
		"no runs":     func() ([]Result, error) { return FuseRanks() },
		"weights":     func() ([]Result, error) { return FuseScores([]float64{1}, a, b) },
		"query twice": func() ([]Result, error) { return FuseRanks(append(a, a[0])) },
		"NaN": func() ([]Result, error) {
			return FuseScores(nil, []Result{{Items: []int{1}, Scores: []float64{math.NaN()}}})
		},
		"lengths": func() ([]Result, error) { return FuseRanks([]Result{{Items: []int{1}}}) },
	} {
		if _, err := f(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestByRun(t *testing.T) {
	d, g := toy(7, 40, 60, 8)
	ix := toyIndex(t, d, g, DualEncoder)
	run := []Result{{Query: 3, Items: []int{50, 20, 41}, Scores: []float64{3, 2, 1}}}
	r := must[*Result](t)(ix.Search(t.Context(), LookUp(g), 3, SearchOptions{Budget: 2, Rounds: 1, First: ByRun(run)}))
	if got := slices.Sorted(slices.Values(r.Rounds[0].Items)); !slices.Equal(got, []int{20, 50}) {
		t.Errorf("round 1 has items %v", got)
	}
	if _, err := ix.Search(t.Context(), LookUp(g), 4, SearchOptions{Budget: 2, Rounds: 1, First: ByRun(run)}); err == nil || !strings.Contains(err.Error(), "no result of query 4") {
		t.Errorf("a query that the run lacks: %v", err)
	}
}
