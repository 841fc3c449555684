package frontend

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"axn/kernelspec/message"
)

// Output is one output of a cell, as a notebook stores it.
type Output struct {
	Type     string // "stream", "display_data", "execute_result" or "error"
	Name     string // stream: "stdout" or "stderr"
	Text     string // stream
	Data     map[string]any
	Metadata map[string]any
	ID       string // display_id, by which it may be changed later
	Count    int    // execute_result

	ErrorName, ErrorValue string
	Traceback             []string
}

// Executed is what running a cell gave.
type Executed struct {
	Status  string // "ok" or "error"
	Count   int    // its number
	Outputs []*Output
	Reply   map[string]any
	Updates []*Output // changes of displays of other cells
	Clears  int       // how often the output was cleared
}

// ExecuteOptions are the optional fields of an execute request.
type ExecuteOptions struct {
	Silent      bool
	NoHistory   bool
	Expressions map[string]string
	GoOn        bool // do not abort the cells that wait if this one fails
}

// SendCode sends a cell to be run.
func (k *Kernel) SendCode(code string, o ExecuteOptions) (*Pending, error) {
	if o.Expressions == nil {
		o.Expressions = map[string]string{}
	}
	return k.Send(Shell, "execute_request", map[string]any{
		"code": code, "silent": o.Silent, "store_history": !o.Silent && !o.NoHistory,
		"user_expressions": o.Expressions, "allow_stdin": k.Input != nil, "stop_on_error": !o.GoOn,
	})
}

// Execute runs a cell and gathers its outputs. The error is about the kernel; a
// cell that fails has Status "error".
func (k *Kernel) Execute(ctx context.Context, code string) (*Executed, error) {
	p, err := k.SendCode(code, ExecuteOptions{})
	if err != nil {
		return nil, err
	}
	defer p.Forget()
	return p.Collect(ctx)
}

// Collect gathers everything that belongs to a cell until the kernel is idle.
func (p *Pending) Collect(ctx context.Context) (*Executed, error) {
	e := &Executed{}
	waitClear := false
	for idle := false; !idle; {
		m, err := p.Next(ctx)
		if err != nil {
			return e, err
		}
		var c struct {
			State     string `json:"execution_state"`
			Name      string
			Text      string
			Data      map[string]any
			Metadata  map[string]any
			Transient struct {
				ID string `json:"display_id"`
			}
			Count     int    `json:"execution_count"`
			ErrName   string `json:"ename"`
			ErrValue  string `json:"evalue"`
			Traceback []string
			Wait      bool
		}
		if err := json.Unmarshal(m.Content, &c); err != nil {
			return e, err
		}
		switch m.Header.MsgType {
		case "status":
			idle = c.State == "idle"
			continue
		case "execute_input":
			e.Count = c.Count
			continue
		case "clear_output":
			e.Clears++
			if waitClear = c.Wait; !c.Wait {
				e.Outputs = nil
			}
			continue
		}
		o := &Output{Type: m.Header.MsgType, Name: c.Name, Text: c.Text, Data: c.Data, Metadata: c.Metadata,
			ID: c.Transient.ID, Count: c.Count, ErrorName: c.ErrName, ErrorValue: c.ErrValue, Traceback: c.Traceback}
		if waitClear {
			e.Outputs, waitClear = nil, false
		}
		e.add(o)
	}
	return e, p.collectReply(ctx, e)
}

// add appends an output; streams are joined, changes put in their place.
func (e *Executed) add(o *Output) {
	switch o.Type {
	case "stream":
		if n := len(e.Outputs); n > 0 && e.Outputs[n-1].Type == "stream" && e.Outputs[n-1].Name == o.Name {
			e.Outputs[n-1].Text += o.Text
			return
		}
	case "update_display_data":
		if !e.update(o) {
			e.Updates = append(e.Updates, o)
		}
		return
	case "display_data", "execute_result", "error":
	default:
		return
	}
	e.Outputs = append(e.Outputs, o)
}

// update changes the display with the id of o and reports whether there is one.
func (e *Executed) update(o *Output) bool {
	found := false
	for _, old := range e.Outputs {
		if old.ID != "" && old.ID == o.ID {
			old.Data, old.Metadata, found = o.Data, o.Metadata, true
		}
	}
	return found
}

func (p *Pending) collectReply(ctx context.Context, e *Executed) error {
	m, err := p.Reply(ctx)
	if err != nil {
		return err
	}
	return e.reply(m)
}

func (e *Executed) reply(m *message.Message) error {
	if err := json.Unmarshal(m.Content, &e.Reply); err != nil {
		return err
	}
	e.Status, _ = e.Reply["status"].(string)
	if n, ok := e.Reply["execution_count"].(float64); ok {
		e.Count = int(n)
	}
	return nil
}

// Stdout returns what a cell printed.
func (e *Executed) Stdout() string { return e.stream("stdout") }

// Stderr returns what a cell printed to standard error.
func (e *Executed) Stderr() string { return e.stream("stderr") }

func (e *Executed) stream(name string) string {
	var b strings.Builder
	for _, o := range e.Outputs {
		if o.Type == "stream" && o.Name == name {
			b.WriteString(o.Text)
		}
	}
	return b.String()
}

// Result returns the text of a cell's result, empty if it has none.
func (e *Executed) Result() string {
	for _, o := range e.Outputs {
		if o.Type == "execute_result" {
			return fmt.Sprint(o.Data["text/plain"])
		}
	}
	return ""
}

// Failure returns the error of a cell, nil if it did not fail.
func (e *Executed) Failure() *Output {
	for _, o := range e.Outputs {
		if o.Type == "error" {
			return o
		}
	}
	if e.Status == "error" {
		name, _ := e.Reply["ename"].(string)
		value, _ := e.Reply["evalue"].(string)
		return &Output{Type: "error", ErrorName: name, ErrorValue: value}
	}
	return nil
}
