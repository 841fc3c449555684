package zmtp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// listening has something listen on a free port, and returns it with its address. Others may
// take the port first: then it tries another one.
func listening[T any](t testing.TB, listen func(address string) (T, error)) (T, string) {
	t.Helper()
	for try := 1; ; try++ {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := l.Addr().String()
		l.Close()
		v, err := listen(address)
		if err == nil {
			return v, address
		}
		if try == 10 {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, c *Conn) string {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(time.Minute))
	frames, err := c.Read()
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.Join(frames, []byte("|")))
}

func dial(t *testing.T, network, address, kind, id string) *Conn {
	t.Helper()
	c, err := Dial(network, address, kind, []byte(id))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestRouter(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "socket-1")
	for _, network := range []string{"tcp", "unix"} {
		var r *Router
		ready := make(chan struct{})
		r, address := listening(t, func(address string) (*Router, error) {
			if network == "unix" {
				address = socket
			}
			return ListenRouter(network, address, func(frames [][]byte) { <-ready; r.Send(frames) })
		})
		if network == "unix" {
			address = socket
		}
		close(ready)
		defer r.Close()
		a, b := dial(t, network, address, "DEALER", "a"), dial(t, network, address, "DEALER", "")
		for _, n := range []int{0, 1, 255, 256, 70_000, 3_000_000} {
			body := bytes.Repeat([]byte("x"), n)
			for _, c := range []*Conn{a, b} {
				if err := c.Write([][]byte{[]byte("head"), body}); err != nil {
					t.Fatal(err)
				}
				if got := read(t, c); got != "head|"+string(body) {
					t.Errorf("%s: %d bytes came back as %d", network, n+5, len(got))
				}
			}
		}
		again := dial(t, network, address, "DEALER", "a") // takes over the identity
		again.Write([][]byte{[]byte("me")})
		if got := read(t, again); got != "me" {
			t.Errorf("after reconnecting: %q", got)
		}
		if err := r.Send([][]byte{[]byte("nobody"), {}}); err == nil {
			t.Error("a message to nobody is sent")
		}
	}
}

// welcome is what a subscriber gets first.
func welcome(topic []byte) [][]byte { return [][]byte{topic, []byte("welcome")} }

func TestXPub(t *testing.T) {
	p, address := listening(t, func(address string) (*XPub, error) { return ListenXPub("tcp", address, welcome) })
	defer p.Close()
	all, some := dial(t, "tcp", address, "SUB", ""), dial(t, "tcp", address, "XSUB", "")
	if err := some.Write([][]byte{append([]byte{subscribe}, "ab"...)}); err != nil {
		t.Fatal(err)
	}
	if got := read(t, all); got != "|welcome" {
		t.Errorf("welcome is %q", got)
	}
	if got := read(t, some); got != "ab|welcome" {
		t.Errorf("welcome is %q", got)
	}
	p.Send([][]byte{[]byte("xyz"), []byte("1")})
	p.Send([][]byte{[]byte("abc"), []byte("2")})
	p.Flush(time.Second)
	for _, want := range []string{"xyz|1", "abc|2"} {
		if got := read(t, all); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := read(t, some); got != "abc|2" {
		t.Errorf("got %q", got)
	}
	some.Write([][]byte{append([]byte{unsubscribe}, "ab"...)})
	if err := some.Write([][]byte{append([]byte{subscribe}, "cd"...)}); err != nil {
		t.Fatal(err)
	}
	if got := read(t, some); got != "cd|welcome" { // and what was sent before is known
		t.Errorf("welcome is %q", got)
	}
	p.Send([][]byte{[]byte("abc"), []byte("3")})
	p.Send([][]byte{[]byte("cde"), []byte("4")})
	if got := read(t, some); got != "cde|4" {
		t.Errorf("got %q after unsubscribing", got)
	}
}

// A slow subscriber loses nothing.
func TestXPubLosesNothing(t *testing.T) {
	p, address := listening(t, func(address string) (*XPub, error) { return ListenXPub("tcp", address, welcome) })
	defer p.Close()
	c := dial(t, "tcp", address, "SUB", "")
	if got := read(t, c); got != "|welcome" {
		t.Fatalf("welcome is %q", got)
	}
	c.SetReadDeadline(time.Time{})
	const n = 200
	body := bytes.Repeat([]byte("y"), 400_000) // 80 MB in all, more than may wait
	go func() {
		for i := range n {
			p.Send([][]byte{fmt.Appendf(nil, "%d", i), body})
		}
	}()
	for i := range n {
		if i < 3 {
			time.Sleep(20 * time.Millisecond)
		}
		frames, err := c.Read()
		if err != nil || string(frames[0]) != fmt.Sprint(i) || len(frames[1]) != len(body) {
			t.Fatalf("message %d: %q, %v", i, frames[0], err)
		}
	}
}

// Another implementation of the protocol understands ours.
func TestInterop(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	closeEcho, address := listening(t, func(address string) (func() error, error) { return ListenEcho("tcp", address) })
	defer closeEcho()
	req := zmq4.NewReq(ctx)
	defer req.Close()
	if err := req.Dial("tcp://" + address); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"ping", string(bytes.Repeat([]byte("z"), 5000))} {
		if err := req.Send(zmq4.NewMsgString(text)); err != nil {
			t.Fatal(err)
		}
		if m, err := req.Recv(); err != nil || string(m.Bytes()) != text {
			t.Errorf("echo of %d bytes: %d, %v", len(text), len(m.Bytes()), err)
		}
	}
	p, pubAddress := listening(t, func(address string) (*XPub, error) {
		return ListenXPub("tcp", address, func(topic []byte) [][]byte { return [][]byte{[]byte("hello")} })
	})
	defer p.Close()
	sub := zmq4.NewSub(ctx)
	defer sub.Close()
	if err := sub.Dial("tcp://" + pubAddress); err != nil {
		t.Fatal(err)
	}
	if err := sub.SetOption(zmq4.OptionSubscribe, ""); err != nil {
		t.Fatal(err)
	}
	if m, err := sub.Recv(); err != nil || string(m.Bytes()) != "hello" {
		t.Errorf("welcome is %q, %v", m.Bytes(), err)
	}
}

// Strangers at the door hold nobody up and take no memory.
func TestStrangers(t *testing.T) {
	r, address := listening(t, func(address string) (*Router, error) { return ListenRouter("tcp", address, func([][]byte) {}) })
	defer r.Close()
	for range 20 { // connect and say nothing
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	rubbish, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer rubbish.Close()
	rubbish.Write(bytes.Repeat([]byte("GET / HTTP/1.1\r\n"), 10))
	dial(t, "tcp", address, "DEALER", "a")
}

func TestLimits(t *testing.T) {
	for name, bytes := range map[string][]byte{
		"huge frame":     {flagLong, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"unknown flags":  {0xf0, 1, 0},
		"too many parts": bytes.Repeat([]byte{flagMore, 0}, MaxFrames+1),
	} {
		c := reader(bytes)
		if _, err := c.Read(); !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrProtocol) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// memory is a connection that reads from memory.
type memory struct {
	net.Conn
	io.Reader
	bytes.Buffer
}

func (m *memory) Read(p []byte) (int, error)       { return m.Reader.Read(p) }
func (m *memory) Write(p []byte) (int, error)      { return m.Buffer.Write(p) }
func (m *memory) SetDeadline(time.Time) error      { return nil }
func (m *memory) SetReadDeadline(time.Time) error  { return nil }
func (m *memory) SetWriteDeadline(time.Time) error { return nil }

// greeting is what a DEALER says before its first message.
var greeting = func() []byte {
	m := &memory{Reader: bytes.NewReader(nil)}
	NewConn(m, "DEALER", []byte("id"))
	g := append([]byte(nil), m.Buffer.Bytes()...)
	body := []byte("\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER")
	return append(append(g, flagCommand, byte(len(body))), body...)
}()

// reader returns a connection after the handshake that reads b.
func reader(b []byte) *Conn {
	c, err := NewConn(&memory{Reader: bytes.NewReader(append(append([]byte(nil), greeting...), b...))}, "ROUTER", nil)
	if err != nil {
		panic(err)
	}
	return c
}

// Whatever a peer sends, reading ends with messages and an error.
func FuzzConn(f *testing.F) {
	f.Add(greeting)
	f.Add(append(append([]byte(nil), greeting...), 1, 1, 'a', 0, 1, 'b'))
	f.Add(append(append([]byte(nil), greeting...), flagLong, 0, 0, 0, 0, 0, 0, 1, 0, 'x'))
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 200)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	f.Add(append(append([]byte(nil), greeting...), noise...))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := NewConn(&memory{Reader: bytes.NewReader(b)}, "ROUTER", nil)
		if err != nil {
			return
		}
		total := 0
		for {
			frames, err := c.Read()
			if err != nil {
				return
			}
			for _, f := range frames {
				total += len(f)
			}
			if total > len(b) {
				t.Fatalf("%d bytes became %d", len(b), total)
			}
		}
	})
}
