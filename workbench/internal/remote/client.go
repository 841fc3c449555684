// Package remote asks servers of one model over HTTP: a call's texts are shared out among them in
// requests, which are repeated, divided, sent elsewhere or given up as the answers demand. What is
// asked and how an answer is read is the caller's.
package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Settings say which servers are asked, and how. The zero value of a field that has a default is
// the best setting known.
type Settings struct {
	URLs        []string // servers of one model
	Shape       string   // of requests, as Describe has it; "" asks the servers
	Model       string   // sent along
	Concurrency int      // requests at a time and server; 0 is 4
	Tries       int      // of one request at each server; 0 is 6
	Backoff     time.Duration
	Timeout     time.Duration // of one try; 0 is a minute
	HTTP        *http.Client  // nil is one that keeps enough connections open

	Endings  []string                                                                    // ends of a URL that name an endpoint and not the server, such as /rerank
	KeyEnv   func(shape string) string                                                   // the environment variable with the API key
	Describe func(ctx context.Context, t Turn, s *Server, base *url.URL) (string, error) // completes s, which begins as what the settings say, and returns the path of the endpoint
}

// Server is what is known of a server.
type Server struct {
	Shape    string
	Endpoint string // for POST
	Model    string // sent along
	Served   string // the model as the server names it: the same for all replicas
	Identity string // for a fingerprint
	Batch    int    // texts it takes at once, 0 when it does not say
}

// The pauses between two tries: Backoff's default, the longest of our own, the longest that a
// server may ask for.
const (
	firstBackoff  = 250 * time.Millisecond
	maxBackoff    = 30 * time.Second
	maxRetryAfter = 2 * time.Minute
)

// ErrReplicas ends a call: what two models say does not compare.
var ErrReplicas = errors.New("the replicas serve different models")

// Client knows the servers. Any number of goroutines may use one at once.
type Client struct {
	Settings

	mu       sync.Mutex
	replicas []*replica
	server   *Server       // the first that described itself
	usual    time.Duration // a text takes, a running mean
	limit    int           // texts that a request may have, learnt from refusals; 0 is no limit known
	most     int           // texts in the largest request answered
}

// Listener follows a call. Both functions may be nil, and are called from several goroutines.
type Listener struct {
	Done func(texts int)   // so many more texts have a result or an error
	Note func(text string) // one line about a server, once for each server and reason
}

// New checks the URLs.
func New(s Settings) (*Client, error) {
	c := &Client{Settings: s}
	for _, raw := range s.URLs {
		u, err := url.Parse(raw)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, fmt.Errorf("%q is not the URL of a server, such as http://localhost:8080", Redacted(raw))
		}
		c.replicas = append(c.replicas, &replica{url: u})
	}
	if len(c.replicas) == 0 {
		return nil, errors.New("no URL of a server")
	}
	return c, nil
}

// meet returns what the client knows of a replica; if that is nothing, the replica is asked.
func (d *dispatch) meet(ctx context.Context, r *replica) (*Server, error) {
	d.mu.Lock()
	known := r.server
	d.mu.Unlock()
	if known != nil {
		return known, nil
	}
	base := r.url.JoinPath() // a copy with a clean path
	for _, suffix := range append(append([]string{"/"}, d.Endings...), "/v1", "/v2") {
		base.Path = strings.TrimSuffix(base.Path, suffix)
	}
	s := &Server{Shape: d.Shape, Model: d.Model, Served: d.Model, Identity: strings.TrimSpace(d.Model + " " + Redacted(d.URLs[0]))}
	path, err := d.Describe(ctx, Turn{d, r}, s, base)
	if err != nil {
		return nil, Unfit(err)
	}
	s.Endpoint = base.JoinPath(path).String()
	for _, ending := range d.Endings {
		if strings.HasSuffix(strings.TrimSuffix(r.url.Path, "/"), ending) {
			s.Endpoint = r.url.String()
		}
	}
	return s, d.agree(r, s)
}

// agree keeps what a replica said if it is what the first one said.
func (c *Client) agree(r *replica, s *Server) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		c.server = s
	}
	if s.Shape != c.server.Shape || s.Served != c.server.Served {
		return fmt.Errorf("%w: %s serves %s %q, another %s %q", ErrReplicas, r, s.Shape, s.Served, c.server.Shape, c.server.Served)
	}
	r.server = s
	return nil
}

// Redacted hides a password in a URL.
func Redacted(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(not a URL)"
	}
	return u.Redacted()
}

// OneLine is a text in one line of at most 200 characters.
func OneLine(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\ufffd")), " ")
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:199]) + "…"
	}
	return text
}
