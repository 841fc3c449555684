// Package embed is both ends of embedding texts over HTTP: a client that shares the texts of a call
// out among servers of one model, and a handler that serves a function in the shapes people ask for.
package embed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"axn/workbench/internal/remote"
)

// Shape names the HTTP shape a server speaks.
type Shape string

// The shapes: text-embeddings-inference's POST /embed, OpenAI's POST /v1/embeddings.
const (
	TEI    Shape = "tei"
	OpenAI Shape = "openai"
)

// paths is where each shape takes its requests.
var paths = map[Shape]string{TEI: "/embed", OpenAI: "/v1/embeddings"}

// Settings say which servers are asked, and how. The zero value of every field but URLs is the
// best setting known.
type Settings struct {
	URLs        []string // servers of one model
	Shape       Shape    // "" asks the servers
	Model       string   // sent along
	Dimension   int      // numbers of a vector that are asked for; 0 is all
	KeyEnv      string   // environment variable with the API key; "" is OPENAI_API_KEY for OpenAI's own host, EMBED_API_KEY for others
	Batch       int      // texts a request; 0 is what the server says it takes, or 32
	Concurrency int      // requests at a time and server; 0 is 4
	Tries       int      // of one request at each server; 0 is 6
	Backoff     time.Duration
	Timeout     time.Duration // of one try; 0 is a minute
	HTTP        *http.Client  // nil is one that keeps enough connections open
	Unusable    error         // wrapped by the error of a text whose vector cannot be used
}

// Client knows the servers. Any number of goroutines may use one at once.
type Client struct {
	Settings
	*remote.Client

	mu    sync.Mutex
	width int // of the first vector, 0 before it
}

// New checks the settings.
func New(s Settings) (*Client, error) {
	if _, ok := paths[s.Shape]; !ok && s.Shape != "" {
		return nil, fmt.Errorf("no shape %q: tei or openai", s.Shape)
	}
	if s.Dimension < 0 {
		return nil, fmt.Errorf("Dimension is %d", s.Dimension)
	}
	s.Unusable = cmp.Or(s.Unusable, errors.New("unusable vector"))
	c := &Client{Settings: s}
	var err error
	c.Client, err = remote.New(remote.Settings{URLs: s.URLs, Shape: string(s.Shape), Model: s.Model, Concurrency: s.Concurrency, Tries: s.Tries, Backoff: s.Backoff,
		Timeout: s.Timeout, HTTP: s.HTTP, Endings: []string{"/embed", "/embeddings"}, KeyEnv: s.keyName, Describe: c.describe})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Embed asks for the vector of each text. It returns one vector and one error a text; err is why
// no text could be asked for.
func (c *Client) Embed(ctx context.Context, texts []string, l remote.Listener) (vectors [][]float32, errs []error, err error) {
	s, err := c.Ask(ctx, l)
	if err != nil {
		return nil, nil, err
	}
	vectors, errs = make([][]float32, len(texts)), make([]error, len(texts))
	send := func(ctx context.Context, t remote.Turn, which []int) (any, error) {
		some := make([]string, len(which))
		for i, k := range which {
			some[i] = texts[k]
		}
		return c.request(ctx, t, some)
	}
	c.Run(ctx, jobs(texts, errs, cmp.Or(c.Batch, s.Batch, 32)), l, send, func(which []int, got any, err error) {
		for i, k := range which {
			if errs[k] = err; err == nil {
				vectors[k], errs[k] = c.usable(got.([]result)[i])
			}
		}
	})
	return vectors, errs, nil
}

// jobs are the indices of texts, at most batch to a job. A text that JSON cannot carry unchanged
// gets its error instead.
func jobs(texts []string, errs []error, batch int) (list [][]int) {
	for i, text := range texts {
		if !utf8.ValidString(text) {
			errs[i] = errors.New("the text is not valid UTF-8: convert it before embedding")
			continue
		}
		if n := len(list); n == 0 || len(list[n-1]) == batch {
			list = append(list, nil)
		}
		last := &list[len(list)-1]
		*last = append(*last, i)
	}
	return list
}

// usable wants vectors of one length.
func (c *Client) usable(r result) ([]float32, error) {
	if r.err != nil {
		return nil, r.err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.width == 0 {
		c.width = cmp.Or(c.Dimension, len(r.vector))
	}
	if len(r.vector) != c.width {
		return nil, fmt.Errorf("%w: it has %d numbers, and %d are wanted", c.Unusable, len(r.vector), c.width)
	}
	return r.vector, nil
}

// Identity names the servers' model, as they describe it.
func (c *Client) Identity(ctx context.Context) (string, error) {
	s, err := c.Ask(ctx, remote.Listener{})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %s %d", s.Shape, s.Identity, c.Dimension), nil
}

func (s *Settings) keyName(string) string {
	switch u, err := url.Parse(s.URLs[0]); {
	case s.KeyEnv != "":
		return s.KeyEnv
	case err == nil && ours(u):
		return "OPENAI_API_KEY"
	}
	return "EMBED_API_KEY"
}

// ours reports whether a URL is of OpenAI's own service.
func ours(u *url.URL) bool { return strings.HasSuffix("."+u.Hostname(), ".openai.com") }

// describe tells the shapes apart: by name for OpenAI's service, else by which of TEI's and
// OpenAI's own pages the server has.
func (c *Client) describe(ctx context.Context, t remote.Turn, s *remote.Server, base *url.URL) (path string, err error) {
	shape, err := c.tell(ctx, t, s, base)
	s.Shape = string(shape)
	return paths[shape], err
}

func (c *Client) tell(ctx context.Context, t remote.Turn, s *remote.Server, base *url.URL) (Shape, error) {
	shape := c.Settings.Shape
	switch {
	case ours(base) && c.Model == "":
		return OpenAI, fmt.Errorf("%s serves several models: set Model", remote.Redacted(base.String()))
	case (shape == OpenAI || ours(base)) && c.Model != "":
		return OpenAI, nil
	case shape == TEI || shape == "":
		kinds, found, err := t.DescribeInfo(ctx, s, base)
		if _, ranks := kinds["reranker"]; found && ranks {
			return TEI, fmt.Errorf("%s serves %s, a reranker; an embedding model is needed", remote.Redacted(base.String()), s.Served)
		}
		if err != nil || found || shape == TEI {
			return TEI, err
		}
	}
	found, err := t.DescribeModels(ctx, s, base)
	if err == nil && !found {
		err = fmt.Errorf("%s has neither /info as text-embeddings-inference nor /v1/models as OpenAI: set Shape and Model", remote.Redacted(base.String()))
	}
	return OpenAI, err
}
