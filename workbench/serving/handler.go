// Package serving answers searches over HTTP: an index, a cross-encoder and the texts of the
// items behind POST /search.
package serving

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"axn/workbench"
	"axn/workbench/internal/jsonhttp"
)

// Corpus is what searches stand on. It is swapped as a whole.
type Corpus struct {
	Retired func() // called once, when another has taken its place and its last search has ended, to close what it lies in; may be nil

	Index   *workbench.Index
	Dataset *workbench.Dataset   // the items that the index knows: ids and texts
	Encoder workbench.Embedder   // the dual encoder of the index's vectors; nil: requests must bring the vector
	Scorer  workbench.TextScorer // the cross-encoder
	Fast    workbench.TextScorer // scores the rounds, and Scorer the best of them again, as in a workbench.Cascade; nil leaves all to Scorer
}

// Options say what requests may ask for. The zero value of each field but Search.Budget is the
// best setting known.
type Options struct {
	// Search is how a search is made where its request does not say: Budget, K (0 is 10),
	// Rounds and the rest. Its Store, if there is one, holds the items.
	Search workbench.SearchOptions

	Again       int           // how many items of a search Corpus.Scorer scores again after Corpus.Fast; 0 is 2·K
	MaxBudget   int           // the most calls that a request may spend; 0 is ten times Search.Budget
	MaxSearches int           // under way at a time; more are answered 429; 0 is 256
	Blocks      int           // of searches that advance together, at a time; 0 is 2
	Timeout     time.Duration // of one search; 0 is a minute
	ReadTimeout time.Duration // within which a request must arrive; 0 is 30 s
	BatchCalls  int           // joint calls of the cross-encoder at a time; 0 is 2
	BatchPairs  int           // the most pairs of a joint call, more only if one search asks for more; 0 is 4,096
}

// Handler serves searches: POST /search, GET /healthz, /info and /metrics. SearchHandler makes it.
type Handler struct {
	options Options
	corpus  atomic.Pointer[shelf]
	places  chan struct{} // one for each search under way
	closing atomic.Bool
	metrics *metrics
	mux     *http.ServeMux
}

// SearchHandler returns a handler that searches a corpus.
//
// POST /search takes a JSON object: query, the text, which the cross-encoder reads; and, where
// they are to differ from the options, k, budget, rounds, vector (the dual encoder's vector of the
// query, so that it need not be made), only or without (ids of the items to search or to leave out), and
// stream. The answer has items, best first, each with id, text and score; calls, the
// cross-encoder calls spent; and seconds. With stream true it comes as server-sent events:
// round after each round with the best items so far, then result, or error. Of a corpus with a
// Fast cross-encoder, calls and the scores of rounds are Fast's; the items of the answer carry Scorer's
// scores, and exact_calls says how many it gave.
//
// Searches that come while others are under way begin together and advance in lockstep, where
// they ask alike for budget, k and rounds, have no filter and are not streamed; and all share the calls of the
// cross-encoder: while one is made, what further searches ask for is gathered for the next. A request that is wrong is
// answered 400, 413, 415 or 422 with what is wrong; one too many 429 with Retry-After; one that takes
// too long 504; one whose cross-encoder fails 502. A panic of encoder or cross-encoder is a 500.
//
// GET /healthz is 200 while searches are answered and 503 after Close; /info describes the
// corpus, and says in index_scores which scores its index was made from; /metrics has figures in the text format of Prometheus. There is neither encryption nor
// a password; put the handler behind what your network trusts. No request reaches a file.
func SearchHandler(c Corpus, o Options) (*Handler, error) {
	o.Search.K = cmp.Or(o.Search.K, 10)
	o.MaxBudget = cmp.Or(o.MaxBudget, 10*o.Search.Budget)
	o.MaxSearches = cmp.Or(o.MaxSearches, 256)
	o.Timeout, o.ReadTimeout = cmp.Or(o.Timeout, time.Minute), cmp.Or(o.ReadTimeout, 30*time.Second)
	o.Blocks, o.BatchCalls, o.BatchPairs = cmp.Or(o.Blocks, 2), cmp.Or(o.BatchCalls, 2), cmp.Or(o.BatchPairs, 4096)
	switch {
	case o.Search.Budget <= 0:
		return nil, fmt.Errorf("serving: %w", workbench.ErrBudget)
	case o.MaxBudget < o.Search.Budget, o.Again < 0, o.MaxSearches < 0, o.Timeout < 0, o.ReadTimeout < 0, o.Blocks < 0, o.BatchCalls < 0, o.BatchPairs < 0:
		return nil, fmt.Errorf("serving: a limit is negative, or MaxBudget %d below the budget of %d", o.MaxBudget, o.Search.Budget)
	}
	h := &Handler{options: o, places: make(chan struct{}, o.MaxSearches), metrics: newMetrics(), mux: http.NewServeMux()}
	if err := h.Swap(c); err != nil {
		return nil, err
	}
	h.mux.HandleFunc("/search", h.search)
	h.mux.HandleFunc("GET /healthz", h.health)
	h.mux.HandleFunc("GET /info", h.info)
	h.mux.Handle("GET /metrics", h.metrics.handler())
	return h, nil
}

// Swap puts another corpus in the place of the one that is served. Searches under way go on
// with theirs, which is Retired after the last of them; those that come after it see the new one. On
// an error, which says what does not fit together, the old one stays.
func (h *Handler) Swap(c Corpus) error {
	if err := c.check(h.options.Search); err != nil {
		return fmt.Errorf("serving: %w", err)
	}
	s, err := newShelf(c, h.options, h.metrics)
	if err != nil {
		return fmt.Errorf("serving: %w", err)
	}
	old := h.corpus.Swap(s)
	h.metrics.items.Set(float64(len(c.Dataset.Items)))
	if old != nil {
		old.retire()
	}
	return nil
}

// enter returns the corpus that is served, for one who will leave it.
func (h *Handler) enter() *shelf {
	for {
		if s := h.corpus.Load(); s.enter() {
			return s
		}
	}
}

func (c Corpus) check(o workbench.SearchOptions) error {
	switch {
	case c.Index == nil:
		return errors.New("there is no index")
	case c.Dataset == nil:
		return errors.New("there is no data set with the items' texts")
	case c.Scorer == nil:
		return errors.New("there is no cross-encoder to score items")
	}
	known := c.Index.Features.Rows
	if o.Store != nil {
		known, _ = o.Store.Size()
	}
	if known != len(c.Dataset.Items) {
		return fmt.Errorf("the index knows %d items, and the data set has %d", known, len(c.Dataset.Items))
	}
	for row, it := range c.Dataset.Items {
		if it.Text == "" {
			return fmt.Errorf("item %d (%s) has no text, which the cross-encoder reads: texts.jsonl in the data set's folder gives texts, or WordNet.FillTexts (the flag -wordnet of serve)", row, it.ID)
		}
	}
	switch {
	case o.First != nil:
		return errors.New("Search.First knows the queries of the data set alone: leave it nil")
	case o.Learn > 0:
		return errors.New("Search.Learn has an answer depend on what others ask: leave it 0")
	}
	own, err := c.Index.For(workbench.NewMatrix(1, c.Index.DE.Items.Cols))
	if err == nil { // a search of no query looks at all options
		_, err = own.SearchAll(context.Background(), workbench.NewScorer(workbench.TextScorerFunc(c.Scorer.Predict), c.Dataset), nil, o)
	}
	return err
}

// Close has /healthz answer 503 from now on, so that no further requests are sent here. Those
// that come are still answered: shut the server down after a while.
func (h *Handler) Close() { h.closing.Store(true) }

// ServeHTTP answers a request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

func (h *Handler) health(w http.ResponseWriter, _ *http.Request) {
	if h.closing.Load() {
		http.Error(w, "closing", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

func (h *Handler) info(w http.ResponseWriter, _ *http.Request) {
	s := h.enter()
	defer s.leave()
	jsonhttp.Write(w, http.StatusOK, map[string]any{
		"index": s.Index.String(), "dataset": s.Dataset.Name, "items": len(s.Dataset.Items), "index_scores": scoresOf(s.Index.Fingerprint),
		"k": h.options.Search.K, "budget": h.options.Search.Budget, "max_budget": h.options.MaxBudget, "encodes": s.Encoder != nil,
		"precision": precision(s.Scorer), "fast": s.Fast != nil, "fast_precision": precision(s.Fast),
	})
}

// scoresOf says which scores an index was made from.
func scoresOf(fingerprint string) string {
	if fingerprint == "" {
		return "none, or of a cross-encoder that does not say which it is"
	}
	if table, ok := strings.CutPrefix(fingerprint, "table "); ok {
		return "a table of scores, queries×items and checksum " + table + ", which does not say whose they are"
	}
	return "of the cross-encoder " + fingerprint
}

// precision is what a cross-encoder computes in, "" where it does not say.
func precision(ts workbench.TextScorer) string {
	if c, ok := ts.(interface {
		Precision() workbench.PrecisionReport
	}); ok {
		return c.Precision().Precision
	}
	return ""
}
