package serve

import (
	"sync"
	"sync/atomic"
	"time"
)

// queue holds the execute requests that wait, and knows the cell that runs.
type queue struct {
	mu      sync.Mutex
	waiting []*request
	more    chan struct{} // has room for one: something waits
	running atomic.Pointer[Cell]
}

func newQueue() *queue { return &queue{more: make(chan struct{}, 1)} }

func (q *queue) add(r *request) {
	q.mu.Lock()
	q.waiting = append(q.waiting, r)
	q.mu.Unlock()
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// next takes the first request, waiting for one.
func (q *queue) next() *request {
	for {
		if r := q.take(1); r != nil {
			return r[0]
		}
		<-q.more
	}
}

// take takes at most n requests; nil if none wait.
func (q *queue) take(n int) []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	n = min(n, len(q.waiting))
	if n == 0 {
		return nil
	}
	taken := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return taken
}

func (q *queue) length() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

func (q *queue) current() *Cell { return q.running.Load() }

// executeRequest is the content of an execute request.
type executeRequest struct {
	Code         cellText          `json:"code"`
	Silent       bool              `json:"silent"`
	StoreHistory *bool             `json:"store_history"` // default: not silent
	Expressions  map[string]string `json:"user_expressions"`
	AllowStdin   bool              `json:"allow_stdin"`
	StopOnError  *bool             `json:"stop_on_error"` // default true
}

// work runs cells in order. A failed cell takes with it those that wait.
func (k *Kernel) work() {
	for {
		r := k.cells.next()
		if stop := k.execute(r); stop {
			for _, r := range k.cells.take(k.afterFailure) {
				k.abort(r)
			}
		}
	}
}

// gathering is how long after a failure cells still count as sent before it: a
// front end sends all cells of a notebook at once, but not all have arrived yet.
const gathering = 10 * time.Millisecond

// execute runs one cell and reports whether the cells that wait are not to run.
func (k *Kernel) execute(r *request) (stop bool) {
	k.status(r, "busy")
	defer k.status(r, "idle")
	var req executeRequest
	if err := r.content(&req, "code"); err != nil {
		content := failed(err)
		content["traceback"] = []string{err.Error()}
		k.publish(r.RawHeader, "error", content)
		k.replyExecuted(r, failed(err))
		return false
	}
	code := string(req.Code)
	store := !req.Silent && (req.StoreHistory == nil || *req.StoreHistory)
	if store {
		k.count++
		k.history.add(k.count, code)
	}
	cell := &Cell{Code: code, Count: k.count, Silent: req.Silent, k: k, parent: r.RawHeader, out: newOutlet(k, r.RawHeader)}
	k.cells.running.Store(cell) // from now on it can be interrupted
	if !req.Silent {
		k.publish(r.RawHeader, "execute_input", map[string]any{"code": code, "execution_count": k.count})
	}
	content, failure := k.run(cell, r, &req)
	stop = failure && (req.StopOnError == nil || *req.StopOnError)
	if stop {
		time.Sleep(gathering)
		k.afterFailure = k.cells.length()
	}
	k.replyExecuted(r, content)
	return stop
}

// run runs a cell with its output, input and results.
func (k *Kernel) run(cell *Cell, r *request, req *executeRequest) (content map[string]any, failure bool) {
	k.output.begin(cell.out)
	k.input.begin(r, req.AllowStdin)
	result, fail := k.lang.Execute(cell)
	k.input.end()
	k.output.drain()
	k.cells.running.Store(nil)
	cell.out.flush(true)
	if fail != nil {
		if fail.Traceback == nil {
			fail.Traceback = []string{}
		}
		if !req.Silent {
			k.publish(r.RawHeader, "error", fail)
		}
		return map[string]any{"status": "error", "ename": fail.Name, "evalue": fail.Value, "traceback": fail.Traceback}, true
	}
	if result != nil && !req.Silent {
		b := result.filled()
		k.publish(r.RawHeader, "execute_result", map[string]any{"execution_count": k.count, "data": b.Data, "metadata": b.Metadata})
	}
	return map[string]any{"status": "ok", "payload": []any{}, "user_expressions": k.evaluate(req.Expressions)}, false
}

// evaluate returns the values of the expressions that came with a cell.
func (k *Kernel) evaluate(expressions map[string]string) map[string]any {
	values := map[string]any{}
	for name, code := range expressions {
		b, fail := k.lang.Evaluate(code)
		switch {
		case fail != nil:
			values[name] = map[string]any{"status": "error", "ename": fail.Name, "evalue": fail.Value, "traceback": fail.Traceback}
		case b != nil:
			b = b.filled()
			values[name] = map[string]any{"status": "ok", "data": b.Data, "metadata": b.Metadata}
		}
	}
	return values
}

// abort answers a cell that is not run because one before it failed.
func (k *Kernel) abort(r *request) {
	k.status(r, "busy")
	content := failed(errAborted)
	content["ename"] = "aborted"
	k.replyExecuted(r, content)
	k.status(r, "idle")
}

func (k *Kernel) replyExecuted(r *request, content map[string]any) {
	content["execution_count"] = k.count
	k.reply(r, "execute_reply", content)
}
