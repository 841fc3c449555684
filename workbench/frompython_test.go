package workbench

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFromPython: what Python's users hand over by mistake is an error that says what to do.
func TestFromPython(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	items, queries := write("items.csv", "id,text\n1,green tea\n2,black tea\n"), write("queries.csv", "id,text,item\na,what tea,2\n")
	matrix := func(path string) error { _, err := OpenMatrix(path); return err }
	texts := func(items string) error { _, err := OpenCSV(items, queries); return err }
	beir := func(dir string) error { _, err := OpenBEIR(dir); return err }
	scores := func(path string) error { _, err := OpenScores(path); return err }
	array := filepath.Join(dir, "a.npy")
	Must((&Matrix{Rows: 1, Cols: 1, Data: []float32{1}}).Save(array))
	_, noModel := OpenCrossEncoder(filepath.Join(dir, "cross-encoder", "ms-marco"))
	_, scoring := OpenDualEncoder("../data/models/ce-wordnet-L4")
	for want, err := range map[string]error{
		"pandas.read_parquet(g)['embedding']":           matrix(write("v.npy", "PAR1\x00\x00\x00\x00\x00")),
		"pandas.read_parquet(f).to_csv(g, index=False)": texts(write("items.parquet", "PAR1\x00\x00")),
		"pandas.read_pickle(f).to_csv(g, index=False)":  texts(write("items.pkl", "\x80\x04\x95")),
		"tensor.numpy()":          matrix(write("v.pt", "PK\x03\x04\x00\x00\x00\x00\x00")),
		"numpy.loadtxt":           matrix(write("v.txt", "1.5 2.5\n3 4\n")),
		"there is no such folder": beir(filepath.Join(dir, "nowhere")),
		"it is a file":            beir(items),
		"OpenMatrix reads":        scores(array),
		"there is no such folder (one of the Hugging Face hub":      noModel,
		"BertForSequenceClassification): OpenCrossEncoder opens it": scoring,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	write("b/corpus.jsonl", `{"_id": "1", "text": "tea"}`+"\n")
	write("b/queries.jsonl", `{"_id": "q", "text": "drink"}`+"\n"+`{"_id": "r", "text": "cup"}`+"\n")
	write("b/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq\t1\t1\nq\telsewhere\t1\n")
	d, err := OpenBEIR(filepath.Join(dir, "b"))
	if err != nil || !strings.Contains(d.String(), "judgements of items that are not here: 1") {
		t.Errorf("%v %v", d, err)
	}
	ce, err := OpenCrossEncoder("../data/models/ce-wordnet-L4")
	if err != nil || !strings.HasPrefix(ce.String(), "CrossEncoder: pairs of up to ") || !strings.HasSuffix(ce.String(), " tokens, in float32") {
		t.Errorf("%v %v", ce, err)
	}
}
