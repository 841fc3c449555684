package main_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"axn/kernelspec/frontend"
	"axn/kernelspec/message"
)

// page is a front end that knows widgets: it has the models of which the kernel tells.
type page struct {
	*session
	tap    <-chan *message.Message
	models map[string]map[string]any // state by id
	echoes map[string]string         // by id: the request whose values came back last
	idle   map[string]bool           // requests that are answered
	came   map[string]int            // by id: which model it is that was opened
}

func openPage(s *session) *page {
	return &page{s, s.Tap(10_000), map[string]map[string]any{}, map[string]string{}, map[string]bool{}, map[string]int{}}
}

// until takes what the kernel sends until something holds.
func (p *page) until(what string, holds func() bool) {
	p.t.Helper()
	for !holds() {
		select {
		case m := <-p.tap:
			p.take(m)
		case <-p.ctx.Done():
			p.t.Fatalf("%s: never; the models are %v", what, p.models)
		}
	}
}

func (p *page) take(m *message.Message) {
	var c struct {
		ID     string `json:"comm_id"`
		Target string `json:"target_name"`
		State  string `json:"execution_state"`
		Data   struct {
			Method string
			State  map[string]any
			States map[string]struct{ State map[string]any }
		}
	}
	if err := json.Unmarshal(m.Content, &c); err != nil {
		p.t.Fatal(err)
	}
	switch m.Header.MsgType {
	case "status":
		p.idle[frontend.ParentID(m)] = c.State == "idle"
	case "comm_open":
		if !strings.Contains(string(m.Metadata), `"version":"2.1.0"`) || c.Target != "jupyter.widget" {
			p.t.Errorf("a comm of %q opens with %s", c.Target, m.Metadata)
		}
		p.models[c.ID], p.came[c.ID] = c.Data.State, len(p.came)+1
	case "comm_close":
		delete(p.models, c.ID)
	case "comm_msg":
		switch c.Data.Method {
		case "echo_update":
			p.echoes[c.ID] = frontend.ParentID(m)
		case "update":
			if p.models[c.ID] == nil {
				p.models[c.ID] = map[string]any{}
			}
			for name, v := range c.Data.State {
				p.models[c.ID][name] = v
			}
		case "update_states":
			for id, s := range c.Data.States {
				p.models[id] = s.State
			}
		}
	}
}

// find waits for a model of a name, and returns the one that was opened last.
func (p *page) find(name, description string) (id string) {
	p.t.Helper()
	p.until(name+" "+description, func() bool {
		for at, state := range p.models {
			fits := state["_model_name"] == name+"Model" && (description == "" || state["description"] == description)
			if fits && (id == "" || p.came[at] > p.came[id]) {
				id = at
			}
		}
		return id != ""
	})
	return id
}

// send sends a message about a model and waits until it is answered.
func (p *page) send(id string, data map[string]any) string {
	p.t.Helper()
	sent, err := p.Send(frontend.Shell, "comm_msg", map[string]any{"comm_id": id, "data": data})
	if err != nil {
		p.t.Fatal(err)
	}
	p.until("an answer", func() bool { return p.idle[sent.ID] })
	return sent.ID
}

// move sets values of a model, as a user does.
func (p *page) move(id string, state map[string]any) {
	p.t.Helper()
	if sent := p.send(id, map[string]any{"method": "update", "state": state, "buffer_paths": []any{}}); p.echoes[id] != sent {
		p.t.Errorf("%v is not echoed", state)
	}
}

// value returns a value of a model as JSON.
func (p *page) value(id, name string) string {
	b, _ := json.Marshal(p.models[id][name])
	return string(b)
}

// Every control is a model of ipywidgets, whose value cells and front ends set; what a front
// end may not set is set back.
func TestControls(t *testing.T) {
	s := start(t)
	p := openPage(s)
	s.run("import (\"axn/kernelspec/widgets\"; \"fmt\")")
	for _, c := range []struct {
		model, code, style  string
		name                string
		first, moved, wrong any
		value, now          string // by Value, before and after
		set, then           string // by a cell, and what the front end sees
		text                string
	}{
		{"IntSlider", `widgets.NewIntSlider("budget", widgets.Ints{Min: 50, Max: 500, Step: 50, Value: 100})`, "SliderStyle", "value", 100, 250, 501, "100", "250", "w.SetValue(9999)", "500", "budget = 100"},
		{"FloatSlider", `widgets.NewFloatSlider("λ", widgets.Floats{Max: 1, Step: 0.05, Value: 0.8})`, "SliderStyle", "value", 0.8, 0.25, "x", "0.8", "0.25", "w.SetValue(-1)", "0", "λ = 0.8"},
		{"IntRangeSlider", `widgets.NewIntRangeSlider("rows", widgets.Ints{Max: 10, Value: 2})`, "SliderStyle", "value", []int{2, 10}, []int{3, 4}, []int{4, 3}, "2 10", "3 4", "w.SetValue(5, 99)", "[5,10]", "rows = 2 to 10"},
		{"Dropdown", `widgets.NewDropdown("system", "one", "two", "three")`, "DescriptionStyle", "index", 0, 2, 3, "one", "three", `w.SetValue("two")`, "1", "system = one"},
		{"Checkbox", `widgets.NewCheckbox("exact", true)`, "CheckboxStyle", "value", true, false, 1, "true", "false", "w.SetValue(true)", "true", "[x] exact"},
		{"Text", `widgets.NewText("words", "go")`, "TextStyle", "value", "go", "gopher", nil, "go", "gopher", `w.SetValue("ü")`, `"ü"`, `words = "go"`},
	} {
		w := strings.ToLower(c.model)
		e := s.run(fmt.Sprintf("%s := %s\n%s", w, c.code, w))
		data := e.Outputs[0].Data
		view, _ := data["application/vnd.jupyter.widget-view+json"].(map[string]any)
		if view["version_major"] != 2.0 || data["text/plain"] != c.text {
			t.Errorf("%s is shown as %v", c.model, data)
		}
		id := p.find(c.model, "")
		m := p.models[id]
		if m["_model_module"] != "@jupyter-widgets/controls" || m["_model_module_version"] != "2.0.0" || m["_view_name"] != c.model+"View" {
			t.Errorf("%s is the model %v", c.model, m)
		}
		for part, name := range map[string]string{"layout": "LayoutModel", "style": c.style + "Model"} {
			ref, _ := strings.CutPrefix(fmt.Sprint(m[part]), "IPY_MODEL_")
			if p.models[ref]["_model_name"] != name {
				t.Errorf("%s has the %s %v", c.model, part, p.models[ref])
			}
		}
		wanted := func(v any) string { b, _ := json.Marshal(v); return string(b) }
		if got := p.value(id, c.name); got != wanted(c.first) {
			t.Errorf("%s begins with %s", c.model, got)
		}
		s.want("fmt.Sprint("+w+".Value())", c.value)
		p.move(id, map[string]any{c.name: c.moved})
		s.want("fmt.Sprint("+w+".Value())", c.now)
		p.models[id][c.name] = c.wrong
		p.move(id, map[string]any{c.name: c.wrong, "_model_name": "Other"})
		s.want("fmt.Sprint("+w+".Value())", c.now)
		if p.value(id, c.name) != wanted(c.moved) || p.models[id]["_model_name"] != c.model+"Model" {
			t.Errorf("%s: the front end keeps %v", c.model, p.models[id])
		}
		s.run(strings.Replace(c.set, "w.", w+".", 1))
		p.until(c.set, func() bool { return p.value(id, c.name) == c.then })
		s.run(w + ".Close()")
		p.until("the end of "+c.model, func() bool { return p.models[id] == nil })
	}
	if f := s.fails(`dropdown.SetValue("four")`); !strings.Contains(f.ErrorValue, `no option "four"`) {
		t.Errorf("got %+v", f)
	}
}

// Bars, boxes and outputs follow the cell that runs.
func TestBarsBoxesAndOutputs(t *testing.T) {
	s := start(t)
	p := openPage(s)
	s.run("import (\"axn/kernelspec/widgets\"; \"fmt\")")
	s.run(`whole, part, out := widgets.NewIntProgress("whole", 3), widgets.NewFloatProgress("part", 1), widgets.NewOutput()
box := widgets.NewVBox(widgets.NewHBox(whole, part), out)
box`)
	p.until("the box", func() bool { return len(p.models) > 0 })
	bar, outer, place := p.find("IntProgress", ""), p.find("VBox", ""), p.find("Output", "")
	if v := p.models[bar]["_view_name"]; v != "ProgressView" {
		t.Errorf("a bar has the view %v", v)
	}
	if v := p.value(outer, "children"); v != fmt.Sprintf(`["IPY_MODEL_%s","IPY_MODEL_%s"]`, p.find("HBox", ""), place) {
		t.Errorf("the box has %s", v)
	}
	s.run("for i := range 4 {\n\twhole.SetValue(i)\n\tpart.SetValue(float64(i) / 3)\n}")
	p.until("the bars' end", func() bool {
		return p.value(bar, "value") == "3" && p.value(p.find("FloatProgress", ""), "value") == "1"
	})
	e := s.run("err := out.Do(func() {\n\tfmt.Println(\"printed\")\n\tdisplay.Show([]int{1, 2})\n\tpanic(\"boom\")\n})\nfmt.Println(\"outside\")\nfmt.Sprint(err)")
	if e.Stdout() != "outside\n" || e.Result() != "panic: boom" {
		t.Errorf("got %+v", e.Outputs)
	}
	p.until("three outputs", func() bool { return strings.Count(p.value(place, "outputs"), `"output_type"`) == 3 })
	outputs := p.value(place, "outputs")
	for _, want := range []string{`"text":"printed\n"`, `"text/plain":"[1 2]"`, `"evalue":"boom"`, "cell["} {
		if !strings.Contains(outputs, want) {
			t.Errorf("no %s in %s", want, outputs)
		}
	}
	s.run("out.Replace(7)")
	p.until("one output", func() bool { return strings.Count(p.value(place, "outputs"), `"output_type"`) == 1 })
	s.run("box.SetChildren(out, widgets.NewCheckbox(\"new\", false))")
	box := p.find("Checkbox", "new")
	p.until("the new child", func() bool { return strings.Contains(p.value(outer, "children"), box) })
}

const interact = `budget := widgets.NewIntSlider("budget", widgets.Ints{Min: 1, Max: 500, Value: 7})
in, err := widgets.Interact(func(b float64, system string) (any, error) {
	switch b {
	case 13:
		panic("boom")
	case 14:
		return nil, fmt.Errorf("no %s today", system)
	case 15:
		fmt.Println("begun")
		for {
		}
	}
	fmt.Println("printed")
	return []any{b, system}, nil
}, budget, widgets.NewDropdown("system", "one", "two"))
workbench.Must(err)
in`

// A function follows its controls, while no cell runs and while one does. What it panics with
// is shown in its place, and it goes on.
func TestInteract(t *testing.T) {
	s := start(t)
	p := openPage(s)
	s.run("import (\"axn/kernelspec/widgets\"; \"axn/workbench\"; \"fmt\")")
	e := s.run(interact)
	if len(e.Outputs) != 1 || e.Outputs[0].Data["text/plain"] != "budget = 7\nsystem = one\nprinted\n[7 one]" {
		t.Errorf("shown as %+v", e.Outputs[0].Data)
	}
	slider, choice := p.find("IntSlider", "budget"), p.find("Dropdown", "system")
	var place string
	p.until("the function's output", func() bool {
		for id := range p.models {
			if strings.Contains(p.value(id, "outputs"), "[7 one]") {
				place = id
			}
		}
		return place != ""
	})
	shows := func(want string, count int) {
		t.Helper()
		p.until(want, func() bool {
			got := p.value(place, "outputs")
			return strings.Contains(got, want) && strings.Count(got, `"output_type"`) == count
		})
	}
	p.move(slider, map[string]any{"value": 250})
	shows("[250 one]", 2)
	p.move(choice, map[string]any{"index": 1})
	shows("[250 two]", 2)
	p.move(slider, map[string]any{"value": 13})
	shows(`"evalue":"boom"`, 1)
	p.move(slider, map[string]any{"value": 14})
	shows("no two today", 1)
	busy := s.send("for {}")
	p.move(slider, map[string]any{"value": 8})
	shows("[8 two]", 2)
	s.stop(busy)
	p.move(slider, map[string]any{"value": 9})
	shows("[9 two]", 2)
	s.run("budget.SetValue(10)")
	shows("[10 two]", 2)

	stuck, err := s.Send(frontend.Shell, "comm_msg", map[string]any{"comm_id": slider, "data": map[string]any{"method": "update", "state": map[string]any{"value": 15}}})
	if err != nil {
		t.Fatal(err)
	}
	shows("begun", 1)
	if err := s.Interrupt(s.ctx); err != nil {
		t.Fatal(err)
	}
	p.until("the call's end", func() bool { return p.idle[stuck.ID] })
	shows(`"ename":"interrupted"`, 2)
	p.move(slider, map[string]any{"value": 11})
	shows("[11 two]", 2)
	s.want("budget.Value()", "11")
}

// A front end that comes later, or again, asks for the state of all models.
func TestWidgetStates(t *testing.T) {
	s := start(t)
	s.run("import (\"axn/kernelspec/widgets\"; \"fmt\"; \"axn/workbench\")")
	s.run(interact)
	p := openPage(s)
	if _, err := s.Send(frontend.Shell, "comm_open", map[string]any{"comm_id": "ask", "target_name": "jupyter.widget.control", "data": map[string]any{}}); err != nil {
		t.Fatal(err)
	}
	p.send("ask", map[string]any{"method": "request_states"})
	id := p.find("IntSlider", "budget")
	if got := p.value(id, "value"); got != "7" {
		t.Errorf("the slider is at %s", got)
	}
	p.models[id] = map[string]any{}
	p.send(id, map[string]any{"method": "request_state"})
	if got := p.value(id, "value") + p.value(id, "max"); got != "7500" {
		t.Errorf("the slider is %v", p.models[id])
	}
}

// What callbacks print, show and panic with stands below the widget.
func TestCallbacks(t *testing.T) {
	s := start(t)
	p := openPage(s)
	s.run("import (\"axn/kernelspec/widgets\"; \"fmt\")")
	s.run(`clicks := 0
button, tick := widgets.NewButton("Go"), widgets.NewCheckbox("fails", false)
button.OnClick(func() { clicks++; fmt.Println("clicked", clicks); tick.SetValue(false) })
tick.OnChange(func(on bool) { if on { panic("ticked") } })
box := widgets.NewHBox(button, tick)
box`)
	place, id := p.find("Output", ""), p.find("Button", "Go")
	click := map[string]any{"method": "custom", "content": map[string]any{"event": "click"}}
	p.send(id, click)
	p.send(id, click)
	p.move(p.find("Checkbox", "fails"), map[string]any{"value": true})
	p.until("three lines", func() bool {
		got := p.value(place, "outputs")
		return strings.Contains(got, `clicked 1\nclicked 2`) && strings.Contains(got, `"evalue":"ticked"`)
	})
	p.send(id, click)
	s.want("fmt.Sprint(clicks, tick.Value())", "3 false")
	s.run("later := widgets.NewButton(\"Later\")\nlater.OnClick(func() { panic(\"late\") })\nbox.SetChildren(button, later)")
	p.send(p.find("Button", "Later"), click)
	p.until("the late panic", func() bool { return strings.Contains(p.value(place, "outputs"), `"evalue":"late"`) })
}

// A button makes a function wait for it.
func TestInteractByButton(t *testing.T) {
	s := start(t)
	p := openPage(s)
	s.run("import (\"axn/kernelspec/widgets\"; \"context\")")
	s.run(`calls := 0
widgets.Interact(func(ctx context.Context, n int) int { calls++; return n }, widgets.NewIntSlider("n", widgets.Ints{}), widgets.NewButton("Run"))`)
	p.move(p.find("IntSlider", "n"), map[string]any{"value": 50})
	s.want("calls", "1")
	p.send(p.find("Button", "Run"), map[string]any{"method": "custom", "content": map[string]any{"event": "click"}})
	s.want("calls", "2")
}

// A function that does not fit is refused with the reason, and so is one whose first call fails.
func TestInteractRefuses(t *testing.T) {
	s := start(t)
	s.run("import \"axn/kernelspec/widgets\"\nslider := widgets.NewIntSlider(\"n\", widgets.Ints{})")
	for code, want := range map[string]string{
		`widgets.Interact(func(s string) {}, slider)`:                    `parameter 1 is string, but *widgets.IntSlider "n" gives int`,
		`widgets.Interact(func(a, b int) {}, slider)`:                    "needs a parameter for each control",
		`widgets.Interact(3, slider)`:                                    "must be a function",
		`widgets.Interact(func(int) (int, int) { return 1, 2 }, slider)`: "a value and an error",
		`widgets.Interact(func() {}, widgets.NewOutput())`:               "has no value to follow",
		`widgets.Interact(func(n int) { panic("first") }, slider)`:       "panic: first",
	} {
		if f := s.fails(code); !strings.Contains(f.ErrorValue, want) {
			t.Errorf("%s: %s", code, f.ErrorValue)
		}
	}
}

// Where outputs are stored and nobody watches, the first picture stands for the widget, with
// what its controls are set to.
func TestWidgetsAreStored(t *testing.T) {
	s := start(t, "AXN_HEADLESS=1")
	p := openPage(s)
	s.run("import (\"axn/kernelspec/widgets\"; \"gonum.org/v1/plot\")")
	e := s.run("widgets.Interact(func(n int) *plot.Plot { return plot.New() }, widgets.NewIntSlider(\"a < b\", widgets.Ints{Value: 3}))")
	data := e.Outputs[0].Data
	var types []string
	for mime := range data {
		types = append(types, mime)
	}
	slices.Sort(types)
	if got := strings.Join(types, " "); got != "image/svg+xml text/html text/plain" {
		t.Errorf("stored as %s", got)
	}
	if html := fmt.Sprint(data["text/html"]); !strings.HasPrefix(html, "<p>a &lt; b = 3</p>\n<img ") || !strings.Contains(html, ` alt="plot: `) {
		t.Errorf("stored as %s", html)
	}
	if len(p.models) > 0 {
		t.Errorf("models for nobody: %v", p.models)
	}
}

// What a front end may set follows what cells set; numbers of any type do.
func TestControlsChange(t *testing.T) {
	s := start(t)
	p := openPage(s)
	s.run("import \"axn/kernelspec/widgets\"")
	s.run("n, x, pick := widgets.NewIntSlider(\"n\", widgets.Ints{Max: 10}), widgets.NewFloatSlider(\"x\", widgets.Floats{Max: 1}), widgets.NewDropdown(\"pick\", \"a\", \"b\")\nbox := widgets.NewVBox(n, x, pick)\nbox")
	s.run("n.Set(\"max\", 900.0)\nx.Set(\"max\", 5)\npick.Set(\"_options_labels\", []string{\"c\", \"d\", \"e\"})")
	p.move(p.find("IntSlider", "n"), map[string]any{"value": 800})
	p.move(p.find("FloatSlider", "x"), map[string]any{"value": 4.5})
	p.move(p.find("Dropdown", "pick"), map[string]any{"index": 2})
	s.want("import \"fmt\"\nfmt.Sprint(n.Value(), x.Value(), pick.Value(), pick.Options())", "800 4.5e[c d e]")
	s.run("pick.Set(\"_options_labels\", []string{\"c\"})")
	s.want("pick.Value()", "")
	column := p.find("VBox", "")
	s.run("box.SetChildren(pick, n)")
	p.until("two children", func() bool { return strings.Count(p.value(column, "children"), "IPY_MODEL") == 2 })
}

// An interrupt of a cell also stops a callback that began before it.
func TestInterruptedCallback(t *testing.T) {
	s := start(t)
	p := openPage(s)
	s.run("import (\"axn/kernelspec/widgets\"; \"fmt\")")
	s.run("button := widgets.NewButton(\"Go\")\nbutton.OnClick(func() { fmt.Println(\"begun\"); for { } })\nbutton")
	place := p.find("Output", "")
	if _, err := s.Send(frontend.Shell, "comm_msg", map[string]any{"comm_id": p.find("Button", "Go"), "data": map[string]any{"method": "custom", "content": map[string]any{"event": "click"}}}); err != nil {
		t.Fatal(err)
	}
	p.until("the callback", func() bool { return strings.Contains(p.value(place, "outputs"), "begun") })
	if f := s.stopSoon(s.send("for { }")).Failure(); f == nil || f.ErrorName != "interrupted" {
		t.Errorf("got %v", f)
	}
	p.until("its end", func() bool { return strings.Contains(p.value(place, "outputs"), "interrupted") })
}
