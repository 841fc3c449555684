package beam

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"axn/workbench"
)

// build builds a command once for all tests and returns its path.
var build = func() func(t *testing.T, pkg string) string {
	var mu sync.Mutex
	built := map[string]string{}
	return func(t *testing.T, pkg string) string {
		t.Helper()
		if testing.Short() {
			t.Skip("builds " + pkg)
		}
		mu.Lock()
		defer mu.Unlock()
		if built[pkg] == "" {
			path := filepath.Join(binaries, filepath.Base(pkg))
			if out, err := exec.Command("go", "build", "-o", path, pkg).CombinedOutput(); err != nil {
				t.Fatalf("build %s: %v\n%s", pkg, err, out)
			}
			built[pkg] = path
		}
		return built[pkg]
	}
}()

// binaries is a folder that TestMain removes.
var binaries string

// server counts the pairs it scores through a RerankHandler, slowly enough to be
// interrupted.
type server struct {
	counting
	pause  time.Duration
	scored chan struct{} // gets one for each request
	busy   atomic.Int64  // requests under way
	http   *httptest.Server

	most int64         // requests that are answered before it stops, if not 0
	on   chan struct{} // closed when those that come later are to be answered
	came atomic.Int64  // requests
}

func serve(t *testing.T, pause time.Duration) (*server, string) {
	s := &server{counting: counting{asked: map[[2]string]int{}}, pause: pause, scored: make(chan struct{}, 1<<16)}
	s.on = make(chan struct{})
	s.http = httptest.NewServer(workbench.RerankHandler(s))
	t.Cleanup(s.http.Close)
	return s, s.http.URL
}

func (s *server) Predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	s.busy.Add(1)
	defer s.busy.Add(-1)
	if s.most > 0 && s.came.Add(1) > s.most {
		<-s.on
	}
	time.Sleep(s.pause)
	s.scored <- struct{}{}
	return s.counting.Predict(ctx, pairs)
}

// Fingerprint is what the caches know the scores by.
func (s *server) Fingerprint() (string, error) { return "server", nil }

// pairs is how many distinct pairs were asked for, and how many again.
func (s *server) pairs() (distinct, again int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.asked {
		distinct, again = distinct+1, again+n-1
	}
	return distinct, again
}

// held counts what the cache files of a folder hold.
func held(t *testing.T, dir string) (n int) {
	for _, path := range must[[]string](t)(filepath.Glob(filepath.Join(dir, "*.cache"))) {
		c := must[*workbench.Cache](t)(workbench.Cached(workbench.Named("none", nil), path))
		for _, count := range must[[]workbench.CacheCount](t)(c.Counts(t.Context())) {
			n += count.Scores
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// A process killed with SIGKILL half-way and started again asks the rerank server
// for exactly the pairs that no cache file holds: again only those that were under
// way, scored but not yet written.
func TestScoreKilled(t *testing.T) {
	axnbeam, dir, work := build(t, "./cmd/axnbeam"), toyFolder(t, 60, 200), t.TempDir()
	s, url := serve(t, 20*time.Millisecond)
	s.most = 15 // of 30 rows' requests, one or more for each
	cache, out := filepath.Join(work, "cache"), filepath.Join(work, "scores")
	args := []string{"score", "-dataset", dir, "-scorer", url, "-cache", cache, "-query_cells", "6", "-random", "150", "-seed", "5", "-out", out}
	first := exec.Command(axnbeam, args...)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	for range s.most {
		select {
		case <-s.scored:
		case <-time.After(time.Minute):
			t.Fatal("no request for a minute")
		}
	}
	first.Process.Kill()
	first.Wait()
	if _, err := os.Stat(out); err == nil {
		t.Fatal("it had ended before it was killed")
	}
	s.http.CloseClientConnections()
	for close(s.on); s.busy.Load() > 0; { // the dead process's last requests
		time.Sleep(time.Millisecond)
	}
	kept := held(t, cache)
	before, _ := s.pairs()
	if kept == 0 || kept > before {
		t.Fatalf("%d pairs scored, %d kept", before, kept)
	}
	if b, err := exec.Command(axnbeam, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	all, again := s.pairs()
	t.Logf("%d pairs in all; when killed %d were scored, %d of them kept; %d were scored again", all, before, kept, again)
	if again != before-kept {
		t.Errorf("%d pairs scored again, %d had been lost", again, before-kept)
	}
	if n := held(t, cache); n != all {
		t.Errorf("the caches hold %d of %d pairs", n, all)
	}
	d := must[*workbench.Dataset](t)(workbench.OpenDataset(dir))
	want := must[*workbench.Scores](t)(workbench.Observe(t.Context(), workbench.NewScorer(&counting{asked: map[[2]string]int{}}, d), d, workbench.Sampling{Random: 150, Seed: 5}))
	sameScores(t, out, want)
}

// sameScores compares a file of scores of a server with those of the toy scorer, which does
// not say what it is.
func sameScores(t *testing.T, path string, want *workbench.Scores) {
	t.Helper()
	got := must[*workbench.Scores](t)(workbench.OpenScores(path))
	if !strings.HasPrefix(got.Fingerprint, "rerank ") {
		t.Errorf("the scores are said to be of %q", got.Fingerprint)
	}
	got.Fingerprint = want.Fingerprint
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, Observe gives %v", got, want)
	}
}

// Two replicas share the pairs; with a dead one beside them nothing is lost.
func TestScoreReplicas(t *testing.T) {
	dir, out := toyFolder(t, 60, 200), filepath.Join(t.TempDir(), "scores")
	a, here := serve(t, 5*time.Millisecond)
	b, there := serve(t, 5*time.Millisecond)
	sm := workbench.Sampling{Random: 50, Seed: 2}
	urls := here + "," + there + ",http://localhost:" + freePort(t)
	if err := Score(t.Context(), ScoreJob{Corpus{Dir: dir}, Scoring{Scorer: urls}, sm, out}); err != nil {
		t.Fatal(err)
	}
	one, _ := a.pairs()
	two, _ := b.pairs()
	if one == 0 || two == 0 {
		t.Errorf("%d and %d pairs: a replica was left out", one, two)
	}
	d := must[*workbench.Dataset](t)(workbench.OpenDataset(dir))
	want := must[*workbench.Scores](t)(workbench.Observe(t.Context(), workbench.NewScorer(&counting{asked: map[[2]string]int{}}, d), d, sm))
	sameScores(t, out, want)
}

// A dead job service, one that takes connections and says nothing, and a dead
// rerank server each fail within a minute and say who does not answer.
func TestDead(t *testing.T) {
	axnbeam, dir := build(t, "./cmd/axnbeam"), toyFolder(t, 10, 20)
	silent := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	t.Cleanup(func() { silent.Close() })
	closed := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	closed.Close()
	for want, flags := range map[string][]string{
		"no job service answers at " + closed.Addr().String(): {"--runner=universal", "--endpoint=" + closed.Addr().String(), "--environment_type=LOOPBACK"},
		"no job service answers at " + silent.Addr().String(): {"--runner=flink", "--endpoint=" + silent.Addr().String(), "--environment_type=LOOPBACK"},
		"--runner=spark needs the --endpoint":                 {"--runner=spark"},
		"connection refused":                                  {"-scorer", "http://" + closed.Addr().String(), "-tries", "1"},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			begin := time.Now()
			args := append([]string{"score", "-dataset", dir, "-random", "3", "-out", filepath.Join(t.TempDir(), "scores")}, flags...)
			b, err := exec.Command(axnbeam, args...).CombinedOutput()
			if took := time.Since(begin); err == nil || took > time.Minute || !strings.Contains(string(b), want) {
				t.Errorf("%v: after %v: %v: %s", flags, took, err, b)
			}
		})
	}
}

// What is typed wrong is named, and what goes wrong is said without the SDK's numbers.
func TestUsage(t *testing.T) {
	axnbeam := build(t, "./cmd/axnbeam")
	out := filepath.Join(t.TempDir(), "x")
	for want, args := range map[string][]string{
		`no command "frobnicate"`:                                       {"frobnicate"},
		`"verbs" is no flag`:                                            {"score", "verbs"},
		"it needs -dataset":                                             {"fit"},
		"it needs -random, -per_query, -per_item or -dense":             {"score", "-dataset", verbs, "-out", out},
		"embed: query row 0 (00648782-v:1) of verbs has no text: texts": {"embed", "-dataset", verbs, "-model", "../../data/models/de-wordnet-L2", "-out", t.TempDir()},
	} {
		b, err := exec.Command(axnbeam, args...).CombinedOutput()
		if err == nil || !strings.Contains(string(b), want) {
			t.Errorf("%v: %v: %s", args, err, b)
		}
	}
}

// On a prism of its own, through the Job API, the same files come out.
func TestStandalonePrism(t *testing.T) {
	axnbeam, prism := build(t, "./cmd/axnbeam"), build(t, "github.com/apache/beam/sdks/v2/go/cmd/prism")
	dir, work := toyFolder(t, 60, 300), t.TempDir()
	port := freePort(t)
	_, said := start(t, exec.Command(prism, "--job_port="+port, "--serve_http=false", "--log_level=error"))
	_, url := serve(t, 0)
	there := []string{"--runner=universal", "--endpoint=localhost:" + port, "--environment_type=LOOPBACK"}
	for _, where := range []string{"here", "there"} {
		flags := map[string][]string{"there": there}[where]
		at := func(name string) string { return filepath.Join(work, where+"-"+name) }
		for _, args := range [][]string{
			{"score", "-scorer", url, "-cache", at("cache"), "-random", "60", "-out", at("scores")},
			{"truth", "-scorer", url, "-k", "7", "-item_cells", "3", "-out", at("truth")},
			{"fit", "-scores", at("scores"), "-parts", "3", "-out", at("index")},
		} {
			if b, err := exec.Command(axnbeam, append(append(args, "-dataset", dir), flags...)...).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s\nprism: %s", args[0], err, b, said)
			}
		}
	}
	for _, name := range []string{"scores", "truth"} {
		a := must[[]byte](t)(os.ReadFile(filepath.Join(work, "here-"+name)))
		b := must[[]byte](t)(os.ReadFile(filepath.Join(work, "there-"+name)))
		if !bytes.Equal(a, b) {
			t.Errorf("%s: other bytes", name)
		}
	}
	d := must[*workbench.Dataset](t)(workbench.OpenDataset(dir))
	a, b := must[*workbench.Index](t)(workbench.OpenIndex(filepath.Join(work, "here-index"))), must[*workbench.Index](t)(workbench.OpenIndex(filepath.Join(work, "there-index")))
	if far := apart(t, d, a, b); far > scoreTolerance {
		t.Errorf("the indexes differ by %v", far)
	}
}

// start starts a program that is killed at the end of the test, and returns what it says.
func start(t *testing.T, program *exec.Cmd) (*exec.Cmd, *bytes.Buffer) {
	said := new(bytes.Buffer)
	program.Stdout, program.Stderr = said, said
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Process.Kill(); program.Wait() })
	return program, said
}

// A fit by three worker processes of a standalone prism, one of which is killed while it has a
// part of the rows, is the fit of one process.
func TestWorkerKilled(t *testing.T) {
	axnbeam, prism := build(t, "./cmd/axnbeam"), build(t, "github.com/apache/beam/sdks/v2/go/cmd/prism")
	dir, work := toyFolder(t, 60, 300), t.TempDir()
	scores, out := filepath.Join(work, "scores"), filepath.Join(work, "index")
	d := must[*workbench.Dataset](t)(workbench.OpenDataset(dir))
	g := must[*workbench.Scores](t)(workbench.Observe(t.Context(), workbench.NewScorer(&counting{asked: map[[2]string]int{}}, d), d, workbench.Sampling{Random: 60, Seed: 1}))
	if err := g.Save(scores); err != nil {
		t.Fatal(err)
	}
	job := freePort(t)
	_, said := start(t, exec.Command(prism, "--job_port="+job, "--serve_http=false", "--log_level=error"))
	var workers []*exec.Cmd
	var at []string
	for w := range 3 {
		port := freePort(t)
		worker := exec.Command(axnbeam, "worker", "-port", port)
		if w == 1 {
			worker = exec.Command(os.Args[0])
			worker.Env = append(os.Environ(), dyingWorker+"="+port)
		}
		start(t, worker)
		workers, at = append(workers, worker), append(at, "localhost:"+port)
	}
	for end := time.Now().Add(time.Minute); len(crew(at).answering()) < len(at); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the workers do not answer")
		}
	}
	b, err := exec.Command(axnbeam, "fit", "-dataset", dir, "-scores", scores, "-parts", "6", "-out", out, "--endpoint=localhost:"+job, "-workers", strings.Join(at, ",")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\nprism: %s", err, b, said)
	}
	if up := crew(at).answering(); len(up) != 2 {
		t.Errorf("%v of %v answer", up, at)
	}
	workers[1].Wait()
	if state := workers[1].ProcessState.String(); state != "signal: killed" {
		t.Errorf("the worker ended with %s", state)
	}
	want := must[*workbench.Index](t)(workbench.Factorize(t.Context(), d, g, workbench.FactorizeOptions{}))
	if far := apart(t, d, want, must[*workbench.Index](t)(workbench.OpenIndex(out))); far > scoreTolerance {
		t.Errorf("the index differs by %v", far)
	}
}

// dyingWorker is the variable with the port at which the test's program is a worker that is
// killed in its second part of the rows.
const dyingWorker = "AXN_DYING_WORKER"

func dieAtWork() {
	for fitting.Lock(); len(fitting.workers) == 0; fitting.Lock() {
		fitting.Unlock()
		time.Sleep(time.Millisecond)
	}
	stacks := make([]byte, 1<<20)
	for !bytes.Contains(stacks[:runtime.Stack(stacks, true)], []byte("(*fitFn).worker(")) { // waits for the lock
		time.Sleep(time.Millisecond)
	}
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		self.Kill()
	}
}

// freePort is a port that nobody listens on.
func freePort(t *testing.T) string {
	l := must[net.Listener](t)(net.Listen("tcp", "localhost:0"))
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}
