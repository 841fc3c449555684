package serving

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"axn/workbench"
	"axn/workbench/internal/jsonhttp"
)

// maxBody is the most bytes of a request.
const maxBody = 8 << 20

// request is what POST /search is asked for.
type request struct {
	Query   string    `json:"query"`
	K       int       `json:"k"`
	Budget  int       `json:"budget"`
	Rounds  int       `json:"rounds"`
	Vector  []float32 `json:"vector"`
	Only    []string  `json:"only"`
	Without []string  `json:"without"`
	Stream  bool      `json:"stream"`
}

// problem is why a request is not answered.
type problem struct {
	code int
	text string
}

func (p *problem) Error() string { return p.text }

func refused(code int, format string, args ...any) error {
	return &problem{code, fmt.Sprintf(format, args...)}
}

// read reads and checks the form of a request.
func (h *Handler) read(w http.ResponseWriter, r *http.Request) (*request, error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, refused(http.StatusMethodNotAllowed, "%s is not answered here: POST a JSON object with query", r.Method)
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind != "application/json" && kind != "application/x-www-form-urlencoded" {
		return nil, refused(http.StatusUnsupportedMediaType, "Content-Type is %q: send application/json", kind)
	}
	body, p := jsonhttp.Body(w, r, h.options.ReadTimeout, maxBody)
	if p != nil {
		return nil, refused(p.Status, "%s", p.Message)
	}
	return parse(body)
}

// parse reads one JSON object of known fields.
func parse(body []byte) (*request, error) {
	if !utf8.Valid(body) {
		return nil, refused(http.StatusUnprocessableEntity, "the request is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	var in *request
	if err := d.Decode(&in); err != nil {
		return nil, refused(http.StatusUnprocessableEntity, "the request is not a JSON object as /search takes it: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, refused(http.StatusBadRequest, "the request goes on behind its JSON object")
	}
	if in == nil {
		return nil, refused(http.StatusUnprocessableEntity, "the request is null: send an object with query")
	}
	return in, nil
}

// searchOf turns a request into a search of a corpus.
func (h *Handler) searchOf(in *request, s *shelf) (workbench.SearchOptions, error) {
	o := h.options.Search
	invalid := func(format string, args ...any) (workbench.SearchOptions, error) {
		return o, refused(http.StatusUnprocessableEntity, format, args...)
	}
	switch {
	case strings.TrimSpace(in.Query) == "":
		return invalid("query is missing or empty: the cross-encoder reads the query's text")
	case in.K < 0 || in.Budget < 0 || in.Rounds < 0:
		return invalid("k %d, budget %d and rounds %d cannot be negative", in.K, in.Budget, in.Rounds)
	case in.Budget > h.options.MaxBudget:
		return invalid("budget %d is above the %d that this server allows", in.Budget, h.options.MaxBudget)
	case in.Vector == nil && s.Encoder == nil:
		return invalid("vector is missing: this server has no dual encoder to make it")
	case in.Vector != nil && len(in.Vector) != s.Index.DE.Items.Cols:
		return invalid("vector has %d values, the index's have %d", len(in.Vector), s.Index.DE.Items.Cols)
	}
	for i, v := range in.Vector {
		if math.IsInf(float64(v), 0) || math.IsNaN(float64(v)) {
			return invalid("vector[%d] is %v", i, v)
		}
	}
	if in.K > 0 {
		o.K = in.K
	}
	if in.Budget > 0 {
		o.Budget = in.Budget
	}
	if in.Rounds > 0 {
		o.Rounds = in.Rounds
	}
	allow, err := s.filter(in, o.Allow)
	o.Allow = allow
	return o, err
}

// filter allows only and not without, of the items that the server allows.
func (s *shelf) filter(in *request, allowed func(int) bool) (func(int) bool, error) {
	if in.Only == nil && in.Without == nil {
		return allowed, nil
	}
	named := func(field string, ids []string) (map[int]bool, error) {
		rows := make(map[int]bool, len(ids))
		for i, id := range ids {
			row, ok := s.rows[id]
			if !ok {
				return nil, refused(http.StatusUnprocessableEntity, "%s[%d]: there is no item %q", field, i, id)
			}
			rows[row] = true
		}
		return rows, nil
	}
	only, err := named("only", in.Only)
	if err != nil {
		return nil, err
	}
	without, err := named("without", in.Without)
	if err != nil {
		return nil, err
	}
	if in.Only != nil && len(only) == 0 {
		return nil, refused(http.StatusUnprocessableEntity, "only is empty: name the items to search, or leave it out")
	}
	return func(item int) bool {
		return (in.Only == nil || only[item]) && !without[item] && (allowed == nil || allowed(item))
	}, nil
}
