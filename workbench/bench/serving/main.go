// Serving measures the search server: what a search takes beside the cross-encoder's calls, and
// what many clients at once get done.
//
//	go run ./workbench/bench/serving                      # a table of scores in the place of the cross-encoder
//	go run ./workbench/bench/serving -wordnet FOLDER      # the cross-encoder and texts themselves
//	go run ./workbench/bench/serving -for 10m             # how memory grows
//
// It prints Markdown. The server and its clients are one process and talk over TCP.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"axn/workbench"
	"axn/workbench/serving"
)

var (
	data     = flag.String("data", "data/verbs", "dataset folder")
	wordnet  = flag.String("wordnet", "", "WordNet folder: score texts by the cross-encoder")
	model    = flag.String("model", "data/models/ce-wordnet-L4", "cross-encoder folder")
	budget   = flag.Int("budget", 500, "calls a search")
	searches = flag.Int("searches", 400, "searches measured")
	clients  = flag.Int("clients", 50, "clients at once")
	latency  = flag.Duration("latency", 0, "what a call of the table takes at least, as of a server elsewhere")
	lasting  = flag.Duration("for", 0, "how long to search while memory is watched")
)

func main() {
	flag.Parse()
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "serving:", err)
		os.Exit(1)
	}
}

// bench is a server and what was measured of it.
type bench struct {
	url     string
	client  *http.Client
	bodies  [][]byte // requests, one a test query
	scoring atomic.Int64
	calls   atomic.Int64
}

func run(ctx context.Context) error {
	d, err := workbench.OpenDataset(*data)
	if err != nil {
		return err
	}
	b := &bench{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: *clients}}}
	scorer, err := b.scorer(d)
	if err != nil {
		return err
	}
	ix, err := workbench.Factorize(ctx, d, nil, workbench.FactorizeOptions{})
	if err != nil {
		return err
	}
	h, err := serving.SearchHandler(serving.Corpus{Index: ix, Dataset: d, Scorer: b.timed(scorer)}, serving.Options{Search: workbench.SearchOptions{Budget: *budget, K: 100}})
	if err != nil {
		return err
	}
	server := httptest.NewServer(h)
	defer server.Close()
	b.url = server.URL
	for _, q := range d.Test {
		body, err := json.Marshal(map[string]any{"query": d.Queries[q].Text, "vector": d.DE.Queries.Row(q)})
		if err != nil {
			return err
		}
		b.bodies = append(b.bodies, body)
	}
	if _, err := b.ask(0); err != nil { // what is made once an index
		return err
	}
	fmt.Printf("%d items, %d calls in 5 rounds, %d cores.\n\n", len(d.Items), *budget, runtime.NumCPU())
	if *lasting > 0 {
		return b.memory(*lasting)
	}
	return b.table()
}

// scorer is the cross-encoder, or a table that knows texts by their numbers.
func (b *bench) scorer(d *workbench.Dataset) (workbench.TextScorer, error) {
	if *wordnet != "" {
		w, err := workbench.OpenWordNet(*wordnet)
		if err == nil {
			err = w.FillTexts(d)
		}
		if err != nil {
			return nil, err
		}
		return workbench.OpenCrossEncoder(*model)
	}
	table, err := d.Scorer()
	if err != nil {
		return nil, err
	}
	for q := range d.Queries {
		d.Queries[q].Text = strconv.Itoa(q)
	}
	for i := range d.Items {
		d.Items[i].Text = strconv.Itoa(i)
	}
	return workbench.TextScorerFunc(func(ctx context.Context, texts [][2]string) ([]float64, error) {
		pairs := make([]workbench.Pair, len(texts))
		for n, t := range texts {
			q, err1 := strconv.Atoi(t[0])
			i, err2 := strconv.Atoi(t[1])
			if err1 != nil || err2 != nil {
				return nil, fmt.Errorf("no numbers: %q", t)
			}
			pairs[n] = workbench.Pair{Query: q, Item: i}
		}
		time.Sleep(*latency)
		return table.Score(ctx, pairs)
	}), nil
}

// timed counts the time in ts and its calls.
func (b *bench) timed(ts workbench.TextScorer) workbench.TextScorer {
	return workbench.TextScorerFunc(func(ctx context.Context, pairs [][2]string) ([]float64, error) {
		defer func(begin time.Time) {
			b.scoring.Add(int64(time.Since(begin)))
			b.calls.Add(1)
		}(time.Now())
		return ts.Predict(ctx, pairs)
	})
}

// ask makes one search and returns how long it took.
func (b *bench) ask(n int) (time.Duration, error) {
	begin := time.Now()
	resp, err := b.client.Post(b.url+"/search", "application/json", bytes.NewReader(b.bodies[n%len(b.bodies)]))
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != 200 {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	return time.Since(begin), err
}

// load has clients make n searches and returns their times and the time of all.
func (b *bench) load(clients, n int) (took []time.Duration, all time.Duration, err error) {
	took = make([]time.Duration, n)
	var next atomic.Int64
	var group sync.WaitGroup
	var failed atomic.Value
	begin := time.Now()
	for range clients {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				d, err := b.ask(i)
				if err != nil {
					failed.Store(err)
					return
				}
				took[i] = d
			}
		})
	}
	group.Wait()
	err, _ = failed.Load().(error)
	return took, time.Since(begin), err
}

// table prints one client beside many.
func (b *bench) table() error {
	// What a search takes beside the cross-encoder: one client, one search at a time.
	beside := make([]time.Duration, 0, *searches)
	for i := range *searches {
		before := b.scoring.Load()
		took, err := b.ask(i)
		if err != nil {
			return err
		}
		beside = append(beside, took-time.Duration(b.scoring.Load()-before))
	}
	fmt.Printf("Beside the cross-encoder's calls a search takes %s (median), %s (95th percentile).\n\n", short(quantile(beside, .5)), short(quantile(beside, .95)))
	fmt.Println("| clients | searches a second | ratio | median | 95th percentile | cross-encoder calls a search |\n|--:|--:|--:|--:|--:|--:|")
	first := 0.0
	for _, n := range slices.Compact([]int{1, max(1, *clients/5), *clients}) {
		b.calls.Store(0)
		took, all, err := b.load(n, *searches)
		if err != nil {
			return err
		}
		rate := float64(*searches) / all.Seconds()
		if first == 0 {
			first = rate
		}
		fmt.Printf("| %d | %.1f | %.2f | %s | %s | %.2f |\n", n, rate, rate/first, short(quantile(took, .5)), short(quantile(took, .95)), float64(b.calls.Load())/float64(*searches))
	}
	return nil
}

// memory prints the heap and the resident memory each tenth of the time.
func (b *bench) memory(lasting time.Duration) error {
	fmt.Println("| after | searches | live heap, MB | resident, MB |\n|--:|--:|--:|--:|")
	done := 0
	for begin, step := time.Now(), 1; step <= 10; step++ {
		for time.Since(begin) < lasting*time.Duration(step)/10 {
			if _, _, err := b.load(*clients, *clients); err != nil {
				return err
			}
			done += *clients
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Printf("| %s | %d | %.1f | %s |\n", time.Since(begin).Round(time.Second), done, float64(m.HeapAlloc)/1e6, resident())
	}
	return nil
}

// resident is the memory that the system counts for this process.
func resident() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "?"
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kb, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.Atoi(kb)
	return strconv.Itoa(n / 1000)
}

func quantile(d []time.Duration, p float64) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[int(p*float64(len(d)-1))]
}

func short(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1e3) }
