package workbench

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// rerankServer is what the client knows of a server.
type rerankServer struct {
	shape    RerankShape
	endpoint string // for POST
	model    string // sent along
	served   string // the model as the server names it: the same for all replicas
	identity string // for the fingerprint
	scale    ScoreScale
	batch    int // texts it takes at once, 0 when it does not say
}

// unfitError is why a server cannot be used although it answers, or what kept it from
// saying what it is.
type unfitError struct{ error }

func (e *unfitError) Unwrap() error { return e.error }

// errReplicas ends a call: scores of two models do not compare.
var errReplicas = errors.New("the replicas serve different models")

// meet returns what the client knows of a replica; if that is nothing, the replica is asked.
func (c *RerankClient) meet(ctx context.Context, r *replica) (*rerankServer, error) {
	c.mu.Lock()
	known := r.server
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	base := r.url.JoinPath() // a copy with a clean path
	for _, suffix := range []string{"/", "/rerank", "/v1", "/v2"} {
		base.Path = strings.TrimSuffix(base.Path, suffix)
	}
	s := &rerankServer{shape: c.Shape, model: c.Model, served: c.Model, identity: strings.TrimSpace(c.Model + " " + redacted(c.URL))}
	if err := c.describe(ctx, s, base); err != nil {
		return nil, &unfitError{err}
	}
	path := map[RerankShape]string{ShapeTEI: "/rerank", ShapeVLLM: "/v1/rerank", ShapeCohere: "/v2/rerank", ShapeJina: "/v1/rerank"}[s.shape]
	s.endpoint = base.JoinPath(path).String()
	if strings.HasSuffix(strings.TrimSuffix(r.url.Path, "/"), "/rerank") {
		s.endpoint = r.url.String()
	}
	if s.scale = c.Scores; s.scale == "" {
		s.scale = SigmoidScores
		if s.shape == ShapeTEI {
			s.scale = RawScores
		}
	}
	return s, c.agree(r, s)
}

// agree keeps what a replica said if it is what the first one said.
func (c *RerankClient) agree(r *replica, s *rerankServer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		c.server = s
	}
	if s.shape != c.server.shape || s.served != c.server.served {
		return fmt.Errorf("%w: %s serves %s %q, another %s %q", errReplicas, r, s.shape, s.served, c.server.shape, c.server.served)
	}
	r.server = s
	return nil
}

// describe tells the shapes apart: by name for the two services, else by which of TEI's and
// vLLM's own pages the server has.
func (c *RerankClient) describe(ctx context.Context, s *rerankServer, base *url.URL) error {
	host := base.Hostname()
	switch {
	case s.shape == ShapeCohere || s.shape == "" && strings.HasSuffix("."+host, ".cohere.com"):
		s.shape = ShapeCohere
		return nil
	case s.shape == ShapeJina || s.shape == "" && strings.HasSuffix("."+host, ".jina.ai"):
		s.shape = ShapeJina
		return nil
	case s.shape == ShapeTEI || s.shape == "":
		found, err := c.describeTEI(ctx, s, base)
		if err != nil || found || s.shape == ShapeTEI {
			return err
		}
	}
	if s.shape != "" && s.shape != ShapeVLLM || s.shape == ShapeVLLM && s.model != "" {
		return nil
	}
	found, err := c.describeVLLM(ctx, s, base)
	if err == nil && !found {
		err = fmt.Errorf("%s has neither /info as text-embeddings-inference nor /v1/models as vLLM: set Shape", redacted(base.String()))
	}
	return err
}

func (c *RerankClient) describeTEI(ctx context.Context, s *rerankServer, base *url.URL) (found bool, err error) {
	var info struct {
		Model string                     `json:"model_id"`
		SHA   string                     `json:"model_sha"`
		Type  map[string]json.RawMessage `json:"model_type"`
		Batch int                        `json:"max_client_batch_size"`
	}
	if found, err = c.page(ctx, base.JoinPath("info"), &info); !found || info.Model == "" {
		return false, err
	}
	if _, embeds := info.Type["embedding"]; embeds {
		return false, fmt.Errorf("%s serves %s, an embedding model; a reranker is needed", redacted(base.String()), info.Model)
	}
	s.shape, s.batch, s.served = ShapeTEI, info.Batch, strings.TrimSpace(info.Model+" "+info.SHA)
	s.identity = s.served
	return true, nil
}

func (c *RerankClient) describeVLLM(ctx context.Context, s *rerankServer, base *url.URL) (found bool, err error) {
	var models struct{ Data []struct{ ID string } }
	if found, err = c.page(ctx, base.JoinPath("v1/models"), &models); !found || len(models.Data) == 0 {
		return false, err
	}
	served := func(m struct{ ID string }) bool { return m.ID == s.model }
	if s.model != "" && !slices.ContainsFunc(models.Data, served) {
		return false, fmt.Errorf("%s does not serve model %q but %q", redacted(base.String()), s.model, models.Data[0].ID)
	}
	s.shape, s.model = ShapeVLLM, cmp.Or(s.model, models.Data[0].ID)
	s.served = s.model
	s.identity = s.model + " " + redacted(c.URL)
	return true, nil
}

// page gets a JSON page; found is false when the server has none there.
func (c *RerankClient) page(ctx context.Context, u *url.URL, v any) (found bool, err error) {
	body, err := c.try(ctx, http.MethodGet, u.String(), nil, c.Shape)
	switch statusOf(err) {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return false, nil
	}
	return err == nil && json.Unmarshal(body, v) == nil, err
}

// rerankRequest has the fields of all shapes; each request sets those of its own.
type rerankRequest struct {
	Model     string   `json:"model,omitempty"`
	Query     string   `json:"query"`
	Texts     []string `json:"texts,omitempty"`                  // TEI
	RawScores bool     `json:"raw_scores,omitempty"`             // TEI: no sigmoid
	Truncate  bool     `json:"truncate,omitempty"`               // TEI: cut long texts instead of refusing them
	Documents []string `json:"documents,omitempty"`              // the others
	TopN      int      `json:"top_n,omitempty"`                  // the others: all of them
	Return    *bool    `json:"return_documents,omitempty"`       // Jina: do not send the texts back
	MaxTokens int      `json:"truncate_prompt_tokens,omitempty"` // vLLM: -1 cuts to what the model reads
	Activate  *bool    `json:"use_activation,omitempty"`         // vLLM: no sigmoid
	Activated *bool    `json:"activation,omitempty"`             // the same in versions before 0.11
}

// request asks a replica for the scores of texts for one query, once.
func (c *RerankClient) request(ctx context.Context, at *replica, query string, texts []string) ([]float64, error) {
	s, err := c.meet(ctx, at)
	if err != nil {
		return nil, err
	}
	r := rerankRequest{Model: s.model, Query: query}
	switch s.shape {
	case ShapeTEI:
		r.Texts, r.RawScores, r.Truncate = texts, s.scale == RawScores, true
	case ShapeVLLM:
		r.Documents, r.TopN, r.MaxTokens = texts, len(texts), -1
		if s.scale == RawScores {
			r.Activate, r.Activated = new(bool), new(bool)
		}
	case ShapeJina:
		r.Documents, r.TopN, r.Return = texts, len(texts), new(bool)
	default:
		r.Documents, r.TopN = texts, len(texts)
	}
	body, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	answer, err := c.try(ctx, http.MethodPost, s.endpoint, body, s.shape)
	if err != nil {
		return nil, err
	}
	return s.parse(answer, len(texts))
}

// parse reads an answer: every index once, in any order.
func (s *rerankServer) parse(answer []byte, n int) ([]float64, error) {
	var results []struct {
		Index     *int
		Score     *float64
		Relevance *float64 `json:"relevance_score"`
	}
	var err error
	if s.shape == ShapeTEI {
		err = json.Unmarshal(answer, &results)
	} else {
		object := struct{ Results any }{&results}
		err = json.Unmarshal(answer, &object)
	}
	if err != nil {
		return nil, fmt.Errorf("the answer is not of shape %s (%w): %.60s", s.shape, err, bytes.ToValidUTF8(answer, nil))
	}
	scores, seen := make([]float64, n), make([]bool, n)
	for _, r := range results {
		score := cmp.Or(r.Score, r.Relevance)
		if r.Index == nil || score == nil || *r.Index < 0 || *r.Index >= n || seen[*r.Index] {
			return nil, errors.New("the answer has a result without score or with a wrong index")
		}
		scores[*r.Index], seen[*r.Index] = *score, true
	}
	if len(results) != n {
		return nil, fmt.Errorf("the answer has %d results for %d texts", len(results), n)
	}
	return scores, nil
}

// redacted hides a password in a URL.
func redacted(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(not a URL)"
	}
	return u.Redacted()
}
