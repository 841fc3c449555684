package code

import (
	"fmt"
	"reflect"
)

// Package fmt prints a map or slice that holds itself without end, until the stack ends
// the process. So what can hold itself is looked at before it is printed.

// printable ends a thread that prints a value which holds itself.
func printable(list []any) []any {
	for _, v := range list {
		t := reflect.TypeOf(v)
		if t == nil || t.Kind() <= reflect.Complex128 || t.Kind() == reflect.String || !canCycle(t) {
			continue
		}
		r := reflect.ValueOf(v)
		if r.Kind() == reflect.Pointer { // fmt follows pointers at the top only
			r = r.Elem()
		}
		if holdsItself(r, map[extent]bool{}) {
			panic(fatal(fmt.Sprintf("stack overflow: a value of type %v holds itself and cannot be printed", t)))
		}
	}
	return list
}

var cycles byType[bool]

// canCycle reports whether a value of a type can hold itself as fmt follows it.
func canCycle(t reflect.Type) bool {
	return cycles.of(t, func(t reflect.Type) bool {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		return leadsBack(t, map[reflect.Type]bool{})
	})
}

// leadsBack reports whether a type contains an interface or itself.
func leadsBack(t reflect.Type, above map[reflect.Type]bool) bool {
	if above[t] {
		return true
	}
	above[t] = true
	defer delete(above, t)
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Map:
		return leadsBack(t.Elem(), above)
	case reflect.Slice, reflect.Array:
		return leadsBack(t.Elem(), above)
	case reflect.Struct:
		for i := range t.NumField() {
			if leadsBack(t.Field(i).Type, above) {
				return true
			}
		}
	}
	return false
}

// extent is what a map or slice refers to.
type extent struct {
	p ptr
	n int
}

// holdsItself follows a value as fmt does. above are the maps and slices around it.
func holdsItself(v reflect.Value, above map[extent]bool) bool {
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() || v.CanInterface() && speaks(v.Interface()) {
		return false
	}
	switch v.Kind() {
	case reflect.Map, reflect.Slice:
		if v.Len() == 0 || !leadsBack(v.Type(), map[reflect.Type]bool{}) {
			return false
		}
		p := extent{v.UnsafePointer(), v.Len()}
		if above[p] {
			return true
		}
		above[p] = true
		defer delete(above, p)
		if v.Kind() == reflect.Map {
			for it := v.MapRange(); it.Next(); {
				if holdsItself(it.Value(), above) {
					return true
				}
			}
			return false
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			if holdsItself(v.Index(i), above) {
				return true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if holdsItself(v.Field(i), above) {
				return true
			}
		}
	}
	return false
}

// speaks reports whether a value prints itself.
func speaks(v any) bool {
	switch v.(type) {
	case fmt.Formatter, fmt.Stringer, error:
		return true
	}
	return false
}
