package workbench

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
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

// RerankClient is a TextScorer that asks a server. The zero value of every field
// but URL is the best setting known; fields may not change after the first call.
// Any number of goroutines may use one at once.
//
//	ce := &workbench.RerankClient{URL: "http://localhost:8080"}
//
// A failed request is repeated on 429, 5xx and broken connections. Pairs that
// have no score in the end are named by a *PartialError, the others have theirs.
type RerankClient struct {
	URL   string      // of the server, or of its rerank endpoint
	Shape RerankShape // "" asks the server
	Model string      // sent along; Cohere and Jina need one, vLLM serves several
	// Scores is the scale of the server's scores. "" is raw for TEI, which is asked for
	// raw scores, and sigmoid for the others; RawScores asks vLLM for them, too (from 0.10
	// on). Where a sigmoid has rounded to 0 or 1 the logits of the best or worst pairs are
	// equal.
	Scores ScoreScale
	KeyEnv string // environment variable with the API key; "" is COHERE_API_KEY, JINA_API_KEY or else RERANK_API_KEY

	Batch       int           // texts a request; 0 is what the server takes, or 32
	Concurrency int           // requests at a time; 0 is 4
	Tries       int           // of one request; 0 is 6
	Backoff     time.Duration // before the second try, doubled for each further one; 0 is 250 ms
	Timeout     time.Duration // of one try; 0 is a minute
	Client      *http.Client  // nil is one that keeps enough connections open

	mu     sync.Mutex
	server *rerankServer // once asked
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
	jobs := rerankJobs(pairs, cmp.Or(c.Batch, s.batch, 32))
	var next atomic.Int64
	var fatal atomic.Pointer[error]
	var wait sync.WaitGroup
	for range min(cmp.Or(c.Concurrency, 4), len(jobs)) {
		wait.Go(func() {
			for j := next.Add(1) - 1; j < int64(len(jobs)); j = next.Add(1) - 1 {
				if earlier := fatal.Load(); earlier != nil {
					fail(errs, jobs[j], *earlier)
				} else if err := c.run(ctx, s, jobs[j], pairs, scores, errs); err != nil {
					fatal.Store(&err)
				}
				m.add(len(jobs[j]))
			}
		})
	}
	wait.Wait()
	if err := partial(scores, errs); err != nil {
		return scores, fmt.Errorf("workbench: rerank: %w", err)
	}
	return scores, nil
}

func fail(errs []error, job []int, err error) {
	for _, k := range job {
		errs[k] = err
	}
}

// rerankJobs groups the indices of pairs by query, at most batch to a group.
func rerankJobs(pairs [][2]string, batch int) (jobs [][]int) {
	open := map[string]int{} // job still to be filled, by query
	for i, p := range pairs {
		j, ok := open[p[0]]
		if !ok || len(jobs[j]) == batch {
			j = len(jobs)
			open[p[0]] = j
			jobs = append(jobs, nil)
		}
		jobs[j] = append(jobs[j], i)
	}
	return jobs
}

// run scores one job. A job that is too large for the server, or has a text it does not take, is
// halved. The error is one that every other job would meet, too.
func (c *RerankClient) run(ctx context.Context, s *rerankServer, job []int, pairs [][2]string, scores []float64, errs []error) error {
	texts := make([]string, len(job))
	for i, k := range job {
		texts[i] = pairs[k][1]
	}
	got, err := c.request(ctx, s, pairs[job[0]][0], texts)
	switch status := statusOf(err); status {
	case http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		if half := len(job) / 2; half > 0 {
			return cmp.Or(c.run(ctx, s, job[:half], pairs, scores, errs), c.run(ctx, s, job[half:], pairs, scores, errs))
		}
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed:
		fail(errs, job, err)
		return err
	}
	if err != nil {
		fail(errs, job, err)
		return nil
	}
	for i, k := range job {
		scores[k], errs[k] = s.raw(got[i])
	}
	return nil
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

// Fingerprint names the server's model, as it describes it. Where it does not,
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
func (c *RerankClient) String() string { return "RerankClient " + redacted(c.URL) }
