package zmtp

import (
	"errors"
	"net"
	"sync"
	"time"
)

// listener accepts connections and introduces each in a goroutine of its own, so
// that a peer that never speaks holds nobody up.
type listener struct {
	net.Listener
	socketType string
	mu         sync.Mutex
	conns      map[*Conn]bool
	closed     bool
}

func listen(network, address, socketType string, serve func(*Conn)) (*listener, error) {
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	lis := &listener{Listener: l, socketType: socketType, conns: map[*Conn]bool{}}
	go lis.accept(serve)
	return lis, nil
}

func (l *listener) accept(serve func(*Conn)) {
	for {
		conn, err := l.Listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(10 * time.Millisecond) // out of file descriptors: wait for some
			continue
		}
		go l.introduce(conn, serve)
	}
}

func (l *listener) introduce(conn net.Conn, serve func(*Conn)) {
	defer conn.Close()
	c, err := NewConn(conn, l.socketType, nil)
	if err != nil || !l.add(c) {
		return
	}
	defer l.remove(c)
	serve(c)
}

func (l *listener) add(c *Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.conns[c] = true
	}
	return !l.closed
}

func (l *listener) remove(c *Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

// Close ends the listener and its connections.
func (l *listener) Close() error {
	err := l.Listener.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for c := range l.conns {
		c.Close()
	}
	return err
}
