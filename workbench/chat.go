package workbench

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"axn/workbench/internal/chat"
)

// ChatShape names the HTTP shape a ChatScorer asks in.
type ChatShape string

// The shapes, both OpenAI's: vLLM, llama.cpp, Ollama, SGLang and others have them too.
const (
	ChatMessages    ChatShape = "chat"        // POST /v1/chat/completions
	ChatCompletions ChatShape = "completions" // POST /v1/completions
)

// ErrTokens says that a ChatScorer's TokenLimit is reached.
var ErrTokens = errors.New("token limit reached")

// ChatScorer is a TextScorer that asks a language model, over HTTP, whether an item
// answers a query, one request a pair: the score is log P(yes) - log P(no) of the first
// token it would say, from the top_logprobs that the server gives (pointwise reranking by
// likelihood, as Nogueira et al., Document Ranking with a Pretrained Sequence-to-Sequence
// Model, 2020). All tokens that read as the answer count, whatever their case and the space
// before them. Where one answer is not among the 20 likeliest tokens, what bounds it stands for it, the
// least likely of them or all that they leave; where neither is, the pair has an ErrScore. A server that gives no
// log-probabilities is an error.
//
//	llm := &workbench.ChatScorer{URL: "http://localhost:8000", Prompt: "Query: {query}\nText: {item}\nDoes the text answer the query? Answer yes or no."}
//	ce, err := workbench.Cached(llm, "scores.db")
//
// Requests are repeated and sent elsewhere as those of a RerankClient, and a pair without a
// score costs itself. The fingerprint covers the model and all that it is asked, so that
// Cached keeps what was paid for. The zero value of every field but URL and Prompt is the
// best setting known; fields may not change after the first call. Any number of goroutines
// may use one at once.
type ChatScorer struct {
	URL      string    // of the server, or of its endpoint
	Replicas []string  // URLs of further servers of the same model
	Shape    ChatShape // "" is what URL ends with, or chat
	Model    string    // sent along; "" is the first that the server lists

	Prompt  string         // with {query} and {item}, which the texts take the place of
	System  string         // the system message of a chat; "" is none
	Yes, No string         // the answers; "" is yes and no
	Extra   map[string]any // further fields of a request, such as {"chat_template_kwargs": {"enable_thinking": false}}

	// TokenLimit is how many tokens may be paid for in all, prompts and answers as the
	// server counts them (usage), or a quarter of the bytes where it does not; 0 is no
	// limit. A pair that would go beyond it is not sent, and has an ErrTokens.
	TokenLimit int
	KeyEnv     string // environment variable with the API key; "" is OPENAI_API_KEY for api.openai.com, else CHAT_API_KEY

	Concurrency int           // requests at a time and server; 0 is 4
	Tries       int           // of one request at each server; 0 is 6
	Backoff     time.Duration // before the second try, doubled for each further one; 0 is 250 ms
	Timeout     time.Duration // of one try; 0 is a minute
	Client      *http.Client  // nil is one that keeps enough connections open

	once   sync.Once // opens client when the first call comes
	client *chat.Client
	err    error
}

func (c *ChatScorer) open() (*chat.Client, error) {
	c.once.Do(func() {
		c.client, c.err = chat.New(chat.Settings{
			URLs: append([]string{c.URL}, c.Replicas...), Shape: chat.Shape(c.Shape), Model: c.Model, System: c.System, Prompt: c.Prompt, Yes: c.Yes, No: c.No,
			Extra: c.Extra, TokenLimit: c.TokenLimit, KeyEnv: c.KeyEnv, Concurrency: c.Concurrency, Tries: c.Tries, Backoff: c.Backoff, Timeout: c.Timeout,
			HTTP: c.Client, Unusable: ErrScore, Limit: ErrTokens,
		})
	})
	return c.client, c.err
}

// Predict asks about each pair, several requests at a time.
func (c *ChatScorer) Predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	return predictBy(ctx, "chat", c.open, pairs)
}

// Tokens is how many tokens were paid for so far.
func (c *ChatScorer) Tokens() int {
	client, err := c.open()
	if err != nil {
		return 0
	}
	return client.Tokens()
}

// Fingerprint names the servers' model and all that it is asked.
func (c *ChatScorer) Fingerprint() (string, error) {
	return identityOf("chat", c.open, c.Timeout)
}

// String fits one line and shows no password.
func (c *ChatScorer) String() string {
	return namedServers("ChatScorer", c.URL, c.Replicas)
}
