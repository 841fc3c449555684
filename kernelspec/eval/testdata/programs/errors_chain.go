// errors.Is, As, Join, Unwrap with own errors, sentinels and several causes.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

type NotFound struct{ Name string }

func (e *NotFound) Error() string { return e.Name + " not found" }

type Code int

func (c Code) Error() string        { return fmt.Sprintf("code %d", int(c)) }
func (c Code) Is(target error) bool { return target == ErrAny || target == Code(int(c)/100) }

type Op struct {
	Name string
	Err  error
}

func (o Op) Error() string { return o.Name + ": " + o.Err.Error() }
func (o Op) Unwrap() error { return o.Err }

type Multi []error

func (m Multi) Error() string   { return fmt.Sprint(len(m), " errors") }
func (m Multi) Unwrap() []error { return m }

type temporary interface{ Temporary() bool }
type netErr struct{ error }

func (netErr) Temporary() bool { return true }

var ErrAny = errors.New("any")

func find(n string) error { return fmt.Errorf("find: %w", Op{"lookup", &NotFound{n}}) }

func main() {
	err := find("x")
	fmt.Println(err)
	var nf *NotFound
	var op Op
	fmt.Println(errors.As(err, &nf), nf.Name, errors.As(err, &op), op.Name)
	fmt.Println(errors.Is(Code(404), ErrAny), errors.Is(Code(404), Code(4)), errors.Is(Code(404), Code(5)))
	j := errors.Join(err, nil, io.EOF, Code(1))
	fmt.Println(strings.ReplaceAll(j.Error(), "\n", "|"))
	var c Code
	fmt.Println(errors.Is(j, io.EOF), errors.As(j, &c), int(c))
	m := Multi{io.ErrUnexpectedEOF, Op{"m", ErrAny}}
	fmt.Println(errors.Is(m, ErrAny), errors.Is(m, io.EOF), errors.Unwrap(m) == nil)
	w := fmt.Errorf("two: %w, %w", ErrAny, netErr{io.EOF})
	var t temporary
	fmt.Println(w, errors.Is(w, io.EOF), errors.As(w, &t) && t.Temporary())
	fmt.Println(errors.Unwrap(op) == error(nf), errors.Unwrap(ErrAny), errors.Join(nil, nil) == nil)
	_, err = os.Open("/does/not/exist")
	var pe *fs.PathError
	fmt.Println(errors.Is(err, fs.ErrNotExist), errors.As(err, &pe), pe.Op, pe.Path)
	if e, ok := errors.AsType[*NotFound](find("y")); ok {
		fmt.Println(e.Name)
	}
	_, err = strconv.Atoi("12x")
	var ne *strconv.NumError
	fmt.Println(errors.As(err, &ne), ne.Func, ne.Err == strconv.ErrSyntax)
}
