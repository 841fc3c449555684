package debug

import (
	"errors"
	"fmt"
	"go/token"
	"reflect"
	"strconv"
	"strings"

	"axn/kernelspec/eval"
)

// call returns the call that a front end names by the number of its frame; nil if it names
// none.
func (d *Debugger) call(frame int) (*eval.Call, error) {
	if frame == 0 {
		return nil, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.handles.frames[frame]
	if c == nil {
		return nil, errNoFrame(frame)
	}
	return c, nil
}

// evaluate evaluates expressions, or runs statements, in a frame.
func (d *Debugger) evaluate(r *request) (any, error) {
	var a struct {
		Expression string
		FrameID    int
	}
	if err := r.read(&a); err != nil {
		return nil, err
	}
	call, values, err := d.values(a.FrameID, a.Expression)
	if err != nil {
		return nil, err
	}
	if len(values) != 1 || values[0] == nil {
		return object{"result": d.texts(values), "variablesReference": 0}, nil
	}
	var o object
	x := node{name: a.Expression, v: addressable(values[0]), path: "(" + a.Expression + ")"}
	if failed := d.Session.Ask(func() { o = d.describe(call, x) }); failed != nil {
		return nil, shown(failed)
	}
	o["result"] = o["value"]
	return o, nil
}

// texts writes values side by side.
func (d *Debugger) texts(values []any) string {
	var list []string
	for _, v := range values {
		if v == nil {
			list = append(list, "nil")
			continue
		}
		if failed := d.Session.Ask(func() { list = append(list, valueText(reflect.ValueOf(v))) }); failed != nil {
			list = append(list, failed.Value)
		}
	}
	return strings.Join(list, ", ")
}

// shown is a failure as front ends show it.
func shown(e *eval.Error) error {
	if len(e.Problems) == 0 {
		return e
	}
	var list []string
	for _, p := range e.Problems {
		list = append(list, p.Message)
	}
	return errors.New(strings.Join(list, "\n"))
}

// setVariable gives a variable, or a part of one, the value of an expression.
func (d *Debugger) setVariable(r *request) (any, error) {
	var a struct {
		VariablesReference int
		Name, Value        string
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
	if d.moving() {
		return nil, errMoving
	}
	x, err := d.part(b, a.Name)
	if err != nil {
		return nil, err
	}
	if x.path == "" {
		return nil, fmt.Errorf("%s cannot be set: Go has no way to write it here", a.Name)
	}
	if _, failed := d.Session.Evaluate(b.call, x.path+" = "+a.Value); failed != nil {
		return nil, shown(failed)
	}
	if x, err = d.part(b, a.Name); err != nil {
		return nil, err
	}
	var o object
	if failed := d.Session.Ask(func() { o = d.describe(b.call, x) }); failed != nil {
		return nil, shown(failed)
	}
	return o, nil
}

// part finds a part of a box by its name.
func (d *Debugger) part(b *box, name string) (node, error) {
	from, n := 0, int(^uint(0)>>2)
	if k := b.of.v.Kind(); k == reflect.Slice || k == reflect.Array {
		from, _ = strconv.Atoi(strings.Trim(name, "[]"))
		n = 1
	}
	var found *node
	failed := d.Session.Ask(func() {
		list, _ := b.parts(from, n)
		for _, x := range list {
			if x.name == name {
				found = &x
			}
		}
	})
	if failed != nil {
		return node{}, failed
	}
	if found == nil {
		return node{}, fmt.Errorf("there is no variable %s", name)
	}
	return *found, nil
}

// values are those of an expression, or of what statements give, in the call of a frame.
func (d *Debugger) values(frame int, code string) (*eval.Call, []any, error) {
	if d.moving() {
		return nil, nil, errMoving
	}
	call, err := d.call(frame)
	if err != nil {
		return nil, nil, err
	}
	values, failed := d.Session.Evaluate(call, code)
	if failed != nil {
		return nil, nil, shown(failed)
	}
	return call, values, nil
}

// richInspectVariables shows a variable by MIME type.
func (d *Debugger) richInspectVariables(r *request) (any, error) {
	var a struct {
		VariableName string
		FrameID      int
	}
	if err := r.read(&a); err != nil {
		return nil, err
	}
	_, values, err := d.values(a.FrameID, a.VariableName)
	if err != nil {
		return nil, err
	}
	if len(values) != 1 {
		return nil, fmt.Errorf("%s is no variable", a.VariableName)
	}
	var data, metadata object
	if failed := d.Session.Ask(func() { data, metadata = d.Render(values[0]) }); failed != nil {
		return nil, shown(failed)
	}
	if metadata == nil {
		metadata = object{} // front ends expect one
	}
	return object{"data": data, "metadata": metadata}, nil
}

// copyToGlobals declares a variable for the cells with the value of a variable of a frame.
func (d *Debugger) copyToGlobals(r *request) (any, error) {
	var a struct {
		SrcVariableName, DstVariableName string
		SrcFrameID                       int
	}
	if err := r.read(&a); err != nil {
		return nil, err
	}
	call, err := d.call(a.SrcFrameID)
	if err != nil {
		return nil, err
	}
	if !token.IsIdentifier(a.DstVariableName) {
		return nil, fmt.Errorf("%q is no name for a variable", a.DstVariableName)
	}
	if call != nil {
		for _, l := range call.Locals() {
			if l.Name == a.SrcVariableName && l.Value.IsValid() {
				d.Session.DeclareCopy(a.DstVariableName, l.Type, l.Value)
				return nil, nil
			}
		}
	}
	return nil, fmt.Errorf("the frame has no variable %s", a.SrcVariableName)
}

// exceptionInfo tells with what a goroutine panics.
func (d *Debugger) exceptionInfo(r *request) (any, error) {
	var a struct{ ThreadID int }
	if err := r.read(&a); err != nil {
		return nil, err
	}
	d.mu.Lock()
	s := d.stop
	known := s != nil && s.value != nil && d.number(s.th) == a.ThreadID
	d.mu.Unlock()
	if !known {
		return nil, fmt.Errorf("goroutine %d is not stopped by a panic", a.ThreadID)
	}
	text, typ := d.panicText(s.value), typeText(reflect.TypeOf(s.value))
	return object{"exceptionId": typ, "description": text, "breakMode": "always", "details": object{"message": text, "typeName": typ}}, nil
}
