//go:build unix

package rerank

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

	"axn/workbench/internal/remote"
)

// replicaDelay in the environment makes this test binary a server: a RerankHandler that sleeps
// so long before each request, counts pairs under /scored, and ends with its standard input.
const replicaDelay = "AXN_TEST_REPLICA_DELAY"

func TestMain(m *testing.M) {
	if delay, err := time.ParseDuration(os.Getenv(replicaDelay)); err == nil {
		serveReplica(delay)
	}
	os.Exit(m.Run())
}

func serveReplica(delay time.Duration) {
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	var scored atomic.Int64
	mux := http.NewServeMux()
	mux.Handle("/", Handler{Model: "slow", Score: func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		time.Sleep(delay)
		scored.Add(int64(len(pairs)))
		return small(ctx, pairs)
	}}.New())
	mux.HandleFunc("/scored", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, scored.Load()) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		fmt.Printf("http://%s\n", listener.Addr())
		err = http.Serve(listener, mux)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// process is a server of our own.
type process struct {
	*exec.Cmd
	url string
}

func startReplica(t *testing.T, delay time.Duration) process {
	t.Helper()
	p := process{Cmd: exec.Command(os.Args[0])}
	p.Env = append(os.Environ(), replicaDelay+"="+delay.String())
	p.Stderr = os.Stderr
	in, err1 := p.StdinPipe()
	out, err2 := p.StdoutPipe()
	if err := errors.Join(err1, err2, p.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		p.Process.Kill()
		p.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
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

func replicas(t *testing.T, ps ...process) *Client {
	s := Settings{Batch: 8, Concurrency: 2, Tries: 2, Backoff: time.Millisecond}
	for _, p := range ps {
		s.URLs = append(s.URLs, p.url)
	}
	return client(t, s)
}

// notes is a listener that calls do when so many pairs of a call are done, and keeps what it is
// told.
type notes struct {
	sync.Mutex
	done, at int
	do       func()
	lines    []string
}

func (n *notes) listener() remote.Listener {
	return remote.Listener{
		Done: func(pairs int) {
			n.Lock()
			defer n.Unlock()
			if n.done += pairs; n.done >= n.at && n.do != nil {
				n.do()
				n.do = nil
			}
		},
		Note: func(text string) {
			n.Lock()
			defer n.Unlock()
			n.lines = append(n.lines, text)
		},
	}
}

// TestReplicasLost kills one of four servers and stops another in the middle of a call. The call
// does not wait for the stopped one, which would take a minute, and says once who is gone.
func TestReplicasLost(t *testing.T) {
	const delay = 10 * time.Millisecond
	ps := []process{startReplica(t, delay), startReplica(t, delay), startReplica(t, delay), startReplica(t, delay)}
	pairs, want := somePairs(4000)
	if got, _, err := predict(t.Context(), replicas(t, ps[:2]...), pairs); err != nil || !within(got, want, 0) {
		t.Fatal(err)
	}
	before := ps[0].scored(t) + ps[1].scored(t)
	if before < len(pairs) {
		t.Errorf("two healthy servers scored %d pairs, not %d", before, len(pairs))
	}

	s := replicas(t, ps...).Settings
	s.Tries, s.Backoff = 0, 0
	c := client(t, s)
	n := &notes{at: 1000, do: func() {
		ps[2].Process.Signal(syscall.SIGSTOP)
		ps[3].Process.Kill()
	}}
	begin := time.Now()
	got, errs, err := c.Score(t.Context(), pairs, n.listener())
	if err := errors.Join(append(errs, err)...); err != nil || !within(got, want, 0) {
		t.Fatalf("%v", err)
	}
	if took := time.Since(begin); took > 50*time.Second {
		t.Errorf("the call took %v", took)
	}
	for _, p := range ps[2:] {
		count := 0
		for _, line := range n.lines {
			if strings.HasPrefix(line, p.url+" is set aside") {
				count++
			}
		}
		if count != 1 {
			t.Errorf("%s is named %d times: %q", p.url, count, n.lines)
		}
	}

	// Later calls lose little to the servers that are gone.
	before = ps[0].scored(t) + ps[1].scored(t)
	for range 20 {
		if got, _, err := predict(t.Context(), c, pairs[:64]); err != nil || !within(got, want[:64], 0) {
			t.Fatal(err)
		}
	}
	if more := ps[0].scored(t) + ps[1].scored(t) - before; more > 2*20*64 {
		t.Errorf("20 calls of 64 pairs cost %d", more)
	}

	// A server that comes back is found.
	ps[2].Process.Signal(syscall.SIGCONT)
	first := ps[2].scored(t)
	for begin = time.Now(); ps[2].scored(t) < first+100; {
		if _, _, err := predict(t.Context(), c, pairs[:64]); err != nil || time.Since(begin) > 4*30*time.Second {
			t.Fatalf("not asked again after %v: %v", time.Since(begin), err)
		}
	}
}

// TestReplicaSlow: a server twenty times slower than the other gets a share of its own.
func TestReplicaSlow(t *testing.T) {
	fast, lame := startReplica(t, 5*time.Millisecond), startReplica(t, 100*time.Millisecond)
	pairs, want := somePairs(3000)
	if got, _, err := predict(t.Context(), replicas(t, fast, lame), pairs); err != nil || !within(got, want, 0) {
		t.Fatal(err)
	}
	if share := lame.scored(t); share == 0 || share > len(pairs)/2 {
		t.Errorf("the slow one scored %d of %d", share, len(pairs))
	}
}

// TestReplicasDead: the error names every server.
func TestReplicasDead(t *testing.T) {
	ps := []process{startReplica(t, 0), startReplica(t, 0), startReplica(t, 0)}
	c := replicas(t, ps...)
	pairs, want := somePairs(100)
	if got, _, err := predict(t.Context(), c, pairs); err != nil || !within(got, want, 0) {
		t.Fatal(err)
	}
	for _, p := range ps {
		p.Process.Kill()
		p.Wait()
	}
	_, failed, err := predict(t.Context(), c, pairs)
	if failed != len(pairs) {
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

// TestDeadTogether: calls side by side share the tries at a dead server, so that none waits for
// the others' pauses on top of its own.
func TestDeadTogether(t *testing.T) {
	p := startReplica(t, 0)
	p.Process.Kill()
	p.Wait()
	s := replicas(t, p).Settings
	s.Tries, s.Backoff = 6, 20*time.Millisecond
	var sent atomic.Int64
	s.HTTP = &http.Client{Transport: counting{&sent}}
	c := client(t, s)
	pairs, _ := somePairs(10)
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if _, _, err := predict(t.Context(), c, pairs); err == nil {
				t.Error("a dead server answered")
			}
		})
	}
	calls.Wait()
	if n := sent.Load(); n < 6 || n > 24 {
		t.Errorf("%d requests at 8 calls of 6 tries", n)
	}
}

// counting counts requests.
type counting struct{ n *atomic.Int64 }

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return http.DefaultTransport.RoundTrip(r)
}

// TestReplicaInterrupt: a call that waits for a stopped server ends with its context.
func TestReplicaInterrupt(t *testing.T) {
	p := startReplica(t, 0)
	c := replicas(t, p)
	pairs, _ := somePairs(100)
	if _, _, err := predict(t.Context(), c, pairs); err != nil {
		t.Fatal(err)
	}
	p.Process.Signal(syscall.SIGSTOP)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if _, _, err := predict(ctx, c, pairs); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 50*time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
}

// TestReplicasDiffer: scores of two models are not mixed.
func TestReplicasDiffer(t *testing.T) {
	one, other := httptest.NewServer(serving()), httptest.NewServer(Handler{Score: small, Model: "another"}.New())
	defer one.Close()
	defer other.Close()
	pairs, _ := somePairs(200)
	c := client(t, Settings{URLs: []string{one.URL, other.URL}})
	if _, _, err := predict(t.Context(), c, pairs); !errors.Is(err, remote.ErrReplicas) || !strings.Contains(err.Error(), one.URL) && !strings.Contains(err.Error(), other.URL) {
		t.Errorf("error %v", err)
	}
}

// TestReplicaRefuses: a server that does not take the key costs no score.
func TestReplicaRefuses(t *testing.T) {
	h, n := failing(401, 1<<30, nil)
	good, bad := httptest.NewServer(serving()), httptest.NewServer(h)
	defer good.Close()
	defer bad.Close()
	pairs, want := somePairs(2000)
	c := client(t, Settings{URLs: []string{bad.URL, good.URL}, Batch: 10})
	if got, _, err := predict(t.Context(), c, pairs); err != nil || !within(got, want, 0) || n.Load() > 4 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
}
