package serve

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"axn/kernelspec/message"
)

var (
	errAborted = errors.New("not run: a cell before it failed")
	errNoInput = errors.New("this front end gives no input to cells")
)

// inputPause is how often is looked whether a cell waits for input.
const inputPause = 5 * time.Millisecond

// input takes over os.Stdin: when a cell reads from it, in whatever way, the
// front end is asked for a line.
type input struct {
	k       *Kernel
	replies chan string
	r, w    *os.File
	raw     syscall.RawConn

	mu   sync.Mutex
	stop chan struct{} // closed at the end of the cell
}

func newInput(k *Kernel) *input { return &input{k: k, replies: make(chan string, 1)} }

// open makes the pipe that is os.Stdin.
func (i *input) open() (err error) {
	if i.r != nil {
		i.r.Close()
		i.w.Close()
	}
	if i.r, i.w, err = os.Pipe(); err != nil {
		return err
	}
	i.raw, err = i.r.SyscallConn()
	os.Stdin = i.r
	return err
}

// begin watches over the input of a cell that starts.
func (i *input) begin(r *request, allowed bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.r == nil || i.closed() || i.lent() {
		if err := i.open(); err != nil {
			i.k.output.logf("stdin: %v", err)
			return
		}
	}
	os.Stdin = i.r
	i.stop = make(chan struct{})
	go i.watch(i.stop, r, allowed)
}

func (i *input) closed() bool { return i.raw.Control(func(uintptr) {}) != nil }

// lent reports whether a cell has given the pipe to a process, which may go on reading
// from it: handing a file over makes it block.
func (i *input) lent() (lent bool) {
	i.raw.Control(func(fd uintptr) { lent = blocks(fd) })
	return lent
}

// end is called when the cell has ended.
func (i *input) end() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.stop != nil {
		close(i.stop)
		i.stop = nil
	}
	i.r.SetReadDeadline(time.Time{})
}

// interrupt makes a cell that waits for input go on, with an error.
func (i *input) interrupt() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.stop != nil {
		i.r.SetReadDeadline(time.Unix(1, 0))
	}
}

// watch asks the front end whenever the cell waits.
func (i *input) watch(stop chan struct{}, r *request, allowed bool) {
	ticker := time.NewTicker(inputPause)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		if !i.wanted() {
			continue
		}
		if !allowed {
			i.k.lang.Fail(errNoInput)
			i.interrupt()
			return
		}
		i.ask(stop, r)
	}
}

// ask gets one line from the front end and gives it to the cell.
func (i *input) ask(stop chan struct{}, r *request) {
	cell := i.k.cells.current()
	if cell == nil {
		return
	}
	i.k.output.drain()
	cell.out.flush(false)
	select {
	case <-i.replies: // an answer that came too late for an earlier cell
	default:
	}
	m, err := message.New(i.k.session, "input_request", r.RawHeader, map[string]any{"prompt": "", "password": false})
	if err != nil {
		return
	}
	m.Identities = r.Identities
	if err := i.k.stdin.Send(i.k.codec.Encode(m)); err != nil {
		i.k.lang.Fail(errNoInput)
		i.interrupt()
		return
	}
	select {
	case line := <-i.replies:
		i.w.WriteString(line + "\n")
	case <-stop:
	}
}

// receive takes a message of the stdin socket.
func (i *input) receive(frames [][]byte) {
	<-i.k.bound
	r := i.k.decode(frames, i.k.stdin)
	if r == nil || r.Header.MsgType != "input_reply" {
		return
	}
	var c struct {
		Value string `json:"value"`
	}
	if r.content(&c) != nil {
		return
	}
	select {
	case i.replies <- c.Value:
	default:
	}
}

// wanted reports whether somebody waits in a read from an empty pipe.
func (i *input) wanted() bool {
	if !hasReader(i.r) {
		return false
	}
	empty := false
	i.raw.Control(func(fd uintptr) { empty = isEmpty(fd) })
	return empty && parked(i.r)
}

// parked reports whether a goroutine sleeps in a read from f. The lock does not
// tell: whoever has just got the last bytes holds it too.
func parked(f *os.File) bool {
	buf := make([]byte, 1<<16)
	n := runtime.Stack(buf, true)
	for n == len(buf) {
		buf = make([]byte, 2*len(buf))
		n = runtime.Stack(buf, true)
	}
	read := fmt.Appendf(nil, "internal/poll.(*FD).Read(%#x", *(*uintptr)(unsafe.Pointer(f)))
	for stack := range bytes.SplitSeq(buf[:n], []byte("\n\n")) {
		state, _, _ := bytes.Cut(stack, []byte("\n"))
		if bytes.Contains(state, []byte(readState)) && bytes.Contains(stack, read) {
			return true
		}
	}
	return false
}

// readLocked is the bit that a file's lock has while a read is going on, as
// defined in internal/poll/fd_mutex.go of Go's library.
const readLocked = 1 << 1

// hasReader reports whether a read from f is going on. The library tells nobody;
// the lock is the first word of what a File points to, which knownLayout checks.
func hasReader(f *os.File) bool {
	if !knownLayout {
		return false
	}
	state := *(**uint64)(unsafe.Pointer(f))
	return atomic.LoadUint64(state)&readLocked != 0
}

// knownLayout says that os.File begins with a pointer to a struct that begins
// with the lock's state.
var knownLayout = func() bool {
	t := reflect.TypeFor[os.File]()
	first := func(t reflect.Type, name string) (reflect.Type, bool) {
		if t.Kind() != reflect.Struct || t.NumField() == 0 || t.Field(0).Name != name {
			return nil, false
		}
		return t.Field(0).Type, true
	}
	file, ok := first(t, "file")
	if !ok || file.Kind() != reflect.Pointer {
		return false
	}
	t = file.Elem()
	for _, name := range []string{"pfd", "fdmu", "state"} {
		if t, ok = first(t, name); !ok {
			return false
		}
	}
	return t.Kind() == reflect.Uint64
}()
