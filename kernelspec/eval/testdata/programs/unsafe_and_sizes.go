// Sizes, offsets, and unsafe views of memory.
package main

import (
	"fmt"
	"math"
	"unsafe"
)

type T struct {
	a bool
	b int64
	c uint16
	d string
	e [3]int32
	f any
	g []byte
}

func main() {
	var t T
	fmt.Println(unsafe.Sizeof(t), unsafe.Alignof(t.c), unsafe.Offsetof(t.d), unsafe.Offsetof(t.e), unsafe.Offsetof(t.g))
	f := 1.5
	u := *(*uint64)(unsafe.Pointer(&f))
	fmt.Println(u == math.Float64bits(f))
	a := [4]int32{1, 2, 3, 4}
	p := unsafe.Pointer(&a)
	third := (*int32)(unsafe.Add(p, 8))
	*third = 30
	second := *(*int32)(unsafe.Pointer(uintptr(p) + unsafe.Sizeof(a[0])))
	fmt.Println(a, second)
	s := unsafe.Slice(&a[0], 3)
	s[0] = 10
	fmt.Println(a[0], len(s), cap(s))
	b := []byte("hello")
	str := unsafe.String(&b[0], 4)
	fmt.Println(str, *unsafe.StringData(str) == 'h', unsafe.SliceData(b) == &b[0])
	t.c = 7
	fmt.Println(*(*uint16)(unsafe.Add(unsafe.Pointer(&t), unsafe.Offsetof(t.c))))
	fmt.Println(unsafe.Sizeof(uintptr(0)), unsafe.Sizeof(struct{ a, b byte }{}), unsafe.Sizeof([0]int{}))
	type header struct{ data, len, cap uintptr }
	h := (*header)(unsafe.Pointer(&b))
	fmt.Println(h.len, h.cap >= h.len)
}
