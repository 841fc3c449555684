package jsonhttp

import (
	"encoding/json"
	"math"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestWrite: an answer comes whole, or as an error.
func TestWrite(t *testing.T) {
	for _, c := range []struct {
		v      any
		status int
		want   string
	}{{[]float64{1, 2}, 201, "[1,2]\n"}, {[]float64{1, math.NaN()}, 500, `"error":"the answer cannot be written as JSON: json: unsupported value: NaN"`}} {
		w := httptest.NewRecorder()
		if Write(w, 201, c.v); w.Code != c.status || !strings.Contains(w.Body.String(), c.want) || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%v: %d %s", c.v, w.Code, w.Body)
		}
	}
}

// FuzzFields: what is no single JSON object of distinct fields in UTF-8 is refused with a line.
func FuzzFields(f *testing.F) {
	for _, seed := range []string{`{"a":1,"b":[null]}`, `{"a":1,"a":2}`, `{"a":"\ud83d\ude00\ud83d"}`, `{} {}`, `null`, "{\"\xe9\":1}", `{"a":"\u`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		n := 0
		p := Fields(body, func(string, json.RawMessage) *Problem { n++; return nil })
		var object map[string]json.RawMessage
		switch err := json.Unmarshal(body, &object); {
		case p != nil && (p.Status < 400 || p.Status > 499 || strings.ContainsAny(p.Message, "\n\r")):
			t.Fatalf("%+v", p)
		case p == nil && (err != nil || len(object) != n):
			t.Fatalf("%q: %d fields were read of %v, %v", body, n, object, err)
		}
	})
}
