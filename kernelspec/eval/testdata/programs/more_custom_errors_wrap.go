// Errors with stacks of context, kinds, comparable and not, retries and aggregation.
package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

type Kind uint8

const (
	Other Kind = iota
	NotExist
	Permission
)

func (k Kind) String() string { return [...]string{"other", "not exist", "permission"}[k] }
func (k Kind) Error() string  { return "kind " + k.String() }

type Error struct {
	Op   string
	Kind Kind
	Err  error
	Path []string
}

func (e *Error) Error() string {
	s := e.Op
	if len(e.Path) > 0 {
		s += " " + strings.Join(e.Path, "/")
	}
	if e.Kind != Other {
		s += ": " + e.Kind.String()
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}
func (e *Error) Unwrap() error        { return e.Err }
func (e *Error) Is(target error) bool { k, ok := target.(Kind); return ok && e.Kind == k }

func E(args ...any) error {
	e := &Error{}
	for _, a := range args {
		switch a := a.(type) {
		case string:
			e.Op = a
		case Kind:
			e.Kind = a
		case error:
			e.Err = a
		case []string:
			e.Path = a
		default:
			panic(fmt.Sprintf("bad argument %T", a))
		}
	}
	return e
}

type temporary struct{ left *int }

func (t temporary) Error() string   { return "temporary" }
func (t temporary) Temporary() bool { return true }

func retry(n int, f func() error) (err error) {
	for i := range n {
		if err = f(); err == nil {
			return nil
		}
		var t interface{ Temporary() bool }
		if !errors.As(err, &t) || !t.Temporary() {
			return fmt.Errorf("attempt %d: %w", i+1, err)
		}
	}
	return fmt.Errorf("gave up after %d: %w", n, err)
}

type List []error

func (l List) Error() string   { return fmt.Sprintf("%d errors, first: %v", len(l), l[0]) }
func (l List) Unwrap() []error { return l }
func (l List) OrNil() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

func main() {
	err := E("open", E("read", NotExist, []string{"a", "b"}, io.EOF))
	fmt.Println(err)
	fmt.Println(errors.Is(err, NotExist), errors.Is(err, Permission), errors.Is(err, io.EOF))
	n := 0
	fmt.Println(retry(3, func() error {
		if n++; n < 3 {
			return E("try", temporary{&n})
		}
		return nil
	}), n)
	fmt.Println(retry(2, func() error { return temporary{} }))
	fmt.Println(retry(2, func() error { return E("bad", Permission) }))
	var l List
	fmt.Println(l.OrNil() == nil)
	l = append(l, err, io.ErrClosedPipe)
	e := fmt.Errorf("all: %w", l.OrNil())
	var k *Error
	fmt.Println(e, errors.Is(e, io.ErrClosedPipe), errors.As(e, &k), k.Op)
	defer func() { fmt.Println(recover()) }()
	E(1.5)
}
