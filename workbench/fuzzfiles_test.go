package workbench

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// members are the files in a zip, in order.
type members []struct {
	name    string
	content []byte
}

func unzip(f testing.TB, path string) (ms members) {
	z, err := zip.OpenReader(path)
	if err != nil {
		f.Fatal(err)
	}
	defer z.Close()
	for _, file := range z.File {
		r, err := file.Open()
		if err != nil {
			f.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			f.Fatal(err)
		}
		ms = append(ms, struct {
			name    string
			content []byte
		}{file.Name, b})
	}
	return ms
}

// with writes the members, one of them exchanged, with the checksums that they then have, so
// that what is read is what they say and not that they were changed.
func (ms members) with(t testing.TB, which uint8, content []byte) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, m := range ms {
		f, err := w.CreateHeader(&zip.FileHeader{Name: m.name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if i == int(which)%len(ms) {
			m.content = content
		}
		f.Write(m.content)
	}
	Must(w.Close())
	path := filepath.Join(t.TempDir(), "file")
	Must(os.WriteFile(path, b.Bytes(), 0o644))
	return path
}

// seed adds every member as it is.
func (ms members) seed(f *testing.F) {
	for i, m := range ms {
		f.Add(uint8(i), m.content)
	}
}

// Scores whose parts do not fit together are an error; those that open can be used.
func FuzzOpenScores(f *testing.F) {
	d, g := toy(1, 4, 5, 2)
	path := filepath.Join(f.TempDir(), "scores")
	scores, err := Observe(context.Background(), LookUp(g), d, Sampling{Random: 2})
	if err != nil {
		f.Fatal(err)
	}
	scores.Rows = append(scores.Rows, ScoreRow{Query: 1, Values: g.Row(1)})
	Must(scores.Save(path))
	ms := unzip(f, path)
	ms.seed(f)
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		got, err := OpenScores(ms.with(t, which, content))
		if err == nil && got.Check(d) == nil {
			if ix, err := Factorize(t.Context(), d, got, FactorizeOptions{Method: DualEncoder}); err != nil || ix.Calls < 0 {
				t.Errorf("%v, error %v", ix, err)
			}
		}
	})
}

// Neighbours that open can be compared with.
func FuzzOpenNeighbors(f *testing.F) {
	path := filepath.Join(f.TempDir(), "neighbors")
	Must(SaveNeighbors(path, []Neighbors{{Query: 2, Items: []int{3, 1}, Scores: []float64{2, 1}}, {Query: 0}}))
	ms := unzip(f, path)
	ms.seed(f)
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		list, err := OpenNeighbors(ms.with(t, which, content))
		if err != nil {
			return
		}
		for _, n := range list {
			if n.Query < 0 || len(n.Items) != len(n.Scores) || n.Frame().Err != nil {
				t.Errorf("%+v", n)
			}
		}
		RecallOf([]Result{{Query: 2}}, list, 1)
	})
}

// An index that opens can be searched, read or mapped, with the same answer.
func FuzzOpenIndex(f *testing.F) {
	d, g := toy(1, 4, 6, 2)
	var all []members
	for i, m := range allMethods() {
		path := filepath.Join(f.TempDir(), "index")
		scores, err := Observe(context.Background(), LookUp(g), d, Sampling{Dense: true})
		if err != nil {
			f.Fatal(err)
		}
		ix, err := Factorize(context.Background(), d, scores, FactorizeOptions{Method: m})
		if err != nil {
			f.Fatal(err)
		}
		Must(ix.Save(path))
		all = append(all, unzip(f, path))
		for j, part := range all[i] {
			f.Add(uint8(i), uint8(j), part.content)
		}
	}
	f.Fuzz(func(t *testing.T, method, which uint8, content []byte) {
		path := all[int(method)%len(all)].with(t, which, content)
		read, err := OpenIndex(path)
		if err != nil {
			return
		}
		mapped, err := MapIndex(path)
		if err != nil {
			t.Fatalf("read, but not mapped: %v", err)
		}
		defer mapped.Close()
		if read.DE.Queries.Rows == 0 || read.DE.Items.Rows != 6 {
			return
		}
		for _, ix := range []*Index{read, mapped} {
			ix.Fingerprint = ""
			r, err := ix.Search(t.Context(), LookUp(g), 0, SearchOptions{Budget: 3, Rounds: 2})
			if err == nil && r.Calls != 3 {
				t.Errorf("%v", r)
			}
		}
	})
}

// A folder that opens is a sound data set.
func FuzzOpenDataset(f *testing.F) {
	f.Add("query\tgold_item\tgold_row\tsplit\nq0\tb\t1\ttrain\nq1\ta\t0\ttest\n", "item\tlemmas\na\tapple\nb\t\n", `{"query": "q0", "text": "x"}`+"\n"+`{"item": 1, "text": "y"}`)
	f.Add("split\tquery\n\ta\n", "item\n\ufeff\n", "[]")
	f.Add("query\tsplit\r\nq\t\r\n", "version https://git-lfs.github.com/spec/v1", "null")
	f.Fuzz(func(t *testing.T, queries, items, texts string) {
		d, err := OpenTexts(write(t, map[string]string{"queries.tsv": queries, "items.tsv": items, "texts.jsonl": texts}))
		if err == nil && d.checkRows() != nil {
			t.Errorf("%v: %v", d, d.checkRows())
		}
	})
}
