package widgets

import (
	"context"
	"errors"
	"fmt"
	"reflect"
)

// control is a widget with a value.
type control interface {
	Widget
	value() any
	label() string
	onChange(f func())
}

// Interaction is a function with the controls that it follows: what it gives stands below
// them.
type Interaction struct {
	*Box
	Output *Output // what the function gave, printed and showed at last

	f        reflect.Value
	controls []control
}

// Interact calls a function with the values of controls, now and whenever one is moved, and
// shows what it gives, prints and shows below them: a plot, a frame, anything that a cell shows.
//
// f takes a value of each control in turn: an int, or another number, from an IntSlider, a
// float64 from a FloatSlider, a [2]int from an IntRangeSlider, a string from a Dropdown or
// Text, a bool from a Checkbox. It may take a context.Context before them, which an
// interrupt cancels. It returns nothing, anything, or anything and an error. Where a call
// takes long, values that the slider passes meanwhile are left out. With a Button among the
// controls, it is called only at clicks.
//
// The error says which parameter does not fit, or how the first call failed. A later call
// that fails shows it, and the next one goes on.
func Interact(f any, controls ...Widget) (*Interaction, error) {
	in := &Interaction{Output: NewOutput(), f: reflect.ValueOf(f)}
	var clicks []*Button
	for _, w := range controls {
		switch w := w.(type) {
		case control:
			in.controls = append(in.controls, w)
		case *Button:
			clicks = append(clicks, w)
		default:
			return nil, fmt.Errorf("widgets: interact: %T has no value to follow: give sliders, dropdowns, checkboxes, texts and buttons", w)
		}
	}
	if err := in.fits(); err != nil {
		return nil, fmt.Errorf("widgets: interact: %w", err)
	}
	if err := in.call(); err != nil {
		return nil, fmt.Errorf("widgets: interact: %w", err)
	}
	in.Box = NewVBox(append(append([]Widget{}, controls...), in.Output)...)
	in.align()
	for _, b := range clicks {
		b.onClick(func() { in.call() })
	}
	for _, c := range in.controls {
		if len(clicks) == 0 {
			c.onChange(func() { in.call() })
		}
	}
	return in, nil
}

// align gives the labels of all controls the width of the longest.
func (in *Interaction) align() {
	longest := 0
	for _, c := range in.controls {
		longest = max(longest, len([]rune(c.label())))
	}
	for _, c := range in.controls {
		if _, ok := c.(*Checkbox); !ok {
			c.model().Style.Set("description_width", fmt.Sprintf("%dch", longest+2))
			c.model().Layout.Set("width", "min(30em, 98%)")
		}
	}
}

var (
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()
)

// takesContext reports whether the function wants a context before the values.
func (in *Interaction) takesContext() bool {
	t := in.f.Type()
	return t.NumIn() > 0 && t.In(0) == contextType
}

// fits reports why the function cannot be called with the values of the controls.
func (in *Interaction) fits() error {
	if in.f.Kind() != reflect.Func || in.f.IsNil() {
		return errors.New("the first argument must be a function of the controls' values")
	}
	t := in.f.Type()
	first := 0
	if in.takesContext() {
		first = 1
	}
	if t.IsVariadic() || t.NumIn()-first != len(in.controls) {
		return fmt.Errorf("%s cannot be called with %d values: it needs a parameter for each control", t, len(in.controls))
	}
	for i, c := range in.controls {
		if v := reflect.TypeOf(c.value()); !converts(v, t.In(first+i)) {
			return fmt.Errorf("parameter %d is %s, but %T %q gives %s", first+i+1, t.In(first+i), c, c.label(), v)
		}
	}
	if n := t.NumOut(); n > 2 || n == 2 && t.Out(1) != errorType {
		return fmt.Errorf("%s must return nothing, a value, or a value and an error", t)
	}
	return nil
}

// converts reports whether a value can be handed over without another meaning: as it is, as
// a named type of its kind, or as another number.
func converts(from, to reflect.Type) bool {
	number := func(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Float64 && k != reflect.Uintptr }
	switch {
	case from.AssignableTo(to):
		return true
	case from.Kind() == reflect.Float64:
		return to.Kind() == reflect.Float64 || to.Kind() == reflect.Float32
	case number(from.Kind()):
		return number(to.Kind())
	}
	return from.Kind() == to.Kind() && from.ConvertibleTo(to)
}

// call calls the function with the values as they are, and shows what comes of it. It
// returns how the function failed.
func (in *Interaction) call() error {
	in.Output.add("clear_output", map[string]any{"wait": true})
	var failed error
	var shown map[string]any // after all that is printed
	err := runWith(in.Output, func(ctx context.Context) {
		var args []reflect.Value
		if in.takesContext() {
			args = append(args, reflect.ValueOf(ctx))
		}
		for _, c := range in.controls {
			args = append(args, reflect.ValueOf(c.value()).Convert(in.f.Type().In(len(args))))
		}
		var value any
		for i, v := range in.f.Call(args) {
			if in.f.Type().Out(i) == errorType {
				failed, _ = v.Interface().(error)
			} else {
				value = v.Interface()
			}
		}
		if failed == nil && value != nil {
			shown = rendered(value)
		}
	})
	if failed != nil {
		in.Output.add("error", map[string]any{"ename": "error", "evalue": failed.Error(), "traceback": []string{"error: " + failed.Error()}})
		return failed
	}
	if shown != nil {
		in.Output.add("display_data", shown)
	}
	in.Output.settle()
	return err
}
