// Package chat asks a language model over HTTP, in OpenAI's shapes, whether a text answers a query:
// the score is log P(yes) - log P(no) of the first token that it would say.
package chat

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"axn/workbench/internal/remote"
)

// Shape names the HTTP shape that is asked in.
type Shape string

// The shapes: POST /v1/chat/completions and POST /v1/completions.
const (
	Chat       Shape = "chat"
	Completion Shape = "completions"
)

var paths = map[Shape]string{Chat: "/v1/chat/completions", Completion: "/v1/completions"}

// Settings say which servers are asked, and what. The zero value of a field that has a default is
// the best setting known.
type Settings struct {
	URLs        []string // servers of one model
	Shape       Shape    // "" is what the URL ends with, or chat
	Model       string   // sent along; "" is the first that the server lists
	System      string   // the system message of a chat; "" is none
	Prompt      string   // with {query} and {item}, which the texts take the place of
	Yes, No     string   // the answers; "" is yes and no. Case and space around them do not count
	Extra       map[string]any
	TokenLimit  int // tokens that may be paid for; 0 is no limit
	KeyEnv      string
	Concurrency int // requests at a time and server; 0 is 4
	Tries       int // of one request at each server; 0 is 6
	Backoff     time.Duration
	Timeout     time.Duration // of one try; 0 is a minute
	HTTP        *http.Client
	Unusable    error // wrapped by the error of a text whose score cannot be used
	Limit       error // wrapped by the error of texts beyond TokenLimit
}

// topTokens is how many of the likeliest first tokens are asked for: the most that OpenAI gives.
const topTokens = 20

// Client knows the servers. Any number of goroutines may use one at once.
type Client struct {
	Settings
	*remote.Client

	mu     sync.Mutex
	tokens int // paid for
	under  int // expected of requests under way
}

// New checks the settings.
func New(s Settings) (*Client, error) {
	if s.Shape == "" {
		s.Shape = Chat
		if len(s.URLs) > 0 && strings.HasSuffix(s.URLs[0], "/completions") && !strings.HasSuffix(s.URLs[0], "/chat/completions") {
			s.Shape = Completion
		}
	}
	s.Yes, s.No = word(cmp.Or(s.Yes, "yes")), word(cmp.Or(s.No, "no"))
	switch {
	case paths[s.Shape] == "":
		return nil, fmt.Errorf("no shape %q: chat or completions", s.Shape)
	case !strings.Contains(s.Prompt, "{query}") || !strings.Contains(s.Prompt, "{item}"):
		return nil, errors.New(`Prompt must have {query} and {item}, such as "Query: {query}\nText: {item}\nDoes the text answer the query? Answer yes or no."`)
	case s.Yes == s.No || s.Yes == "" || s.No == "":
		return nil, fmt.Errorf("the answers %q and %q must be two different words", s.Yes, s.No)
	case s.TokenLimit < 0:
		return nil, fmt.Errorf("TokenLimit is %d", s.TokenLimit)
	case s.System != "" && s.Shape == Completion:
		return nil, errors.New("System is of a chat: put it into Prompt")
	}
	s.Unusable, s.Limit = cmp.Or(s.Unusable, errors.New("unusable score")), cmp.Or(s.Limit, errors.New("too many tokens"))
	c := &Client{Settings: s}
	var err error
	c.Client, err = remote.New(remote.Settings{URLs: s.URLs, Shape: string(s.Shape), Model: s.Model, Concurrency: s.Concurrency, Tries: s.Tries, Backoff: s.Backoff,
		Timeout: s.Timeout, HTTP: s.HTTP, Endings: []string{"/chat/completions", "/completions"}, KeyEnv: s.keyName, Describe: c.describe})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// word is a token as it is compared.
func word(token string) string {
	return strings.ToLower(strings.TrimSpace(strings.Trim(token, "▁Ġ")))
}

func (s *Settings) keyName(string) string {
	switch u, err := url.Parse(s.URLs[0]); {
	case s.KeyEnv != "":
		return s.KeyEnv
	case err == nil && strings.HasSuffix("."+u.Hostname(), ".openai.com"):
		return "OPENAI_API_KEY"
	}
	return "CHAT_API_KEY"
}

// describe takes the model that is set, or the first that the server lists.
func (c *Client) describe(ctx context.Context, t remote.Turn, s *remote.Server, base *url.URL) (path string, err error) {
	if c.Model == "" {
		found, err := t.DescribeModels(ctx, s, base)
		if err == nil && !found {
			err = fmt.Errorf("%s lists no models at /v1/models: set Model", remote.Redacted(base.String()))
		}
		if err != nil {
			return "", err
		}
	}
	return paths[c.Settings.Shape], nil
}

// Identity names the servers' model and what it is asked.
func (c *Client) Identity(ctx context.Context) (string, error) {
	s, err := c.Ask(ctx, remote.Listener{})
	if err != nil {
		return "", err
	}
	extra, err := json.Marshal(c.Extra)
	return fmt.Sprintf("%s %s %q %q %s/%s %s", s.Shape, s.Identity, c.System, c.Prompt, c.Yes, c.No, extra), err
}

// Tokens is how many tokens were paid for.
func (c *Client) Tokens() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tokens
}

// Score asks for the score of each pair of query and text, one request a pair. It returns one
// score and one error a pair; err is why no pair could be asked for.
func (c *Client) Score(ctx context.Context, pairs [][2]string, l remote.Listener) (scores []float64, errs []error, err error) {
	if _, err := c.Ask(ctx, l); err != nil {
		return nil, nil, err
	}
	scores, errs = make([]float64, len(pairs)), make([]error, len(pairs))
	var list [][]int
	for i, p := range pairs {
		if errs[i] = valid(p); errs[i] == nil {
			list = append(list, []int{i})
		}
	}
	send := func(ctx context.Context, t remote.Turn, which []int) (any, error) {
		return c.request(ctx, t, pairs[which[0]])
	}
	c.Run(ctx, list, l, send, func(which []int, got any, err error) {
		i := which[0]
		if errs[i] = err; err == nil {
			r := got.(result)
			scores[i], errs[i] = r.score, r.err
		}
	})
	return scores, errs, nil
}

func valid(p [2]string) error {
	if !utf8.ValidString(p[0]) || !utf8.ValidString(p[1]) {
		return errors.New("the text is not valid UTF-8: convert it before scoring")
	}
	return nil
}

// prompt is what is asked of a pair. A placeholder within a text stays as it is.
func (c *Client) prompt(p [2]string) string {
	return strings.NewReplacer("{query}", p[0], "{item}", p[1]).Replace(c.Prompt)
}

// body is a request's.
func (c *Client) body(model, prompt string) map[string]any {
	b := map[string]any{"model": model, "max_tokens": 1, "temperature": 0}
	if c.Settings.Shape == Completion {
		b["prompt"], b["logprobs"] = prompt, topTokens
	} else {
		type message struct {
			Role    string `json:"role"`
			Content string `json:"content"`
		}
		messages := []message{{"user", prompt}}
		if c.System != "" {
			messages = append([]message{{"system", c.System}}, messages...)
		}
		b["messages"], b["logprobs"], b["top_logprobs"] = messages, true, topTokens
	}
	maps.Copy(b, c.Extra)
	return b
}

// request asks a server about a pair, once.
func (c *Client) request(ctx context.Context, t remote.Turn, pair [2]string) (any, error) {
	s, err := t.Server(ctx)
	if err != nil {
		return nil, err
	}
	prompt := c.prompt(pair)
	expected := (len(prompt)+len(c.System))/4 + 1 // as texts of English have it
	if err := c.reserve(expected); err != nil {
		return result{err: err}, nil
	}
	answer, err := t.Post(ctx, s, c.body(s.Model, prompt))
	if err != nil {
		c.pay(expected, 0)
		return nil, err
	}
	a, err := parse(answer)
	c.pay(expected, cmp.Or(a.Usage.Total, expected))
	if err != nil {
		return nil, t.Said(err)
	}
	r := result{}
	if r.score, r.err = c.score(a.top); r.err != nil {
		r.err = fmt.Errorf("%w: %w", c.Unusable, r.err)
	}
	return r, nil
}

// result is a pair's score, or why it has none.
type result struct {
	score float64
	err   error
}

// reserve says that a request would go beyond the limit, with those under way.
func (c *Client) reserve(tokens int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.TokenLimit > 0 && c.tokens+c.under+tokens > c.TokenLimit {
		return fmt.Errorf("%w: %d tokens are paid for or under way, about %d more are needed, TokenLimit is %d", c.Limit, c.tokens+c.under, tokens, c.TokenLimit)
	}
	c.under += tokens
	return nil
}

func (c *Client) pay(expected, tokens int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under -= expected
	c.tokens += tokens
}

// smallestRest is the probability below which what a list of tokens leaves is a matter of rounding.
const smallestRest = 1e-6

// score is log P(yes) - log P(no), each over all tokens that read so. Where one of the two is not
// among the likeliest, what bounds it from above stands for it: the least likely of those, or all that they leave.
func (c *Client) score(top map[string]float64) (float64, error) {
	yes, no, least, rest := math.Inf(-1), math.Inf(-1), math.Inf(1), 1.0
	for token, p := range top {
		if math.IsNaN(p) || p > 1e-3 {
			return 0, fmt.Errorf("the log-probability of %q is %v", token, p)
		}
		least, rest = min(least, p), rest-math.Exp(p)
		switch word(token) {
		case c.Yes:
			yes = logAdd(yes, p)
		case c.No:
			no = logAdd(no, p)
		}
	}
	if math.IsInf(yes, -1) && math.IsInf(no, -1) {
		return 0, fmt.Errorf("neither %s nor %s is among the likeliest first tokens, which are %q", c.Yes, c.No, likeliest(top))
	}
	least = min(least, math.Log(max(rest, smallestRest)))
	least = max(least, -100) // some servers write -9999 for what is not possible
	return max(yes, least) - max(no, least), nil
}

// logAdd is log(eᵃ + eᵇ).
func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// likeliest are the five first tokens of most probability.
func likeliest(top map[string]float64) []string {
	tokens := slices.SortedFunc(maps.Keys(top), func(a, b string) int { return cmp.Or(cmp.Compare(top[b], top[a]), strings.Compare(a, b)) })
	return tokens[:min(5, len(tokens))]
}

// answer is a server's, in either shape.
type answer struct {
	Choices []struct {
		Logprobs *struct {
			Content []struct {
				Token string
				Value *float64 `json:"logprob"`
				Top   []struct {
					Token string
					Value *float64 `json:"logprob"`
				} `json:"top_logprobs"`
			}
			Top []map[string]*float64 `json:"top_logprobs"` // of completions
		}
	}
	Usage struct {
		Total int `json:"total_tokens"`
	}
	top map[string]float64 // of the first token
}

// parse reads an answer.
func parse(text []byte) (a answer, err error) {
	if text, err = remote.JSON(text, "completions", "a server of a language model"); err != nil {
		return a, err
	}
	if err := json.Unmarshal(text, &a); err != nil || len(a.Choices) == 0 {
		return a, remote.Without(text, "choices")
	}
	p := a.Choices[0].Logprobs
	if p == nil || len(p.Content) == 0 && len(p.Top) == 0 {
		return a, remote.Unfit(errors.New("answers without log-probabilities (logprobs, top_logprobs): a model and a server that give them are needed"))
	}
	a.top = map[string]float64{}
	set := func(token string, p *float64) {
		if p != nil { // a null stands for what is not possible, or not known
			a.top[token] = *p
		}
	}
	if len(p.Top) > 0 {
		for token, p := range p.Top[0] {
			set(token, p)
		}
	} else {
		set(p.Content[0].Token, p.Content[0].Value)
		for _, t := range p.Content[0].Top {
			set(t.Token, t.Value)
		}
	}
	if len(a.top) == 0 {
		return a, remote.Unfit(errors.New("answers with an empty list of log-probabilities: a model and a server that give them are needed"))
	}
	return a, nil
}
