package rerank

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"axn/workbench/internal/jsonhttp"
	"axn/workbench/internal/remote"
)

// request is what a Handler was asked.
type request struct {
	query     string
	texts     []string
	key       string // what the list of texts was called
	raw       bool   // logits, not after a sigmoid
	withTexts bool
	whole     bool // texts that would be cut are refused
	top       int  // results at most; 0 is all
}

// fields reads each field that a request may have. One that changes what the answer means is
// obeyed or refused; those of ignored change nothing here.
var fields = map[string]func(r *request, raw json.RawMessage) *jsonhttp.Problem{
	"query": func(r *request, raw json.RawMessage) (p *jsonhttp.Problem) {
		r.query, p = readText("query", raw)
		return p
	},
	"texts":          func(r *request, raw json.RawMessage) *jsonhttp.Problem { return r.readTexts("texts", raw) },
	"documents":      func(r *request, raw json.RawMessage) *jsonhttp.Problem { return r.readTexts("documents", raw) },
	"passages":       func(r *request, raw json.RawMessage) *jsonhttp.Problem { return r.readTexts("passages", raw) },
	"raw_scores":     func(r *request, raw json.RawMessage) *jsonhttp.Problem { return read("raw_scores", raw, &r.raw) },
	"use_activation": func(r *request, raw json.RawMessage) *jsonhttp.Problem { return readNot("use_activation", raw, &r.raw) },
	"activation":     func(r *request, raw json.RawMessage) *jsonhttp.Problem { return readNot("activation", raw, &r.raw) },
	"return_text":    func(r *request, raw json.RawMessage) *jsonhttp.Problem { return read("return_text", raw, &r.withTexts) },
	"return_documents": func(r *request, raw json.RawMessage) *jsonhttp.Problem {
		return read("return_documents", raw, &r.withTexts)
	},
	"top_n":      func(r *request, raw json.RawMessage) *jsonhttp.Problem { return r.readTop("top_n", raw) },
	"top_k":      func(r *request, raw json.RawMessage) *jsonhttp.Problem { return r.readTop("top_k", raw) },
	"truncate":   readTruncate,
	"truncation": readTruncate,
	"truncation_direction": func(_ *request, raw json.RawMessage) *jsonhttp.Problem {
		return must("truncation_direction", raw, `"right"`)
	},
	"truncate_prompt_tokens": func(_ *request, raw json.RawMessage) *jsonhttp.Problem {
		return must("truncate_prompt_tokens", raw, "-1")
	},
	"rank_fields": func(_ *request, raw json.RawMessage) *jsonhttp.Problem { return must("rank_fields", raw, `["text"]`) },
	"return_embeddings": func(_ *request, raw json.RawMessage) *jsonhttp.Problem {
		return must("return_embeddings", raw, "false")
	},
	"stream": func(_ *request, raw json.RawMessage) *jsonhttp.Problem { return must("stream", raw, "false") },
}

// ignored are fields that change nothing: who asks, and the name of the only model there is.
var ignored = []string{"model", "user", "id", "request_id", "priority", "metadata"}

// parseRequest reads a request's body.
func parseRequest(body []byte) (*request, *jsonhttp.Problem) {
	r, seen := &request{}, map[string]bool{}
	p := jsonhttp.Fields(body, func(name string, raw json.RawMessage) *jsonhttp.Problem {
		seen[name] = true
		return r.set(name, raw)
	})
	if p != nil {
		return nil, p
	}
	return r, r.check(seen)
}

func (r *request) set(name string, raw json.RawMessage) *jsonhttp.Problem {
	field, ok := fields[name]
	switch {
	case !ok && slices.Contains(ignored, name):
		return nil
	case ok && string(raw) == "null" && name != "query":
		return nil
	case !ok && string(raw) == "null":
		return nil
	case !ok:
		return jsonhttp.Invalid("field %q is not known here, and might change what the scores mean: leave it out. Known are %s", remote.OneLine(name),
			strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
	}
	return field(r, raw)
}

// check wants what every request must have.
func (r *request) check(seen map[string]bool) *jsonhttp.Problem {
	switch {
	case !seen["query"]:
		return jsonhttp.Invalid("no query")
	case len(r.texts) == 0:
		return &jsonhttp.Problem{Status: http.StatusBadRequest, Kind: "Empty", Message: "no texts: texts, documents or passages must be a list of at least one"}
	case len(r.texts) > jsonhttp.MaxTexts:
		return &jsonhttp.Problem{Status: http.StatusRequestEntityTooLarge, Kind: "Validation", Message: fmt.Sprintf("batch size %d > maximum allowed batch size %d", len(r.texts), jsonhttp.MaxTexts)}
	}
	return nil
}

func (r *request) readTexts(key string, raw json.RawMessage) *jsonhttp.Problem {
	if r.key != "" {
		return jsonhttp.Invalid("both %s and %s: send one list of texts", r.key, key)
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return jsonhttp.Invalid("%s must be a list of texts", key)
	}
	r.key = key
	if len(list) > jsonhttp.MaxTexts {
		r.texts = make([]string, len(list)) // refused by check
		return nil
	}
	for i, raw := range list {
		text, p := readText(fmt.Sprintf("%s[%d]", key, i), raw)
		if p != nil {
			return p
		}
		r.texts = append(r.texts, text)
	}
	return nil
}

// readText reads a text: a string, or an object whose text is one.
func readText(place string, raw json.RawMessage) (string, *jsonhttp.Problem) {
	var text *string
	if err := json.Unmarshal(raw, &text); err == nil && text != nil {
		return *text, nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) == nil && object != nil {
		if err := json.Unmarshal(object["text"], &text); err == nil && text != nil {
			return *text, nil
		}
		return "", jsonhttp.Invalid("%s is an object without a text that is a string", place)
	}
	return "", jsonhttp.Invalid("%s is %s: want a string, or an object with text", place, remote.OneLine(string(raw[:min(len(raw), 40)])))
}

func read(key string, raw json.RawMessage, to *bool) *jsonhttp.Problem {
	if json.Unmarshal(raw, to) != nil {
		return jsonhttp.Invalid("%s must be true or false", key)
	}
	return nil
}

func readNot(key string, raw json.RawMessage, to *bool) *jsonhttp.Problem {
	var value bool
	p := read(key, raw, &value)
	*to = *to || !value
	return p
}

func (r *request) readTop(key string, raw json.RawMessage) *jsonhttp.Problem {
	var n int
	if json.Unmarshal(raw, &n) != nil || n < 1 {
		return jsonhttp.Invalid("%s must be a whole number of at least 1", key)
	}
	r.top = n
	return nil
}

// readTruncate reads truncate: a switch, or the end that is cut.
func readTruncate(r *request, raw json.RawMessage) *jsonhttp.Problem {
	var on bool
	var end string
	switch {
	case json.Unmarshal(raw, &on) == nil:
		r.whole = !on
	case json.Unmarshal(raw, &end) == nil && strings.EqualFold(end, "NONE"):
		r.whole = true
	case strings.EqualFold(end, "END"):
	default:
		return jsonhttp.Invalid("truncate is %s: texts can be cut at their end (true), or refused (false)", remote.OneLine(string(raw)))
	}
	return nil
}

// must refuses a field unless it says what is done anyway.
func must(key string, raw json.RawMessage, want string) *jsonhttp.Problem {
	var b bytes.Buffer
	if json.Compact(&b, raw); !strings.EqualFold(b.String(), want) {
		return jsonhttp.Invalid("%s is %s: this server does only %s, leave it out", key, remote.OneLine(b.String()), want)
	}
	return nil
}

// results is how many the answer has.
func (r *request) results() int { return min(cmp.Or(r.top, len(r.texts)), len(r.texts)) }
