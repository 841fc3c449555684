package code

import (
	"log"
	"reflect"
	"runtime"

	"fmt"

	"golang.org/x/tools/go/ssa"
)

// replaced returns what stands for a compiled function that would end the process, or
// that only compiled code could ask.
func replaced(f *ssa.Function) reflect.Value {
	if r := f.Signature.Recv(); r != nil {
		return replacedMethods[r.Type().String()+"."+f.Name()]
	}
	return replacements[packageOf(f).Path()+"."+f.Name()]
}

// exit ends the cell or goroutine that calls it.
func exit(code int) { panic(ExitCode(code)) }

var replacements = map[string]reflect.Value{
	"os.Exit":      reflect.ValueOf(exit),
	"syscall.Exit": reflect.ValueOf(exit),
	"log.Fatal":    reflect.ValueOf(func(v ...any) { log.Output(2, fmt.Sprint(v...)); exit(1) }),
	"log.Fatalf":   reflect.ValueOf(func(format string, v ...any) { log.Output(2, fmt.Sprintf(format, v...)); exit(1) }),
	"log.Fatalln":  reflect.ValueOf(func(v ...any) { log.Output(2, fmt.Sprintln(v...)); exit(1) }),
	"runtime.Caller": reflect.ValueOf(func(skip int) (pc uintptr, file string, line int, ok bool) {
		if th := currentThread(); th != nil {
			return th.callerAt(skip)
		}
		return runtime.Caller(skip + 1)
	}),
}

var replacedMethods = map[string]reflect.Value{
	"*log.Logger.Fatal":   reflect.ValueOf(func(l *log.Logger, v ...any) { l.Output(2, fmt.Sprint(v...)); exit(1) }),
	"*log.Logger.Fatalf":  reflect.ValueOf(func(l *log.Logger, format string, v ...any) { l.Output(2, fmt.Sprintf(format, v...)); exit(1) }),
	"*log.Logger.Fatalln": reflect.ValueOf(func(l *log.Logger, v ...any) { l.Output(2, fmt.Sprintln(v...)); exit(1) }),
}

// callerAt answers runtime.Caller for a frame of the program.
func (th *Thread) callerAt(skip int) (pc uintptr, file string, line int, ok bool) {
	places := th.places()
	if skip < 0 || skip >= len(places) {
		return 0, "", 0, false
	}
	p := th.task.p.ssa.Fset.Position(places[skip].Pos)
	return uintptr(places[skip].Pos), p.Filename, p.Line, true
}
