// Package frontend is a Jupyter front end without a face: it starts a kernel as
// Jupyter does, talks to it over its sockets, and runs notebooks.
package frontend

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"axn/kernelspec/message"
	"axn/kernelspec/zmtp"
)

// startTime is how long a kernel may take to open its sockets.
const startTime = 30 * time.Second

// Kernel is a kernel process with open connections.
type Kernel struct {
	Process    *os.Process
	Connection *message.Connection
	Exited     <-chan struct{} // closed when the process has ended

	state   *os.ProcessState // how it ended
	dir     string           // holds the connection file
	session string
	codec   *message.Codec

	shell, control, stdin, iopub *channel

	first   sync.Once
	welcome chan struct{} // closed at the first message on iopub
	cut     chan struct{} // closed when nothing more can come from there

	readers sync.WaitGroup // of the four connections
	silent  chan struct{}  // closed when the process has ended and all it sent has been read

	mu      sync.Mutex
	replies map[string]chan *message.Message // by id of the request
	outputs map[string]chan *message.Message // iopub, by id of the request
	taps    []chan *message.Message          // iopub, everything

	// Input answers input requests; nil: input is not allowed.
	Input func(prompt string) string
}

// channel is one connection, written by one goroutine at a time.
type channel struct {
	mu   sync.Mutex
	conn *zmtp.Conn
}

func (c *channel) write(frames [][]byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn.Write(frames)
}

// Options say how a kernel is started.
type Options struct {
	Dir    string    // working directory
	Env    []string  // added to the environment
	Stderr io.Writer // takes what the process itself writes; nil: nothing does
}

// A kernel that ended before it could be used, and one of whose sockets somebody else answered.
var (
	errEnded  = errors.New("the kernel ended at its start")
	errOthers = errors.New("the kernel's port for outputs belongs to somebody else")
)

// Start starts the kernel program argv, with the connection file as last argument,
// and waits until all its sockets are open. Ports that were free may be taken by others
// until the kernel opens them; then it is started with other ports, twice at most.
func Start(argv []string, o Options) (k *Kernel, err error) {
	for range 3 {
		if k, err = start(argv, o); !errors.Is(err, errEnded) && !errors.Is(err, errOthers) {
			break
		}
	}
	return k, err
}

func start(argv []string, o Options) (*Kernel, error) {
	conn, err := message.NewConnection()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "axn-frontend-")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "connection.json")
	if err := conn.Save(file); err != nil {
		return nil, err
	}
	cmd := exec.Command(argv[0], append(argv[1:], file)...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = o.Dir, append(os.Environ(), o.Env...), o.Stderr, o.Stderr
	if err := cmd.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("start the kernel: %w", err)
	}
	exited := make(chan struct{})
	k := &Kernel{
		Process: cmd.Process, Connection: conn, Exited: exited, dir: dir,
		session: rand.Text(), codec: message.NewCodec(conn.Key),
		welcome: make(chan struct{}), cut: make(chan struct{}), silent: make(chan struct{}), replies: map[string]chan *message.Message{}, outputs: map[string]chan *message.Message{},
	}
	go func() { cmd.Wait(); k.state = cmd.ProcessState; close(exited) }()
	if err := k.connect(); err != nil {
		k.Close()
		return nil, err
	}
	return k, nil
}

// connect opens the connections, iopub first, and waits until the kernel knows of
// the subscription, so that no output is missed.
func (k *Kernel) connect() error {
	for _, c := range []struct {
		channel **channel
		port    int
		kind    string
		receive func(*message.Message)
	}{
		{&k.iopub, k.Connection.IOPubPort, "SUB", k.receiveOutput},
		{&k.stdin, k.Connection.StdinPort, "DEALER", k.receiveInput},
		{&k.control, k.Connection.ControlPort, "DEALER", k.receiveReply},
		{&k.shell, k.Connection.ShellPort, "DEALER", k.receiveReply},
	} {
		conn, err := k.dial(c.port, c.kind)
		if err != nil {
			return err
		}
		*c.channel = &channel{conn: conn}
		k.readers.Go(func() {
			k.read(conn, c.receive)
			if c.channel == &k.iopub {
				close(k.cut)
			}
		})
	}
	go func() {
		<-k.Exited
		k.readers.Wait()
		close(k.silent)
	}()
	return k.subscribed()
}

// subscribed waits until the kernel knows that we listen to its output. A kernel
// that does not say so is asked for something until output comes.
func (k *Kernel) subscribed() error {
	for start := time.Now(); time.Since(start) < startTime; {
		select {
		case <-k.welcome:
			return nil
		case <-k.Exited:
			return fmt.Errorf("%w: %v", errEnded, k.state)
		case <-k.cut: // also when the kernel ends, of which the exit code says more
			select {
			case <-k.Exited:
				return fmt.Errorf("%w: %v", errEnded, k.state)
			case <-time.After(time.Second):
				return errOthers
			}
		case <-time.After(200 * time.Millisecond):
			p, err := k.Send(Shell, "kernel_info_request", map[string]any{})
			if err != nil {
				return err
			}
			defer p.Forget()
		}
	}
	return errors.New("the kernel publishes nothing")
}

// dial connects to a port of the kernel, waiting for the kernel to open it.
func (k *Kernel) dial(port int, kind string) (*zmtp.Conn, error) {
	network, address := k.Connection.Address(port)
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		conn, err := zmtp.Dial(network, address, kind, []byte(k.session))
		if err == nil {
			return conn, nil
		}
		select {
		case <-k.Exited:
			return nil, fmt.Errorf("%w: %v", errEnded, k.state)
		default:
		}
		if time.Since(start) > startTime {
			return nil, fmt.Errorf("the kernel does not open its sockets: %w", err)
		}
	}
}

// read passes on what comes until the connection ends, or brings what another kernel has signed.
func (k *Kernel) read(conn *zmtp.Conn, receive func(*message.Message)) {
	for {
		frames, err := conn.Read()
		if err != nil {
			return
		}
		m, err := k.codec.Decode(frames)
		if errors.Is(err, message.ErrSignature) {
			return
		}
		if err == nil {
			receive(m)
		}
	}
}

// ParentID returns the id of the request that a message belongs to.
func ParentID(m *message.Message) string {
	var h message.Header
	json.Unmarshal(m.Parent, &h)
	return h.MsgID
}

func (k *Kernel) receiveReply(m *message.Message) {
	k.mu.Lock()
	ch := k.replies[ParentID(m)]
	k.mu.Unlock()
	if ch != nil {
		ch <- m
	}
}

func (k *Kernel) receiveOutput(m *message.Message) {
	k.first.Do(func() { close(k.welcome) })
	k.mu.Lock()
	ch, taps := k.outputs[ParentID(m)], k.taps
	k.mu.Unlock()
	if ch != nil {
		ch <- m
	}
	for _, tap := range taps {
		tap <- m
	}
}

// Tap returns a channel that gets every message of iopub from now on. It must be
// read, or be large enough.
func (k *Kernel) Tap(size int) <-chan *message.Message {
	ch := make(chan *message.Message, size)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.taps = append(k.taps, ch)
	return ch
}

func (k *Kernel) receiveInput(m *message.Message) {
	if m.Header.MsgType != "input_request" || k.Input == nil {
		return
	}
	var c struct{ Prompt string }
	json.Unmarshal(m.Content, &c)
	reply, err := message.New(k.session, "input_reply", m.RawHeader, map[string]any{"status": "ok", "value": k.Input(c.Prompt)})
	if err == nil {
		k.stdin.write(k.codec.Encode(reply))
	}
}

// Channel names a socket for requests.
type Channel int

// Sockets for requests.
const (
	Shell Channel = iota
	Control
)

func (k *Kernel) channel(c Channel) *channel {
	if c == Control {
		return k.control
	}
	return k.shell
}

// Send sends a request and returns it; Pending and its like get the answers.
func (k *Kernel) Send(c Channel, msgType string, content any) (*Pending, error) {
	m, err := message.New(k.session, msgType, nil, content)
	if err != nil {
		return nil, err
	}
	p := &Pending{k: k, ID: m.Header.MsgID, reply: make(chan *message.Message, 4), Output: make(chan *message.Message, 1<<16)}
	k.mu.Lock()
	k.replies[p.ID], k.outputs[p.ID] = p.reply, p.Output
	k.mu.Unlock()
	if err := k.channel(c).write(k.codec.Encode(m)); err != nil {
		p.Forget()
		return nil, err
	}
	return p, nil
}

// SendFrames sends frames as they are, however wrong.
func (k *Kernel) SendFrames(c Channel, frames [][]byte) error { return k.channel(c).write(frames) }

// Frames returns the frames of a request, to be spoilt and sent by SendFrames.
func (k *Kernel) Frames(msgType string, content any) [][]byte {
	m, err := message.New(k.session, msgType, nil, content)
	if err != nil {
		panic(err)
	}
	return k.codec.Encode(m)
}

// Pending is a request that was sent.
type Pending struct {
	ID     string
	Output chan *message.Message // its messages on iopub
	k      *Kernel
	reply  chan *message.Message
}

// Forget lets go of a request whose answers nobody wants any more.
func (p *Pending) Forget() {
	p.k.mu.Lock()
	defer p.k.mu.Unlock()
	delete(p.k.replies, p.ID)
	delete(p.k.outputs, p.ID)
}

// ErrDied says that the kernel process has ended.
var ErrDied = errors.New("the kernel has died")

// Reply waits for the reply.
func (p *Pending) Reply(ctx context.Context) (*message.Message, error) {
	return p.wait(ctx, p.reply)
}

// Next waits for the next message on iopub.
func (p *Pending) Next(ctx context.Context) (*message.Message, error) {
	return p.wait(ctx, p.Output)
}

func (p *Pending) wait(ctx context.Context, ch chan *message.Message) (*message.Message, error) {
	select {
	case m := <-ch:
		return m, nil
	default:
	}
	select {
	case m := <-ch:
		return m, nil
	case <-p.k.silent:
		select {
		case m := <-ch: // the kernel's last word
			return m, nil
		default:
			return nil, ErrDied
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Request sends a request and returns the content of its reply.
func (k *Kernel) Request(ctx context.Context, c Channel, msgType string, content any) (map[string]any, error) {
	p, err := k.Send(c, msgType, content)
	if err != nil {
		return nil, err
	}
	defer p.Forget()
	m, err := p.Reply(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", msgType, err)
	}
	var reply map[string]any
	return reply, json.Unmarshal(m.Content, &reply)
}

// Interrupt stops the running cell by a message on control.
func (k *Kernel) Interrupt(ctx context.Context) error {
	_, err := k.Request(ctx, Control, "interrupt_request", map[string]any{})
	return err
}

// Shutdown asks the kernel to end and waits until it has; after the context is
// done the process is killed.
func (k *Kernel) Shutdown(ctx context.Context) error {
	k.Request(ctx, Control, "shutdown_request", map[string]any{"restart": false})
	var err error
	select {
	case <-k.Exited:
	case <-ctx.Done():
		err = ctx.Err()
	}
	k.Close()
	return err
}

// Close ends the process, if it runs, and the connections.
func (k *Kernel) Close() {
	k.Process.Kill()
	<-k.Exited
	for _, c := range []*channel{k.shell, k.control, k.stdin, k.iopub} {
		if c != nil {
			c.conn.Close()
		}
	}
	os.RemoveAll(k.dir)
}
