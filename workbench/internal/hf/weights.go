package hf

import (
	"fmt"
	"path/filepath"
	"slices"

	"axn/workbench/internal/files"
	"axn/workbench/internal/safetensors"
)

// tensors are those of one safetensors file, or of several.
type tensors interface {
	Tensor(name string) (t safetensors.Tensor, ok bool)
	Names() []string
	Float32(name string, shape ...int) ([]float32, error)
	AppendFloat32(dst []float32, name string, shape ...int) ([]float32, error)
	AppendRow(dst []float32, name string, row int, rows, cols int) ([]float32, error)
	Check(name string, shape ...int) error
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
		for _, shard := range files.Glob(dir, "model-*.safetensors") {
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
	file      tensors
	prefix    string
	checking  bool    // tensors are looked at and not read: what is made of them is of no use
	gainsFrom float32 // what is added to the gain of a norm
	err       *error
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

func (w weights) tensor(name string, shape ...int) []float32 { return w.append(nil, name, shape...) }

// append reads a tensor behind dst.
func (w weights) append(dst []float32, name string, shape ...int) []float32 {
	if *w.err != nil {
		return dst
	}
	var err error
	if w.checking {
		err = w.file.Check(w.prefix+name, shape...)
	} else {
		dst, err = w.file.AppendFloat32(dst, w.prefix+name, shape...)
	}
	if err != nil && !w.has(name) {
		err = fmt.Errorf("%w; the file has %d tensors%s", err, len(w.file.Names()), w.first())
	}
	*w.err = err
	return dst
}

// linear reads a matrix, and its bias where there is one.
func (w weights) linear(out, in int, bias bool) Linear {
	l := Linear{In: in, Out: out, Weight: w.tensor("weight", out, in)}
	if bias {
		l.Bias = w.tensor("bias", out)
	}
	return l
}

// rowsOf is a matrix of a number of rows.
type rowsOf struct {
	name string
	rows int
}

// below reads matrices that meet the same rows, one below another, into the memory of old.
func (w weights) below(old Linear, in int, bias bool, parts ...rowsOf) Linear {
	l := Linear{In: in, Weight: old.Weight[:0]}
	for _, p := range parts {
		l.Out += p.rows
	}
	if !w.checking {
		l.Weight = slices.Grow(l.Weight, l.Out*in)
	}
	for _, p := range parts {
		at := w.at("%s", p.name)
		l.Weight = at.append(l.Weight, "weight", p.rows, in)
		if bias {
			l.Bias = at.append(l.Bias, "bias", p.rows)
		}
	}
	return l
}

// norm also knows the names of models converted from TensorFlow.
func (w weights) norm(n int, bias bool) Norm {
	if w.has("gamma") && w.has("weight") && *w.err == nil {
		*w.err = fmt.Errorf("both %q and %q are there: which is meant cannot be told", w.prefix+"gamma", w.prefix+"weight")
	}
	if w.has("gamma") {
		return Norm{Gain: w.gain("gamma", n), Bias: w.tensor("beta", n)}
	}
	norm := Norm{Gain: w.gain("weight", n)}
	if bias {
		norm.Bias = w.tensor("bias", n)
	}
	return norm
}

// gain reads that of a norm.
func (w weights) gain(name string, n int) []float32 {
	gain := w.tensor(name, n)
	for i := range gain {
		gain[i] += w.gainsFrom
	}
	return gain
}
