package rerank

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Shape names the HTTP shape a server speaks.
type Shape string

// The shapes: text-embeddings-inference, vLLM, Cohere, Jina.
const (
	TEI    Shape = "tei"
	VLLM   Shape = "vllm"
	Cohere Shape = "cohere"
	Jina   Shape = "jina"
)

// paths is where each shape takes its requests.
var paths = map[Shape]string{TEI: "/rerank", VLLM: "/v1/rerank", Cohere: "/v2/rerank", Jina: "/v1/rerank"}

// Scale says what a server's scores are.
type Scale string

// The scales: logits, and values between 0 and 1 that are turned back into logits.
const (
	Raw     Scale = "raw"
	Sigmoid Scale = "sigmoid"
)

// server is what the client knows of a server.
type server struct {
	shape    Shape
	endpoint string // for POST
	model    string // sent along
	served   string // the model as the server names it: the same for all replicas
	identity string // for the fingerprint
	scale    Scale
	batch    int // texts it takes at once, 0 when it does not say
}

// errReplicas ends a call: scores of two models do not compare.
var errReplicas = errors.New("the replicas serve different models")

// meet returns what the client knows of a replica; if that is nothing, the replica is asked.
func (d *dispatch) meet(ctx context.Context, r *replica) (*server, error) {
	d.mu.Lock()
	known := r.server
	d.mu.Unlock()
	if known != nil {
		return known, nil
	}
	base := r.url.JoinPath() // a copy with a clean path
	for _, suffix := range []string{"/", "/rerank", "/v1", "/v2"} {
		base.Path = strings.TrimSuffix(base.Path, suffix)
	}
	s := &server{shape: d.Shape, model: d.Model, served: d.Model, identity: strings.TrimSpace(d.Model + " " + Redacted(d.URLs[0]))}
	if err := d.describe(ctx, s, base); err != nil {
		return nil, &unfitError{err}
	}
	s.endpoint = base.JoinPath(paths[s.shape]).String()
	if strings.HasSuffix(strings.TrimSuffix(r.url.Path, "/"), "/rerank") {
		s.endpoint = r.url.String()
	}
	if s.scale = d.Scale; s.scale == "" {
		s.scale = Sigmoid
		if s.shape == TEI {
			s.scale = Raw
		}
	}
	return s, d.agree(r, s)
}

// agree keeps what a replica said if it is what the first one said.
func (c *Client) agree(r *replica, s *server) error {
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
func (d *dispatch) describe(ctx context.Context, s *server, base *url.URL) error {
	host := base.Hostname()
	switch {
	case s.shape == Cohere || s.shape == "" && strings.HasSuffix("."+host, ".cohere.com"):
		s.shape = Cohere
		return nil
	case s.shape == Jina || s.shape == "" && strings.HasSuffix("."+host, ".jina.ai"):
		s.shape = Jina
		return nil
	case s.shape == TEI || s.shape == "":
		found, err := d.describeTEI(ctx, s, base)
		if err != nil || found || s.shape == TEI {
			return err
		}
	}
	if s.shape == VLLM && s.model != "" {
		return nil
	}
	found, err := d.describeVLLM(ctx, s, base)
	if err == nil && !found {
		err = fmt.Errorf("%s has neither /info as text-embeddings-inference nor /v1/models as vLLM: set Shape", Redacted(base.String()))
	}
	return err
}

func (d *dispatch) describeTEI(ctx context.Context, s *server, base *url.URL) (found bool, err error) {
	var info struct {
		Model string                     `json:"model_id"`
		SHA   string                     `json:"model_sha"`
		Type  map[string]json.RawMessage `json:"model_type"`
		Batch int                        `json:"max_client_batch_size"`
	}
	if found, err = d.page(ctx, base.JoinPath("info"), &info); !found || info.Model == "" {
		return false, err
	}
	if _, embeds := info.Type["embedding"]; embeds {
		return false, fmt.Errorf("%s serves %s, an embedding model; a reranker is needed", Redacted(base.String()), info.Model)
	}
	s.shape, s.batch, s.served = TEI, max(info.Batch, 0), strings.TrimSpace(info.Model+" "+info.SHA)
	s.identity = s.served
	return true, nil
}

func (d *dispatch) describeVLLM(ctx context.Context, s *server, base *url.URL) (found bool, err error) {
	var models struct{ Data []struct{ ID string } }
	if found, err = d.page(ctx, base.JoinPath("v1/models"), &models); !found || len(models.Data) == 0 {
		return false, err
	}
	served := func(m struct{ ID string }) bool { return m.ID == s.model }
	if s.model != "" && !slices.ContainsFunc(models.Data, served) {
		return false, fmt.Errorf("%s does not serve model %q but %q", Redacted(base.String()), s.model, models.Data[0].ID)
	}
	s.shape, s.model = VLLM, cmp.Or(s.model, models.Data[0].ID)
	s.served = s.model
	s.identity = s.model + " " + Redacted(d.URLs[0])
	return true, nil
}

// page gets a JSON page; found is false when the server has none there.
func (d *dispatch) page(ctx context.Context, u *url.URL, v any) (found bool, err error) {
	body, err := d.try(ctx, http.MethodGet, u.String(), nil, d.Shape)
	switch statusOf(err) {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return false, nil
	}
	return err == nil && json.Unmarshal(body, v) == nil, err
}

// wire has the fields of all shapes; each request sets those of its own.
type wire struct {
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
func (d *dispatch) request(ctx context.Context, at *replica, query string, texts []string) ([]result, error) {
	s, err := d.meet(ctx, at)
	if err != nil {
		return nil, err
	}
	r := wire{Model: s.model, Query: query}
	switch s.shape {
	case TEI:
		r.Texts, r.RawScores, r.Truncate = texts, s.scale == Raw, true
	case VLLM:
		r.Documents, r.TopN, r.MaxTokens = texts, len(texts), -1
		if s.scale == Raw {
			r.Activate, r.Activated = new(bool), new(bool)
		}
	case Jina:
		r.Documents, r.TopN, r.Return = texts, len(texts), new(bool)
	default:
		r.Documents, r.TopN = texts, len(texts)
	}
	body, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	answer, err := d.try(ctx, http.MethodPost, s.endpoint, body, s.shape)
	if err != nil {
		return nil, err
	}
	got, err := parse(answer, len(texts))
	if err != nil {
		return nil, at.said(err)
	}
	return got, nil
}

// logit is the raw score of a text.
func (c *Client) logit(scale Scale, r result) (float64, error) {
	switch {
	case r.err != nil:
		return 0, r.err
	case math.IsNaN(r.score) || math.IsInf(r.score, 0):
		return 0, fmt.Errorf("%w: %v", c.Unusable, r.score)
	case scale == Raw:
		return r.score, nil
	case r.score < 0 || r.score > 1:
		return 0, fmt.Errorf("%w: %v did not come from a sigmoid; set Scores to RawScores", c.Unusable, r.score)
	}
	p := min(max(r.score, math.SmallestNonzeroFloat32), 1-0x1p-25) // nearest to 0 and 1 in float32
	return math.Log(p) - math.Log1p(-p), nil
}
