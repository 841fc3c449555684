package safetensors

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Set is the tensors of several files, the shards of one model.
type Set struct {
	Paths []string // of the index and of the shards

	files []*File
	place map[string]*File // where each tensor lies
}

// maxIndex bounds an index in bytes, maxShards its files.
const (
	maxIndex  = 100 << 20
	maxShards = 10_000
)

// OpenSet opens the shards that an index names, such as model.safetensors.index.json, in whose
// weight_map each tensor has its file. Index and files must agree in every tensor.
func OpenSet(index string) (*Set, error) {
	names, err := readIndex(index)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(index), err)
	}
	s := &Set{Paths: []string{index}, place: map[string]*File{}}
	if err := s.open(filepath.Dir(index), names); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", filepath.Base(index), err), s.Close())
	}
	return s, nil
}

// readIndex reads the weight_map: the file of each tensor.
func readIndex(path string) (map[string]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxIndex {
		return nil, fmt.Errorf("%w: an index of %d bytes", ErrFormat, info.Size())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var f struct {
		Map map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if len(f.Map) == 0 {
		return nil, fmt.Errorf("%w: weight_map names no tensor", ErrFormat)
	}
	return f.Map, nil
}

// open opens the files of an index and checks that they hold what it says, and nothing else.
func (s *Set) open(dir string, names map[string]string) error {
	byName := map[string]*File{}
	for _, name := range sorted(names) {
		if !filepath.IsLocal(name) || filepath.Base(name) != name {
			return fmt.Errorf("%w: the file %q is not one beside the index", ErrFormat, name)
		}
		if len(byName) == maxShards {
			return fmt.Errorf("%w: more than %d files", ErrFormat, maxShards)
		}
		path := filepath.Join(dir, name)
		f, err := Open(path)
		if err != nil {
			return err
		}
		byName[name] = f
		s.files, s.Paths = append(s.files, f), append(s.Paths, path)
		for _, tensor := range f.Names() {
			if names[tensor] != name {
				return fmt.Errorf("%w: tensor %q lies in %s, and weight_map has it in %q", ErrFormat, tensor, name, names[tensor])
			}
		}
	}
	for tensor, name := range names {
		f := byName[name]
		if _, ok := f.Tensor(tensor); !ok {
			return fmt.Errorf("%w: weight_map has tensor %q in %s, which lacks it", ErrFormat, tensor, name)
		}
		s.place[tensor] = f
	}
	return nil
}

// sorted lists the files of an index, each once.
func sorted(names map[string]string) (files []string) {
	for _, name := range names {
		files = append(files, name)
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// Close closes the files.
func (s *Set) Close() (err error) {
	for _, f := range s.files {
		err = errors.Join(err, f.Close())
	}
	return err
}

// Tensor is what its file's header says of a tensor.
func (s *Set) Tensor(name string) (t Tensor, ok bool) {
	if f := s.place[name]; f != nil {
		return f.Tensor(name)
	}
	return t, false
}

// Names lists the tensors in alphabetical order.
func (s *Set) Names() []string {
	var names []string
	for name := range s.place {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Float32 reads a tensor as File.Float32 does.
func (s *Set) Float32(name string, shape ...int) ([]float32, error) {
	return s.AppendFloat32(nil, name, shape...)
}

// AppendFloat32 reads a tensor as File.AppendFloat32 does.
func (s *Set) AppendFloat32(dst []float32, name string, shape ...int) ([]float32, error) {
	return s.holder(name).AppendFloat32(dst, name, shape...)
}

// AppendRow reads a row as File.AppendRow does.
func (s *Set) AppendRow(dst []float32, name string, row int, rows, cols int) ([]float32, error) {
	return s.holder(name).AppendRow(dst, name, row, rows, cols)
}

// Check is File.Check.
func (s *Set) Check(name string, shape ...int) error { return s.holder(name).Check(name, shape...) }

// holder is the file that has a tensor; an empty one, which says so, where none has it.
func (s *Set) holder(name string) *File {
	if f := s.place[name]; f != nil {
		return f
	}
	return &File{}
}
