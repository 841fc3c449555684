package scorertest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"axn/workbench"
)

var rows = []workbench.Pair{{Query: 0, Item: 3}, {Query: 1, Item: 0}, {Query: 0, Item: 1}, {Query: 1, Item: 4}, {Query: 0, Item: 0}}

func TestLookUp(t *testing.T) {
	m := workbench.NewMatrix(2, 5)
	for i := range m.Data {
		m.Data[i] = float32(i * i)
	}
	Run(t, workbench.LookUp(m), rows)
}

// dataset has texts of very different lengths.
func dataset() *workbench.Dataset {
	d := &workbench.Dataset{Name: "texts"}
	for _, text := range []string{"the cancer had * invaded * her lungs", "* run * a " + strings.Repeat("very ", 50) + "long way"} {
		d.Queries = append(d.Queries, workbench.Query{ID: text[:5], Text: text})
	}
	for i, text := range []string{"invade: march aggressively into another's territory", "run", "infest, overrun: occupy in large numbers", "é 中国 😀", "run: " + strings.Repeat("move fast ", 40)} {
		d.Items = append(d.Items, workbench.Item{ID: fmt.Sprint(i), Text: text})
	}
	return d
}

func texts(d *workbench.Dataset) (pairs [][2]string) {
	for _, p := range rows {
		pairs = append(pairs, [2]string{d.Queries[p.Query].Text, d.Items[p.Item].Text})
	}
	return pairs
}

// TestImplementations runs the contract on every way to score text, each over the project's model.
func TestImplementations(t *testing.T) {
	ce, err := workbench.OpenCrossEncoder("../../data/models/ce-wordnet-L4")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(workbench.RerankHandler(ce))
	defer server.Close()
	client := &workbench.RerankClient{URL: server.URL}
	d := dataset()
	scorers := map[string]workbench.TextScorer{"CrossEncoder": ce, "RerankClient": client}
	for name, ts := range map[string]workbench.TextScorer{"Cache": ce, "Cache of a RerankClient": client} {
		c, err := workbench.Cached(ts, filepath.Join(t.TempDir(), "scores"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		scorers[name] = c
	}
	for name, ts := range scorers {
		t.Run(name, func(t *testing.T) {
			RunText(t, ts, texts(d))
			Run(t, workbench.NewScorer(ts, d), rows)
		})
	}
}

// TestNotices breaks one clause at a time.
func TestNotices(t *testing.T) {
	good := func(pairs []workbench.Pair) []float64 {
		scores := make([]float64, len(pairs))
		for i, p := range pairs {
			scores[i] = float64(10*p.Query + p.Item)
		}
		return scores
	}
	var calls atomic.Int64
	for want, score := range map[string]workbench.ScorerFunc{
		"all pairs: 4 scores for 5": func(_ context.Context, p []workbench.Pair) ([]float64, error) { return good(p[:min(4, len(p))]), nil },
		"all pairs: no power":       func(context.Context, []workbench.Pair) ([]float64, error) { return nil, errors.New("no power") },
		"all pairs: pair 1 has score NaN": func(_ context.Context, p []workbench.Pair) ([]float64, error) {
			s := good(p)
			s[1] = math.NaN()
			return s, nil
		},
		"a second time: pair": func(_ context.Context, p []workbench.Pair) ([]float64, error) {
			return add(good(p), float64(calls.Add(1))), nil
		},
		"one by one: pair": func(_ context.Context, p []workbench.Pair) ([]float64, error) {
			return add(good(p), float64(len(p))), nil
		},
		"in batches of two: pair": func(_ context.Context, p []workbench.Pair) ([]float64, error) {
			return add(good(p), float64(len(p))), nil
		},
		"in another order: pair": func(_ context.Context, p []workbench.Pair) ([]float64, error) {
			return slices.Repeat(good(rows), 2)[:len(p)], nil // by place
		},
		"each pair twice: 5 scores": func(_ context.Context, p []workbench.Pair) ([]float64, error) { return good(p[:min(5, len(p))]), nil },
		"pairs left alone: the call": func(_ context.Context, p []workbench.Pair) ([]float64, error) {
			s := good(p)
			if len(p) > 0 {
				p[0].Item++
			}
			return s, nil
		},
		"no pairs: 1 scores": func(_ context.Context, p []workbench.Pair) ([]float64, error) {
			return append(good(p), 1)[:max(1, len(p))], nil
		},
		"cancelled context: error <nil>": func(_ context.Context, p []workbench.Pair) ([]float64, error) { return good(p), nil },
		"query -1, item 3: no error":     func(_ context.Context, p []workbench.Pair) ([]float64, error) { return good(p), nil },
		"query 0, item -1: panic: runtime": func(_ context.Context, p []workbench.Pair) ([]float64, error) {
			s := make([]float64, len(p))
			for i := range p {
				s[i] = []float64{1, 2, 3, 4, 5}[p[i].Item]
			}
			return s, nil
		},
	} {
		var said []string
		for _, err := range append(check(t.Context(), score.Score, rows), checkRows(t.Context(), score, rows)...) {
			said = append(said, err.Error())
		}
		if all := strings.Join(said, "\n"); !strings.Contains(all, want) {
			t.Errorf("want %q, it says\n%s", want, all)
		}
	}
	if len(check(t.Context(), workbench.ScorerFunc(nil).Score, rows[:2])) != 1 {
		t.Error("two pairs were enough")
	}
}

func add(scores []float64, x float64) []float64 {
	for i := range scores {
		scores[i] += x
	}
	return scores
}
