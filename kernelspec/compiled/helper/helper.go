// Package helper has the compiled functions that generic functions of the standard
// library need when their source is run, and undoes what some packages do to a program
// by being linked into it, until a cell imports them.
package helper

import (
	"crypto/hkdf"
	"crypto/pbkdf2"
	"hash"
	"hash/maphash"
	"reflect"
	"runtime"
	"sync"
	"unsafe"
	"weak"

	"axn/kernelspec/compiled"
)

func init() {
	compiled.Extend("crypto/hkdf", map[string]any{"extract": hkdf.Extract[hash.Hash], "expand": hkdf.Expand[hash.Hash], "key": hkdf.Key[hash.Hash]})
	compiled.Extend("crypto/pbkdf2", map[string]any{"key": pbkdf2.Key[hash.Hash]})
	compiled.Extend("database/sql", map[string]any{"convertAssign": convertAssign})
	compiled.Extend("hash/maphash", map[string]any{"comparableHash": maphash.Comparable[any], "writeComparable": maphash.WriteComparable[any]})
	compiled.Extend("maps", map[string]any{"clone": clone})
	compiled.Extend("runtime", map[string]any{"addCleanup": addCleanup})
	compiled.Extend("unique", map[string]any{"canonical": canonical})
	compiled.Extend("weak", map[string]any{"register": register, "strong": strong})
}

//go:linkname convertAssign database/sql.convertAssign
func convertAssign(dest, src any) error

// clone returns a shallow copy of a map of any type.
func clone(m any) any {
	from := reflect.ValueOf(m)
	to := reflect.MakeMapWithSize(from.Type(), from.Len())
	for it := from.MapRange(); it.Next(); {
		to.SetMapIndex(it.Key(), it.Value())
	}
	return to.Interface()
}

func addCleanup(ptr unsafe.Pointer, cleanup func()) runtime.Cleanup {
	return runtime.AddCleanup((*byte)(ptr), func(f func()) { f() }, cleanup)
}

var canon sync.Map

// canonical returns the pointer to a value that all equal values share. copied makes it.
// Unlike package unique it keeps the value for as long as the process runs.
func canonical(value any, copied func() any) any {
	if p, ok := canon.Load(value); ok {
		return p
	}
	p, _ := canon.LoadOrStore(value, copied())
	return p
}

// weakPointer is laid out as weak.Pointer.
type weakPointer struct {
	_ [0]*byte
	u unsafe.Pointer
}

func register(ptr unsafe.Pointer) unsafe.Pointer {
	w := weak.Make((*byte)(ptr))
	return (*weakPointer)(unsafe.Pointer(&w)).u
}

func strong(u unsafe.Pointer) unsafe.Pointer {
	w := weakPointer{u: u}
	return unsafe.Pointer((*weak.Pointer[byte])(unsafe.Pointer(&w)).Value())
}
