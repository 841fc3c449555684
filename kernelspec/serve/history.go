package serve

import (
	"bufio"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"sync"
)

// historyKept is how many entries of earlier sessions are read.
const historyKept = 10_000

// entry is one cell in the history. Sessions count from 1.
type entry struct {
	Session int    `json:"session"`
	Line    int    `json:"line"`
	Code    string `json:"code"`
}

// history is the code of all cells that were stored, also in earlier sessions.
type history struct {
	mu      sync.Mutex
	session int
	entries []entry
	file    *os.File // nil: kept in memory only
}

// openHistory reads the history file; without one, or if it cannot be used, the
// history begins now.
func openHistory(name string) *history {
	h := &history{session: 1}
	if name == "" {
		return h
	}
	h.read(name)
	os.MkdirAll(filepath.Dir(name), 0o700)
	h.file, _ = os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	return h
}

func (h *history) read(name string) {
	f, err := os.Open(name)
	if err != nil {
		return
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.Session > 0 {
			h.entries = append(h.entries, e)
			h.session = max(h.session, e.Session+1)
		}
	}
	if len(h.entries) > historyKept {
		h.entries = h.entries[len(h.entries)-historyKept:]
	}
}

func (h *history) add(line int, code string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := entry{h.session, line, code}
	h.entries = append(h.entries, e)
	if h.file != nil {
		if b, err := json.Marshal(e); err == nil {
			h.file.Write(append(b, '\n'))
		}
	}
}

// historyQuery is the content of a history request.
type historyQuery struct {
	Output  bool   `json:"output"`
	Access  string `json:"hist_access_type"`
	Session int    `json:"session"` // 0 or less: counted back from this one
	Start   int    `json:"start"`
	Stop    *int   `json:"stop"`
	N       int    `json:"n"`
	Pattern string `json:"pattern"`
	Unique  bool   `json:"unique"`
}

// find returns the entries asked for, in the order executed.
func (h *history) find(q historyQuery) []entry {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []entry
	session := q.Session
	if session <= 0 {
		session += h.session
	}
	for _, e := range h.entries {
		if q.Access == "range" && (e.Session != session || e.Line < q.Start || q.Stop != nil && e.Line >= *q.Stop) {
			continue
		}
		if q.Access == "search" && !matches(q.Pattern, e.Code) {
			continue
		}
		found = append(found, e)
	}
	if q.Unique {
		found = unique(found)
	}
	if q.Access != "range" && q.N > 0 && len(found) > q.N {
		found = found[len(found)-q.N:]
	}
	return found
}

// matches reports whether code matches a pattern with * and ?; both may stand
// for any character, also a slash or a line end.
func matches(pattern, code string) bool {
	flat := func(s string) string {
		b := []byte(s)
		for i, c := range b {
			if c == '/' {
				b[i] = 0
			}
		}
		return string(b)
	}
	if pattern == "" {
		return true
	}
	ok, err := path.Match(flat(pattern), flat(code))
	return ok && err == nil
}

// unique keeps the last of equal entries.
func unique(entries []entry) []entry {
	last := map[string]int{}
	for i, e := range entries {
		last[e.Code] = i
	}
	var kept []entry
	for i, e := range entries {
		if last[e.Code] == i {
			kept = append(kept, e)
		}
	}
	return kept
}

func (k *Kernel) historyRequest(r *request) (any, error) {
	var q historyQuery
	if err := r.content(&q); err != nil {
		return nil, err
	}
	list := []any{}
	for _, e := range k.history.find(q) {
		if q.Output {
			list = append(list, []any{e.Session, e.Line, []any{e.Code, nil}})
		} else {
			list = append(list, []any{e.Session, e.Line, e.Code})
		}
	}
	return map[string]any{"status": "ok", "history": list}, nil
}
