package code

import (
	"fmt"
	"go/token"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"axn/kernelspec/compiled"
	"axn/kernelspec/eval/rtype"
)

// Functions of cells have no code of their own, so runtime.Callers would see the
// evaluator. For cells it is replaced, with all that speaks of program counters: these
// are numbers that are no addresses, one for each place that was asked for.

// firstPC is the first of these numbers, and stepPC how far they lie apart: a program
// may take one less, to mean the call itself.
const (
	firstPC = uintptr(0x0ce1_0000_0000_0000)
	stepPC  = 16
)

// counters are the places whose number was asked for.
var counters struct {
	sync.Mutex
	list  []Place
	known map[Place]uintptr
	funcs map[*Func]*funcInfo
	infos map[*runtime.Func]*funcInfo
}

func init() {
	compiled.Extend("runtime", map[string]any{
		"Caller": runtimeCaller, "Callers": runtimeCallers, "CallersFrames": callersFrames, "FuncForPC": funcForPC, "Stack": runtimeStack,
		"(*Func).Name": funcName, "(*Func).Entry": funcEntry, "(*Func).FileLine": funcFileLine,
	})
	compiled.Extend("runtime/debug", map[string]any{"Stack": debugStack, "PrintStack": func() { out(os.Stderr).Write(debugStack()) }})
	compiled.Extend("reflect", map[string]any{"ChanOf": rtype.ChanOf, "(Value).Pointer": valuePointer})
}

// counterOf returns the number of a place.
func counterOf(p Place) uintptr {
	if p.fn == nil {
		return p.pc
	}
	c := &counters
	c.Lock()
	defer c.Unlock()
	pc, ok := c.known[p]
	if !ok {
		if c.known == nil {
			c.known = map[Place]uintptr{}
		}
		pc = firstPC + uintptr(len(c.list))*stepPC
		c.list, c.known[p] = append(c.list, p), pc
	}
	return pc
}

// placeOf returns the place with a number.
func placeOf(pc uintptr) (Place, bool) {
	c := &counters
	c.Lock()
	defer c.Unlock()
	if i := (pc - firstPC + stepPC/2) / stepPC; pc > firstPC-stepPC/2 && i < uintptr(len(c.list)) {
		return c.list[i], true
	}
	return Place{}, false
}

// funcInfo is what stands for a *runtime.Func.
type funcInfo struct {
	name  string
	entry Place
}

// entry is where a function begins.
func (fn *Func) entry() Place { return Place{Pos: fn.f.Pos(), fn: fn} }

// info returns what stands for the runtime's own description of a function.
func (fn *Func) info() *runtime.Func {
	c := &counters
	c.Lock()
	defer c.Unlock()
	if c.funcs == nil {
		c.funcs, c.infos = map[*Func]*funcInfo{}, map[*runtime.Func]*funcInfo{}
	}
	i := c.funcs[fn]
	if i == nil {
		i = &funcInfo{fn.linkName(), fn.entry()}
		c.funcs[fn] = i
		c.infos[(*runtime.Func)(unsafe.Pointer(i))] = i
	}
	return (*runtime.Func)(unsafe.Pointer(i))
}

func infoOf(f *runtime.Func) *funcInfo {
	counters.Lock()
	defer counters.Unlock()
	return counters.infos[f]
}

// position is where a place lies, after line directives.
func (p Place) position() (file string, line int) {
	if p.fn == nil {
		return "", 0
	}
	at := p.fn.p.ssa.Fset.Position(p.Pos)
	if at.Filename == "" && at.Line > 0 {
		return "??", at.Line
	}
	return at.Filename, at.Line
}

// frame describes a place as the runtime does.
func (p Place) frame() runtime.Frame {
	file, line := p.position()
	return runtime.Frame{PC: counterOf(p), Func: p.fn.info(), Function: p.fn.linkName(), File: file, Line: line, Entry: counterOf(p.fn.entry())}
}

// maxCallers is how many calls runtime.Callers and its like look at.
const maxCallers = 1 << 10

// stack tells which functions of the program are at work, innermost first. Those that
// panicked come behind the deferred function that the panic called, also when it has
// recovered.
func (th *Thread) stack() (list []Place) {
	add := func(p Place) {
		if n := len(list); n == 0 || !p.holds(list[n-1]) {
			list = append(list, p)
		}
	}
	for fr := th.top; fr != nil && len(list) < maxCallers; fr = fr.caller {
		if pos := fr.pos(); pos.IsValid() {
			add(Place{Pos: pos, fn: fr.code.fn})
		}
		if o := fr.owner; o != nil && o.defers != nil && o.defers.thrown != nil {
			add(Place{pc: panicPC()})
			for _, p := range o.defers.thrown.places {
				add(p)
			}
			break
		}
	}
	return list
}

// holds reports whether a place is where the initializer of a cell calls the statements
// of the cell, which another place lies in: both are one function to the cell.
func (p Place) holds(statements Place) bool {
	if p.fn == nil || statements.fn == nil {
		return false
	}
	c, s := p.fn.code.Load(), statements.fn.code.Load()
	return c != nil && c.cell && s != nil && s.group
}

// panicPC is where the runtime panics.
var panicPC = sync.OnceValue(func() (pc uintptr) {
	defer func() {
		recover()
		var pcs [8]uintptr
		for _, at := range pcs[:runtime.Callers(1, pcs[:])] {
			if runtime.FuncForPC(at-1).Name() == "runtime.gopanic" {
				pc = at
			}
		}
	}()
	panic("where?")
})

// runtimeCallers is runtime.Callers.
func runtimeCallers(skip int, pcs []uintptr) int {
	th := currentThread()
	if th == nil {
		return runtime.Callers(skip+1, pcs)
	}
	list := th.stack()
	all := make([]uintptr, 1, len(list)+1)
	all[0] = reflect.ValueOf(runtime.Callers).Pointer() + 1
	for _, p := range list {
		if pc := counterOf(p); pc != 0 {
			all = append(all, pc)
		}
	}
	if th.first {
		all = append(all, outermost[:]...)
	} else {
		all = append(all, outermost[1])
	}
	return copy(pcs, all[min(max(skip, 0), len(all)):])
}

// runtimeCaller is runtime.Caller.
func runtimeCaller(skip int) (pc uintptr, file string, line int, ok bool) {
	if currentThread() == nil {
		return runtime.Caller(skip + 1)
	}
	var pcs [1]uintptr
	if runtimeCallers(skip+1, pcs[:]) == 0 {
		return 0, "", 0, false
	}
	if p, ok := placeOf(pcs[0]); ok {
		file, line = p.position()
	} else {
		f, _ := runtime.CallersFrames(pcs[:]).Next()
		file, line = f.File, f.Line
	}
	return pcs[0], file, line, true
}

// outermost is what calls main in a program: runtime.main, and runtime.goexit, from which on
// other goroutines begin too.
var outermost = func() (pcs [2]uintptr) {
	var all [64]uintptr
	n := runtime.Callers(0, all[:])
	copy(pcs[:], all[n-2:n])
	return pcs
}()

// framesOffset is where runtime.Frames keeps frames that it has found already.
var framesOffset = func() uintptr {
	f, ok := reflect.TypeFor[runtime.Frames]().FieldByName("frames")
	if !ok || f.Type != reflect.TypeFor[[]runtime.Frame]() {
		panic("eval: built for another Go: runtime.Frames keeps its frames elsewhere")
	}
	return f.Offset
}()

// callersFrames is runtime.CallersFrames.
func callersFrames(pcs []uintptr) *runtime.Frames {
	var list []runtime.Frame
	ours := false
	for _, pc := range pcs {
		if p, ok := placeOf(pc); ok {
			list, ours = append(list, p.frame()), true
			continue
		}
		for frames, more := runtime.CallersFrames([]uintptr{pc}), true; more; {
			var f runtime.Frame
			if f, more = frames.Next(); f.PC != 0 {
				list = append(list, f)
			}
		}
	}
	frames := runtime.CallersFrames(pcs)
	if ours {
		frames = runtime.CallersFrames(nil)
		*(*[]runtime.Frame)(unsafe.Add(unsafe.Pointer(frames), framesOffset)) = list
	}
	return frames
}

// funcForPC is runtime.FuncForPC.
func funcForPC(pc uintptr) *runtime.Func {
	if p, ok := placeOf(pc); ok {
		return p.fn.info()
	}
	return runtime.FuncForPC(pc)
}

func funcName(f *runtime.Func) string {
	if i := infoOf(f); i != nil {
		return i.name
	}
	name := f.Name()
	if strings.HasPrefix(name, "axn/kernelspec/eval/code.") { // it stands for another one
		if of, ok := compiled.StandsFor(f.Entry()); ok {
			return of
		}
	}
	return name
}

func funcEntry(f *runtime.Func) uintptr {
	if i := infoOf(f); i != nil {
		return counterOf(i.entry)
	}
	return f.Entry()
}

func funcFileLine(f *runtime.Func, pc uintptr) (string, int) {
	if infoOf(f) == nil {
		return f.FileLine(pc)
	}
	p, _ := placeOf(pc)
	return p.position()
}

// valuePointer is reflect.Value.Pointer: of a function of a cell it is where that begins.
func valuePointer(v reflect.Value) uintptr {
	if v.Kind() == reflect.Func && !v.IsNil() && v.CanInterface() {
		f := v.Interface()
		if cl := closureOf((*iface)(ptr(&f)).data); cl != nil {
			return counterOf(cl.fn.entry())
		}
	}
	return v.Pointer()
}

// trace is the stack of a thread as the runtime prints it; "" if the goroutine is none.
func trace() string {
	th := currentThread()
	if th == nil {
		return ""
	}
	var head [64]byte
	line, _, _ := strings.Cut(string(head[:runtime.Stack(head[:], false)]), "\n")
	var b strings.Builder
	fmt.Fprintln(&b, line)
	for _, p := range th.stack() {
		if p.fn == nil {
			continue
		}
		args := "()"
		if p.fn.f.Signature.Params().Len() > 0 || p.fn.f.Signature.Recv() != nil {
			args = "(...)"
		}
		file, line := p.position()
		fmt.Fprintf(&b, "%s%s\n\t%s:%d +%#x\n", p.fn.linkName(), args, file, line, max(p.Pos-p.fn.f.Pos(), 0))
	}
	return b.String()
}

// runtimeStack is runtime.Stack; of other goroutines it tells what the runtime knows.
func runtimeStack(buf []byte, all bool) int {
	own := trace()
	if own == "" {
		return runtime.Stack(buf, all)
	}
	n := copy(buf, own)
	if all {
		rest := make([]byte, len(buf)-n)
		rest = rest[:runtime.Stack(rest, true)]
		if _, others, ok := strings.Cut(string(rest), "\n\n"); ok {
			n += copy(buf[n:], "\n"+others)
		}
	}
	return n
}

func debugStack() []byte {
	if own := trace(); own != "" {
		return []byte(own)
	}
	return debug.Stack()
}

// callerOutside returns the innermost place that is in none of the functions that a test
// marked as helpers.
func (th *Thread) callerOutside(helper func(*Func) bool) (Place, bool) {
	list := th.stack()
	i := slices.IndexFunc(list, func(p Place) bool { return p.fn != nil && p.Pos != token.NoPos && !helper(p.fn) })
	if i < 0 {
		return Place{}, false
	}
	return list[i], true
}
