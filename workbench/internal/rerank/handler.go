package rerank

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"mime"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"axn/workbench/internal/remote"
)

// Limits of a Handler.
const (
	MaxTexts    = 1024     // in a request
	MaxBody     = 32 << 20 // bytes of a request
	MaxRequests = 64       // scored at a time; more are told to come back
)

// Handler serves Score over HTTP.
type Handler struct {
	Score       func(ctx context.Context, pairs [][2]string) ([]float64, error) // raw scores, one a pair
	Length      func(query, text string) (tokens, most int)                     // of a pair, and what is read of it; nil where nobody knows
	Model       string
	Fingerprint func() (string, error) // nil without one
	Patience    time.Duration          // for the body of a request; 0 is 30 s

	busy chan struct{} // one for each request being scored
	mux  *http.ServeMux
}

// New makes a Handler ready to serve.
func (h Handler) New() http.Handler {
	h.busy, h.mux = make(chan struct{}, MaxRequests), http.NewServeMux()
	for _, path := range []string{"/rerank", "/v1/rerank", "/v2/rerank", "/v1/ranking"} {
		h.mux.HandleFunc(path, h.rerank)
	}
	h.mux.HandleFunc("GET /info", h.info)
	h.mux.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	return h.mux
}

// rerank answers a request. It takes a place among those being scored only when the body is read.
func (h *Handler) rerank(w http.ResponseWriter, r *http.Request) {
	in, p := h.read(w, r)
	if p == nil && in.whole {
		p = h.checkLengths(in)
	}
	if p != nil {
		refuse(w, p)
		return
	}
	select {
	case h.busy <- struct{}{}:
		defer func() { <-h.busy }()
	default:
		w.Header().Set("Retry-After", "1")
		refuse(w, &problem{http.StatusTooManyRequests, "Overloaded", fmt.Sprintf("%d requests are under way", MaxRequests)})
		return
	}
	ranks, p := h.rank(r, in)
	if p != nil {
		refuse(w, p)
		return
	}
	writeJSON(w, http.StatusOK, h.answer(r.URL.Path, in, ranks))
}

// read reads and checks a request.
func (h *Handler) read(w http.ResponseWriter, r *http.Request) (*request, *problem) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, &problem{http.StatusMethodNotAllowed, "Validation", r.Method + " is not answered here: POST a query and texts as JSON"}
	}
	if p := checkHeader(r.Header); p != nil {
		return nil, p
	}
	control := http.NewResponseController(w)
	control.SetReadDeadline(time.Now().Add(cmp.Or(h.Patience, 30*time.Second))) // a test's recorder has none
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err != nil {
		w.Header().Set("Connection", "close")
	} else {
		control.SetReadDeadline(time.Time{})
	}
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge:
		return nil, &problem{http.StatusRequestEntityTooLarge, "Validation", fmt.Sprintf("the request is larger than %d bytes", MaxBody)}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &problem{http.StatusRequestTimeout, "Validation", "the request did not arrive in time"}
	case err != nil:
		return nil, &problem{http.StatusBadRequest, "Validation", "the request broke off: " + err.Error()}
	}
	return parseRequest(body)
}

// checkHeader wants JSON in UTF-8. What curl -d says of itself, and nothing, pass for it.
func checkHeader(h http.Header) *problem {
	if encoding := h.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return &problem{http.StatusUnsupportedMediaType, "Validation", "Content-Encoding " + remote.OneLine(encoding) + ": send the request uncompressed"}
	}
	given := h.Get("Content-Type")
	if given == "" {
		return nil
	}
	kind, parameters, err := mime.ParseMediaType(given)
	switch charset := parameters["charset"]; {
	case err != nil, charset != "" && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "utf8"):
	case kind == "application/json", kind == "text/json", kind == "text/plain", kind == "application/x-www-form-urlencoded", strings.HasSuffix(kind, "+json"):
		return nil
	}
	return &problem{http.StatusUnsupportedMediaType, "Validation", "Content-Type " + remote.OneLine(given) + ": send application/json in UTF-8"}
}

// checkLengths refuses texts that would be cut.
func (h *Handler) checkLengths(in *request) *problem {
	if h.Length == nil {
		return invalid("truncate is false, but this server cannot tell which texts the model would cut: leave it out, or send true")
	}
	for i, text := range in.texts {
		if tokens, most := h.Length(in.query, text); tokens > most {
			return invalid("truncate is false: %s[%d] has %d tokens together with the query, and the model reads %d", in.key, i, tokens, most)
		}
	}
	return nil
}

// rank is a text's place in the request and its score.
type rank struct {
	index int
	score float64
}

// rank scores the texts and orders them by raw score, ties by index.
func (h *Handler) rank(r *http.Request, in *request) (ranks []rank, p *problem) {
	pairs := make([][2]string, len(in.texts))
	for i, text := range in.texts {
		pairs[i] = [2]string{in.query, text}
	}
	scores, err := h.score(r, pairs)
	broken, panicked := errors.AsType[*panicError](err)
	switch {
	case panicked:
		return nil, &problem{http.StatusInternalServerError, "Backend", broken.Error()}
	case err != nil:
		return nil, &problem{http.StatusFailedDependency, "Backend", err.Error()}
	case len(scores) != len(pairs):
		return nil, &problem{http.StatusFailedDependency, "Backend", fmt.Sprintf("the scorer gave %d scores for %d pairs", len(scores), len(pairs))}
	}
	for i, s := range scores {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return nil, &problem{http.StatusFailedDependency, "Backend", fmt.Sprintf("%s[%d]: score is %v", in.key, i, s)}
		}
		ranks = append(ranks, rank{i, s})
	}
	slices.SortStableFunc(ranks, func(a, b rank) int { return cmp.Compare(b.score, a.score) })
	return ranks[:in.results()], nil
}

// panicError is what a scorer panicked with.
type panicError struct{ value any }

func (e *panicError) Error() string { return fmt.Sprintf("the scorer panicked: %v", e.value) }

// score calls the scorer. A panic is logged where the server logs, and is an error.
func (h *Handler) score(r *http.Request, pairs [][2]string) (scores []float64, err error) {
	defer func() {
		value := recover()
		if value == nil {
			return
		}
		print := log.Printf
		if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && server.ErrorLog != nil {
			print = server.ErrorLog.Printf
		}
		err = &panicError{value}
		print("rerank: %s %s from %s: %v\n%s", r.Method, r.URL.Path, r.RemoteAddr, err, debug.Stack())
	}()
	return h.Score(r.Context(), pairs)
}

// answer puts ranks into the shape that was asked in: /v1/ranking is NVIDIA's, /v1 and /v2 are
// Cohere's, Jina's and vLLM's, and so is /rerank with documents or passages; /rerank with texts is
// text-embeddings-inference's.
func (h *Handler) answer(path string, in *request, ranks []rank) any {
	list := make([]map[string]any, len(ranks))
	key := "relevance_score"
	bare := path == "/rerank" && in.key == "texts"
	switch {
	case path == "/v1/ranking":
		key, in.raw = "logit", true
	case bare:
		key = "score"
	}
	for i, r := range ranks {
		if !in.raw {
			r.score = sigmoid(r.score)
		}
		list[i] = map[string]any{"index": r.index, key: r.score}
		switch {
		case !in.withTexts:
		case bare:
			list[i]["text"] = in.texts[r.index]
		default:
			list[i]["document"] = map[string]string{"text": in.texts[r.index]}
		}
	}
	switch {
	case path == "/v1/ranking":
		return map[string]any{"rankings": list}
	case bare:
		return list
	}
	version := "1"
	if strings.HasPrefix(path, "/v2/") {
		version = "2"
	}
	return map[string]any{"object": "list", "model": h.Model, "results": list, "meta": map[string]any{"api_version": map[string]string{"version": version}}}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// info says what a client wants to know; model_sha is the scorer's fingerprint.
func (h *Handler) info(w http.ResponseWriter, _ *http.Request) {
	fingerprint := ""
	if h.Fingerprint != nil {
		var err error
		if fingerprint, err = h.Fingerprint(); err != nil {
			refuse(w, &problem{http.StatusFailedDependency, "Backend", err.Error()})
			return
		}
	}
	var length any
	if h.Length != nil {
		_, length = h.Length("", "")
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"model_id":                h.Model,
		"model_sha":               fingerprint,
		"model_dtype":             "float32",
		"model_type":              map[string]any{"reranker": map[string]any{"id2label": map[string]string{"0": "LABEL_0"}, "label2id": map[string]int{"LABEL_0": 0}}},
		"max_client_batch_size":   MaxTexts,
		"max_concurrent_requests": MaxRequests,
		"max_input_length":        length,
		"max_batch_tokens":        nil, // no client needs what these would say of a server of another kind
		"max_batch_requests":      nil,
		"tokenization_workers":    nil,
		"docker_label":            nil,
		"sha":                     nil,
		"version":                 "axn",
	})
}

// refuse answers with an error, under the names that all shapes look for.
func refuse(w http.ResponseWriter, p *problem) {
	writeJSON(w, p.status, map[string]string{"error": p.message, "error_type": p.kind, "message": p.message})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) // it fails when the client is gone
}
