package debug

import (
	"encoding/json"
	"fmt"
)

// request is a request of the protocol.
type request struct {
	Seq       int             `json:"seq"`
	Command   string          `json:"command"`
	Arguments json.RawMessage `json:"arguments"`
}

// read reads the arguments of a request.
func (r *request) read(into any) error {
	if len(r.Arguments) == 0 || string(r.Arguments) == "null" {
		return nil
	}
	if err := json.Unmarshal(r.Arguments, into); err != nil {
		return fmt.Errorf("%s: %w", r.Command, err)
	}
	return nil
}

// response is the answer to a request.
type response struct {
	Seq        int    `json:"seq"`
	Type       string `json:"type"` // "response"
	RequestSeq int    `json:"request_seq"`
	Success    bool   `json:"success"`
	Command    string `json:"command"`
	Message    string `json:"message,omitempty"` // what went wrong
	Body       any    `json:"body"`
}

// event is what the debugger tells unasked.
type event struct {
	Seq   int    `json:"seq"`
	Type  string `json:"type"` // "event"
	Event string `json:"event"`
	Body  any    `json:"body"`
}

// object is a JSON object.
type object = map[string]any
