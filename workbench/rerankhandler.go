package workbench

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
)

// Limits of a RerankHandler.
const (
	maxRerankTexts    = 1024     // in a request
	maxRerankBody     = 32 << 20 // bytes of a request
	maxRerankRequests = 64       // at a time; more are told to come back
)

// RerankHandler serves a scorer in the HTTP shape of Hugging Face
// text-embeddings-inference: POST /rerank, GET /info, GET /health. A RerankClient
// on another machine then scores with this machine's model.
//
//	http.ListenAndServe(":8080", workbench.RerankHandler(ce))
//
// It has neither encryption nor a password; put it behind what your network trusts.
func RerankHandler(ts TextScorer) http.Handler {
	h := &rerankHandler{ts: ts, busy: make(chan struct{}, maxRerankRequests)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /rerank", h.rerank)
	mux.HandleFunc("GET /info", h.info)
	mux.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	return mux
}

type rerankHandler struct {
	ts   TextScorer
	busy chan struct{} // one for each request under way
}

// rerankResult is an entry of the answer, best first.
type rerankResult struct {
	Index int     `json:"index"`
	Score float64 `json:"score"`
	Text  *string `json:"text,omitempty"`
}

func (h *rerankHandler) rerank(w http.ResponseWriter, r *http.Request) {
	select {
	case h.busy <- struct{}{}:
		defer func() { <-h.busy }()
	default:
		w.Header().Set("Retry-After", "1")
		rerankError(w, http.StatusTooManyRequests, "Overloaded", fmt.Sprintf("%d requests are under way", maxRerankRequests))
		return
	}
	var in struct {
		Query      *string
		Texts      []string
		RawScores  bool `json:"raw_scores"`
		ReturnText bool `json:"return_text"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRerankBody)).Decode(&in)
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge:
		rerankError(w, http.StatusRequestEntityTooLarge, "Validation", fmt.Sprintf("the request is larger than %d bytes", maxRerankBody))
	case err != nil:
		rerankError(w, http.StatusUnprocessableEntity, "Validation", "the request is not the JSON it should be: "+err.Error())
	case in.Query == nil:
		rerankError(w, http.StatusUnprocessableEntity, "Validation", "no query")
	case len(in.Texts) == 0:
		rerankError(w, http.StatusBadRequest, "Empty", "no texts")
	case len(in.Texts) > maxRerankTexts:
		rerankError(w, http.StatusRequestEntityTooLarge, "Validation", fmt.Sprintf("batch size %d > maximum allowed batch size %d", len(in.Texts), maxRerankTexts))
	default:
		ranks, err := h.score(r, *in.Query, in.Texts)
		if err != nil {
			rerankError(w, http.StatusFailedDependency, "Backend", err.Error())
			return
		}
		for i := range ranks {
			if !in.RawScores {
				ranks[i].Score = 1 / (1 + math.Exp(-ranks[i].Score))
			}
			if in.ReturnText {
				ranks[i].Text = &in.Texts[ranks[i].Index]
			}
		}
		writeJSON(w, http.StatusOK, ranks)
	}
}

// score ranks texts by raw score, ties by index.
func (h *rerankHandler) score(r *http.Request, query string, texts []string) ([]rerankResult, error) {
	pairs := make([][2]string, len(texts))
	for i, text := range texts {
		pairs[i] = [2]string{query, text}
	}
	scores, err := h.ts.Predict(r.Context(), pairs)
	if err == nil && len(scores) != len(pairs) {
		err = fmt.Errorf("%w: %d scores for %d pairs", ErrScore, len(scores), len(pairs))
	}
	if err != nil {
		return nil, err
	}
	ranks := make([]rerankResult, len(scores))
	for i, s := range scores {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return nil, fmt.Errorf("%w: text %d: score is %v", ErrScore, i, s)
		}
		ranks[i] = rerankResult{Index: i, Score: s}
	}
	slices.SortStableFunc(ranks, func(a, b rerankResult) int { return cmp.Compare(b.Score, a.Score) })
	return ranks, nil
}

// info says what a client wants to know; model_sha is the scorer's fingerprint.
func (h *rerankHandler) info(w http.ResponseWriter, _ *http.Request) {
	fingerprint := ""
	if f, ok := h.ts.(Fingerprinter); ok {
		var err error
		if fingerprint, err = f.Fingerprint(); err != nil {
			rerankError(w, http.StatusFailedDependency, "Backend", err.Error())
			return
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"model_id":                fmt.Sprintf("%T", h.ts),
		"model_sha":               fingerprint,
		"model_type":              map[string]any{"reranker": map[string]any{"id2label": map[string]string{"0": "LABEL_0"}}},
		"max_client_batch_size":   maxRerankTexts,
		"max_concurrent_requests": maxRerankRequests,
		"version":                 "axn",
	})
}

func rerankError(w http.ResponseWriter, status int, kind, message string) {
	writeJSON(w, status, map[string]string{"error": message, "error_type": kind})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) // it fails when the client is gone
}
