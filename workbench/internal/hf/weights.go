package hf

import (
	"fmt"
	"path/filepath"
	"strings"

	"axn/workbench/internal/safetensors"
)

// tensors are those of one safetensors file, or of several.
type tensors interface {
	Tensor(name string) (t safetensors.Tensor, ok bool)
	Names() []string
	Float32(name string, shape ...int) ([]float32, error)
	Close() error
}

// openWeights opens the weights in a folder and says in which files they lie.
func openWeights(dir string) (tensors, []string, error) {
	path := filepath.Join(dir, "model.safetensors")
	if exists(path) {
		if err := foreignWeights(path); err != nil {
			return nil, nil, err
		}
		f, err := safetensors.Open(path)
		return f, []string{path}, err
	}
	if index := path + ".index.json"; exists(index) {
		if _, err := readText(index); err != nil {
			return nil, nil, err
		}
		shards, _ := filepath.Glob(filepath.Join(dir, "model-*.safetensors")) // the pattern is well formed
		for _, shard := range shards {
			if err := foreignWeights(shard); err != nil {
				return nil, nil, err
			}
		}
		s, err := safetensors.OpenSet(index)
		if err != nil {
			return nil, nil, err
		}
		return s, s.Paths, nil
	}
	return nil, nil, missingWeights(dir)
}

// weights reads tensors below a name prefix and keeps the first error, so that a reader can say
// what it wants in one go.
type weights struct {
	file   tensors
	prefix string
	err    *error
}

// at goes one level down in the names.
func (w weights) at(format string, args ...any) weights {
	w.prefix += fmt.Sprintf(format, args...) + "."
	return w
}

// has says whether a tensor is there.
func (w weights) has(name string) bool {
	_, ok := w.file.Tensor(w.prefix + name)
	return ok
}

// shape is a tensor's, nil where there is none of the name.
func (w weights) shape(name string) []int {
	t, _ := w.file.Tensor(w.prefix + name)
	return t.Shape
}

// first names a tensor of the file, so that another way of naming is seen.
func (w weights) first() string {
	if names := w.file.Names(); len(names) > 0 {
		return fmt.Sprintf(", such as %q", names[0])
	}
	return ""
}

func (w weights) tensor(name string, shape ...int) []float32 {
	if *w.err != nil {
		return nil
	}
	x, err := w.file.Float32(w.prefix+name, shape...)
	if err != nil && !w.has(name) {
		err = fmt.Errorf("%w; the file has %d tensors%s", err, len(w.file.Names()), w.first())
	}
	*w.err = err
	return x
}

func (w weights) linear(out, in int) Linear {
	return Linear{In: in, Out: out, Weight: w.tensor("weight", out, in), Bias: w.tensor("bias", out)}
}

// norm also knows the names of models converted from TensorFlow.
func (w weights) norm(n int) Norm {
	if w.has("gamma") && !w.has("weight") {
		return Norm{Gain: w.tensor("gamma", n), Bias: w.tensor("beta", n)}
	}
	return Norm{Gain: w.tensor("weight", n), Bias: w.tensor("bias", n)}
}

// readEncoder reads embeddings and layers; their names may begin with the model type or not.
func (m *Model) readEncoder(w weights) (err error) {
	w.err = &err
	if !w.has("embeddings.word_embeddings.weight") {
		w = w.at("%s", m.Config.Type)
	}
	c, e := m.Config, w.at("embeddings")
	m.Words = e.tensor("word_embeddings.weight", c.Vocab, c.Hidden)
	m.Positions = e.tensor("position_embeddings.weight", c.Positions, c.Hidden)
	if c.Types > 0 {
		m.Types = e.tensor("token_type_embeddings.weight", c.Types, c.Hidden)
	}
	m.Norm = e.at("LayerNorm").norm(c.Hidden)
	for i := 0; i < c.Layers && err == nil; i++ {
		m.Layers = append(m.Layers, layerReaders[c.Type](w, i, c.Hidden, c.Intermediate))
	}
	return err
}

// layerReaders know the tensor names of each model type.
var layerReaders = map[string]func(w weights, i, hidden, inter int) Layer{
	"bert": func(w weights, i, hidden, inter int) Layer {
		l := w.at("encoder.layer.%d", i)
		self, out := l.at("attention.self"), l.at("attention.output")
		return Layer{
			Query: self.at("query").linear(hidden, hidden), Key: self.at("key").linear(hidden, hidden),
			Value: self.at("value").linear(hidden, hidden), Output: out.at("dense").linear(hidden, hidden),
			AttentionNorm: out.at("LayerNorm").norm(hidden),
			Up:            l.at("intermediate.dense").linear(inter, hidden),
			Down:          l.at("output.dense").linear(hidden, inter),
			OutputNorm:    l.at("output.LayerNorm").norm(hidden),
		}
	},
	"distilbert": func(w weights, i, hidden, inter int) Layer {
		l := w.at("transformer.layer.%d", i)
		att := l.at("attention")
		return Layer{
			Query: att.at("q_lin").linear(hidden, hidden), Key: att.at("k_lin").linear(hidden, hidden),
			Value: att.at("v_lin").linear(hidden, hidden), Output: att.at("out_lin").linear(hidden, hidden),
			AttentionNorm: l.at("sa_layer_norm").norm(hidden),
			Up:            l.at("ffn.lin1").linear(inter, hidden),
			Down:          l.at("ffn.lin2").linear(hidden, inter),
			OutputNorm:    l.at("output_layer_norm").norm(hidden),
		}
	},
}

// readHead reads the classifier of one logit.
func (m *Model) readHead(w weights) (err error) {
	w.err = &err
	dense, act := w.at("pre_classifier"), ReLU
	if m.Config.Type == "bert" {
		dense, act = w.at("pooler.dense"), Tanh
		if !dense.has("weight") {
			dense = w.at("bert.pooler.dense")
		}
	}
	n, labels := m.Config.Hidden, m.Config.Labels
	if shape := w.shape("classifier.weight"); len(shape) == 2 {
		labels = max(labels, shape[0])
	}
	if labels > 1 {
		return fmt.Errorf("%w: %d labels (num_labels, id2label, classifier.weight), a scorer has one", ErrUnsupported, labels)
	}
	if m.Inputs.Two.Types() > 1 && m.Config.Type == "bert" && m.Config.Types < 2 {
		return fmt.Errorf("config.json: type_vocab_size is %d, and the tokenizer gives pairs two types (model_input_names, post_processor)", m.Config.Types)
	}
	if !w.at("classifier").has("weight") && m.Config.Architecture != "" && !strings.HasSuffix(m.Config.Architecture, "ForSequenceClassification") {
		return fmt.Errorf("%w: config.json says %s, and model.safetensors has no tensor \"classifier.weight\": a cross-encoder is a ForSequenceClassification (OpenDualEncoder opens encoders)", ErrUnsupported, m.Config.Architecture)
	}
	m.Head = &Head{Dense: dense.linear(n, n), Activation: act, Out: w.at("classifier").linear(1, n)}
	if err != nil {
		return fmt.Errorf("model.safetensors: %w", err)
	}
	return nil
}
