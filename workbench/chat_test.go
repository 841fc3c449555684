package workbench

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// llm is a server in OpenAI's shapes that answers yes with the probability that a cross-encoder
// gives, and counts the requests.
func llm(t *testing.T, asked *atomic.Int64) *httptest.Server {
	ce := openCE(t)
	answer := func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Model    string
			Prompt   string
			Messages []struct{ Role, Content string }
			Max      int             `json:"max_tokens"`
			Top      int             `json:"top_logprobs"`
			Logprobs json.RawMessage `json:"logprobs"`
			Template map[string]any  `json:"chat_template_kwargs"`
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Max != 1 || in.Model != "tiny" || in.Template["enable_thinking"] != false {
			t.Errorf("%v, %+v", err, in)
		}
		asked.Add(1)
		text := in.Prompt
		for _, m := range in.Messages {
			text = m.Content // the last
		}
		query, item, _ := strings.Cut(text, "\n")
		if strings.Contains(item, "too long") {
			http.Error(w, `{"error":{"message":"This model's maximum context length is 64 tokens","type":"invalid_request_error"}}`, 400)
			return
		}
		s, err := ce.Predict(t.Context(), [][2]string{{query, item}})
		if err != nil {
			t.Error(err)
		}
		yes, no := -math.Log1p(math.Exp(-s[0])), -math.Log1p(math.Exp(s[0]))
		half := math.Log(0.5)
		if strings.Contains(item, "poem") {
			yes, no = math.Inf(-1), math.Inf(-1)
		}
		top := map[string]float64{"Yes": yes + half, " yes": yes + half, "no": no, "Maybe": -30}
		var list []map[string]any
		for token, p := range top {
			if math.IsInf(p, -1) {
				delete(top, token)
				continue
			}
			list = append(list, map[string]any{"token": token, "logprob": p, "bytes": []byte(token)})
		}
		usage := map[string]int{"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
		if in.Prompt != "" {
			json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"logprobs": map[string]any{"top_logprobs": []any{top}}}}, "usage": usage})
			return
		}
		json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]string{"content": "Yes"},
			"logprobs": map[string]any{"content": []any{map[string]any{"token": list[0]["token"], "logprob": list[0]["logprob"], "top_logprobs": list}}}}}, "usage": usage})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", answer)
	mux.HandleFunc("POST /v1/completions", answer)
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"data":[{"id":"tiny"}]}`) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// TestChatScorer: log P(yes) - log P(no) of a server whose probabilities come from a logit is that
// logit, in both shapes; a bad pair costs itself, and a cache keeps what was paid for.
func TestChatScorer(t *testing.T) {
	ce := openCE(t)
	var asked atomic.Int64
	server := llm(t, &asked)
	pairs := [][2]string{{"she * invaded * it", "invade: occupy"}, {"she * invaded * it", "run: move fast"}, {"she {item} it", "a {query} b"}}
	want, err := ce.Predict(t.Context(), pairs)
	if err != nil {
		t.Fatal(err)
	}
	extra := map[string]any{"chat_template_kwargs": map[string]any{"enable_thinking": false}}
	for _, path := range []string{"", "/v1", "/v1/chat/completions", "/v1/completions"} {
		c := &ChatScorer{URL: server.URL + path, Prompt: "{query}\n{item}", Extra: extra}
		got, err := c.Predict(t.Context(), pairs)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-6 {
				t.Errorf("%s: pair %d: %g, want %g", path, i, got[i], want[i])
			}
		}
		if c.Tokens() != 30 {
			t.Errorf("%s: %d tokens", path, c.Tokens())
		}
	}
	c := &ChatScorer{URL: server.URL, Prompt: "{query}\n{item}", System: "You judge.", Extra: extra}
	path := filepath.Join(t.TempDir(), "scores")
	cache, err := Cached(c, path)
	if err != nil {
		t.Fatal(err)
	}
	defer cache.Close()
	asked.Store(0)
	bad := append(pairs[:3:3], [2]string{"q", "too long"}, [2]string{"q", "a poem"}, [2]string{"q", "\xff"})
	_, err = cache.Predict(t.Context(), bad)
	part, ok := errors.AsType[*PartialError](err)
	if !ok || len(part.Failed) != 3 || !errors.Is(part.Failed[1].Err, ErrScore) || !strings.Contains(part.Failed[0].Err.Error(), "maximum context length") ||
		!strings.Contains(part.Failed[1].Err.Error(), `neither yes nor no is among the likeliest first tokens, which are ["Maybe"]`) {
		t.Errorf("%v", err)
	}
	got, err := cache.Predict(t.Context(), pairs)
	if err != nil || math.Abs(got[0]-want[0]) > 1e-6 || asked.Load() != 5 {
		t.Errorf("%v after %d requests", err, asked.Load())
	}
	limited := &ChatScorer{URL: server.URL, Prompt: "{query}\n{item}", Extra: extra, TokenLimit: 25, Concurrency: 1}
	got, err = limited.Predict(t.Context(), append(pairs[:2:2], pairs...))
	if !errors.Is(err, ErrTokens) || math.IsNaN(got[0]) || limited.Tokens() > 30 || limited.Tokens() < 10 {
		t.Errorf("%v, %v after %d tokens", got, err, limited.Tokens())
	}
	one, _ := c.Fingerprint()
	c2 := &ChatScorer{URL: server.URL, Prompt: "{query} {item}", System: "You judge.", Extra: extra}
	if two, err := c2.Fingerprint(); err != nil || one == two {
		t.Errorf("%v: another prompt has the same fingerprint", err)
	}
}

// TestChatServers: what real servers answer instead, and settings that cannot be.
func TestChatServers(t *testing.T) {
	pair := [][2]string{{"q", "i"}}
	for answer, want := range map[string]string{
		`{"choices":[{"message":{"content":"yes"},"logprobs":null}]}`:                  "without log-probabilities",
		`{"choices":[{"logprobs":{"content":[]}}]}`:                                    "without log-probabilities",
		`{"choices":[{"logprobs":{"content":[{"token":"yes","logprob":0.5}]}}]}`:       `log-probability of "yes" is 0.5`,
		`{"choices":[{"logprobs":{"top_logprobs":[{"yes":-Infinity,"maybe":-0.1}]}}]}`: "neither yes nor no",
		`{"choices":[{"logprobs":{"top_logprobs":[{"yes":null,"no":NaN}]}}]}`:          "empty list of log-probabilities",
		`{"choices":[{"logprobs":{"top_logprobs":[null]}}]}`:                           "empty list of log-probabilities",
		`{"choices":[]}`: "no choices",
		`{"object":"error","message":"max_logprobs is 5","code":400}`: "max_logprobs is 5",
		`<html><title>Login</title>`:                                  "web page (Login)",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, answer) }))
		c := &ChatScorer{URL: server.URL, Model: "m", Prompt: "{query} {item}", Tries: 2, Backoff: time.Millisecond}
		if _, err := c.Predict(t.Context(), pair); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", answer, err)
		}
		server.Close()
	}
	// an answer that is not among the likeliest is bounded by the least of them
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"choices":[{"logprobs":{"content":[{"token":"▁Yes","logprob":-0.1,"top_logprobs":[{"token":"▁Yes","logprob":-0.1},{"token":"x","logprob":-5},{"token":"y","logprob":-9999}]}]}}]}`)
	}))
	defer server.Close()
	c := &ChatScorer{URL: server.URL, Model: "m", Prompt: "{query} {item}"}
	if got, err := c.Predict(t.Context(), pair); err != nil || got[0] != 99.9 || c.Tokens() < 1 {
		t.Errorf("%v, %v, %d tokens", got, err, c.Tokens())
	}
	possible := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"choices":[{"logprobs":{"top_logprobs":[{" yes":-Infinity,"no":-0.25,"x":-5}]}}]}`)
	}))
	defer possible.Close()
	c = &ChatScorer{URL: possible.URL + "/v1/completions", Model: "m", Prompt: "{query} {item}"}
	if got, err := c.Predict(t.Context(), pair); err != nil || got[0] != -4.75 { // yes is not possible, and so below x
		t.Errorf("%v, %v", got, err)
	}
	for want, c := range map[string]*ChatScorer{
		"Prompt must have {query} and {item}": {URL: server.URL, Prompt: "{query}"},
		"two different words":                 {URL: server.URL, Prompt: "{query}{item}", Yes: "No"},
		"put it into Prompt":                  {URL: server.URL + "/v1/completions", Prompt: "{query}{item}", System: "s"},
		`no shape "x"`:                        {URL: server.URL, Prompt: "{query}{item}", Shape: "x"},
		"is not the URL":                      {URL: "localhost", Prompt: "{query}{item}"},
	} {
		if _, err := c.Predict(t.Context(), pair); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
