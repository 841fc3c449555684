// Package zmtp speaks ZMTP 3.0, the protocol of ZeroMQ sockets, with the NULL
// mechanism: as much of it as a Jupyter kernel and its front ends need.
//
// A Conn carries messages of several frames over one connection. Router, XPub
// and Echo are the bound sockets of a kernel; a front end uses Dial.
//
// The peer is not trusted: a handshake that does not end is dropped, sizes are
// limited, and memory is taken only as bytes arrive.
package zmtp

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Limits of one incoming message.
const (
	MaxFrames  = 1024
	MaxMessage = 256 << 20 // bytes over all frames
)

// handshakeTime is how long a peer may take to introduce itself.
const handshakeTime = 10 * time.Second

// Flags of a frame.
const (
	flagMore    = 1
	flagLong    = 2
	flagCommand = 4
)

// ErrProtocol says that the peer does not speak ZMTP 3 as expected.
var ErrProtocol = errors.New("zmtp: protocol error")

// ErrTooLarge says that a message breaks the limits.
var ErrTooLarge = errors.New("zmtp: message too large")

// Conn is a connection after the handshake. Read and Write may run at the same
// time, but neither of them twice at once.
type Conn struct {
	conn         net.Conn
	r            *bufio.Reader
	w            *bufio.Writer
	PeerType     string // socket type the peer names, such as "DEALER"
	PeerIdentity []byte // identity the peer names, may be empty
}

// NewConn introduces itself as a socket of the given type and identity and reads
// the peer's introduction.
func NewConn(conn net.Conn, socketType string, identity []byte) (*Conn, error) {
	c := &Conn{conn: conn, r: bufio.NewReaderSize(conn, 64<<10), w: bufio.NewWriterSize(conn, 64<<10)}
	conn.SetDeadline(time.Now().Add(handshakeTime))
	defer conn.SetDeadline(time.Time{})
	if err := c.greet(); err != nil {
		return nil, err
	}
	if err := c.ready(socketType, identity); err != nil {
		return nil, err
	}
	return c, nil
}

// greet exchanges the 64 bytes of version and mechanism.
func (c *Conn) greet() error {
	var ours, theirs [64]byte
	ours[0], ours[9], ours[10] = 0xff, 0x7f, 3
	copy(ours[12:], "NULL")
	if _, err := c.conn.Write(ours[:]); err != nil {
		return err
	}
	if _, err := io.ReadFull(c.r, theirs[:]); err != nil {
		return err
	}
	if theirs[0] != 0xff || theirs[9]&1 == 0 || theirs[10] < 3 {
		return fmt.Errorf("%w: not a ZMTP 3 greeting", ErrProtocol)
	}
	if mechanism := string(bytes.TrimRight(theirs[12:32], "\x00")); mechanism != "NULL" {
		return fmt.Errorf("%w: mechanism %q", ErrProtocol, mechanism)
	}
	return nil
}

// ready exchanges the READY commands, which carry socket type and identity.
func (c *Conn) ready(socketType string, identity []byte) error {
	body := []byte("\x05READY")
	for _, p := range []struct {
		name  string
		value []byte
	}{{"Socket-Type", []byte(socketType)}, {"Identity", identity}} {
		body = append(append(body, byte(len(p.name))), p.name...)
		body = append(binary.BigEndian.AppendUint32(body, uint32(len(p.value))), p.value...)
	}
	if err := c.writeFrame(flagCommand, body); err != nil {
		return err
	}
	if err := c.w.Flush(); err != nil {
		return err
	}
	flags, theirs, err := c.readFrame(64 << 10)
	if err != nil {
		return err
	}
	rest, isReady := bytes.CutPrefix(theirs, []byte("\x05READY"))
	if flags&flagCommand == 0 || !isReady {
		return fmt.Errorf("%w: expected READY", ErrProtocol)
	}
	return c.metadata(rest)
}

// metadata reads the name-value pairs of a READY command.
func (c *Conn) metadata(b []byte) error {
	for len(b) > 0 {
		n := 1 + int(b[0])
		if len(b) < n+4 {
			return fmt.Errorf("%w: metadata cut short", ErrProtocol)
		}
		name, size := string(b[1:n]), binary.BigEndian.Uint32(b[n:])
		b = b[n+4:]
		if uint64(size) > uint64(len(b)) {
			return fmt.Errorf("%w: metadata cut short", ErrProtocol)
		}
		switch value := b[:size]; name {
		case "Socket-Type":
			c.PeerType = string(value)
		case "Identity":
			c.PeerIdentity = bytes.Clone(value)
		}
		b = b[size:]
	}
	return nil
}

// Read returns the frames of the next message. Commands are answered or skipped.
func (c *Conn) Read() ([][]byte, error) {
	var frames [][]byte
	room := MaxMessage
	for {
		flags, body, err := c.readFrame(room)
		if err != nil {
			return nil, err
		}
		if flags&flagCommand != 0 {
			continue // PING of a newer peer: version 3.0 has no answer to it
		}
		frames, room = append(frames, body), room-len(body)
		if flags&flagMore == 0 {
			return frames, nil
		}
		if len(frames) == MaxFrames {
			return nil, fmt.Errorf("%w: more than %d frames", ErrTooLarge, MaxFrames)
		}
	}
}

// readFrame reads one frame of at most limit bytes.
func (c *Conn) readFrame(limit int) (flags byte, body []byte, err error) {
	if flags, err = c.r.ReadByte(); err != nil {
		return 0, nil, err
	}
	if flags&^(flagMore|flagLong|flagCommand) != 0 {
		return 0, nil, fmt.Errorf("%w: flags %#x", ErrProtocol, flags)
	}
	var size [8]byte
	head := size[7:]
	if flags&flagLong != 0 {
		head = size[:]
	}
	if _, err = io.ReadFull(c.r, head); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint64(size[:])
	if n > uint64(limit) {
		return 0, nil, fmt.Errorf("%w: frame of %d bytes", ErrTooLarge, n)
	}
	body, err = c.readBody(int(n))
	return flags, body, err
}

// readBody reads n bytes; a large body grows with the bytes that really come.
func (c *Conn) readBody(n int) ([]byte, error) {
	if n <= 64<<10 {
		body := make([]byte, n)
		_, err := io.ReadFull(c.r, body)
		return body, err
	}
	var b bytes.Buffer
	if _, err := io.CopyN(&b, c.r, int64(n)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Write sends one message and flushes it.
func (c *Conn) Write(frames [][]byte) error {
	for i, body := range frames {
		var flags byte
		if i < len(frames)-1 {
			flags = flagMore
		}
		if err := c.writeFrame(flags, body); err != nil {
			return err
		}
	}
	return c.w.Flush()
}

func (c *Conn) writeFrame(flags byte, body []byte) error {
	head := []byte{flags, byte(len(body))}
	if len(body) > 255 {
		head = binary.BigEndian.AppendUint64([]byte{flags | flagLong}, uint64(len(body)))
	}
	c.w.Write(head)
	_, err := c.w.Write(body)
	return err
}

// SetReadDeadline bounds the time that Read may wait.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.conn.SetReadDeadline(t) }

// SetWriteDeadline bounds the time that Write may wait.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.conn.SetWriteDeadline(t) }

// Close closes the connection.
func (c *Conn) Close() error { return c.conn.Close() }

// Dial connects to a bound socket. It subscribes to everything if socketType is SUB.
func Dial(network, address, socketType string, identity []byte) (*Conn, error) {
	conn, err := net.DialTimeout(network, address, handshakeTime)
	if err != nil {
		return nil, err
	}
	c, err := NewConn(conn, socketType, identity)
	if err == nil && socketType == "SUB" {
		err = c.Write([][]byte{{subscribe}})
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}
