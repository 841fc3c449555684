package code

import (
	"bytes"
	"math/big"
	"reflect"
	"strings"

	"axn/kernelspec/compiled"
)

// Compiled functions that allocate as much as they are told end the process when there is
// not that much. These ask first.

func init() {
	add := func(path, name string, f any) { compiled.Extend(path, map[string]any{name: f}) }
	add("strings", "Repeat", func(s string, n int) string {
		RequireMemory("string", float64(n)*float64(len(s)))
		return strings.Repeat(s, n)
	})
	add("bytes", "Repeat", func(b []byte, n int) []byte {
		RequireMemory("slice", float64(n)*float64(len(b)))
		return bytes.Repeat(b, n)
	})
	add("reflect", "MakeSlice", func(t reflect.Type, n, k int) reflect.Value {
		if t.Kind() == reflect.Slice {
			RequireMemory("slice", float64(k)*float64(t.Elem().Size()))
		}
		return reflect.MakeSlice(t, n, k)
	})
	add("reflect", "MakeMapWithSize", func(t reflect.Type, n int) reflect.Value {
		if t.Kind() == reflect.Map {
			RequireMemory("map", float64(n)*float64(t.Key().Size()+t.Elem().Size()))
		}
		return reflect.MakeMapWithSize(t, n)
	})
	add("strings", "(*Builder).Grow", func(b *strings.Builder, n int) {
		RequireMemory("string", float64(n)+float64(b.Cap())*2)
		b.Grow(n)
	})
	add("bytes", "(*Buffer).Grow", func(b *bytes.Buffer, n int) {
		RequireMemory("buffer", float64(n)+float64(b.Cap())*2)
		b.Grow(n)
	})
	add("math/big", "(*Int).Lsh", func(z, x *big.Int, n uint) *big.Int {
		RequireMemory("number", float64(n)/8+float64(x.BitLen())/8)
		return z.Lsh(x, n)
	})
	add("math/big", "(*Int).SetBit", func(z, x *big.Int, i int, b uint) *big.Int {
		RequireMemory("number", float64(i)/8)
		return z.SetBit(x, i, b)
	})
}
