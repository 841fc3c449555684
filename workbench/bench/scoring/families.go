package main

import (
	_ "embed"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"axn/workbench"
	"axn/workbench/bench/rival"
	"axn/workbench/internal/f32"
)

//go:embed families.py
var familiesScript string

// largeTolerance is how far logits of random weights at a real size may be apart.
const largeTolerance = 1e-3

// The ways to ONNX: torch.export, which takes minutes for a layer of some decoders, and tracing.
const (
	exported = "exported"
	traced   = "traced"
)

// sized are the models of real sizes; those that are timed go to ONNX in some way.
var sized = []struct{ name, timed string }{
	{"xlm-roberta-base", exported}, {"modernbert-base", exported}, {"qwen3-0.6b", traced}, {"qwen3-0.6b, 4 of 28 layers", traced}, {"t5-base", traced}, {"flan-t5-base", ""}, {"eurobert-210m", ""},
	{"gemma-2-2b, 3 of 26 layers", ""}, {"bert-base", ""}, {"distilbert-base", ""}, {"electra-base", ""}, {"mpnet-base", ""}, {"albert-base", ""},
	{"deberta-v3-base", ""}, {"nomic-v1.5", ""},
}

// families compares every family at a real size, those whose name has part in it, with transformers,
// and times the most used against ONNX Runtime at 128 tokens.
func (b *bench) families(part string) (err error) {
	if b.dir, err = os.MkdirTemp("", "scoring"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	packages := []string{"numpy", "onnx", "onnxscript", "onnxruntime", "safetensors", "tokenizers", "torch", "transformers"}
	if b.rivals, err = rival.Start("bench-scoring", familiesScript, packages, "HF_HUB_OFFLINE=1", "TOKENIZERS_PARALLELISM=true"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.rivals.Close()) }()
	versions, err := b.rivals.Versions("onnxruntime", "torch", "transformers", "tokenizers")
	if err != nil {
		return err
	}
	fmt.Printf("%s, best of %d: %s, %d threads, kernels %s, %s, %s.\n\n| 128 tokens, random weights | engine | batch | pairs/s | ratio | worst difference |\n|---|---|---|---|---|---|\n",
		time.Now().Format(time.DateOnly), b.rounds, rival.CPU(), b.threads, f32.Kernels(), runtime.Version(), versions)
	for _, s := range sized {
		if strings.Contains(s.name, part) {
			if err := b.family(s.name, s.timed); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	return nil
}

// family compares one model.
func (b *bench) family(name, timed string) error {
	c := &workload{name: name, model: filepath.Join(b.dir, name), file: filepath.Join(b.dir, name+".json")}
	defer os.RemoveAll(c.model)
	r := rand.New(rand.NewPCG(1, 1))
	words := func(n int) string {
		text := make([]string, n)
		for i := range text {
			text[i] = fmt.Sprint("w", r.IntN(1900))
		}
		return strings.Join(text, " ")
	}
	o, second := workbench.EncoderOptions{}, 65 // and [CLS], [SEP], [SEP]
	if strings.HasPrefix(name, "qwen") || strings.HasPrefix(name, "gemma") || strings.Contains(name, "t5-") {
		o.Prompt, second = "{query} {document}", 68
	}
	if strings.Contains(name, "t5-") {
		o.Label = "w0/w1"
	}
	for range 16 {
		c.pairs = append(c.pairs, [2]string{words(60), words(second)})
	}
	if err := writeJSON(c.file, c.pairs); err != nil {
		return err
	}
	if err := b.rivals.Ask(rival.Request{"do": "make", "name": name, "model": c.model}, &struct{}{}); err != nil {
		return err
	}
	var err error
	if c.scorer, err = workbench.OpenCrossEncoderWith(c.model, o); err != nil {
		return err
	}
	runtime.GC()
	engines := []string{"transformers"}
	if timed != "" {
		engines = append(engines, "onnxruntime")
		if err := b.rivals.Ask(rival.Request{"do": "export", "model": c.model, "threads": b.threads, "traced": timed == traced}, &struct{}{}); err != nil {
			return err
		}
	}
	return b.race(c, engines)
}

// timed scores the pairs with this engine, in seconds or in seconds of the processor.
func (c *workload) timed(processor bool) (float64, []float64, error) {
	if !processor {
		return c.own()
	}
	before, err := rival.ProcessorSeconds()
	if err != nil {
		return 0, nil, err
	}
	_, scores, err := c.own()
	after, e := rival.ProcessorSeconds()
	return after - before, scores, errors.Join(err, e)
}

// race lets the engines take turns.
func (b *bench) race(c *workload, engines []string) error {
	const batch = 4
	best, worst := map[string]float64{"axn": math.Inf(1)}, map[string]float64{}
	for range b.rounds {
		seconds, want, err := c.timed(b.processor)
		if err != nil {
			return err
		}
		best["axn"] = min(best["axn"], seconds)
		for _, name := range engines {
			seconds, got, err := b.rival(c, name, batch)
			if err != nil {
				return err
			}
			if worst[name], err = apart(c.name+", "+name, got, want, largeTolerance); err != nil {
				return err
			}
			if best[name] == 0 || seconds < best[name] {
				best[name] = seconds
			}
		}
	}
	n := float64(len(c.pairs))
	fmt.Printf("| %s | axn | | %.1f | | |\n", c.name, n/best["axn"])
	for _, name := range engines {
		fmt.Printf("| | %s | %d | %.1f | %.2f | %.1g |\n", name, batch, n/best[name], best[name]/best["axn"], worst[name])
	}
	return nil
}
