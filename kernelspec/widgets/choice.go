package widgets

import (
	"fmt"
	"slices"
)

// Dropdown is a choice of one of several names.
type Dropdown struct {
	*Model
	Label string
}

// NewDropdown returns a choice with a label; the first of the options is chosen. It panics
// without any.
func NewDropdown(label string, options ...string) *Dropdown {
	if len(options) == 0 {
		panic("widgets: a dropdown needs options to choose from")
	}
	options = append([]string(nil), options...)
	return &Dropdown{newControl("Dropdown", "DescriptionStyle", label, map[string]any{"_options_labels": options, "index": 0}, accepts{
		"index": func(v any, state map[string]any) (any, bool) {
			options, _ := state["_options_labels"].([]string)
			f, ok := v.(float64)
			n := int(f)
			return n, ok && float64(n) == f && n >= 0 && n < len(options)
		},
	}), label}
}

// Options returns the names to choose from.
func (d *Dropdown) Options() []string {
	options, _ := d.Get("_options_labels").([]string)
	return slices.Clone(options)
}

// Value returns the option that is chosen, empty if that has been taken away.
func (d *Dropdown) Value() string {
	if options, i := d.Options(), d.Index(); i < len(options) {
		return options[i]
	}
	return ""
}

// Index returns the place of the option that is chosen, from 0.
func (d *Dropdown) Index() int { return d.Get("index").(int) }

// SetValue chooses an option. The error names the options if it is none of them.
func (d *Dropdown) SetValue(option string) error {
	for i, o := range d.Options() {
		if o == option {
			d.Set("index", i)
			return nil
		}
	}
	return fmt.Errorf("widgets: dropdown %q has no option %q, but %q", d.Label, option, d.Options())
}

// OnChange has f called with the option whenever another one is chosen.
func (d *Dropdown) OnChange(f func(option string)) { d.onChange(func() { f(d.Value()) }) }

func (d *Dropdown) value() any      { return d.Value() }
func (d *Dropdown) label() string   { return d.Label }
func (d *Dropdown) summary() string { return fmt.Sprintf("%s = %s", d.Label, d.Value()) }

// Checkbox is a box that is ticked or not.
type Checkbox struct {
	*Model
	Label string
}

// NewCheckbox returns a box with a label.
func NewCheckbox(label string, ticked bool) *Checkbox {
	return &Checkbox{newControl("Checkbox", "CheckboxStyle", label, map[string]any{"value": ticked, "indent": false}, accepts{
		"value": func(v any, _ map[string]any) (any, bool) { b, ok := v.(bool); return b, ok },
	}), label}
}

// Value reports whether the box is ticked.
func (c *Checkbox) Value() bool { return c.Get("value").(bool) }

// SetValue ticks the box or clears it.
func (c *Checkbox) SetValue(ticked bool) { c.Set("value", ticked) }

// OnChange has f called whenever the box has been ticked or cleared.
func (c *Checkbox) OnChange(f func(ticked bool)) { c.onChange(func() { f(c.Value()) }) }

func (c *Checkbox) value() any    { return c.Value() }
func (c *Checkbox) label() string { return c.Label }
func (c *Checkbox) summary() string {
	if c.Value() {
		return "[x] " + c.Label
	}
	return "[ ] " + c.Label
}

// Text is a line to type into.
type Text struct {
	*Model
	Label string
}

// NewText returns a line with a label and a first text. What is typed counts when Enter is
// pressed or the line is left.
func NewText(label, text string) *Text {
	return &Text{newControl("Text", "TextStyle", label, map[string]any{"value": text, "continuous_update": false}, accepts{
		"value": func(v any, _ map[string]any) (any, bool) { s, ok := v.(string); return s, ok },
	}), label}
}

// Value returns the text.
func (t *Text) Value() string { return t.Get("value").(string) }

// SetValue sets the text.
func (t *Text) SetValue(text string) { t.Set("value", text) }

// OnChange has f called with the text whenever it is another one.
func (t *Text) OnChange(f func(text string)) { t.onChange(func() { f(t.Value()) }) }

func (t *Text) value() any      { return t.Value() }
func (t *Text) label() string   { return t.Label }
func (t *Text) summary() string { return fmt.Sprintf("%s = %q", t.Label, t.Value()) }

// Button is a button to click.
type Button struct {
	*Model
	Label string
}

// NewButton returns a button with a label.
func NewButton(label string) *Button {
	return &Button{newControl("Button", "ButtonStyle", label, nil, nil), label}
}

// OnClick has f called at each click.
func (b *Button) OnClick(f func()) { b.onClick(f) }

func (b *Button) summary() string { return "(" + b.Label + ")" }
