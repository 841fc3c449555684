// Panics with values of many types, re-panics, runtime.Error, errors in deferred closures.
package main

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

type Code int

func (c Code) Error() string { return fmt.Sprintf("code %d", int(c)) }

type custom struct{ a, b int }

func catch(f func()) (r any) {
	defer func() { r = recover() }()
	f()
	return "no panic"
}

func cleanup(log *[]string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			*log = append(*log, fmt.Sprint("recovered ", r))
			err = fmt.Errorf("cleanup: %v", r)
		}
	}()
	defer func() { *log = append(*log, "second") }()
	defer func() { *log = append(*log, "first") }()
	panic(Code(3))
}

func rethrow() (r any) {
	defer func() { r = recover() }()
	func() {
		defer func() {
			if e, ok := recover().(Code); ok {
				panic(e + 1)
			}
		}()
		panic(Code(1))
	}()
	return
}

func inGoroutine() (r any) {
	c := make(chan any)
	go func() {
		defer func() { c <- recover() }()
		var m map[Code]int
		m[1]++
	}()
	return <-c
}

func loop() (caught int) {
	for i := range 5 {
		func() {
			defer func() {
				if recover() != nil {
					caught++
				}
			}()
			if i%2 == 0 {
				panic(i)
			}
		}()
	}
	return
}

func main() {
	for _, v := range []any{1, "s", 2.5, Code(7), &custom{1, 2}, custom{3, 4}, []int{1}, errors.New("e")} {
		r := catch(func() { panic(v) })
		_, isErr := r.(error)
		fmt.Printf("%T %v %t\n", r, r, isErr)
	}
	fmt.Println(catch(func() {}))
	var log []string
	fmt.Println(cleanup(&log), log)
	fmt.Println(rethrow(), inGoroutine(), loop())
	e := catch(func() { var a []int; a[len(a)] = 1 })
	re, ok := e.(runtime.Error)
	fmt.Println(ok, re, strings.Contains(re.Error(), "index out of range"))
	fmt.Println(catch(func() { x := []any{1, "a"}; fmt.Println(x[1].(int)) }))
	fmt.Println(catch(func() { panic(fmt.Sprintf("%v", custom{5, 6})) }))
}
