package serving

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// gathering does questions together: those that come while others are done wait for the next turn.
type gathering[Q any] struct {
	turns chan struct{}                                  // one for each turn under way
	fits  func(turn []*question[Q], q *question[Q]) bool // whether q can be done in a turn with others
	do    func(ctx context.Context, turn []*question[Q]) error

	mu      sync.Mutex
	waiting []*question[Q]
}

// question is what one search wants done.
type question[Q any] struct {
	of   Q
	ctx  context.Context
	err  error
	done chan struct{} // closed when it is done, or err says why not
}

func newGathering[Q any](turns int, fits func([]*question[Q], *question[Q]) bool, do func(context.Context, []*question[Q]) error) *gathering[Q] {
	return &gathering[Q]{turns: make(chan struct{}, turns), fits: fits, do: do}
}

// ask waits until q is done, or ctx has ended.
func (g *gathering[Q]) ask(ctx context.Context, of Q) error {
	q := &question[Q]{of: of, ctx: ctx, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, q)
	g.mu.Unlock()
	turns := g.turns
	for {
		select {
		case turns <- struct{}{}:
			go g.drain()
			turns = nil // what waits is done, q as well
		case <-q.done:
			return q.err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// drain takes turns until nothing waits.
func (g *gathering[Q]) drain() {
	defer func() { <-g.turns }()
	for turn := g.next(); len(turn) > 0; turn = g.next() {
		g.answer(turn)
	}
}

// next takes the questions of the next turn: the first, and those behind it that fit. Those
// whose search has ended are left out.
func (g *gathering[Q]) next() (turn []*question[Q]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var rest []*question[Q]
	for _, q := range g.waiting {
		switch {
		case q.ctx.Err() != nil:
		case len(turn) == 0 || g.fits(turn, q):
			turn = append(turn, q)
		default:
			rest = append(rest, q)
		}
	}
	g.waiting = rest
	return turn
}

// answer does a turn. When that fails as a whole, each question is done alone, so that none
// fails for what another asks.
func (g *gathering[Q]) answer(turn []*question[Q]) {
	ctx, stop := untilAllEnd(turn)
	err := guarded(func() error { return g.do(ctx, turn) })
	stop()
	if err != nil && len(turn) > 1 {
		for _, q := range turn {
			g.answer([]*question[Q]{q})
		}
		return
	}
	for _, q := range turn {
		if err != nil {
			q.err = err
		}
		close(q.done)
	}
}

// guarded calls do. A panic is an error.
func guarded(do func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{value, debug.Stack()}
		}
	}()
	return do()
}

// untilAllEnd is a context that ends when those of all questions have ended.
func untilAllEnd[Q any](turn []*question[Q]) (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(turn[0].ctx))
	var mu sync.Mutex
	left := len(turn)
	var stops []func() bool
	for _, q := range turn {
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

// panicError is what an encoder or a search panicked with.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("the search panicked: %v", e.value) }
