package workbench

import (
	"context"
	"log"
	"sync"
	"time"
)

// Progress says how far a long call has come: Done of Total units of Task.
//
// A call reports at most about ten times a second, and once more when it ends.
type Progress struct {
	Task  string // what is being done, such as "observe"
	Unit  string // what is counted, such as "calls" or "queries"
	Done  int    // units finished so far, never falling
	Total int    // units in all; 0 when not known beforehand
	Final bool   // the last report of this call, whether it finished or failed
	Note  string // what has come up so far, such as a server that does not answer; "" is nothing
}

// WithProgress returns a context whose workbench calls tell report how far they
// have come. One call reports from one goroutine at a time; two calls that share
// the context may report at once. report must not block for long.
func WithProgress(ctx context.Context, report func(Progress)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// quiet returns a context for the calls made by a call that reports itself.
func quiet(ctx context.Context) context.Context { return WithProgress(ctx, nil) }

type progressKey struct{}

// progressPause is the least time between two reports of one call.
const progressPause = 100 * time.Millisecond

// meter counts the units of one call and reports them, never more often than
// progressPause. A nil meter, which startProgress returns when nobody listens,
// counts nothing. Its methods may be called from several goroutines.
type meter struct {
	report func(Progress)
	mu     sync.Mutex
	at     Progress
	last   time.Time
}

// startProgress begins a task of total units (0: not known). The caller adds
// units as they finish and calls end once, usually by defer:
//
//	m := startProgress(ctx, "observe", "calls", len(pairs))
//	defer m.end()
//	…
//	m.add(len(batch))
func startProgress(ctx context.Context, task, unit string, total int) *meter {
	report, _ := ctx.Value(progressKey{}).(func(Progress))
	if report == nil {
		return nil
	}
	return &meter{report: report, at: Progress{Task: task, Unit: unit, Total: total}, last: time.Now()}
}

// add counts n more units.
func (m *meter) add(n int) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at.Done += n
	if now := time.Now(); now.Sub(m.last) >= progressPause && !m.at.Final {
		m.last = now
		m.report(m.at)
	}
}

// note adds a line to what has come up, and reports it at once.
func (m *meter) note(text string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at.Note != "" {
		text = m.at.Note + "; " + text
	}
	if m.at.Note = text; !m.at.Final {
		m.last = time.Now()
		m.report(m.at)
	}
}

// warn notes a text, or writes it to the log where nobody follows the call.
func (m *meter) warn(call, text string) {
	if m == nil {
		log.Printf("workbench: %s: %s", call, text)
	}
	m.note(text)
}

// end makes the last report; later ones are not made.
func (m *meter) end() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.at.Final {
		m.at.Final = true
		m.report(m.at)
	}
}

// ProgressOf returns the listener of a context, for calls outside the workbench
// that want to be followed in the same way; it does nothing if there is none.
func ProgressOf(ctx context.Context) func(Progress) {
	report, _ := ctx.Value(progressKey{}).(func(Progress))
	if report == nil {
		return func(Progress) {}
	}
	return report
}
