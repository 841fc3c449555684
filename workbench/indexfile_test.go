package workbench

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/npz"
	"axn/workbench/internal/q8"
	"axn/workbench/internal/shelf"
)

// savedIndex saves an index of the toy data and returns the file's path.
func savedIndex(t *testing.T, d *Dataset, g *Matrix, m Method) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "toy.index")
	if err := toyIndex(t, d, g, m).Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// An index answers the same bits after Save and OpenIndex or MapIndex, with every
// method, and can be saved over the file it is mapped from.
func TestMapIndexSameAnswers(t *testing.T) {
	d, g := toy(23, 60, 200, 6)
	queries := []int{0, 7, 31, 59}
	for _, m := range allMethods() {
		path := savedIndex(t, d, g, m)
		o := SearchOptions{Budget: 40}
		want := must[[]Result](t)(toyIndex(t, d, g, m).SearchAll(t.Context(), LookUp(g), queries, o))
		read := must[*Index](t)(OpenIndex(path))
		mapped := must[*Index](t)(MapIndex(path))
		if err := mapped.Save(path); err != nil {
			t.Fatal(err)
		}
		again := must[*Index](t)(MapIndex(path))
		for name, ix := range map[string]*Index{"read": read, "mapped": mapped, "mapped again": again} {
			if got := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), queries, o)); !sameValues(got, want) {
				t.Errorf("%s, %s: other answers", m, name)
			}
			if err := errors.Join(ix.Close(), ix.Close()); err != nil {
				t.Errorf("%s, %s: close: %v", m, name, err)
			}
		}
		if _, err := again.Search(t.Context(), LookUp(g), 0, o); err == nil || !strings.Contains(err.Error(), "the index is closed") {
			t.Errorf("%s: a closed index answers: %v", m, err)
		}
		if _, err := read.Search(t.Context(), LookUp(g), 0, o); err != nil {
			t.Errorf("%s: an index that was read must outlive Close: %v", m, err)
		}
	}
}

// An index large enough is saved with its codes, of the features and of the dual
// encoder's vectors where a search needs them, and opened with them.
func TestMapIndexCodes(t *testing.T) {
	d, g := toy(27, 40, shelf.CodedItems+3, 4)
	for m, names := range map[Method][]string{Calibrated: {"de_items", "features"}, DualEncoder: {"de_items"}, Transductive: {"features"}} {
		ix := toyIndex(t, d, g, m)
		path := filepath.Join(t.TempDir(), "toy.index")
		if err := ix.Save(path); err != nil {
			t.Fatal(err)
		}
		read, mapped := must[*Index](t)(OpenIndex(path)), must[*Index](t)(MapIndex(path))
		for name, want := range ix.coded() {
			if !slices.Contains(names, name) {
				t.Errorf("%s: codes of %s", m, name)
			}
			for how, again := range map[string]*Index{"read": read, "mapped": mapped} {
				c := again.codesOf(again.coded()[name])
				if !shelf.Same(c.From, again.coded()[name].view()) || !reflect.DeepEqual(c.Items, ix.items().CodesOf(want.view())) {
					t.Errorf("%s, %s: other codes of %s", m, how, name)
				}
			}
		}
		o := SearchOptions{Budget: 40}
		want := must[*Result](t)(ix.Search(t.Context(), LookUp(g), 3, o))
		if got := must[*Result](t)(mapped.Search(t.Context(), LookUp(g), 3, o)); !sameValues(got, want) {
			t.Errorf("%s: other answers", m)
		}
		if err := mapped.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Inverted lists are saved with the index, and the codes in their order; searches of a part and of
// all answer the same from the file.
func TestMapIndexLists(t *testing.T) {
	d, g := toy(28, 40, 600, 4)
	for _, m := range allMethods() {
		ix := toyIndex(t, d, g, m)
		o := SearchOptions{Budget: 40}
		want := must[*Result](t)(ix.Search(t.Context(), LookUp(g), 3, o))
		if o.Probe = .3; ix.checkStore(o) == nil {
			t.Errorf("%s: a search of lists that are not there", m)
		}
		if err := ix.MakeLists(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "toy.index")
		if err := ix.Save(path); err != nil {
			t.Fatal(err)
		}
		part := must[*Result](t)(ix.Search(t.Context(), LookUp(g), 3, o))
		for how, open := range map[string]func(string) (*Index, error){"read": OpenIndex, "mapped": MapIndex} {
			again := must[*Index](t)(open(path))
			for share, want := range map[float64]*Result{0: want, 1: want, .3: part} {
				o.Probe = share
				if got := must[*Result](t)(again.Search(t.Context(), LookUp(g), 3, o)); !sameValues(got, want) {
					t.Errorf("%s, %s, %v of the items: other answers", m, how, share)
				}
			}
			if l := again.items().Lists; !reflect.DeepEqual(l.Order, ix.lists.Order) || !reflect.DeepEqual(l.Starts, ix.lists.Starts) {
				t.Errorf("%s, %s: other lists", m, how)
			}
			if err := errors.Join(again.Close(), again.Close()); err != nil {
				t.Error(err)
			}
		}
	}
}

// Codes in two blocks, of an index with lists and features enough, are saved and opened as they are.
func TestMapIndexBlocks(t *testing.T) {
	d, g := toy(29, 40, 600, 80)
	ix := toyIndex(t, d, g, Transductive)
	if err := ix.MakeLists(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "toy.index")
	if err := ix.Save(path); err != nil {
		t.Fatal(err)
	}
	want := ix.items().CodesOf(ix.Features.view())
	if want.Head == want.D {
		t.Fatalf("%d features in one block", want.D)
	}
	for how, open := range map[string]func(string) (*Index, error){"read": OpenIndex, "mapped": MapIndex} {
		again := must[*Index](t)(open(path))
		if got := again.featureCodes.Items; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: other codes", how)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A file of the time when codes stood in one block, with bounds of each item, has the codes that are
// made today of its features, and answers as they do. It is of this package's toy(61, 40, 90, 4), Transductive,
// with MakeLists(8).
func TestMapIndexOneBlock(t *testing.T) {
	for how, open := range map[string]func(string) (*Index, error){"read": OpenIndex, "mapped": MapIndex} {
		ix := must[*Index](t)(open("testdata/listed1.index"))
		old := ix.featureCodes.Items
		if want := q8.Pack(ix.Features.view(), ix.items().Lists.Order, ix.Features.Cols, 1); !reflect.DeepEqual(old, want) {
			t.Errorf("%s: other codes than today's", how)
		}
		path := filepath.Join(t.TempDir(), "new.index")
		if err := ix.Save(path); err != nil {
			t.Fatal(err)
		}
		again := must[*Index](t)(open(path))
		if got := again.featureCodes.Items; !reflect.DeepEqual(got, old) {
			t.Errorf("%s: saved anew, other codes", how)
		}
		if err := errors.Join(again.Close(), ix.Close()); err != nil {
			t.Error(err)
		}
	}
}

// What is changed in a mapped index stays out of the file.
func TestMapIndexPrivate(t *testing.T) {
	d, g := toy(24, 20, 80, 4)
	path := savedIndex(t, d, g, DualEncoder)
	before := must[[]byte](t)(os.ReadFile(path))
	ix := must[*Index](t)(MapIndex(path))
	clear(ix.Features.Data)
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	if after := must[[]byte](t)(os.ReadFile(path)); !bytes.Equal(before, after) {
		t.Error("the file has changed")
	}
}

// A mapped index whose file was cut, or had a byte changed outside the arrays'
// values, is an error or the same index; never a panic.
func TestMapIndexDamaged(t *testing.T) {
	for m, items := range map[Method]int{Calibrated: 30, Inductive: 30, DualEncoder: shelf.CodedItems} { // all arrays, and codes
		d, g := toy(21, 20, items, 2)
		path := savedIndex(t, d, g, m)
		whole := must[[]byte](t)(os.ReadFile(path))
		for n := 0; n < len(whole); n += 1 + len(whole)/100 {
			if _, err := MapIndex(rewrite(t, path, whole[:n])); !errors.Is(err, npz.ErrFormat) {
				t.Fatalf("%s cut to %d of %d bytes: %v", m, n, len(whole), err)
			}
		}
		original := must[*Index](t)(OpenIndex(rewrite(t, path, whole)))
		step, value := 1+items/1000, values(t, whole)
		for at := range whole {
			if value[at] || at%step != 0 {
				continue
			}
			bent := bytes.Clone(whole)
			bent[at] ^= 0x40
			ix, err := MapIndex(rewrite(t, path, bent))
			if err != nil {
				continue
			}
			if ix.mapped = nil; !reflect.DeepEqual(ix, original) {
				t.Errorf("%s with byte %d changed opened as another index", m, at)
			}
		}
	}
}

// values tells of every byte of a saved index whether it is part of an array's values.
func values(t *testing.T, whole []byte) []bool {
	t.Helper()
	z := must[*zip.Reader](t)(zip.NewReader(bytes.NewReader(whole), int64(len(whole))))
	is := make([]bool, len(whole))
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".npy") {
			continue
		}
		at := must[int64](t)(f.DataOffset())
		header := 10 + int64(binary.LittleEndian.Uint16(whole[at+8:]))
		for i := at + header; i < at+int64(f.UncompressedSize64); i++ {
			is[i] = true
		}
	}
	return is
}

func TestMapIndexForeign(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none")
	if _, err := MapIndex(path); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := MapIndex(rewrite(t, path, nil)); !errors.Is(err, npz.ErrFormat) {
		t.Errorf("an empty file: %v", err)
	}
}
