package workbench

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

var embedTexts = []string{"the cancer had * invaded * her lungs", "invade: occupy in large numbers", "run fast", "a [SEP] b"}

func sameRows(a, b *Matrix) bool {
	return a != nil && b != nil && a.Rows == b.Rows && a.Cols == b.Cols && slices.Equal(a.Data, b.Data)
}

// TestEmbedClient: a model served and asked in either shape gives the vectors that it gives here,
// with its own prompts and with those of the client.
func TestEmbedClient(t *testing.T) {
	de := openDE(t)
	de.QueryPrompt, de.ItemPrompt = "find: ", "text: "
	server := httptest.NewServer(EmbedHandler(de))
	defer server.Close()
	want, err := de.Encode(t.Context(), embedTexts)
	if err != nil {
		t.Fatal(err)
	}
	queries, err := de.EncodeQueries(t.Context(), embedTexts)
	if err != nil {
		t.Fatal(err)
	}
	for _, shape := range []EmbedShape{"", EmbedTEI, EmbedOpenAI} {
		c := &EmbedClient{URL: server.URL, Shape: shape, Batch: 3, QueryPrompt: "find: "}
		got, err := c.Encode(t.Context(), embedTexts)
		if err != nil || !sameRows(got, want) {
			t.Errorf("%q: %v, other vectors", shape, err)
		}
		if got, err = c.EncodeQueries(t.Context(), embedTexts); err != nil || !sameRows(got, queries) {
			t.Errorf("%q: %v, other vectors of queries", shape, err)
		}
		if print, err := c.Fingerprint(); err != nil || !strings.Contains(print, "find: ") {
			t.Errorf("%q: fingerprint %q, %v", shape, print, err)
		}
	}
	short := &EmbedClient{URL: server.URL + "/v1/embeddings", Shape: EmbedOpenAI, Dimension: 16}
	de.Dimension = 16
	want, err = de.Encode(t.Context(), embedTexts)
	if err != nil {
		t.Fatal(err)
	}
	got, err := short.Encode(t.Context(), embedTexts)
	if err != nil || got.Cols != 16 {
		t.Fatal(err)
	}
	for i, x := range got.Data {
		if math.Abs(float64(x-want.Data[i])) > 1e-6 {
			t.Fatalf("number %d of cut vectors: %g, want %g", i, x, want.Data[i])
		}
	}
	de.Dimension = 1 << 20
	if _, err := de.Encode(t.Context(), embedTexts); err == nil || !strings.Contains(err.Error(), "Dimension is 1048576") {
		t.Errorf("%v", err)
	}
}

// TestEmbedHandler: what OpenAI's and TEI's clients send, and what is refused.
func TestEmbedHandler(t *testing.T) {
	de := openDE(t)
	de.QueryPrompt = "find: "
	server := httptest.NewServer(EmbedHandler(de))
	defer server.Close()
	post := func(path, body string) (int, string) {
		answer, err := http.Post(server.URL+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(text)
	}
	queries, err := de.EncodeQueries(t.Context(), []string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	for path, body := range map[string]string{"/embed": `{"inputs":"run","prompt_name":"query"}`, "/v1/embeddings": `{"input":["run"],"input_type":"query","model":"m","user":"u"}`} {
		status, text := post(path, body)
		var list [][]float32
		var object struct {
			Data []struct{ Embedding []float32 }
		}
		json.Unmarshal([]byte(text), &list)
		json.Unmarshal([]byte(text), &object)
		if len(object.Data) > 0 {
			list = [][]float32{object.Data[0].Embedding}
		}
		if status != 200 || len(list) != 1 || !slices.Equal(list[0], queries.Row(0)) {
			t.Errorf("%s: %d %.100s", path, status, text)
		}
	}
	long := strings.Repeat("word ", 2000)
	for _, c := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/embed", `{"inputs":"` + long + `"}`, 422, "send truncate true"},
		{"/embed", `{"inputs":"` + long + `","truncate":true}`, 200, "[["},
		{"/v1/embeddings", `{"input":"` + long + `"}`, 200, "embedding"},
		{"/v1/embeddings", `{"input":"a","encoding_format":"base64","dimensions":2}`, 200, `"embedding":"`},
		{"/v1/embeddings", `{"input":[[1,2]]}`, 422, "token ids are not taken"},
		{"/v1/embeddings", `{"input":[]}`, 400, "no texts"},
		{"/v1/embeddings", `{"input":"a","encoding_format":"int8"}`, 422, "encoding_format"},
		{"/v1/embeddings", `{"input":"a","dimensions":100000}`, 422, "a vector has"},
		{"/v1/embeddings", `{"input":"a","input_type":"image"}`, 422, "want query or document"},
		{"/v1/embeddings", `{"input":"a","late_chunking":true}`, 422, "late_chunking"},
		{"/embed", `{"inputs":"a","normalize":false}`, 422, "unit length"},
		{"/embed", `{"inputs":"\ud800"}`, 422, "half of a character"},
		{"/embed", `{`, 422, "JSON"},
	} {
		if status, text := post(c.path, c.body); status != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%s %.60s: %d %.200s, want %d %s", c.path, c.body, status, text, c.status, c.want)
		}
	}
}

// TestCachedEmbedder: a call that failed halfway goes on where it stood, a bad text costs itself,
// and queries are not items.
func TestCachedEmbedder(t *testing.T) {
	de := openDE(t)
	var texts, broken atomic.Int64
	var bad atomic.Bool
	bad.Store(true)
	good := EmbedHandler(de)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodPost && bad.Load() && strings.Contains(string(body), "run fast") {
			broken.Add(1)
			http.Error(w, `{"error":"this text is not taken"}`, 422)
			return
		}
		var in struct{ Inputs []string }
		json.Unmarshal(body, &in)
		texts.Add(int64(len(in.Inputs)))
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		good.ServeHTTP(w, r)
	}))
	defer server.Close()
	c, err := CachedEmbedder(&EmbedClient{URL: server.URL, QueryPrompt: "q: "}, filepath.Join(t.TempDir(), "vectors"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.EncodeItems(t.Context(), embedTexts); err == nil || !strings.Contains(err.Error(), `text "run fast"`) || !strings.Contains(err.Error(), "not taken") {
		t.Errorf("%v", err)
	}
	if texts.Load() != 3 || broken.Load() < 2 {
		t.Errorf("%d texts, %d refusals", texts.Load(), broken.Load())
	}
	bad.Store(false)
	want, err := de.Encode(t.Context(), embedTexts)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := c.EncodeItems(t.Context(), embedTexts)
		if err != nil || !sameRows(got, want) || texts.Load() != 4 {
			t.Errorf("%v after %d texts", err, texts.Load())
		}
	}
	if got, err := c.EncodeQueries(t.Context(), embedTexts); err != nil || sameRows(got, want) || texts.Load() != 8 {
		t.Errorf("queries: %v after %d texts", err, texts.Load())
	}
	if _, err := c.plain.Predict(t.Context(), [][2]string{{"a", "b"}}); err == nil {
		t.Error("a vector cache gives scores")
	}
}

// TestEmbedPartial: Encode gives the vectors there are.
func TestEmbedPartial(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			io.WriteString(w, `{"data":[{"index":1,"embedding":[1,2]},{"index":0,"embedding":[NaN,1]},{"index":2,"embedding":"AACAPwAAAEA="}]}`)
		}
	}))
	defer server.Close()
	c := &EmbedClient{URL: server.URL, Shape: EmbedOpenAI, Model: "m"}
	got, err := c.Encode(t.Context(), []string{"a", "b", "c"})
	part, ok := errors.AsType[*PartialError](err)
	if !ok || len(part.Failed) != 1 || part.Failed[0].Index != 0 || !slices.Equal(got.Data[2:], []float32{1, 2, 1, 2}) || !strings.Contains(err.Error(), "1 of 3 texts have no vector; text 0: number 0 of the vector is null") {
		t.Errorf("%v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Encode(ctx, []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
