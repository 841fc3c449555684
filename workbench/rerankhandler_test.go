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
	"strings"
	"sync"
	"testing"
)

func post(t *testing.T, url, body string) (int, http.Header, string) {
	t.Helper()
	r, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, r.Header, string(b)
}

func TestRerankHandlerAnswers(t *testing.T) {
	server := httptest.NewServer(RerankHandler(small{}))
	defer server.Close()
	for body, want := range map[string]string{
		`{"query":"q","texts":["a","bbb","c"],"raw_scores":true}`:                  `[{"index":1,"score":2.06},{"index":0,"score":2.02},{"index":2,"score":2.02}]`,
		`{"query":"q","texts":["","b"],"raw_scores":true,"return_text":true}`:      `[{"index":1,"score":2.02,"text":"b"},{"index":0,"score":2,"text":""}]`,
		`{"query":"","texts":[""],"truncate":true,"truncation_direction":"right"}`: `[{"index":0,"score":0.5}]`,
	} {
		status, header, got := post(t, server.URL+"/rerank", body)
		if status != 200 || strings.TrimSpace(got) != want || header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", body, status, got)
		}
	}
	for _, path := range []string{"/health", "/info"} {
		r, err := http.Get(server.URL + path)
		if err != nil || r.StatusCode != 200 {
			t.Errorf("%s: %v, %v", path, r, err)
		}
		r.Body.Close()
	}
}

func TestRerankHandlerRefuses(t *testing.T) {
	server := httptest.NewServer(RerankHandler(TextScorerFunc(func(_ context.Context, pairs [][2]string) ([]float64, error) {
		switch pairs[0][0] {
		case "fail":
			return nil, errors.New("no power")
		case "short":
			return nil, nil
		}
		return []float64{math.NaN()}, nil
	})))
	defer server.Close()
	many := fmt.Sprintf(`{"query":"q","texts":["a"%s]}`, strings.Repeat(`,"a"`, maxRerankTexts))
	for _, c := range []struct {
		body   string
		status int
		kind   string
		want   string
	}{
		{`{`, 422, "Validation", "unexpected EOF"},
		{`[]`, 422, "Validation", "cannot unmarshal"},
		{`{"texts":["a"]}`, 422, "Validation", "no query"},
		{`{"query":"q"}`, 400, "Empty", "no texts"},
		{many, 413, "Validation", "batch size 1025 > maximum allowed batch size 1024"},
		{`{"query":"` + strings.Repeat("x", maxRerankBody) + `"}`, 413, "Validation", "larger than"},
		{`{"query":"fail","texts":["a"]}`, 424, "Backend", "no power"},
		{`{"query":"short","texts":["a"]}`, 424, "Backend", "0 scores for 1 pairs"},
		{`{"query":"nan","texts":["a"]}`, 424, "Backend", "score is NaN"},
	} {
		status, _, got := post(t, server.URL+"/rerank", c.body)
		var e map[string]string
		if err := json.Unmarshal([]byte(got), &e); err != nil || status != c.status || e["error_type"] != c.kind || !strings.Contains(e["error"], c.want) {
			t.Errorf("%.60s: %d %s", c.body, status, got)
		}
	}
	if r, err := http.Get(server.URL + "/rerank"); err != nil || r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET /rerank: %v, %v", r, err)
	}
}

// TestRerankHandlerOverload: more requests than are taken at a time are told to come back, and a
// client does.
func TestRerankHandlerOverload(t *testing.T) {
	hold := make(chan bool)
	var once sync.Once
	server := httptest.NewServer(RerankHandler(TextScorerFunc(func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		<-hold
		return small{}.Predict(ctx, pairs)
	})))
	defer server.Close()
	defer once.Do(func() { close(hold) })
	pairs, want := rerankPairs(2 * (maxRerankRequests + 3))
	refused := make(chan bool, 100)
	c := &RerankClient{URL: server.URL, Batch: 1, Concurrency: maxRerankRequests + 3, Client: &http.Client{Transport: watch(refused)}}
	go func() {
		for range 3 {
			<-refused
		}
		once.Do(func() { close(hold) })
	}()
	if got, err := c.Predict(t.Context(), pairs); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v", err)
	}
}

// watch is a transport that tells of every 429 with a Retry-After.
type watch chan bool

func (w watch) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && answer.StatusCode == http.StatusTooManyRequests && answer.Header.Get("Retry-After") == "1" {
		w <- true
	}
	return answer, err
}
