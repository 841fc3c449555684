package workbench

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// variant is a model folder that differs from another in single files, and what transformers and
// sentence-transformers compute with it, or what is said where nothing is computed.
type variant struct {
	Name, Base              string
	Files                   map[string]any // by name; null is no file
	Tokenizer               map[string]any // keys of tokenizer.json that differ; null is the base's file
	Numbers, Queries, Items []float64
	Refused                 string
}

// lay makes the variant's folder.
func (v variant) lay(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata/models", v.Base))); err != nil {
		t.Fatal(err)
	}
	if v.Tokenizer != nil {
		var whole map[string]any
		b, err := os.ReadFile(filepath.Join(dir, "tokenizer.json"))
		if err == nil {
			err = json.Unmarshal(b, &whole)
		}
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(whole, v.Tokenizer)
		v.Files["tokenizer.json"] = whole
	}
	for name, content := range v.Files {
		path := filepath.Join(dir, name)
		b, err := json.Marshal(content)
		if content == nil {
			err = os.Remove(path)
		} else if err == nil {
			os.MkdirAll(filepath.Dir(path), 0o700)
			err = os.WriteFile(path, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestModelVariants: a folder that says something unusual gives the numbers of transformers and
// sentence-transformers, or an error that names what is unusual.
func TestModelVariants(t *testing.T) {
	var golden struct {
		Pairs    [][2]string
		Texts    []string
		Variants []variant
	}
	b, err := os.ReadFile("testdata/models/variants.json")
	if err == nil {
		err = json.Unmarshal(b, &golden)
	}
	if err != nil || len(golden.Variants) < 90 {
		t.Fatal(len(golden.Variants), err)
	}
	for _, v := range golden.Variants {
		t.Run(v.Name, func(t *testing.T) {
			var got []float64
			var err error
			dir := v.lay(t)
			if v.Base == "bert-relu" {
				var ce *CrossEncoder
				if ce, err = OpenCrossEncoder(dir); err == nil {
					got, err = ce.Predict(t.Context(), golden.Pairs)
				}
			} else {
				var de *TextEncoder
				if de, err = OpenDualEncoder(dir); err == nil && v.Refused == "" {
					for _, want := range []struct {
						encode  func() (*Matrix, error)
						numbers []float64
					}{
						{func() (*Matrix, error) { return de.EncodeQueries(t.Context(), golden.Texts) }, v.Queries},
						{func() (*Matrix, error) { return de.EncodeItems(t.Context(), golden.Texts) }, v.Items},
						{func() (*Matrix, error) { return de.Encode(t.Context(), golden.Texts) }, v.Numbers},
					} {
						m, err := want.encode()
						if err != nil {
							t.Fatal(err)
						}
						got = nil
						for _, x := range m.Data {
							got = append(got, float64(x))
						}
						near(t, got, want.numbers, 1e-5)
					}
				}
			}
			switch {
			case v.Refused != "" && (err == nil || !strings.Contains(err.Error(), v.Refused) || !strings.Contains(err.Error(), dir)):
				t.Errorf("error %v, want %q", err, v.Refused)
			case v.Refused == "" && err != nil:
				t.Error(err)
			case v.Refused == "":
				near(t, got, v.Numbers, 1e-5)
			}
		})
	}
	plain := slices.IndexFunc(golden.Variants, func(v variant) bool { return v.Name == "plain" })
	same := 0
	for _, v := range golden.Variants {
		if slices.Equal(v.Numbers, golden.Variants[plain].Numbers) {
			same++
		}
	}
	if same > len(golden.Variants)/3 {
		t.Errorf("%d of %d variants compute what the plain folder does", same, len(golden.Variants))
	}
}
