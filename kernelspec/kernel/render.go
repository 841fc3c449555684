//go:build axnkernel

package main

import (
	"errors"
	"fmt"
	"image"
	"reflect"
	"strings"
	"unicode/utf8"

	"axn/kernelspec/interp"
	"axn/kernelspec/picture"
	"axn/kernelspec/serve"

	"github.com/cosmos72/gomacro/imports"
	"github.com/cosmos72/gomacro/xreflect"
)

// textLimit is how many bytes of a value's text are shown.
const textLimit = 20_000

// result shows what a cell gave. A display value, such as display.HTML gives, is
// shown as one; anything else is the result.
func (l *language) result(c *serve.Cell, res interp.Result) *serve.Bundle {
	if values, _ := notNil(res); len(values) == 1 {
		if d, ok := values[0].(Data); ok {
			if !c.Silent {
				c.Show(fromData(d))
			}
			return nil
		}
	}
	return l.bundle(res)
}

// notNil returns the values that are not nil, with their types.
func notNil(res interp.Result) (values []any, types []xreflect.Type) {
	for i, v := range res.Values {
		if v == nil {
			continue
		}
		values, types = append(values, v), append(types, res.Types[i])
	}
	return values, types
}

// bundle shows a single value in the best way there is, several as text, and
// nothing if all are nil.
func (l *language) bundle(res interp.Result) *serve.Bundle {
	values, types := notNil(res)
	switch len(values) {
	case 0:
		return nil
	case 1:
		return l.value(values[0], types[0])
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = l.text(v, types[i])
	}
	return plain(strings.Join(texts, " "))
}

func plain(text string) *serve.Bundle {
	return &serve.Bundle{Data: map[string]any{picture.Text: shorten(text)}}
}

// value shows one value: what has a method such as HTML or SVG by gophernotes'
// renderers; frames, plots, matrices and images by ours; the rest as text.
func (l *language) value(v any, t xreflect.Type) *serve.Bundle {
	if d, ok := v.(Data); ok {
		return fromData(d)
	}
	if _, isImage := v.(image.Image); !isImage && l.notes.canAutoRender(v, t) {
		b := fromData(l.notes.autoRender("", v, t))
		b.Data[picture.Text] = shorten(l.text(v, t))
		return b
	}
	if p, ok := picture.Of(v); ok {
		return &serve.Bundle{Data: p.Data, Metadata: p.Metadata}
	}
	return plain(l.text(v, t))
}

// text returns a value as fmt prints it. Methods of types that are declared in
// cells are unknown to compiled code: String is called here.
func (l *language) text(v any, t xreflect.Type) string {
	if s, ok := l.in.String(v, t); ok {
		return s
	}
	return fmt.Sprint(v)
}

// shorten cuts a long text in the middle.
func shorten(s string) string {
	if len(s) <= textLimit {
		return s
	}
	head, tail := s[:textLimit*3/4], s[len(s)-textLimit/4:]
	for len(head) > 0 && !utf8.ValidString(head[max(0, len(head)-4):]) && !utf8.RuneStart(s[len(head)]) {
		head = head[:len(head)-1]
	}
	for len(tail) > 0 && !utf8.RuneStart(tail[0]) {
		tail = tail[1:]
	}
	return fmt.Sprintf("%s\n… %d bytes left out …\n%s", head, len(s)-len(head)-len(tail), tail)
}

// fromData converts gophernotes' display data.
func fromData(d Data) *serve.Bundle {
	return &serve.Bundle{Data: d.Data, Metadata: d.Metadata, Transient: d.Transient}
}

var errNoCell = errors.New("display: no cell is running")

// display is what cells call Display.
func (l *language) display(d Data) error {
	c := l.cell()
	if c == nil {
		return errNoCell
	}
	if id, ok := d.Transient["update"]; ok {
		c.Update(&serve.Bundle{Data: d.Data, Metadata: d.Metadata, Transient: map[string]any{"display_id": id}})
		return nil
	}
	c.Show(fromData(d))
	return nil
}

// cell returns the cell on whose behalf compiled code is called.
func (l *language) cell() *serve.Cell {
	c, _ := l.in.Owner().(*serve.Cell)
	return c
}

// registerDisplay adds to gophernotes' package display: showing values of any
// type, in place of an earlier one, and clearing.
func (l *language) registerDisplay() {
	display.Proxies["JSONer"] = reflect.TypeFor[jsonProxy]()
	for name, fn := range map[string]any{
		"Show": l.show, "ShowAs": l.showAs, "Update": l.update, "ClearOutput": l.clearOutput,
	} {
		display.Binds[name] = reflect.ValueOf(fn)
	}
	imports.Packages["display"] = display
}

// jsonProxy stands for gophernotes' own, which has the wrong result type.
type jsonProxy struct {
	Object interface{}
	JSON_  func(interface{}) map[string]interface{}
}

func (p *jsonProxy) JSON() map[string]interface{} { return p.JSON_(p.Object) }

// show shows a value at once.
func (l *language) show(v any) error { return l.display(l.data(v)) }

// showAs shows a value under an id, by which Update can change it.
func (l *language) showAs(id string, v any) error {
	d := l.data(v)
	d.Transient = MIMEMap{"display_id": id}
	return l.display(d)
}

// update changes what is shown under an id.
func (l *language) update(id string, v any) error {
	d := l.data(v)
	d.Transient = MIMEMap{"update": id}
	return l.display(d)
}

// clearOutput removes the output of the cell; if wait is set, when there is new.
func (l *language) clearOutput(wait bool) {
	if c := l.cell(); c != nil {
		c.Clear(wait)
	}
}

// data shows any value as display data.
func (l *language) data(v any) Data {
	b := l.value(v, l.notes.ir.Comp.TypeOf(v))
	return Data{Data: b.Data, Metadata: b.Metadata}
}
