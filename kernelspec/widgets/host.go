package widgets

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"

	"axn/kernelspec/comm"
)

// Host is the kernel, as far as widgets need it.
type Host interface {
	// Render returns what is shown of a value: data and metadata by MIME type.
	Render(v any) (data, metadata map[string]any)
	// Call calls code of cells. What it prints and shows goes to publish, as the types and
	// contents of Jupyter's messages, and so does how it fails, which is also returned. ctx is
	// done when the user interrupts it.
	Call(publish func(msgType string, content any), f func(ctx context.Context)) error
}

var host atomic.Pointer[Host]

var errNoHost = errors.New("widgets: there is no notebook: cells use them, programs cannot")

// Use sets the host, and lets front ends ask for the state of all widgets. The kernel does
// it itself.
func Use(h Host) {
	host.Store(&h)
	comm.Register("jupyter.widget.control", func(c *comm.Comm, _ map[string]any) {
		c.OnMessage(func(data map[string]any) {
			if data["method"] == "request_states" {
				c.Send(map[string]any{"method": "update_states", "states": opened.states(), "buffer_paths": []any{}})
			}
		})
	})
}

// run calls f, whose output goes to an output; a nil one takes none of it.
func run(to *Output, f func()) error {
	return runWith(to, func(context.Context) { f() })
}

func runWith(to *Output, f func(ctx context.Context)) error {
	h := host.Load()
	if h == nil {
		return errNoHost
	}
	publish := func(string, any) {}
	if to != nil {
		publish = to.add
	}
	return (*h).Call(publish, f)
}

// opened are the models that front ends have been told of.
var opened models

type models struct {
	mu sync.Mutex
	m  map[string]*Model // by id
}

func (ms *models) add(m *Model) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	if ms.m == nil {
		ms.m = map[string]*Model{}
	}
	ms.m[m.comm.ID] = m
}

func (ms *models) remove(id string) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	delete(ms.m, id)
}

// states returns the whole state of all models, as front ends restore it and notebooks
// store it.
func (ms *models) states() map[string]any {
	ms.mu.Lock()
	all := maps.Clone(ms.m)
	ms.mu.Unlock()
	states := map[string]any{}
	for id, m := range all {
		m.mu.Lock()
		states[id] = map[string]any{
			"model_name": m.state["_model_name"], "model_module": m.state["_model_module"],
			"model_module_version": m.state["_model_module_version"], "state": wire(m.state),
		}
		m.mu.Unlock()
	}
	return states
}
