package workbench

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestModelShapes compares the small models of testdata/models, one for every shape that can be
// read, with what transformers and sentence-transformers compute.
func TestModelShapes(t *testing.T) {
	const dir = "testdata/models"
	var golden struct {
		Pairs   [][2]string
		Scores  map[string][]float64
		Texts   []string
		Vectors map[string][][]float64
	}
	b, err := os.ReadFile(filepath.Join(dir, "golden.json"))
	if err == nil {
		err = json.Unmarshal(b, &golden)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range golden.Scores {
		t.Run(name, func(t *testing.T) {
			ce, err := OpenCrossEncoder(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			got, err := ce.Predict(t.Context(), golden.Pairs)
			if err != nil {
				t.Fatal(err)
			}
			near(t, got, want, 1e-5)
		})
	}
	for name, vectors := range golden.Vectors {
		t.Run(name, func(t *testing.T) {
			de, err := OpenDualEncoder(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			m, err := de.Encode(t.Context(), golden.Texts)
			if err != nil {
				t.Fatal(err)
			}
			var got, want []float64
			for i, v := range vectors {
				for j := range v {
					got, want = append(got, m.At(i, j)), append(want, v[j])
				}
			}
			near(t, got, want, 1e-5)
		})
	}
}
