package rerank

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

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

// problem is why a request is refused.
type problem struct {
	status  int
	kind    string // error_type, as text-embeddings-inference has it
	message string
}

func invalid(format string, args ...any) *problem {
	return &problem{http.StatusUnprocessableEntity, "Validation", fmt.Sprintf(format, args...)}
}

// fields reads each field that a request may have. One that changes what the answer means is
// obeyed or refused; those of ignored change nothing here.
var fields = map[string]func(r *request, raw json.RawMessage) *problem{
	"query":                  func(r *request, raw json.RawMessage) (p *problem) { r.query, p = readText("query", raw); return p },
	"texts":                  func(r *request, raw json.RawMessage) *problem { return r.readTexts("texts", raw) },
	"documents":              func(r *request, raw json.RawMessage) *problem { return r.readTexts("documents", raw) },
	"passages":               func(r *request, raw json.RawMessage) *problem { return r.readTexts("passages", raw) },
	"raw_scores":             func(r *request, raw json.RawMessage) *problem { return read("raw_scores", raw, &r.raw) },
	"use_activation":         func(r *request, raw json.RawMessage) *problem { return readNot("use_activation", raw, &r.raw) },
	"activation":             func(r *request, raw json.RawMessage) *problem { return readNot("activation", raw, &r.raw) },
	"return_text":            func(r *request, raw json.RawMessage) *problem { return read("return_text", raw, &r.withTexts) },
	"return_documents":       func(r *request, raw json.RawMessage) *problem { return read("return_documents", raw, &r.withTexts) },
	"top_n":                  func(r *request, raw json.RawMessage) *problem { return r.readTop("top_n", raw) },
	"top_k":                  func(r *request, raw json.RawMessage) *problem { return r.readTop("top_k", raw) },
	"truncate":               readTruncate,
	"truncation":             readTruncate,
	"truncation_direction":   func(_ *request, raw json.RawMessage) *problem { return must("truncation_direction", raw, `"right"`) },
	"truncate_prompt_tokens": func(_ *request, raw json.RawMessage) *problem { return must("truncate_prompt_tokens", raw, "-1") },
	"rank_fields":            func(_ *request, raw json.RawMessage) *problem { return must("rank_fields", raw, `["text"]`) },
	"return_embeddings":      func(_ *request, raw json.RawMessage) *problem { return must("return_embeddings", raw, "false") },
	"stream":                 func(_ *request, raw json.RawMessage) *problem { return must("stream", raw, "false") },
}

// ignored are fields that change nothing: who asks, and the name of the only model there is.
var ignored = []string{"model", "user", "id", "request_id", "priority", "metadata"}

// parseRequest reads a request's body.
func parseRequest(body []byte) (*request, *problem) {
	if p := checkText(body); p != nil {
		return nil, p
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	r := &request{}
	seen := map[string]bool{}
	open, err := dec.Token()
	if err == nil && open != json.Delim('{') {
		return nil, invalid("the request is not the JSON it should be: cannot unmarshal %T where an object should begin", open)
	}
	for err == nil && dec.More() {
		var key json.Token
		var raw json.RawMessage
		if key, err = dec.Token(); err != nil {
			break
		}
		if err = dec.Decode(&raw); err != nil {
			break
		}
		name := key.(string) // the decoder lets nothing else be a key
		if seen[name] {
			return nil, invalid("field %q comes twice", name)
		}
		seen[name] = true
		if p := r.set(name, raw); p != nil {
			return nil, p
		}
	}
	if err == nil {
		_, err = dec.Token()
	}
	if err != nil {
		return nil, invalid("the request is not the JSON it should be: %v", noEOF(err))
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, &problem{http.StatusBadRequest, "Validation", "more follows after the JSON object: send one request in a body"}
	}
	return r, r.check(seen)
}

// noEOF makes the end of a body where there should be more the error it is.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (r *request) set(name string, raw json.RawMessage) *problem {
	field, ok := fields[name]
	switch {
	case !ok && slices.Contains(ignored, name):
		return nil
	case ok && string(raw) == "null" && name != "query":
		return nil
	case !ok && string(raw) == "null":
		return nil
	case !ok:
		return invalid("field %q is not known here, and might change what the scores mean: leave it out. Known are %s", remote.OneLine(name),
			strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
	}
	return field(r, raw)
}

// check wants what every request must have.
func (r *request) check(seen map[string]bool) *problem {
	switch {
	case !seen["query"]:
		return invalid("no query")
	case len(r.texts) == 0:
		return &problem{http.StatusBadRequest, "Empty", "no texts: texts, documents or passages must be a list of at least one"}
	case len(r.texts) > MaxTexts:
		return &problem{http.StatusRequestEntityTooLarge, "Validation", fmt.Sprintf("batch size %d > maximum allowed batch size %d", len(r.texts), MaxTexts)}
	}
	return nil
}

func (r *request) readTexts(key string, raw json.RawMessage) *problem {
	if r.key != "" {
		return invalid("both %s and %s: send one list of texts", r.key, key)
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return invalid("%s must be a list of texts", key)
	}
	r.key = key
	if len(list) > MaxTexts {
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
func readText(place string, raw json.RawMessage) (string, *problem) {
	var text *string
	if err := json.Unmarshal(raw, &text); err == nil && text != nil {
		return *text, nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) == nil && object != nil {
		if err := json.Unmarshal(object["text"], &text); err == nil && text != nil {
			return *text, nil
		}
		return "", invalid("%s is an object without a text that is a string", place)
	}
	return "", invalid("%s is %s: want a string, or an object with text", place, remote.OneLine(string(raw[:min(len(raw), 40)])))
}

func read(key string, raw json.RawMessage, to *bool) *problem {
	if json.Unmarshal(raw, to) != nil {
		return invalid("%s must be true or false", key)
	}
	return nil
}

func readNot(key string, raw json.RawMessage, to *bool) *problem {
	var value bool
	p := read(key, raw, &value)
	*to = *to || !value
	return p
}

func (r *request) readTop(key string, raw json.RawMessage) *problem {
	var n int
	if json.Unmarshal(raw, &n) != nil || n < 1 {
		return invalid("%s must be a whole number of at least 1", key)
	}
	r.top = n
	return nil
}

// readTruncate reads truncate: a switch, or the end that is cut.
func readTruncate(r *request, raw json.RawMessage) *problem {
	var on bool
	var end string
	switch {
	case json.Unmarshal(raw, &on) == nil:
		r.whole = !on
	case json.Unmarshal(raw, &end) == nil && strings.EqualFold(end, "NONE"):
		r.whole = true
	case strings.EqualFold(end, "END"):
	default:
		return invalid("truncate is %s: texts can be cut at their end (true), or refused (false)", remote.OneLine(string(raw)))
	}
	return nil
}

// must refuses a field unless it says what is done anyway.
func must(key string, raw json.RawMessage, want string) *problem {
	var b bytes.Buffer
	if json.Compact(&b, raw); !strings.EqualFold(b.String(), want) {
		return invalid("%s is %s: this server does only %s, leave it out", key, remote.OneLine(b.String()), want)
	}
	return nil
}

// checkText wants UTF-8, and in escapes no half of a pair, which no text has.
func checkText(body []byte) *problem {
	for at := 0; at < len(body); {
		c, n := utf8.DecodeRune(body[at:])
		if c == utf8.RuneError && n == 1 {
			return invalid("byte %d (0x%02x) is not UTF-8: send the request in UTF-8", at, body[at])
		}
		at += n
	}
	for at := 0; at < len(body); at++ {
		if body[at] != '\\' {
			continue
		}
		at++
		high, ok := escape(body, at)
		if !ok || high < 0xd800 || high > 0xdfff {
			continue
		}
		if low, ok := escape(body, at+6); high > 0xdbff || !ok || body[at+5] != '\\' || low < 0xdc00 || low > 0xdfff {
			return invalid(`\%s at byte %d is half of a character: send the text as it is`, body[at:at+5], at-1)
		}
		at += 6 // the second half
	}
	return nil
}

// escape reads the uXXXX at a place of the body.
func escape(body []byte, at int) (code int, ok bool) {
	if at+5 > len(body) || body[at] != 'u' {
		return 0, false
	}
	_, err := fmt.Sscanf(string(body[at+1:at+5]), "%04x", &code)
	return code, err == nil
}

// results is how many the answer has.
func (r *request) results() int { return min(cmp.Or(r.top, len(r.texts)), len(r.texts)) }
