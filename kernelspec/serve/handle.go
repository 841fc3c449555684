package serve

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"unicode/utf8"

	"axn/kernelspec/message"
)

// handle answers one request; its status is busy meanwhile.
func (k *Kernel) handle(r *request) {
	k.status(r, "busy")
	defer k.status(r, "idle")
	h, known := handlers[r.Header.MsgType]
	if !known {
		k.output.logf("no answer to %s", r.Header.MsgType)
		return
	}
	content, err := k.call(h, r)
	if err != nil {
		content = failed(err)
	}
	if h.reply != "" {
		k.reply(r, h.reply, content)
	}
	if h.reply == "shutdown_reply" {
		k.publish(r.RawHeader, h.reply, content)
		defer k.stop()
	}
}

// call calls a handler; a panic in it is an error like others.
func (k *Kernel) call(h handler, r *request) (content any, err error) {
	defer func() {
		if p := recover(); p != nil {
			k.output.logf("%s: %v\n%s", r.Header.MsgType, p, debug.Stack())
			err = fmt.Errorf("%s: %v", r.Header.MsgType, p)
		}
	}()
	return h.call(k, r)
}

// handler answers one type of request.
type handler struct {
	reply string // type of the reply, empty if there is none
	call  func(k *Kernel, r *request) (content any, err error)
}

// handlers by message type, for shell and control alike. Execute requests have a
// queue of their own.
var handlers map[string]handler

func init() {
	handlers = map[string]handler{
		"kernel_info_request": {"kernel_info_reply", (*Kernel).kernelInfo},
		"shutdown_request":    {"shutdown_reply", (*Kernel).shutdown},
		"interrupt_request":   {"interrupt_reply", (*Kernel).interruptRequest},
		"complete_request":    {"complete_reply", (*Kernel).complete},
		"inspect_request":     {"inspect_reply", (*Kernel).inspect},
		"is_complete_request": {"is_complete_reply", (*Kernel).isComplete},
		"history_request":     {"history_reply", (*Kernel).historyRequest},
		"comm_info_request":   {"comm_info_reply", (*Kernel).commInfo},
		"debug_request":       {"debug_reply", (*Kernel).debug},
		"comm_open":           {"", (*Kernel).commOpen},
		"comm_msg":            {"", (*Kernel).commMsg},
		"comm_close":          {"", (*Kernel).commClose},
	}
}

// failed is the content of an error reply.
func failed(err error) map[string]any {
	return map[string]any{"status": "error", "ename": "message error", "evalue": err.Error(), "traceback": []string{}}
}

// content reads the content of a request; the names of required fields must be in it.
func (r *request) content(into any, required ...string) error {
	if r.BadContent != nil {
		return r.BadContent
	}
	if len(required) > 0 {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(r.Content, &fields); err != nil {
			return fmt.Errorf("%s: %w", r.Header.MsgType, err)
		}
		for _, name := range required {
			if v, ok := fields[name]; !ok || string(v) == "null" {
				return fmt.Errorf("%s: %s is missing", r.Header.MsgType, name)
			}
		}
	}
	if err := json.Unmarshal(r.Content, into); err != nil {
		return fmt.Errorf("%s: %w", r.Header.MsgType, err)
	}
	if !utf8.Valid(r.Content) {
		return fmt.Errorf("%s: content is not UTF-8", r.Header.MsgType)
	}
	return nil
}

func (k *Kernel) kernelInfo(r *request) (any, error) {
	features := []string{"iopub_welcome"}
	_, debugs := k.lang.(Debugger)
	if debugs {
		features = append(features, "debugger")
	}
	return struct {
		Status          string `json:"status"`
		ProtocolVersion string `json:"protocol_version"`
		Info
		Debugger bool     `json:"debugger"`
		Features []string `json:"supported_features"`
	}{"ok", message.ProtocolVersion, k.lang.Info(), debugs, features}, nil
}

// debug answers a request of the Debug Adapter Protocol.
func (k *Kernel) debug(r *request) (any, error) {
	d, ok := k.lang.(Debugger)
	if !ok {
		return map[string]any{}, nil
	}
	return d.Debug(r.Content), r.BadContent
}

// DebugEvent publishes an event of the debugger, as one of the cell that runs if one does.
func (k *Kernel) DebugEvent(event any) {
	var parent json.RawMessage
	if c := k.cells.current(); c != nil {
		parent = c.parent
	}
	k.publish(parent, "debug_event", event)
}

func (k *Kernel) shutdown(r *request) (any, error) {
	var c struct {
		Restart bool `json:"restart"`
	}
	if err := r.content(&c); err != nil {
		return nil, err
	}
	return map[string]any{"status": "ok", "restart": c.Restart}, nil
}

func (k *Kernel) interruptRequest(*request) (any, error) {
	k.interrupt()
	return map[string]any{"status": "ok"}, nil
}

// codeAt is the content of complete and inspect requests.
type codeAt struct {
	Code   string `json:"code"`
	Cursor *int   `json:"cursor_pos"` // in code points, the end if missing
	Detail int    `json:"detail_level"`
}

// offset returns the cursor as a byte offset.
func (c *codeAt) offset() int {
	if c.Cursor == nil {
		return len(c.Code)
	}
	n := 0
	for i := range c.Code {
		if n >= *c.Cursor {
			return i
		}
		n++
	}
	return len(c.Code)
}

// points counts the code points before a byte offset.
func points(code string, offset int) int {
	n := 0
	for i := range code {
		if i >= offset {
			break
		}
		n++
	}
	return n
}

func (k *Kernel) complete(r *request) (any, error) {
	var c codeAt
	if err := r.content(&c, "code"); err != nil {
		return nil, err
	}
	found := k.lang.Complete(c.Code, c.offset())
	start, end := points(c.Code, found.Start), points(c.Code, found.End)
	texts, typed := []string{}, []map[string]any{}
	for _, m := range found.Matches {
		texts = append(texts, m.Text)
		typed = append(typed, map[string]any{"text": m.Text, "type": m.Type, "signature": m.Signature, "start": start, "end": end})
	}
	return map[string]any{
		"status": "ok", "matches": texts, "cursor_start": start, "cursor_end": end,
		"metadata": map[string]any{"_jupyter_types_experimental": typed},
	}, nil
}

func (k *Kernel) inspect(r *request) (any, error) {
	var c codeAt
	if err := r.content(&c, "code"); err != nil {
		return nil, err
	}
	found := k.lang.Inspect(c.Code, c.offset(), c.Detail)
	reply := map[string]any{"status": "ok", "found": found != nil, "data": map[string]any{}, "metadata": map[string]any{}}
	if found != nil {
		reply["data"] = found.filled().Data
	}
	return reply, nil
}

func (k *Kernel) isComplete(r *request) (any, error) {
	var c codeAt
	if err := r.content(&c, "code"); err != nil {
		return nil, err
	}
	status, indent := k.lang.IsComplete(c.Code)
	reply := map[string]any{"status": status}
	if status == "incomplete" {
		reply["indent"] = indent
	}
	return reply, nil
}
