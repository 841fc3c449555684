package workbench

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/gate"
	"axn/workbench/internal/sharedtest"
)

const modelDir = "../data/models/ce-wordnet-L4"

func openInt8(t testing.TB) *CrossEncoder {
	t.Helper()
	c, err := OpenCrossEncoderWith(modelDir, EncoderOptions{Precision: "int8"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestInt8: scores near those of float32, the same alone and among others, under another fingerprint.
func TestInt8(t *testing.T) {
	exact, fast := openCE(t), openInt8(t)
	pairs, want := golden(t, "testdata/ce_golden.tsv")
	got := must[[]float64](t)(fast.Predict(t.Context(), pairs))
	if slices.Equal(got, want) {
		t.Error("the scores are those of float32")
	}
	trial := gate.Compare(pairs, want, got)
	t.Logf("error %.4f deviations, at most %.3f", trial.MeanError, trial.MaxError)
	if trial.MeanError > .02 || trial.MaxError > .15 {
		t.Errorf("errors of %v deviations on average and %v at most", trial.MeanError, trial.MaxError)
	}
	for i := range 20 {
		if one := must[[]float64](t)(fast.Predict(t.Context(), pairs[i:i+1])); one[0] != got[i] {
			t.Errorf("pair %d: %v alone, %v among others", i, one[0], got[i])
		}
	}
	a, b := must[string](t)(exact.Fingerprint()), must[string](t)(fast.Fingerprint())
	if a == b || !strings.HasPrefix(b, a+" int8") {
		t.Errorf("fingerprints %q and %q", a, b)
	}
	same := must[*CrossEncoder](t)(OpenCrossEncoderWith(modelDir, EncoderOptions{Precision: "float32"}))
	if c := must[string](t)(same.Fingerprint()); c != a || same.Precision().String() != "float32" || fast.Precision().String() != "int8" {
		t.Errorf("fingerprint %q, want %q; %v and %v", c, a, same.Precision(), fast.Precision())
	}
}

// TestPrecisionThatIsNone names the field and its values.
func TestPrecisionThatIsNone(t *testing.T) {
	_, err := OpenCrossEncoderWith(modelDir, EncoderOptions{Precision: "int4"})
	if err == nil || !strings.Contains(err.Error(), `"int4"`) || !strings.Contains(err.Error(), "float32, int8 or auto") {
		t.Error(err)
	}
}

// TestAutoPrecision takes what its trials say, and says so.
func TestAutoPrecision(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	c, err := OpenCrossEncoderWith(modelDir, EncoderOptions{Precision: "auto", Sample: gate.Sample()[:60]})
	if err != nil {
		t.Fatal(err)
	}
	pairs, _ := golden(t, "testdata/ce_golden.tsv")
	if _, err := OpenCrossEncoderWith(modelDir, EncoderOptions{Precision: "auto", Sample: pairs[:1]}); err == nil || !strings.Contains(err.Error(), "several items") {
		t.Error(err)
	}
	p := c.Precision()
	t.Log(p)
	passed := slices.IndexFunc(p.Trials, func(t PrecisionTrial) bool { return t.Passed })
	switch {
	case len(p.Trials) == 0 || p.Trials[0].Pairs != 60 || p.Frame().Nrow() != len(p.Trials) || !strings.Contains(p.String(), "%"):
		t.Errorf("%+v", p)
	case passed < 0 && p.Precision != "float32", passed >= 0 && p.Precision != p.Trials[passed].Precision:
		t.Errorf("%s, and the trials are %+v", p.Precision, p.Trials)
	}
	other := openCE(t)
	if passed >= 0 {
		other = must[*CrossEncoder](t)(OpenCrossEncoderWith(modelDir, EncoderOptions{Precision: "int8"}))
	}
	if passed <= 0 && must[string](t)(c.Fingerprint()) != must[string](t)(other.Fingerprint()) {
		t.Error("its fingerprint is not that of the precision it takes")
	}
}

// TestInt8KeepsTheTopTen: of twenty test verbs and the items that float32 puts first.
func TestInt8KeepsTheTopTen(t *testing.T) {
	d := must[*Dataset](t)(OpenDataset(filepath.Dir(sharedtest.Path(t, "data", "verbs", "texts.jsonl"))))
	table := must[Scorer](t)(d.Scorer())
	const queries, items = 20, 40
	near := must[[]Neighbors](t)(Exact(t.Context(), table, d, d.Test[:queries], items))
	var pairs [][2]string
	for _, n := range near {
		for _, it := range n.Items {
			pairs = append(pairs, must[[2]string](t)(d.texts(Pair{n.Query, it})))
		}
	}
	want, got := must[[]float64](t)(openCE(t).Predict(t.Context(), pairs)), must[[]float64](t)(openInt8(t).Predict(t.Context(), pairs))
	for i := range pairs { // queries may have one text
		pairs[i][0] = fmt.Sprint(i / items)
	}
	trial := gate.Compare(pairs, want, got)
	t.Logf("%+v", trial)
	if trial.Overlap < .97 {
		t.Errorf("the top ten overlap by %.1f %%, at least 97 are wanted", 100*trial.Overlap)
	}
}
