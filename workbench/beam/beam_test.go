package beam

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"axn/workbench"
)

func TestMain(m *testing.M) {
	flag.Parse()
	Init()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	if port, err := strconv.Atoi(os.Getenv(dyingWorker)); err == nil {
		go dieAtWork()
		ServeWorker(context.Background(), port)
		return
	}
	binaries, _ = os.MkdirTemp("", "axnbeam-")
	os.Setenv("TMPDIR", binaries) // where Beam leaves an empty file for every job
	code := m.Run()
	os.RemoveAll(binaries)
	os.Exit(code)
}

const verbs = "../../data/verbs"

// must fails the test on an error and returns the value.
func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// toyFolder writes a data set with texts, some of them twice.
func toyFolder(t *testing.T, queries, items int) string {
	t.Helper()
	dir := t.TempDir()
	var q, i, texts strings.Builder
	q.WriteString("query\tsplit\n")
	i.WriteString("item\n")
	for n := range queries {
		fmt.Fprintf(&q, "q%d\t%s\n", n, []string{"train", "test"}[n%2])
		fmt.Fprintf(&texts, "{\"query\":\"q%d\",\"text\":\"query %d\"}\n", n, n-n%5/4)
	}
	for n := range items {
		fmt.Fprintf(&i, "i%d\n", n)
		fmt.Fprintf(&texts, "{\"item\":\"i%d\",\"text\":\"item %d\"}\n", n, n-n%7/6)
	}
	for name, text := range map[string]string{"queries.tsv": q.String(), "items.tsv": i.String(), "texts.jsonl": texts.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, m := range map[string]*workbench.Matrix{"de_queries.npy": noise(queries, 6), "de_items.npy": noise(items, 6)} {
		if err := m.Save(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func noise(rows, cols int) *workbench.Matrix {
	m := workbench.NewMatrix(rows, cols)
	for i := range m.Data {
		m.Data[i] = float32(hashed(fmt.Sprint(rows, i)))
	}
	return m
}

// hashed is a number between -1 and 1 that looks random, in steps so coarse that
// ties happen.
func hashed(s string) float64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return float64(h.Sum64()%997)/498 - 1
}

// counting is a cross-encoder that counts how often it is asked for each pair and,
// from a batch on, fails.
type counting struct {
	mu     sync.Mutex
	asked  map[[2]string]int
	failAt int // fail once at this batch, from 1
	dead   bool
	batch  int
}

func (c *counting) Predict(_ context.Context, pairs [][2]string) ([]float64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.batch++; c.batch == c.failAt || c.dead {
		return nil, errors.New("the encoder fell over")
	}
	scores := make([]float64, len(pairs))
	for i, p := range pairs {
		c.asked[p]++
		scores[i] = float64(float32(hashed(p[0] + p[1])))
	}
	return scores, nil
}

var (
	countingMu sync.Mutex
	counters   = map[string]*counting{}
)

func init() {
	RegisterScorer("counting", func(name string) (workbench.TextScorer, error) {
		countingMu.Lock()
		defer countingMu.Unlock()
		return counters[name], nil
	})
}

// count registers a fresh scorer and returns it with its name.
func count(t *testing.T, c *counting) (string, *counting) {
	countingMu.Lock()
	defer countingMu.Unlock()
	c.asked = map[[2]string]int{}
	counters[t.Name()] = c
	return "counting:" + t.Name(), c
}

var samplings = []workbench.Sampling{{PerQuery: 5, Random: 9, Seed: 3}, {Queries: 4, Dense: true}, {Random: 4, PerItem: 2, Seed: 1}}

// Whatever the grid, the file holds what Observe gives, and no text pair is scored
// twice, though several rows share one.
func TestScore(t *testing.T) {
	dir := toyFolder(t, 30, 60)
	d := must[*workbench.Dataset](t)(workbench.OpenDataset(dir))
	for i, sm := range samplings {
		for _, grid := range []Grid{{}, {Queries: 3}, {Queries: 2, Items: 3}} {
			name, c := count(t, &counting{})
			out := filepath.Join(t.TempDir(), "scores")
			scorers = kept[workbench.TextScorer]{}
			job := ScoreJob{Corpus{Dir: dir}, Scoring{Scorer: name, Cache: t.TempDir(), Grid: grid, Batch: 50}, sm, out}
			if err := Score(t.Context(), job); err != nil {
				t.Fatalf("sampling %d, grid %v: %v", i, grid, err)
			}
			got := must[*workbench.Scores](t)(workbench.OpenScores(out))
			want := must[*workbench.Scores](t)(workbench.Observe(t.Context(), workbench.NewScorer(workbench.Named(name, &counting{asked: map[[2]string]int{}}), d), d, sm))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("sampling %d, grid %v: %v, Observe gives %v", i, grid, got, want)
			}
			for p, n := range c.asked {
				if n != 1 {
					t.Errorf("sampling %d, grid %v: %v was scored %d times", i, grid, p, n)
				}
			}
		}
	}
}

// Scores of two cross-encoders are not joined; where a worker cannot say, the others do.
func TestScoresOfTwoCrossEncoders(t *testing.T) {
	out := filepath.Join(t.TempDir(), "scores")
	save := func(fingerprints ...string) error {
		at := 0
		return (&saveScoresFn{Items: 3, Out: out}).ProcessElement(0, func(dst *task) bool {
			if at == len(fingerprints) {
				return false
			}
			*dst = task{Row: at, Fingerprint: fingerprints[at], ScoreRow: workbench.ScoreRow{Query: at, Items: []int32{1}, Values: []float32{2}}}
			at++
			return true
		})
	}
	if err := save("a", "", "a"); err != nil {
		t.Fatal(err)
	}
	if g := must[*workbench.Scores](t)(workbench.OpenScores(out)); g.Fingerprint != "a" || len(g.Rows) != 3 {
		t.Errorf("%v of %q", g, g.Fingerprint)
	}
	if err := save("a", "b"); err == nil || !strings.Contains(err.Error(), `two cross-encoders, "a" and "b"`) {
		t.Error(err)
	}
}

// A scorer that fails once is asked again and nothing is lost; one that stays dead
// fails the job with its reason.
func TestScoreRetries(t *testing.T) {
	dir := toyFolder(t, 30, 60)
	name, c := count(t, &counting{failAt: 2})
	scorers = kept[workbench.TextScorer]{}
	job := ScoreJob{Corpus{Dir: dir}, Scoring{Scorer: name, Cache: t.TempDir(), Batch: 50, Pause: time.Millisecond}, samplings[0], filepath.Join(t.TempDir(), "scores")}
	if err := Score(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	for p, n := range c.asked {
		if n != 1 {
			t.Errorf("%v was scored %d times", p, n)
		}
	}
	c.dead, job.Cache = true, t.TempDir()
	if err := Score(t.Context(), job); err == nil || !strings.Contains(err.Error(), "2 tries") || !strings.HasSuffix(err.Error(), "fell over") {
		t.Errorf("a dead scorer: %v", err)
	}
}

func TestScoreRefuses(t *testing.T) {
	dir := toyFolder(t, 10, 20)
	cache := t.TempDir()
	counted, c := count(t, &counting{})
	os.WriteFile(filepath.Join(cache, "cell-0001-of-2x1.cache"), nil, 0o644)
	for want, job := range map[string]ScoreJob{
		`no scorer "magic:1"`:   {Scoring: Scoring{Scorer: "magic:1"}, Sampling: samplings[0]},
		"another grid than 3×1": {Scoring: Scoring{Scorer: "http://localhost:1", Cache: cache, Grid: Grid{Queries: 3}}, Sampling: samplings[0]},
		"none can be negative":  {Scoring: Scoring{Scorer: table, Grid: Grid{Items: -1}}, Sampling: samplings[0]},
		"chooses no entries":    {Scoring: Scoring{Scorer: table}},
		"no such file":          {Scoring: Scoring{Scorer: table}, Sampling: samplings[0]},
		"make it first":         {Scoring: Scoring{Scorer: counted}, Sampling: samplings[0], Out: filepath.Join(dir, "none", "scores")},
	} {
		job.Corpus = Corpus{Dir: dir}
		if err := Score(t.Context(), job); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if len(c.asked) > 0 {
		t.Errorf("%d pairs were scored for a file that cannot be written", len(c.asked))
	}
}

// Ground truth is Exact's, ties and duplicates included, whatever the grid and k.
func TestTruth(t *testing.T) {
	dir := toyFolder(t, 20, 90)
	d := must[*workbench.Dataset](t)(workbench.OpenDataset(dir))
	name, c := count(t, &counting{})
	scorers = kept[workbench.TextScorer]{}
	for _, grid := range []Grid{{}, {Items: 4}, {Queries: 2, Items: 3}, {Items: 200}} {
		for _, k := range []int{1, 7, 200} {
			out := filepath.Join(t.TempDir(), "truth")
			if err := Truth(t.Context(), TruthJob{Corpus{Dir: dir}, Scoring{Scorer: name, Grid: grid}, nil, k, out}); err != nil {
				t.Fatal(err)
			}
			got := must[[]workbench.Neighbors](t)(workbench.OpenNeighbors(out))
			want := must[[]workbench.Neighbors](t)(workbench.Exact(t.Context(), workbench.NewScorer(c, d), d, d.Test, k))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("grid %v, k %d: %v, want %v", grid, k, got[0], want[0])
			}
		}
	}
	if err := Truth(t.Context(), TruthJob{Corpus{Dir: dir}, Scoring{Scorer: name}, []int{3, 3}, 5, ""}); err == nil || !strings.Contains(err.Error(), "given twice") {
		t.Errorf("a query given twice: %v", err)
	}
}
