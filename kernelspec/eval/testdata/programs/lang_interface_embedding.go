// Interfaces that embed others, overlapping methods, unnamed interfaces and assertion chains.
package main

import (
	"errors"
	"fmt"
	"runtime"
)

type Reader interface{ Read() string }
type Closer interface{ Close() error }
type ReadCloser interface {
	Reader
	Closer
}
type Seeker interface {
	ReadCloser
	Closer
	Seek(int)
}
type file struct {
	data   []string
	pos    int
	closed bool
}

func (f *file) Read() string {
	if f.pos >= len(f.data) {
		return ""
	}
	f.pos++
	return f.data[f.pos-1]
}
func (f *file) Close() error {
	if f.closed {
		return errors.New("already closed")
	}
	f.closed = true
	return nil
}
func (f *file) Seek(n int) { f.pos = n }

type onlyRead struct{ Reader }

func use(r Reader) string {
	s := r.Read()
	if sk, ok := r.(interface{ Seek(int) }); ok {
		sk.Seek(0)
		s += "+" + r.Read()
	}
	if c, ok := r.(Closer); ok {
		if err := c.Close(); err != nil {
			s += " " + err.Error()
		}
	}
	return s
}

func main() {
	f := &file{data: []string{"a", "b"}}
	fmt.Println(use(f), use(onlyRead{f}), use(f))
	var s Seeker = f
	var rc ReadCloser = s
	var r Reader = rc
	back, ok := r.(Seeker)
	fmt.Println(ok, back == s, r == Reader(f), rc.(*file) == f)
	_, ok = onlyRead{f}.Reader.(Closer)
	_, ok2 := any(onlyRead{f}).(Closer)
	fmt.Println(ok, ok2)
	var m map[any]string = map[any]string{f: "pointer", onlyRead{f}: "struct"}
	fmt.Println(m[Reader(f)], m[onlyRead{r}])
	defer func() {
		err := recover().(error)
		var te *runtime.TypeAssertionError
		fmt.Println(err, errors.As(err, &te))
	}()
	fmt.Println(any(onlyRead{f}).(Seeker))
}
