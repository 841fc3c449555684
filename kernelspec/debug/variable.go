package debug

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"axn/kernelspec/eval"
	"axn/kernelspec/plain"
)

// node is a variable or a part of one.
type node struct {
	name string
	v    reflect.Value // invalid: the variable does not live yet
	path string        // the expression that it is, empty if cells cannot write it
}

// box holds variables: a scope, or the parts of a variable.
type box struct {
	call  *eval.Call // where paths mean something; nil for the names of the cells
	nodes []node     // of a scope
	of    node       // else what the parts are of
}

// mostParts is how many parts are told at once, if the front end does not say.
const mostParts = 200

// parts returns n parts from one on, and how many there are.
func (b *box) parts(from, n int) (list []node, total int) {
	if b.nodes != nil || !b.of.v.IsValid() {
		total = len(b.nodes)
		from, to := bounds(from, n, total)
		return b.nodes[from:to], total
	}
	return b.of.parts(from, n)
}

func bounds(from, n, total int) (int, int) {
	from = min(max(from, 0), total)
	return from, min(from+n, total)
}

// parts returns n parts of a value from one on, and how many it has.
func (x node) parts(from, n int) (list []node, total int) {
	v := x.v
	total = countParts(v)
	from, to := bounds(from, n, total)
	switch v.Kind() {
	case reflect.Pointer:
		if v.Elem().Kind() == reflect.Struct {
			return node{x.name, v.Elem(), x.path}.parts(from, n)
		}
		list = []node{{"*" + x.name, v.Elem(), wrap("*", x.path, "")}}[from:to]
	case reflect.Interface:
		list = []node{{typeText(v.Elem().Type()), readable(v.Elem()), ""}}[from:to]
	case reflect.Struct:
		for i := from; i < to; i++ {
			f := v.Type().Field(i)
			list = append(list, node{f.Name, readable(v.Field(i)), wrap("", x.path, "."+f.Name)})
		}
	case reflect.Slice, reflect.Array:
		for i := from; i < to; i++ {
			index := fmt.Sprintf("[%d]", i)
			list = append(list, node{index, readable(v.Index(i)), wrap("", x.path, index)})
		}
	case reflect.Map:
		for _, k := range plain.SortedKeys(v)[from:to] {
			key, path := keyText(k)
			if path = "[" + path + "]"; path == "[]" {
				list = append(list, node{"[" + key + "]", v.MapIndex(k), ""})
				continue
			}
			list = append(list, node{"[" + key + "]", v.MapIndex(k), wrap("", x.path, path)})
		}
	}
	return list, total
}

// countParts returns how many parts a value has.
func countParts(v reflect.Value) int {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return 0
		}
		if v.Elem().Kind() == reflect.Struct {
			return v.Elem().NumField()
		}
		return 1
	case reflect.Interface:
		if v.IsNil() {
			return 0
		}
		return 1
	case reflect.Struct:
		return v.NumField()
	case reflect.Slice, reflect.Array, reflect.Map:
		return v.Len()
	}
	return 0
}

// wrap makes an expression of a part of another one.
func wrap(before, path, after string) string {
	if path == "" {
		return ""
	}
	return before + path + after
}

// readable lets the value of a field be read that is not exported.
func readable(v reflect.Value) reflect.Value {
	if v.CanInterface() || !v.CanAddr() {
		return v
	}
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

// addressable returns a value, or a copy of it, whose parts have addresses.
func addressable(v any) reflect.Value {
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	return p.Elem()
}

// keyText writes a key, also as cells write it, if they can.
func keyText(k reflect.Value) (text, path string) {
	switch {
	case k.Kind() == reflect.String:
		q := strconv.Quote(k.String())
		return q, q
	case k.CanInt(), k.CanUint(), k.Kind() == reflect.Bool:
		return fmt.Sprint(k), fmt.Sprintf("%v", plainValue(k))
	case k.CanInterface():
		return plain.Short(k.Interface()), ""
	}
	return fmt.Sprint(k), ""
}

// plainValue returns a number or bool without the methods of its type.
func plainValue(k reflect.Value) any {
	switch {
	case k.CanInt():
		return k.Int()
	case k.CanUint():
		return k.Uint()
	}
	return k.Bool()
}

// describe tells a value as the protocol has it. It may call methods of cells.
func (d *Debugger) describe(call *eval.Call, x node) object {
	o := object{"name": x.name, "value": "", "type": "", "variablesReference": 0}
	if x.path != "" {
		o["evaluateName"] = x.path
	}
	if !x.v.IsValid() {
		o["value"] = "not declared yet"
		return o
	}
	o["value"], o["type"] = d.valueText(x.v), typeText(x.v.Type())
	n := countParts(x.v)
	if n == 0 {
		return o
	}
	d.mu.Lock()
	o["variablesReference"] = d.handles.box(&box{call: call, of: x})
	d.mu.Unlock()
	switch x.v.Kind() {
	case reflect.Slice, reflect.Array:
		o["indexedVariables"] = n
	default:
		o["namedVariables"] = n
	}
	return o
}

// moving reports whether a cell runs and nobody is stopped. Go ends the process when a map is
// read while the cell changes it.
func (d *Debugger) moving() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stop == nil && len(d.Session.Threads()) > 0
}

var errMoving = errors.New("a cell runs: pause it first")

// valueText writes a value on a line. Of one that may hold maps it says little while a cell
// runs.
func (d *Debugger) valueText(v reflect.Value) string {
	t := v.Type()
	if v.Kind() == reflect.Interface && !v.IsNil() {
		t = v.Elem().Type()
	}
	if !holdsMaps(t, map[reflect.Type]bool{}) || !d.moving() {
		return valueText(v)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		if v.IsNil() {
			return "nil"
		}
	}
	if v.Kind() == reflect.Map {
		return fmt.Sprintf("%d elements", v.Len())
	}
	return "…"
}

// holdsMaps reports whether values of a type may lead to maps. What was seen does not.
func holdsMaps(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Map, reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return holdsMaps(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if holdsMaps(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

// valueText writes a value on a line.
func valueText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if v.IsNil() {
			return "nil"
		}
	}
	switch v.Kind() {
	case reflect.Func:
		return typeText(v.Type())
	case reflect.Chan:
		return fmt.Sprintf("%d of %d", v.Len(), v.Cap())
	}
	if !v.CanInterface() {
		return oneLine(fmt.Sprint(v))
	}
	x := v.Interface()
	if s, ok := x.(string); ok {
		return strconv.Quote(plain.Short(s))
	}
	if v.Kind() == reflect.Interface && v.Elem().Kind() == reflect.String && v.Elem().Type().PkgPath() == "" {
		return strconv.Quote(plain.Short(v.Elem().String()))
	}
	return oneLine(plain.Short(x))
}

// oneLine joins the lines of a text.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' }), " ⏎ ")
}

// typeText writes a type as cells do.
func typeText(t reflect.Type) string { return strings.ReplaceAll(t.String(), "main.", "") }

// variables lists what a box holds.
func (d *Debugger) variables(r *request) (any, error) {
	var a struct {
		VariablesReference, Start, Count int
		Filter                           string
	}
	if err := r.read(&a); err != nil {
		return nil, err
	}
	d.mu.Lock()
	b := d.handles.boxes[a.VariablesReference]
	d.mu.Unlock()
	if b == nil {
		return nil, fmt.Errorf("there are no variables %d: they last until the goroutine goes on", a.VariablesReference)
	}
	if filtered(b, a.Filter) {
		return object{"variables": []object{}}, nil
	}
	count := a.Count
	if count <= 0 {
		count = mostParts
	}
	list, err := d.described(b, a.Start, count)
	if err != nil {
		return nil, err
	}
	return object{"variables": list}, nil
}

// filtered reports whether a filter, "indexed" or "named", leaves nothing of a box.
func filtered(b *box, filter string) bool {
	indexed := b.of.v.IsValid() && (b.of.v.Kind() == reflect.Slice || b.of.v.Kind() == reflect.Array)
	return filter == "indexed" && !indexed || filter == "named" && indexed
}

// described describes parts of a box. Those that are left out are counted.
func (d *Debugger) described(b *box, from, n int) (list []object, err error) {
	list = []object{}
	if b.of.v.Kind() == reflect.Map && d.moving() {
		return nil, errMoving
	}
	failed := d.Session.Ask(func() {
		nodes, total := b.parts(from, n)
		for _, x := range nodes {
			list = append(list, d.describe(b.call, x))
		}
		if rest := total - from - len(nodes); rest > 0 && n == mostParts {
			list = append(list, object{"name": "…", "value": fmt.Sprintf("%d more", rest), "type": "", "variablesReference": 0})
		}
	})
	if failed != nil {
		return nil, failed
	}
	return list, nil
}

// inspectVariables lists the variables of the cells.
func (d *Debugger) inspectVariables(*request) (any, error) {
	d.mu.Lock()
	if d.stop == nil {
		d.handles.clear()
	}
	d.mu.Unlock()
	nodes := d.globals()
	list, err := d.described(&box{nodes: nodes}, 0, len(nodes))
	if err != nil {
		return nil, err
	}
	return object{"variables": list}, nil
}
