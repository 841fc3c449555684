package workbench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	"axn/workbench/internal/embed"
	"axn/workbench/internal/remote"
)

// EmbedShape names the HTTP shape an embedding server speaks.
type EmbedShape string

// The shapes.
const (
	EmbedTEI    EmbedShape = "tei"    // POST /embed of Hugging Face text-embeddings-inference, and EmbedHandler
	EmbedOpenAI EmbedShape = "openai" // POST /v1/embeddings of api.openai.com, vLLM, llama.cpp, Ollama and others, and EmbedHandler
)

// EmbedClient is an Embedder that asks a server, or several that serve the same model,
// with the care of a RerankClient: requests are batched, repeated, divided and sent
// elsewhere in the same way, and a key goes to the first host only. The zero value of
// every field but URL is the best setting known; fields may not change after the first
// call. Any number of goroutines may use one at once.
//
//	de := &workbench.EmbedClient{URL: "http://localhost:8080", QueryPrompt: "query: ", ItemPrompt: "passage: "}
//	err := data.Embed(ctx, de)
//
// A text that has no usable vector in the end (null, missing, not finite, of another
// length than the others) costs itself only: its row is NaN, and a *PartialError names
// it. CachedEmbedder keeps what was paid for.
type EmbedClient struct {
	URL      string     // of the server, or of its endpoint
	Replicas []string   // URLs of further servers of the same model
	Shape    EmbedShape // "" asks the server
	Model    string     // sent along; api.openai.com needs one

	QueryPrompt, ItemPrompt string // put before each query and each item here, whatever the server does

	Dimension int    // numbers of a vector that the server is asked for (dimensions), as of Matryoshka models; 0 is all
	KeyEnv    string // environment variable with the API key; "" is OPENAI_API_KEY for api.openai.com, else EMBED_API_KEY

	Batch       int           // texts a request; 0 is what the server takes, or 32
	Concurrency int           // requests at a time and server; 0 is 4
	Tries       int           // of one request at each server; 0 is 6
	Backoff     time.Duration // before the second try, doubled for each further one; 0 is 250 ms
	Timeout     time.Duration // of one try; 0 is a minute
	Client      *http.Client  // nil is one that keeps enough connections open

	once   sync.Once // opens client when the first call comes
	client *embed.Client
	err    error
}

func (c *EmbedClient) open() (*embed.Client, error) {
	c.once.Do(func() {
		c.client, c.err = embed.New(embed.Settings{
			URLs: append([]string{c.URL}, c.Replicas...), Shape: embed.Shape(c.Shape), Model: c.Model, Dimension: c.Dimension, KeyEnv: c.KeyEnv,
			Batch: c.Batch, Concurrency: c.Concurrency, Tries: c.Tries, Backoff: c.Backoff, Timeout: c.Timeout, HTTP: c.Client, Unusable: ErrVector,
		})
	})
	return c.client, c.err
}

// ErrVector says that an embedder gave no usable vector for a text.
var ErrVector = errors.New("unusable vector")

// Encode sends the texts as they are, several requests at a time, and returns one row
// a text: len(texts) × the length of the model's vectors, as the server gives them.
func (c *EmbedClient) Encode(ctx context.Context, texts []string) (*Matrix, error) {
	return c.encode(ctx, "", texts)
}

// EncodeQueries is Encode with QueryPrompt before each text.
func (c *EmbedClient) EncodeQueries(ctx context.Context, texts []string) (*Matrix, error) {
	return c.encode(ctx, c.QueryPrompt, texts)
}

// EncodeItems is Encode with ItemPrompt before each text.
func (c *EmbedClient) EncodeItems(ctx context.Context, texts []string) (*Matrix, error) {
	return c.encode(ctx, c.ItemPrompt, texts)
}

func (c *EmbedClient) encode(ctx context.Context, prompt string, texts []string) (*Matrix, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	client, err := c.open()
	if err != nil {
		return nil, fmt.Errorf("workbench: embed: %w", err)
	}
	m := startProgress(ctx, "embed", "texts", len(texts))
	defer m.end()
	prompted := make([]string, len(texts))
	for i, text := range texts {
		prompted[i] = prompt + text
	}
	vectors, errs, err := client.Embed(ctx, prompted, remote.Listener{Done: m.add, Note: m.note})
	if err != nil {
		return nil, fmt.Errorf("workbench: embed: %w", err)
	}
	all, err := matrixOfVectors(vectors, errs)
	if err != nil {
		err = fmt.Errorf("workbench: embed: %w", err)
	}
	return all, err
}

// matrixOfVectors puts vectors into rows; those with an error are NaN, and in the
// *PartialError. Without any vector there is only the error.
func matrixOfVectors(vectors [][]float32, errs []error) (*Matrix, error) {
	width := 0
	for i, v := range vectors {
		if errs[i] == nil {
			width = len(v)
		}
	}
	all := NewMatrix(len(vectors), width)
	e := &PartialError{Pairs: len(errs), Of: "texts have no vector; text"}
	for i, v := range vectors {
		if copy(all.Row(i), v); errs[i] != nil {
			e.Failed = append(e.Failed, PairError{i, errs[i]})
			for j := range all.Row(i) {
				all.Row(i)[j] = float32(math.NaN())
			}
		}
	}
	switch {
	case len(e.Failed) == 0:
		return all, nil
	case len(e.Failed) == len(errs):
		return nil, e
	}
	return all, e
}

// Fingerprint names the servers' model, as they describe it, and the prompts. Where they
// do not, the name is the URL and Model.
func (c *EmbedClient) Fingerprint() (string, error) {
	identity, err := identityOf("embed", c.open, c.Timeout)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %q %q", identity, c.QueryPrompt, c.ItemPrompt), nil
}

// String fits one line and shows no password.
func (c *EmbedClient) String() string {
	return namedServers("EmbedClient", c.URL, c.Replicas)
}

// EmbedHandler serves an embedder over HTTP, in the shapes of Hugging Face
// text-embeddings-inference (POST /embed; GET /info, GET /health) and of OpenAI (POST
// /v1/embeddings; GET /v1/models). An EmbedClient on another machine then has this
// machine's vectors.
//
//	server := &http.Server{Addr: ":8081", Handler: workbench.EmbedHandler(de), ReadHeaderTimeout: 10 * time.Second}
//	server.ListenAndServe()
//
// prompt_name (/embed) and input_type (/v1/embeddings) say whether texts are queries or
// documents, and with it which prompt e puts before them; without either it is Encode.
// dimensions cuts the vectors, and scales them to unit length again if they had it. The
// texts of an /embed request that are too long for a TextEncoder are refused unless
// truncate is true, as there. A field that is not known is refused. The limits are those
// of RerankHandler, and it has neither encryption nor a password.
func EmbedHandler(e Embedder) http.Handler {
	h := embed.Handler{Model: fmt.Sprintf("%T", e)}
	h.Embed = func(ctx context.Context, k embed.Kind, texts []string) ([][]float32, error) {
		encode := e.Encode
		if r, ok := e.(retriever); ok {
			encode = map[embed.Kind]func(context.Context, []string) (*Matrix, error){embed.Text: e.Encode, embed.Query: r.EncodeQueries, embed.Item: r.EncodeItems}[k]
		}
		m, err := encode(ctx, texts)
		if err != nil {
			return nil, err
		}
		if m.Rows != len(texts) {
			return nil, fmt.Errorf("%w: %d rows for %d texts", ErrShape, m.Rows, len(texts))
		}
		if err := m.checkFinite(func(i int) string { return fmt.Sprintf("the vector of text %d", i) }); err != nil {
			return nil, err
		}
		rows := make([][]float32, m.Rows)
		for i := range rows {
			rows[i] = m.Row(i)
		}
		return rows, nil
	}
	if f, ok := e.(Fingerprinter); ok {
		h.Fingerprint = f.Fingerprint
	}
	if d, ok := e.(*TextEncoder); ok {
		h.Length, h.Unit = d.length, d.top.Unit()
	}
	return h.New()
}
