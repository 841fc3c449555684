package serving

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"axn/workbench"
)

// batcher is a cross-encoder that several searches ask at once: what they ask while a call
// is under way is put into the next.
type batcher struct {
	scorer  workbench.TextScorer
	calls   chan struct{} // one for each joint call under way
	most    int           // pairs of a joint call
	metrics *metrics

	mu      sync.Mutex
	waiting []*question
}

// question is what one search wants scored.
type question struct {
	ctx    context.Context
	pairs  [][2]string
	scores []float64
	err    error
	done   chan struct{} // closed when scores and err are there
}

func newBatcher(ts workbench.TextScorer, calls, most int, m *metrics) *batcher {
	return &batcher{scorer: ts, calls: make(chan struct{}, calls), most: most, metrics: m}
}

// Predict waits for its turn and returns the scores of its own pairs.
func (b *batcher) Predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	q := &question{ctx: ctx, pairs: pairs, done: make(chan struct{})}
	b.mu.Lock()
	b.waiting = append(b.waiting, q)
	b.mu.Unlock()
	calls := b.calls
	for {
		select {
		case calls <- struct{}{}:
			go b.drain()
			calls = nil // what waits is taken, q as well
		case <-q.done:
			return q.scores, q.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// drain makes joint calls until nothing waits.
func (b *batcher) drain() {
	defer func() { <-b.calls }()
	for qs := b.next(); len(qs) > 0; qs = b.next() {
		b.answer(qs)
	}
}

// next takes the questions of the next joint call, in the order they came. Those whose search
// has ended are left out.
func (b *batcher) next() (qs []*question) {
	b.mu.Lock()
	defer b.mu.Unlock()
	pairs := 0
	for len(b.waiting) > 0 {
		q := b.waiting[0]
		if q.ctx.Err() == nil {
			if pairs += len(q.pairs); len(qs) > 0 && pairs > b.most {
				break
			}
			qs = append(qs, q)
		}
		b.waiting = b.waiting[1:]
	}
	return qs
}

// answer scores questions in one call. When that fails as a whole, each is asked alone, so
// that none fails for what another holds.
func (b *batcher) answer(qs []*question) {
	var pairs [][2]string
	for _, q := range qs {
		pairs = append(pairs, q.pairs...)
	}
	ctx, stop := untilAllEnd(qs)
	defer stop()
	scores, err := b.call(ctx, pairs)
	part, some := errors.AsType[*workbench.PartialError](err)
	switch {
	case err != nil && !some && len(qs) > 1:
		for _, q := range qs {
			b.answer([]*question{q})
		}
		return
	case err == nil && len(scores) != len(pairs):
		err = fmt.Errorf("%w: the cross-encoder gave %d scores for %d pairs", workbench.ErrScore, len(scores), len(pairs))
	}
	at := 0
	for _, q := range qs {
		end := at + len(q.pairs)
		q.err = err
		if some {
			q.err = part.Within(at, end)
		}
		if end <= len(scores) {
			q.scores = scores[at:end:end]
		}
		at = end
		close(q.done)
	}
}

// call asks the cross-encoder. A panic is an error.
func (b *batcher) call(ctx context.Context, pairs [][2]string) (scores []float64, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{"the cross-encoder", value, debug.Stack()}
		}
	}()
	begin := time.Now()
	scores, err = b.scorer.Predict(ctx, pairs)
	b.metrics.scored(len(pairs), time.Since(begin), err)
	return scores, err
}

// untilAllEnd is a context that ends when the searches of all questions have ended.
func untilAllEnd(qs []*question) (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(qs[0].ctx))
	var mu sync.Mutex
	left := len(qs)
	var stops []func() bool
	for _, q := range qs {
		stops = append(stops, context.AfterFunc(q.ctx, func() {
			mu.Lock()
			defer mu.Unlock()
			if left--; left == 0 {
				cancel()
			}
		}))
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}

// panicError is what an encoder panicked with.
type panicError struct {
	who   string
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("%s panicked: %v", e.who, e.value) }

// Fingerprint is that of the cross-encoder.
func (b *batcher) Fingerprint() (string, error) {
	if f, ok := b.scorer.(workbench.Fingerprinter); ok {
		return f.Fingerprint()
	}
	return "", nil
}
