package serving

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"axn/workbench"
)

// world is a corpus whose texts are numbers: "item 17" and "query 3".
type world struct {
	Corpus
	vectors, queries *workbench.Matrix
	asked            atomic.Int64 // calls of the cross-encoder
	wait             func()       // before each call, if it is set
}

const (
	worldItems, worldQueries, worldWidth = 400, 60, 8
)

func newWorld(t testing.TB) *world {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(rows int) *workbench.Matrix {
		m := workbench.NewMatrix(rows, worldWidth)
		for i := range m.Data {
			m.Data[i] = float32(rng.NormFloat64())
		}
		return m
	}
	w := &world{vectors: random(worldItems), queries: random(worldQueries)}
	d := &workbench.Dataset{Name: "world", DE: workbench.DualEmbeddings{Queries: w.queries, Items: w.vectors}}
	for i := range worldItems {
		d.Items = append(d.Items, workbench.Item{ID: fmt.Sprint("i", i), Text: fmt.Sprint("item ", i)})
	}
	for q := range worldQueries {
		d.Queries = append(d.Queries, workbench.Query{ID: fmt.Sprint("q", q), Text: fmt.Sprint("query ", q), Gold: -1})
	}
	ix, err := workbench.Factorize(t.Context(), d, nil, workbench.FactorizeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.Corpus = Corpus{Index: ix, Dataset: d, Encoder: encoder{w}, Scorer: workbench.TextScorerFunc(w.predict)}
	return w
}

// score is what the cross-encoder says: near the dot product of the vectors, and not it.
func (w *world) score(q, i int) float64 {
	dot := 0.0
	for k, x := range w.queries.Row(q) {
		dot += float64(x * w.vectors.Row(i)[k])
	}
	return dot + math.Sin(float64(q*worldItems+i))
}

func (w *world) predict(ctx context.Context, pairs [][2]string) ([]float64, error) {
	w.asked.Add(1)
	if w.wait != nil {
		w.wait()
	}
	scores := make([]float64, len(pairs))
	for n, p := range pairs {
		var q, i int
		if _, err := fmt.Sscanf(p[0]+" "+p[1], "query %d item %d", &q, &i); err != nil || q >= worldQueries {
			return nil, fmt.Errorf("cannot read %q", p)
		}
		scores[n] = w.score(q, i)
	}
	return scores, ctx.Err()
}

// best lists the items that the cross-encoder scores highest.
func (w *world) best(q, k int, allow func(int) bool) (ids []string) {
	var rows []int
	for i := range worldItems {
		if allow == nil || allow(i) {
			rows = append(rows, i)
		}
	}
	slices.SortFunc(rows, func(a, b int) int { return cmp.Compare(w.score(q, b), w.score(q, a)) })
	for _, row := range rows[:k] {
		ids = append(ids, fmt.Sprint("i", row))
	}
	return ids
}

type encoder struct{ *world }

func (e encoder) Encode(_ context.Context, texts []string) (*workbench.Matrix, error) {
	m := workbench.NewMatrix(len(texts), worldWidth)
	for i, text := range texts {
		var q int
		if _, err := fmt.Sscanf(text, "query %d", &q); err != nil || q >= worldQueries {
			return nil, fmt.Errorf("cannot read %q", text)
		}
		copy(m.Row(i), e.queries.Row(q))
	}
	return m, nil
}

func serve(t testing.TB, c Corpus, o Options) (*Handler, *httptest.Server) {
	t.Helper()
	if o.Search.Budget == 0 {
		o.Search.Budget = 100
	}
	h, err := SearchHandler(c, o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	return h, server
}

func post(t testing.TB, url, body string) (int, answer, string) {
	t.Helper()
	resp, err := http.Post(url+"/search", "application/json", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, answer{}, ""
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	var a answer
	json.Unmarshal(data, &a)
	return resp.StatusCode, a, string(data)
}

func get(t testing.TB, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(data)
}

func ids(a answer) (ids []string) {
	for _, it := range a.Items {
		ids = append(ids, it.ID)
	}
	return ids
}

func TestSearchFindsTheBest(t *testing.T) {
	w := newWorld(t)
	_, server := serve(t, w.Corpus, Options{})
	// A budget of all items finds exactly the best.
	code, a, body := post(t, server.URL, `{"query": "query 3", "budget": 400, "k": 7}`)
	if code != 200 || !slices.Equal(ids(a), w.best(3, 7, nil)) || a.Calls != 400 || a.Rounds != 5 {
		t.Fatalf("%d %s", code, body)
	}
	var row int
	fmt.Sscanf(a.Items[0].ID, "i%d", &row)
	if a.Items[0].Text != fmt.Sprint("item ", row) || a.Items[0].Score != w.score(3, row) {
		t.Errorf("the first is %+v", a.Items[0])
	}
	// As Index.Search does it, by the options and by a vector.
	code, a, body = post(t, server.URL, `{"query": "query 5"}`)
	res, err := w.Index.Search(t.Context(), workbench.NewScorer(w.Scorer, w.Dataset), 5, workbench.SearchOptions{Budget: 100, K: 10})
	if err != nil {
		t.Fatal(err)
	}
	for i, it := range res.Items {
		if len(a.Items) != 10 || a.Items[i].ID != w.Dataset.Items[it].ID {
			t.Fatalf("%d %s, and Search finds %v", code, body, res.Items)
		}
	}
	vector, _ := json.Marshal(w.queries.Row(5))
	if _, b, body := post(t, server.URL, fmt.Sprintf(`{"query": "query 5", "vector": %s}`, vector)); !slices.Equal(ids(a), ids(b)) {
		t.Errorf("by its vector: %s", body)
	}
}

func TestFilters(t *testing.T) {
	w := newWorld(t)
	_, server := serve(t, w.Corpus, Options{Search: workbench.SearchOptions{Budget: 400, Allow: func(i int) bool { return i != 11 }}})
	odd := func(i int) bool { return i%2 == 1 && i != 11 }
	var only []string
	for i := range worldItems {
		if i%2 == 1 {
			only = append(only, fmt.Sprintf("%q", fmt.Sprint("i", i)))
		}
	}
	if _, a, body := post(t, server.URL, fmt.Sprintf(`{"query": "query 1", "k": 5, "only": [%s]}`, strings.Join(only, ","))); !slices.Equal(ids(a), w.best(1, 5, odd)) || a.Calls != 199 {
		t.Errorf("only odd ones: %s", body)
	}
	best := w.best(1, 2, odd)
	if _, a, body := post(t, server.URL, fmt.Sprintf(`{"query": "query 1", "k": 5, "without": [%q]}`, best[0])); slices.Contains(ids(a), best[0]) || slices.Contains(ids(a), "i11") || len(a.Items) != 5 {
		t.Errorf("without the best: %s", body)
	}
}

func TestWrongRequests(t *testing.T) {
	w := newWorld(t)
	_, server := serve(t, w.Corpus, Options{MaxBudget: 200})
	for body, want := range map[string]struct {
		code int
		text string
	}{
		`{}`:                                  {422, "query is missing"},
		`{"query": "  "}`:                     {422, "query is missing"},
		`null`:                                {422, "null"},
		`[1]`:                                 {422, "not a JSON object"},
		`{"query": 5}`:                        {422, "query"},
		`{"query": "a", "top": 3}`:            {422, "top"},
		`{"query": "query 1"} {}`:             {400, "one request in a body"},
		"{\"query\": \"\xff\"}":               {422, "UTF-8"},
		`{"query": "a\ud83d"}`:                {422, "half of a character"},
		`{"Query": "a"}`:                      {422, "Query"},
		`{"query": "a", "query": "b"}`:        {422, "comes twice"},
		`{"query": "a"`:                       {422, "unexpected EOF"},
		``:                                    {422, "unexpected EOF"},
		`{"query": "a", "k": 2.5}`:            {422, "want a whole number"},
		`{"query": "a", "vector": [1, null]}`: {422, "vector is"},
		`{"query": "a", "vector": [1e99]}`:    {422, "want a list of numbers"},
		`{"query": "a", "vector": [1e30, 0, 0, 0, 0, 0, 0, 0]}`: {422, "float32 cannot multiply"},
		`{"query": "a", "k": -1}`:                               {422, "negative"},
		`{"query": "a", "budget": 1000}`:                        {422, "above the 200"},
		`{"query": "a", "vector": [1]}`:                         {422, "has 1 values"},
		`{"query": "a", "vector": []}`:                          {422, "has 0 values"},
		`{"query": "a", "only": []}`:                            {422, "only is empty"},
		`{"query": "query 1", "only": ["x"]}`:                   {422, "only[0]: there is no item"},
		`{"query": "query 1", "without": ["../etc/passwd"]}`:    {422, "no item"},
		`{"query": "what nobody can encode"}`:                   {502, "cannot read"},
	} {
		if code, _, got := post(t, server.URL, body); code != want.code || !strings.Contains(got, want.text) {
			t.Errorf("%s: %d %s", body, code, got)
		}
	}
	if code, _, got := post(t, server.URL, `{"query": "`+strings.Repeat("a", maxBody)+`"}`); code != 413 {
		t.Errorf("a large request: %d %s", code, got)
	}
	resp, err := http.Get(server.URL + "/search")
	if err != nil || resp.StatusCode != 405 || resp.Header.Get("Allow") != "POST" {
		t.Errorf("GET: %v %v", resp, err)
	}
	resp, err = http.Post(server.URL+"/search", "text/xml", strings.NewReader("<a/>"))
	if err != nil || resp.StatusCode != 415 {
		t.Errorf("XML: %v %v", resp, err)
	}
}

// Searches that come while the cross-encoder works share its next call, and each gets what it
// would get alone.
func TestSearchesShareCalls(t *testing.T) {
	w := newWorld(t)
	_, server := serve(t, w.Corpus, Options{BatchCalls: 1})
	alone := map[int][]string{}
	for q := range 30 {
		_, a, _ := post(t, server.URL, fmt.Sprintf(`{"query": "query %d"}`, q))
		alone[q] = ids(a)
	}
	if w.asked.Load() != 150 {
		t.Fatalf("%d calls for 30 searches of 5 rounds", w.asked.Load())
	}
	w.asked.Store(0)
	w.wait = func() { time.Sleep(20 * time.Millisecond) }
	var all sync.WaitGroup
	for q := range 30 {
		all.Go(func() {
			if code, a, body := post(t, server.URL, fmt.Sprintf(`{"query": "query %d"}`, q)); code != 200 || !slices.Equal(ids(a), alone[q]) {
				t.Errorf("query %d: %d %s, alone %v", q, code, body, alone[q])
			}
		})
	}
	all.Wait()
	if n := w.asked.Load(); n > 100 { // a busy machine brings fewer together than an idle one, which has about 10
		t.Errorf("%d calls for 30 searches at once", n)
	}
}

// One search that the cross-encoder cannot serve fails alone.
func TestOneFailureIsNobodyElses(t *testing.T) {
	w := newWorld(t)
	_, server := serve(t, w.Corpus, Options{BatchCalls: 1})
	w.wait = func() { time.Sleep(20 * time.Millisecond) }
	vector, _ := json.Marshal(w.queries.Row(5))
	var all sync.WaitGroup
	for q := range 12 {
		all.Go(func() {
			body, want := fmt.Sprintf(`{"query": "query %d"}`, q), 200
			if q%4 == 0 {
				body, want = fmt.Sprintf(`{"query": "query 99", "vector": %s}`, vector), 502
			}
			if code, _, got := post(t, server.URL, body); code != want {
				t.Errorf("%s: %d %s", body, code, got)
			}
		})
	}
	all.Wait()
}

func TestStream(t *testing.T) {
	w := newWorld(t)
	_, server := serve(t, w.Corpus, Options{})
	resp, err := http.Post(server.URL+"/search", "application/json", strings.NewReader(`{"query": "query 2", "k": 3, "stream": true}`))
	if err != nil || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%v %v", resp, err)
	}
	defer resp.Body.Close()
	var names []string
	var last answer
	best := math.Inf(-1)
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			names = append(names, name)
		}
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			var a answer
			if err := json.Unmarshal([]byte(data), &a); err != nil {
				t.Fatal(err)
			}
			if a.Items[0].Score < best || a.Calls <= last.Calls && len(names) < 6 {
				t.Errorf("after %v: %s", names, data)
			}
			best, last = a.Items[0].Score, a
		}
	}
	if strings.Join(names, " ") != "round round round round round result" || last.Calls != 100 || len(last.Items) != 3 {
		t.Errorf("events %v, in the end %+v", names, last)
	}
	_, server = serve(t, w.Corpus, Options{})
	if _, _, body := post(t, server.URL, `{"query": "cannot", "stream": true}`); !strings.HasPrefix(body, "event: error\ndata: {") || !strings.Contains(body, "502") {
		t.Errorf("a failure in a stream: %s", body)
	}
}

func TestTooMany(t *testing.T) {
	w := newWorld(t)
	release := make(chan struct{})
	w.wait = func() { <-release }
	h, server := serve(t, w.Corpus, Options{MaxSearches: 2})
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			if code, _, body := post(t, server.URL, `{"query": "query 1"}`); code != 200 {
				t.Errorf("%d %s", code, body)
			}
		})
	}
	for len(h.places) < 2 { // until both are under way
		time.Sleep(time.Millisecond)
	}
	last, err := http.Post(server.URL+"/search", "application/json", strings.NewReader(`{"query": "query 1", "budget": 1}`))
	if err != nil {
		t.Fatal(err)
	}
	defer last.Body.Close()
	if last.StatusCode != 429 || last.Header.Get("Retry-After") == "" {
		t.Errorf("one too many: %v", last)
	}
	close(release)
	all.Wait()
}

func TestDeadlineAndPanic(t *testing.T) {
	w := newWorld(t)
	block := make(chan struct{})
	c := w.Corpus
	c.Scorer = workbench.TextScorerFunc(func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-block:
			panic("poisoned")
		}
	})
	_, server := serve(t, c, Options{Timeout: 50 * time.Millisecond})
	if code, _, body := post(t, server.URL, `{"query": "query 1"}`); code != 504 {
		t.Errorf("too slow: %d %s", code, body)
	}
	close(block)
	if code, _, body := post(t, server.URL, `{"query": "query 1"}`); code != 500 || !strings.Contains(body, "poisoned") {
		t.Errorf("a panic: %d %s", code, body)
	}
}

// TestRefusedAtTheStart: options with which no search can be made are an error of SearchHandler.
func TestRefusedAtTheStart(t *testing.T) {
	w := newWorld(t)
	for want, o := range map[string]workbench.SearchOptions{
		"leave it nil":         {Budget: 9, First: workbench.ByChance(1)},
		"the index cannot say": {Budget: 9, Recall: .9},
		"Softmax is -1":        {Budget: 9, Softmax: -1},
		"leave it 0":           {Budget: 9, Learn: 1},
		"no inverted lists":    {Budget: 9, Probe: .5},
	} {
		if _, err := SearchHandler(w.Corpus, Options{Search: o}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if w.asked.Load() != 0 {
		t.Error("the cross-encoder was asked")
	}
}

// TestRetired: a corpus is retired once, when the searches that began with it have ended, and not
// while it is served.
func TestRetired(t *testing.T) {
	w := newWorld(t)
	var old, next atomic.Int64
	began, goOn := make(chan bool), make(chan bool)
	var once sync.Once
	w.wait = func() { once.Do(func() { began <- true; <-goOn }) }
	w.Retired = func() { old.Add(1) }
	h, server := serve(t, w.Corpus, Options{})
	answered := make(chan int)
	go func() {
		code, _, _ := post(t, server.URL, `{"query": "query 3"}`)
		answered <- code
	}()
	<-began
	later := w.Corpus
	later.Retired = func() { next.Add(1) }
	if err := h.Swap(later); err != nil {
		t.Fatal(err)
	}
	if old.Load() != 0 {
		t.Error("retired during a search")
	}
	goOn <- true
	if code := <-answered; code != 200 {
		t.Errorf("answered %d", code)
	}
	if code, _, body := post(t, server.URL, `{"query": "query 4"}`); code != 200 {
		t.Errorf("%d %s", code, body)
	}
	until := func(n *atomic.Int64) { // a request is answered before it has left
		for n.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	until(&old)
	if err := h.Swap(Corpus{}); err == nil || old.Load() != 1 || next.Load() != 0 {
		t.Errorf("%v; retired %d and %d times", err, old.Load(), next.Load())
	}
	if err := h.Swap(w.Corpus); err != nil {
		t.Fatal(err)
	}
	until(&next)
	if old.Load() != 1 || next.Load() != 1 {
		t.Errorf("retired %d and %d times", old.Load(), next.Load())
	}
}

// Requests under way when the corpus is swapped are answered, and those that come later see
// the new one.
func TestSwapDropsNoRequest(t *testing.T) {
	w := newWorld(t)
	h, server := serve(t, w.Corpus, Options{})
	renamed := *w.Dataset
	renamed.Items = slices.Clone(w.Dataset.Items)
	for i := range renamed.Items {
		renamed.Items[i].ID = fmt.Sprint("new", i)
	}
	next := w.Corpus
	next.Dataset = &renamed
	stop := make(chan struct{})
	var all sync.WaitGroup
	for q := range 8 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				code, a, body := post(t, server.URL, fmt.Sprintf(`{"query": "query %d"}`, q))
				if code != 200 || len(a.Items) != 10 || strings.HasPrefix(a.Items[0].ID, "new") != strings.HasPrefix(a.Items[9].ID, "new") {
					t.Errorf("%d %s", code, body)
				}
			}
		})
	}
	for i := range 20 {
		if err := h.Swap([]Corpus{w.Corpus, next}[(i+1)%2]); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err := h.Swap(next); err != nil {
		t.Fatal(err)
	}
	close(stop)
	all.Wait()
	if _, a, body := post(t, server.URL, `{"query": "query 1"}`); !strings.HasPrefix(a.Items[0].ID, "new") {
		t.Error(body)
	}
	short := next
	short.Dataset = &workbench.Dataset{Items: renamed.Items[1:]}
	if err := h.Swap(short); err == nil || !strings.Contains(err.Error(), "400 items") {
		t.Errorf("a data set that does not fit: %v", err)
	}
}

func TestHealthInfoMetrics(t *testing.T) {
	w := newWorld(t)
	w.Scorer = workbench.TextScorerFunc(func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		if w.asked.CompareAndSwap(7, 8) { // round 3 of the second search
			return nil, errors.New("out of order")
		}
		return w.predict(ctx, pairs)
	})
	h, server := serve(t, w.Corpus, Options{})
	post(t, server.URL, `{"query": "query 1"}`)
	post(t, server.URL, `{"query": "query 2"}`)
	post(t, server.URL, `{}`)
	get := func(path string) (int, string) { return get(t, server.URL+path) }
	_, metrics := get("/metrics")
	for _, want := range []string{`axn_requests_total{code="200"} 1`, `axn_requests_total{code="422"} 1`, `axn_requests_total{code="502"} 1`, "axn_cross_encoder_calls_total 140", "axn_items 400", `axn_batch_pairs_sum{tier="exact"} 160`, "axn_searches_in_flight 0"} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("the metrics lack %s:\n%s", want, metrics)
		}
	}
	if code, info := get("/info"); code != 200 || !strings.Contains(info, `"items":400`) {
		t.Errorf("info: %d %s", code, info)
	}
	if code, _ := get("/healthz"); code != 200 {
		t.Errorf("health: %d", code)
	}
	h.Close()
	if code, _ := get("/healthz"); code != 503 {
		t.Errorf("health after Close: %d", code)
	}
	if code, _, _ := post(t, server.URL, `{"query": "query 1"}`); code != 200 {
		t.Errorf("a search after Close: %d", code)
	}
}

// TestFastAndExact: a fast cross-encoder scores the rounds, and what is answered has the other's scores in its order.
func TestFastAndExact(t *testing.T) {
	w := newWorld(t)
	var fast atomic.Int64
	w.Fast = workbench.TextScorerFunc(func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		scores, err := w.predict(ctx, pairs)
		for i := range scores {
			scores[i] = math.Round(scores[i])
		}
		fast.Add(int64(len(pairs)))
		return scores, err
	})
	_, server := serve(t, w.Corpus, Options{})
	both := workbench.Cascade{Fast: workbench.NewScorer(w.Fast, w.Dataset), Exact: workbench.NewScorer(w.Scorer, w.Dataset)}
	want, err := w.Index.Search(t.Context(), both, 3, workbench.SearchOptions{Budget: 100, K: 5})
	if err != nil {
		t.Fatal(err)
	}
	fast.Store(0)
	code, a, body := post(t, server.URL, `{"query": "query 3", "k": 5}`)
	if code != 200 || a.Calls != 100 || a.ExactCalls != 10 || fast.Load() != 100 || len(a.Items) != 5 {
		t.Fatalf("%d %s after %d fast calls", code, body, fast.Load())
	}
	for i, it := range a.Items {
		if it.ID != w.Dataset.Items[want.Items[i]].ID || it.Score != w.score(3, want.Items[i]) {
			t.Errorf("item %d is %+v, a search with a Cascade finds %v %v", i, it, want.Items, want.Scores)
		}
	}
	_, metrics := get(t, server.URL+"/metrics")
	for _, want := range []string{"axn_cross_encoder_calls_total 100", "axn_exact_calls_total 10", `axn_batch_pairs_sum{tier="exact"} 10`, `axn_batch_pairs_sum{tier="fast"} 100`} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("the metrics lack %s:\n%s", want, metrics)
		}
	}
	if _, info := get(t, server.URL+"/info"); !strings.Contains(info, `"fast":true`) {
		t.Errorf("info: %s", info)
	}
	// Again, and rounds that are told as Fast scores them.
	_, server = serve(t, w.Corpus, Options{Again: 7})
	_, _, body = post(t, server.URL, `{"query": "query 3", "k": 5, "stream": true}`)
	var last string
	for line := range strings.Lines(body) {
		last, _ = strings.CutPrefix(line, "data: ")
		var told answer
		if err := json.Unmarshal([]byte(last), &told); err != nil || strings.Contains(last, "exact_calls") {
			continue
		}
		for _, it := range told.Items {
			if it.Score != math.Round(it.Score) {
				t.Errorf("a round tells %s", last)
			}
		}
	}
	if !strings.Contains(body, "event: round") || !strings.Contains(body, `"exact_calls":7`) {
		t.Errorf("streamed: %s", body)
	}
	if _, err := SearchHandler(w.Corpus, Options{Search: workbench.SearchOptions{Budget: 1}, Again: -1}); err == nil {
		t.Error("a negative Again is taken")
	}
}

func TestCorpusThatDoesNotFit(t *testing.T) {
	w := newWorld(t)
	for want, change := range map[string]func(*Corpus, *Options){
		"no index":         func(c *Corpus, _ *Options) { c.Index = nil },
		"no data set":      func(c *Corpus, _ *Options) { c.Dataset = nil },
		"no cross-encoder": func(c *Corpus, _ *Options) { c.Scorer = nil },
		"budget":           func(_ *Corpus, o *Options) { o.Search.Budget = 0 },
		"has no text": func(c *Corpus, _ *Options) {
			d := *c.Dataset
			d.Items = append(slices.Clone(d.Items[1:]), workbench.Item{ID: "x"})
			c.Dataset = &d
		},
		"the same id": func(c *Corpus, _ *Options) {
			d := *c.Dataset
			d.Items = append(slices.Clone(d.Items[1:]), d.Items[5])
			c.Dataset = &d
		},
	} {
		c, o := w.Corpus, Options{Search: workbench.SearchOptions{Budget: 10}}
		change(&c, &o)
		if _, err := SearchHandler(c, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// Connections that send nothing, or half a request, do not lock others out.
func TestHalfOpenConnections(t *testing.T) {
	w := newWorld(t)
	_, server := serve(t, w.Corpus, Options{MaxSearches: 2, ReadTimeout: 200 * time.Millisecond})
	var open []io.Closer
	for range 50 {
		r, body := io.Pipe()
		open = append(open, body)
		go http.Post(server.URL+"/search", "application/json", r)
		go body.Write([]byte(`{"query": "que`))
	}
	if code, _, body := post(t, server.URL, `{"query": "query 1"}`); code != 200 {
		t.Errorf("%d %s", code, body)
	}
	for _, c := range open {
		c.Close()
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"query": "a", "k": 3, "only": ["x"], "vector": [1, 2], "stream": true}`))
	f.Add([]byte(`{"query": "\ud83d\ude00", "vector": [null]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := parse(body)
		if p, ok := errors.AsType[*problem](err); err != nil && (!ok || p.code < 400 || p.code > 499) {
			t.Errorf("%v", err)
		}
		if err == nil && !json.Valid(bytes.TrimSpace(body)) {
			t.Errorf("%q was read as %+v", body, in)
		}
	})
}
