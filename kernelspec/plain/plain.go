// Package plain writes values as text: as fmt does while they are small, cut where
// they are large, and with an end where they hold themselves.
package plain

import (
	"fmt"
	"reflect"
	"unicode/utf8"
)

const (
	textLimit  = 20_000  // bytes of a text that are shown
	shortLimit = 300     // characters of a value that are shown beside its name
	itemLimit  = 200_000 // items of a value that fmt writes
)

// Text returns a value as fmt.Sprint writes it. Long texts are cut in the middle;
// values of very many items, and those that hold themselves, are cut behind the
// first.
func Text(v any) string {
	if s, ok := v.(string); ok {
		return Shorten(s)
	}
	w := walker{left: itemLimit, path: map[place]bool{}}
	if w.walk(reflect.ValueOf(v), 0) {
		return Shorten(fmt.Sprint(v))
	}
	p := printer{path: map[place]bool{}}
	p.print(reflect.ValueOf(v), 0)
	return p.text.String()
}

// Shorten cuts a long text in the middle.
func Shorten(s string) string {
	if len(s) <= textLimit {
		return s
	}
	head, tail := textLimit*3/4, len(s)-textLimit/4
	for head > 0 && !utf8.RuneStart(s[head]) {
		head--
	}
	for tail < len(s) && !utf8.RuneStart(s[tail]) {
		tail++
	}
	return fmt.Sprintf("%s\n… %d bytes left out …\n%s", s[:head], tail-head, s[tail:])
}

// Short returns a value on a line or a few: the size of what is large, the text of
// what is small. It is empty if the value cannot be written.
func Short(v any) (text string) {
	defer func() {
		if recover() != nil {
			text = ""
		}
	}()
	if size, ok := sizeOf(v); ok {
		return size
	}
	if s, ok := v.(string); ok {
		text = s[:min(len(s), 4*shortLimit)] // enough for so many characters
	} else if isText(v) {
		text = fmt.Sprint(v)
	} else {
		text = fields(v)
	}
	if utf8.RuneCountInString(text) > shortLimit {
		text = string([]rune(text)[:shortLimit]) + "…"
	}
	return text
}

// fields writes a value with the names of its fields.
func fields(v any) string {
	w := walker{left: itemLimit, path: map[place]bool{}}
	if w.walk(reflect.ValueOf(v), 0) {
		return fmt.Sprintf("%+v", v)
	}
	return Text(v)
}

// sizeOf describes values that are too large to be shown whole.
func sizeOf(v any) (string, bool) {
	if d, ok := v.(interface{ Dims() (int, int) }); ok {
		rows, cols := d.Dims()
		return fmt.Sprintf("%d × %d", rows, cols), true
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Slice, reflect.Map, reflect.Chan:
		if r.Len() > 20 {
			return fmt.Sprintf("%d elements", r.Len()), true
		}
	}
	return "", false
}

// isText reports whether a value writes itself.
func isText(v any) bool {
	switch v.(type) {
	case fmt.Formatter, fmt.Stringer, error:
		return true
	}
	return false
}

// place is where a map or a slice lies.
type place struct {
	at  uintptr
	len int
	t   reflect.Type
}

// hold returns the place of a value that may hold itself.
func hold(v reflect.Value) (place, bool) {
	switch v.Kind() {
	case reflect.Map, reflect.Slice:
		return place{v.Pointer(), v.Len(), v.Type()}, v.Len() > 0
	case reflect.Pointer:
		return place{v.Pointer(), 0, v.Type()}, !v.IsNil()
	}
	return place{}, false
}

// walker looks whether fmt would come to an end with a value, and soon.
type walker struct {
	left int // items
	path map[place]bool
}

// walk reports whether a value ends, and has no more items than are left.
func (w *walker) walk(v reflect.Value, depth int) bool {
	if w.left--; w.left < 0 {
		return false
	}
	if !v.IsValid() || v.CanInterface() && isText(v.Interface()) {
		return true
	}
	if at, ok := hold(v); ok {
		if w.path[at] {
			return false
		}
		w.path[at] = true
		defer delete(w.path, at)
	}
	switch v.Kind() {
	case reflect.String:
		w.left -= v.Len() / 16
	case reflect.Interface:
		return w.walk(v.Elem(), depth)
	case reflect.Pointer: // fmt follows only the first
		return depth > 0 || v.IsNil() || w.walk(v.Elem(), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			if !w.walk(v.Field(i), depth+1) {
				return false
			}
		}
	case reflect.Slice, reflect.Array:
		if k := v.Type().Elem().Kind(); k <= reflect.Complex128 {
			w.left -= v.Len()
			return w.left >= 0
		}
		for i := range v.Len() {
			if !w.walk(v.Index(i), depth+1) {
				return false
			}
		}
	case reflect.Map:
		for r := v.MapRange(); r.Next(); {
			if !w.walk(r.Key(), depth+1) || !w.walk(r.Value(), depth+1) {
				return false
			}
		}
	}
	return true
}
