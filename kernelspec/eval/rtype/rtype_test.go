package rtype

import (
	"fmt"
	"go/token"
	"go/types"
	"reflect"
	"testing"
	"unsafe"
)

func TestCheck(t *testing.T) {
	if err := Check(); err != nil {
		t.Fatal(err)
	}
}

// point makes the named type "Point struct{ X int; next *Point }" with a method String.
func point() *types.Named {
	pkg := types.NewPackage("main", "main")
	named := types.NewNamed(types.NewTypeName(token.NoPos, pkg, "Point", nil), nil, nil)
	named.SetUnderlying(types.NewStruct([]*types.Var{
		types.NewField(token.NoPos, pkg, "X", types.Typ[types.Int], false),
		types.NewField(token.NoPos, pkg, "next", types.NewPointer(named), false)}, []string{`json:"x"`, ""}))
	result := types.NewTuple(types.NewParam(token.NoPos, pkg, "", types.Typ[types.String]))
	recv := types.NewParam(token.NoPos, pkg, "p", named)
	named.AddMethod(types.NewFunc(token.NoPos, pkg, "String", types.NewSignatureType(recv, nil, nil, nil, result, false)))
	return named
}

// TestMethods sees a type made here as compiled code sees it: by fmt, a type assertion
// and reflection, on 2,000 values whose receiver must arrive unharmed.
func TestMethods(t *testing.T) {
	table := NewTable(func(*types.Named) reflect.Type { return nil }, func(o *Owner, sel *types.Selection, f reflect.Type, indirect bool) unsafe.Pointer {
		v := reflect.MakeFunc(f, func(args []reflect.Value) []reflect.Value {
			recv := args[0]
			if indirect {
				recv = reflect.NewAt(o.Real, recv.UnsafePointer())
			}
			return []reflect.Value{reflect.ValueOf(fmt.Sprint("point ", reflect.Indirect(recv).Field(0).Int()))}
		})
		p := reflect.New(f)
		p.Elem().Set(v)
		return *(*unsafe.Pointer)(p.UnsafePointer())
	})
	r := table.Of(point())
	if r.String() != "main.Point" || r.PkgPath() != "main" || r.Size() != 16 || r.Field(1).Type != reflect.PointerTo(r) || r.Field(0).Tag.Get("json") != "x" {
		t.Fatalf("type %v of %s, %d bytes, field %v", r, r.PkgPath(), r.Size(), r.Field(1).Type)
	}
	for i := range 2000 {
		v := reflect.New(r)
		v.Elem().Field(0).SetInt(int64(i))
		want := fmt.Sprint("point ", i)
		if got := fmt.Sprint(v.Elem().Interface()); got != want {
			t.Fatalf("fmt prints %q, want %q", got, want)
		}
		if got := v.Interface().(fmt.Stringer).String(); got != want {
			t.Fatalf("by an interface %q, want %q", got, want)
		}
		if got := v.Elem().Method(0).Call(nil)[0].String(); got != want {
			t.Fatalf("by reflection %q, want %q", got, want)
		}
		if got := r.Method(0).Func.Call([]reflect.Value{v.Elem()})[0].String(); got != want {
			t.Fatalf("as a function %q, want %q", got, want)
		}
	}
	if m := reflect.MapOf(r, r); !reflect.MakeMap(m).IsValid() || !r.Comparable() {
		t.Fatal("the type is no key of a map")
	}
}

// A channel type made at run time has a pointer type of its own, though the program has
// one of chan unsafe.Pointer, of which reflect makes it.
func TestChanOf(t *testing.T) {
	type local struct{ _ int }
	if p := reflect.TypeFor[*chan unsafe.Pointer](); p.Elem() != reflect.TypeFor[chan unsafe.Pointer]() {
		t.Fatal(p)
	}
	c := ChanOf(reflect.RecvDir, reflect.StructOf([]reflect.StructField{{Name: "A", Type: reflect.TypeFor[local]()}}))
	if p := reflect.PointerTo(c); p.Elem() != c {
		t.Errorf("%v points to %v", p, p.Elem())
	}
}
