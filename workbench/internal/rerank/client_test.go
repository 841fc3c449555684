package rerank

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"axn/workbench/internal/remote"
)

// somePairs are texts of different lengths and two queries, mixed, with repeats, and what small
// scores them.
func somePairs(n int) (pairs [][2]string, want []float64) {
	for i := range n {
		pairs = append(pairs, [2]string{strings.Repeat("q", 1+i%2), strings.Repeat("d", i%7)})
		want = append(want, float64(100*(1+i%2)+i%7)/50)
	}
	return pairs, want
}

// small scores by length, such that a sigmoid leaves the scores apart.
func small(_ context.Context, pairs [][2]string) ([]float64, error) {
	scores := make([]float64, len(pairs))
	for i, p := range pairs {
		scores[i] = float64(100*len(p[0])+len(p[1])) / 50
	}
	return scores, nil
}

// serving is a handler of small.
func serving() http.Handler {
	return Handler{Score: small, Model: "small", Fingerprint: func() (string, error) { return "1", nil }}.New()
}

func within(a, b []float64, tolerance float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= tolerance })
}

// start serves h and makes a client of it with settings s.
func start(t testing.TB, h http.Handler, s Settings) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	s.URLs = []string{server.URL}
	return client(t, s)
}

func client(t testing.TB, s Settings) *Client {
	t.Helper()
	c, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// predict scores pairs. The error is that of the call, or those of the pairs without a score,
// failed in number.
func predict(ctx context.Context, c *Client, pairs [][2]string) (scores []float64, failed int, err error) {
	scores, errs, err := c.Score(ctx, pairs, remote.Listener{})
	for _, e := range errs {
		if e != nil {
			failed++
		}
	}
	return scores, failed, errors.Join(append(errs, err)...)
}

// fakeService answers in the shape of Cohere, Jina or vLLM, best first, after a sigmoid.
type fakeService struct {
	t      *testing.T
	mu     sync.Mutex
	bodies []map[string]any
	keys   []string
	paths  []string
}

func (f *fakeService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keys, f.paths = append(f.keys, r.Header.Get("Authorization")), append(f.paths, r.URL.Path)
	if r.Method == http.MethodGet {
		if r.URL.Path != "/v1/models" {
			http.NotFound(w, r)
			return
		}
		w.Write([]byte(`{"object":"list","data":[{"id":"served-model"}]}`))
		return
	}
	var in struct {
		Query     string
		Documents []string
		TopN      int   `json:"top_n"`
		Activate  *bool `json:"use_activation"`
	}
	raw, _ := io.ReadAll(r.Body)
	var body map[string]any
	if err := errors.Join(json.Unmarshal(raw, &in), json.Unmarshal(raw, &body)); err != nil {
		f.t.Error(err)
	}
	f.bodies = append(f.bodies, body)
	var results []map[string]any
	for i, d := range in.Documents {
		s, _ := small(r.Context(), [][2]string{{in.Query, d}})
		if in.Activate == nil || *in.Activate {
			s[0] = 1 / (1 + math.Exp(-s[0]))
		}
		results = append(results, map[string]any{"index": i, "relevance_score": s[0], "document": map[string]string{"text": d}})
	}
	slices.Reverse(results)
	json.NewEncoder(w).Encode(map[string]any{"id": "x", "results": results[:in.TopN], "meta": map[string]any{}, "usage": map[string]int{"total_tokens": 7}})
}

func TestShapes(t *testing.T) {
	pairs, want := somePairs(100)
	for name, wanted := range map[string]struct {
		settings Settings
		path     string
		env      string
		model    any
	}{
		"vllm, raw": {Settings{Shape: VLLM, Scale: Raw}, "/v1/rerank", "RERANK_API_KEY", "served-model"},
		"vllm":      {Settings{Shape: VLLM}, "/v1/rerank", "RERANK_API_KEY", "served-model"},
		"":          {Settings{KeyEnv: "MINE"}, "/v1/rerank", "MINE", "served-model"},
		"cohere":    {Settings{Shape: Cohere, Model: "m"}, "/v2/rerank", "COHERE_API_KEY", "m"},
		"jina":      {Settings{Shape: Jina, Model: "m"}, "/v1/rerank", "JINA_API_KEY", "m"},
	} {
		f := &fakeService{t: t}
		t.Setenv(wanted.env, "secret")
		got, _, err := predict(t.Context(), start(t, f, wanted.settings), pairs)
		if err != nil || !within(got, want, 1e-9) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		last := f.bodies[len(f.bodies)-1]
		if f.paths[len(f.paths)-1] != wanted.path || f.keys[len(f.keys)-1] != "Bearer secret" || last["model"] != wanted.model || last["texts"] != nil || len(f.bodies) != 4 {
			t.Errorf("%s: %d requests, last to %v with %v: %v", name, len(f.bodies), f.paths, f.keys, last)
		}
	}
}

func TestHostsToldApart(t *testing.T) {
	for url, want := range map[string]string{
		"https://api.cohere.com":            "cohere https://api.cohere.com/v2/rerank",
		"https://api.cohere.com/v1/rerank":  "cohere https://api.cohere.com/v1/rerank",
		"https://api.jina.ai/v1":            "jina https://api.jina.ai/v1/rerank",
		"https://someone:pw@eu.api.jina.ai": "jina https://someone:pw@eu.api.jina.ai/v1/rerank",
	} {
		c := client(t, Settings{URLs: []string{url}})
		s, err := c.Ask(t.Context(), remote.Listener{})
		if err != nil || fmt.Sprint(s.Shape, " ", s.Endpoint) != want {
			t.Errorf("%s: %+v, %v", url, s, err)
		}
		if f, _ := c.Identity(t.Context()); strings.Contains(f, "pw") {
			t.Errorf("%s: password in %q", url, f)
		}
	}
}

// failing is a handler that answers the first requests to /rerank with a status.
func failing(status int, times int, header http.Header) (http.Handler, *atomic.Int64) {
	good, n := serving(), new(atomic.Int64)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/rerank" && n.Add(1) <= int64(times) {
			for k, v := range header {
				w.Header()[k] = v
			}
			http.Error(w, `{"error":"come back, bearer of secret","error_type":"Overloaded"}`, status)
			return
		}
		good.ServeHTTP(w, r)
	}), n
}

func TestRetries(t *testing.T) {
	pairs, want := somePairs(4)
	for _, status := range []int{408, 425, 429, 500, 502, 503, 504} {
		h, n := failing(status, 3, nil)
		c := start(t, h, Settings{Backoff: time.Millisecond, Batch: 4, Concurrency: 1})
		if got, _, err := predict(t.Context(), c, pairs); err != nil || !within(got, want, 0) || n.Load() != 5 {
			t.Errorf("%d: %v after %d requests", status, err, n.Load())
		}
	}
	h, n := failing(503, 1<<30, nil)
	t.Setenv("RERANK_API_KEY", "secret")
	_, failed, err := predict(t.Context(), start(t, h, Settings{Backoff: time.Millisecond, Tries: 3, Concurrency: 1}), pairs)
	if failed != 4 || n.Load() != 3 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
	if !strings.Contains(err.Error(), "after 3 tries") || !strings.Contains(err.Error(), "503 Service Unavailable: come back") || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	pairs, want := somePairs(1)
	h, _ := failing(429, 1, http.Header{"Retry-After": {"1"}})
	begin := time.Now()
	if got, _, err := predict(t.Context(), start(t, h, Settings{Backoff: time.Microsecond}), pairs); err != nil || !within(got, want, 0) || time.Since(begin) < time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
	h, n := failing(429, 9, http.Header{"Retry-After": {"90"}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, _, err := predict(ctx, start(t, h, Settings{}), pairs); err == nil || !strings.Contains(err.Error(), "no time to wait 1m30s") || n.Load() != 1 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
}

// TestRefusedKey: a refused key is not tried again and again.
func TestRefusedKey(t *testing.T) {
	pairs, _ := somePairs(500)
	for _, status := range []int{401, 402, 403, 404, 405, 410, 415, 501} {
		h, n := failing(status, 1<<30, nil)
		if _, failed, err := predict(t.Context(), start(t, h, Settings{Batch: 10}), pairs); failed != 500 || n.Load() > 8 {
			t.Errorf("%d: %v after %d requests", status, err, n.Load())
		}
	}
}

func TestInterrupt(t *testing.T) {
	begun, release := make(chan bool, 100), make(chan bool)
	server := httptest.NewServer(Handler{Model: "m", Score: func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		begun <- true
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-release:
			return make([]float64, len(pairs)), nil
		}
	}}.New())
	defer server.Close()
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	pairs, _ := somePairs(5000)
	if _, _, err := predict(ctx, client(t, Settings{URLs: []string{server.URL}, Batch: 100}), pairs); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	slow := client(t, Settings{URLs: []string{server.URL}, Timeout: 30 * time.Millisecond, Tries: 2, Backoff: time.Millisecond})
	if _, _, err := predict(t.Context(), slow, pairs[:2]); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a try that takes too long: %v", err)
	}
}

func TestLogits(t *testing.T) {
	c := client(t, Settings{URLs: []string{"http://a"}})
	last := math.Inf(-1)
	for _, p := range []float64{0, 1e-40, 0.1, 0.5, 0.9, 1 - 1e-7, 1} {
		logit, err := c.logit(Sigmoid, result{score: p})
		if err != nil || !(logit >= last) || math.IsInf(logit, 0) || p == 0.5 && logit != 0 {
			t.Errorf("logit of %v is %v after %v, %v", p, logit, last, err)
		}
		last = logit
	}
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		if _, err := c.logit(Sigmoid, result{score: p}); !errors.Is(err, c.Unusable) {
			t.Errorf("%v: %v", p, err)
		}
	}
	if _, err := c.logit(Raw, result{score: math.Inf(1)}); !errors.Is(err, c.Unusable) {
		t.Errorf("infinite: %v", err)
	}
}

func TestUnfitServers(t *testing.T) {
	page := func(path, body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != path {
				http.NotFound(w, r)
			} else {
				io.WriteString(w, body)
			}
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	for want, s := range map[string]Settings{
		"not the URL of a server":                   {URLs: []string{"localhost:8080"}},
		"is not the URL":                            {URLs: []string{"ftp://user:pw@host"}},
		"no URL":                                    {},
		"neither /info":                             {URLs: []string{page("/none", "")}},
		"neither /info as text-embeddings":          {URLs: []string{page("/info", "<html>")}},
		"m, an embedding model":                     {URLs: []string{page("/info", `{"model_id":"m","model_type":{"embedding":{"pooling":"cls"}}}`)}},
		`does not serve model "other" but "served"`: {URLs: []string{page("/v1/models", `{"data":[{"id":"served"}]}`)}, Model: "other"},
		`no shape "soap"`:                           {URLs: []string{page("/none", "")}, Shape: "soap"},
		`no score scale "percent"`:                  {URLs: []string{"https://api.jina.ai"}, Scale: "percent"},
	} {
		c, err := New(s)
		if err == nil {
			_, _, err = predict(t.Context(), c, [][2]string{{"q", "a"}})
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "pw") {
			t.Errorf("%s: error %v", want, err)
		}
	}
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "br")
		io.WriteString(w, "\x0b\x02\x80")
	}))
	defer odd.Close()
	if _, _, err := predict(t.Context(), client(t, Settings{URLs: []string{odd.URL}, Shape: Cohere}), [][2]string{{"q", "a"}}); err == nil || !strings.Contains(err.Error(), "compressed (Content-Encoding br)") {
		t.Errorf("a compressed answer: %v", err)
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	c := client(t, Settings{URLs: []string{gone.URL}, Tries: 2, Backoff: time.Millisecond})
	if _, _, err := predict(t.Context(), c, [][2]string{{"q", "a"}}); err == nil || !strings.Contains(err.Error(), "after 2 tries") {
		t.Errorf("nobody there: %v", err)
	}
}
