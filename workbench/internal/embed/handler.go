package embed

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"

	"axn/workbench/internal/jsonhttp"
	"axn/workbench/internal/remote"
)

// Kind is what texts are: queries, items, or neither.
type Kind string

// The kinds. Names that servers give them are keys of kinds.
const (
	Text  Kind = ""
	Query Kind = "query"
	Item  Kind = "item"
)

var kinds = map[string]Kind{"": Text, "query": Query, "search_query": Query, "item": Item, "document": Item, "passage": Item, "search_document": Item}

// Handler serves Embed over HTTP.
type Handler struct {
	Embed       func(ctx context.Context, k Kind, texts []string) ([][]float32, error)
	Length      func(text string) (tokens, most int) // of a text, and what is read of it; nil where nobody knows
	Unit        bool                                 // the vectors have unit length
	Model       string
	Fingerprint func() (string, error) // nil without one

	busy jsonhttp.Gate
	mux  *http.ServeMux
}

// New makes a Handler ready to serve.
func (h Handler) New() http.Handler {
	h.busy, h.mux = jsonhttp.NewGate(), http.NewServeMux()
	h.mux.HandleFunc("/embed", func(w http.ResponseWriter, r *http.Request) { h.embed(w, r, TEI) })
	h.mux.HandleFunc("/v1/embeddings", func(w http.ResponseWriter, r *http.Request) { h.embed(w, r, OpenAI) })
	h.mux.HandleFunc("GET /info", h.info)
	h.mux.HandleFunc("GET /v1/models", h.models)
	h.mux.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	return h.mux
}

// request is what a Handler was asked.
type request struct {
	texts  []string
	kind   Kind
	base64 bool
	keep   int  // numbers of a vector; 0 is all
	whole  bool // texts that would be cut are refused
	told   bool // the request says so
	unit   *bool
}

// fields reads each field that a request of a shape may have. One that changes what the answer
// means is obeyed or refused.
var fields = map[Shape]map[string]func(r *request, raw json.RawMessage) *jsonhttp.Problem{
	TEI: {
		"inputs":      func(r *request, raw json.RawMessage) *jsonhttp.Problem { return r.readTexts("inputs", raw) },
		"prompt_name": func(r *request, raw json.RawMessage) *jsonhttp.Problem { return r.readKind("prompt_name", raw) },
		"normalize": func(r *request, raw json.RawMessage) *jsonhttp.Problem {
			return read("normalize", raw, &r.unit, "true or false")
		},
		"dimensions": func(r *request, raw json.RawMessage) *jsonhttp.Problem {
			return read("dimensions", raw, &r.keep, "a whole number")
		},
		"truncate":             readTruncate,
		"truncation_direction": readDirection,
	},
	OpenAI: {
		"input":           func(r *request, raw json.RawMessage) *jsonhttp.Problem { return r.readTexts("input", raw) },
		"input_type":      func(r *request, raw json.RawMessage) *jsonhttp.Problem { return r.readKind("input_type", raw) },
		"encoding_format": readEncoding,
		"dimensions": func(r *request, raw json.RawMessage) *jsonhttp.Problem {
			return read("dimensions", raw, &r.keep, "a whole number")
		},
	},
}

// ignored are fields that change nothing: who asks, and the name of the only model there is.
var ignored = []string{"model", "user", "id", "request_id", "priority", "metadata"}

func read(key string, raw json.RawMessage, to any, want string) *jsonhttp.Problem {
	if json.Unmarshal(raw, to) != nil {
		return jsonhttp.Invalid("%s must be %s", key, want)
	}
	return nil
}

// readTexts reads a text or a list of them.
func (r *request) readTexts(key string, raw json.RawMessage) *jsonhttp.Problem {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		r.texts = []string{one}
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return jsonhttp.Invalid("%s must be a text or a list of texts", key)
	}
	if len(list) > jsonhttp.MaxTexts {
		r.texts = make([]string, len(list)) // refused by check
		return nil
	}
	for i, item := range list {
		var text *string
		if json.Unmarshal(item, &text) != nil || text == nil {
			return jsonhttp.Invalid("%s[%d] is %s: want a string; token ids are not taken", key, i, remote.OneLine(string(item[:min(len(item), 40)])))
		}
		r.texts = append(r.texts, *text)
	}
	return nil
}

func (r *request) readKind(key string, raw json.RawMessage) *jsonhttp.Problem {
	var name string
	json.Unmarshal(raw, &name) // what is no text is no kind
	kind, ok := kinds[name]
	if !ok || name == "" {
		return jsonhttp.Invalid("%s is %s: want query or document", key, remote.OneLine(string(raw)))
	}
	r.kind = kind
	return nil
}

func readTruncate(r *request, raw json.RawMessage) *jsonhttp.Problem {
	var on bool
	p := read("truncate", raw, &on, "true or false")
	r.whole, r.told = !on, true
	return p
}

func readDirection(_ *request, raw json.RawMessage) *jsonhttp.Problem {
	if !bytes.EqualFold(raw, []byte(`"right"`)) {
		return jsonhttp.Invalid("truncation_direction is %s: this server cuts at the right", remote.OneLine(string(raw)))
	}
	return nil
}

func readEncoding(r *request, raw json.RawMessage) *jsonhttp.Problem {
	switch string(raw) {
	case `"base64"`:
		r.base64 = true
	case `"float"`:
	default:
		return jsonhttp.Invalid("encoding_format is %s: want float or base64", remote.OneLine(string(raw)))
	}
	return nil
}

// parse reads a request's body.
func parseRequest(s Shape, body []byte) (*request, *jsonhttp.Problem) {
	r := &request{whole: s == TEI} // TEI cuts when told to
	p := jsonhttp.Fields(body, func(name string, raw json.RawMessage) *jsonhttp.Problem {
		field, ok := fields[s][name]
		switch {
		case slices.Contains(ignored, name), string(raw) == "null":
			return nil
		case !ok:
			return jsonhttp.Invalid("field %q is not known here, and might change what the vectors mean: leave it out. Known are %s", remote.OneLine(name),
				strings.Join(slices.Sorted(maps.Keys(fields[s])), ", "))
		}
		return field(r, raw)
	})
	switch {
	case p != nil:
		return nil, p
	case len(r.texts) == 0:
		return nil, &jsonhttp.Problem{Status: http.StatusBadRequest, Kind: "Empty", Message: "no texts: inputs (for /embed) or input must be a text or a list of at least one"}
	case len(r.texts) > jsonhttp.MaxTexts:
		return nil, &jsonhttp.Problem{Status: http.StatusRequestEntityTooLarge, Kind: "Validation", Message: fmt.Sprintf("batch size %d > maximum allowed batch size %d", len(r.texts), jsonhttp.MaxTexts)}
	case r.keep < 0:
		return nil, jsonhttp.Invalid("dimensions is %d", r.keep)
	}
	return r, nil
}

// embed answers a request of a shape.
func (h *Handler) embed(w http.ResponseWriter, r *http.Request, s Shape) {
	answer, p := h.answer(w, r, s)
	switch {
	case p != nil && s == OpenAI: // whose clients want an object
		jsonhttp.Write(w, p.Status, map[string]any{"error": map[string]any{"message": p.Message, "type": p.Kind, "param": nil, "code": p.Status}, "message": p.Message})
		return
	case p != nil:
		jsonhttp.Refuse(w, p)
		return
	}
	jsonhttp.Write(w, http.StatusOK, answer)
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, s Shape) (any, *jsonhttp.Problem) {
	body, p := jsonhttp.Read(w, r, 0, "texts")
	if p != nil {
		return nil, p
	}
	in, p := parseRequest(s, body)
	if p == nil {
		p = h.check(in)
	}
	if p != nil {
		return nil, p
	}
	leave, p := h.busy.Enter(w)
	if p != nil {
		return nil, p
	}
	defer leave()
	var vectors [][]float32
	err := jsonhttp.Guard(r, func(ctx context.Context) (err error) {
		vectors, err = h.Embed(ctx, in.kind, in.texts)
		return err
	})
	if p := jsonhttp.Failed(err); p != nil {
		return nil, p
	}
	if vectors, p = h.shaped(in, vectors); p != nil {
		return nil, p
	}
	return h.written(in, s, vectors), nil
}

// check refuses texts that would be cut.
func (h *Handler) check(in *request) *jsonhttp.Problem {
	switch {
	case !in.whole, h.Length == nil && !in.told:
		return nil
	case h.Length == nil:
		return jsonhttp.Invalid("truncate is false, but this server cannot tell which texts the model would cut: leave it out, or send true")
	}
	for i, text := range in.texts {
		if tokens, most := h.Length(text); tokens > most {
			return jsonhttp.Invalid("inputs[%d] has %d tokens, and the model reads %d: send truncate true to have it cut", i, tokens, most)
		}
	}
	return nil
}

// shaped cuts vectors to the numbers wanted, and scales them to unit length: those that had it
// before they were cut, and all where normalize says so.
func (h *Handler) shaped(in *request, vectors [][]float32) ([][]float32, *jsonhttp.Problem) {
	unit := h.Unit
	if in.unit != nil {
		if unit = *in.unit; h.Unit && !unit {
			return nil, jsonhttp.Invalid("normalize is false: this model's vectors have unit length")
		}
	}
	for i, v := range vectors {
		if in.keep > len(v) {
			return nil, jsonhttp.Invalid("dimensions is %d, and a vector has %d numbers", in.keep, len(v))
		}
		if in.keep > 0 {
			v = v[:in.keep]
		}
		if unit && (in.keep > 0 || !h.Unit) {
			v = scaled(v)
		}
		vectors[i] = v
	}
	return vectors, nil
}

// scaled is a vector at unit length; one of zeros stays so.
func scaled(v []float32) []float32 {
	var squares float64
	for _, x := range v {
		squares += float64(x) * float64(x)
	}
	unit := slices.Clone(v)
	if squares > 0 {
		for i := range unit {
			unit[i] = float32(float64(v[i]) / math.Sqrt(squares))
		}
	}
	return unit
}

// written puts vectors into the shape that was asked in.
func (h *Handler) written(in *request, s Shape, vectors [][]float32) any {
	if s == TEI {
		return vectors
	}
	tokens := 0
	list := make([]map[string]any, len(vectors))
	for i, v := range vectors {
		var embedding any = v
		if in.base64 {
			b, _ := binary.Append(nil, binary.LittleEndian, v) // float32 has a size
			embedding = base64.StdEncoding.EncodeToString(b)
		}
		list[i] = map[string]any{"object": "embedding", "index": i, "embedding": embedding}
		if h.Length != nil {
			n, most := h.Length(in.texts[i])
			tokens += min(n, most)
		}
	}
	return map[string]any{"object": "list", "model": h.Model, "data": list, "usage": map[string]int{"prompt_tokens": tokens, "total_tokens": tokens}}
}

// info says what a client of text-embeddings-inference wants to know.
func (h *Handler) info(w http.ResponseWriter, _ *http.Request) {
	fingerprint := ""
	if h.Fingerprint != nil {
		var err error
		if fingerprint, err = h.Fingerprint(); err != nil {
			jsonhttp.Refuse(w, jsonhttp.Failed(err))
			return
		}
	}
	var length any
	if h.Length != nil {
		_, length = h.Length("")
	}
	jsonhttp.Write(w, http.StatusOK, map[string]any{
		"model_id": h.Model, "model_sha": fingerprint, "model_dtype": "float32", "model_type": map[string]any{"embedding": map[string]any{"pooling": "mean"}},
		"max_client_batch_size": jsonhttp.MaxTexts, "max_concurrent_requests": jsonhttp.MaxRequests, "max_input_length": length, "version": "axn",
		"max_batch_tokens": nil, "max_batch_requests": nil, "tokenization_workers": nil, "docker_label": nil, "sha": nil, // no client needs what these would say
	})
}

// models lists the one model, as OpenAI does.
func (h *Handler) models(w http.ResponseWriter, _ *http.Request) {
	jsonhttp.Write(w, http.StatusOK, map[string]any{"object": "list", "data": []map[string]any{{"id": h.Model, "object": "model", "owned_by": "axn"}}})
}
