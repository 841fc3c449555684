// Package rerank is both ends of reranking over HTTP: a client that shares the pairs of a call out
// among servers of one model, and a handler that serves a function in the shapes people ask for.
package rerank

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"axn/workbench/internal/remote"
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

// Client knows the servers. Any number of goroutines may use one at once.
type Client struct {
	Settings
	*remote.Client
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
	var err error
	c.Client, err = remote.New(remote.Settings{URLs: s.URLs, Shape: string(s.Shape), Model: s.Model, Concurrency: s.Concurrency, Tries: s.Tries, Backoff: s.Backoff,
		Timeout: s.Timeout, HTTP: s.HTTP, Endings: []string{"/rerank"}, KeyEnv: s.keyName, Describe: c.describe})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Score asks for the raw score of each pair of query and text. It returns one score and one error
// a pair; err is why no pair could be asked for.
func (c *Client) Score(ctx context.Context, pairs [][2]string, l remote.Listener) (scores []float64, errs []error, err error) {
	s, err := c.Ask(ctx, l)
	if err != nil {
		return nil, nil, err
	}
	scale := c.scale(s)
	scores, errs = make([]float64, len(pairs)), make([]error, len(pairs))
	send := func(ctx context.Context, t remote.Turn, which []int) (any, error) {
		return c.request(ctx, t, pairs[which[0]][0], texts(pairs, which))
	}
	c.Run(ctx, jobs(pairs, errs, cmp.Or(c.Batch, s.Batch, 32)), l, send, func(which []int, got any, err error) {
		for i, k := range which {
			if errs[k] = err; err == nil {
				scores[k], errs[k] = c.logit(scale, got.([]result)[i])
			}
		}
	})
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
func jobs(pairs [][2]string, errs []error, batch int) (list [][]int) {
	open := map[string]int{} // place in list of the job still to be filled, by query
	for i, p := range pairs {
		if !utf8.ValidString(p[0]) || !utf8.ValidString(p[1]) {
			errs[i] = errors.New("the text is not valid UTF-8: convert it before scoring")
			continue
		}
		at, ok := open[p[0]]
		if !ok || len(list[at]) == batch {
			at = len(list)
			open[p[0]] = at
			list = append(list, nil)
		}
		list[at] = append(list[at], i)
	}
	return list
}

// Identity names the servers' model, as they describe it, with shape and scale of the scores.
func (c *Client) Identity(ctx context.Context) (string, error) {
	s, err := c.Ask(ctx, remote.Listener{})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %s %s", s.Shape, s.Identity, c.scale(s)), nil
}
