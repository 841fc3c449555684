package workbench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// texts of different lengths and two queries, mixed, with repeats.
func rerankPairs(n int) (pairs [][2]string, want []float64) {
	for i := range n {
		pairs = append(pairs, [2]string{strings.Repeat("q", 1+i%2), strings.Repeat("d", i%7)})
		want = append(want, float64(100*(1+i%2)+i%7)/50)
	}
	return pairs, want
}

// small is lengths with scores that a sigmoid leaves apart.
type small struct{ lengths }

func (s small) Predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	scores, err := s.lengths.Predict(ctx, pairs)
	for i := range scores {
		scores[i] /= 50
	}
	return scores, err
}

func (small) Fingerprint() (string, error) { return "small", nil }

func within(a, b []float64, tolerance float64) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x float64) bool { return x != x }) &&
		slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= tolerance })
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
		s, _ := small{}.Predict(r.Context(), [][2]string{{in.Query, d}})
		if in.Activate == nil || *in.Activate {
			s[0] = 1 / (1 + math.Exp(-s[0]))
		}
		results = append(results, map[string]any{"index": i, "relevance_score": s[0], "document": map[string]string{"text": d}})
	}
	slices.Reverse(results)
	json.NewEncoder(w).Encode(map[string]any{"id": "x", "results": results[:in.TopN], "meta": map[string]any{}, "usage": map[string]int{"total_tokens": 7}})
}

// TestRerankThroughHandler scores over loopback HTTP with a real handler.
func TestRerankThroughHandler(t *testing.T) {
	server := httptest.NewServer(RerankHandler(small{}))
	defer server.Close()
	pairs, want := rerankPairs(3000)
	for _, url := range []string{server.URL, server.URL + "/", server.URL + "/rerank"} {
		c := &RerankClient{URL: url}
		got, err := c.Predict(t.Context(), pairs)
		if err != nil || !within(got, want, 0) {
			t.Fatalf("%s: %v", url, err)
		}
		if f, err := c.Fingerprint(); err != nil || f != "rerank tei workbench.small small raw" {
			t.Errorf("fingerprint %q, %v", f, err)
		}
	}
	c := &RerankClient{URL: server.URL, Scores: SigmoidScores, Batch: 7, Concurrency: 2}
	if got, err := c.Predict(t.Context(), pairs); err != nil || !within(got, want, 1e-9) {
		t.Errorf("through a sigmoid and back: %v", err)
	}
	if got, err := c.Predict(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("no pairs: %v, %v", got, err)
	}
}

func TestRerankShapes(t *testing.T) {
	pairs, want := rerankPairs(100)
	for shape, wanted := range map[RerankShape]struct {
		client *RerankClient
		path   string
		env    string
		model  any
	}{
		"vllm, raw": {&RerankClient{Shape: ShapeVLLM, Scores: RawScores}, "/v1/rerank", "RERANK_API_KEY", "served-model"},
		ShapeVLLM:   {&RerankClient{Shape: ShapeVLLM}, "/v1/rerank", "RERANK_API_KEY", "served-model"},
		"":          {&RerankClient{KeyEnv: "MINE"}, "/v1/rerank", "MINE", "served-model"},
		ShapeCohere: {&RerankClient{Shape: ShapeCohere, Model: "m"}, "/v2/rerank", "COHERE_API_KEY", "m"},
		ShapeJina:   {&RerankClient{Shape: ShapeJina, Model: "m"}, "/v1/rerank", "JINA_API_KEY", "m"},
	} {
		f := &fakeService{t: t}
		server := httptest.NewServer(f)
		t.Setenv(wanted.env, "secret")
		c := wanted.client
		c.URL = server.URL
		got, err := c.Predict(t.Context(), pairs)
		if err != nil || !within(got, want, 1e-9) {
			t.Errorf("%s: %v", shape, err)
			continue
		}
		last := f.bodies[len(f.bodies)-1]
		if f.paths[len(f.paths)-1] != wanted.path || f.keys[len(f.keys)-1] != "Bearer secret" || last["model"] != wanted.model || last["texts"] != nil || len(f.bodies) != 4 {
			t.Errorf("%s: %d requests, last to %v with %v: %v", shape, len(f.bodies), f.paths, f.keys, last)
		}
		server.Close()
	}
}

func TestRerankTellsHostsApart(t *testing.T) {
	for url, want := range map[string]string{
		"https://api.cohere.com":            "cohere https://api.cohere.com/v2/rerank",
		"https://api.cohere.com/v1/rerank":  "cohere https://api.cohere.com/v1/rerank",
		"https://api.jina.ai/v1":            "jina https://api.jina.ai/v1/rerank",
		"https://someone:pw@eu.api.jina.ai": "jina https://someone:pw@eu.api.jina.ai/v1/rerank",
	} {
		c := &RerankClient{URL: url}
		s, err := c.ask(t.Context())
		if err != nil || fmt.Sprint(s.shape, " ", s.endpoint) != want {
			t.Errorf("%s: %+v, %v", url, s, err)
		}
		if f, _ := c.Fingerprint(); strings.Contains(f+c.String(), "pw") {
			t.Errorf("%s: password in %q or %q", url, f, c)
		}
	}
}

// failing is a handler that answers the first requests to /rerank with a status.
func failing(status int, times int, header http.Header) (http.Handler, *atomic.Int64) {
	good, n := RerankHandler(small{}), new(atomic.Int64)
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

func TestRerankRetries(t *testing.T) {
	pairs, want := rerankPairs(4)
	for _, status := range []int{429, 500, 502, 503, 504} {
		h, n := failing(status, 3, nil)
		server := httptest.NewServer(h)
		c := &RerankClient{URL: server.URL, Backoff: time.Millisecond, Batch: 4, Concurrency: 1}
		if got, err := c.Predict(t.Context(), pairs); err != nil || !within(got, want, 0) || n.Load() != 5 {
			t.Errorf("%d: %v after %d requests", status, err, n.Load())
		}
		server.Close()
	}
	h, n := failing(503, 1<<30, nil)
	server := httptest.NewServer(h)
	defer server.Close()
	t.Setenv("RERANK_API_KEY", "secret")
	c := &RerankClient{URL: server.URL, Backoff: time.Millisecond, Tries: 3, Concurrency: 1}
	_, err := c.Predict(t.Context(), pairs)
	if part, ok := errors.AsType[*PartialError](err); !ok || len(part.Failed) != 4 || n.Load() != 3 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
	if !strings.Contains(err.Error(), "after 3 tries") || !strings.Contains(err.Error(), "503 Service Unavailable: come back") || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v", err)
	}
}

func TestRerankRetryAfter(t *testing.T) {
	pairs, want := rerankPairs(1)
	h, _ := failing(429, 1, http.Header{"Retry-After": {"1"}})
	server := httptest.NewServer(h)
	defer server.Close()
	begin := time.Now()
	c := &RerankClient{URL: server.URL, Backoff: time.Microsecond}
	if got, err := c.Predict(t.Context(), pairs); err != nil || !within(got, want, 0) || time.Since(begin) < time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
	h, n := failing(429, 9, http.Header{"Retry-After": {"60"}})
	later := httptest.NewServer(h)
	defer later.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := (&RerankClient{URL: later.URL}).Predict(ctx, pairs); err == nil || !strings.Contains(err.Error(), "no time to wait 1m0s") || n.Load() != 1 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "-7": 0, "Wed, 02 Jan 2030 03:05:05 GMT": time.Minute, "Wed, 02 Jan 2020 03:05:05 GMT": 0, "soon": 0} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("Retry-After %q: %v, want %v", value, got, want)
		}
	}
}

func TestRerankPause(t *testing.T) {
	c := &RerankClient{}
	for try := 1; try < 80; try++ {
		full := min(250*time.Millisecond<<min(try-1, 10), maxBackoff)
		if p := c.pause(try, io.EOF); p < full/2 || p >= full*3/2 {
			t.Errorf("try %d: pause %v, want about %v", try, p, full)
		}
	}
}

// TestRerankPartialFailure: one text the server does not take costs that pair its score and no other.
func TestRerankPartialFailure(t *testing.T) {
	good := RerankHandler(small{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), `"dddddd"`) {
			http.Error(w, `{"error":"text is too long"}`, http.StatusUnprocessableEntity)
			return
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		good.ServeHTTP(w, r)
	}))
	defer server.Close()
	d := &Dataset{Name: "d", Queries: []Query{{Text: "q"}, {Text: "qq"}}}
	var pairs []Pair
	for i := range 30 {
		d.Items = append(d.Items, Item{Text: strings.Repeat("d", i%7+1)})
		pairs = append(pairs, Pair{i % 2, i})
	}
	got, err := NewScorer(&RerankClient{URL: server.URL}, d).Score(t.Context(), pairs)
	part, ok := errors.AsType[*PartialError](err)
	if !ok || len(part.Failed) != 4 || !strings.HasPrefix(err.Error(), "query row 1, item row 5: ") || !strings.Contains(err.Error(), "text is too long") {
		t.Fatalf("error %v", err)
	}
	for i, s := range got {
		if failed := i%7 == 5; failed != math.IsNaN(s) || !failed && s != float64(100*(i%2+1)+i%7+1)/50 {
			t.Errorf("pair %d has score %v", i, s)
		}
	}
}

// TestRerankFatal: a refused key is not tried again and again.
func TestRerankFatal(t *testing.T) {
	pairs, _ := rerankPairs(500)
	for _, status := range []int{401, 403, 404, 405} {
		h, n := failing(status, 1<<30, nil)
		server := httptest.NewServer(h)
		_, err := (&RerankClient{URL: server.URL, Batch: 10}).Predict(t.Context(), pairs)
		if part, ok := errors.AsType[*PartialError](err); !ok || len(part.Failed) != 500 || n.Load() > 8 {
			t.Errorf("%d: %v after %d requests", status, err, n.Load())
		}
		server.Close()
	}
}

func TestRerankInterrupt(t *testing.T) {
	begun, release := make(chan bool, 100), make(chan bool)
	server := httptest.NewServer(RerankHandler(TextScorerFunc(func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		begun <- true
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-release:
			return make([]float64, len(pairs)), nil
		}
	})))
	defer server.Close()
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	begin := time.Now()
	pairs, _ := rerankPairs(5000)
	if _, err := (&RerankClient{URL: server.URL, Batch: 100}).Predict(ctx, pairs); !errors.Is(err, context.Canceled) || time.Since(begin) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
	slow := &RerankClient{URL: server.URL, Timeout: 30 * time.Millisecond, Tries: 2, Backoff: time.Millisecond}
	if _, err := slow.Predict(t.Context(), pairs[:2]); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a try that takes too long: %v", err)
	}
}

// TestRerankBadAnswers gives answers that no score can be read from.
func TestRerankBadAnswers(t *testing.T) {
	for answer, want := range map[string]string{
		`{"results":[]}`:          "not of shape tei",
		`<html>`:                  "not of shape tei",
		`[]`:                      "0 results for 2 texts",
		`[{"index":0,"score":1}]`: "1 results for 2 texts",
		`[{"index":0,"score":1},{"index":0,"score":1}]`:    "wrong index",
		`[{"index":0,"score":1},{"index":2,"score":1}]`:    "wrong index",
		`[{"index":0,"score":1},{"score":1}]`:              "wrong index",
		`[{"index":0,"score":1},{"index":1}]`:              "without score",
		`[{"index":0,"score":1},{"index":1,"score":null}]`: "without score",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, answer) }))
		c := &RerankClient{URL: server.URL, Shape: ShapeTEI}
		if _, err := c.Predict(t.Context(), [][2]string{{"q", "a"}, {"q", "b"}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", answer, err)
		}
		server.Close()
	}
}

func TestRerankUnsquash(t *testing.T) {
	s := &rerankServer{scale: SigmoidScores}
	last := math.Inf(-1)
	for _, p := range []float64{0, 1e-40, 0.1, 0.5, 0.9, 1 - 1e-7, 1} {
		logit, err := s.raw(p)
		if err != nil || !(logit >= last) || math.IsInf(logit, 0) || p == 0.5 && logit != 0 {
			t.Errorf("logit of %v is %v after %v, %v", p, logit, last, err)
		}
		last = logit
	}
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		if _, err := s.raw(p); !errors.Is(err, ErrScore) {
			t.Errorf("%v: %v", p, err)
		}
	}
}

func TestRerankServerErrors(t *testing.T) {
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
	for want, c := range map[string]*RerankClient{
		"not the URL of a server":                   {URL: "localhost:8080"},
		"is not the URL":                            {URL: "ftp://user:pw@host"},
		"neither /info":                             {URL: page("/none", "")},
		"neither /info as text-embeddings":          {URL: page("/info", "<html>")},
		"m, an embedding model":                     {URL: page("/info", `{"model_id":"m","model_type":{"embedding":{"pooling":"cls"}}}`)},
		`does not serve model "other" but "served"`: {URL: page("/v1/models", `{"data":[{"id":"served"}]}`), Model: "other"},
		`no shape "soap"`:                           {URL: page("/none", ""), Shape: "soap"},
		`no score scale "percent"`:                  {URL: "https://api.jina.ai", Scores: "percent"},
	} {
		if _, err := c.Predict(t.Context(), [][2]string{{"q", "a"}}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "pw") {
			t.Errorf("%s: error %v", want, err)
		}
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	c := &RerankClient{URL: gone.URL, Tries: 2, Backoff: time.Millisecond}
	if _, err := c.Predict(t.Context(), [][2]string{{"q", "a"}}); err == nil || !strings.Contains(err.Error(), "after 2 tries") {
		t.Errorf("nobody there: %v", err)
	}
}

// TestCachedRerank keeps what a server scored, also when it fails half-way.
func TestCachedRerank(t *testing.T) {
	var down atomic.Bool
	good, scored := RerankHandler(small{}), new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/rerank" && (down.Load() || scored.Add(1) > 5) {
			http.Error(w, "down", http.StatusForbidden)
			return
		}
		good.ServeHTTP(w, r)
	}))
	defer server.Close()
	c := openCache(t, &RerankClient{URL: server.URL, Batch: 10}, t.TempDir()+"/scores")
	c.batch = 100
	var pairs [][2]string
	for i := range 100 {
		pairs = append(pairs, [2]string{"q", fmt.Sprint(i)})
	}
	got, err := c.Predict(t.Context(), pairs)
	part, ok := errors.AsType[*PartialError](err)
	if !ok || len(part.Failed) != 50 {
		t.Fatalf("error %v", err)
	}
	var kept [][2]string
	var want []float64
	for i, s := range got {
		if !math.IsNaN(s) {
			kept, want = append(kept, pairs[i]), append(want, s)
		}
	}
	down.Store(true)
	if again, err := c.Predict(t.Context(), kept); err != nil || !reflect.DeepEqual(again, want) {
		t.Errorf("%v", err)
	}
}

func BenchmarkRerankClient(b *testing.B) {
	server := httptest.NewServer(RerankHandler(small{}))
	defer server.Close()
	pairs, _ := rerankPairs(10000)
	c := &RerankClient{URL: server.URL}
	for b.Loop() {
		if _, err := c.Predict(b.Context(), pairs); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(pairs))/b.Elapsed().Seconds(), "pairs/s")
}
