package workbench

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
)

// exchanged hands a scorer its two texts in each other's place.
func exchanged(ts TextScorer) TextScorerFunc {
	return func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		other := make([][2]string, len(pairs))
		for k, p := range pairs {
			other[k] = [2]string{p[1], p[0]}
		}
		return ts.Predict(ctx, other)
	}
}

// summed scores both orders, so that it makes no difference which one is asked for.
func summed(ts TextScorer) TextScorerFunc {
	return func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		one, err := ts.Predict(ctx, pairs)
		if err != nil {
			return nil, err
		}
		other, err := exchanged(ts)(ctx, pairs)
		for k := range other {
			one[k] += other[k]
		}
		return one, err
	}
}

// motions is a data set of sentences and the senses of their verbs, without vectors.
func motions() *Dataset {
	d := &Dataset{Name: "motions"}
	for i, t := range [][2]string{
		{"the lion * crept * towards the herd", "crawl, creep: move slowly, with the body near the ground"},
		{"the ship * sank * off the coast", "sink, go down: fall to the bottom of the water"},
		{"she * poured * the milk into a bowl", "pour: make a liquid run from a vessel"},
		{"he * sang * in the bath", "sing: make music with the voice"},
		{"they * paid * in cash", "pay: give money for goods or for work"},
		{"the snow * melted * in the sun", "melt, thaw: become liquid when heated"},
		{"the judge * sentenced * him to a year", "sentence, condemn: say in court what the punishment is"},
		{"we * painted * the fence green", "paint: cover a surface with colour"},
		{"a cat * climbed * the tree", "climb: go upward with effort"},
		{"I * forgot * her name", "forget, bury: be unable to remember"},
	} {
		d.Queries = append(d.Queries, Query{ID: fmt.Sprint(i), Text: t[0], Gold: i})
		d.Items = append(d.Items, Item{ID: fmt.Sprint(i), Text: t[1]})
		d.Train = append(d.Train, i)
	}
	return d
}

// judgedToy is the toy with every query's best item judged relevant.
func judgedToy() (*Dataset, TextScorer) {
	d, ts := readable()
	_, g := toy(3, 120, 300, 16)
	for q := range d.Queries {
		d.Queries[q].Gold = slices.Index(g.Row(q), slices.Max(g.Row(q)))
	}
	return d, ts
}

// TestCheckScorerOrder looks at a toy and at the real cross-encoder, each as it is,
// exchanged, and summed over both orders.
func TestCheckScorerOrder(t *testing.T) {
	toy, ts := judgedToy()
	unjudged, _ := readable()
	ce := must[*CrossEncoder](t)(OpenCrossEncoder("../data/models/ce-wordnet-L4"))
	few := motions()
	few.Train = few.Train[:5]
	for name, c := range map[string]struct {
		d       *Dataset
		scorer  TextScorer
		verdict Verdict
	}{
		"toy": {toy, ts, Fine}, "toy exchanged": {toy, exchanged(ts), Warning}, "toy summed": {toy, summed(ts), Fine},
		"unjudged toy": {unjudged, ts, Fine}, "unjudged toy summed": {unjudged, summed(ts), Fine},
		"model": {motions(), ce, Fine}, "model exchanged": {motions(), exchanged(ce), Warning}, "model summed": {motions(), summed(ce), Fine},
		"too few": {few, exchanged(ce), ""},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			counted := TextScorerFunc(func(ctx context.Context, pairs [][2]string) ([]float64, error) {
				calls += len(pairs)
				return c.scorer.Predict(ctx, pairs)
			})
			r := must[*ScorerReport](t)(CheckScorer(t.Context(), NewScorer(counted, c.d), c.d))
			if f := verdicts(r)["order"]; f.Verdict != c.verdict || (f.Advice == "") == (f.Verdict == Warning) {
				t.Errorf("%+v", f)
			}
			if r.Calls != calls {
				t.Errorf("%d calls counted of %d", r.Calls, calls)
			}
		})
	}
}

func TestHeads(t *testing.T) {
	for _, c := range []struct {
		k, n int
		want float64
	}{{0, 0, 1}, {0, 5, 1}, {5, 5, 1. / 32}, {1, 2, .75}, {13, 16, 697. / 65536}, {16, 16, 1. / 65536}} {
		if got := coinHeads(c.k, c.n); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("heads(%d, %d) = %v, want %v", c.k, c.n, got, c.want)
		}
	}
}
