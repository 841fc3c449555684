package serving

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// events is an answer in pieces: server-sent events.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func newEvents(w http.ResponseWriter) *events {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	return &events{w, http.NewResponseController(w)}
}

// send writes an event at once. A reader that has gone ends the request's context.
func (e *events) send(name string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		data = []byte("{}")
	}
	fmt.Fprintf(e.w, "event: %s\ndata: %s\n\n", name, data)
	e.control.Flush()
}
