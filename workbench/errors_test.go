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
