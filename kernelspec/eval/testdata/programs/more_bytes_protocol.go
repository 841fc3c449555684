// A binary protocol: framing, checksums, varints, and a reader that is fed byte by byte.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"testing/iotest"
)

type Kind byte

const (
	Ping Kind = iota + 1
	Data
	Close
)

//go:noinline
func (k Kind) String() string {
	switch k {
	case Ping:
		return "ping"
	case Data:
		return "data"
	}
	return fmt.Sprintf("kind(%d)", byte(k))
}

type Frame struct {
	Kind Kind
	Body []byte
}

var ErrSum = errors.New("bad checksum")

func (f Frame) Append(b []byte) []byte {
	b = append(b, byte(f.Kind))
	b = binary.AppendUvarint(b, uint64(len(f.Body)))
	b = append(b, f.Body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(f.Body))
}

type Decoder struct{ r *bufio.Reader }

func (d *Decoder) Next() (f Frame, err error) {
	k, err := d.r.ReadByte()
	if err != nil {
		return f, err
	}
	n, err := binary.ReadUvarint(d.r)
	if err != nil {
		return f, fmt.Errorf("length: %w", err)
	}
	f = Frame{Kind(k), make([]byte, n)}
	if _, err = io.ReadFull(d.r, f.Body); err != nil {
		return f, fmt.Errorf("body: %w", err)
	}
	var sum uint32
	if err = binary.Read(d.r, binary.BigEndian, &sum); err != nil {
		return f, fmt.Errorf("sum: %w", err)
	}
	if sum != crc32.ChecksumIEEE(f.Body) {
		return f, ErrSum
	}
	return f, nil
}

func (d *Decoder) All() iter.Seq2[Frame, error] {
	return func(yield func(Frame, error) bool) {
		for {
			f, err := d.Next()
			if err == io.EOF || !yield(f, err) || err != nil {
				return
			}
		}
	}
}

func main() {
	var b []byte
	for _, f := range []Frame{{Ping, nil}, {Data, bytes.Repeat([]byte("x"), 300)}, {Close, []byte("bye")}} {
		b = f.Append(b)
	}
	fmt.Println(len(b))
	d := &Decoder{bufio.NewReader(iotest.OneByteReader(bytes.NewReader(b)))}
	for f, err := range d.All() {
		fmt.Println(f.Kind, len(f.Body), err)
	}
	b[len(b)-1] ^= 1
	d = &Decoder{bufio.NewReader(bytes.NewReader(b))}
	for f, err := range d.All() {
		if err != nil {
			fmt.Println(f.Kind, errors.Is(err, ErrSum))
		}
	}
	d = &Decoder{bufio.NewReader(bytes.NewReader(b[:20]))}
	d.Next()
	_, err := d.Next()
	fmt.Println(err, errors.Is(err, io.ErrUnexpectedEOF))
}
