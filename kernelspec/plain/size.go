package plain

import (
	"fmt"
	"reflect"
)

// Bytes estimates how many bytes a value holds.
func Bytes(v any) (n int) {
	defer func() { recover() }() // what changes meanwhile cannot be measured
	return held(reflect.ValueOf(v), 4)
}

func held(v reflect.Value, depth int) int {
	if !v.IsValid() {
		return 0
	}
	n := int(v.Type().Size())
	if depth == 0 {
		return n
	}
	switch v.Kind() {
	case reflect.String:
		n += v.Len()
	case reflect.Slice:
		n += v.Cap() * int(v.Type().Elem().Size())
		for i := 0; i < min(v.Len(), 1000) && hasPointers(v.Type().Elem()); i++ {
			n += held(v.Index(i), depth-1) - int(v.Type().Elem().Size())
		}
	case reflect.Map:
		n += v.Len() * int(v.Type().Key().Size()+v.Type().Elem().Size())
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			n += held(v.Elem(), depth-1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			n += held(v.Field(i), depth-1) - int(v.Field(i).Type().Size())
		}
	}
	return n
}

func hasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface, reflect.Struct:
		return true
	}
	return false
}

// Size writes a number of bytes in a unit of its size.
func Size(n int) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}
