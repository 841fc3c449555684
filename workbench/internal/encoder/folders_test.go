package encoder

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// golden is what transformers makes of a model's inputs.
type golden struct {
	sequences
	IDs    [][]int32 `json:"ids"`
	Second []int
	Logits [][]float64
	States [][]float64
}

// TestFolders compares every family and head with transformers, by the small folders of
// testdata/make.py.
func TestFolders(t *testing.T) { compareFolders(t, "testdata", 39) }

// TestOracle compares them by larger folders that .ci/encoders.sh has made just before.
func TestOracle(t *testing.T) {
	dir := os.Getenv("AXN_ENCODERS")
	if dir == "" {
		t.Skip("AXN_ENCODERS names the folder that testdata/make.py has filled")
	}
	compareFolders(t, dir, 39)
}

func compareFolders(t *testing.T, dir string, least int) {
	eachFolder(t, dir, least, func(t *testing.T, folder string, g *golden) {
		for label := range g.Logits[0] {
			g.compare(t, folder, label)
		}
	})
}

// eachFolder tests every folder of a model, with what transformers makes of it.
func eachFolder(t *testing.T, dir string, least int, test func(t *testing.T, folder string, g *golden)) {
	folders, err := filepath.Glob(filepath.Join(dir, "*", "config.json"))
	if err != nil || len(folders) < least {
		t.Fatalf("%d folders in %s, %v", len(folders), dir, err)
	}
	for _, config := range folders {
		folder := filepath.Dir(config)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			test(t, folder, readGolden(t, folder))
		})
	}
}

// readGolden reads what transformers makes of the model of a folder.
func readGolden(t *testing.T, folder string) *golden {
	t.Helper()
	g := &golden{}
	content, err := os.ReadFile(filepath.Join(folder, "golden.json"))
	if err == nil {
		err = json.Unmarshal(content, g)
	}
	if err != nil {
		t.Fatal(err)
	}
	g.ids, g.second = g.IDs, g.Second
	return g
}

// open opens the model for one of its labels.
func (g *golden) open(t *testing.T, folder string, label int) *hf.Model {
	t.Helper()
	o := hf.Options{}
	if len(g.Logits[0]) > 1 {
		o.Label = fmt.Sprint(label)
	}
	name := filepath.Base(folder)
	if strings.HasSuffix(name, "-causal") || strings.HasPrefix(name, "qwen3") || strings.Contains(name, "t5") { // whose tokenizer lacks the tokens of a prompt
		o.Prompt = "{query}{document}"
	}
	if strings.Contains(name, "t5") {
		o.Label = "yes/no"
	}
	m, err := hf.OpenCrossEncoderWith(folder, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// compare runs the model for one of its labels.
func (g *golden) compare(t *testing.T, folder string, label int) {
	m := g.open(t, folder, label)
	e, n := newEncoder(t, m, Precision{}), len(g.ids)
	scores, alone := make([]float64, n), make([]float64, n)
	states := f32.NewMat(n, StateBlocks*e.Width())
	if err := e.Score(t.Context(), n, g.input, scores, nil); err != nil {
		t.Fatal(err)
	}
	if err := e.States(t.Context(), n, g.input, states, nil); err != nil {
		t.Fatal(err)
	}
	whole := e.ScoreStates(states, alone)
	for i := range n {
		what := fmt.Sprintf("label %d, sequence %d of %d ids", label, i, len(g.ids[i]))
		want := []float64{g.Logits[i][label]}
		checkRow(t, what, []float32{float32(scores[i])}, want)
		if whole {
			checkRow(t, what+" from its states", []float32{float32(alone[i])}, want)
		}
		checkRow(t, what+" states", states.Row(i), g.States[i])
	}
	for i := range n { // one by one: the same bits
		one := make([]float64, 1)
		in := func(_ int, dst []int32) ([]int32, int) { return g.input(i, dst) }
		if err := e.Score(t.Context(), 1, in, one, nil); err != nil || !slices.Equal(one, scores[i:i+1]) {
			t.Errorf("label %d, sequence %d: %v alone, %v among others, %v", label, i, one, scores[i], err)
		}
	}
}

// TestT5Vectors: T5's encoder alone makes the mean of its rows.
func TestT5Vectors(t *testing.T) {
	for _, name := range []string{"t5", "t5-gated", "mt5"} {
		folder := filepath.Join("testdata", name)
		g := readGolden(t, folder)
		m, err := hf.OpenDualEncoder(folder)
		if err != nil {
			t.Fatal(err)
		}
		e := newEncoder(t, m, Precision{})
		vectors := f32.NewMat(len(g.ids), e.VectorWidth())
		if err := e.Embed(t.Context(), len(g.ids), g.input, 0, vectors, nil); err != nil {
			t.Fatal(err)
		}
		for i := range g.ids {
			checkRow(t, fmt.Sprintf("%s, sequence %d", name, i), vectors.Row(i), g.States[i][:e.Width()])
		}
	}
}
