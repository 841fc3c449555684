//go:build axnkernel

package main

import (
	"errors"
	"image"
	"strings"

	"axn/kernelspec/display"
	"axn/kernelspec/picture"
	"axn/kernelspec/plain"
	"axn/kernelspec/serve"
	"axn/kernelspec/widgets"
)

// result shows what a cell gave. A display value, such as display.HTML gives, is
// shown as one; anything else is the result.
func (l *language) result(c *serve.Cell, values []any) *serve.Bundle {
	if values := notNil(values); len(values) == 1 {
		if d, ok := values[0].(display.Data); ok {
			if !c.Silent {
				c.Show(fromData(d))
			}
			return nil
		}
	}
	return bundle(values)
}

// notNil returns the values that are not nil.
func notNil(values []any) []any {
	var list []any
	for _, v := range values {
		if v != nil {
			list = append(list, v)
		}
	}
	return list
}

// bundle shows a single value in the best way there is, several as text, and nothing
// if all are nil.
func bundle(values []any) *serve.Bundle {
	values = notNil(values)
	switch len(values) {
	case 0:
		return nil
	case 1:
		return value(values[0])
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = plain.Text(v)
	}
	return text(plain.Shorten(strings.Join(texts, " ")))
}

// rendered shows a value by MIME type.
func rendered(v any) (data, metadata map[string]any) {
	b := bundle([]any{v})
	if b == nil {
		b = text("nil")
	}
	return b.Data, b.Metadata
}

func text(s string) *serve.Bundle { return &serve.Bundle{Data: map[string]any{picture.Text: s}} }

// value shows one value: widgets on the page; what has a method such as HTML or SVG by gophernotes'
// renderers; frames, plots, matrices and images by ours; the rest as text.
func value(v any) *serve.Bundle {
	switch v := v.(type) {
	case display.Data:
		return fromData(v)
	case widgets.Widget:
		data, metadata, _ := widgets.View(v, headless)
		return &serve.Bundle{Data: data, Metadata: metadata}
	}
	if _, isImage := v.(image.Image); !isImage && display.CanRender(v) {
		b := fromData(display.Auto(v))
		b.Data[picture.Text] = plain.Text(v)
		return b
	}
	if p, ok := picture.Of(v); ok {
		return &serve.Bundle{Data: p.Data, Metadata: p.Metadata}
	}
	return text(plain.Text(v))
}

// fromData converts gophernotes' display data.
func fromData(d display.Data) *serve.Bundle {
	return &serve.Bundle{Data: d.Data, Metadata: d.Metadata, Transient: d.Transient}
}

var errNoCell = errors.New("display: no cell is running")

// declareDisplay lets cells show things: by the package display, and by gophernotes'
// function Display.
func (l *language) declareDisplay() {
	display.Use(l)
	l.session.Declare("Display", l.Display)
	l.session.DeclareImport("display", "axn/kernelspec/display")
}

// Display shows display data in the calling cell.
func (l *language) Display(d display.Data) error {
	r := l.caller()
	if r == nil {
		return errNoCell
	}
	if id, ok := d.Transient["update"]; ok {
		r.cell.Update(&serve.Bundle{Data: d.Data, Metadata: d.Metadata, Transient: map[string]any{"display_id": id}})
		return nil
	}
	r.cell.Show(fromData(d))
	return nil
}

// Data returns any value as display data.
func (l *language) Data(v any) display.Data {
	if v == nil {
		return display.Data{Data: display.MIMEMap{picture.Text: "<nil>"}}
	}
	b := value(v)
	return display.Data{Data: b.Data, Metadata: b.Metadata}
}

// Render returns any value as a front end shows it, by MIME type.
func (l *language) Render(v any) (data, metadata map[string]any) {
	b := value(v)
	return b.Data, b.Metadata
}

// ClearOutput removes the output of the calling cell; if wait is set, when there is new.
func (l *language) ClearOutput(wait bool) {
	if r := l.caller(); r != nil {
		r.cell.Clear(wait)
	}
}
