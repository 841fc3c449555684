package interp

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/xreflect"
)

// shortText is how many characters of a value are shown beside its name.
const shortText = 300

// valueOf returns the present value of a variable. The caller holds the lock. A
// cell that runs may change the value meanwhile.
func (in *Interp) valueOf(name string) (value any, ok bool) {
	sym := in.ir.Comp.TryResolve(name)
	if sym == nil {
		return nil, false
	}
	env := in.env
	for range sym.Upn {
		env = env.Outer
	}
	attempt(func() {
		v := sym.Bind.RuntimeValue(in.ir.Comp.CompGlobals, env)
		if v.IsValid() && v.CanInterface() {
			value, ok = v.Interface(), true
		}
	})
	return value, ok
}

// short returns a value on a line or a few: sizes of what is large, text of what
// is small.
func (in *Interp) short(v any, t xreflect.Type) string {
	text, ok := "", false
	if !attempt(func() {
		if text, ok = sizeOf(v); !ok {
			if text, ok = in.String(v, t); !ok {
				text = fmt.Sprintf("%+v", v)
			}
		}
	}) {
		return ""
	}
	if utf8.RuneCountInString(text) > shortText {
		text = string([]rune(text)[:shortText]) + "…"
	}
	return text
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

// String returns the text of a value whose type is declared in a cell and has a
// String or Error method: compiled code does not see such methods.
func (in *Interp) String(v any, t xreflect.Type) (text string, ok bool) {
	switch v.(type) {
	case fmt.Stringer, error, nil:
		return "", false
	}
	if t == nil || !t.Named() && t.Kind() != reflect.Pointer || !in.declaredInCell(t) {
		return "", false
	}
	attempt(func() {
		for _, name := range []string{"Error", "String"} {
			m, n := t.MethodByName(name, "main")
			if n != 1 || len(m.FieldIndex) > 0 || m.Type.NumOut() != 1 || m.Type.NumIn() != 1 || m.Type.Out(0).Kind() != reflect.String {
				continue
			}
			receiver := reflect.ValueOf(v)
			if want := m.Type.In(0); want.Kind() == reflect.Pointer && receiver.Kind() != reflect.Pointer {
				continue // not in the method set
			} else if want.Kind() != reflect.Pointer && receiver.Kind() == reflect.Pointer {
				receiver = receiver.Elem()
			}
			text = (*m.Funs)[m.Index].Call([]reflect.Value{receiver})[0].String()
			ok = true
			return
		}
	})
	return text, ok
}

func (in *Interp) declaredInCell(t xreflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Named() && t.PkgPath() == "main"
}

// Variable is a variable of the notebook.
type Variable struct {
	Name, Type, Value string
	Bytes             int // an estimate of what it holds
}

// Variables lists the variables that cells have declared, by name.
func (in *Interp) Variables() []Variable {
	in.mu.Lock()
	defer in.mu.Unlock()
	seen := map[string]bool{}
	var list []Variable
	for c := in.ir.Comp; c != nil && c.Outer != nil; c = c.Outer {
		for name, b := range c.Binds {
			class := b.Desc.Class()
			if seen[name] || in.predeclared[name] == b || strings.HasPrefix(name, "__") || class != fast.VarBind && class != fast.IntBind {
				continue
			}
			seen[name] = true
			v, _ := in.valueOf(name)
			list = append(list, Variable{Name: name, Type: typeText(b.Type), Value: in.short(v, b.Type), Bytes: bytesOf(v)})
		}
	}
	return list
}

// bytesOf estimates how many bytes a value holds.
func bytesOf(v any) int {
	n := 0
	attempt(func() { n = held(reflect.ValueOf(v), 4) })
	return n
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
