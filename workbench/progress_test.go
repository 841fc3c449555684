package workbench

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// listen returns a context and the reports that calls under it made.
func listen() (context.Context, func() []Progress) {
	var mu sync.Mutex
	var got []Progress
	ctx := WithProgress(context.Background(), func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, p)
	})
	return ctx, func() []Progress {
		mu.Lock()
		defer mu.Unlock()
		return got
	}
}

// A call of two seconds that adds a unit each millisecond reports about ten times
// a second and ends with all units.
func TestProgressIsThrottledAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, reports := listen()
		m := startProgress(ctx, "observe", "calls", 2000)
		for range 2000 {
			time.Sleep(time.Millisecond)
			m.add(1)
		}
		m.end()
		m.end()
		got := reports()
		if len(got) != 21 {
			t.Fatalf("%d reports in two seconds, want 20 and a final one", len(got))
		}
		want := Progress{Task: "observe", Unit: "calls", Done: 2000, Total: 2000, Final: true}
		if last := got[len(got)-1]; last != want {
			t.Errorf("last report %+v, want %+v", last, want)
		}
		for i, p := range got[:20] {
			if p.Final || p.Done != 100*(i+1) {
				t.Errorf("report %d is %+v", i, p)
			}
		}
	})
}

// A call that fails early still makes its final report, with what was done.
func TestProgressOfFailedCall(t *testing.T) {
	ctx, reports := listen()
	func() {
		m := startProgress(ctx, "search", "queries", 10)
		defer m.end()
		m.add(3)
	}()
	if got := reports(); len(got) != 1 || got[0].Done != 3 || !got[0].Final {
		t.Errorf("reports %+v, want one final with 3 done", got)
	}
}

// Without a listener nothing happens; adding from many goroutines loses nothing.
func TestProgressWithoutListenerAndConcurrent(t *testing.T) {
	none := startProgress(context.Background(), "observe", "calls", 1)
	none.add(1)
	none.end()

	ctx, reports := listen()
	m := startProgress(ctx, "observe", "calls", 0)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				m.add(1)
			}
		})
	}
	wg.Wait()
	m.end()
	got := reports()
	if last := got[len(got)-1]; last.Done != 800 {
		t.Errorf("%d units counted, want 800", last.Done)
	}
}
