package encoder

import (
	"math"
	"slices"
	"testing"

	"axn/workbench/internal/stats"
)

// TestFamiliesInBytes: every family of testdata keeps nearly its scores in bytes, with the same bits alone and among
// others, and those of float32 where all layers are excepted.
func TestFamiliesInBytes(t *testing.T) {
	eachFolder(t, "testdata", 20, func(t *testing.T, folder string, g *golden) {
		m := g.open(t, folder, 0)
		exact := g.scores(t, newEncoder(t, m, Precision{}))
		e := newEncoder(t, m, Precision{Int8: true})
		got := g.scores(t, e)
		var spread stats.Moments
		mean := 0.0
		for i, v := range exact {
			spread.Add(v)
			mean += math.Abs(got[i]-v) / float64(len(exact))
		}
		if mean == 0 || !(mean < .5*spread.Deviation()) { // weights drawn by chance are harder on bytes than learnt ones
			t.Errorf("scores differ by %g on average, their deviation is %g", mean, spread.Deviation())
		}
		for i := range g.ids {
			one := make([]float64, 1)
			in := func(_ int, dst []int32) ([]int32, int) { return g.input(i, dst) }
			if err := e.Score(t.Context(), 1, in, one, nil); err != nil || one[0] != got[i] {
				t.Errorf("sequence %d: %v alone, %v among others, %v", i, one[0], got[i], err)
			}
		}
		if n := m.Config.Layers; n <= 2 {
			but := Precision{Int8: true, First: true, Last: true}
			if same := g.scores(t, newEncoder(t, m, but)); but.Layers(n) != 0 || !slices.Equal(same, exact) {
				t.Errorf("no layer in bytes: %v, want %v", same, exact)
			}
		}
	})
}

// scores are those of all sequences together.
func (g *golden) scores(t *testing.T, e *Encoder) []float64 {
	t.Helper()
	scores := make([]float64, len(g.ids))
	if err := e.Score(t.Context(), len(g.ids), g.input, scores, nil); err != nil {
		t.Fatal(err)
	}
	return scores
}
