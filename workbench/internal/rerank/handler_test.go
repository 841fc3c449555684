package rerank

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"axn/workbench/internal/jsonhttp"
)

// post sends a body as JSON and returns status, header and answer.
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

// TestHandlerAnswers asks in all shapes; each is answered in its own.
func TestHandlerAnswers(t *testing.T) {
	server := httptest.NewServer(serving())
	defer server.Close()
	const object = `{"meta":{"api_version":{"version":"1"}},"model":"small","object":"list","results":[`
	const second = `{"meta":{"api_version":{"version":"2"}},"model":"small","object":"list","results":[`
	for _, c := range []struct{ path, body, want string }{
		{"/rerank", `{"query":"q","texts":["a","bbb","c"],"raw_scores":true}`, `[{"index":1,"score":2.06},{"index":0,"score":2.02},{"index":2,"score":2.02}]`},
		{"/rerank", `{"query":"q","texts":["","b"],"raw_scores":true,"return_text":true}`, `[{"index":1,"score":2.02,"text":"b"},{"index":0,"score":2,"text":""}]`},
		{"/rerank", `{"query":"","texts":[""],"truncate":true,"truncation_direction":"Right"}`, `[{"index":0,"score":0.5}]`},
		{"/rerank", `{"query":{"text":"q"},"texts":[{"text":"a"},"bbb"],"raw_scores":true,"model":null,"truncate":null,"other":null}`, `[{"index":1,"score":2.06},{"index":0,"score":2.02}]`},
		{"/rerank", `{"query":"q","documents":["a","bbb"],"raw_scores":true,"top_n":1}`, object + `{"index":1,"relevance_score":2.06}]}`},
		{"/rerank", `{"query":"q","passages":[{"text":"a","id":7},{"text":"bbb"}],"raw_scores":true}`, object + `{"index":1,"relevance_score":2.06},{"index":0,"relevance_score":2.02}]}`},
		{"/v1/rerank", `{"model":"m","query":"q","documents":["a","bbb"],"use_activation":false,"top_n":9,"return_documents":true,"truncate_prompt_tokens":-1}`,
			object + `{"document":{"text":"bbb"},"index":1,"relevance_score":2.06},{"document":{"text":"a"},"index":0,"relevance_score":2.02}]}`},
		{"/v1/rerank", `{"query":"","texts":[""]}`, object + `{"index":0,"relevance_score":0.5}]}`},
		{"/v2/rerank", `{"model":"m","query":"","documents":[{"text":""}],"rank_fields":["text"],"priority":1}`, second + `{"index":0,"relevance_score":0.5}]}`},
		{"/v1/ranking", `{"query":{"text":"q"},"passages":[{"text":"a"},{"text":"bbb"}],"truncate":"END"}`, `{"rankings":[{"index":1,"logit":2.06},{"index":0,"logit":2.02}]}`},
		{"/rerank", `{"query":"q","texts":["\ud83d\ude00","\\ud83d"],"raw_scores":true}`, `[{"index":1,"score":2.12},{"index":0,"score":2.08}]`},
	} {
		status, header, got := post(t, server.URL+c.path, c.body)
		if status != 200 || strings.TrimSpace(got) != c.want || header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: %d %s", c.path, c.body, status, got)
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

func TestHandlerRefuses(t *testing.T) {
	server := httptest.NewServer(Handler{Score: func(_ context.Context, pairs [][2]string) ([]float64, error) {
		switch pairs[0][0] {
		case "fail":
			return nil, errors.New("no power")
		case "short":
			return nil, nil
		}
		return []float64{math.NaN()}, nil
	}, Fingerprint: func() (string, error) { return "", errors.New("no print") }}.New())
	defer server.Close()
	many := fmt.Sprintf(`{"query":"q","texts":["a"%s]}`, strings.Repeat(`,"a"`, jsonhttp.MaxTexts))
	for _, c := range []struct {
		body   string
		status int
		kind   string
		want   string
	}{
		{`{`, 422, "Validation", "unexpected EOF"},
		{``, 422, "Validation", "unexpected EOF"},
		{`{"query"`, 422, "Validation", "unexpected"},
		{`{"query":"q","texts":["a"`, 422, "Validation", "unexpected EOF"},
		{`[]`, 422, "Validation", "not a JSON object: it is an array"},
		{`null`, 422, "Validation", "not a JSON object: it is null"},
		{`{"texts":["a"]}`, 422, "Validation", "no query"},
		{`{"query":null,"texts":["a"]}`, 422, "Validation", "query is null"},
		{`{"query":7,"texts":["a"]}`, 422, "Validation", "query is 7"},
		{`{"query":"q"}`, 400, "Empty", "no texts"},
		{`{"query":"q","texts":null}`, 400, "Empty", "no texts"},
		{`{"query":"q","texts":[]}`, 400, "Empty", "no texts"},
		{`{"query":"q","texts":"a"}`, 422, "Validation", "texts must be a list"},
		{`{"query":"q","texts":["a",null]}`, 422, "Validation", "texts[1] is null"},
		{`{"query":"q","documents":["a",7]}`, 422, "Validation", "documents[1] is 7"},
		{`{"query":"q","documents":["a",{"title":"x"}]}`, 422, "Validation", "documents[1] is an object without a text"},
		{`{"query":"q","documents":[{"text":null}]}`, 422, "Validation", "documents[0] is an object without a text"},
		{`{"query":"q","passages":[["a"]]}`, 422, "Validation", "passages[0] is"},
		{`{"query":"q","texts":["a"],"documents":["a"]}`, 422, "Validation", "both texts and documents"},
		{`{"query":"q","texts":["a"],"texts":["b"]}`, 422, "Validation", `"texts" comes twice`},
		{`{"query":"q","texts":["a"]} {"query":"x"}`, 400, "Validation", "one request in a body"},
		{`{"query":"q","texts":["a"]}]`, 400, "Validation", "one request in a body"},
		{"{\"query\":\"q\",\"texts\":[\"caf\xe9\"]}", 422, "Validation", "byte 26 (0xe9) is not UTF-8"},
		{`{"query":"q","texts":["\ud83d"]}`, 422, "Validation", `\ud83d at byte 23 is half of a character`},
		{`{"query":"q","texts":["\ude00\ud83d"]}`, 422, "Validation", `half of a character`},
		{`{"query":"q","texts":["\ud83dx"]}`, 422, "Validation", `half of a character`},
		{`{"query":"q","texts":["a"],"truncate":false}`, 422, "Validation", "cannot tell which texts"},
		{`{"query":"q","texts":["a"],"truncate":"START"}`, 422, "Validation", "truncate is"},
		{`{"query":"q","texts":["a"],"truncation_direction":"Left"}`, 422, "Validation", "truncation_direction is"},
		{`{"query":"q","texts":["a"],"truncate_prompt_tokens":100}`, 422, "Validation", "truncate_prompt_tokens is 100"},
		{`{"query":"q","documents":["a"],"max_tokens_per_doc":100}`, 422, "Validation", `"max_tokens_per_doc" is not known`},
		{`{"query":"q","documents":["a"],"rank_fields":["title"]}`, 422, "Validation", `rank_fields is`},
		{`{"query":"q","documents":["a"],"top_n":0}`, 422, "Validation", "top_n must be"},
		{`{"query":"q","documents":["a"],"top_n":"2"}`, 422, "Validation", "top_n must be"},
		{`{"query":"q","texts":["a"],"raw_scores":"yes"}`, 422, "Validation", "raw_scores must be"},
		{`{"Query":"q","texts":["a"]}`, 422, "Validation", `"Query" is not known`},
		{many, 413, "Validation", "batch size 1025 > maximum allowed batch size 1024"},
		{`{"query":"` + strings.Repeat("x", jsonhttp.MaxBody) + `"}`, 413, "Validation", "larger than"},
		{`{"query":"fail","texts":["a"]}`, 424, "Backend", "no power"},
		{`{"query":"short","texts":["a"]}`, 424, "Backend", "0 scores for 1 pairs"},
		{`{"query":"nan","texts":["a"]}`, 424, "Backend", "texts[0]: score is NaN"},
	} {
		status, _, got := post(t, server.URL+"/rerank", c.body)
		var e map[string]string
		if err := json.Unmarshal([]byte(got), &e); err != nil || status != c.status || e["error_type"] != c.kind || !strings.Contains(e["error"], c.want) || e["message"] != e["error"] {
			t.Errorf("%.60s: %d %s", c.body, status, got)
		}
	}
	if r, err := http.Get(server.URL + "/v2/rerank"); err != nil || r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "POST" {
		t.Errorf("GET /v2/rerank: %v, %v", r, err)
	}
	if r, err := http.Get(server.URL + "/info"); err != nil || r.StatusCode != http.StatusFailedDependency {
		t.Errorf("GET /info without a fingerprint: %v, %v", r, err)
	}
}

// TestHandlerHeaders: what is not said to be JSON in UTF-8 is refused; what curl says of itself
// is taken for it.
func TestHandlerHeaders(t *testing.T) {
	h := serving()
	for header, want := range map[string]int{
		"Content-Type: application/json": 200, "Content-Type: application/json; charset=utf-8": 200, "Content-Type: application/x-www-form-urlencoded": 200,
		"Content-Type: ": 200, "Content-Type: application/vnd.x+json": 200, "Content-Encoding: identity": 200,
		"Content-Type: application/json; charset=latin1": 415, "Content-Type: multipart/form-data; boundary=x": 415, "Content-Type: application/xml": 415,
		"Content-Type: ;;": 415, "Content-Encoding: gzip": 415,
	} {
		r := httptest.NewRequest("POST", "/rerank", strings.NewReader(`{"query":"q","texts":["a"]}`))
		key, value, _ := strings.Cut(header, ": ")
		r.Header.Set(key, value)
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%s: %d %s", header, w.Code, w.Body)
		}
	}
}

// TestHandlerLengths: truncate false refuses a text that would be cut, and names it.
func TestHandlerLengths(t *testing.T) {
	server := httptest.NewServer(Handler{Score: small, Length: func(q, text string) (int, int) { return len(q) + len(text), 8 }}.New())
	defer server.Close()
	for body, want := range map[string]string{
		`{"query":"q","texts":["abcdefg"],"truncate":false}`:          `[{"index":0`,
		`{"query":"q","texts":["a","abcdefgh"],"truncate":false}`:     "texts[1] has 9 tokens together with the query, and the model reads 8",
		`{"query":"q","passages":["a","abcdefgh"],"truncate":"NONE"}`: "passages[1] has 9 tokens",
		`{"query":"q","texts":["a","abcdefgh"]}`:                      `[{"index":1`,
	} {
		if _, _, got := post(t, server.URL+"/rerank", body); !strings.Contains(got, want) {
			t.Errorf("%s: %s", body, got)
		}
	}
}

// TestHandlerPanic: a panic of the scorer is a 500 that says so and a line in the server's log,
// and the place is free again.
func TestHandlerPanic(t *testing.T) {
	var mu sync.Mutex
	var lines bytes.Buffer
	server := httptest.NewUnstartedServer(Handler{Score: func(context.Context, [][2]string) ([]float64, error) { panic("out of cheese") }}.New())
	server.Config.ErrorLog = log.New(writer(func(b []byte) { mu.Lock(); lines.Write(b); mu.Unlock() }), "", 0)
	server.Start()
	defer server.Close()
	for range jsonhttp.MaxRequests + 1 {
		if status, _, got := post(t, server.URL+"/rerank", `{"query":"q","texts":["a"]}`); status != 500 || !strings.Contains(got, "out of cheese") {
			t.Fatalf("%d %s", status, got)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if !strings.Contains(lines.String(), "POST /rerank from 127.0.0.1:") || !strings.Contains(lines.String(), "the scorer panicked: out of cheese") {
		t.Errorf("log %s", &lines)
	}
}

type writer func([]byte)

func (w writer) Write(b []byte) (int, error) { w(b); return len(b), nil }

// TestHalfRequests: connections that send half a request and then nothing keep nobody else
// waiting, and are closed.
func TestHalfRequests(t *testing.T) {
	server := httptest.NewServer(Handler{Score: small, Patience: 2 * time.Second}.New())
	defer server.Close()
	var open []net.Conn
	for range jsonhttp.MaxRequests + 1 {
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "POST /rerank HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"query\":\"tea\",\"te")
		open = append(open, c)
	}
	for range 10 {
		if status, _, got := post(t, server.URL+"/rerank", `{"query":"q","texts":["a"]}`); status != 200 {
			t.Fatalf("%d %s", status, got)
		}
	}
	for i, c := range open {
		c.SetReadDeadline(time.Now().Add(time.Minute))
		answer, err := io.ReadAll(c)
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") || !strings.Contains(string(answer), "did not arrive in time") {
			t.Fatalf("connection %d: %q, %v", i, answer, err)
		}
	}
}

// TestHandlerOverload: more requests than are scored at a time are told to come back, and a
// client does.
func TestHandlerOverload(t *testing.T) {
	hold := make(chan bool)
	var once sync.Once
	server := httptest.NewServer(Handler{Score: func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		<-hold
		return small(ctx, pairs)
	}, Model: "m"}.New())
	defer server.Close()
	defer once.Do(func() { close(hold) })
	pairs, want := somePairs(2 * (jsonhttp.MaxRequests + 3))
	refused := make(chan bool, 1000)
	c := client(t, Settings{URLs: []string{server.URL}, Batch: 1, Concurrency: jsonhttp.MaxRequests + 3, HTTP: &http.Client{Transport: watch(refused)}})
	go func() {
		for range 3 {
			<-refused
		}
		once.Do(func() { close(hold) })
	}()
	if got, _, err := predict(t.Context(), c, pairs); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v", err)
	}
}

// watch is a transport that tells of every 429 with a Retry-After.
type watch chan bool

func (w watch) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && answer.StatusCode == http.StatusTooManyRequests && answer.Header.Get("Retry-After") == "1" {
		select {
		case w <- true:
		default:
		}
	}
	return answer, err
}

// FuzzRequest: a request is read or refused with a line, and what is read has a text for every
// one given.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		`{"query":"q","texts":["a",{"text":"b"}],"raw_scores":true,"top_n":1}`, `{"query":{"text":"q"},"passages":["a"],"truncate":"END"}`, `{"query":"q","texts":["\ud83d\ude00\ud83d"]}`,
		`{"query":"q","documents":[null],"rank_fields":[ "text" ]}`, `{"a":{}} {}`, `[`, "{\"query\":\"\xe9\"}", `{"query":"q","texts":["a"],"use_activation":false}`, `{"query":"\u`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, p := parseRequest(body)
		if p != nil {
			if p.Status < 400 || p.Status > 499 || p.Message == "" || strings.ContainsAny(p.Message, "\n\r") {
				t.Fatalf("%+v", p)
			}
			return
		}
		var got struct{ Texts, Documents, Passages []any }
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatalf("read what is not JSON: %v", err)
		}
		if n := len(r.texts); n == 0 || n != len(got.Texts)+len(got.Documents)+len(got.Passages) || r.results() < 1 || r.results() > n {
			t.Fatalf("%d texts, %d results", n, r.results())
		}
	})
}
