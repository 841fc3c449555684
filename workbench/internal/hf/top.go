package hf

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Pooling says how one vector is made of the last layer's rows.
type Pooling string

// The poolings that occur, all over the rows of special tokens and text.
const (
	PoolCLS          Pooling = "cls" // the first row
	PoolMean         Pooling = "mean"
	PoolMax          Pooling = "max"
	PoolMeanSqrt     Pooling = "mean_sqrt_len" // the sum over the square root of the length
	PoolLast         Pooling = "lasttoken"
	PoolWeightedMean Pooling = "weightedmean" // row i, from 1, counts i times
)

var poolings = []Pooling{PoolCLS, PoolMax, PoolMean, PoolMeanSqrt, PoolWeightedMean, PoolLast}

// Top is what modules.json puts on the encoder: poolings, whose vectors stand side by side, and
// further modules, in order.
type Top struct {
	Poolings   []Pooling
	SkipPrompt bool // the rows of a prompt do not count
	Modules    []Module
}

// Module is a module behind the pooling: one of the two, or scaling to unit length.
type Module struct {
	Dense *Dense
	Norm  *LayerNorm
}

// Dense is Activation(W·x + b), and with Residual x, or Project·x, beside it.
type Dense struct {
	Linear                // its Bias is nil if there is none
	Activation Activation // "" is the identity
	Residual   bool
	Project    *Linear // without a bias; nil where In equals Out
}

// LayerNorm is a layer normalisation with an epsilon of its own.
type LayerNorm struct {
	Norm
	Epsilon float32
}

// Width is how many numbers the vector has that is made of rows of a width.
func (t *Top) Width(rows int) int {
	width := rows * len(t.Poolings)
	for _, m := range t.Modules {
		if m.Dense != nil {
			width = m.Dense.Out
		}
	}
	return width
}

// Unit reports whether the vector is scaled to unit length in the end.
func (t *Top) Unit() bool {
	n := len(t.Modules)
	return n > 0 && t.Modules[n-1] == Module{}
}

// readPooling reads 1_Pooling/config.json, which names the modes, or has one switch for each.
func (m *modules) readPooling(dir, sub string) error {
	f := struct {
		Dimension    int         `json:"word_embedding_dimension"`
		NewDimension int         `json:"embedding_dimension"` // the newer files
		Mode         poolingMode `json:"pooling_mode"`        // the newer files
		CLS          bool        `json:"pooling_mode_cls_token"`
		Max          bool        `json:"pooling_mode_max_tokens"`
		Mean         *bool       `json:"pooling_mode_mean_tokens"`
		MeanSqrt     bool        `json:"pooling_mode_mean_sqrt_len_tokens"`
		WeightedMean bool        `json:"pooling_mode_weightedmean_tokens"`
		Last         bool        `json:"pooling_mode_lasttoken"`
		Prompt       bool        `json:"include_prompt"`
	}{Prompt: true}
	if err := m.read(dir, filepath.Join(sub, "config.json"), &f); err != nil {
		return fmt.Errorf("pooling: %w", err)
	}
	m.dimension, m.top.SkipPrompt = max(f.Dimension, f.NewDimension), !f.Prompt
	modes := []Pooling{}
	for _, mode := range f.Mode {
		modes = append(modes, Pooling(strings.TrimSuffix(mode, "_tokens")))
	}
	if f.Mode == nil {
		for i, on := range []bool{f.CLS, f.Max, f.Mean != nil && *f.Mean, f.MeanSqrt, f.WeightedMean, f.Last} {
			if on {
				modes = append(modes, poolings[i])
			}
		}
	}
	if len(modes) == 0 {
		modes = []Pooling{PoolMean}
	}
	for _, mode := range modes {
		if !slices.Contains(poolings, mode) {
			return fmt.Errorf("pooling: config.json: %w: mode %q, want some of %v", ErrUnsupported, mode, poolings)
		}
	}
	m.top.Poolings = modes
	return nil
}

// poolingMode is a mode or a list of them.
type poolingMode []string

func (p *poolingMode) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		if one != "" {
			*p = poolingMode{one}
		}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(p))
}

// denseActivations are the functions that a Dense module may name.
var denseActivations = map[string]Activation{
	"torch.nn.modules.linear.Identity": "", "torch.nn.modules.activation.Tanh": Tanh, "torch.nn.modules.activation.ReLU": ReLU,
	"torch.nn.modules.activation.GELU": GELU,
}

// readDense reads a Dense module: config.json and its weights. to is the feature that it must
// write, sentence_embedding or scores.
func (m *modules) readDense(dir, sub string, to ...string) error {
	f := struct {
		In         int     `json:"in_features"`
		Out        int     `json:"out_features"`
		Bias       bool    `json:"bias"`
		Activation *string `json:"activation_function"`
		Input      string  `json:"module_input_name"`
		Output     *string `json:"module_output_name"`
		Residual   bool    `json:"use_residual"`
	}{Bias: true, Input: "sentence_embedding"}
	if err := m.read(dir, filepath.Join(sub, "config.json"), &f); err != nil {
		return err
	}
	d := &Dense{Activation: Tanh, Residual: f.Residual}
	if f.Activation != nil {
		var ok bool
		if d.Activation, ok = denseActivations[*f.Activation]; !ok {
			return fmt.Errorf("config.json: %w: activation_function is %q, want Identity, Tanh, ReLU or GELU of torch.nn", ErrUnsupported, *f.Activation)
		}
	}
	output := f.Input
	if f.Output != nil {
		output = *f.Output
	}
	if f.Input != "sentence_embedding" || !slices.Contains(to, output) {
		return fmt.Errorf("config.json: %w: it makes %s of %s, want %s of sentence_embedding", ErrUnsupported, output, f.Input, strings.Join(to, " or "))
	}
	if !(f.In > 0 && f.In <= maxSize && f.Out > 0 && f.Out <= maxSize) {
		return fmt.Errorf("config.json: in_features is %d and out_features %d", f.In, f.Out)
	}
	m.top.Modules = append(m.top.Modules, Module{Dense: d})
	return m.readWeights(dir, sub, func(w weights) {
		d.Linear = Linear{In: f.In, Out: f.Out, Weight: w.tensor("linear.weight", f.Out, f.In)}
		if f.Bias {
			d.Bias = w.tensor("linear.bias", f.Out)
		}
		if f.Residual && f.In != f.Out {
			d.Project = &Linear{In: f.In, Out: f.Out, Weight: w.tensor("residual.weight", f.Out, f.In)}
		}
	})
}

// readLayerNorm reads a LayerNorm module.
func (m *modules) readLayerNorm(dir, sub string) error {
	var f struct{ Dimension int }
	if err := m.read(dir, filepath.Join(sub, "config.json"), &f); err != nil {
		return err
	}
	if f.Dimension < 1 || f.Dimension > maxSize {
		return fmt.Errorf("config.json: dimension is %d", f.Dimension)
	}
	n := &LayerNorm{Epsilon: 1e-5} // torch's own
	m.top.Modules = append(m.top.Modules, Module{Norm: n})
	return m.readWeights(dir, sub, func(w weights) { n.Norm = w.at("norm").norm(f.Dimension, true) })
}

// readWeights opens the weights of a module in a folder of its own.
func (m *modules) readWeights(dir, sub string, read func(w weights)) (err error) {
	if pickle := filepath.Join(dir, sub, "pytorch_model.bin"); exists(pickle) && !exists(filepath.Join(dir, sub, "model.safetensors")) {
		return fmt.Errorf("%w: weights as a Python pickle (pytorch_model.bin). Convert them: %s", ErrUnsupported,
			fmt.Sprintf(`python -c "from sentence_transformers import SentenceTransformer as M; M('%s').save('%s')"`, dir, dir))
	}
	file, names, err := openWeights(filepath.Join(dir, sub))
	if err != nil {
		return err
	}
	defer file.Close()
	m.files = append(m.files, names...)
	read(weights{file: file, err: &err})
	return err
}

// check wants each module to take what the one before it gives, where rows have a width.
func (t *Top) check(rows int) error {
	width := rows * len(t.Poolings)
	for i, m := range t.Modules {
		in, out := width, width
		switch {
		case m.Dense != nil:
			in, out = m.Dense.In, m.Dense.Out
		case m.Norm != nil:
			in = len(m.Norm.Gain)
		}
		if in != width {
			return fmt.Errorf("modules.json: module %d takes %d numbers, and %d come before it", i+2, in, width)
		}
		width = out
	}
	return nil
}
