package serve

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
)

// Comm is a channel between a cell and a part of the front end, such as a widget.
type Comm struct {
	ID, Target string

	k         *Kernel
	mu        sync.Mutex
	onMessage func(data map[string]any)
	onClose   func(data map[string]any)
}

// comms are the open comms and the targets that front ends may open.
type comms struct {
	k       *Kernel
	mu      sync.Mutex
	open    map[string]*Comm
	handled atomic.Pointer[request] // the message of a front end that is answered now
	targets map[string]func(c *Comm, data map[string]any)
}

func newComms(k *Kernel) *comms {
	return &comms{k: k, open: map[string]*Comm{}, targets: map[string]func(*Comm, map[string]any){}}
}

// RegisterComm lets front ends open comms of a target; opened gets each of them.
func (k *Kernel) RegisterComm(target string, opened func(c *Comm, data map[string]any)) {
	k.comms.mu.Lock()
	defer k.comms.mu.Unlock()
	k.comms.targets[target] = opened
}

// OpenComm opens a comm in the front end, by a message with metadata.
func (k *Kernel) OpenComm(target string, data, metadata map[string]any) *Comm {
	c := k.comms.add(rand.Text(), target)
	k.publishWith(k.parent(), "comm_open", object(metadata), map[string]any{"comm_id": c.ID, "target_name": target, "data": object(data)})
	return c
}

// parent is the request on whose behalf a message is sent now: front ends wait for answers
// to theirs.
func (k *Kernel) parent() json.RawMessage {
	if r := k.comms.handled.Load(); r != nil {
		return r.RawHeader
	}
	if cell := k.cells.current(); cell != nil {
		return cell.parent
	}
	return nil
}

func (cs *comms) add(id, target string) *Comm {
	c := &Comm{ID: id, Target: target, k: cs.k}
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.open[id] = c
	return c
}

// OnMessage sets what happens when the front end sends a message.
func (c *Comm) OnMessage(f func(data map[string]any)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onMessage = f
}

// OnClose sets what happens when the front end closes the comm.
func (c *Comm) OnClose(f func(data map[string]any)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onClose = f
}

// Send sends a message to the front end.
func (c *Comm) Send(data map[string]any) {
	c.k.publish(c.k.parent(), "comm_msg", map[string]any{"comm_id": c.ID, "data": object(data)})
}

// Close closes the comm.
func (c *Comm) Close(data map[string]any) {
	if c.k.comms.remove(c.ID) {
		c.k.publish(c.k.parent(), "comm_close", map[string]any{"comm_id": c.ID, "data": object(data)})
	}
}

func (cs *comms) remove(id string) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	_, open := cs.open[id]
	delete(cs.open, id)
	return open
}

func (cs *comms) get(id string) *Comm {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return cs.open[id]
}

// object returns data as an object also when it is nil.
func object(data map[string]any) map[string]any {
	if data == nil {
		return map[string]any{}
	}
	return data
}

// commMessage is the content of comm messages.
type commMessage struct {
	ID     string         `json:"comm_id"`
	Target string         `json:"target_name"`
	Data   map[string]any `json:"data"`
}

func (k *Kernel) commInfo(r *request) (any, error) {
	var q struct {
		Target string `json:"target_name"`
	}
	if err := r.content(&q); err != nil {
		return nil, err
	}
	k.comms.mu.Lock()
	defer k.comms.mu.Unlock()
	open := map[string]any{}
	for id, c := range k.comms.open {
		if q.Target == "" || q.Target == c.Target {
			open[id] = map[string]any{"target_name": c.Target}
		}
	}
	return map[string]any{"status": "ok", "comms": open}, nil
}

// commOpen opens a comm for the front end, or closes it at once if nobody knows
// its target.
func (k *Kernel) commOpen(r *request) (any, error) {
	var m commMessage
	if err := r.content(&m, "comm_id", "target_name"); err != nil {
		return nil, err
	}
	k.comms.mu.Lock()
	opened := k.comms.targets[m.Target]
	k.comms.mu.Unlock()
	if opened == nil {
		k.publish(r.RawHeader, "comm_close", map[string]any{"comm_id": m.ID, "data": map[string]any{}})
		return nil, nil
	}
	c := k.comms.add(m.ID, m.Target)
	return nil, k.guard(r, func() { opened(c, m.Data) })
}

func (k *Kernel) commMsg(r *request) (any, error) {
	return nil, k.commCall(r, func(c *Comm) func(map[string]any) { return c.onMessage })
}

func (k *Kernel) commClose(r *request) (any, error) {
	return nil, k.commCall(r, func(c *Comm) func(map[string]any) { k.comms.remove(c.ID); return c.onClose })
}

// commCall calls a callback of the comm that a message names.
func (k *Kernel) commCall(r *request, callback func(*Comm) func(map[string]any)) error {
	var m commMessage
	if err := r.content(&m, "comm_id"); err != nil {
		return err
	}
	c := k.comms.get(m.ID)
	if c == nil {
		return fmt.Errorf("comm %q is not open", m.ID)
	}
	c.mu.Lock()
	f := callback(c)
	c.mu.Unlock()
	if f == nil {
		return nil
	}
	return k.guard(r, func() { f(m.Data) })
}

// guard calls code of a cell for a message of a front end: a panic is reported, no more. The
// code has a goroutine of its own, which it may end.
func (k *Kernel) guard(r *request, f func()) (err error) {
	k.comms.handled.Store(r)
	defer k.comms.handled.CompareAndSwap(r, nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("%v", r)
				k.output.write("stderr", fmt.Appendf(nil, "panic in a comm's callback: %v\n", r))
			}
		}()
		f()
	}()
	<-done
	return err
}
