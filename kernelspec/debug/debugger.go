package debug

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"axn/kernelspec/eval"
)

// Config is what a debugger works with.
type Config struct {
	Session *eval.Session
	// Expand turns the text of a cell into Go, on the same lines.
	Expand func(code string) string
	// Render shows a value by MIME type, with metadata.
	Render func(v any) (data, metadata map[string]any)
	// Send publishes an event of the protocol.
	Send func(event any)
}

// Debugger answers the requests of front ends. Its methods may be called by several
// goroutines; requests are answered one after the other.
type Debugger struct {
	Config
	prefix string // of source paths

	requests sync.Mutex // held while a request is answered
	settling sync.Mutex // held while functions get stops or lose them
	seq      atomic.Int64

	mu          sync.Mutex
	attached    bool
	sources     map[string]*source       // by path
	cells       map[string]*cell         // by name
	breakpoints map[string][]*breakpoint // by path
	panics      bool                     // they stop
	keeps       bool                     // variables, for a post mortem
	numbers     map[*eval.Goroutine]int
	lastNumber  int
	stop        *stop // nil while nobody is stopped
	handles     handles

	lines   atomic.Pointer[map[place]*breakpoint]
	step    atomic.Pointer[step]
	pausing atomic.Bool // the next goroutine that is held, or reaches a stop, stops
}

// New returns a debugger to which nobody is attached.
func New(c Config) *Debugger {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("axn_%d", os.Getpid()))
	d := &Debugger{Config: c, prefix: dir + string(os.PathSeparator), cells: map[string]*cell{}, sources: map[string]*source{}}
	d.clear()
	return d
}

// clear forgets what front ends have set.
func (d *Debugger) clear() {
	d.breakpoints, d.numbers, d.lastNumber, d.panics = map[string][]*breakpoint{}, map[*eval.Goroutine]int{}, mainNumber, false
	d.handles.clear()
	d.setLines()
}

// Request answers a request. What it returns is the content of a reply.
func (d *Debugger) Request(content json.RawMessage) any {
	d.requests.Lock()
	defer d.requests.Unlock()
	var r request
	if err := json.Unmarshal(content, &r); err != nil {
		return d.response(&r, nil, fmt.Errorf("the request cannot be read: %w", err))
	}
	h, known := handlers[r.Command]
	switch {
	case !known:
		return d.response(&r, nil, fmt.Errorf("%s is no request that this debugger answers", r.Command))
	case h.attached && !d.isAttached():
		return d.response(&r, nil, fmt.Errorf("%s: no debugger is attached", r.Command))
	}
	body, err := h.answer(d, &r)
	return d.response(&r, body, err)
}

func (d *Debugger) response(r *request, body any, err error) response {
	a := response{Seq: int(d.seq.Add(1)), Type: "response", RequestSeq: r.Seq, Success: err == nil, Command: r.Command, Body: body}
	if err != nil {
		a.Message = err.Error()
	}
	if a.Body == nil {
		a.Body = object{}
		if list := lists[r.Command]; list != "" {
			a.Body = object{list: []any{}}
		}
	}
	return a
}

// lists are what bodies hold. JupyterLab goes through them after a failure too, as when it asks for
// variables of a goroutine that has gone on.
var lists = map[string]string{
	"variables": "variables", "inspectVariables": "variables", "scopes": "scopes", "stackTrace": "stackFrames",
	"threads": "threads", "setBreakpoints": "breakpoints",
}

// tell publishes an event.
func (d *Debugger) tell(name string, body any) {
	d.Send(event{Seq: int(d.seq.Add(1)), Type: "event", Event: name, Body: body})
}

func (d *Debugger) isAttached() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.attached
}

// handler answers one kind of request.
type handler struct {
	attached bool // only while a debugger is attached
	answer   func(d *Debugger, r *request) (body any, err error)
}

var handlers map[string]handler

func init() {
	handlers = map[string]handler{
		"initialize":              {false, (*Debugger).initialize},
		"debugInfo":               {false, (*Debugger).debugInfo},
		"inspectVariables":        {false, (*Debugger).inspectVariables},
		"richInspectVariables":    {false, (*Debugger).richInspectVariables},
		"modules":                 {false, (*Debugger).modules},
		"disconnect":              {false, (*Debugger).disconnect},
		"variables":               {false, (*Debugger).variables},
		"attach":                  {true, (*Debugger).attach},
		"configurationDone":       {true, done},
		"dumpCell":                {true, (*Debugger).dumpCell},
		"source":                  {true, (*Debugger).source},
		"setBreakpoints":          {true, (*Debugger).setBreakpoints},
		"setExceptionBreakpoints": {true, (*Debugger).setExceptionBreakpoints},
		"threads":                 {true, (*Debugger).threads},
		"stackTrace":              {true, (*Debugger).stackTrace},
		"scopes":                  {true, (*Debugger).scopes},
		"setVariable":             {true, (*Debugger).setVariable},
		"evaluate":                {true, (*Debugger).evaluate},
		"copyToGlobals":           {true, (*Debugger).copyToGlobals},
		"exceptionInfo":           {true, (*Debugger).exceptionInfo},
		"pause":                   {true, (*Debugger).pause},
		"continue":                {true, (*Debugger).goOn},
		"next":                    {true, (*Debugger).stepOver},
		"stepIn":                  {true, (*Debugger).stepIn},
		"stepOut":                 {true, (*Debugger).stepOut},
	}
}

// done answers what needs nothing done.
func done(*Debugger, *request) (any, error) { return nil, nil }

func (d *Debugger) initialize(*request) (any, error) {
	d.mu.Lock()
	d.attached = true
	d.mu.Unlock()
	d.Session.Attach(d)
	return object{
		"supportsConfigurationDoneRequest":  true,
		"supportsConditionalBreakpoints":    true,
		"supportsHitConditionalBreakpoints": true,
		"supportsEvaluateForHovers":         true,
		"supportsSetVariable":               true,
		"supportsExceptionInfoRequest":      true,
		"supportsModulesRequest":            true,
		"exceptionBreakpointFilters":        []object{{"filter": panicFilter, "label": "Panics", "default": false}},
	}, nil
}

// attach tells that breakpoints can be set, when ipykernel does: front ends show their panel then.
func (d *Debugger) attach(*request) (any, error) {
	d.tell("initialized", object{})
	return nil, nil
}

// panicFilter is the only filter of exceptions.
const panicFilter = "panic"

// disconnect lets everything run on, without stops.
func (d *Debugger) disconnect(*request) (any, error) {
	d.Session.Attach(nil)
	d.mu.Lock()
	d.attached = false
	d.clear()
	d.mu.Unlock()
	d.step.Store(nil)
	d.pausing.Store(false)
	d.settle(false)
	d.resume(nil)
	return nil, nil
}

func (d *Debugger) debugInfo(*request) (any, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	stopped := []int{}
	if d.stop != nil {
		stopped = append(stopped, d.number(d.stop.th))
	}
	return object{
		"isStarted":      d.attached,
		"hashMethod":     "Murmur2",
		"hashSeed":       hashSeed,
		"tmpFilePrefix":  d.prefix,
		"tmpFileSuffix":  suffix,
		"breakpoints":    d.breakpointLists(),
		"stoppedThreads": stopped,
		"richRendering":  true,
		"exceptionPaths": []string{"Panics"},
		"copyToGlobals":  true,
	}, nil
}
