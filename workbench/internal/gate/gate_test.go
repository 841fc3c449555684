package gate

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"axn/workbench/internal/encoder"
	"axn/workbench/internal/hf"
)

// TestSample: ten questions, each with the same sentences, together.
func TestSample(t *testing.T) {
	pairs := Sample()
	if len(pairs) != 360 {
		t.Fatal(len(pairs))
	}
	for i, p := range pairs {
		if p[0] != pairs[i/36*36][0] || p[1] != pairs[i%36][1] || p[0] == "" || p[1] == "" {
			t.Fatal(i, p)
		}
	}
}

// TestCompare against values worked out by hand.
func TestCompare(t *testing.T) {
	pairs := make([][2]string, 12)
	for i := range pairs {
		pairs[i][0] = []string{"a", "b"}[i/6]
	}
	exact := []float64{6, 5, 4, 3, 2, 1, 1, 2, 3, 4, 5, 6}
	same := Compare(pairs, exact, exact)
	if same.Tau != 1 || same.Overlap != 1 || same.MaxError != 0 || same.MeanError != 0 || same.Pairs != 12 {
		t.Errorf("%+v", same)
	}
	// the second and third of query a exchanged: one of 15 pairs, and one of the best two
	fast := []float64{6, 4, 5, 3, 2, 1, 1, 2, 3, 4, 5, 6}
	got := Compare(pairs, exact, fast)
	deviation := math.Sqrt(35. / 12)
	for _, c := range []struct {
		what      string
		got, want float64
	}{{"tau", got.Tau, (13./15 + 1) / 2}, {"overlap", got.Overlap, .75}, {"most", got.MaxError, 1 / deviation}, {"mean", got.MeanError, 2. / 12 / deviation}} {
		if math.Abs(c.got-c.want) > 1e-12 {
			t.Errorf("%s %v, want %v", c.what, c.got, c.want)
		}
	}
	none := make([]float64, 12)
	for i := range none {
		none[i] = math.NaN()
	}
	if bad := Compare(pairs, exact, none); bad.Passed() {
		t.Errorf("no number at all passed: %+v", bad)
	}
}

// TestJudge: a verdict is kept and recalled, and a model of noise is declined with figures.
func TestJudge(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	m, err := hf.OpenCrossEncoder("../../../data/models/ce-wordnet-L4")
	if err != nil {
		t.Fatal(err)
	}
	pairs := Sample()[:72]
	v, e, err := Judge(t.Context(), m, "one", pairs)
	if err != nil || e == nil || len(v.Trials) == 0 {
		t.Fatal(v, err)
	}
	t.Log(v.Reason())
	if !strings.Contains(v.Reason(), "%") || v.Trials[0].Precision != (encoder.Precision{Int8: true}) {
		t.Error(v.Reason())
	}
	kept, _ := filepath.Glob(filepath.Join(cache, "axn", "precision", "*.json"))
	if len(kept) != 1 {
		t.Skipf("%d verdicts in %s: the cache folder of this system lies elsewhere", len(kept), cache)
	}
	changed, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	marked := strings.Replace(string(changed), `"Pairs":72`, `"Pairs":73`, 1)
	if err := os.WriteFile(kept[0], []byte(marked), 0o644); err != nil || marked == string(changed) {
		t.Fatal(marked, err)
	}
	if again, _, err := Judge(t.Context(), m, "one", pairs); err != nil || again.Trials[0].Pairs != 73 || again.Precision() != v.Precision() {
		t.Errorf("not recalled: %+v, %v", again, err)
	}
	if other, _, err := Judge(t.Context(), m, "two", pairs); err != nil || other.Trials[0].Pairs != 72 {
		t.Errorf("recalled for another model: %+v, %v", other, err)
	}
	if err := os.WriteFile(kept[0], []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if anew, _, err := Judge(t.Context(), m, "one", pairs); err != nil || anew.Trials[0].Pairs != 72 {
		t.Errorf("of a damaged file: %+v, %v", anew, err)
	}
}

func TestScoresThatAreNoNumbers(t *testing.T) {
	if trial := (Trial{Overlap: 1, Speedup: 2, MaxError: math.NaN()}); trial.Passed() {
		t.Error("passed")
	}
}

// TestJudgeDeclines: scores that say nothing but noise do not survive the rounding, whatever layer is left out.
func TestJudgeDeclines(t *testing.T) {
	t.Setenv("HOME", t.TempDir()) // of the user's cache on macOS
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	m, err := hf.OpenCrossEncoder("../../../data/models/ce-wordnet-L4")
	if err != nil {
		t.Fatal(err)
	}
	read := m.Layers
	m.Layers = func(do func(*hf.Layer)) error {
		r := rand.New(rand.NewPCG(1, 1))
		return read(func(l *hf.Layer) {
			for _, linear := range []hf.Linear{l.QKV, l.Output, l.Up, l.Down} {
				for i := range linear.Out {
					linear.Weight[i*linear.In+r.IntN(linear.In)] *= 100 // beside it all others of its channel are rounded to nothing
				}
			}
			do(l)
		})
	}
	v, e, err := Judge(t.Context(), m, "noise", Sample()[:72])
	if err != nil || e == nil {
		t.Fatal(err)
	}
	if v.Precision().Int8 || len(v.Trials) != 4 || !strings.Contains(v.Reason(), "are wanted") {
		t.Errorf("%v: %s", v.Precision(), v.Reason())
	}
}
