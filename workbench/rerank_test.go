package workbench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
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

// TestRerankErrors: the client's errors are the workbench's.
func TestRerankErrors(t *testing.T) {
	one, other := httptest.NewServer(RerankHandler(small{})), httptest.NewServer(RerankHandler(lengths{}))
	defer one.Close()
	defer other.Close()
	pairs, _ := rerankPairs(200)
	c := &RerankClient{URL: one.URL, Replicas: []string{other.URL}}
	if _, err := c.Predict(t.Context(), pairs); err == nil || !strings.Contains(err.Error(), "the replicas serve different models") {
		t.Errorf("error %v", err)
	}
	if text := c.String(); !strings.HasSuffix(text, "and 1 replicas") {
		t.Error(text)
	}
	if _, err := (&RerankClient{URL: "localhost"}).Fingerprint(); err == nil || !strings.HasPrefix(err.Error(), "workbench: rerank: \"localhost\" is not the URL") {
		t.Errorf("error %v", err)
	}
	hot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"results":[{"index":0,"relevance_score":0.5},{"index":1,"relevance_score":7}]}`)
	}))
	defer hot.Close()
	_, err := (&RerankClient{URL: hot.URL, Shape: ShapeCohere}).Predict(t.Context(), [][2]string{{"q", "a"}, {"q", "b"}})
	if part, ok := errors.AsType[*PartialError](err); !ok || len(part.Failed) != 1 || !errors.Is(err, ErrScore) {
		t.Errorf("error %v", err)
	}
}

// TestRerankProgress: a server that does not answer is named in the progress reports, once.
func TestRerankProgress(t *testing.T) {
	good, gone := httptest.NewServer(RerankHandler(small{})), httptest.NewServer(nil)
	defer good.Close()
	gone.Close()
	var last Progress
	ctx := WithProgress(t.Context(), func(p Progress) { last = p })
	pairs, want := rerankPairs(300)
	c := &RerankClient{URL: good.URL, Replicas: []string{gone.URL}, Batch: 4, Backoff: time.Millisecond}
	if got, err := c.Predict(ctx, pairs); err != nil || !within(got, want, 0) {
		t.Fatal(err)
	}
	if !last.Final || last.Done != len(pairs) || strings.Count(last.Note, gone.URL+" is set aside: ") != 1 || strings.Contains(last.Note, good.URL) {
		t.Errorf("last report %+v", last)
	}
}

// TestRerankHandlerLengths: of a CrossEncoder the handler knows which texts it would cut.
func TestRerankHandlerLengths(t *testing.T) {
	ce, err := OpenCrossEncoder("testdata/models/bert-relu")
	if err != nil {
		t.Fatal(err)
	}
	h := RerankHandler(ce)
	for text, want := range map[string]string{"a": `[{"index":0,`, strings.Repeat("a ", 50): "texts[0] has 54 tokens together with the query, and the model reads 48"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("POST", "/rerank", strings.NewReader(`{"query":"a","texts":["`+text+`"],"truncate":false}`)))
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %s", text, w.Body)
		}
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
