//go:build axnkernel

package display

import (
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"

	"gonum.org/v1/plot"

	"axn/kernelspec/picture"
)

// Host is the kernel, as far as it shows things.
type Host interface {
	Display(d Data) error  // shows d, or changes what is shown under d.Transient["update"]
	Data(v any) Data       // renders any value
	ClearOutput(wait bool) // removes what the cell has shown; if wait is set, when there is new output
}

var host atomic.Pointer[Host]

// Use sets the host.
func Use(h Host) { host.Store(&h) }

var errNoHost = errors.New("display: there is no notebook to show it in")

// Show shows a value at once.
func Show(v any) error { return show(v, nil) }

// ShowAs shows a value under an id, by which Update can change it.
func ShowAs(id string, v any) error { return show(v, MIMEMap{"display_id": id}) }

// Update changes what is shown under an id.
func Update(id string, v any) error { return show(v, MIMEMap{"update": id}) }

func show(v any, transient MIMEMap) error {
	h := host.Load()
	if h == nil {
		return errNoHost
	}
	d := (*h).Data(v)
	if transient != nil {
		d.Transient = transient
	}
	return (*h).Display(d)
}

// ClearOutput removes what the cell has shown so far; if wait is set, when there is new
// output.
func ClearOutput(wait bool) {
	if h := host.Load(); h != nil {
		(*h).ClearOutput(wait)
	}
}

// PlainPlots says whether plots are drawn as gonum draws them, from now on and in all cells.
// Otherwise what a plot does not set itself has the look of the notebook: a grid, grey axes,
// filled markers, and colours that the colour-blind tell apart.
func PlainPlots(on bool) { picture.AsGonum(on) }

// Interactive shows one of the workbench's plots of lines so that it can be asked: the value
// and the interval of a point where the pointer rests, one line alone after a click on its
// name. JupyterLab, Notebook and VS Code draw it; where a front end cannot, its picture stands.
// Lines that a cell has added to the plot are in the picture alone.
func Interactive(p *plot.Plot) error {
	pic, err := picture.Interactive(p)
	if err != nil {
		return fmt.Errorf("display: interactive: %w", err)
	}
	h := host.Load()
	if h == nil {
		return errNoHost
	}
	return (*h).Display(Data{Data: pic.Data, Metadata: pic.Metadata})
}

// CanRender reports whether a value has a method, such as HTML or SVG, by which Auto
// shows it.
func CanRender(v any) bool {
	var k *renderers
	return k.canAutoRender(v, nil)
}

// renderers is gophernotes' kernel, as far as its rendering knows it. There is none: all
// types have real methods here, and a nil one has gophernotes ask the value itself.
type renderers struct {
	render  map[string]reflect.Type
	display struct{ Types map[string]reflect.Type }
	ir      struct{ Comp converter }
}

type converter struct{}

// Converter says that no value needs converting before its methods are called.
func (converter) Converter(from, to reflect.Type) func(reflect.Value) reflect.Value { return nil }

func valueInterface(v reflect.Value) any { return v.Interface() }
