package rtype

import (
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"unsafe"
)

// probe is a type whose descriptor is known in all its parts.
//
//lint:ignore U1000 its fields are looked at through the descriptor
type probe struct {
	a int8
	b *int
	c string
}

func (probe) First()  {}
func (probe) Second() {}

// Check compares what is assumed of Go's runtime with types that the compiler laid out.
// It only reads, so it is safe to call where it fails.
var Check = sync.OnceValue(func() error {
	for _, c := range checks {
		if !c.holds() {
			return fmt.Errorf("eval: built for another Go (this is %s): %s is laid out otherwise", runtime.Version(), c.what)
		}
	}
	return nil
})

// descriptor is Pointer, and head is Head, out of the compiler's sight: it would read the
// descriptor when it compiles.
//
//go:noinline
func descriptor(t reflect.Type) unsafe.Pointer { return Pointer(t) }

//go:noinline
func head(t reflect.Type) *Type { return Head(t) }

var checks = []struct {
	what  string
	holds func() bool
}{
	{"the head of a type", func() bool {
		h := head(reflect.TypeFor[probe]())
		return h.Size == unsafe.Sizeof(probe{}) && h.PtrBytes == 24 && h.Align == 8 && h.FieldAlign == 8 && h.Kind == uint8(reflect.Struct) &&
			h.Equal != nil && h.TFlag&(flagNamed|flagUncommon) == flagNamed|flagUncommon && !h.Direct() && *h.GCData == 0b110
	}},
	{"the flag of types that are kept as a word", func() bool {
		return head(reflect.TypeFor[*int]()).Direct() && head(reflect.TypeFor[map[int]int]()).Direct() && !head(reflect.TypeFor[int]()).Direct()
	}},
	{"a struct type", func() bool {
		s := (*structType)(descriptor(reflect.TypeFor[probe]()))
		return len(s.Fields) == 3 && s.Fields[1].Offset == 8 && s.Fields[2].Offset == 16 && s.Fields[1].Typ == head(reflect.TypeFor[*int]())
	}},
	{"the methods of a type", func() bool {
		type block struct {
			structType
			uncommon
		}
		u := (*block)(descriptor(reflect.TypeFor[probe]())).uncommon
		return u.Mcount == 2 && u.Xcount == 2 && u.Moff >= uint32(unsafe.Sizeof(u))
	}},
	{"an array type", func() bool {
		a := (*arrayType)(descriptor(reflect.TypeFor[[7]int]()))
		return a.Len == 7 && a.Elem == head(reflect.TypeFor[int]()) && a.Slice == head(reflect.TypeFor[[]int]())
	}},
	{"a pointer or slice type", func() bool {
		return (*elemType)(descriptor(reflect.TypeFor[*int]())).Elem == head(reflect.TypeFor[int]()) && (*elemType)(descriptor(reflect.TypeFor[[]int]())).Elem == head(reflect.TypeFor[int]())
	}},
	{"a channel type", func() bool {
		c := (*chanType)(descriptor(reflect.TypeFor[<-chan int]()))
		return c.Dir == int(reflect.RecvDir) && c.Elem == head(reflect.TypeFor[int]())
	}},
	{"a function type", func() bool {
		f := (*funcType)(descriptor(reflect.TypeFor[func(int, string) bool]()))
		params := unsafe.Slice((**Type)(unsafe.Add(unsafe.Pointer(f), unsafe.Sizeof(*f))), 3)
		return f.In == 2 && f.Out == 1 && params[1] == head(reflect.TypeFor[string]()) && params[2] == head(reflect.TypeFor[bool]())
	}},
	{"a map type", func() bool {
		m := (*mapType)(descriptor(reflect.TypeFor[map[string]int]()))
		return m.Key == head(reflect.TypeFor[string]()) && m.Elem == head(reflect.TypeFor[int]()) && m.Hasher != nil && m.GroupSize > 0 && m.SlotSize == 24
	}},
	{"an interface type", func() bool {
		i := (*ifaceType)(descriptor(reflect.TypeFor[error]()))
		return len(i.Methods) == 1 && i.Methods[0].Typ != 0
	}},
	{"the table of an interface's methods", func() bool {
		var e error = checked{}
		tab := (*[2]unsafe.Pointer)(unsafe.Pointer(&e))[0]
		words := (*[4]uintptr)(tab)
		return words[0] == uintptr(descriptor(reflect.TypeFor[error]())) && words[1] == uintptr(descriptor(reflect.TypeFor[checked]())) && words[3] != 0
	}},
	{"a goroutine's stack", func() bool {
		low, high := stack()
		size := high - low
		return low < high && size&(size-1) == 0 && StackUsed() < size
	}},
	{"a stub for methods", stubsFollow},
}

type checked struct{ _ [2]int }

func (checked) Error() string { return "" }

// stubsFollow reports whether all stubs have the size that is assumed: each begins with
// the same bytes, but for the place of its function value.
func stubsFollow() bool {
	first := stubBytes(0)
	for i := 1; i < stubCount; i++ {
		if stubBytes(i) != first {
			return false
		}
	}
	return true
}

// stubBytes returns the operation codes of a stub: what does not tell where its function
// value lies.
func stubBytes(i int) [3]byte {
	base := *(*unsafe.Pointer)(unsafe.Pointer(&stubBase))
	b := (*[stubSize]byte)(unsafe.Add(base, i*stubSize))
	if runtime.GOARCH == "arm64" { // the load and the jump behind the address
		return [3]byte{b[8] & 0x1f, b[11], b[12]}
	}
	return [3]byte{b[0], b[1], b[2]}
}
