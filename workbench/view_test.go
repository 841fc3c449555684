package workbench

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A view comes back from the folder it was saved in, under its name.
func TestViewsOfAFolder(t *testing.T) {
	dir := folder(t, nil)
	a, b := &Matrix{Rows: 2, Cols: 3, Data: []float32{1, 2, .1, 4, 5, 6}}, &Matrix{Rows: 2, Cols: 1, Data: []float32{7, 8}}
	must0(t, View{Name: "own", Items: a}.Save(dir))
	must0(t, View{Name: "ce", Items: b}.SaveHalf(dir))
	d := must[*Dataset](t)(OpenDataset(dir))
	if len(d.Views) != 2 || d.Views[0].Name != "ce" || d.Views[1].Name != "own" {
		t.Fatalf("views %v", d.Views)
	}
	if !slices.Equal(d.Views[0].Items.Data, b.Data) || !slices.Equal(d.Views[1].Items.Data, a.Data) {
		t.Errorf("%v, %v", d.Views[0].Items.Data, d.Views[1].Items.Data)
	}
	if !strings.Contains(d.String(), "view ce 1-d, view own 3-d") {
		t.Error(d)
	}
}

func TestViewsThatDoNotFit(t *testing.T) {
	dir := folder(t, nil)
	must0(t, NewMatrix(5, 3).Save(filepath.Join(dir, "view_ce.npy")))
	if _, err := OpenDataset(dir); !errors.Is(err, ErrShape) || !strings.Contains(err.Error(), "view_ce.npy") {
		t.Errorf("5 rows for 2 items: %v", err)
	}
	m := NewMatrix(2, 3)
	m.Data[4] = float32(math.NaN())
	must0(t, m.Save(filepath.Join(dir, "view_ce.npy")))
	if _, err := OpenDataset(dir); err == nil || !strings.Contains(err.Error(), "view_ce.npy, row 1: vector value 1 is NaN") {
		t.Errorf("a value that is not finite: %v", err)
	}
	d, _ := toy(1, 3, 8, 4)
	fine := NewMatrix(len(d.Items), 2)
	for want, views := range map[string][]View{
		`named ""`:         {{Items: fine}},
		`named "a/b"`:      {{Name: "a/b", Items: fine}},
		"has no features":  {{Name: "x"}},
		"two views named ": {{Name: "x", Items: fine}, {Name: "x", Items: fine}},
	} {
		d.Views = views
		if err := d.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", want, err)
		}
	}
}

func must0(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestScoreAloneChecks: scores that are too few or no numbers are errors, and leave Alone as it was.
func TestScoreAloneChecks(t *testing.T) {
	d, _ := toy(1, 3, 2, 4)
	d.Items[0].Text, d.Items[1].Text = "a", "b"
	for _, scores := range [][]float64{{1}, {1, math.NaN()}, {1, 2, 3}, {math.Inf(1), 0}, {1e300, 0}} {
		answer := TextScorerFunc(func(context.Context, [][2]string) ([]float64, error) { return scores, nil })
		if err := d.ScoreAlone(t.Context(), answer); !errors.Is(err, ErrScore) || d.Alone != nil {
			t.Errorf("%v: %v, Alone %v", scores, err, d.Alone)
		}
	}
}
