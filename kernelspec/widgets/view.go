package widgets

import (
	"html"
	"maps"
	"strings"
)

// ViewType is the MIME type by which front ends know a widget.
const ViewType = "application/vnd.jupyter.widget-view+json"

// View returns what is shown of a widget, data and metadata by MIME type: the view of its
// model, and for front ends without widgets a text, and the picture that stands in it. Front
// ends are told of its models, unless stored is set: then nobody watches, and a notebook
// stores text and picture alone. In a program, which has no notebook, text and picture are
// all, and the error says so.
func View(w Widget, stored bool) (data, metadata map[string]any, err error) {
	data, metadata = picture(w)
	if stored {
		return data, metadata, nil
	}
	if host.Load() == nil {
		return data, metadata, errNoHost
	}
	root := w.model()
	if controls(w) {
		messages := NewOutput()
		settle(w, messages)
		root = NewVBox(w, messages).Model
	}
	root.open()
	data[ViewType] = map[string]any{"model_id": root.id(), "version_major": 2, "version_minor": 0}
	return data, metadata, nil
}

// settle has the callbacks of a widget and of all in it write to an output.
func settle(w Widget, to *Output) {
	m := w.model()
	m.mu.Lock()
	m.home = to
	m.mu.Unlock()
	for _, child := range children(w) {
		settle(child, to)
	}
}

// controls reports whether a widget can be moved, or one in it.
func controls(w Widget) bool {
	switch w.(type) {
	case control, *Button:
		return true
	}
	for _, child := range children(w) {
		if controls(child) {
			return true
		}
	}
	return false
}

func children(w Widget) []Widget {
	list, _ := w.model().Get("children").([]Widget)
	return list
}

// picture returns what stands for a widget: what its controls are set to, and the last thing
// that an output in it shows.
func picture(w Widget) (data, metadata map[string]any) {
	data, metadata = map[string]any{}, map[string]any{}
	if shown, meta := lastShown(w); shown != nil {
		maps.Copy(data, shown)
		maps.Copy(metadata, meta)
	}
	said := settings(w)
	if page, ok := data["text/html"].(string); ok && said != "" {
		data["text/html"] = "<p>" + strings.ReplaceAll(html.EscapeString(said), "\n", "<br>") + "</p>\n" + page
	}
	data["text/plain"] = w.summary()
	return data, metadata
}

// lastShown returns the last thing that an output in a widget shows.
func lastShown(w Widget) (data, metadata map[string]any) {
	if o, ok := w.(*Output); ok {
		return o.last()
	}
	for _, child := range children(w) {
		if d, m := lastShown(child); d != nil {
			data, metadata = d, m
		}
	}
	return data, metadata
}

// settings says in words what the controls are set to.
func settings(w Widget) string {
	if _, ok := w.(*Output); ok {
		return ""
	}
	list := children(w)
	if list == nil {
		return w.summary()
	}
	var parts []string
	for _, child := range list {
		if s := settings(child); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}
