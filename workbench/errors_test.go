package workbench

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
)

// TestNestedErrors fails at the bottom of the house: the message names every room on the way once.
func TestNestedErrors(t *testing.T) {
	d, _ := toy(3, 4, 10, 8)
	c := openCache(t, openCE(t), filepath.Join(t.TempDir(), "scores"))
	ctx, cancel := context.WithCancel(t.Context())
	interrupt := Named("x", TextScorerFunc(func(_ context.Context, pairs [][2]string) ([]float64, error) {
		cancel()
		return c.Predict(ctx, pairs)
	}))
	outer := openCache(t, interrupt, filepath.Join(t.TempDir(), "scores"))
	_, err := Observe(ctx, NewScorer(outer, withTexts(d)), d, Sampling{PerQuery: 5})
	const want = "workbench: observe: train query 0 (row 0): cached scores: cached scores: context canceled"
	if err == nil || err.Error() != want || !errors.Is(err, context.Canceled) {
		t.Errorf("got  %v\nwant %v", err, want)
	}
}

// TestPartialErrorWithin keeps what is missing in a part of a call.
func TestPartialErrorWithin(t *testing.T) {
	e := &PartialError{Pairs: 9, Of: "texts have no vector; text", Failed: []PairError{{2, errors.New("x")}, {7, errors.New("y")}}}
	if got := e.Within(5, 9); got.Error() != "1 of 4 texts have no vector; text 2: y" {
		t.Error(got)
	}
	if got := e.Within(3, 7); got != nil {
		t.Error(got)
	}
}
