package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// output takes over os.Stdout and os.Stderr: what is written there goes to the
// cell that runs or, between cells, to the last one.
type output struct {
	log      *os.File // the standard error of the process
	out, err *pipe
	current  atomic.Pointer[outlet]
}

func newOutput() (*output, error) {
	o := &output{log: os.Stderr}
	for _, p := range []struct {
		name string
		pipe **pipe
	}{{"stdout", &o.out}, {"stderr", &o.err}} {
		var err error
		if *p.pipe, err = newPipe(p.name, o.write); err != nil {
			return nil, fmt.Errorf("output: %w", err)
		}
	}
	os.Stdout, os.Stderr = o.out.w, o.err.w
	return o, nil
}

// logf writes a line to the log of the server that started the kernel.
func (o *output) logf(format string, args ...any) {
	fmt.Fprintf(o.log, "axn kernel: "+format+"\n", args...)
}

// begin sends what is written from now on to another cell's outlet.
func (o *output) begin(to *outlet) {
	o.drain()
	o.current.Store(to)
	o.out.revive()
	o.err.revive()
	os.Stdout, os.Stderr = o.out.w, o.err.w
}

// drain moves everything that was written so far to the current outlet.
func (o *output) drain() {
	o.out.drain()
	o.err.drain()
}

func (o *output) write(name string, p []byte) {
	if to := o.current.Load(); to != nil {
		to.write(name, p)
		return
	}
	o.log.Write(p) // before the first cell
}

// errEmpty says that a pipe has nothing to read at present.
var errEmpty = errors.New("the pipe is empty")

// pipe is a pipe in the place of a standard stream. Whoever reads from it, the
// pipe's own goroutine or drain, hands the bytes on before anybody else reads.
type pipe struct {
	name  string
	w     *os.File
	spare *os.File // a copy of w, in case a cell closes w
	r     *os.File
	raw   syscall.RawConn
	mu    sync.Mutex
	buf   [256 << 10]byte
	take  func(name string, p []byte)
}

func newPipe(name string, take func(string, []byte)) (*pipe, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	raw, err := r.SyscallConn()
	if err != nil {
		return nil, err
	}
	widen(raw)
	p := &pipe{name: name, r: r, w: w, raw: raw, take: take}
	if p.spare, err = duplicate(w, "/dev/"+name); err != nil {
		return nil, err
	}
	go p.wait()
	return p, nil
}

// drain hands on what was written before the call.
func (p *pipe) drain() {
	p.raw.Control(func(fd uintptr) { p.takeAll(fd) })
}

// takeAll reads until the pipe is empty; it reports whether the pipe has ended,
// which it never has while spare is open.
func (p *pipe) takeAll(fd uintptr) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		n, err := readSome(fd, p.buf[:])
		if n > 0 {
			p.take(p.name, p.buf[:n])
		}
		if n == 0 || err != nil {
			return err != errEmpty
		}
	}
}

// revive opens the writing end again if a cell has closed it.
func (p *pipe) revive() {
	if _, err := p.w.Write(nil); err == nil {
		return
	}
	if w, err := duplicate(p.spare, "/dev/"+p.name); err == nil {
		p.w = w
	}
}

const (
	flushPause = 25 * time.Millisecond // between two messages of a cell's output
	flushSize  = 1 << 20               // bytes in one message
)

// outlet gathers the output of one cell and publishes it in a few messages.
type outlet struct {
	publish func(msgType string, content any)
	mu      sync.Mutex
	name    string // stream of what waits
	waiting []byte
	timer   bool // a flush is due
}

func newOutlet(k *Kernel, parent json.RawMessage) *outlet {
	return &outlet{publish: func(msgType string, content any) { k.publish(parent, msgType, content) }}
}

// Stream is one of the two streams of a cell.
type Stream struct {
	out  *outlet
	name string
}

func (s Stream) Write(p []byte) (int, error) {
	s.out.write(s.name, p)
	return len(p), nil
}

// write takes output of a stream. Streams keep their order.
func (o *outlet) write(name string, p []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if name != o.name {
		o.send(true)
		o.name = name
	}
	o.waiting = append(o.waiting, p...)
	if len(o.waiting) >= flushSize {
		o.send(false)
	} else if !o.timer {
		o.timer = true
		time.AfterFunc(flushPause, o.due)
	}
}

func (o *outlet) due() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.timer = false
	o.send(false)
}

// flush publishes what waits. Unless all is set, the first bytes of a character
// wait for the rest.
func (o *outlet) flush(all bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.send(all)
}

func (o *outlet) send(all bool) {
	n := len(o.waiting)
	if !all {
		n -= partial(o.waiting)
	}
	if n == 0 {
		return
	}
	o.publish("stream", map[string]any{"name": o.name, "text": string(o.waiting[:n])})
	o.waiting = append(o.waiting[:0], o.waiting[n:]...)
	if cap(o.waiting) > flushSize {
		o.waiting = append([]byte(nil), o.waiting...)
	}
}

// partial returns how many bytes at the end of p begin a UTF-8 character that is
// not complete.
func partial(p []byte) int {
	for n := 1; n <= min(3, len(p)); n++ {
		switch b := p[len(p)-n]; {
		case b >= 0xf0 && n < 4, b >= 0xe0 && b < 0xf0 && n < 3, b >= 0xc0 && b < 0xe0 && n < 2:
			return n
		case b < 0x80 || b >= 0xc0:
			return 0
		}
	}
	return 0
}
