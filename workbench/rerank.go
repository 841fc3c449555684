package workbench

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"axn/workbench/internal/rerank"
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
// A failed request is repeated on 408, 425, 429, 5xx and broken connections. One that is
// refused with 400, 413 or 422 is sent again in halves, unless the refusal is about the form of
// the request; where the reason is the number of texts, further requests have fewer. Redirects
// are followed with the same request, and without the key if they lead to another host.
// Pairs that have no score in the end are named by a *PartialError, the others have theirs: a
// result that is null, missing, twice there and different, or no number costs its text only.
// The progress line names each server that is set aside.
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

	once   sync.Once // opens client when the first call comes
	client *rerank.Client
	err    error
}

// open makes the client of the fields as they are at the first call.
func (c *RerankClient) open() (*rerank.Client, error) {
	c.once.Do(func() {
		c.client, c.err = rerank.New(rerank.Settings{
			URLs: append([]string{c.URL}, c.Replicas...), Shape: rerank.Shape(c.Shape), Model: c.Model, Scale: rerank.Scale(c.Scores), KeyEnv: c.KeyEnv,
			Batch: c.Batch, Concurrency: c.Concurrency, Tries: c.Tries, Backoff: c.Backoff, Timeout: c.Timeout, HTTP: c.Client, Unusable: ErrScore,
		})
	})
	return c.client, c.err
}

// Predict sends each query with its texts, several requests at a time, and
// returns raw scores.
func (c *RerankClient) Predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	return predictBy(ctx, "rerank", c.open, pairs)
}

// Fingerprint names the servers' model, as they describe it. Where they do not,
// the name is the URL and Model, and a Cache cannot notice that the server has
// exchanged what is behind them.
func (c *RerankClient) Fingerprint() (string, error) {
	return identityOf("rerank", c.open, c.Timeout)
}

// String fits one line and shows no password.
func (c *RerankClient) String() string {
	return namedServers("RerankClient", c.URL, c.Replicas)
}

// RerankHandler serves a scorer over HTTP, in the shapes of Hugging Face
// text-embeddings-inference (POST /rerank with texts; GET /info, GET /health),
// of Cohere, Jina and vLLM (POST /v1/rerank, /v2/rerank, or /rerank with
// documents or passages), and of NVIDIA's rankers (POST /v1/ranking). A
// RerankClient on another machine then scores with this machine's model.
//
//	server := &http.Server{Addr: ":8080", Handler: workbench.RerankHandler(ce), ReadHeaderTimeout: 10 * time.Second}
//	server.ListenAndServe()
//
// A query and a text are strings or objects with text. Scores are between 0 and 1,
// after a sigmoid, unless raw_scores is true or use_activation false. top_n,
// return_documents, return_text and, with a CrossEncoder, truncate: false are
// obeyed; a field that is not known is refused, as it might change what the scores
// mean. A request has at most 1,024 texts and 32 MB and must arrive within 30 s; 64
// are scored at a time, and more are answered 429. A panic of the scorer is a 500
// and a line in the server's log.
//
// The handler has neither encryption nor a password; put it behind what your network
// trusts.
func RerankHandler(ts TextScorer) http.Handler {
	h := rerank.Handler{Score: ts.Predict, Model: fmt.Sprintf("%T", ts)}
	if f, ok := ts.(Fingerprinter); ok {
		h.Fingerprint = f.Fingerprint
	}
	if c, ok := ts.(*CrossEncoder); ok {
		h.Length = c.length
	}
	return h.New()
}
