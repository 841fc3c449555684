// Package rerank is both ends of reranking over HTTP: a client that shares the pairs of a call out
// among servers of one model, and a handler that serves a function in the shapes people ask for.
package rerank

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
)

// Settings say which servers are asked, and how. The zero value of every field but URLs is the
// best setting known.
type Settings struct {
	URLs        []string // servers of one model
	Shape       Shape    // "" asks the servers
	Model       string   // sent along
	Scale       Scale    // of the servers' scores; "" is what the shape has
	KeyEnv      string   // environment variable with the API key; "" is that of the shape
	Batch       int      // texts a request; 0 is what the server says it takes, or 32
	Concurrency int      // requests at a time and server; 0 is 4
	Tries       int      // of one request at each server; 0 is 6
	Backoff     time.Duration
	Timeout     time.Duration // of one try; 0 is a minute
	HTTP        *http.Client  // nil is one that keeps enough connections open
	Unusable    error         // wrapped by the error of a text whose score cannot be used
}

// The pauses between two tries: Backoff's default, the longest of our own, the longest that a
// server may ask for.
const (
	firstBackoff  = 250 * time.Millisecond
	maxBackoff    = 30 * time.Second
	maxRetryAfter = 2 * time.Minute
)

// Client knows the servers. Any number of goroutines may use one at once.
type Client struct {
	Settings

	mu       sync.Mutex
	replicas []*replica
	server   *server       // the first that described itself
	usual    time.Duration // a text takes, a running mean
	limit    int           // texts that a request may have, learnt from refusals; 0 is no limit known
	most     int           // texts in the largest request answered
}

// Listener follows a call. Both functions may be nil, and are called from several goroutines.
type Listener struct {
	Done func(pairs int)   // so many more pairs have a score or an error
	Note func(text string) // one line about a server, once for each server and reason
}

// New checks the settings.
func New(s Settings) (*Client, error) {
	if _, ok := paths[s.Shape]; !ok && s.Shape != "" {
		return nil, fmt.Errorf("no shape %q: tei, vllm, cohere or jina", s.Shape)
	}
	if s.Scale != "" && s.Scale != Raw && s.Scale != Sigmoid {
		return nil, fmt.Errorf("no score scale %q: raw or sigmoid", s.Scale)
	}
	s.Unusable = cmp.Or(s.Unusable, errors.New("unusable score"))
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

// Score asks for the raw score of each pair of query and text. It returns one score and one error
// a pair; err is why no pair could be asked for.
func (c *Client) Score(ctx context.Context, pairs [][2]string, l Listener) (scores []float64, errs []error, err error) {
	s, err := c.ask(ctx, l)
	if err != nil {
		return nil, nil, err
	}
	scores, errs = make([]float64, len(pairs)), make([]error, len(pairs))
	d := c.newDispatch(ctx, jobs(pairs, errs, cmp.Or(c.Batch, s.batch, 32)), l)
	d.send = func(ctx context.Context, r *replica, j *job) ([]result, error) {
		return d.request(ctx, r, pairs[j.pairs[0]][0], texts(pairs, j.pairs))
	}
	d.done = func(j *job, got []result, err error) {
		for i, k := range j.pairs {
			if errs[k] = err; err == nil {
				scores[k], errs[k] = c.logit(s.scale, got[i])
			}
		}
		d.count(len(j.pairs))
	}
	d.run()
	return scores, errs, nil
}

// texts returns the texts of some pairs.
func texts(pairs [][2]string, which []int) []string {
	ts := make([]string, len(which))
	for i, k := range which {
		ts[i] = pairs[k][1]
	}
	return ts
}

// jobs groups the indices of pairs by query, at most batch to a job. A pair that JSON cannot carry
// unchanged gets its error instead.
func jobs(pairs [][2]string, errs []error, batch int) (list []*job) {
	open := map[string]*job{} // still to be filled, by query
	for i, p := range pairs {
		if !utf8.ValidString(p[0]) || !utf8.ValidString(p[1]) {
			errs[i] = errors.New("the text is not valid UTF-8: convert it before scoring")
			continue
		}
		j := open[p[0]]
		if j == nil || len(j.pairs) == batch {
			j = &job{}
			open[p[0]] = j
			list = append(list, j)
		}
		j.pairs = append(j.pairs, i)
	}
	return list
}

// Identity names the servers' model, as they describe it, with shape and scale of the scores.
func (c *Client) Identity(ctx context.Context) (string, error) {
	s, err := c.ask(ctx, Listener{})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %s %s", s.shape, s.identity, s.scale), nil
}

// Redacted hides a password in a URL.
func Redacted(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(not a URL)"
	}
	return u.Redacted()
}

// oneLine is a text in one line of at most 200 characters.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\ufffd")), " ")
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:199]) + "…"
	}
	return text
}
