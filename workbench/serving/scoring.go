package serving

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"axn/workbench"
)

// batcher is a cross-encoder that several searches ask at once: what they ask while a call
// is under way is put into the next.
type batcher struct {
	scorer  workbench.TextScorer
	calls   *gathering[*scoring]
	tier    string
	metrics *metrics
}

// scoring is what one search wants scored.
type scoring struct {
	pairs  [][2]string
	scores []float64
	err    error // of some of its pairs
}

// newBatcher returns one that makes a few joint calls at a time, of at most so many pairs unless
// one search asks for more.
func newBatcher(ts workbench.TextScorer, tier string, o Options, m *metrics) *batcher {
	b := &batcher{scorer: ts, tier: tier, metrics: m}
	fits := func(turn []*question[*scoring], q *question[*scoring]) bool {
		pairs := len(q.of.pairs)
		for _, t := range turn {
			pairs += len(t.of.pairs)
		}
		return pairs <= o.BatchPairs
	}
	b.calls = newGathering(o.BatchCalls, fits, b.score)
	return b
}

// Predict waits for its turn and returns the scores of its own pairs.
func (b *batcher) Predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	own := &scoring{pairs: pairs}
	if err := b.calls.ask(ctx, own); err != nil {
		return nil, err
	}
	return own.scores, own.err
}

// score makes one joint call.
func (b *batcher) score(ctx context.Context, turn []*question[*scoring]) error {
	var pairs [][2]string
	for _, q := range turn {
		pairs = append(pairs, q.of.pairs...)
	}
	begin := time.Now()
	scores, err := b.scorer.Predict(ctx, pairs)
	b.metrics.scored(b.tier, len(pairs), time.Since(begin), err)
	part, some := errors.AsType[*workbench.PartialError](err)
	switch {
	case err != nil && !some:
		return err
	case len(scores) != len(pairs):
		return fmt.Errorf("%w: the cross-encoder gave %d scores for %d pairs", workbench.ErrScore, len(scores), len(pairs))
	}
	at := 0
	for _, q := range turn {
		end := at + len(q.of.pairs)
		q.of.scores = slices.Clone(scores[at:end]) // the cross-encoder may answer in the same memory again
		if some {
			q.of.err = part.Within(at, end)
		}
		at = end
	}
	return nil
}

// Fingerprint is that of the cross-encoder.
func (b *batcher) Fingerprint() (string, error) {
	if f, ok := b.scorer.(workbench.Fingerprinter); ok {
		return f.Fingerprint()
	}
	return "", nil
}
