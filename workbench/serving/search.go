package serving

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math"
	"net/http"
	"runtime/debug"
	"slices"
	"sort"
	"time"

	"axn/workbench"
)

// item is one item of an answer.
type item struct {
	ID    string  `json:"id"`
	Text  string  `json:"text"`
	Score float64 `json:"score"`
}

// answer is what a search found, after all rounds or after one.
type answer struct {
	Items   []item  `json:"items"`
	Calls   int     `json:"calls"`
	Rounds  int     `json:"rounds"`
	Seconds float64 `json:"seconds"`
}

// search answers POST /search.
func (h *Handler) search(w http.ResponseWriter, r *http.Request) {
	in, err := h.read(w, r)
	if err != nil {
		w.Header().Set("Connection", "close")
		h.fail(w, r, nil, err)
		return
	}
	s := h.corpus.Load()
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
	var events *events
	if in.Stream {
		events = newEvents(w)
	}
	a, err := h.run(ctx, s, in, o, events)
	if err != nil {
		h.fail(w, r, events, err)
		return
	}
	h.metrics.seconds.Observe(a.Seconds)
	h.metrics.calls.Add(float64(a.Calls))
	h.metrics.answered(http.StatusOK)
	if events != nil {
		events.send("result", a)
		return
	}
	writeJSON(w, http.StatusOK, a)
}

// run makes the search; events, if there are any, get each round.
func (h *Handler) run(ctx context.Context, s *shelf, in *request, o workbench.SearchOptions, events *events) (a *answer, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{"the dual encoder or the search", value, debug.Stack()}
		}
	}()
	begin := time.Now()
	vector := &workbench.Matrix{Rows: 1, Cols: len(in.Vector), Data: in.Vector}
	if in.Vector == nil {
		if vector, err = s.embed(ctx, in.Query); err != nil {
			return nil, fmt.Errorf("encode the query: %w", err)
		}
	}
	ix, err := s.Index.For(vector)
	if err != nil {
		return nil, err
	}
	question := &workbench.Dataset{Name: s.Dataset.Name, Queries: []workbench.Query{{ID: "query", Text: in.Query, Gold: -1}}, Items: s.Dataset.Items}
	scorer := workbench.NewScorer(s.scorer, question)
	if events != nil {
		scorer = &telling{Scorer: scorer, each: func(found map[int]float64, round int) {
			events.send("round", s.answer(found, o.K, round, begin))
		}}
	}
	res, err := ix.Search(ctx, scorer, 0, o)
	if err != nil {
		return nil, err
	}
	found := make(map[int]float64, len(res.Items))
	for i, it := range res.Items {
		found[it] = res.Scores[i]
	}
	a = s.answer(found, o.K, len(res.Rounds), begin)
	a.Calls = res.Calls
	return a, nil
}

// answer ranks what was found.
func (s *shelf) answer(found map[int]float64, k, round int, begin time.Time) *answer {
	rows := make([]int, 0, len(found))
	for row := range found {
		rows = append(rows, row)
	}
	slices.Sort(rows)
	sort.SliceStable(rows, func(a, b int) bool { return found[rows[a]] > found[rows[b]] })
	a := &answer{Items: []item{}, Calls: len(found), Rounds: round, Seconds: time.Since(begin).Seconds()}
	for _, row := range rows[:min(k, len(rows))] {
		it := s.Dataset.Items[row]
		a.Items = append(a.Items, item{it.ID, it.Text, found[row]})
	}
	return a
}

// telling is a Scorer that tells what it has scored so far after each call, which is a round
// of a search of one query.
type telling struct {
	workbench.Scorer
	each  func(found map[int]float64, round int)
	found map[int]float64
	round int
}

// Score scores pairs and tells.
func (t *telling) Score(ctx context.Context, pairs []workbench.Pair) ([]float64, error) {
	scores, err := t.Scorer.Score(ctx, pairs)
	if err != nil {
		return scores, err
	}
	if t.found == nil {
		t.found = map[int]float64{}
	}
	for i, p := range pairs {
		if i < len(scores) && !math.IsNaN(scores[i]) {
			t.found[p.Item] = scores[i]
		}
	}
	t.round++
	t.each(t.found, t.round)
	return scores, nil
}

// Fingerprint is that of the scorer.
func (t *telling) Fingerprint() (string, error) {
	if f, ok := t.Scorer.(workbench.Fingerprinter); ok {
		return f.Fingerprint()
	}
	return "", nil
}

// events is an answer in pieces: server-sent events.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func newEvents(w http.ResponseWriter) *events {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	return &events{w, http.NewResponseController(w)}
}

// send writes an event at once. A reader that has gone ends the request's context.
func (e *events) send(name string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		data = []byte("{}")
	}
	fmt.Fprintf(e.w, "event: %s\ndata: %s\n\n", name, data)
	e.control.Flush()
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
		h.log(r, "%v\n%s", broken, broken.stack)
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
	writeJSON(w, code, map[string]string{"error": err.Error()})
}

// log writes a line where the server logs.
func (h *Handler) log(r *http.Request, format string, args ...any) {
	print := log.Printf
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && server.ErrorLog != nil {
		print = server.ErrorLog.Printf
	}
	print("serving: "+format, args...)
}

func writeJSON(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v)
}
