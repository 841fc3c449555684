//go:build unix

package workbench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// replicaDelay in the environment makes this test binary a server: a RerankHandler that sleeps
// so long before each request, counts pairs under /scored, and ends with its standard input.
const replicaDelay = "AXN_TEST_REPLICA_DELAY"

func init() {
	delay, err := time.ParseDuration(os.Getenv(replicaDelay))
	if err != nil {
		return
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	var scored atomic.Int64
	mux := http.NewServeMux()
	mux.Handle("/", RerankHandler(slow{delay, &scored}))
	mux.HandleFunc("/scored", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, scored.Load()) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Must(err)
	fmt.Printf("http://%s\n", listener.Addr())
	Must(http.Serve(listener, mux))
}

// slow is small after a pause, counting.
type slow struct {
	delay  time.Duration
	scored *atomic.Int64
}

func (s slow) Predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	time.Sleep(s.delay)
	s.scored.Add(int64(len(pairs)))
	return small{}.Predict(ctx, pairs)
}

func (slow) Fingerprint() (string, error) { return "slow", nil }

// process is a server of our own.
type process struct {
	*exec.Cmd
	url string
}

func startReplica(t *testing.T, delay time.Duration) process {
	p := process{Cmd: exec.Command(os.Args[0])}
	p.Env = append(os.Environ(), replicaDelay+"="+delay.String())
	p.Stderr = os.Stderr
	in, err := p.StdinPipe()
	Must(err)
	out, err := p.StdoutPipe()
	Must(err)
	Must(p.Start())
	t.Cleanup(func() {
		in.Close()
		p.Process.Kill()
		p.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	Must(err)
	p.url = strings.TrimSpace(line)
	return p
}

// scored is how many pairs the server has scored.
func (p process) scored(t *testing.T) int {
	t.Helper()
	r, err := http.Get(p.url + "/scored")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, _ := io.ReadAll(r.Body)
	n, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func replicas(ps ...process) *RerankClient {
	c := &RerankClient{URL: ps[0].url, Batch: 8, Concurrency: 2}
	for _, p := range ps[1:] {
		c.Replicas = append(c.Replicas, p.url)
	}
	return c
}

// at calls do once, when so many pairs of a call are done.
func at(ctx context.Context, pairs int, do func()) context.Context {
	return WithProgress(ctx, func(p Progress) {
		if p.Done >= pairs && do != nil {
			do()
			do = nil
		}
	})
}

// TestRerankReplicasLost kills one of four servers and stops another in the middle of a call. The
// call ends as soon as two servers alone would have ended it, give or take; without a second try
// elsewhere it would wait a minute for the stopped one.
func TestRerankReplicasLost(t *testing.T) {
	const delay = 10 * time.Millisecond
	ps := []process{startReplica(t, delay), startReplica(t, delay), startReplica(t, delay), startReplica(t, delay)}
	pairs, want := rerankPairs(4000)
	begin := time.Now()
	if got, err := replicas(ps[:2]...).Predict(t.Context(), pairs); err != nil || !within(got, want, 0) {
		t.Fatal(err)
	}
	healthy, before := time.Since(begin), ps[0].scored(t)+ps[1].scored(t)
	if before != len(pairs) {
		t.Errorf("two healthy servers scored %d pairs, not %d", before, len(pairs))
	}

	c := replicas(ps...)
	lose := func() {
		ps[2].Process.Signal(syscall.SIGSTOP)
		ps[3].Process.Kill()
	}
	begin = time.Now()
	got, err := c.Predict(at(t.Context(), 1000, lose), pairs)
	took := time.Since(begin)
	if err != nil || !within(got, want, 0) {
		t.Fatalf("%v", err)
	}
	if took > 3*healthy+5*time.Second {
		t.Errorf("%v, and two healthy servers alone take %v", took, healthy)
	}
	during := ps[0].scored(t) + ps[1].scored(t) - before
	if during > len(pairs) {
		t.Errorf("the two left scored %d pairs of %d", during, len(pairs))
	}
	t.Logf("two healthy servers: %v; four, two of them lost after a quarter: %v, %d of %d pairs by the two left", healthy, took, during, len(pairs))

	// Later calls lose little to the servers that are gone.
	before += during
	for range 20 {
		if got, err := c.Predict(t.Context(), pairs[:64]); err != nil || !within(got, want[:64], 0) {
			t.Fatal(err)
		}
	}
	if more := ps[0].scored(t) + ps[1].scored(t) - before; more > 21*64 {
		t.Errorf("20 calls of 64 pairs cost %d", more)
	}

	// A server that comes back is found.
	ps[2].Process.Signal(syscall.SIGCONT)
	first := ps[2].scored(t)
	for begin = time.Now(); ps[2].scored(t) < first+100; {
		if _, err := c.Predict(t.Context(), pairs[:64]); err != nil || time.Since(begin) > 2*maxBackoff {
			t.Fatalf("not asked again after %v: %v", time.Since(begin), err)
		}
	}
}

// TestRerankReplicaSlow: a server twenty times slower than the other gets its share, and the
// call does not wait for it.
func TestRerankReplicaSlow(t *testing.T) {
	fast, lame := startReplica(t, 5*time.Millisecond), startReplica(t, 100*time.Millisecond)
	pairs, want := rerankPairs(3000)
	begin := time.Now()
	if got, err := replicas(fast).Predict(t.Context(), pairs); err != nil || !within(got, want, 0) {
		t.Fatal(err)
	}
	alone, before := time.Since(begin), fast.scored(t)
	begin = time.Now()
	if got, err := replicas(fast, lame).Predict(t.Context(), pairs); err != nil || !within(got, want, 0) {
		t.Fatal(err)
	}
	both, share := time.Since(begin), len(pairs)-(fast.scored(t)-before)
	if both > 2*alone+time.Second || share < 8 || share > len(pairs)/4 {
		t.Errorf("alone %v, with the slow one %v, which scored %d of %d", alone, both, share, len(pairs))
	}
}

// TestRerankReplicasDead: the error names every server.
func TestRerankReplicasDead(t *testing.T) {
	ps := []process{startReplica(t, 0), startReplica(t, 0), startReplica(t, 0)}
	c := replicas(ps...)
	c.Tries, c.Backoff = 2, time.Millisecond
	pairs, want := rerankPairs(100)
	if got, err := c.Predict(t.Context(), pairs); err != nil || !within(got, want, 0) {
		t.Fatal(err)
	}
	for _, p := range ps {
		p.Process.Kill()
		p.Wait()
	}
	_, err := c.Predict(t.Context(), pairs)
	part, ok := errors.AsType[*PartialError](err)
	if !ok || len(part.Failed) != len(pairs) {
		t.Fatalf("error %v", err)
	}
	tries := 0
	_, after, _ := strings.Cut(err.Error(), "after ")
	if fmt.Sscan(after, &tries); tries < 6 || tries > 12 {
		t.Errorf("%d tries at three servers: %v", tries, err)
	}
	for _, p := range ps {
		if !strings.Contains(err.Error(), p.url) {
			t.Errorf("%s is missing in: %v", p.url, err)
		}
	}
}

// TestRerankDeadTogether: calls side by side share the tries at a dead server, so that none
// waits for the others' pauses on top of its own.
func TestRerankDeadTogether(t *testing.T) {
	p := startReplica(t, 0)
	p.Process.Kill()
	p.Wait()
	c := replicas(p)
	c.Tries, c.Backoff = 6, 20*time.Millisecond
	pairs, _ := rerankPairs(10)
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if _, err := c.Predict(t.Context(), pairs); err == nil {
				t.Error("a dead server answered")
			}
		})
	}
	calls.Wait()
	if failed := c.failures()[c.replicas[0]]; failed < 6 || failed > 12 {
		t.Errorf("%d requests at 8 calls of 6 tries", failed)
	}
}

// TestRerankReplicaInterrupt: a call that waits for a stopped server ends with its context.
func TestRerankReplicaInterrupt(t *testing.T) {
	p := startReplica(t, 0)
	c := replicas(p)
	pairs, _ := rerankPairs(100)
	if _, err := c.Predict(t.Context(), pairs); err != nil {
		t.Fatal(err)
	}
	p.Process.Signal(syscall.SIGSTOP)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if _, err := c.Predict(ctx, pairs); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
}

// TestRerankReplicasDiffer: scores of two models are not mixed.
func TestRerankReplicasDiffer(t *testing.T) {
	one, other := httptest.NewServer(RerankHandler(small{})), httptest.NewServer(RerankHandler(lengths{}))
	defer one.Close()
	defer other.Close()
	pairs, _ := rerankPairs(200)
	c := &RerankClient{URL: one.URL, Replicas: []string{other.URL}}
	if _, err := c.Predict(t.Context(), pairs); !errors.Is(err, errReplicas) || !strings.Contains(err.Error(), one.URL) && !strings.Contains(err.Error(), other.URL) {
		t.Errorf("error %v", err)
	}
	if text := c.String(); !strings.HasSuffix(text, "and 1 replicas") {
		t.Error(text)
	}
}

// TestRerankReplicaRefuses: a server that does not take the key costs no score.
func TestRerankReplicaRefuses(t *testing.T) {
	h, n := failing(401, 1<<30, nil)
	good, bad := httptest.NewServer(RerankHandler(small{})), httptest.NewServer(h)
	defer good.Close()
	defer bad.Close()
	pairs, want := rerankPairs(2000)
	c := &RerankClient{URL: bad.URL, Replicas: []string{good.URL}, Batch: 10}
	if got, err := c.Predict(t.Context(), pairs); err != nil || !within(got, want, 0) || n.Load() > 4 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
}

// TestRerankTake: the least loaded replica, in turn, and one request for one that was set aside.
func TestRerankTake(t *testing.T) {
	c := &RerankClient{URL: "http://a", Replicas: []string{"http://b", "http://c"}, Backoff: time.Hour}
	rs, err := c.read()
	if err != nil {
		t.Fatal(err)
	}
	any := func(*replica) bool { return true }
	var order []string
	take := func() *replica {
		r, _ := c.take(any)
		order = append(order, r.url.Host)
		return r
	}
	for range 3 {
		take()
	}
	c.release(rs[1])
	c.release(take())
	take()
	rs[2].busy = 0
	c.failure(&attempt{at: rs[2]}, io.EOF)
	take()
	rs[2].until = time.Time{} // its pause is over
	_, probe := c.take(any)
	take()
	if got := strings.Join(order, ""); got != "abcbbab" || !probe || rs[2].failed != 1 || c.back(func(r *replica) bool { return r == rs[2] }) <= 0 {
		t.Errorf("order %s, probe %v, %+v", got, probe, rs[2])
	}
	c.answered(&attempt{at: rs[2], probe: true, job: &rerankJob{}, begun: time.Now()})
	if rs[2].failed != 0 || rs[2].err != nil {
		t.Errorf("still set aside: %+v", rs[2])
	}
}
