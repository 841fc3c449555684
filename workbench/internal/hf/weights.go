package hf

import (
	"fmt"
	"path/filepath"

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

// linear reads a matrix, and its bias where there is one.
func (w weights) linear(out, in int, bias bool) Linear {
	l := Linear{In: in, Out: out, Weight: w.tensor("weight", out, in)}
	if bias {
		l.Bias = w.tensor("bias", out)
	}
	return l
}

// norm also knows the names of models converted from TensorFlow.
func (w weights) norm(n int, bias bool) Norm {
	if w.has("gamma") && w.has("weight") && *w.err == nil {
		*w.err = fmt.Errorf("both %q and %q are there: which is meant cannot be told", w.prefix+"gamma", w.prefix+"weight")
	}
	if w.has("gamma") {
		return Norm{Gain: w.tensor("gamma", n), Bias: w.tensor("beta", n)}
	}
	norm := Norm{Gain: w.tensor("weight", n)}
	if bias {
		norm.Bias = w.tensor("bias", n)
	}
	return norm
}
