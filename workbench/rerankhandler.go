package workbench

import (
	"fmt"
	"net/http"

	"axn/workbench/internal/rerank"
)

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
