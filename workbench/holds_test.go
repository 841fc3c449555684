package workbench

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOpenedByTheWrongFunction: whatever lies at a path, every function but its own says what it is and which one
// opens it.
func TestOpenedByTheWrongFunction(t *testing.T) {
	d, g := toy(159, 20, 40, 4)
	ix := toyIndex(t, d, g, Calibrated)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	must0(t, ix.Save(at("index")))
	must0(t, must[*Scores](t)(Observe(t.Context(), LookUp(g), d, Sampling{Random: 5})).Save(at("scores")))
	must0(t, SaveNeighbors(at("neighbors"), must[[]Neighbors](t)(Exact(t.Context(), LookUp(g), d, d.Test, 3))))
	must0(t, g.Save(at("matrix.npy")))
	for name, files := range map[string]map[string]string{
		"texts": {"items.tsv": "id\n1\n", "queries.tsv": "id\tsplit\n1\ttest\n"}, "data": {"items.tsv": "", "queries.tsv": "", "de_items.npy": ""},
		"beir": {"corpus.jsonl": `{"_id": "1", "text": "a"}`, "queries.jsonl": `{"_id": "1", "text": "a"}`}, "wordnet": {"data.noun": ""},
		"cross":     {"config.json": `{"architectures": ["BertForSequenceClassification"]}`},
		"dual":      {"config.json": `{"architectures": ["BertModel"]}`, "modules.json": `[{"type": "sentence_transformers.models.Transformer", "path": ""}, {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"}]`},
		"a mystery": {"notes.txt": "?"},
	} {
		for file, text := range files {
			must0(t, os.MkdirAll(at(name), 0o755))
			must0(t, os.WriteFile(filepath.Join(at(name), file), []byte(text), 0o644))
		}
	}
	own := map[string]string{"index": "OpenIndex", "scores": "OpenScores", "neighbors": "OpenNeighbors", "matrix.npy": "OpenMatrix", "texts": "OpenTexts", "data": "OpenDataset",
		"beir": "OpenBEIR", "wordnet": "OpenWordNet", "cross": "OpenCrossEncoder", "dual": "OpenDualEncoder", "a mystery": ""}
	for function, open := range map[string]func(string) error{
		"OpenIndex": func(p string) error { _, err := OpenIndex(p); return err }, "MapIndex": func(p string) error { _, err := MapIndex(p); return err },
		"OpenScores": func(p string) error { _, err := OpenScores(p); return err }, "OpenNeighbors": func(p string) error { _, err := OpenNeighbors(p); return err },
		"OpenMatrix": func(p string) error { _, err := OpenMatrix(p); return err }, "OpenTexts": func(p string) error { _, err := OpenTexts(p); return err },
		"OpenDataset": func(p string) error { _, err := OpenDataset(p); return err }, "OpenBEIR": func(p string) error { _, err := OpenBEIR(p); return err },
		"OpenWordNet": func(p string) error { _, err := OpenWordNet(p); return err }, "OpenCSV": func(p string) error { _, err := OpenCSV(p, p); return err },
		"OpenCrossEncoder": func(p string) error { _, err := OpenCrossEncoder(p); return err }, "OpenDualEncoder": func(p string) error { _, err := OpenDualEncoder(p); return err },
	} {
		for name, opens := range own {
			if function == opens || function == "MapIndex" && name == "index" {
				continue
			}
			switch err := open(at(name)); {
			case err == nil && function == "OpenTexts" && name == "data": // texts are part of a data set
			case err == nil:
				t.Errorf("%s opens %s", function, name)
			case opens == "" && strings.Contains(err.Error(), "opens it"):
				t.Errorf("%s of %s: %v", function, name, err)
			case opens != "" && !strings.Contains(err.Error(), opens+" opens it"):
				t.Errorf("%s of %s: %v, want %s named", function, name, err, opens)
			}
		}
	}
}
