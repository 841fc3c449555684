package workbench

import (
	"context"
	"errors"
	"testing"
)

// Training says how far it is, and ends when ctx does.
func TestTrainingProgressAndCancel(t *testing.T) {
	d, g := toy(55, 40, 60, 4)
	scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: 10}))
	for _, c := range []struct {
		o    FactorizeOptions
		unit string
		n    int
	}{
		{FactorizeOptions{Method: Transductive}, "sweeps", 4},
		{FactorizeOptions{Method: Transductive, Solver: AdamW, Epochs: 3}, "epochs", 3},
		{FactorizeOptions{Method: Inductive}, "epochs", 20},
		{FactorizeOptions{Method: Distilled, Epochs: 2}, "epochs", 2},
	} {
		var last Progress
		must[*Index](t)(Factorize(WithProgress(t.Context(), func(p Progress) { last = p }), d, scores, c.o))
		if want := (Progress{Task: "factorize", Unit: c.unit, Done: c.n, Total: c.n, Final: true}); last != want {
			t.Errorf("%+v: last report %+v, want %+v", c.o, last, want)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if ix, err := Factorize(ctx, d, scores, c.o); ix != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("%+v cancelled: %v, %v", c.o, ix, err)
		}
	}
}

// BenchmarkTransductive factorizes the top of the dual encoder's lists of all train queries.
func BenchmarkTransductive(b *testing.B) {
	d := must[*Dataset](b)(OpenDataset("../data/verbs"))
	s := must[Scorer](b)(d.Scorer())
	g := must[*Scores](b)(Observe(b.Context(), s, d, Sampling{PerQuery: 100}))
	for _, solver := range []Solver{ALS, AdamW} {
		b.Run("solver="+string(solver), func(b *testing.B) {
			for b.Loop() {
				must[*Index](b)(Factorize(b.Context(), d, g, FactorizeOptions{Method: Transductive, Solver: solver}))
			}
		})
	}
}
