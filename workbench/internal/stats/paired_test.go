package stats

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// testdata/paired.json is scipy's: ttest_1samp, and wilcoxon without continuity
// correction, exact where no size ties and none is 0.
func TestPairedAsScipy(t *testing.T) {
	data, err := os.ReadFile("testdata/paired.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		X           []float64
		T, Wilcoxon float64
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 10 {
		t.Fatalf("%d cases", len(cases))
	}
	for i, c := range cases {
		if got := StudentT(c.X); math.Abs(got-c.T) > 1e-9 {
			t.Errorf("case %d, %d values: t-test %v, scipy %v", i, len(c.X), got, c.T)
		}
		if got := Wilcoxon(c.X); math.Abs(got-c.Wilcoxon) > 1e-9 {
			t.Errorf("case %d, %d values: Wilcoxon %v, scipy %v", i, len(c.X), got, c.Wilcoxon)
		}
	}
}

func TestPairedEdges(t *testing.T) {
	for name, c := range map[string]struct {
		x           []float64
		t, wilcoxon float64
	}{
		"none":           {nil, 1, 1},
		"one":            {[]float64{3}, 1, 1},
		"no differences": {[]float64{0, 0, 0}, 1, 1},
		"all alike":      {[]float64{1, 1, 1}, 0, 0.08326451666355040},
	} {
		if got := StudentT(c.x); got != c.t {
			t.Errorf("%s: t-test %v, want %v", name, got, c.t)
		}
		if got := Wilcoxon(c.x); math.Abs(got-c.wilcoxon) > 1e-9 {
			t.Errorf("%s: Wilcoxon %v, want %v", name, got, c.wilcoxon)
		}
	}
}

// The adjusted values are those of R's p.adjust.
func TestAdjusted(t *testing.T) {
	p := []float64{.01, .04, math.NaN(), .03, .005, .2, .04}
	holm := []float64{.05, .12, math.NaN(), .12, .03, .2, .12}
	bh := []float64{.03, .048, math.NaN(), .048, .03, .2, .048}
	for name, c := range map[string]struct{ got, want []float64 }{"Holm": {Holm(p), holm}, "Benjamini-Hochberg": {BenjaminiHochberg(p), bh}} {
		for i := range p {
			if math.Abs(c.got[i]-c.want[i]) > 1e-12 || math.IsNaN(c.got[i]) != math.IsNaN(c.want[i]) {
				t.Errorf("%s: %v, want %v", name, c.got, c.want)
				break
			}
		}
	}
}
