package workbench

import (
	"math/rand/v2"
	"slices"
	"testing"

	"axn/workbench/internal/ablate"
)

// A part that is switched off changes the index or what a search finds, and with none
// switched off both are what they are without the switch, to the bit.
func TestPartsAreSwitchedOff(t *testing.T) {
	d, g := viewedToy(7, 60, 400)
	d.Views = append(d.Views, View{Name: "noise", Items: unitRows(rand.New(rand.NewPCG(8, 8)), len(d.Items), 5)})
	scores := must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: 60, Seed: 1}))
	type found struct {
		features, bias []float32
		items          []int
	}
	with := func(parts ...ablate.Part) found {
		ctx := ablate.Without(t.Context(), parts...)
		ix := must[*Index](t)(Factorize(ctx, d, scores, FactorizeOptions{}))
		f := found{features: ix.Features.Data, bias: ix.Prior.Bias.Data}
		for _, r := range must[[]Result](t)(ix.SearchAll(ctx, LookUp(g), d.Test, SearchOptions{Budget: 40})) {
			for _, round := range r.Rounds {
				f.items = append(f.items, round.Items...)
			}
		}
		return f
	}
	all := with()
	ix := must[*Index](t)(Factorize(t.Context(), d, scores, FactorizeOptions{}))
	if !slices.Equal(ix.Features.Data, all.features) {
		t.Error("with all parts the index is another")
	}
	for _, p := range ablate.Parts {
		if f := with(p); slices.Equal(f.features, all.features) && slices.Equal(f.bias, all.bias) && slices.Equal(f.items, all.items) {
			t.Errorf("without %s everything is the same", p)
		}
	}
}
