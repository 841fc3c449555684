// Recover stops a panic only in a deferred function; panics may be replaced and raised again.
package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
)

type myErr struct{ code int }

func (e *myErr) Error() string { return fmt.Sprint("code ", e.code) }

func safe(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			err = r
		default:
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	f()
	return nil
}

func again() (s string) {
	defer func() { s += fmt.Sprint("outer ", recover()) }()
	defer func() {
		r := recover()
		panic(fmt.Sprint("second after ", r))
	}()
	panic("first")
}

func notDirect() (r any) {
	defer func() { r = recover() }()
	defer func() {
		func() { recover() }()
	}()
	panic("still there")
}

func helper() any { return recover() }

func deep(n int) {
	if n == 0 {
		panic(&myErr{7})
	}
	defer func() { depth++ }()
	deep(n - 1)
}

var depth int

func main() {
	fmt.Println(safe(func() {}), safe(func() { panic("text") }), safe(func() { panic(42) }))
	err := safe(func() { deep(5) })
	var me *myErr
	fmt.Println(err, errors.As(err, &me), me.code, depth)
	fmt.Println(again())
	fmt.Println(notDirect())
	fmt.Println(recover(), helper())
	func() {
		defer func() { fmt.Println("value", recover()) }()
		defer panic("deferred panic")
	}()
	err = safe(func() { panic(nil) })
	var pn *runtime.PanicNilError
	fmt.Println(errors.As(err, &pn), err)
	fmt.Println(safe(func() { panic(fmt.Errorf("wrap: %w", io.EOF)) }), "done")
}
