package widgets

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
)

// Output is a place for what is shown and printed: it fills when its methods are called, also
// long after its cell has ended.
type Output struct {
	*Model
	adding  sync.Mutex
	list    []map[string]any // as a notebook stores outputs
	ids     []string         // their display_id
	renewed bool             // the next one takes the place of all
}

// NewOutput returns an empty output.
func NewOutput() *Output {
	return &Output{Model: newWidget("@jupyter-widgets/output", outputVersion, "Output", "", map[string]any{"msg_id": "", "outputs": []map[string]any{}})}
}

// Show adds values, each shown as the value of a cell is.
func (o *Output) Show(values ...any) {
	for _, v := range values {
		o.add("display_data", rendered(v))
	}
}

// Replace shows values in the place of what is there.
func (o *Output) Replace(values ...any) {
	o.add("clear_output", map[string]any{"wait": true})
	o.Show(values...)
	o.settle()
}

// Clear removes what is there.
func (o *Output) Clear() { o.add("clear_output", map[string]any{"wait": false}) }

// Do calls f and takes what it prints and shows. If it panics, that stands here and is the
// error.
func (o *Output) Do(f func()) error { return run(o, f) }

// rendered is the content of a message that shows a value.
func rendered(v any) map[string]any {
	content := map[string]any{"data": map[string]any{}, "metadata": map[string]any{}}
	if h := host.Load(); h != nil {
		data, metadata := (*h).Render(v)
		content["data"] = data
		if metadata != nil {
			content["metadata"] = metadata
		}
	}
	return content
}

// add takes a message, of a type that belongs to a cell's output.
func (o *Output) add(msgType string, content any) {
	b, err := json.Marshal(content)
	var c map[string]any
	if err != nil || json.Unmarshal(b, &c) != nil {
		return
	}
	o.adding.Lock()
	defer o.adding.Unlock()
	if msgType == "clear_output" {
		if o.renewed, _ = c["wait"].(bool); o.renewed {
			return
		}
		o.list, o.ids = nil, nil
	} else if !o.insert(msgType, c) {
		return
	}
	o.Set("outputs", append([]map[string]any{}, o.list...))
}

// insert adds an output, and reports whether there is anything new.
func (o *Output) insert(msgType string, c map[string]any) bool {
	transient, _ := c["transient"].(map[string]any)
	id, _ := transient["display_id"].(string)
	delete(c, "transient")
	if msgType == "update_display_data" {
		return o.update(id, c)
	}
	if o.renewed {
		o.list, o.ids, o.renewed = nil, nil, false
	}
	if n := len(o.list) - 1; msgType == "stream" && n >= 0 && o.list[n]["output_type"] == "stream" && o.list[n]["name"] == c["name"] {
		longer := maps.Clone(o.list[n])
		longer["text"] = fmt.Sprint(longer["text"], c["text"])
		o.list[n] = longer
		return true
	}
	c["output_type"] = msgType
	o.list, o.ids = append(o.list, c), append(o.ids, id)
	return true
}

// update changes what was shown under an id.
func (o *Output) update(id string, c map[string]any) (changed bool) {
	c["output_type"] = "display_data"
	for i, old := range o.ids {
		if old != "" && old == id {
			o.list[i], changed = c, true
		}
	}
	return changed
}

// settle removes what was to be replaced by something that has not come.
func (o *Output) settle() {
	o.adding.Lock()
	waits := o.renewed
	o.renewed = false
	o.adding.Unlock()
	if waits {
		o.Clear()
	}
}

// last returns data and metadata of the last thing that is shown, nil if there is none.
func (o *Output) last() (data, metadata map[string]any) {
	o.adding.Lock()
	defer o.adding.Unlock()
	for i := len(o.list) - 1; i >= 0; i-- {
		if data, ok := o.list[i]["data"].(map[string]any); ok {
			metadata, _ = o.list[i]["metadata"].(map[string]any)
			return data, metadata
		}
	}
	return nil, nil
}

func (o *Output) summary() string {
	o.adding.Lock()
	defer o.adding.Unlock()
	var parts []string
	for _, out := range o.list {
		data, _ := out["data"].(map[string]any)
		for _, text := range []any{out["text"], data["text/plain"], out["evalue"]} {
			if text != nil {
				parts = append(parts, strings.TrimRight(fmt.Sprint(text), "\n"))
				break
			}
		}
	}
	return strings.Join(parts, "\n")
}
