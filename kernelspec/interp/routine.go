package interp

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/cosmos72/gomacro/base"
	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/gls"
)

// routine is a goroutine that a cell started.
type routine struct {
	job *job
	run *fast.Run
}

// routines are the goroutines of all cells that still run, by the address that
// gomacro uses as goroutine number.
type routines struct {
	mu sync.Mutex
	m  map[uintptr]*routine
}

func (rs *routines) add(goid uintptr, r *routine) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.m[goid] = r
}

func (rs *routines) remove(goid uintptr) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	delete(rs.m, goid)
}

// end is called where the goroutine of run ends. A later goroutine may get the same
// address, and gomacro would take the functions that this one made for functions of
// the later one: they would run with a state that no interrupt reaches.
func (rs *routines) end(run *fast.Run) {
	rs.remove(gls.GoID())
	atomic.StoreUintptr((*uintptr)(unsafe.Add(unsafe.Pointer(run), goidOffset)), 0)
}

// goidOffset is where a fast.Run keeps the address of its goroutine.
var goidOffset = func() uintptr {
	f, ok := reflect.TypeFor[fast.Run]().FieldByName("goid")
	if !ok || f.Type.Kind() != reflect.Uintptr {
		panic("interp: gomacro's Run has no goid")
	}
	return f.Offset
}()

// current returns the routine that runs the caller, nil if it is none.
func (rs *routines) current() *routine {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.m[gls.GoID()]
}

// jobs returns the cells of all goroutines; nil stands for goroutines of no cell.
func (rs *routines) jobs() []*job {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	jobs := map[*job]bool{}
	for _, r := range rs.m {
		jobs[r.job] = true
	}
	return slices.Collect(maps.Keys(jobs))
}

// interrupt signals the goroutines of a cell and poisons them if that is wanted. It
// returns how many there are.
func (rs *routines) interrupt(j *job, poisoned bool) (n int) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if j != nil {
		j.cancel(ErrInterrupted)
	}
	for _, r := range rs.m {
		if r.job != j {
			continue
		}
		n++
		if poisoned {
			poison(r.run)
		}
		interruptRun(r.run)
	}
	return n
}

// Goroutines returns how many goroutines of cells run.
func (in *Interp) Goroutines() int {
	in.routines.mu.Lock()
	defer in.routines.mu.Unlock()
	return len(in.routines.m)
}

// guard wraps the function of a go statement: the goroutine is known while it
// runs, and a panic in it is reported instead of ending the process.
func (in *Interp) guard(fn reflect.Value) reflect.Value {
	j := in.jobOfCaller()
	return reflect.MakeFunc(fn.Type(), func(args []reflect.Value) []reflect.Value {
		r := &routine{job: j, run: in.currentRun()}
		in.routines.add(gls.GoID(), r)
		defer in.routines.end(r.run)
		defer func() {
			if p := recover(); p != nil {
				in.report(r, p)
			}
		}()
		if j != nil && j.ctx.Err() != nil {
			panic(base.SigInterrupt) // its cell was stopped before it began
		}
		if fn.Type().IsVariadic() {
			return fn.CallSlice(args)
		}
		return fn.Call(args)
	})
}

// jobOfCaller returns the cell to which the calling goroutine belongs: the one
// that started it, else the one that runs.
func (in *Interp) jobOfCaller() *job {
	if r := in.routines.current(); r != nil {
		return r.job
	}
	return in.running.Load()
}

// Owner returns the owner of the cell to which the calling goroutine belongs, nil
// if there is none.
func (in *Interp) Owner() any {
	if j := in.jobOfCaller(); j != nil {
		return j.cell.Owner
	}
	return nil
}

// Call calls f, which may call methods that cells declare, such as those by which
// values show themselves. A panic or an interrupt in them is returned.
func (in *Interp) Call(f func()) (failure *Error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		r := &routine{run: in.currentRun()}
		in.routines.add(gls.GoID(), r)
		defer in.routines.end(r.run)
		defer func() {
			if p := recover(); p != nil {
				failure = in.panicError(p, in.frames(r.run.CurrEnv), nil)
				r.run.CurrEnv = nil
			}
		}()
		f()
	}()
	<-done
	return failure
}

// report writes the panic of a goroutine to its cell's standard error.
func (in *Interp) report(r *routine, p any) {
	if err, ok := p.(error); p == base.SigInterrupt || ok && errors.Is(err, ErrInterrupted) {
		return
	}
	e := in.panicError(p, in.frames(r.run.CurrEnv), nil)
	w := io.Discard
	if r.job != nil && r.job.cell.Stderr != nil {
		w = r.job.cell.Stderr
	}
	fmt.Fprintln(w, "\x1b[1;31mpanic in a goroutine\x1b[0m: "+e.Value)
	for _, line := range e.Traceback[1:] {
		fmt.Fprintln(w, line)
	}
}
