package files

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Instead adds to the error of a function that opens a path what lies there and which function
// opens it, where that is another one.
func Instead(path, function string, err error) error {
	if err == nil {
		return nil
	}
	if what, opens := Holds(path); what != "" && opens != function {
		return fmt.Errorf("it holds %s: %s opens it: %w", what, opens, err)
	}
	return err
}

// Holds says what lies at a path and which of the workbench's functions opens it; "" where it does not know.
func Holds(path string) (what, opens string) {
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return "", ""
	case st.IsDir():
		return folderHolds(path)
	}
	return fileHolds(path)
}

func folderHolds(dir string) (what, opens string) {
	has := func(name string) bool { return Exists(filepath.Join(dir, name)) }
	switch {
	case has("items.tsv") && has("queries.tsv") && has("de_items.npy"):
		return "a data set", "OpenDataset"
	case has("items.tsv") && has("queries.tsv"):
		return "a data set without vectors", "OpenTexts"
	case has("corpus.jsonl") || has("corpus.jsonl.gz"):
		return "texts in BEIR's layout", "OpenBEIR"
	case has("data.noun"):
		return "WordNet", "OpenWordNet"
	case has("modules.json"):
		list, _ := os.ReadFile(filepath.Join(dir, "modules.json"))
		if bytes.Contains(list, []byte("Pooling")) && !bytes.Contains(list, []byte("cross_encoder")) {
			return "a dual encoder", "OpenDualEncoder"
		}
		return "a cross-encoder", "OpenCrossEncoder"
	case has("config.json"):
		return modelHolds(filepath.Join(dir, "config.json"))
	}
	return "", ""
}

// modelHolds goes by the architecture, whose name ends by what stands on the encoder.
func modelHolds(config string) (what, opens string) {
	var model struct{ Architectures []string }
	if b, err := os.ReadFile(config); err != nil || json.Unmarshal(b, &model) != nil || len(model.Architectures) == 0 {
		return "", ""
	}
	switch name := model.Architectures[0]; {
	case strings.HasSuffix(name, "ForSequenceClassification"):
		return "a cross-encoder (" + name + ")", "OpenCrossEncoder"
	case strings.HasSuffix(name, "Model"):
		return "an encoder (" + name + ")", "OpenDualEncoder"
	}
	return "", ""
}

// fileHolds goes by the name, and by the description in a file of Save.
func fileHolds(path string) (what, opens string) {
	if what, opens := savedHolds(path); what != "" {
		return what, opens
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".npy", ".fvecs", ".bvecs", ".fbin", ".u8bin", ".i8bin":
		return "a matrix", "OpenMatrix"
	case ".csv", ".tsv":
		return "a table", "OpenCSV"
	}
	return "", ""
}

func savedHolds(path string) (what, opens string) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return "", ""
	}
	defer z.Close()
	f, err := z.Open("meta.json")
	if err != nil {
		return "", ""
	}
	defer f.Close()
	var meta struct{ Kind string }
	if json.NewDecoder(f).Decode(&meta) != nil {
		return "", ""
	}
	switch {
	case strings.HasPrefix(meta.Kind, "axn index "):
		return "an index", "OpenIndex"
	case strings.HasPrefix(meta.Kind, "axn scores "):
		return "scores", "OpenScores"
	case strings.HasPrefix(meta.Kind, "axn neighbors "):
		return "neighbours", "OpenNeighbors"
	}
	return "", ""
}
