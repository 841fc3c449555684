package rerank

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/url"
	"strings"

	"axn/workbench/internal/remote"
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

// scale is that of a server's scores.
func (c *Client) scale(s *remote.Server) Scale {
	if c.Scale == "" && Shape(s.Shape) == TEI {
		return Raw
	}
	return cmp.Or(c.Scale, Sigmoid)
}

func (s *Settings) keyName(shape string) string {
	switch {
	case s.KeyEnv != "":
		return s.KeyEnv
	case Shape(shape) == Cohere:
		return "COHERE_API_KEY"
	case Shape(shape) == Jina:
		return "JINA_API_KEY"
	}
	return "RERANK_API_KEY"
}

// describe tells the shapes apart: by name for the two services, else by which of TEI's and
// vLLM's own pages the server has.
func (c *Client) describe(ctx context.Context, t remote.Turn, s *remote.Server, base *url.URL) (path string, err error) {
	shape, err := c.tell(ctx, t, s, base)
	s.Shape = string(shape)
	return paths[shape], err
}

func (c *Client) tell(ctx context.Context, t remote.Turn, s *remote.Server, base *url.URL) (Shape, error) {
	shape, host := c.Settings.Shape, "."+base.Hostname()
	switch {
	case shape == Cohere || shape == "" && strings.HasSuffix(host, ".cohere.com"):
		return Cohere, nil
	case shape == Jina || shape == "" && strings.HasSuffix(host, ".jina.ai"):
		return Jina, nil
	case shape == TEI || shape == "":
		found, err := describeTEI(ctx, t, s, base)
		if err != nil || found || shape == TEI {
			return TEI, err
		}
	}
	if shape == VLLM && s.Model != "" {
		return VLLM, nil
	}
	found, err := t.DescribeModels(ctx, s, base)
	if err == nil && !found {
		err = fmt.Errorf("%s has neither /info as text-embeddings-inference nor /v1/models as vLLM: set Shape", remote.Redacted(base.String()))
	}
	return VLLM, err
}

func describeTEI(ctx context.Context, t remote.Turn, s *remote.Server, base *url.URL) (found bool, err error) {
	info, found, err := t.DescribeInfo(ctx, s, base)
	if _, embeds := info["embedding"]; found && embeds {
		return false, fmt.Errorf("%s serves %s, an embedding model; a reranker is needed", remote.Redacted(base.String()), s.Served)
	}
	return found, err
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

// request asks a server for the scores of texts for one query, once.
func (c *Client) request(ctx context.Context, t remote.Turn, query string, texts []string) ([]result, error) {
	s, err := t.Server(ctx)
	if err != nil {
		return nil, err
	}
	scale := c.scale(s)
	r := wire{Model: s.Model, Query: query}
	switch Shape(s.Shape) {
	case TEI:
		r.Texts, r.RawScores, r.Truncate = texts, scale == Raw, true
	case VLLM:
		r.Documents, r.TopN, r.MaxTokens = texts, len(texts), -1
		if scale == Raw {
			r.Activate, r.Activated = new(bool), new(bool)
		}
	case Jina:
		r.Documents, r.TopN, r.Return = texts, len(texts), new(bool)
	default:
		r.Documents, r.TopN = texts, len(texts)
	}
	answer, err := t.Post(ctx, s, r)
	if err != nil {
		return nil, err
	}
	got, err := parse(answer, len(texts))
	if err != nil {
		return nil, t.Said(err)
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
