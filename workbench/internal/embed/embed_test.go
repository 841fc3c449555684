package embed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"axn/workbench/internal/remote"
)

// TestParse: every way in which servers write vectors, and what a bad one costs.
func TestParse(t *testing.T) {
	for answer, want := range map[string]string{
		`[[1,2],[3,4]]`: "[1 2] [3 4]",
		`{"data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":[1,2]}]}`:       "[1 2] [3 4]",
		`{"embeddings":[[1,2],[3,4]],"model":"m"}`:                                     "[1 2] [3 4]",
		`{"data":[{"embedding":[1,2]},{"embedding":[3,4]}]}`:                           "[1 2] [3 4]",
		`{"data":[{"index":0,"embedding":"AACAPwAAAEA="},{"index":1,"embedding":[]}]}`: "[1 2] want a list of numbers",
		`[[1,2],null]`:                             "[1 2] the vector is null",
		`[[1,2],[1,null]]`:                         "[1 2] number 1 of the vector is null",
		`[[1,2],[1,1e300]]`:                        "[1 2] number 1 of the vector is +Inf",
		`{"data":[{"index":0,"embedding":[1,2]}]}`: "[1 2] no vector for text 1",
		`{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[1]},{"index":1,"embedding":[2]}]}`: "[1 2] 2 vectors for text 1",
		`{"data":[{"index":1,"embedding":[1,2]},{"index":2,"embedding":[3,4]}]}`:                           "it counts 2 texts from 1",
		`{"data":[{"index":0,"embedding":"%%"},{"index":1,"embedding":[3,4]}]}`:                            "not base64 of float32 values: %% [3 4]",
		`{"error":"still loading"}`: "200 with an error: still loading",
		`[1,2]`:                     "no vector for any of 2",
		`[[1,`:                      "cut short",
		`<html><title>Sign in`:      "web page (Sign in)",
		`{}`:                        "no list of vectors",
	} {
		got, err := parse([]byte(answer), 2)
		var parts []string
		for _, r := range got {
			if r.err != nil {
				parts = append(parts, r.err.Error())
			} else {
				parts = append(parts, fmt.Sprint(r.vector))
			}
		}
		text := strings.Join(parts, " ")
		if err != nil {
			text = err.Error()
		}
		rest := text
		for _, part := range strings.SplitAfter(want, "] ") {
			i := strings.Index(rest, strings.TrimSpace(part))
			if i < 0 {
				t.Errorf("%s: %q, want %q", answer, text, want)
				break
			}
			rest = rest[i:]
		}
	}
}

// TestCare: busy servers are asked again, a replica that is gone costs nothing, too many texts are
// sent in fewer, vectors of another length are errors of their texts.
func TestCare(t *testing.T) {
	var asked, most atomic.Int64
	good := Handler{Model: "m", Embed: func(_ context.Context, _ Kind, texts []string) ([][]float32, error) {
		var rows [][]float32
		for _, text := range texts {
			row := []float32{float32(len(text)), 1}
			if strings.HasPrefix(text, "long") {
				row = append(row, 2)
			}
			rows = append(rows, row)
		}
		most.Store(max(most.Load(), int64(len(texts))))
		return rows, nil
	}}.New()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && asked.Add(1) <= 2 {
			http.Error(w, "busy", 503)
			return
		}
		body, _ := io.ReadAll(r.Body)
		if strings.Count(string(body), `","`) >= 8 {
			http.Error(w, `{"error":"batch size 9 > maximum allowed batch size 8"}`, 413)
			return
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		good.ServeHTTP(w, r)
	}))
	defer server.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	c, err := New(Settings{URLs: []string{gone.URL, server.URL}, Backoff: time.Millisecond, Batch: 16})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for i := range 100 {
		texts = append(texts, strings.Repeat("x", i))
	}
	texts = append(texts, "\xff", "long one")
	vectors, errs, err := c.Embed(t.Context(), texts, remote.Listener{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if errs[i] != nil || !slices.Equal(vectors[i], []float32{float32(i), 1}) {
			t.Fatalf("text %d: %v, %v", i, vectors[i], errs[i])
		}
	}
	if errs[100] == nil || !strings.Contains(errs[100].Error(), "not valid UTF-8") || !errors.Is(errs[101], c.Unusable) || most.Load() > 8 {
		t.Errorf("%v; %v; %d texts at once", errs[100], errs[101], most.Load())
	}
}

// TestUnfit: servers of another kind, and settings that cannot be.
func TestUnfit(t *testing.T) {
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
		"a reranker; an embedding model": {URLs: []string{page("/info", `{"model_id":"m","model_type":{"reranker":{}}}`)}},
		"neither /info":                  {URLs: []string{page("/none", "")}},
		`does not serve model "x"`:       {URLs: []string{page("/v1/models", `{"data":[{"id":"m"}]}`)}, Model: "x"},
		"several models: set Model":      {URLs: []string{"https://api.openai.com/v1"}},
		`no shape "soap"`:                {URLs: []string{"http://a"}, Shape: "soap"},
		"no URL":                         {},
	} {
		c, err := New(s)
		if err == nil {
			_, _, err = c.Embed(t.Context(), []string{"a"}, remote.Listener{})
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
	c, err := New(Settings{URLs: []string{"https://api.openai.com/v1/"}, Model: "text-embedding-3-small"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Ask(t.Context(), remote.Listener{})
	if err != nil || s.Endpoint != "https://api.openai.com/v1/embeddings" || c.Settings.keyName("") != "OPENAI_API_KEY" {
		t.Errorf("%+v, %v", s, err)
	}
}

// FuzzParse: an answer gives every text a vector of finite numbers or an error, or is an error.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`[[1,2],[3,4]]`, `{"data":[{"index":1,"embedding":"AACAPw=="}]}`, `{"embeddings":[NaN]}`, `<html>`, `{"error":{"message":"x"}}`} {
		f.Add([]byte(seed), 2)
	}
	f.Fuzz(func(t *testing.T, answer []byte, n int) {
		n = min(max(n, 0), 100)
		got, err := parse(answer, n)
		if err == nil && len(got) != n {
			t.Fatalf("%d results for %d texts", len(got), n)
		}
		for i, r := range got {
			if r.err == nil && len(r.vector) == 0 {
				t.Fatalf("text %d has neither a vector nor an error", i)
			}
		}
	})
}

// FuzzRequest: a request is read, or refused with a line.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{`{"inputs":["a"],"truncate":true,"normalize":false}`, `{"input":"a","encoding_format":"base64","dimensions":3}`, `{"input":[1,2]}`, `{"inputs":null,"prompt_name":"query"}`, `{} {}`} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, body []byte, tei bool) {
		shape := OpenAI
		if tei {
			shape = TEI
		}
		r, p := parseRequest(shape, body)
		if p != nil && (p.Status < 400 || p.Status > 499 || p.Message == "" || strings.ContainsAny(p.Message, "\n\r")) {
			t.Fatalf("%+v", p)
		}
		if p == nil && (len(r.texts) == 0 || !json.Valid(body)) {
			t.Fatalf("%q was read as %+v", body, r)
		}
	})
}

// TestRefusals: each shape has errors of its own.
func TestRefusals(t *testing.T) {
	server := httptest.NewServer(Handler{Model: "m"}.New())
	defer server.Close()
	answer, err := http.Post(server.URL+"/embed", "application/json", strings.NewReader(`{"inputs":"a","truncate":false}`))
	if err != nil || answer.StatusCode != 422 {
		t.Errorf("a server that cannot tell which texts are cut: %v, %v", answer, err)
	}
	for path, want := range map[string]string{"/embed": `{"error":"no texts`, "/v1/embeddings": `{"error":{"code":400,"message":"no texts`} {
		answer, err := http.Post(server.URL+path, "application/json", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != 400 || !strings.HasPrefix(string(text), want) {
			t.Errorf("%s: %d %s", path, answer.StatusCode, text)
		}
	}
}
