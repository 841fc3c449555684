package plain

import (
	"fmt"
	"reflect"
	"strings"
)

// depthLimit is how many values within values are written.
const depthLimit = 100

// printer writes a value as fmt does, up to a limit.
type printer struct {
	text strings.Builder
	path map[place]bool // the maps, slices and pointers that are being written
}

func (p *printer) full() bool { return p.text.Len() > textLimit }

func (p *printer) print(v reflect.Value, depth int) {
	switch {
	case !v.IsValid():
		p.text.WriteString("<nil>")
		return
	case depth > depthLimit:
		p.text.WriteString("…")
		return
	case v.CanInterface() && isText(v.Interface()):
		p.text.WriteString(Shorten(fmt.Sprint(v.Interface())))
		return
	}
	if at, ok := hold(v); ok {
		if p.path[at] {
			p.text.WriteString("… (itself)")
			return
		}
		p.path[at] = true
		defer delete(p.path, at)
	}
	switch v.Kind() {
	case reflect.Interface:
		p.print(v.Elem(), depth)
	case reflect.String:
		p.text.WriteString(Shorten(v.String()))
	case reflect.Pointer:
		p.pointer(v, depth)
	case reflect.Struct:
		p.list("{", "}", v.NumField(), func(i int) { p.print(v.Field(i), depth+1) })
	case reflect.Slice, reflect.Array:
		p.list("[", "]", v.Len(), func(i int) { p.print(v.Index(i), depth+1) })
	case reflect.Map:
		r := v.MapRange()
		p.list("map[", "]", v.Len(), func(int) {
			if r.Next() {
				p.print(r.Key(), depth+1)
				p.text.WriteByte(':')
				p.print(r.Value(), depth+1)
			}
		})
	default:
		fmt.Fprint(&p.text, v)
	}
}

// pointer writes what the first pointer points at, as fmt does, and the address of
// others.
func (p *printer) pointer(v reflect.Value, depth int) {
	if depth == 0 && !v.IsNil() {
		switch v.Elem().Kind() {
		case reflect.Struct, reflect.Map, reflect.Slice, reflect.Array:
			p.text.WriteByte('&')
			p.print(v.Elem(), depth+1)
			return
		}
	}
	if v.IsNil() {
		p.text.WriteString("<nil>")
		return
	}
	fmt.Fprintf(&p.text, "%#x", v.Pointer())
}

// list writes n items, or how many are left out when there is no more room.
func (p *printer) list(begin, end string, n int, item func(i int)) {
	p.text.WriteString(begin)
	for i := range n {
		if i > 0 {
			p.text.WriteByte(' ')
		}
		if p.full() {
			fmt.Fprintf(&p.text, "… %d more", n-i)
			break
		}
		item(i)
	}
	p.text.WriteString(end)
}
