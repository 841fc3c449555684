package serving

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"axn/workbench/internal/jsonhttp"
)

// item is one item of an answer.
type item struct {
	ID    string  `json:"id"`
	Text  string  `json:"text"`
	Score float64 `json:"score"`
}

// answer is what a search found, after all rounds or after one.
type answer struct {
	Items      []item  `json:"items"`
	Calls      int     `json:"calls"`
	ExactCalls int     `json:"exact_calls,omitempty"` // of a Cascade's Exact
	Rounds     int     `json:"rounds"`
	Seconds    float64 `json:"seconds"`
}

// search answers POST /search.
func (h *Handler) search(w http.ResponseWriter, r *http.Request) {
	in, err := h.read(w, r)
	if err != nil {
		w.Header().Set("Connection", "close")
		h.fail(w, r, nil, err)
		return
	}
	s := h.enter()
	defer s.leave()
	o, err := h.searchOf(in, s)
	if err != nil {
		h.fail(w, r, nil, err)
		return
	}
	select {
	case h.places <- struct{}{}:
		defer func() { <-h.places }()
	default:
		w.Header().Set("Retry-After", "1")
		h.fail(w, r, nil, refused(http.StatusTooManyRequests, "%d searches are under way", h.options.MaxSearches))
		return
	}
	h.metrics.searches.Inc()
	defer h.metrics.searches.Dec()
	ctx, cancel := context.WithTimeout(r.Context(), h.options.Timeout)
	defer cancel()
	begin, of := time.Now(), &search{request: in, options: o}
	var events *events
	if in.Stream {
		events = newEvents(w)
		of.each = func(rows []int, scores []float64, calls, round int) {
			events.send("round", s.answer(rows, scores, calls, round, begin))
		}
	}
	if err := s.find(ctx, of); err != nil {
		h.fail(w, r, events, err)
		return
	}
	a := s.answer(of.result.Items, of.result.Scores, of.result.Calls, len(of.result.Rounds), begin)
	a.ExactCalls = of.result.ExactCalls
	h.metrics.seconds.Observe(a.Seconds)
	h.metrics.answered(http.StatusOK)
	if events != nil {
		events.send("result", a)
		return
	}
	jsonhttp.Write(w, http.StatusOK, a)
}

// fail answers with what is wrong.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, events *events, err error) {
	code := http.StatusBadGateway
	p, ours := errors.AsType[*problem](err)
	broken, panicked := errors.AsType[*panicError](err)
	switch {
	case ours:
		code = p.code
	case panicked:
		code = http.StatusInternalServerError
		jsonhttp.LogPanic(r, broken, broken.stack)
	case errors.Is(err, context.DeadlineExceeded):
		code = http.StatusGatewayTimeout
		err = fmt.Errorf("the search took longer than %v", h.options.Timeout)
	case errors.Is(err, context.Canceled):
		code = 499 // the client has gone; nobody reads it but the metrics
	}
	h.metrics.answered(code)
	if events != nil {
		events.send("error", map[string]any{"error": err.Error(), "status": code})
		return
	}
	jsonhttp.Write(w, code, map[string]string{"error": err.Error()})
}
