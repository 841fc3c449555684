package widgets

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"sync"

	"axn/kernelspec/comm"
)

// Versions of what is spoken: the protocol, and the models of ipywidgets' packages.
const (
	protocol        = "2.1.0"
	baseVersion     = "2.0.0"
	controlsVersion = "2.0.0"
	outputVersion   = "1.0.0"
)

// Widget is something to show on a page: a control, a bar, an output, or a box of widgets.
type Widget interface {
	model() *Model
	summary() string // what a front end without widgets shows of it
}

// Model is the state of a widget, in the kernel and in all front ends that show it. Every
// widget has one; its own methods are for what the widget has none for.
type Model struct {
	// Layout is the place of the widget on the page, a LayoutModel: its state has the names of
	// CSS, such as width. Style is how it looks. A part of a widget has neither.
	Layout, Style *Model

	mu      sync.Mutex
	state   map[string]any
	accept  accepts
	changed []func()
	clicked []func()
	comm    *comm.Comm // nil while no front end has been told of the model
	home    *Output    // takes what callbacks print and show
}

// accepts has the values that front ends may set, by name: the functions say whether one is
// taken, and as what, when the state is what it is.
type accepts map[string]func(v any, state map[string]any) (any, bool)

// newModel returns the model of a part of a widget, such as a layout.
func newModel(module, version, name string, state map[string]any) *Model {
	m := &Model{state: map[string]any{
		"_model_module": module, "_model_module_version": version, "_model_name": name + "Model",
		"_view_module": module, "_view_module_version": version, "_view_name": name + "View",
	}}
	maps.Copy(m.state, state)
	return m
}

// newWidget returns the model of a widget, with the parts that say where it stands and how
// it looks. style is empty for a widget that has none.
func newWidget(module, version, name, style string, state map[string]any) *Model {
	m := newModel(module, version, name, state)
	m.Layout = newModel("@jupyter-widgets/base", baseVersion, "Layout", nil)
	m.state["layout"] = m.Layout
	if style != "" {
		m.Style = newModel("@jupyter-widgets/controls", controlsVersion, style, nil)
		m.Style.state["_view_module"], m.Style.state["_view_module_version"], m.Style.state["_view_name"] = "@jupyter-widgets/base", baseVersion, "StyleView"
		m.state["style"] = m.Style
	}
	return m
}

// newControl returns the model of a control of ipywidgets.
func newControl(name, style, label string, state map[string]any, accept accepts) *Model {
	m := newWidget("@jupyter-widgets/controls", controlsVersion, name, style, state)
	m.state["description"] = label
	m.accept = accept
	if name != "Button" {
		m.Style.state["description_width"] = "initial" // the whole label
	}
	return m
}

func (m *Model) model() *Model { return m }

func (m *Model) summary() string { return "" }

// Get returns a value of the state; nil if it has none of that name.
func (m *Model) Get(name string) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state[name]
}

// Set sets a value of the state, here and in the front ends, and calls what waits for a
// change. The names are those of ipywidgets, such as disabled or description. A number becomes
// one of the type that is there.
func (m *Model) Set(name string, value any) {
	if m.put(map[string]any{name: value}) {
		for _, f := range m.callbacks() {
			f()
		}
	}
}

// put changes the state and tells the front ends; it reports whether anything is new.
func (m *Model) put(values map[string]any) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, v := range values {
		old, known := m.state[name]
		v = like(old, v)
		if known && same(old, v) {
			delete(values, name)
			continue
		}
		m.state[name], values[name] = v, v
	}
	if len(values) > 0 {
		m.send("update", values)
	}
	return len(values) > 0
}

// like returns a number as one of the type that an old one has; other values as they are.
func like(old, v any) any {
	switch old.(type) {
	case int, float64:
		if n := reflect.ValueOf(v); n.IsValid() && (n.CanInt() || n.CanUint() || n.CanFloat()) {
			return n.Convert(reflect.TypeOf(old)).Interface()
		}
	}
	return v
}

// same reports whether two values are equal; widgets are if they are the same ones.
func same(a, b any) bool {
	switch a.(type) {
	case Widget, []Widget:
		return reflect.TypeOf(a) == reflect.TypeOf(b) && slices.Equal(named(a), named(b))
	}
	return reflect.DeepEqual(a, b)
}

// send tells the front ends values of the state. The lock is held, so that they come in order.
func (m *Model) send(method string, values map[string]any) {
	if m.comm != nil {
		m.openNamed(values)
		m.comm.Send(map[string]any{"method": method, "state": wire(values), "buffer_paths": []any{}})
	}
}

// onChange has f called after every change.
func (m *Model) onChange(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changed = append(m.changed, f)
}

func (m *Model) onClick(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clicked = append(m.clicked, f)
}

func (m *Model) callbacks() []func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changed[:len(m.changed):len(m.changed)]
}

// open tells the front ends of the model, after all that its state names.
func (m *Model) open() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.comm != nil {
		return
	}
	m.openNamed(m.state)
	m.comm = comm.OpenWith("jupyter.widget", map[string]any{"state": wire(m.state), "buffer_paths": []any{}}, map[string]any{"version": protocol})
	m.comm.OnMessage(m.receive)
	m.comm.OnClose(func(map[string]any) { m.forget() })
	opened.add(m)
}

// openNamed tells the front ends of the models that values name. Their callbacks write where
// those of m do, unless they have a place of their own.
func (m *Model) openNamed(values map[string]any) {
	for _, v := range values {
		for _, part := range named(v) {
			part.mu.Lock()
			part.home = cmp.Or(part.home, m.home)
			part.mu.Unlock()
			part.open()
		}
	}
}

// Close removes the widget from all pages.
func (m *Model) Close() {
	if c := m.forget(); c != nil {
		c.Close(nil)
	}
	for _, part := range []*Model{m.Layout, m.Style} {
		if part != nil {
			part.Close()
		}
	}
}

// forget takes the model for one that no front end knows.
func (m *Model) forget() *comm.Comm {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.comm
	m.comm = nil
	if c != nil {
		opened.remove(c.ID)
	}
	return c
}

// receive takes a message of a front end.
func (m *Model) receive(data map[string]any) {
	switch data["method"] {
	case "update":
		state, _ := data["state"].(map[string]any)
		if m.take(state) {
			m.call(m.callbacks())
		}
	case "request_state":
		m.mu.Lock()
		m.send("update", m.state)
		m.mu.Unlock()
	case "custom":
		if content, _ := data["content"].(map[string]any); content["event"] == "click" {
			m.mu.Lock()
			clicked := m.clicked[:len(m.clicked):len(m.clicked)]
			m.mu.Unlock()
			m.call(clicked)
		}
	}
}

// take takes over what a front end has set and tells all of them so; what it may not set is
// set back there. It reports whether anything is new.
func (m *Model) take(state map[string]any) (changed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.send("echo_update", state)
	back := map[string]any{}
	for name, v := range state {
		if accept := m.accept[name]; accept != nil {
			if v, ok := accept(v, m.state); ok {
				changed = changed || !same(m.state[name], v)
				m.state[name] = v
				continue
			}
		}
		if own, known := m.state[name]; known {
			back[name] = own
		}
	}
	if len(back) > 0 {
		m.send("update", back)
	}
	return changed
}

// call calls callbacks for a front end. A panic in one stands below the widget, and ends no
// other.
func (m *Model) call(callbacks []func()) {
	m.mu.Lock()
	home := m.home
	m.mu.Unlock()
	for _, f := range callbacks {
		run(home, f)
	}
}

// wire returns values as they are sent: models by their names.
func wire(values map[string]any) map[string]any {
	sent := make(map[string]any, len(values))
	for name, v := range values {
		switch parts := named(v); v.(type) {
		case Widget:
			sent[name] = parts[0].ref()
		case []Widget:
			refs := make([]string, len(parts))
			for i, part := range parts {
				refs[i] = part.ref()
			}
			sent[name] = refs
		default:
			sent[name] = v
		}
	}
	return sent
}

// named returns the models that a value of a state names.
func named(v any) []*Model {
	switch v := v.(type) {
	case Widget:
		return []*Model{v.model()}
	case []Widget:
		models := make([]*Model, len(v))
		for i, w := range v {
			models[i] = w.model()
		}
		return models
	}
	return nil
}

// ref is the name of an open model in the state of others.
func (m *Model) ref() string { return "IPY_MODEL_" + m.id() }

// id is the name of an open model, empty if no front end has been told of it.
func (m *Model) id() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.comm == nil {
		return ""
	}
	return m.comm.ID
}
