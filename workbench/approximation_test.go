package workbench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// toyApproximation searches the toy set's test queries and goes through it again.
func toyApproximation(t *testing.T, m Method, o SearchOptions) (*Approximation, *Matrix) {
	d, g := toy(81, 60, 300, 8)
	ix := toyIndex(t, d, g, m)
	if ix.Prior != nil {
		ix.Prior.Spread = Curve{} // what choosing adds is not part of the approximation
	}
	rs := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, o))
	return must[*Approximation](t)(ix.Approximate(t.Context(), LookUp(g), rs, o)), g
}

// Whatever the method, each round's choice is the best of what was left by the
// approximation replayed, which its scale's inverse leaves in order.
func TestApproximationsAreThoseThatChose(t *testing.T) {
	for _, m := range allMethods() {
		a, g := toyApproximation(t, m, SearchOptions{Budget: 60, Rounds: 4, Lambda: 0.3})
		for q, r := range a.Results {
			if !slices.Equal(a.Exact.Row(q), g.Row(r.Query)) {
				t.Fatalf("%s: exact scores of query %d are another's", m, r.Query)
			}
			seen := map[int]bool{}
			for i, round := range r.Rounds {
				for _, it := range round.Items {
					seen[it] = true
				}
				if i == 0 && methods[m].begin != byScore {
					continue // round 1 had another score
				}
				worst, best := float32(math.Inf(1)), float32(math.Inf(-1))
				for it, v := range a.Rounds[i].Row(q) {
					if slices.Contains(round.Items, it) {
						worst = min(worst, v)
					} else if !seen[it] {
						best = max(best, v)
					}
				}
				if best > worst+1e-4 {
					t.Fatalf("%s, query %d, round %d: chose %v, left %v", m, r.Query, i+1, worst, best)
				}
			}
		}
	}
}

// With fewer anchors than dimensions AXN's regression reproduces what it has seen,
// on the cross-encoder's scale.
func TestRegressionReproducesWhatItSaw(t *testing.T) {
	a, _ := toyApproximation(t, DualEncoder, SearchOptions{Budget: 8, Rounds: 2})
	for r, g := range a.errorsByRound() {
		if n := g.observed[1].n; int(n) != 4*r*len(a.Results) {
			t.Errorf("round %d: %v items observed", r, n)
		}
		if e := g.observed[1].rmse(); e > 1e-3 {
			t.Errorf("round %d: observed items are off by %v", r, e)
		}
		if g.observed[0].rmse() < 0.1 {
			t.Errorf("round %d: unobserved items are off by %v only", r, g.observed[0].rmse())
		}
	}
}

func TestErrorGroups(t *testing.T) {
	a, _ := toyApproximation(t, Calibrated, SearchOptions{Budget: 40})
	for r, g := range a.errorsByRound() {
		var sum, square float64
		for _, v := range must[*Matrix](t)(a.Residual(r)).Data {
			sum, square = sum-float64(v), square+float64(v)*float64(v)
		}
		n := float64(len(a.Exact.Data))
		if math.Abs(g.all.bias()-sum/n) > 1e-5 || math.Abs(g.all.rmse()-math.Sqrt(square/n)) > 1e-5 {
			t.Errorf("round %d: bias %v, rmse %v; want %v, %v", r, g.all.bias(), g.all.rmse(), sum/n, math.Sqrt(square/n))
		}
		var ranks, deciles errorSum
		for _, s := range g.rank {
			ranks.merge(s)
		}
		for _, s := range g.decile {
			deciles.merge(s)
		}
		for name, s := range map[string]errorSum{"ranks": ranks, "deciles": deciles} {
			if s.n != n || math.Abs(s.rmse()-g.all.rmse()) > 1e-9 {
				t.Errorf("round %d: %s hold %v items, rmse %v", r, name, s.n, s.rmse())
			}
		}
		if g.rank[0].n != float64(len(a.Results)) || g.rank[1].n != 2*float64(len(a.Results)) || g.decile[9].n != n/10 {
			t.Errorf("round %d: %v items of rank 1, %v of rank 2-3, %v in the top tenth", r, g.rank[0].n, g.rank[1].n, g.decile[9].n)
		}
	}
	df := a.Frame()
	if df.Err != nil || !slices.Equal(df.Names(), []string{"system", "round", "group", "range", "items", "bias", "rmse"}) {
		t.Errorf("%v", df)
	}
	if text := fmt.Sprint(df.Records()); !strings.Contains(text, "rank 101-300") || !strings.Contains(text, "calibrated 5 observed yes 1200") {
		t.Errorf("%v", text)
	}
}

// Missed lists exactly what recall says is missing.
func TestMissed(t *testing.T) {
	a, _ := toyApproximation(t, DualEncoder, SearchOptions{Budget: 40})
	df := a.Missed(10)
	want := 0
	for q := range a.Results {
		row := make([]float64, a.Exact.Cols)
		for i, v := range a.Exact.Row(q) {
			row[i] = float64(v)
		}
		want += 10 - a.Results[q].hits(nearest(0, row, 10).Items)
	}
	if df.Nrow() != want || want == 0 {
		t.Fatalf("%d missed items, want %d", df.Nrow(), want)
	}
	places, _ := df.Col("approx_rank").Int()
	short, errs, causes := df.Col("short").Float(), df.Col("error").Float(), df.Col("cause").Records()
	kinds := map[string]int{}
	for i := range places {
		kinds[causes[i]]++
		if places[i] <= 8 || short[i] < 0 {
			t.Errorf("row %d: place %d, short by %v, yet 8 items were chosen", i, places[i], short[i])
		}
		if causes[i] == missedBelow && errs[i] >= 0 {
			t.Errorf("row %d is underestimated by %v", i, errs[i])
		}
	}
	if len(kinds) < 2 {
		t.Errorf("causes %v", kinds)
	}
	all, _ := toyApproximation(t, DualEncoder, SearchOptions{Budget: 300})
	if df := all.Missed(10); df.Nrow() != 0 {
		t.Errorf("everything was scored, and %d items missed", df.Nrow())
	}
}

func TestCalibration(t *testing.T) {
	a, _ := toyApproximation(t, Calibrated, SearchOptions{Budget: 40})
	items := 0
	bins := a.calibration(5)
	for i, b := range bins {
		items += b.items
		if i > 0 && b.approx < bins[i-1].approx {
			t.Errorf("bin %d lies below the one before", i)
		}
	}
	if items != 30*260 {
		t.Errorf("%d items in the bins, want all unobserved ones", items)
	}
	for _, round := range []int{-1, 6} {
		if _, err := a.Residual(round); err == nil || a.Calibration(round).Err == nil {
			t.Errorf("round %d is not there", round)
		}
	}
	if df := a.Calibration(5); df.Err != nil || df.Nrow() != len(bins) {
		t.Errorf("%v", df)
	}
}

func TestInverse(t *testing.T) {
	rng := rand.New(rand.NewPCG(82, 1))
	over := []float32{-3, 5, 1}
	for name, f := range map[string]func(float64) float64{
		"line":    Normalization{Alpha: 2, Beta: 0.1}.apply,
		"curve":   func(x float64) float64 { return math.Tanh(x / 3) },
		"plateau": func(x float64) float64 { return max(x, 0) },
	} {
		inv := newScaleInverse(f, over)
		for range 200 {
			x := -3 + 8*rng.Float64()
			if back := inv.at(f(x)); math.Abs(f(back)-f(x)) > 1e-6 {
				t.Errorf("%s: %v came back as %v", name, x, back)
			}
		}
		if inv.at(f(5)+1) <= 5 || inv.at(f(-3)-1) >= -3 {
			t.Errorf("%s: beyond the ends it gives %v and %v", name, inv.at(f(5)+1), inv.at(f(-3)-1))
		}
	}
	if inv := newScaleInverse(Normalization{Alpha: 2, Beta: 0.1}.apply, over); math.Abs(inv.at(1)-12) > 1e-9 {
		t.Errorf("a line ends at %v, want 12", inv.at(1))
	}
	if got := newScaleInverse(func(float64) float64 { return 4 }, over).at(9); got != -3 {
		t.Errorf("a constant gives %v", got)
	}
}

// Singular values agree with a decomposition; a product of thin factors has no
// more than they are wide.
func TestSpectrum(t *testing.T) {
	rng := rand.New(rand.NewPCG(83, 1))
	for _, shape := range [][2]int{{7, 20}, {20, 7}, {5, 5}, {1, 9}} {
		m := normals(rng, shape[0], shape[1])
		var svd mat.SVD
		svd.Factorize(mat.DenseCopyOf(m), mat.SVDNone)
		got := NewSpectrum("m", m)
		for i, want := range svd.Values(nil) {
			if math.Abs(got.Values[i]-want) > 1e-6*want {
				t.Errorf("%v: value %d is %v, want %v", shape, i, got.Values[i], want)
			}
		}
		if df := got.Frame(); df.Err != nil || math.Abs(df.Col("energy").Float()[df.Nrow()-1]-1) > 1e-12 {
			t.Errorf("%v", df)
		}
	}
	low := NewMatrix(30, 40)
	for i := range low.Data {
		low.Data[i] = float32(i%40) + float32(i/40)
	}
	if e := NewSpectrum("low", low).energies(); e[1] < 1-1e-12 {
		t.Errorf("rank 2 has energies %v", e[:3])
	}
	if s := NewSpectrum("none", &Matrix{}); len(s.Values) != 0 {
		t.Errorf("no rows: %v", s)
	}
}

func TestPlotsOfApproximation(t *testing.T) {
	a, g := toyApproximation(t, DualEncoder, SearchOptions{Budget: 40})
	b, _ := toyApproximation(t, Calibrated, SearchOptions{Budget: 40})
	b.Name = "ours"
	errs, err1 := PlotErrors(4, a, b)
	calibration, err2 := PlotCalibration(4, a, b)
	spectra, err3 := PlotSpectra(NewSpectrum("G", g), NewSpectrum("residual", must[*Matrix](t)(a.Residual(5))))
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		p     *plot.Plot
		texts []string
	}{
		"errors":      {errs, []string{"de", "ours", "after 4 rounds", "100"}},
		"calibration": {calibration, []string{"de", "ours", "mean approximate score"}},
		"spectra":     {spectra, []string{"G", "residual", "singular values"}},
	} {
		var svg bytes.Buffer
		must[int64](t)(must[io.WriterTo](t)(c.p.WriterTo(16*vg.Centimeter, 10*vg.Centimeter, "svg")).WriteTo(&svg))
		for _, text := range c.texts {
			if !strings.Contains(svg.String(), text) {
				t.Errorf("%s: the plot lacks %q", name, text)
			}
		}
	}
	for _, err := range []error{second(PlotErrors(6, a)), second(PlotErrors(0)), second(PlotCalibration(-1, a)), second(PlotCalibration(0)), second(PlotSpectra()), second(PlotSpectra(Spectrum{}))} {
		if err == nil {
			t.Error("something that is not there was drawn")
		}
	}
}

// TestApproximateNeedsItems: a Head has no items to approximate the scores of.
func TestApproximateNeedsItems(t *testing.T) {
	d, g := toy(6, 10, 50, 4)
	ix := toyIndex(t, d, g, DualEncoder)
	o := SearchOptions{Budget: 10, Store: ix.Items()}
	rs := must[[]Result](t)(ix.Head().SearchAll(t.Context(), LookUp(g), d.Test, o))
	if a, err := ix.Head().Approximate(t.Context(), LookUp(g), rs, o); err == nil || !strings.Contains(err.Error(), "no items of its own") {
		t.Errorf("%v, %v", a, err)
	}
	if _, err := toyIndex(t, d, g, Calibrated).Approximate(t.Context(), LookUp(g), rs, SearchOptions{Budget: 10, Learn: 2}); err == nil || !strings.Contains(err.Error(), "Learn 0") {
		t.Errorf("of queries that learn: %v", err)
	}
}

// TestApproximateOfOtherRankings: results may come from a file, which does not say what they cost;
// they must be of the index's items and have a score for each.
func TestApproximateOfOtherRankings(t *testing.T) {
	d, g := toy(6, 10, 50, 4)
	ix, o := toyIndex(t, d, g, Calibrated), SearchOptions{Budget: 10}
	rs := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), d.Test, SearchOptions{Budget: 40}))
	want := must[*Approximation](t)(ix.Approximate(t.Context(), LookUp(g), rs, SearchOptions{Budget: 40}))
	for i := range rs {
		rs[i].Calls = 0
	}
	if got := must[*Approximation](t)(ix.Approximate(t.Context(), LookUp(g), rs, o)); !slices.Equal(got.Rounds[5].Data, want.Rounds[5].Data) {
		t.Error("other scores")
	}
	for _, bad := range []Round{{Items: []int{50}, Scores: []float64{1}}, {Items: []int{-1}, Scores: []float64{1}}, {Items: []int{1}}} {
		if _, err := ix.Approximate(t.Context(), LookUp(g), []Result{{Query: 1, Rounds: []Round{bad}}}, o); !errors.Is(err, ErrShape) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}
