package picture

import (
	"fmt"
	"reflect"
	"strconv"
	"unsafe"

	"axn/kernelspec/plain"
)

// mapLimit is how many entries of a map are sorted for a table.
const mapLimit = 100_000

// valueTable returns the table of a slice, an array or a map of structs, of a map of plain
// values by plain keys, and of a slice of equally long rows of plain values; nil for all else,
// and for what writes itself as text. Structs that write themselves have a row for their text.
func valueTable(v any) *grid {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() || writesItself(rv.Type()) || (rv.Kind() != reflect.Slice && rv.Kind() != reflect.Array && rv.Kind() != reflect.Map) || rv.Len() == 0 {
		return nil
	}
	columns := columnsOf(rv)
	if columns == nil {
		return nil
	}
	t := &grid{rowGap: -1, colGap: -1, names: []string{}, caption: sized(rv.Len(), len(columns))}
	shown, gap := span(len(columns), headCols, tailCols)
	t.colGap = gap
	for _, c := range shown {
		t.names = append(t.names, columns[c].name)
		t.numeric = append(t.numeric, isNumber(columns[c].kind))
		if columns[c].typed != "" {
			t.types = append(t.types, columns[c].typed)
		}
	}
	row := func(label string, element reflect.Value) {
		cells := make([]string, 0, len(shown))
		for _, c := range shown {
			cells = append(cells, columns[c].cell(element))
		}
		t.labels, t.rows = append(t.labels, label), append(t.rows, cells)
	}
	rows, gap := span(rv.Len(), headRows, tailRows)
	t.rowGap = gap
	if rv.Kind() == reflect.Map {
		keys := plain.SortedKeys(rv)
		for _, r := range rows {
			row(clip(fmt.Sprint(keys[r])), rv.MapIndex(keys[r]))
		}
		return t
	}
	for _, r := range rows {
		row(strconv.Itoa(r), rv.Index(r))
	}
	return t
}

// column is one column of a table of values.
type column struct {
	name  string
	typed string // its type, as a second line of the head; "": all columns have one
	kind  reflect.Kind
	cell  func(element reflect.Value) string
}

// columnsOf returns the columns of what a slice, an array or a map holds, nil if that makes
// no table.
func columnsOf(rv reflect.Value) []column {
	if rv.Kind() == reflect.Map && (!isPlain(rv.Type().Key()) || rv.Len() > mapLimit) {
		return nil
	}
	of := rv.Type().Elem()
	record := of
	if of.Kind() == reflect.Pointer {
		record = of.Elem()
	}
	switch {
	case (writesItself(of) || writesItself(record)) && record.Kind() == reflect.Struct && rv.Kind() != reflect.Map:
		return []column{{"value", of.String(), of.Kind(), element}}
	case writesItself(of):
	case record.Kind() == reflect.Struct && !writesItself(record):
		return fieldColumns(record)
	case rv.Kind() == reflect.Map && isPlain(of):
		return []column{{"value", of.String(), of.Kind(), element}}
	case rv.Kind() != reflect.Map && (of.Kind() == reflect.Slice || of.Kind() == reflect.Array) && isPlain(of.Elem()) && of.Elem().Kind() != reflect.Uint8:
		return numberedColumns(rv)
	}
	return nil
}

// fieldColumns has a column for each field: of cells' types all, of others the exported ones.
func fieldColumns(record reflect.Type) []column {
	var columns []column
	for i := range record.NumField() {
		f := record.Field(i)
		if f.Name == "_" || !f.IsExported() && record.PkgPath() != "main" {
			continue
		}
		columns = append(columns, column{f.Name, f.Type.String(), f.Type.Kind(), func(e reflect.Value) string { return field(e, i) }})
	}
	return columns
}

// numberedColumns has a column for each place of rows that are equally long.
func numberedColumns(rv reflect.Value) []column {
	width := rv.Index(0).Len()
	for r := range rv.Len() {
		if rv.Index(r).Len() != width {
			return nil
		}
	}
	columns := make([]column, width)
	for i := range columns {
		columns[i] = column{strconv.Itoa(i), "", rv.Type().Elem().Elem().Kind(), func(e reflect.Value) string { return element(e.Index(i)) }}
	}
	if width == 0 {
		return nil
	}
	return columns
}

// field writes a field of a struct or of what points at one.
func field(of reflect.Value, i int) string {
	if of.Kind() == reflect.Pointer {
		if of.IsNil() {
			return "<nil>"
		}
		of = of.Elem()
	}
	f := of.Field(i)
	if !f.CanInterface() { // a field of a cell's type that only its package may read
		copied := reflect.New(of.Type()).Elem()
		copied.Set(of)
		f = reflect.NewAt(f.Type(), unsafe.Pointer(copied.Field(i).UnsafeAddr())).Elem()
	}
	return element(f)
}

// element writes a value as a cell of a table.
func element(v reflect.Value) string {
	if isNumber(v.Kind()) && v.CanFloat() && !writesItself(v.Type()) {
		return number(v.Float())
	}
	return clip(plain.Text(v.Interface()))
}

func isNumber(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Complex128 && k != reflect.Uintptr
}

// isPlain reports whether values of a type are a number, a string or a truth value.
func isPlain(t reflect.Type) bool {
	return t.Kind() == reflect.Bool || t.Kind() == reflect.String || isNumber(t.Kind())
}

// writesItself reports whether a type's values have a text of their own.
func writesItself(t reflect.Type) bool {
	for _, own := range []reflect.Type{reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[error](), reflect.TypeFor[fmt.Formatter]()} {
		if t.Implements(own) {
			return true
		}
	}
	return false
}
