// runtime.Caller and its like tell all calls, also what calls main.
package main

//cells:whole

import (
	"fmt"
	"runtime"
)

func show() {
	for i := 0; ; i++ {
		pc, file, line, ok := runtime.Caller(i)
		if !ok {
			break
		}
		fmt.Println(i, runtime.FuncForPC(pc).Name(), file != "", line > 0)
	}
	pcs := make([]uintptr, 20)
	fr := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	for {
		f, more := fr.Next()
		fmt.Print(f.Function, " ", more, "; ")
		if !more {
			break
		}
	}
	fmt.Println()
}
func main() {
	show()
	d := make(chan bool)
	go func() { show(); close(d) }()
	<-d
}
