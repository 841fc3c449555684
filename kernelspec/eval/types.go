package eval

import (
	"fmt"
	"go/types"
	"reflect"
	"runtime"
	"strings"

	"axn/kernelspec/compiled"
)

// sizes are the compiler's.
var sizes = types.SizesFor("gc", runtime.GOARCH)

var basicTypes = map[reflect.Kind]types.Type{
	reflect.Bool: types.Typ[types.Bool], reflect.Int: types.Typ[types.Int], reflect.Int8: types.Typ[types.Int8], reflect.Int16: types.Typ[types.Int16],
	reflect.Int32: types.Typ[types.Int32], reflect.Int64: types.Typ[types.Int64], reflect.Uint: types.Typ[types.Uint], reflect.Uint8: types.Typ[types.Uint8],
	reflect.Uint16: types.Typ[types.Uint16], reflect.Uint32: types.Typ[types.Uint32], reflect.Uint64: types.Typ[types.Uint64], reflect.Uintptr: types.Typ[types.Uintptr],
	reflect.Float32: types.Typ[types.Float32], reflect.Float64: types.Typ[types.Float64], reflect.Complex64: types.Typ[types.Complex64], reflect.Complex128: types.Typ[types.Complex128],
	reflect.String: types.Typ[types.String], reflect.UnsafePointer: types.Typ[types.UnsafePointer],
}

// typeOf returns the checker's type for a runtime type of compiled code.
func (s *Session) typeOf(t reflect.Type) (types.Type, error) {
	if t.Name() != "" && t.PkgPath() != "" {
		return s.namedType(t)
	}
	if t == reflect.TypeFor[error]() {
		return types.Universe.Lookup("error").Type(), nil
	}
	if b := basicTypes[t.Kind()]; b != nil {
		return b, nil
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		elem, err := s.typeOf(t.Elem())
		if err != nil {
			return nil, err
		}
		switch t.Kind() {
		case reflect.Pointer:
			return types.NewPointer(elem), nil
		case reflect.Slice:
			return types.NewSlice(elem), nil
		case reflect.Array:
			return types.NewArray(elem, int64(t.Len())), nil
		}
		return types.NewChan(map[reflect.ChanDir]types.ChanDir{reflect.BothDir: types.SendRecv, reflect.SendDir: types.SendOnly, reflect.RecvDir: types.RecvOnly}[t.ChanDir()], elem), nil
	case reflect.Map:
		key, err := s.typeOf(t.Key())
		if err != nil {
			return nil, err
		}
		elem, err := s.typeOf(t.Elem())
		if err != nil {
			return nil, err
		}
		return types.NewMap(key, elem), nil
	case reflect.Func:
		return s.signature(t)
	case reflect.Struct:
		return s.structType(t)
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return types.Universe.Lookup("any").Type(), nil
		}
	}
	return nil, fmt.Errorf("eval: a cell has no name for type %v", t)
}

func (s *Session) namedType(t reflect.Type) (types.Type, error) {
	pkg, err := s.importer.Import(t.PkgPath())
	if err != nil {
		return nil, fmt.Errorf("eval: type %v: %w", t, err)
	}
	if obj, ok := pkg.Scope().Lookup(t.Name()).(*types.TypeName); ok {
		return obj.Type(), nil
	}
	return nil, fmt.Errorf("eval: a cell has no name for type %v", t)
}

func (s *Session) structType(t reflect.Type) (types.Type, error) {
	fields, tags := make([]*types.Var, t.NumField()), make([]string, t.NumField())
	for i := range fields {
		f := t.Field(i)
		typ, err := s.typeOf(f.Type)
		if err != nil {
			return nil, err
		}
		fields[i], tags[i] = types.NewField(0, nil, f.Name, typ, f.Anonymous), string(f.Tag)
	}
	return types.NewStruct(fields, tags), nil
}

func (s *Session) signature(t reflect.Type) (types.Type, error) {
	tuple := func(n int, at func(int) reflect.Type) (*types.Tuple, error) {
		var vars []*types.Var
		for i := range n {
			typ, err := s.typeOf(at(i))
			if err != nil {
				return nil, err
			}
			vars = append(vars, types.NewParam(0, nil, "", typ))
		}
		return types.NewTuple(vars...), nil
	}
	in, err := tuple(t.NumIn(), t.In)
	if err != nil {
		return nil, err
	}
	out, err := tuple(t.NumOut(), t.Out)
	if err != nil {
		return nil, err
	}
	return types.NewSignatureType(nil, nil, nil, in, out, t.IsVariadic()), nil
}

// Importable returns the import paths that cells may use, sorted.
func Importable() []string { return compiled.Paths() }

// goVersion is the language of cells: that of the Go release which the kernel is built with.
var goVersion = func() string {
	v, _, _ := strings.Cut(strings.TrimPrefix(runtime.Version(), "go"), " ")
	if parts := strings.SplitN(v, ".", 3); len(parts) >= 2 && parts[0] == "1" {
		return "go1." + parts[1]
	}
	return ""
}()
