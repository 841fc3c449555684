package workbench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// counting scores a pair by its texts' lengths and remembers how often it scored it.
type counting struct {
	mu     sync.Mutex
	pairs  map[[2]string]int
	before func(pairs [][2]string) error // if set, called first; its error is returned
}

func (c *counting) Predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.before != nil {
		if err := c.before(pairs); err != nil {
			return make([]float64, len(pairs)), err
		}
	}
	for _, p := range pairs {
		if c.pairs == nil {
			c.pairs = map[[2]string]int{}
		}
		c.pairs[p]++
	}
	return lengths{}.Predict(ctx, pairs)
}

func (c *counting) Fingerprint() (string, error) { return "counting", nil }

func (c *counting) most() (n int) {
	for _, times := range c.pairs {
		n = max(n, times)
	}
	return n
}

func openCache(t *testing.T, ts TextScorer, path string) *Cache {
	t.Helper()
	c, err := Cached(ts, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// withTexts gives the toy data set texts.
func withTexts(d *Dataset) *Dataset {
	for i := range d.Queries {
		d.Queries[i].Text = strings.Repeat("q", i+1)
	}
	for i := range d.Items {
		d.Items[i].Text = strings.Repeat("i", i+1)
	}
	return d
}

// TestCacheThroughTheHouse observes, factorizes and searches twice: the second time nothing is scored.
func TestCacheThroughTheHouse(t *testing.T) {
	d, _ := toy(3, 20, 200, 8)
	withTexts(d)
	path := filepath.Join(t.TempDir(), "scores")
	var results [2][]Result
	for run := range 2 {
		ts := &counting{}
		c := openCache(t, ts, path)
		s := NewScorer(c, d)
		g, err := Observe(t.Context(), s, d, Sampling{PerQuery: 20, Random: 5})
		if err != nil {
			t.Fatal(err)
		}
		ix, err := Factorize(t.Context(), d, g, FactorizeOptions{Method: DualEncoder})
		if err != nil {
			t.Fatal(err)
		}
		if results[run], err = ix.SearchAll(t.Context(), s, d.Test, SearchOptions{Budget: 50}); err != nil {
			t.Fatal(err)
		}
		if _, err := Recall(t.Context(), s, d, results[run], 10); err != nil {
			t.Fatal(err)
		}
		scored, found := c.Calls()
		if scored != len(ts.pairs) || ts.most() > 1 || run == 1 && scored > 0 || run == 0 && found < 500 {
			t.Errorf("run %d: %d scored (%d told), %d found, one pair %d times", run, len(ts.pairs), scored, found, ts.most())
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if !sameValues(results[0], results[1]) {
		t.Error("cached scores give other results")
	}
}

// TestCacheResumesObserve interrupts Observe, and again, until it comes through: no pair is scored twice.
func TestCacheResumesObserve(t *testing.T) {
	d, _ := toy(4, 200, 300, 8)
	withTexts(d)
	ts := &counting{}
	c := openCache(t, ts, filepath.Join(t.TempDir(), "scores"))
	interrupts := 0
	for {
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		ts.before = func([][2]string) error {
			if calls++; calls == 2 {
				cancel()
				return context.Canceled
			}
			return nil
		}
		c.batch = 2000
		g, err := Observe(ctx, NewScorer(c, d), d, Sampling{PerQuery: 100, Random: 10})
		cancel()
		if err == nil {
			if g.Calls != len(ts.pairs) {
				t.Errorf("%d calls observed, %d scored", g.Calls, len(ts.pairs))
			}
			break
		}
		if interrupts++; !errors.Is(err, context.Canceled) || interrupts > 20 {
			t.Fatal(err)
		}
	}
	if interrupts < 3 || ts.most() != 1 {
		t.Errorf("%d interrupts, one pair scored %d times", interrupts, ts.most())
	}
}

func TestCacheRepeatsAndModels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scores")
	ts := &counting{}
	c := openCache(t, ts, path)
	pairs := [][2]string{{"a", "bb"}, {"a", "bb"}, {"bb", "a"}, {"a", "bb"}, {"", ""}}
	want := []float64{102, 102, 201, 102, 0}
	for range 2 {
		if got, err := c.Predict(t.Context(), pairs); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v, %v", got, err)
		}
	}
	if got, err := c.Predict(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("no pairs: %v, %v", got, err)
	}
	var last Progress
	again := [][2]string{{"a", "bb"}, {"new", "b"}, {"new", "b"}}
	if _, err := c.Predict(WithProgress(t.Context(), func(p Progress) { last = p }), again); err != nil || last.Done != 3 || last.Total != 3 {
		t.Errorf("ended at %+v, %v", last, err)
	}
	delete(ts.pairs, again[1])
	if ts.most() != 1 || len(ts.pairs) != 3 {
		t.Errorf("scored %v", ts.pairs)
	}
	if _, err := Cached(ts, path); !errors.Is(err, ErrCacheInUse) {
		t.Errorf("opened twice: %v", err)
	}
	c.Close()
	other := openCache(t, Named("v2", ts), path)
	if _, err := other.Predict(t.Context(), pairs); err != nil || ts.most() != 2 {
		t.Errorf("another model was given the scores of the first: %v, %v", ts.pairs, err)
	}
	counts, err := other.Verify(t.Context())
	if want := []CacheCount{{"counting", 4, 0}, {"named v2", 3, 0}}; err != nil || !reflect.DeepEqual(counts, want) {
		t.Errorf("%v, %v", counts, err)
	}
	if before, after, err := other.Compact(t.Context()); err != nil || after <= 0 || after > before {
		t.Errorf("compacted from %d to %d, %v", before, after, err)
	}
	if counts, err := other.Counts(t.Context()); err != nil || len(counts) != 2 {
		t.Errorf("%v, %v", counts, err)
	}
}

func TestCacheNeedsAFingerprint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scores")
	for want, ts := range map[string]TextScorer{"see Named": lengths{}, "name is empty": Named("", lengths{})} {
		if _, err := Cached(ts, path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestCachePartialFailure: what a failing scorer still scored is kept, and only the rest is asked again.
func TestCachePartialFailure(t *testing.T) {
	cause := errors.New("server gone")
	ts := &counting{before: func(pairs [][2]string) error {
		return &PartialError{Failed: []PairError{{1, cause}}, Pairs: len(pairs)}
	}}
	c := openCache(t, ts, filepath.Join(t.TempDir(), "scores"))
	c.batch = 3
	pairs := [][2]string{{"a", "1"}, {"a", "2"}, {"a", "2"}, {"a", "3"}, {"a", "4"}, {"a", "4"}}
	got, err := c.Predict(t.Context(), pairs)
	part, ok := errors.AsType[*PartialError](err)
	if !ok || !errors.Is(err, cause) {
		t.Fatalf("error %v", err)
	}
	var failed []int
	for _, f := range part.Failed {
		failed = append(failed, f.Index)
		if !math.IsNaN(got[f.Index]) {
			t.Errorf("pair %d failed and has score %v", f.Index, got[f.Index])
		}
	}
	if !reflect.DeepEqual(failed, []int{1, 2, 4, 5}) {
		t.Errorf("failed %v", failed)
	}
	ts.before = func(pairs [][2]string) error {
		if len(pairs) != 2 {
			t.Errorf("asked for %v", pairs)
		}
		return nil
	}
	if got, err := c.Predict(t.Context(), pairs); err != nil || got[4] != 101 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestCacheErrors(t *testing.T) {
	cause := errors.New("no power")
	ts := &counting{before: func([][2]string) error { return cause }}
	c := openCache(t, ts, filepath.Join(t.TempDir(), "scores"))
	pairs := [][2]string{{"a", "b"}}
	if got, err := c.Predict(t.Context(), pairs); !errors.Is(err, cause) || got != nil {
		t.Errorf("%v, %v", got, err)
	}
	short := openCache(t, Named("short", TextScorerFunc(func(context.Context, [][2]string) ([]float64, error) { return nil, nil })),
		filepath.Join(t.TempDir(), "scores"))
	if _, err := short.Predict(t.Context(), pairs); !errors.Is(err, ErrScore) {
		t.Errorf("too few scores: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Predict(ctx, pairs); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	c.Close()
	if _, err := c.Predict(t.Context(), pairs); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("closed: %v", err)
	}
}

// TestCacheConcurrent has goroutines ask for overlapping pairs: each is scored once.
func TestCacheConcurrent(t *testing.T) {
	ts := &counting{}
	c := openCache(t, ts, filepath.Join(t.TempDir(), "scores"))
	c.batch = 7
	var wait sync.WaitGroup
	for w := range 8 {
		wait.Go(func() {
			var pairs [][2]string
			for i := range 50 {
				pairs = append(pairs, [2]string{"q", strings.Repeat("i", 10*w+i)})
			}
			got, err := c.Predict(t.Context(), pairs)
			if err != nil || got[3] != float64(100+10*w+3) {
				t.Error(err, got)
			}
		})
	}
	wait.Wait()
	if ts.most() != 1 || len(ts.pairs) != 120 {
		t.Errorf("%d pairs, one %d times", len(ts.pairs), ts.most())
	}
}

const killPairs = 6000

func killPair(i int) [2]string { return [2]string{fmt.Sprint("query ", i/100), fmt.Sprint("item ", i)} }

// TestCacheKill is also the child process that is killed: it scores pair after pair in small
// batches and says on standard output when a batch begins.
func TestCacheKill(t *testing.T) {
	if path := os.Getenv("AXN_TEST_CACHE"); path != "" {
		scoreUntilKilled(path)
		return
	}
	path := filepath.Join(t.TempDir(), "scores")
	stored := 0
	for round := range 4 {
		begun := killChild(t, path, 5+3*round, time.Duration(round)*700*time.Microsecond)
		c := openCache(t, Named("kill", lengths{}), path)
		counts, err := c.Verify(t.Context())
		if err != nil {
			t.Fatalf("after kill -9: %v", err)
		}
		// All batches but the last one begun were stored; that one may be, too.
		now := counts[0].Scores
		if now < stored+begun-minCacheBatch || now > stored+begun {
			t.Errorf("round %d: %d stored before, batches of %d begun, %d stored after", round, stored, begun, now)
		}
		stored = now
		c.Close()
	}
	ts := &counting{}
	c := openCache(t, Named("kill", ts), path)
	var pairs [][2]string
	for i := range killPairs {
		pairs = append(pairs, killPair(i))
	}
	got, err := c.Predict(t.Context(), pairs)
	want, _ := lengths{}.Predict(t.Context(), pairs)
	if err != nil || !reflect.DeepEqual(got, want) || len(ts.pairs) != killPairs-stored {
		t.Errorf("%v; %d scored after %d stored", err, len(ts.pairs), stored)
	}
}

// killChild kills a child some time after it has begun so many batches, and returns how many pairs
// it began to score.
func killChild(t *testing.T, path string, batches int, later time.Duration) (begun int) {
	child := exec.Command(os.Args[0], "-test.run=^TestCacheKill$")
	child.Env = append(os.Environ(), "AXN_TEST_CACHE="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); batches-- {
		n := 0
		if _, err := fmt.Sscanf(lines.Text(), "batch of %d", &n); err != nil {
			t.Fatalf("child said %q", lines.Text())
		}
		begun += n
		if batches == 1 {
			time.Sleep(later)
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	child.Wait()
	return begun
}

func scoreUntilKilled(path string) {
	ts := TextScorerFunc(func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		fmt.Println("batch of", len(pairs))
		return lengths{}.Predict(ctx, pairs)
	})
	c, err := Cached(Named("kill", ts), path)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for i := range killPairs / minCacheBatch {
		var pairs [][2]string
		for j := range minCacheBatch {
			pairs = append(pairs, killPair(i*minCacheBatch+j))
		}
		if _, err := c.Predict(context.Background(), pairs); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	time.Sleep(time.Minute)
}
