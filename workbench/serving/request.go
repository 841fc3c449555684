package serving

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"axn/workbench"
	"axn/workbench/internal/jsonhttp"
)

// maxBody is the most bytes of a request.
const maxBody = 8 << 20

// request is what POST /search is asked for.
type request struct {
	Query         string
	K             int
	Budget        int
	Rounds        int
	Vector        []float32
	Only, Without []string
	Stream        bool
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
	if p := jsonhttp.CheckHeader(r.Header); p != nil {
		return nil, refused(p.Status, "%s", p.Message)
	}
	body, p := jsonhttp.Body(w, r, h.options.ReadTimeout, maxBody)
	if p != nil {
		return nil, refused(p.Status, "%s", p.Message)
	}
	return parse(body)
}

// wants says what each field must be.
var wants = map[string]string{"query": "a text", "k": "a whole number", "budget": "a whole number", "rounds": "a whole number", "vector": "a list of numbers",
	"only": "a list of ids", "without": "a list of ids", "stream": "true or false"}

// parse reads one JSON object of known fields.
func parse(body []byte) (*request, error) {
	in := &request{}
	var vector []*float32 // a null in it is no 0
	to := map[string]any{"query": &in.Query, "k": &in.K, "budget": &in.Budget, "rounds": &in.Rounds, "vector": &vector, "only": &in.Only, "without": &in.Without, "stream": &in.Stream}
	p := jsonhttp.Fields(body, func(name string, raw json.RawMessage) *jsonhttp.Problem {
		field, ok := to[name]
		switch {
		case !ok:
			return jsonhttp.Invalid("field %.40s is not known here: known are %s", name, strings.Join(slices.Sorted(maps.Keys(wants)), ", "))
		case json.Unmarshal(raw, field) != nil || name == "vector" && slices.Contains(vector, nil):
			return jsonhttp.Invalid("%s is %.40s: want %s", name, raw, wants[name])
		}
		return nil
	})
	if p != nil {
		return nil, refused(p.Status, "%s", p.Message)
	}
	if vector != nil {
		in.Vector = make([]float32, len(vector))
	}
	for i, x := range vector {
		in.Vector[i] = *x
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
	if in.Vector != nil {
		if _, err := s.Index.For(&workbench.Matrix{Rows: 1, Cols: len(in.Vector), Data: in.Vector}); err != nil {
			return invalid("vector: %v", err)
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
