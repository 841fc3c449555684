package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
)

type E1 struct{ code int }

func (e *E1) Error() string   { return "e1:" + strconv.Itoa(e.code) }
func (e *E1) Is(t error) bool { return t == io.EOF }

type E2 string

func (e E2) Error() string   { return string(e) }
func (e E2) Unwrap() error   { return inner }
func (e E2) Temporary() bool { return true }

var inner = errors.New("inner")

type multi []error

func (m multi) Error() string   { return fmt.Sprint(len(m), " errors") }
func (m multi) Unwrap() []error { return m }

func may(n int) (err error) {
	var e *E1
	if n > 0 {
		e = &E1{n}
	}
	if e != nil {
		return e
	}
	return nil
}
func typed() error { var e *E1; return e }

func main() {
	fmt.Println(may(0) == nil, may(1), typed() == nil, typed() != nil)
	err := fmt.Errorf("a: %w, b: %w", may(3), E2("e2"))
	var e1 *E1
	var e2 E2
	fmt.Println(errors.As(err, &e1), e1.code, errors.As(err, &e2), e2, errors.Is(err, io.EOF), errors.Is(err, inner), errors.Is(err, fs.ErrNotExist))
	fmt.Println(err, errors.Unwrap(err) == nil)
	m := multi{may(1), E2("q")}
	fmt.Println(errors.Is(m, inner), m)
	var tmp interface{ Temporary() bool }
	fmt.Println(errors.As(fmt.Errorf("x: %w", m), &tmp), tmp.Temporary())
	_, err = os.Open("/nonexistent/file")
	var pe *fs.PathError
	fmt.Println(errors.Is(err, os.ErrNotExist), errors.As(err, &pe), pe.Op, pe.Path, err)
	_, err = strconv.Atoi("x1")
	var ne *strconv.NumError
	fmt.Println(err, errors.As(err, &ne), ne.Func, errors.Is(err, strconv.ErrSyntax))
	j := errors.Join(nil, errors.New("1"), nil, errors.New("2"))
	fmt.Printf("%v|%q|%+v\n", j, j, errors.Join(nil) == nil)
	switch e := err.(type) {
	case *strconv.NumError:
		fmt.Println("num", e.Num)
	}
	defer func() {
		r := recover()
		err, ok := r.(error)
		fmt.Println(ok, err)
		var re interface{ RuntimeError() }
		fmt.Println(errors.As(err, &re))
		fmt.Printf("%T\n", r)
	}()
	var arr []int
	_ = arr[len(os.Args)+5]
}
