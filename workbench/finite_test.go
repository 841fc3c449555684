package workbench

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A value that is not finite, or too great to multiply, is named by every method and
// everything that takes vectors; nothing waits for ever, nothing panics.
func TestVectorsMustBeFinite(t *testing.T) {
	for value, want := range map[float32]string{float32(math.NaN()): "vector value 2 is NaN", float32(math.Inf(-1)): "vector value 2 is -Inf", 3e38: "long, which float32 cannot multiply"} {
		for _, where := range []string{"query row 3 (q3)", "item row 5 (i5)"} {
			d, g := toy(9, 20, 40, 6)
			at := d.DE.Items.Row(5)
			if strings.HasPrefix(where, "query") {
				at = d.DE.Queries.Row(3)
			}
			scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Dense: true}))
			at[2] = value
			for _, m := range allMethods() {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				_, err := Factorize(ctx, d, scores, FactorizeOptions{Method: m})
				cancel()
				if err == nil || !strings.Contains(err.Error(), where) || !strings.Contains(err.Error(), want) {
					t.Errorf("%s, %s: error %v, want one with %q and %q", m, where, err, where, want)
				}
			}
		}
		d, _ := toy(9, 4, 5, 3)
		if _, err := d.AddQuery(Query{ID: "new"}, []float32{0, 1, value}); err == nil || !strings.Contains(err.Error(), want) || len(d.Queries) != 4 {
			t.Errorf("AddQuery: %v, %d queries", err, len(d.Queries))
		}
	}
}

func TestIndexMustBeFinite(t *testing.T) {
	d, g := toy(9, 20, 40, 6)
	path := filepath.Join(t.TempDir(), "x.index")
	for _, m := range allMethods() {
		ix := toyIndex(t, d, g, m)
		a := ix.arrays()
		for i := range a {
			if *a[i].at == nil {
				continue
			}
			bad := (*a[i].at).Select(upTo((*a[i].at).Rows))
			good := *a[i].at
			bad.Data[len(bad.Data)-1] = float32(math.NaN())
			*a[i].at = bad
			if err := ix.Save(path); err != nil {
				t.Fatal(err)
			}
			if _, err := OpenIndex(path); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%s row %d", a[i].name, bad.Rows-1)) {
				t.Errorf("%s, %s: error %v", m, a[i].name, err)
			}
			*a[i].at = good
		}
	}
}

// Zero vectors, equal vectors and tiny ones are finite, and every method takes them.
func TestDegenerateVectorsAreFinite(t *testing.T) {
	for name, fill := range map[string]func(m *Matrix){
		"zero": func(m *Matrix) { clear(m.Data) },
		"tiny": func(m *Matrix) {
			for i := range m.Data {
				m.Data[i] *= 1e-30
			}
		},
		"equal": func(m *Matrix) {
			for i := range m.Rows {
				copy(m.Row(i), m.Row(0))
			}
		},
		"long": func(m *Matrix) {
			for i := range m.Data {
				m.Data[i] *= 1e6
			}
		},
	} {
		d, g := toy(9, 20, 40, 6)
		fill(d.DE.Items)
		for _, m := range allMethods() {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			ix := must[*Index](t)(Factorize(ctx, d, must[*Scores](t)(Observe(ctx, LookUp(g), d, Sampling{Dense: true})), FactorizeOptions{Method: m}))
			r, err := ix.Search(ctx, LookUp(g), d.Test[0], SearchOptions{Budget: 12, Rounds: 3})
			if err != nil || r.Calls != 12 {
				t.Errorf("%s, %s: %v, %v", name, m, r, err)
			}
			cancel()
		}
	}
}

func TestScoresMustFitFloat32(t *testing.T) {
	d, g := toy(9, 20, 40, 6)
	huge := ScorerFunc(func(ctx context.Context, pairs []Pair) ([]float64, error) {
		s, err := LookUp(g).Score(ctx, pairs)
		s[0] = 1e39
		return s, err
	})
	if _, err := Observe(t.Context(), huge, d, Sampling{Random: 3}); err == nil || !strings.Contains(err.Error(), "score is 1e+39") {
		t.Errorf("%v", err)
	}
}
