// Package scorertest is the contract of scorers as a test suite. Everything that scores pairs for
// the workbench passes it; so should yours:
//
//	func TestMyScorer(t *testing.T) {
//		scorertest.Run(t, myScorer, []workbench.Pair{{Query: 0, Item: 3}, {Query: 1, Item: 0}})
//	}
package scorertest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"axn/workbench"
)

// Run holds a Scorer to its contract on the given pairs, at least three of them. A pair's score
// is one finite number, the same bits at every call: in any batch and order, beside a copy of
// itself, from several goroutines. Pairs are left as they were. No pairs give no scores, a
// cancelled context gives its error, and rows that cannot exist give an error.
func Run(t *testing.T, s workbench.Scorer, pairs []workbench.Pair) {
	t.Helper()
	for _, err := range append(check(t.Context(), s.Score, pairs), checkRows(t.Context(), s, pairs)...) {
		t.Error(err)
	}
}

// RunText holds a TextScorer to the same contract.
func RunText(t *testing.T, ts workbench.TextScorer, pairs [][2]string) {
	t.Helper()
	for _, err := range check(t.Context(), ts.Predict, pairs) {
		t.Error(err)
	}
}

// scorer is the one method of either interface.
type scorer[P comparable] func(context.Context, []P) ([]float64, error)

// check returns what is broken, one error for each clause.
func check[P comparable](ctx context.Context, score scorer[P], pairs []P) (broken []error) {
	if len(pairs) < 3 {
		return []error{fmt.Errorf("%d pairs are too few to tell: give three or more", len(pairs))}
	}
	var want []float64
	err := guarded(func() (err error) {
		want, err = score(ctx, slices.Clone(pairs))
		return valid(want, err, len(pairs))
	})
	if err != nil {
		return []error{fmt.Errorf("all pairs: %w", err)}
	}
	for _, clause := range []struct {
		name string
		hold func(context.Context, scorer[P], []P, []float64) error
	}{
		{"a second time", again[P]}, {"one by one", batches[P](1)}, {"in batches of two", batches[P](2)},
		{"in another order", backward[P]}, {"each pair twice", repeated[P]}, {"from several goroutines", together[P]},
		{"pairs left alone", leftAlone[P]}, {"no pairs", none[P]}, {"cancelled context", cancelled[P]},
	} {
		if err := guarded(func() error { return clause.hold(ctx, score, pairs, want) }); err != nil {
			broken = append(broken, fmt.Errorf("%s: %w", clause.name, err))
		}
	}
	return broken
}

func valid(got []float64, err error, n int) error {
	if err != nil {
		return err
	}
	if len(got) != n {
		return fmt.Errorf("%d scores for %d pairs", len(got), n)
	}
	for i, s := range got {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return fmt.Errorf("pair %d has score %v", i, s)
		}
	}
	return nil
}

// same scores pairs and compares with want, bit by bit.
func same[P comparable](ctx context.Context, score scorer[P], pairs []P, want []float64) error {
	got, err := score(ctx, slices.Clone(pairs))
	if err := valid(got, err, len(pairs)); err != nil {
		return err
	}
	for i := range got {
		if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
			return fmt.Errorf("pair %v: score %v, was %v", pairs[i], got[i], want[i])
		}
	}
	return nil
}

func again[P comparable](ctx context.Context, score scorer[P], pairs []P, want []float64) error {
	return same(ctx, score, pairs, want)
}

func batches[P comparable](n int) func(context.Context, scorer[P], []P, []float64) error {
	return func(ctx context.Context, score scorer[P], pairs []P, want []float64) error {
		for at := 0; at < len(pairs); at += n {
			end := min(at+n, len(pairs))
			if err := same(ctx, score, pairs[at:end], want[at:end]); err != nil {
				return err
			}
		}
		return nil
	}
}

func backward[P comparable](ctx context.Context, score scorer[P], pairs []P, want []float64) error {
	p, w := slices.Clone(pairs), slices.Clone(want)
	slices.Reverse(p)
	slices.Reverse(w)
	return same(ctx, score, p, w)
}

func repeated[P comparable](ctx context.Context, score scorer[P], pairs []P, want []float64) error {
	return same(ctx, score, slices.Concat(pairs, pairs), slices.Concat(want, want))
}

func together[P comparable](ctx context.Context, score scorer[P], pairs []P, want []float64) error {
	var wait sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wait.Go(func() { errs[i] = guarded(func() error { return same(ctx, score, pairs, want) }) })
	}
	wait.Wait()
	return errors.Join(errs...)
}

func leftAlone[P comparable](ctx context.Context, score scorer[P], pairs []P, _ []float64) error {
	p := slices.Clone(pairs)
	if _, err := score(ctx, p); err != nil {
		return err
	}
	if !slices.Equal(p, pairs) {
		return errors.New("the call changed the slice of pairs")
	}
	return nil
}

func none[P comparable](ctx context.Context, score scorer[P], _ []P, _ []float64) error {
	got, err := score(ctx, nil)
	return valid(got, err, 0)
}

func cancelled[P comparable](ctx context.Context, score scorer[P], pairs []P, _ []float64) error {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := score(ctx, slices.Clone(pairs)); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("error %v, want one that wraps context.Canceled", err)
	}
	return nil
}

// checkRows asks for rows that cannot exist.
func checkRows(ctx context.Context, s workbench.Scorer, pairs []workbench.Pair) (broken []error) {
	if len(pairs) == 0 {
		return nil
	}
	for _, p := range []workbench.Pair{{Query: -1, Item: pairs[0].Item}, {Query: pairs[0].Query, Item: -1},
		{Query: math.MaxInt, Item: pairs[0].Item}, {Query: pairs[0].Query, Item: math.MaxInt}} {
		err := guarded(func() error {
			_, err := s.Score(ctx, append(slices.Clone(pairs), p))
			if err == nil {
				return errors.New("no error")
			}
			return nil
		})
		if err != nil {
			broken = append(broken, fmt.Errorf("no such row, query %d, item %d: %w", p.Query, p.Item, err))
		}
	}
	return broken
}

// guarded makes an error of a panic in the calling goroutine.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}
