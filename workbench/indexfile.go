package workbench

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/files"
	"axn/workbench/internal/npy"
	"axn/workbench/internal/npz"
	"axn/workbench/internal/q8"
	"axn/workbench/internal/shelf"
)

// MapIndex opens a file that Save wrote without reading it: its matrices lie in
// the file, of which the system reads what searches touch and keeps it in memory
// while there is room. That takes milliseconds whatever the file's size, and
// processes that map the same file share it. Changes to a matrix's data stay in
// this process and never reach the file.
//
// It checks that all parts are there and fit together, and that the file is
// whole; unlike OpenIndex it does not read the arrays to compare their checksums.
// The file may be replaced by Save or removed meanwhile, but must not be cut or
// written to. Close gives the memory back. On systems other than Linux and macOS
// the file is read.
func MapIndex(path string) (*Index, error) {
	ix := &Index{}
	if err := ix.openMap(path); err != nil {
		return nil, fmt.Errorf("workbench: map index: %w", errors.Join(files.Instead(path, "OpenIndex", err), ix.Close()))
	}
	return ix, nil
}

func (ix *Index) openMap(path string) (err error) {
	if ix.mapped, err = files.Map(path); err != nil {
		return err
	}
	r, err := npz.View(ix.mapped)
	if err == nil {
		err = ix.read(r)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Close ends the use of an index from MapIndex, and of those made of it For other queries. Its matrices, and rows
// taken from them, must not be used afterwards; the index is left without queries or items, and its methods return
// errors.
// On other indexes, and the second time, it does nothing. No search may be under way.
func (ix *Index) Close() error {
	if ix.mapped == nil {
		return nil
	}
	none := &Matrix{}
	ix.DE, ix.Features, ix.Queries, ix.Prior, ix.lists = DualEmbeddings{Queries: none, Items: none}, none, nil, nil, nil
	data := ix.mapped
	ix.mapped, ix.closed = nil, true
	if err := files.Unmap(data); err != nil {
		return fmt.Errorf("workbench: close index: %w", err)
	}
	return nil
}

// coded lists the matrices that searches of few queries scan as bytes, by the
// name they are saved under. Their codes are saved too, so that an index that is
// mapped need not make them.
func (ix *Index) coded() map[string]*Matrix {
	switch {
	case ix.Features.Rows < shelf.CodedItems && ix.items().Lists == nil:
		return nil
	case ix.Features == ix.DE.Items:
		return map[string]*Matrix{"de_items": ix.DE.Items}
	case ix.Prior == nil:
		return map[string]*Matrix{"features": ix.Features}
	}
	return map[string]*Matrix{"de_items": ix.DE.Items, "features": ix.Features}
}

func (ix *Index) writeCodes(w *npz.Writer, codes map[string]*q8.Items) {
	for _, name := range slices.Sorted(maps.Keys(codes)) {
		c := codes[name]
		w.Floats(name+"_columns", npy.Array{Rows: 2 + c.D, Cols: c.D, Data: slices.Concat(c.Center, c.Unit, c.Axes.Data)})
		w.Bytes(name+"_codes", c.Codes)
		w.Floats(name+"_scales", npy.Array{Rows: 1, Cols: len(c.Scale), Data: c.Scale})
		w.Floats(name+"_bounds", npy.Array{Rows: 3, Cols: len(c.Error), Data: slices.Concat(c.Error, c.Norm, c.Tail)})
		if c.Head < c.D {
			w.Bytes(name+"_tails", c.Tails)
		}
	}
}

// readCodes takes the codes of a matrix from a file, the first head components of which stand in panels.
func (ix *Index) readCodes(r *npz.Reader, name string, head int) error {
	m, ok := ix.coded()[name]
	if !ok {
		return fmt.Errorf("%w: codes of %q, which are not used", npz.ErrFormat, name)
	}
	x := &q8.Items{N: m.Rows, D: m.Cols, Head: cmp.Or(head, m.Cols)}
	columns, err := r.Floats(name + "_columns")
	if err != nil {
		return err
	}
	if x.Codes, err = r.Bytes(name + "_codes"); err != nil {
		return err
	}
	if x.Tails = []int8{}; head > 0 {
		if x.Tails, err = r.Bytes(name + "_tails"); err != nil {
			return err
		}
	}
	bounds, err := r.Floats(name + "_bounds")
	if err != nil {
		return err
	}
	if columns.Rows != 2+columns.Cols || bounds.Rows != 3 {
		return fmt.Errorf("%w: codes of %q have %d rows of columns and %d of bounds", npz.ErrFormat, name, columns.Rows, bounds.Rows)
	}
	c, b := f32.View(columns.Data, columns.Rows, columns.Cols), f32.View(bounds.Data, 3, bounds.Cols)
	x.Center, x.Unit, x.Axes = c.Row(0), c.Row(1), c.RowRange(2, c.Rows)
	if bounds.Cols != q8.Panels(m.Rows) { // of each item, as earlier versions wrote them, with their scales
		x.Scale, x.Error, x.Norm = b.Row(0), q8.PanelTops(b.Row(1)), q8.PanelTops(b.Row(2))
		x.Tail = make([]float32, len(x.Error))
	} else {
		scales, err := r.Floats(name + "_scales")
		if err != nil {
			return err
		}
		x.Scale, x.Error, x.Norm, x.Tail = scales.Data, b.Row(0), b.Row(1), b.Row(2)
	}
	if err := x.Check(); err != nil {
		return fmt.Errorf("%w: %q: %w", npz.ErrFormat, name, err)
	}
	ix.codesOf(m).Set(m.view(), ix.lists, x)
	return nil
}

func (ix *Index) writeLists(w *npz.Writer, l *shelf.Lists) {
	w.Ints("lists_order", l.Order)
	w.Ints("lists_starts", l.Starts)
	w.Floats("lists_means", npy.Array{Rows: l.Means.Rows, Cols: l.Means.Cols, Data: l.Means.Data})
}

// readLists takes the inverted lists from a file.
func (ix *Index) readLists(r *npz.Reader) error {
	order, err := r.Ints("lists_order")
	if err != nil {
		return err
	}
	starts, err := r.Ints("lists_starts")
	if err != nil {
		return err
	}
	means, err := r.Floats("lists_means")
	if err != nil {
		return err
	}
	if ix.lists, err = shelf.NewLists(ix.items(), order, starts, f32.View(means.Data, means.Rows, means.Cols)); err != nil {
		return fmt.Errorf("%w: lists: %w", npz.ErrFormat, err)
	}
	return nil
}

// Kinds of files: without codes, and with codes whose numbers stand by panels. A file of the first kind with codes is one of
// before, whose codes have numbers for every item.
const (
	indexKind = "axn index 1"
	codedKind = "axn index 2"
)

// indexMeta is the description beside the arrays of a saved index.
type indexMeta struct {
	Kind          string
	Method        Method
	Calls         int
	Passes        int            `json:",omitempty"`
	Fingerprint   string         `json:",omitempty"`
	Seed          int64          `json:",omitempty"`
	Arrays        []string       // the names of the members
	Codes         []string       `json:",omitempty"` // those of them that are there as bytes too
	Listed        []string       `json:",omitempty"` // the same, in the order of the lists, where there are lists
	Heads         map[string]int `json:",omitempty"` // of those that stand in two blocks, the components of the first
	Normalization Normalization
	Removed       []int      `json:",omitempty"`
	Prior         *priorMeta `json:",omitempty"`
}

// Save writes the index to one file, a zip of .npy files and a description.
// The same index answers the same bits after Save and OpenIndex or MapIndex. A
// file that stands at path is replaced when the new one is complete; an index
// mapped from it keeps the old one. An index whose parts do not fit together is an error.
func (ix *Index) Save(path string) error {
	if err := cmp.Or(ix.checkOpen(), ix.check()); err != nil {
		return fmt.Errorf("workbench: save index: %w", err)
	}
	meta := indexMeta{Kind: indexKind, Method: ix.Method, Calls: ix.Calls, Passes: ix.Passes, Fingerprint: ix.Fingerprint, Seed: ix.Seed, Normalization: ix.Normalization}
	codes, heads, items := map[string]*q8.Items{}, map[string]int{}, ix.items()
	for name, m := range ix.coded() {
		c := items.CodesOf(m.view())
		if codes[name] = c; c.Head < c.D {
			heads[name] = c.Head
		}
	}
	if len(codes) > 0 {
		meta.Kind = codedKind
	}
	names, lists := slices.Sorted(maps.Keys(codes)), items.Lists
	if meta.Codes, meta.Heads, meta.Removed = names, heads, ix.removedItems(); lists != nil {
		meta.Codes, meta.Listed = nil, names
	}
	if ix.Prior != nil {
		meta.Prior = &ix.Prior.priorMeta
	}
	for _, a := range ix.arrays() {
		if *a.at != nil {
			meta.Arrays = append(meta.Arrays, a.name)
		}
	}
	err := files.Write(path, func(f *os.File) error {
		w := npz.NewWriter(f, meta)
		for _, a := range ix.arrays() {
			if m := *a.at; m != nil {
				w.Floats(a.name, npy.Array{Rows: m.Rows, Cols: m.Cols, Data: m.Data})
			}
		}
		if lists != nil {
			ix.writeLists(w, lists)
		}
		ix.writeCodes(w, codes)
		return w.Close()
	})
	if err != nil {
		return fmt.Errorf("workbench: save index: %w", err)
	}
	return nil
}

// OpenIndex reads a file that Save wrote. A truncated, damaged or foreign file
// is an error.
func OpenIndex(path string) (*Index, error) {
	ix := &Index{}
	err := files.Read(path, func(f *os.File, size int64) error {
		r, err := npz.NewReader(f, size)
		if err != nil {
			return err
		}
		if err := ix.read(r); err != nil {
			return err
		}
		if ix.lists != nil {
			if err := ix.lists.Check(); err != nil {
				return fmt.Errorf("%w: lists: %w", npz.ErrFormat, err)
			}
		}
		return ix.checkFinite()
	})
	if err != nil {
		return nil, fmt.Errorf("workbench: open index: %w", files.Instead(path, "OpenIndex", err))
	}
	return ix, nil
}

// checkFinite returns an error that names the first value which is not finite.
func (ix *Index) checkFinite() error {
	for _, a := range ix.arrays() {
		if m := *a.at; m != nil {
			if err := m.checkFinite(func(row int) string { return fmt.Sprintf("%s row %d", a.name, row) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// read takes the index from a file.
func (ix *Index) read(r *npz.Reader) error {
	var meta indexMeta
	if err := r.Meta(&meta); err != nil {
		return err
	}
	if meta.Kind != indexKind && meta.Kind != codedKind {
		return fmt.Errorf("%w: its kind is %q, not %q or %q", npz.ErrFormat, meta.Kind, indexKind, codedKind)
	}
	ix.Method, ix.Calls, ix.Passes, ix.Fingerprint = meta.Method, meta.Calls, meta.Passes, meta.Fingerprint
	ix.Seed, ix.Normalization = meta.Seed, meta.Normalization
	if meta.Prior != nil {
		ix.Prior = &Prior{priorMeta: *meta.Prior}
	}
	for _, a := range ix.arrays() {
		if !slices.Contains(meta.Arrays, a.name) {
			continue
		}
		m, err := r.Floats(a.name)
		if err != nil {
			return err
		}
		*a.at = &Matrix{Rows: m.Rows, Cols: m.Cols, Data: m.Data}
	}
	if ix.Features == nil {
		ix.Features = ix.DE.Items
	}
	if err := ix.check(); err != nil {
		return err
	}
	if err := ix.setRemoved(meta.Removed); err != nil {
		return fmt.Errorf("%w: removed %w", npz.ErrFormat, err)
	}
	if len(meta.Listed) > 0 {
		if err := ix.readLists(r); err != nil {
			return err
		}
	}
	for _, name := range slices.Concat(meta.Codes, meta.Listed) {
		if err := ix.readCodes(r, name, meta.Heads[name]); err != nil {
			return err
		}
	}
	return nil
}
