// Package gate judges whether a model may be computed in bytes: how near its scores then are to those of
// float32, and how much faster they come, on this machine.
package gate

import (
	"cmp"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"axn/workbench/internal/encoder"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/files"
	"axn/workbench/internal/hf"
	"axn/workbench/internal/i8"
	"axn/workbench/internal/stats"
)

// What a model must reach.
const (
	LeastOverlap = 0.95
	LeastSpeedup = 1.1
)

// topItems is of how many best items of a query the overlap is counted.
const topItems = 10

// Trial is what one precision reached.
type Trial struct {
	Precision           encoder.Precision
	Pairs               int
	MeanError, MaxError float64 // in standard deviations of the scores in float32
	Tau                 float64 // Kendall's τ-b between the two orders of a query's items, mean over queries
	Overlap             float64 // share of a query's top 10, or a third of its items if that is less, which both have; mean over queries
	Speedup             float64 // pairs a second, in those of float32; 0 where the scores were too far apart to ask
}

// reason says why a precision is not taken, "" where it is.
func (t Trial) reason() string {
	switch {
	case !(t.MaxError <= math.MaxFloat64):
		return "some of its scores, or of float32's, are not numbers"
	case !(t.Overlap >= LeastOverlap):
		return fmt.Sprintf("the top %d of %d pairs overlap by %.1f %%, at least %.0f %% are wanted", topItems, t.Pairs, 100*t.Overlap, 100*LeastOverlap)
	case !(t.Speedup >= LeastSpeedup):
		return fmt.Sprintf("it is %.2f times as fast as float32 on this machine, at least %.1f is wanted", t.Speedup, LeastSpeedup)
	}
	return ""
}

// Passed tells whether the precision may be taken.
func (t Trial) Passed() bool { return t.reason() == "" }

// Verdict is the outcome for one model on one machine.
type Verdict struct {
	Of     string // model, sample, kernels, threads and version of the rounding
	Trials []Trial
}

// Precision is the first that passed, else float32.
func (v *Verdict) Precision() encoder.Precision {
	for _, t := range v.Trials {
		if t.Passed() {
			return t.Precision
		}
	}
	return encoder.Precision{}
}

// Reason says what was found, in one sentence.
func (v *Verdict) Reason() string {
	var parts []string
	for _, t := range v.Trials {
		part := t.reason()
		if part == "" {
			part = fmt.Sprintf("the top %d of %d pairs overlap by %.1f %%, and it is %.2f times as fast as float32 on this machine", topItems, t.Pairs, 100*t.Overlap, t.Speedup)
		}
		parts = append(parts, fmt.Sprintf("%v: %s", t.Precision, part))
	}
	return strings.Join(parts, "; ")
}

// plans are what is tried, in this order.
var plans = []encoder.Precision{{Int8: true}, {Int8: true, First: true}, {Int8: true, Last: true}, {Int8: true, First: true, Last: true}}

//go:embed sample.txt
var sample string

// Sample is pairs of ten English questions with thirty-six sentences each.
func Sample() [][2]string {
	var queries, items []string
	for line := range strings.Lines(sample) {
		line = strings.TrimSpace(line)
		if query, ok := strings.CutPrefix(line, "? "); ok {
			queries = append(queries, query)
		} else {
			items = append(items, line)
		}
	}
	var pairs [][2]string
	for _, q := range queries {
		for _, it := range items {
			pairs = append(pairs, [2]string{q, it})
		}
	}
	return pairs
}

// errSample says that a sample has nothing to put in order.
var errSample = errors.New("the sample's pairs of one query must stand together, and there must be queries with several items")

// ordered tells whether a query has several items.
func ordered(pairs [][2]string) bool {
	for i := range pairs[:max(0, len(pairs)-1)] {
		if pairs[i][0] == pairs[i+1][0] {
			return true
		}
	}
	return false
}

// Judge tries a model on pairs, or recalls what was found of it before: verdicts are kept in the user's cache
// folder under the model's fingerprint. The encoder is that of the verdict's precision.
func Judge(ctx context.Context, m *hf.Model, fingerprint string, pairs [][2]string) (*Verdict, *encoder.Encoder, error) {
	if !ordered(pairs) {
		return nil, nil, errSample
	}
	texts, err := json.Marshal(pairs)
	if err != nil {
		return nil, nil, err
	}
	v := &Verdict{Of: fmt.Sprintf("%s %x %s %s %d threads, bytes %d", fingerprint, sha256.Sum256(texts), f32.Kernels(), i8.Kernels(), runtime.GOMAXPROCS(0), i8.Version)}
	path := v.path()
	if known := read(path); known != nil && known.Of == v.Of && len(known.Trials) > 0 {
		e, err := encoder.NewIn(m, known.Precision())
		return known, e, err
	}
	e, err := v.try(ctx, m, pairs)
	if err == nil {
		v.keep(path)
	}
	return v, e, err
}

// path is where a verdict is kept, "" where the user has no cache folder.
func (v *Verdict) path() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "axn", "precision", fmt.Sprintf("%x.json", sha256.Sum256([]byte(v.Of))))
}

// read returns a verdict that was kept, nil where there is none.
func read(path string) *Verdict {
	text, err := os.ReadFile(path)
	v := &Verdict{}
	if err != nil || json.Unmarshal(text, v) != nil {
		return nil
	}
	return v
}

// keep writes a verdict for the next time; where it cannot be written, the next time tries anew.
func (v *Verdict) keep(path string) {
	text, err := json.Marshal(v)
	if err != nil || path == "" || os.MkdirAll(filepath.Dir(path), 0o755) != nil {
		return
	}
	_ = files.Write(path, func(f *os.File) error {
		_, err := f.Write(text)
		return err
	})
}

// try measures plan after plan until one passes, or none would be fast enough.
func (v *Verdict) try(ctx context.Context, m *hf.Model, pairs [][2]string) (*encoder.Encoder, error) {
	exact, err := encoder.New(m)
	if err != nil {
		return nil, err
	}
	run := func(e *encoder.Encoder) (scores []float64, seconds float64, err error) {
		scores = make([]float64, len(pairs))
		start := time.Now()
		err = e.Score(ctx, len(pairs), func(i int, dst []int32) ([]int32, int) { return m.Pairs.Pair(dst, pairs[i][0], pairs[i][1]) }, scores, nil)
		return scores, time.Since(start).Seconds(), err
	}
	want, _, err := run(exact)
	if err != nil {
		return nil, err
	}
	for _, plan := range plans {
		if plan.Layers(m.Config.Layers) == 0 {
			continue
		}
		fast, err := encoder.NewIn(m, plan)
		if err != nil {
			return nil, err
		}
		got, _, err := run(fast)
		if err != nil {
			return nil, err
		}
		t := Compare(pairs, want, got)
		t.Precision = plan
		if t.Overlap >= LeastOverlap {
			if t.Speedup, err = speedup(run, exact, fast); err != nil {
				return nil, err
			}
		}
		v.Trials = append(v.Trials, t)
		if t.Passed() {
			return fast, nil
		}
		if t.Speedup > 0 { // further plans would be slower
			break
		}
	}
	return exact, nil
}

// turns is how often each side is timed, in turn; the best one counts.
const turns = 3

func speedup(run func(*encoder.Encoder) ([]float64, float64, error), exact, fast *encoder.Encoder) (float64, error) {
	best := [2]float64{math.Inf(1), math.Inf(1)}
	for range turns {
		for i, e := range []*encoder.Encoder{exact, fast} {
			_, seconds, err := run(e)
			if err != nil {
				return 0, err
			}
			best[i] = min(best[i], seconds)
		}
	}
	return best[0] / best[1], nil
}

// Compare measures scores beside those of float32. Pairs of one query stand together.
func Compare(pairs [][2]string, exact, fast []float64) Trial {
	t := Trial{Pairs: len(pairs)}
	var spread stats.Moments
	for i, v := range exact {
		spread.Add(v)
		e := math.Abs(fast[i] - v)
		t.MeanError += e / float64(len(exact))
		t.MaxError = max(t.MaxError, e)
	}
	if d := spread.Deviation(); d > 0 {
		t.MeanError, t.MaxError = t.MeanError/d, t.MaxError/d
	}
	var taus, overlaps []float64
	for lo, hi := 0, 0; lo < len(pairs); lo = hi {
		for hi = lo + 1; hi < len(pairs) && pairs[hi][0] == pairs[lo][0]; hi++ {
		}
		if hi-lo > 1 {
			taus = append(taus, tau(exact[lo:hi], fast[lo:hi]))
			overlaps = append(overlaps, overlap(exact[lo:hi], fast[lo:hi]))
		}
	}
	t.Tau, t.Overlap = stats.Mean(taus), stats.Mean(overlaps)
	return t
}

// tau is Kendall's τ-b.
func tau(x, y []float64) float64 {
	var agree, ofX, ofY float64
	for i := range x {
		for j := range i {
			a, b := float64(cmp.Compare(x[i], x[j])), float64(cmp.Compare(y[i], y[j]))
			agree, ofX, ofY = agree+a*b, ofX+a*a, ofY+b*b
		}
	}
	if ofX == ofY && agree == ofX { // all ties on both sides, too
		return 1
	}
	return agree / math.Sqrt(max(ofX, 1)*max(ofY, 1))
}

// overlap is the share of the items that both put first.
func overlap(x, y []float64) float64 {
	k := min(topItems, (len(x)+2)/3)
	a, b := best(x, k), best(y, k)
	n := 0
	for _, i := range a {
		if slices.Contains(b, i) {
			n++
		}
	}
	return float64(n) / float64(k)
}

// best are the places of the k greatest, ties by the lower place.
func best(x []float64, k int) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(x[j], x[i]) })
	return order[:k]
}
