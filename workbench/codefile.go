package workbench

import (
	"fmt"
	"slices"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/npy"
	"axn/workbench/internal/npz"
	"axn/workbench/internal/q8"
	"axn/workbench/internal/shelf"
)

// coded lists the matrices that searches of few queries scan as bytes, by the
// name they are saved under. Their codes are saved too, so that an index that is
// mapped need not make them.
func (ix *Index) coded() map[string]*Matrix {
	switch {
	case ix.Features.Rows < shelf.CodedItems:
		return nil
	case ix.Features == ix.DE.Items:
		return map[string]*Matrix{"de_items": ix.DE.Items}
	case ix.Prior == nil:
		return map[string]*Matrix{"features": ix.Features}
	}
	return map[string]*Matrix{"de_items": ix.DE.Items, "features": ix.Features}
}

// codesOf returns the codes of Features or DE.Items, which may be one matrix.
func (ix *Index) codesOf(m *Matrix) *shelf.Codes {
	if m == ix.Features {
		return &ix.featureCodes
	}
	return &ix.itemCodes
}

func (ix *Index) writeCodes(w *npz.Writer, names []string) {
	for _, name := range names {
		m := ix.coded()[name]
		c := ix.codesOf(m).Of(m.view())
		w.Floats(name+"_columns", npy.Array{Rows: 2 + c.D, Cols: c.D, Data: slices.Concat(c.Center, c.Unit, c.Axes.Data)})
		w.Bytes(name+"_codes", c.Codes)
		w.Ints(name+"_offsets", c.Offset)
		w.Floats(name+"_bounds", npy.Array{Rows: 3, Cols: len(c.Offset), Data: slices.Concat(c.Scale, c.Error, c.Norm)})
	}
}

// readCodes takes the codes of a matrix from a file.
func (ix *Index) readCodes(r *npz.Reader, name string) error {
	m, ok := ix.coded()[name]
	if !ok {
		return fmt.Errorf("%w: codes of %q, which are not used", npz.ErrFormat, name)
	}
	x := &q8.Items{N: m.Rows, D: m.Cols}
	columns, err := r.Floats(name + "_columns")
	if err != nil {
		return err
	}
	if x.Codes, err = r.Bytes(name + "_codes"); err != nil {
		return err
	}
	if x.Offset, err = r.Ints(name + "_offsets"); err != nil {
		return err
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
	x.Scale, x.Error, x.Norm = b.Row(0), b.Row(1), b.Row(2)
	if err := x.Check(); err != nil {
		return fmt.Errorf("%w: %q: %w", npz.ErrFormat, name, err)
	}
	ix.codesOf(m).Set(m.view(), x)
	return nil
}
