package workbench

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"
)

// RerankShape names the HTTP shape a server speaks.
type RerankShape string

// The shapes. They differ in what a request calls the texts, in what an answer
// looks like, and in whether the score went through a sigmoid.
const (
	ShapeTEI    RerankShape = "tei"    // Hugging Face text-embeddings-inference, and RerankHandler; gives raw scores when asked
	ShapeVLLM   RerankShape = "vllm"   // vLLM, and servers after its model
	ShapeCohere RerankShape = "cohere" // api.cohere.com
	ShapeJina   RerankShape = "jina"   // api.jina.ai
)

// ScoreScale says what a server's scores are.
type ScoreScale string

// The scales.
const (
	RawScores     ScoreScale = "raw"     // logits, taken as they are
	SigmoidScores ScoreScale = "sigmoid" // between 0 and 1, turned back into logits
)

// RerankClient is a TextScorer that asks a server, or several that serve the same
// model. The zero value of every field but URL is the best setting known; fields may
// not change after the first call. Any number of goroutines may use one at once.
//
//	ce := &workbench.RerankClient{URL: "http://localhost:8080"}
//
// A failed request is repeated on 429, 5xx and broken connections. Pairs that
// have no score in the end are named by a *PartialError, the others have theirs.
//
// With Replicas a request goes to the server with the fewest under way. One that fails
// is set aside, at first for Backoff and then for twice as long each time, until it
// answers one request again; what it had not answered goes to the others. At the end
// of a call, requests that take three times as long as usual are sent to a second
// server, and the first answer counts. A replica that serves another model is an error.
type RerankClient struct {
	URL      string      // of the server, or of its rerank endpoint
	Replicas []string    // URLs of further servers of the same model
	Shape    RerankShape // "" asks the server
	Model    string      // sent along; Cohere and Jina need one, vLLM serves several
	// Scores is the scale of the server's scores. "" is raw for TEI, which is asked for
	// raw scores, and sigmoid for the others; RawScores asks vLLM for them, too (from 0.10
	// on). Where a sigmoid has rounded to 0 or 1 the logits of the best or worst pairs are
	// equal.
	Scores ScoreScale
	KeyEnv string // environment variable with the API key; "" is COHERE_API_KEY, JINA_API_KEY or else RERANK_API_KEY

	Batch       int           // texts a request; 0 is what the server takes, or 32
	Concurrency int           // requests at a time and server; 0 is 4
	Tries       int           // of one request at each server; 0 is 6
	Backoff     time.Duration // before the second try, doubled for each further one; 0 is 250 ms
	Timeout     time.Duration // of one try; 0 is a minute
	Client      *http.Client  // nil is one that keeps enough connections open

	mu       sync.Mutex
	replicas []*replica    // once the URLs are read
	server   *rerankServer // the first that described itself
	usual    time.Duration // a text takes, a running mean
}

// maxBackoff bounds a pause between two tries, maxRetryAfter one that the server asks for.
const (
	maxBackoff    = 30 * time.Second
	maxRetryAfter = 2 * time.Minute
)

// Predict sends each query with its texts, several requests at a time, and
// returns raw scores.
func (c *RerankClient) Predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s, err := c.ask(ctx)
	if err != nil {
		return nil, fmt.Errorf("workbench: rerank: %w", err)
	}
	m := startProgress(ctx, "rerank", "pairs", len(pairs))
	defer m.end()
	scores, errs := make([]float64, len(pairs)), make([]error, len(pairs))
	d := c.newDispatch(ctx, rerankJobs(pairs, cmp.Or(c.Batch, s.batch, 32)))
	d.send = func(ctx context.Context, r *replica, j *rerankJob) ([]float64, error) {
		return c.request(ctx, r, pairs[j.pairs[0]][0], texts(pairs, j.pairs))
	}
	d.done = func(j *rerankJob, got []float64, err error) {
		for i, k := range j.pairs {
			if errs[k] = err; err == nil {
				scores[k], errs[k] = s.raw(got[i])
			}
		}
		m.add(len(j.pairs))
	}
	d.run()
	if err := partial(scores, errs); err != nil {
		return scores, fmt.Errorf("workbench: rerank: %w", err)
	}
	return scores, nil
}

// texts returns the texts of some pairs.
func texts(pairs [][2]string, which []int) []string {
	ts := make([]string, len(which))
	for i, k := range which {
		ts[i] = pairs[k][1]
	}
	return ts
}

// rerankJobs groups the indices of pairs by query, at most batch to a job.
func rerankJobs(pairs [][2]string, batch int) (jobs []*rerankJob) {
	open := map[string]*rerankJob{} // still to be filled, by query
	for i, p := range pairs {
		j := open[p[0]]
		if j == nil || len(j.pairs) == batch {
			j = &rerankJob{}
			open[p[0]] = j
			jobs = append(jobs, j)
		}
		j.pairs = append(j.pairs, i)
	}
	return jobs
}

// raw turns a server's score into a logit.
func (s *rerankServer) raw(score float64) (float64, error) {
	if s.scale == RawScores {
		return score, nil
	}
	if !(score >= 0 && score <= 1) {
		return 0, fmt.Errorf("%w: %v did not come from a sigmoid; set Scores to RawScores", ErrScore, score)
	}
	p := min(max(score, math.SmallestNonzeroFloat32), 1-0x1p-25) // nearest to 0 and 1 in float32
	return math.Log(p) - math.Log1p(-p), nil
}

// Fingerprint names the servers' model, as they describe it. Where they do not,
// the name is the URL and Model, and a Cache cannot notice that the server has
// exchanged what is behind them.
func (c *RerankClient) Fingerprint() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(c.Timeout, time.Minute))
	defer cancel()
	s, err := c.ask(ctx)
	if err != nil {
		return "", fmt.Errorf("workbench: rerank: %w", err)
	}
	return fmt.Sprintf("rerank %s %s %s", s.shape, s.identity, s.scale), nil
}

// String fits one line and shows no password.
func (c *RerankClient) String() string {
	text := "RerankClient " + redacted(c.URL)
	if n := len(c.Replicas); n > 0 {
		text += fmt.Sprintf(" and %d replicas", n)
	}
	return text
}
