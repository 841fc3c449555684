package rerank

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"axn/workbench/internal/remote"
	"axn/workbench/internal/sharedtest"
)

// answering is a server that gives every request the same answer.
func answering(status int, answer string) (http.Handler, *atomic.Int64) {
	n := new(atomic.Int64)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			n.Add(1)
		}
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}), n
}

// TestAnswers gives answers as servers send them, to a request of two texts: which of them have a
// score, and what is said of the other or of both.
func TestAnswers(t *testing.T) {
	for answer, want := range map[string]struct {
		scores string // of the two texts, - without one
		says   string
	}{
		`{"results":[{"index":1,"relevance_score":0.8},{"index":0,"relevance_score":0.3}]}`:              {"0.3 0.8", ""},
		`[{"index":1,"score":0.8},{"index":0,"score":0.3}]`:                                              {"0.3 0.8", ""},
		"\ufeff" + `[{"index":0,"score":0.3},{"index":1,"score":0.8}]`:                                   {"0.3 0.8", ""},
		`{"object":"list","data":[{"index":1,"relevance_score":0.8},{"index":0,"relevance_score":0.3}]}`: {"0.3 0.8", ""},
		`{"data":{"results":[{"index":1,"score":0.8},{"index":0,"score":0.3}]}}`:                         {"0.3 0.8", ""},
		`{"output":{"results":[{"index":0,"relevance_score":0.3},{"index":1,"relevance_score":0.8}]}}`:   {"0.3 0.8", ""},
		`{"rankings":[{"index":1,"logit":0.8},{"index":0,"logit":0.3}]}`:                                 {"0.3 0.8", ""},
		`{"scores":[0.3,0.8]}`: {"0.3 0.8", ""},
		`[0.3,0.8]`:            {"0.3 0.8", ""},
		`{"results":[{"index":0.0,"score":0.3},{"index":1.0,"score":0.8}]}`:                       {"0.3 0.8", ""},
		`{"results":[{"index":0,"relevance_score":null},{"index":1,"relevance_score":0.8}]}`:      {"- 0.8", "text 0 of its request: the score is null"},
		`{"results":[{"index":0,"relevance_score":NaN},{"index":1,"relevance_score":0.8}]}`:       {"- 0.8", "the score is null"},
		`{"results":[{"index":0,"relevance_score":-Infinity},{"index":1,"relevance_score":0.8}]}`: {"- 0.8", "the score is null"},
		`{"results":[{"index":0,"relevance_score":"0.3"},{"index":1,"relevance_score":0.8}]}`:     {"- 0.8", `the score is "0.3", not a number`},
		`{"results":[{"index":0,"document":"x"},{"index":1,"relevance_score":0.8}]}`:              {"- 0.8", "the result has no score"},
		`{"results":[{"index":1,"relevance_score":0.8}]}`:                                         {"- 0.8", "no result for text 0"},
		`{"results":[{"index":1,"score":0.8},{"index":1,"score":0.8}]}`:                           {"- 0.8", "no result for text 0"},
		`{"results":[{"index":0,"score":0.8},{"index":1,"score":0.8},{"index":1,"score":0.7}]}`:   {"0.8 -", "2 different results for text 1"},
		`{"results":[{"index":0,"score":0.8},{"index":7,"score":0.8}]}`:                           {"0.8 -", "no result for text 1"},
		`{"results":[{"index":0,"score":0.8},{"index":-1,"score":0.8},{"score":1},null,[],"x"]}`:  {"0.8 -", "no result for text 1"},
		`{"results":[{"index":0,"score":0.8},{"index":"1","score":0.8}]}`:                         {"0.8 -", "no result for text 1"},
		`{"results":[{"index":0,"score":0.8},{"index":1,"score":7.8}]}`:                           {"0.8 -", "7.8 did not come from a sigmoid"},
		`{"results":[{"index":1,"score":0.8},{"index":2,"score":0.3}]}`:                           {"- -", "counts 2 texts from 1"},
		`{"results":[]}`:      {"- -", "0 results and no score for any of 2 texts"},
		`{"results":[{},{}]}`: {"- -", "2 results has an index"},
		`{"scores":[0.3]}`:    {"- -", "none of the answer's 1 results has an index"},
		`{"results":{"a":1}}`: {"- -", "no list of results"},
		`{"results":null}`:    {"- -", "no list of results"},
		`42`:                  {"- -", "no list of results"},
		``:                    {"- -", "the answer is empty: scores are wanted"},
		`{"results":[{"id":0,"score":1},{"id":1,"score":2}]}`:                {"- -", `none of the answer's 2 results has an index`},
		`{"results":[{"index":0`:                                             {"- -", "not JSON, or was cut short"},
		`{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[2]}]}`: {"- -", "the result has no score"},
		`{"error":{"message":"still loading"}}`:                              {"- -", "the server answered 200 with an error: still loading"},
		`{"detail":"no GPU\nleft"}`:                                          {"- -", "200 with an error: no GPU left"},
		"<!DOCTYPE html>\n<html><head><title>Sign\n in</title><style>h1{}</style></head><body>x</body></html>": {"- -", "a web page (Sign in)"},
		"<html><head><style>h1{}</style></head><body><h1>Wel&amp;come</h1></body></html>":                      {"- -", "a web page (Wel&come)"},
	} {
		h, _ := answering(200, answer)
		c := start(t, h, Settings{Shape: Cohere, Tries: 2, Backoff: time.Millisecond})
		got, errs, err := c.Score(t.Context(), [][2]string{{"q", "a"}, {"q", "b"}}, remote.Listener{})
		if err != nil {
			t.Errorf("%s: %v", answer, err)
			continue
		}
		raw, _, rawErr := predict(t.Context(), client(t, Settings{URLs: c.URLs, Shape: Cohere, Scale: Raw, Tries: 2, Backoff: time.Millisecond}), [][2]string{{"q", "a"}, {"q", "b"}})
		parts, says := []string{}, ""
		for i, e := range errs {
			if e != nil {
				says += e.Error()
				parts = append(parts, "-")
			} else {
				parts = append(parts, fmt.Sprint(raw[i]))
				if p := sigmoid(got[i]); !within([]float64{p}, raw[i:i+1], 1e-9) {
					t.Errorf("%s: text %d: %v after a sigmoid, %v raw, %v", answer, i, p, raw[i], rawErr)
				}
			}
		}
		if strings.Join(parts, " ") != want.scores || !strings.Contains(says, want.says) || strings.Contains(says, "\n") || want.says == "" && says != "" {
			t.Errorf("%s: %v, says %q; want %v", answer, parts, says, want)
		}
	}
}

// TestStatuses gives refusals as servers word them: what is said, and after how many requests for
// 64 texts in two requests.
func TestStatuses(t *testing.T) {
	for _, c := range []struct {
		status int
		answer string
		says   string
		most   int64
	}{
		{502, "<!DOCTYPE html>\n<html><head><style>\nh1{color:gray}\n</style></head><body><h1>Bad Gateway</h1></body></html>", "502 Bad Gateway: Bad Gateway", 2},
		{503, "<html>\n<head><title>503 Service\nTemporarily Unavailable</title></head></html>", "503 Service Unavailable: 503 Service Temporarily Unavailable", 2},
		{422, `{"detail":[{"loc":["body","input"],"msg":"field required","type":"missing"}]}`, "body.input: field required", 2},
		{422, "Failed to deserialize the JSON body into the target type: missing field `inputs` at line 1 column 20", "missing field `inputs`", 2},
		{400, `{"error":{"message":"Unknown field \"documents\""}}`, "400 Bad Request: Unknown field", 2},
		{400, `{"message":"invalid request: top_n is required"}`, "top_n is required", 2},
		{400, `{"error":"the model is asleep"}`, "the model is asleep", 64},
		{413, ``, "413 Request Entity Too Large", 128},
		{404, `<html><body>no such page</body></html>`, "404 Not Found: no such page", 2},
		{418, `{"errors":[{"message":"a"},{"message":"b"}]}`, "a; b", 2},
		{500, strings.Repeat("long ", 100), "long long…", 2},
	} {
		h, n := answering(c.status, c.answer)
		var pairs [][2]string
		for range 64 {
			pairs = append(pairs, [2]string{"q", "d"})
		}
		_, failed, err := predict(t.Context(), start(t, h, Settings{Shape: Cohere, Tries: 2, Backoff: time.Millisecond, Concurrency: 1}), pairs)
		if failed != len(pairs) || err == nil || n.Load() > c.most {
			t.Errorf("%d %s: %d failed after %d requests", c.status, c.answer, failed, n.Load())
		}
		first, _, _ := strings.Cut(fmt.Sprint(err), "\n") // of the errors of all pairs
		if !strings.Contains(strings.ReplaceAll(first, "long long long", "long long…"), c.says) && !strings.Contains(first, c.says) {
			t.Errorf("%d %s: says %q", c.status, c.answer, first)
		}
	}
}

// limited takes at most so many texts a request.
func limited(most, status int, message string) (http.Handler, *atomic.Int64) {
	n, good := new(atomic.Int64), serving()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var in struct{ Texts []string }
		json.Unmarshal(body, &in)
		switch {
		case r.URL.Path == "/info":
			io.WriteString(w, `{"model_id":"small"}`)
			return
		case len(in.Texts) > most:
			n.Add(1)
			http.Error(w, message, status)
			return
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		good.ServeHTTP(w, r)
	}), n
}

// TestTooMany: a server that takes fewer texts than were sent gets fewer, and few requests of the
// old size.
func TestTooMany(t *testing.T) {
	pairs, want := somePairs(1000)
	for _, c := range []struct {
		status  int
		message string
	}{
		{400, `{"error":"at most 8 documents"}`}, {413, ``}, {422, `{"error":"batch size 32 > maximum allowed batch size 8","error_type":"Validation"}`},
		{400, `{"message":"too many documents: limit is 8"}`},
	} {
		h, refused := limited(8, c.status, c.message)
		var mu sync.Mutex
		var notes []string
		got, errs, err := start(t, h, Settings{}).Score(t.Context(), pairs, remote.Listener{Note: func(s string) { mu.Lock(); notes = append(notes, s); mu.Unlock() }})
		if err := errors.Join(append(errs, err)...); err != nil || !within(got, want, 0) || refused.Load() > 16 {
			t.Errorf("%d %s: %v after %d refusals", c.status, c.message, err, refused.Load())
		}
		if len(notes) != 1 || !strings.Contains(notes[0], "set Batch") {
			t.Errorf("%d: notes %q", c.status, notes)
		}
	}
}

// TestOneText: a text that the server does not take costs itself, and does not make all later
// requests small.
func TestOneText(t *testing.T) {
	for _, status := range []int{400, 413, 422, 424} {
		var requests atomic.Int64
		good := serving()
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			requests.Add(1)
			if strings.Contains(string(body), "giant") {
				http.Error(w, `{"error":"maximum context length is 512 tokens"}`, status)
				return
			}
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			good.ServeHTTP(w, r)
		})
		pairs, want := somePairs(1000)
		pairs[2] = [2]string{"q", "giant"}
		got, failed, err := predict(t.Context(), start(t, h, Settings{}), pairs)
		if failed != 1 || err == nil || !within(got[3:], want[3:], 0) || requests.Load() > 80 {
			t.Errorf("%d: %d failed, %d requests, %v", status, failed, requests.Load(), err)
		}
	}
}

// TestNotUTF8: JSON cannot carry the text, and nobody else's score suffers.
func TestNotUTF8(t *testing.T) {
	pairs, want := somePairs(10)
	pairs[4][1] = "caf\xe9"
	got, failed, err := predict(t.Context(), start(t, serving(), Settings{}), pairs)
	if failed != 1 || !strings.Contains(err.Error(), "not valid UTF-8") || !within(got[5:], want[5:], 0) {
		t.Errorf("%v, %d failed: %v", got, failed, err)
	}
}

// TestRedirects: the request arrives as it was, the new address is named, and a key goes to no
// other host.
func TestRedirects(t *testing.T) {
	t.Setenv("RERANK_API_KEY", "secret")
	pairs, want := somePairs(20)
	var mu sync.Mutex
	var keys []string
	good := serving()
	to := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		keys = append(keys, r.Header.Get("Authorization"))
		mu.Unlock()
		good.ServeHTTP(w, r)
	}))
	defer to.Close()
	elsewhere := strings.Replace(to.URL, "127.0.0.1", "localhost", 1)
	for _, status := range []int{301, 302, 307, 308} {
		for _, host := range []string{to.URL, elsewhere} {
			keys = nil
			h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, host+r.URL.Path, status) })
			var notes []string
			got, errs, err := start(t, h, Settings{}).Score(t.Context(), pairs, remote.Listener{Note: func(s string) { mu.Lock(); notes = append(notes, s); mu.Unlock() }})
			if err := errors.Join(append(errs, err)...); err != nil || !within(got, want, 0) {
				t.Errorf("%d: %v", status, err)
			}
			key := ""
			if host == to.URL {
				key = "Bearer secret"
			}
			if !slices.Equal(slices.Compact(keys), []string{key}) || len(notes) != 2 || !strings.Contains(notes[1], host+"/rerank: set URL") {
				t.Errorf("%d to %s: keys %q, notes %q", status, host, keys, notes)
			}
		}
	}
	for name, h := range map[string]http.HandlerFunc{
		"it names /login": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", 303) },
		"more than 5":     func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", 307) },
		"it names ftp://x": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "ftp://x")
			w.WriteHeader(302)
		},
		"/rerank: the server": func(w http.ResponseWriter, r *http.Request) { good.ServeHTTP(w, r) },
	} {
		n := new(atomic.Int64)
		c := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n.Add(1); strings.HasPrefix(name, "/rerank") {
				if r.URL.Path == "/old/rerank" {
					http.Redirect(w, r, "/rerank", 301)
				} else {
					http.Error(w, "gone", 410)
				}
				return
			}
			h(w, r)
		}), Settings{Shape: Cohere})
		c = client(t, Settings{Shape: Cohere, URLs: []string{c.Settings.URLs[0] + "/old/rerank"}})
		if _, failed, err := predict(t.Context(), c, pairs); failed != len(pairs) || !strings.Contains(err.Error(), name) || n.Load() > 20 {
			t.Errorf("%s: %v after %d requests", name, err, n.Load())
		}
	}
}

// TestSharedAnswers gives the answers collected in shared/cases, each with its status, to a
// request of two texts.
func TestSharedAnswers(t *testing.T) {
	for file, want := range map[string]struct {
		status int
		failed int
		says   string
	}{
		"one_null_of_two.json":        {200, 1, "the score is null"},
		"only_one_of_two.json":        {200, 1, "no result for text 0"},
		"results_called_data.json":    {200, 0, ""},
		"status200_error.json":        {200, 2, "still loading"},
		"status400_too_many.json":     {400, 2, "at most 8 documents"},
		"status422_other_fields.json": {422, 2, "body.input: field required"},
		"status502.html":              {502, 2, "502 Bad Gateway: Bad Gateway"},
	} {
		answer, err := os.ReadFile(sharedtest.Path(t, "cases/rerank", file))
		if err != nil {
			t.Fatal(err)
		}
		h, _ := answering(want.status, string(answer))
		c := start(t, h, Settings{Shape: Cohere, Tries: 2, Backoff: time.Millisecond})
		_, failed, err := predict(t.Context(), c, [][2]string{{"q", "a"}, {"q", "b"}})
		if failed != want.failed || !strings.Contains(fmt.Sprint(err), want.says) {
			t.Errorf("%s: %d failed, %v", file, failed, err)
		}
	}
}

// FuzzParse: an answer gives every text a finite score or an error, or is an error.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"results":[{"index":1,"relevance_score":0.8},{"index":0,"relevance_score":null}]}`, `[{"index":0,"score":1},{"index":0,"score":2}]`,
		`{"data":{"results":[0.5,NaN]}}`, `{"error":{"message":"x"}}`, `{"detail":[{"loc":["body",3],"msg":"m"}]}`, `<html><title>x</title>`, `[1,2`, "\ufeff[]",
		`{"rankings":[{"index":2,"logit":-Infinity}]}`,
	} {
		f.Add([]byte(seed), 2)
	}
	f.Fuzz(func(t *testing.T, answer []byte, n int) {
		n = min(max(n, 0), 100)
		got, err := parse(answer, n)
		if err == nil && len(got) != n {
			t.Fatalf("%d results for %d texts", len(got), n)
		}
		for i, r := range got {
			if r.err == nil && r.score != r.score {
				t.Fatalf("text %d: NaN", i)
			}
			if r.err != nil && strings.ContainsAny(r.err.Error(), "\n\r") {
				t.Fatalf("text %d: more than one line: %q", i, r.err)
			}
		}
		if err != nil && strings.ContainsAny(err.Error(), "\n\r") {
			t.Fatalf("more than one line: %q", err)
		}
	})
}
