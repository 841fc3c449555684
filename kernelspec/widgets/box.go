package widgets

import "strings"

// Box is a row or a column of widgets.
type Box struct{ *Model }

// NewHBox returns widgets side by side; they go on below where there is no room.
func NewHBox(children ...Widget) *Box {
	b := newBox("HBox", children)
	b.Layout.state["flex_flow"] = "row wrap"
	return b
}

// NewVBox returns widgets one below the other.
func NewVBox(children ...Widget) *Box { return newBox("VBox", children) }

func newBox(name string, children []Widget) *Box {
	return &Box{newWidget("@jupyter-widgets/controls", controlsVersion, name, "", map[string]any{"children": append([]Widget{}, children...)})}
}

// Children returns the widgets in the box.
func (b *Box) Children() []Widget { return b.Get("children").([]Widget) }

// SetChildren puts other widgets into the box.
func (b *Box) SetChildren(children ...Widget) { b.Set("children", append([]Widget{}, children...)) }

func (b *Box) summary() string {
	var parts []string
	for _, w := range b.Children() {
		if s := w.summary(); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "\n")
}
