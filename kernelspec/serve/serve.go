// Package serve is the serving half of a Jupyter kernel: sockets, messages,
// output, input, history and comms. What cells mean is left to a Language.
//
// Each socket has its own goroutines. Cells run one after the other on one
// goroutine; everything else, on shell and control alike, is answered at once,
// also while a cell runs.
package serve

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"axn/kernelspec/message"
	"axn/kernelspec/zmtp"
)

// Kernel serves one connection.
type Kernel struct {
	lang    Language
	codec   *message.Codec
	session string

	shell, control, stdin *zmtp.Router
	iopub                 *zmtp.XPub
	closers               []func() error
	bound                 chan struct{} // closed when the sockets are there: messages may come before

	queries      chan *request // questions, in order
	calls        chan *request // comm messages, in order: they call code of cells
	debugs       chan *request // debug requests, in order: they may evaluate expressions
	cells        *queue        // execute requests
	output       *output
	input        *input
	history      *history
	comms        *comms
	count        int // of the last cell in the history
	afterFailure int // cells that waited when a cell failed
	stopping     sync.Once
	stopped      chan struct{}
}

// request is a message with the socket it came from.
type request struct {
	*message.Message
	from *zmtp.Router
}

// Run serves a connection until it is told to shut down. It takes over os.Stdin,
// os.Stdout and os.Stderr. historyFile may be empty: no history is kept then.
func Run(conn *message.Connection, lang Language, historyFile string) error {
	k := &Kernel{
		lang: lang, codec: message.NewCodec(conn.Key), session: rand.Text(),
		queries: make(chan *request, 256), calls: make(chan *request, 256), debugs: make(chan *request, 256), cells: newQueue(), stopped: make(chan struct{}), bound: make(chan struct{}),
	}
	k.comms = newComms(k)
	k.history = openHistory(historyFile)
	k.input = newInput(k)
	out, err := newOutput()
	if err != nil {
		return err
	}
	k.output = out
	if err := k.listen(conn); err != nil {
		return err
	}
	close(k.bound)
	lang.Start(k)
	go k.signals()
	go watchParent(k.stop)
	go k.answer(k.queries)
	go k.answer(k.calls)
	go k.answer(k.debugs)
	go k.work()
	k.publish(nil, "status", map[string]any{"execution_state": "starting"})
	<-k.stopped
	lang.Stop()
	k.iopub.Flush(100 * time.Millisecond)
	for _, c := range k.closers {
		c()
	}
	return nil
}

// listen binds the five sockets.
func (k *Kernel) listen(conn *message.Connection) (err error) {
	bind := func(what string, port int, open func(network, address string) (func() error, error)) {
		if err != nil {
			return
		}
		network, address := conn.Address(port)
		var closer func() error
		if closer, err = open(network, address); err != nil {
			err = fmt.Errorf("%s socket: %w", what, err)
			return
		}
		k.closers = append(k.closers, closer)
	}
	bind("heartbeat", conn.HBPort, zmtp.ListenEcho)
	bind("iopub", conn.IOPubPort, func(n, a string) (func() error, error) {
		k.iopub, err = zmtp.ListenXPub(n, a, k.welcome)
		return closer(k.iopub, err)
	})
	bind("stdin", conn.StdinPort, func(n, a string) (func() error, error) {
		k.stdin, err = zmtp.ListenRouter(n, a, k.input.receive)
		return closer(k.stdin, err)
	})
	bind("control", conn.ControlPort, func(n, a string) (func() error, error) {
		k.control, err = zmtp.ListenRouter(n, a, k.receiveControl)
		return closer(k.control, err)
	})
	bind("shell", conn.ShellPort, func(n, a string) (func() error, error) {
		k.shell, err = zmtp.ListenRouter(n, a, k.receiveShell)
		return closer(k.shell, err)
	})
	return err
}

func closer(c interface{ Close() error }, err error) (func() error, error) {
	if err != nil {
		return nil, err
	}
	return c.Close, nil
}

// receiveShell queues a message of the shell socket.
func (k *Kernel) receiveShell(frames [][]byte) {
	<-k.bound
	r := k.decode(frames, k.shell)
	switch {
	case r == nil:
	case r.Header.MsgType == "execute_request":
		k.cells.add(r)
	case r.Header.MsgType == "debug_request":
		k.debugs <- r
	case strings.HasPrefix(r.Header.MsgType, "comm_") && r.Header.MsgType != "comm_info_request":
		k.calls <- r
	default:
		k.queries <- r
	}
}

// receiveControl handles a message of the control socket at once, but for debug requests.
func (k *Kernel) receiveControl(frames [][]byte) {
	<-k.bound
	r := k.decode(frames, k.control)
	switch {
	case r == nil:
	case r.Header.MsgType == "debug_request":
		k.debugs <- r
	default:
		k.handle(r)
	}
}

// decode reads a message; one that cannot be read or is not signed is dropped.
func (k *Kernel) decode(frames [][]byte, from *zmtp.Router) *request {
	m, err := k.codec.Decode(frames)
	if err != nil {
		k.output.logf("dropped a message: %v", err)
		return nil
	}
	return &request{Message: m, from: from}
}

// answer handles queued requests.
func (k *Kernel) answer(queries chan *request) {
	for r := range queries {
		k.handle(r)
	}
}

// publish sends a message to all front ends. parent is the header of the request
// it belongs to, nil for none.
func (k *Kernel) publish(parent json.RawMessage, msgType string, content any) {
	k.publishWith(parent, msgType, nil, content)
}

// publishWith sends a message with metadata, nil for none.
func (k *Kernel) publishWith(parent json.RawMessage, msgType string, metadata map[string]any, content any) {
	m, err := message.New(k.session, msgType, parent, content)
	if err == nil && len(metadata) > 0 {
		m.Metadata, err = json.Marshal(metadata)
	}
	if err != nil {
		k.output.logf("%v", err)
		return
	}
	m.Identities = [][]byte{[]byte("kernel." + msgType)}
	k.iopub.Send(k.codec.Encode(m))
}

// welcome is what a new subscriber of iopub gets first.
func (k *Kernel) welcome(topic []byte) [][]byte {
	m, _ := message.New(k.session, "iopub_welcome", nil, map[string]any{"subscription": string(topic)})
	m.Identities = [][]byte{topic}
	return k.codec.Encode(m)
}

// reply answers a request on the socket it came from.
func (k *Kernel) reply(r *request, msgType string, content any) {
	m, err := message.New(k.session, msgType, r.RawHeader, content)
	if err != nil {
		k.output.logf("%v", err)
		return
	}
	m.Identities = r.Identities
	if err := r.from.Send(k.codec.Encode(m)); err != nil {
		k.output.logf("reply to %s: %v", r.Header.MsgType, err)
	}
}

func (k *Kernel) status(r *request, state string) {
	k.publish(r.RawHeader, "status", map[string]any{"execution_state": state})
}

// signals lets SIGINT stop the running cell and SIGTERM the kernel.
func (k *Kernel) signals() {
	ch := make(chan os.Signal, 4)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM)
	for s := range ch {
		if s == os.Interrupt {
			k.interrupt()
		} else {
			k.stop()
		}
	}
}

// interrupt stops the cell, and then what waits for input, whose error is no longer asked for.
func (k *Kernel) interrupt() {
	if c := k.cells.current(); c != nil {
		c.interrupted.Store(true)
	}
	k.lang.Interrupt()
	k.input.interrupt()
}

// stop ends Run.
func (k *Kernel) stop() { k.stopping.Do(func() { close(k.stopped) }) }

// watchParent calls stop when the server that started the kernel is gone.
func watchParent(stop func()) {
	if os.Getenv("JPY_PARENT_PID") == "" {
		return
	}
	parent := os.Getppid()
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	stop()
}
