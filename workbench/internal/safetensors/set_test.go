package safetensors

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOpenSet: an index and its files must agree, and a file that lies is an error.
func TestOpenSet(t *testing.T) {
	one := `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`
	two := `{"b":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}`
	for name, c := range map[string]struct{ index, want string }{
		"good":           {`{"metadata":{},"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}`, ""},
		"out":            {`{"weight_map":{"a":"../1.safetensors"}}`, "not one beside the index"},
		"empty":          {`{"weight_map":{}}`, "names no tensor"},
		"missing":        {`{"weight_map":{"a":"3.safetensors"}}`, "3.safetensors"},
		"lacks":          {`{"weight_map":{"a":"1.safetensors","b":"2.safetensors","c":"2.safetensors"}}`, `"c" in 2.safetensors, which lacks it`},
		"not in the map": {`{"weight_map":{"a":"1.safetensors","c":"2.safetensors"}}`, `"b" lies in 2.safetensors`},
		"exchanged":      {`{"weight_map":{"a":"2.safetensors","b":"1.safetensors"}}`, `weight_map has it in`},
		"no JSON":        {`x`, "not a valid"},
	} {
		dir := t.TempDir()
		index := filepath.Join(dir, "model.safetensors.index.json")
		if err := errors.Join(os.WriteFile(index, []byte(c.index), 0o600), os.WriteFile(filepath.Join(dir, "1.safetensors"), file(one, 8), 0o600),
			os.WriteFile(filepath.Join(dir, "2.safetensors"), file(two, 2), 0o600)); err != nil {
			t.Fatal(err)
		}
		s, err := OpenSet(index)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if x, err := s.Float32("a", 2); err != nil || len(x) != 2 || !slices.Equal(s.Names(), []string{"a", "b"}) {
			t.Errorf("%s: %v, %v, %v", name, x, err, s.Names())
		}
		if _, err := s.Float32("b"); err == nil || !strings.Contains(err.Error(), `"b" has type F8_E4M3, want F32, F16 or BF16`) {
			t.Errorf("eight bits: %v", err)
		}
		if _, err := s.Float32("c"); err == nil {
			t.Error("no error for a tensor that is not there")
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// FuzzOpenSet: an index opens its shards as they are, or is refused.
func FuzzOpenSet(f *testing.F) {
	dir := f.TempDir()
	index := filepath.Join(dir, "model.safetensors.index.json")
	if err := os.WriteFile(filepath.Join(dir, "1.safetensors"), file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8), 0o600); err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{`{"weight_map":{"a":"1.safetensors"}}`, `{"weight_map":{"a":"../1.safetensors"}}`, `{"weight_map":{"a":".","b":""}}`, `{"metadata":{"total_size":1e99},"weight_map":null}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(index, text, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := OpenSet(index)
		if err != nil {
			return
		}
		defer s.Close()
		if x, err := s.Float32("a", 2); err != nil || len(x) != 2 || len(s.Names()) != 1 {
			t.Errorf("%q: %v, %v, %v", text, x, err, s.Names())
		}
	})
}
