package main

import "fmt"

func a() (x int) {
	defer func() { x *= 2 }()
	x = 5
	return x + 1
}
func b() (s string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("caught %v", r)
			s = "rec"
		}
	}()
	var m map[string]int
	m["a"] = 1
	return "no", nil
}
func c() (n int) {
	for i := 0; i < 3; i++ {
		defer func(k int) { n = n*10 + k + i }(i * 2)
	}
	return 0
}
func d() {
	defer fmt.Println("d1")
	defer func() {
		defer func() { fmt.Println("inner", recover()) }()
		panic("second")
	}()
	defer func() { fmt.Println("rec", recover()) }()
	panic("first")
}
func e() (r any) {
	defer func() { r = recover() }()
	defer func() { panic(fmt.Sprint("replaced ", recover())) }()
	panic(1)
}
func nested() (out string) {
	defer func() {
		if r := recover(); r != nil {
			out = fmt.Sprint("outer ", r)
		}
	}()
	func() {
		defer func() {
			if r := recover(); r != nil {
				panic(fmt.Sprint("re-", r))
			}
		}()
		panic("p")
	}()
	return "unreached"
}
func helper() any { return recover() }
func notDirect() (res any) {
	defer func() { res = recover() }()
	defer func() {
		func() { fmt.Println("nested recover", recover()) }()
	}()
	panic("x")
}
func direct() (res string) {
	defer func() {
		if r := recover(); r != nil {
			res = "late"
		} else {
			res = "gone"
		}
	}()
	defer helper()
	panic("y")
}

type cl struct{ name string }

func (c cl) Close()   { fmt.Println("close", c.name) }
func (c *cl) PClose() { fmt.Println("pclose", c.name) }
func f() {
	x := cl{"one"}
	defer x.Close()
	defer x.PClose()
	x.name = "two"
	var fn func()
	defer func() { fmt.Println("nilcall", recover() != nil) }()
	defer fn()
}
func loop() {
	for i := range 3 {
		defer func() { fmt.Print(i, " ") }()
	}
}
func main() {
	fmt.Println(a())
	fmt.Println(b())
	fmt.Println(c())
	d()
	fmt.Println(e())
	fmt.Println(nested())
	fmt.Println(notDirect())
	fmt.Println(direct())
	f()
	loop()
	fmt.Println()
}
