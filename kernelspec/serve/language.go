package serve

import (
	"encoding/json"
	"sync/atomic"
)

// Language runs cells and knows about names. Execute is called for one cell at a
// time; the other methods may be called meanwhile.
type Language interface {
	// Start is called once, before any request, with the running kernel.
	Start(k *Kernel)
	// Info describes the language in the form of kernel_info_reply.
	Info() Info
	// Execute runs a cell and returns what it gave or how it failed.
	Execute(c *Cell) (*Bundle, *Failure)
	// Evaluate returns the value of an expression.
	Evaluate(expression string) (*Bundle, *Failure)
	// Interrupt stops the running cell, Fail stops it with an error.
	Interrupt()
	Fail(err error)
	// Stop is called once, when the kernel ends.
	Stop()
	// Complete lists what could stand at a byte offset of code.
	Complete(code string, cursor int) Completion
	// Inspect describes the name at a byte offset of code, nil if there is none.
	Inspect(code string, cursor int, detail int) *Bundle
	// IsComplete tells whether code can be run as it is: "complete", "incomplete"
	// or "invalid", with the indent of a next line.
	IsComplete(code string) (status, indent string)
}

// Debugger is a Language with a debugger, which speaks the Debug Adapter Protocol.
type Debugger interface {
	// Debug answers a request. One is answered at a time, also while a cell runs.
	Debug(request json.RawMessage) (reply any)
}

// Info is what kernel_info_reply says about implementation and language.
type Info struct {
	Implementation        string         `json:"implementation"`
	ImplementationVersion string         `json:"implementation_version"`
	LanguageInfo          map[string]any `json:"language_info"`
	Banner                string         `json:"banner"`
	HelpLinks             []HelpLink     `json:"help_links"`
}

// HelpLink is an entry of the front end's help menu.
type HelpLink struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// Bundle is something to show: data and metadata by MIME type, and transient
// data such as display_id.
type Bundle struct {
	Data      map[string]any `json:"data"`
	Metadata  map[string]any `json:"metadata"`
	Transient map[string]any `json:"transient,omitempty"`
}

// filled returns the bundle with no nil maps: front ends expect objects.
func (b *Bundle) filled() *Bundle {
	f := *b
	if f.Data == nil {
		f.Data = map[string]any{}
	}
	if f.Metadata == nil {
		f.Metadata = map[string]any{}
	}
	return &f
}

// Failure is how a cell failed.
type Failure struct {
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// Completion is the answer to a completion request: matches that replace the
// bytes from Start to End.
type Completion struct {
	Start, End int
	Matches    []Match
}

// Match is one completion with its kind, such as "function", and its signature.
type Match struct {
	Text, Type, Signature string
}

// Cell is a cell that runs, with the ways in which it shows things.
type Cell struct {
	Code   string
	Count  int  // number of the cell in the history
	Silent bool // nothing is to be shown but output
	k      *Kernel
	parent json.RawMessage
	out    *outlet

	interrupted atomic.Bool
}

// Detached returns a cell that no request asks for, such as a callback of a widget: what it
// shows and prints goes to publish, as types and contents of messages.
func (k *Kernel) Detached(publish func(msgType string, content any)) *Cell {
	return &Cell{k: k, out: &outlet{publish: publish}}
}

// Interrupted reports whether the cell was interrupted, perhaps before it was executed.
func (c *Cell) Interrupted() bool { return c.interrupted.Load() }

// Flush publishes what the cell has printed so far.
func (c *Cell) Flush() { c.out.flush(true) }

// Show publishes something to see.
func (c *Cell) Show(b *Bundle) { c.publish("display_data", b.filled()) }

// Update shows something in the place of an earlier display with the same
// display_id, wherever it stands.
func (c *Cell) Update(b *Bundle) { c.publish("update_display_data", b.filled()) }

// Clear removes the output of the cell; if wait is set, when there is new output.
func (c *Cell) Clear(wait bool) { c.publish("clear_output", map[string]any{"wait": wait}) }

// Stdout and Stderr write to the cell's streams, also after the cell has ended.
func (c *Cell) Stdout() Stream { return Stream{c.out, "stdout"} }
func (c *Cell) Stderr() Stream { return Stream{c.out, "stderr"} }

// publish sends a message after all output so far.
func (c *Cell) publish(msgType string, content any) {
	if c.k.cells.current() == c {
		c.k.output.drain()
	}
	c.out.flush(false)
	c.out.publish(msgType, content)
}
