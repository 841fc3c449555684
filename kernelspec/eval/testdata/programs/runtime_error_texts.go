package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
)

type E struct{ code int }

func (e *E) Error() string        { return fmt.Sprint("E", e.code) }
func (e *E) Is(target error) bool { t, ok := target.(*E); return ok && t.code == e.code }

type V int

func (v V) Error() string { return fmt.Sprint("V", int(v)) }

type S struct{ a, b int }
type I interface{ M() }
type N struct {
	p   *N
	arr [3]int
}

func try(name string, f func()) {
	defer func() {
		r := recover()
		if e, ok := r.(runtime.Error); ok {
			fmt.Println(name, "runtime:", e)
		} else {
			fmt.Printf("%s %v %T\n", name, r, r)
		}
	}()
	f()
}

func div(a, b int) int { return a / b }
func re() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("wrapped: %v", r)
			defer func() { recover() }()
			panic("again")
		}
	}()
	panic(errors.New("first"))
}
func nested() (s string) {
	defer func() { s += fmt.Sprint(" outer:", recover()) }()
	defer func() {
		defer func() { s += fmt.Sprint(" inner:", recover()) }()
		panic("second")
	}()
	panic("first")
}

func main() {
	var np *N
	var ni I
	var nm map[string]int
	var nf func()
	s := []int{1, 2, 3}
	idx, neg := 5, -1
	var a any = "str"
	try("div", func() { div(1, idx-5) })
	try("index", func() { _ = s[idx] })
	try("neg", func() { _ = s[neg] })
	try("slice", func() { _ = s[idx:] })
	try("slice2", func() { _ = s[2 : 1+neg+1] })
	try("slice3", func() { _ = s[0:2:idx] })
	try("str", func() { _ = "abc"[idx] })
	try("strslice", func() { _ = "abc"[idx:] })
	try("nilptr", func() { _ = np.p })
	try("nilarr", func() { np.arr[1] = 2 })
	try("nilmap", func() { nm["a"] = 1 })
	try("nilfunc", func() { nf() })
	try("niliface", func() { ni.M() })
	try("assert", func() { _ = a.(int) })
	try("assert2", func() { _ = a.(I) })
	try("assert3", func() { _ = any(nil).(string) })
	try("assert4", func() { _ = any(S{}).(*S) })
	try("assert5", func() { _ = any(&S{}).(fmt.Stringer) })
	try("make", func() { _ = make([]int, neg) })
	try("makecap", func() { _ = make([]int, 2, idx-4) })
	try("close", func() { var c chan int; close(c) })
	try("close2", func() { c := make(chan int); close(c); close(c) })
	try("send", func() { c := make(chan int); close(c); c <- 1 })
	try("hash", func() { m := map[any]int{}; m[[]int{}] = 1 })
	try("cmp", func() { var x, y any = []int{1}, []int{1}; fmt.Println(x == y) })
	try("cmpstruct", func() { var x, y any = struct{ f func() }{}, struct{ f func() }{}; fmt.Println(x == y) })
	try("arrptr", func() { _ = [4]int(s) })
	try("err", func() { panic(&E{3}) })
	try("val", func() { panic(V(3)) })
	try("wrapped", func() { panic(fmt.Errorf("x: %w", &E{1})) })
	try("nilpanic", func() { panic(nil) })
	try("struct", func() { panic(S{1, 2}) })
	try("shift", func() { _ = 1 << neg })
	try("goexit", func() {
		done := make(chan bool)
		go func() { defer close(done); defer fmt.Println("exiting"); runtime.Goexit(); fmt.Println("no") }()
		<-done
	})
	fmt.Println(re())
	fmt.Println(nested())
	w := fmt.Errorf("ctx: %w", fmt.Errorf("mid: %w and %w", &E{4}, os.ErrNotExist))
	var e *E
	fmt.Println(errors.Is(w, &E{4}), errors.Is(w, &E{5}), errors.As(w, &e), e, errors.Is(w, os.ErrNotExist))
	j := errors.Join(V(1), nil, V(2))
	fmt.Println(strings.ReplaceAll(j.Error(), "\n", "|"), errors.Is(j, V(2)))
	var v V
	fmt.Println(errors.As(j, &v), v, errors.Unwrap(w))
	_, err := os.Open("/nonexistent/file")
	var pe *os.PathError
	fmt.Println(errors.As(err, &pe), pe.Op, pe.Path, err)
}
