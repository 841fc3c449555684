package rerank

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"axn/workbench/internal/jsonhttp"
)

// Handler serves Score over HTTP.
type Handler struct {
	Score       func(ctx context.Context, pairs [][2]string) ([]float64, error) // raw scores, one a pair
	Length      func(query, text string) (tokens, most int)                     // of a pair, and what is read of it; nil where nobody knows
	Model       string
	Fingerprint func() (string, error) // nil without one
	Patience    time.Duration          // for the body of a request; 0 is 30 s

	busy jsonhttp.Gate
	mux  *http.ServeMux
}

// New makes a Handler ready to serve.
func (h Handler) New() http.Handler {
	h.busy, h.mux = jsonhttp.NewGate(), http.NewServeMux()
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
		jsonhttp.Refuse(w, p)
		return
	}
	leave, p := h.busy.Enter(w)
	if p != nil {
		jsonhttp.Refuse(w, p)
		return
	}
	defer leave()
	ranks, p := h.rank(r, in)
	if p != nil {
		jsonhttp.Refuse(w, p)
		return
	}
	jsonhttp.Write(w, http.StatusOK, h.answer(r.URL.Path, in, ranks))
}

// read reads and checks a request.
func (h *Handler) read(w http.ResponseWriter, r *http.Request) (*request, *jsonhttp.Problem) {
	body, p := jsonhttp.Read(w, r, h.Patience, "a query and texts")
	if p != nil {
		return nil, p
	}
	return parseRequest(body)
}

// checkLengths refuses texts that would be cut.
func (h *Handler) checkLengths(in *request) *jsonhttp.Problem {
	if h.Length == nil {
		return jsonhttp.Invalid("truncate is false, but this server cannot tell which texts the model would cut: leave it out, or send true")
	}
	for i, text := range in.texts {
		if tokens, most := h.Length(in.query, text); tokens > most {
			return jsonhttp.Invalid("truncate is false: %s[%d] has %d tokens together with the query, and the model reads %d", in.key, i, tokens, most)
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
func (h *Handler) rank(r *http.Request, in *request) (ranks []rank, p *jsonhttp.Problem) {
	pairs := make([][2]string, len(in.texts))
	for i, text := range in.texts {
		pairs[i] = [2]string{in.query, text}
	}
	var scores []float64
	err := jsonhttp.Guard(r, func(ctx context.Context) (err error) {
		scores, err = h.Score(ctx, pairs)
		return err
	})
	if p := jsonhttp.Failed(err); p != nil {
		return nil, p
	}
	if len(scores) != len(pairs) {
		return nil, &jsonhttp.Problem{Status: http.StatusFailedDependency, Kind: "Backend", Message: fmt.Sprintf("the scorer gave %d scores for %d pairs", len(scores), len(pairs))}
	}
	for i, s := range scores {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return nil, &jsonhttp.Problem{Status: http.StatusFailedDependency, Kind: "Backend", Message: fmt.Sprintf("%s[%d]: score is %v", in.key, i, s)}
		}
		ranks = append(ranks, rank{i, s})
	}
	slices.SortStableFunc(ranks, func(a, b rank) int { return cmp.Compare(b.score, a.score) })
	return ranks[:in.results()], nil
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
			jsonhttp.Refuse(w, &jsonhttp.Problem{Status: http.StatusFailedDependency, Kind: "Backend", Message: err.Error()})
			return
		}
	}
	var length any
	if h.Length != nil {
		_, length = h.Length("", "")
	}
	jsonhttp.Write(w, http.StatusOK, map[string]any{
		"model_id":                h.Model,
		"model_sha":               fingerprint,
		"model_dtype":             "float32",
		"model_type":              map[string]any{"reranker": map[string]any{"id2label": map[string]string{"0": "LABEL_0"}, "label2id": map[string]int{"LABEL_0": 0}}},
		"max_client_batch_size":   jsonhttp.MaxTexts,
		"max_concurrent_requests": jsonhttp.MaxRequests,
		"max_input_length":        length,
		"max_batch_tokens":        nil, // no client needs what these would say of a server of another kind
		"max_batch_requests":      nil,
		"tokenization_workers":    nil,
		"docker_label":            nil,
		"sha":                     nil,
		"version":                 "axn",
	})
}
