package rtype

import "unsafe"

// These functions of Go's runtime are on its list of names that stay for others
// (go.dev/issue/67401).

//go:linkname addReflectOff reflect.addReflectOff
func addReflectOff(ptr unsafe.Pointer) int32

// Move copies a value of a type.
//
//go:linkname Move runtime.typedmemmove
func Move(t, dst, src unsafe.Pointer)

// New allocates a value of a type.
//
//go:linkname New reflect.unsafe_New
func New(t unsafe.Pointer) unsafe.Pointer

// Itab returns the table of methods with which a type satisfies an interface. If it does
// not, Itab returns nil when canfail is set, else it panics.
//
//go:linkname Itab runtime.getitab
func Itab(inter, typ unsafe.Pointer, canfail bool) unsafe.Pointer

// nameBytes lays a name out as the runtime does: flags, length, text, and a tag.
func nameBytes(s string, exported, embedded bool, tag string) *byte {
	b := []byte{0}
	if exported {
		b[0] |= 1
	}
	if embedded {
		b[0] |= 8
	}
	b = appendCounted(b, s)
	if tag != "" {
		b[0] |= 2
		b = appendCounted(b, tag)
	}
	hold(b)
	return &b[0]
}

func appendCounted(b []byte, s string) []byte {
	n := len(s)
	for ; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(append(b, byte(n)), s...)
}

func nameOff(s string, exported bool) int32 {
	return addReflectOff(unsafe.Pointer(nameBytes(s, exported, false, "")))
}
