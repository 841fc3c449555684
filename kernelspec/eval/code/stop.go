package code

import (
	"go/constant"
	"go/types"
	"reflect"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// A debugger stops goroutines at calls of a function that cells cannot name: the stop
// function. Its first argument names the local variables that can be seen there, the
// others are their addresses; so they lie where a debugger finds them. The call is
// compiled to one operation that asks the debugger; what makes its arguments is never run.

// Stop is a place where a goroutine can stop: it comes before a statement.
type Stop struct {
	Cell         string // name of the cell
	Line, Column int    // from 1
	Minor        bool   // not the first of its line, or the head of a loop: no place for a breakpoint

	locals []local
}

// local is a variable that can be seen at a stop.
type local struct {
	name string
	typ  types.Type
	off  uintptr // of the register with its address
	t    reflect.Type
}

// MinorMark is put before the names at a stop that is minor.
const MinorMark = "*"

// Debugger is asked at stops, and told of panics and of goroutines that are held.
type Debugger interface {
	// Reached is called by a goroutine at a stop. It goes on when Reached returns.
	Reached(th *Thread, at *Stop)
	// Panicked is called by a goroutine that panics, before anything is unwound.
	Panicked(th *Thread, value any)
	// Held is called by a goroutine at a loop or call after Hold. It goes on when Held returns.
	Held(th *Thread)
}

// SetDebugger says who is asked; nil for nobody.
func (p *Program) SetDebugger(d Debugger) {
	if d == nil {
		p.debugger.Store(nil)
		return
	}
	p.debugger.Store(&d)
}

// StopAt says which function is the stop function.
func (p *Program) StopAt(f *types.Func) { p.stopAt = f }

// isStop reports whether a call is one of the stop function.
func (c *compiler) isStop(in *ssa.Call) bool {
	f, ok := in.Call.Value.(*ssa.Function)
	return ok && c.p.stopAt != nil && f.Object() == c.p.stopAt
}

// skipStop notes that what makes the arguments of a stop is not to be run.
func (c *compiler) skipStop(in *ssa.Call) {
	list, ok := in.Call.Args[1].(*ssa.Slice)
	if !ok {
		return // there are none
	}
	array := list.X.(*ssa.Alloc)
	c.fused[list], c.fused[array] = true, true
	for _, use := range *array.Referrers() {
		elem, ok := use.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		c.fused[elem] = true
		for _, use := range *elem.Referrers() {
			store := use.(*ssa.Store)
			c.fused[store], c.fused[store.Val.(*ssa.MakeInterface)] = true, true
		}
	}
}

// stop compiles a call of the stop function.
func (c *compiler) stop(in *ssa.Call) op {
	at, b := c.newStop(in), in.Block().Index
	if c.code.stops == nil {
		c.code.stops = make([][]stopAt, len(c.f.Blocks))
	}
	c.code.stops[b] = append(c.code.stops[b], stopAt{int32(len(c.blocks[b].ops)), at})
	d, p := c.regs[in].off, c.p
	return func(fr *frame) {
		*reg[bool](fr, d) = true
		if ask := p.debugger.Load(); ask != nil && !fr.thread.task.Unstopped && !fr.thread.quiet.Load() {
			(*ask).Reached(fr.thread, at)
			if fr.thread.stop.Load() != 0 {
				fr.thread.stopped()
			}
		}
	}
}

func (c *compiler) newStop(in *ssa.Call) *Stop {
	pos := c.p.ssa.Fset.PositionFor(in.Pos(), false)
	names := constant.StringVal(in.Call.Args[0].(*ssa.Const).Value)
	at := &Stop{Cell: pos.Filename, Line: pos.Line, Column: pos.Column}
	names, at.Minor = strings.CutPrefix(names, MinorMark)
	list, ok := in.Call.Args[1].(*ssa.Slice)
	if !ok {
		return at
	}
	fields := strings.Fields(names)
	for _, use := range *list.X.(*ssa.Alloc).Referrers() {
		elem, ok := use.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		store := (*elem.Referrers())[0].(*ssa.Store)
		address := store.Val.(*ssa.MakeInterface).X
		typ := address.Type().(*types.Pointer).Elem()
		at.locals = append(at.locals, local{fields[elem.Index.(*ssa.Const).Int64()], typ, c.off(address), c.p.types.Of(typ)})
	}
	return at
}

// stopAt is a stop at an operation of a block.
type stopAt struct {
	op   int32
	stop *Stop
}

// inheritStops notes for each block the stop that was passed last before it.
func (c *compiler) inheritStops() {
	if c.code.stops == nil {
		return
	}
	c.code.passed = make([]*Stop, len(c.f.Blocks))
	for i, b := range c.f.Blocks {
		for d := b.Idom(); d != nil; d = d.Idom() {
			if list := c.code.stops[d.Index]; len(list) > 0 {
				c.code.passed[i] = list[len(list)-1].stop
				break
			}
		}
	}
}

// stop returns the stop that a frame passed last, nil if its function has none.
func (fr *frame) stop() *Stop {
	if fr.b == nil || fr.code.stops == nil {
		return nil
	}
	last := fr.code.passed[fr.b.n]
	for _, s := range fr.code.stops[fr.b.n] {
		if s.op <= fr.i {
			last = s.stop
		}
	}
	return last
}

// Call is a call of a function of the program that a goroutine is in. It can be looked at
// while the goroutine stands still.
type Call struct {
	Place
	fr   *frame
	stop *Stop
}

// Calls returns the calls that a goroutine is in, innermost first.
//
//go:norace
func (th *Thread) Calls() []Call { return calls(th.top) }

//go:norace
func calls(fr *frame) (list []Call) {
	grouped := false // the frame of the cell that called statements of its own says no more
	for ; fr != nil && len(list) < mostCalls; fr = fr.caller {
		pos := fr.pos()
		if !pos.IsValid() || grouped {
			grouped = false
			continue
		}
		grouped = fr.code.group
		list = append(list, Call{Place{Pos: pos, fn: fr.code.fn}, fr, fr.stop()})
	}
	for i := range list {
		list[i].Func = list[i].fn.name()
	}
	return list
}

// mostCalls is how many calls are told.
const mostCalls = 1000

// Stops reports whether the function of a call was compiled with stops.
func (c Call) Stops() bool { return c.stop != nil }

// At returns the stop that the call passed last, nil if its function has none.
func (c Call) At() *Stop { return c.stop }

// Local is a local variable of a call.
type Local struct {
	Name  string
	Type  types.Type
	Value reflect.Value // addressable; invalid if it does not live yet
}

// Locals returns the variables that can be seen at the last stop of a call.
func (c Call) Locals() (list []Local) {
	if c.stop == nil {
		return nil
	}
	for _, l := range c.stop.locals {
		v := Local{Name: l.name, Type: l.typ}
		if p := *reg[ptr](c.fr, l.off); p != nil {
			v.Value = reflect.NewAt(l.t, p).Elem()
		}
		list = append(list, v)
	}
	return list
}

// Depth tells in how many calls a goroutine is, and names the innermost one. The
// statements of a cell count as the cell, bodies of a range over a function as the function
// that they lie in, and deferred calls as the one that deferred them.
func (th *Thread) Depth() (depth int, call any) {
	if th.top == nil {
		return 0, nil
	}
	fr := th.top.home()
	for f := fr; f != nil; f = f.caller {
		depth++
	}
	return depth, fr
}

// home is the call in whose place a frame counts.
func (fr *frame) home() *frame {
	for {
		f := fr.code.fn.f
		switch {
		case fr.caller == nil:
			return fr
		case fr.code.group:
			fr = fr.caller
		case fr.owner != nil && !fr.code.wrapper:
			fr = fr.owner
		case strings.HasPrefix(f.Synthetic, "range-over-func"):
			outer := fr.caller
			for outer != nil && outer.code.fn.f != f.Parent() {
				outer = outer.caller
			}
			if outer == nil {
				return fr
			}
			fr = outer
		default:
			return fr
		}
	}
}

// RunBound runs a function literal without parameters on the calling goroutine, with the
// addresses of its free variables by their names.
func (t *Task) RunBound(f *ssa.Function, addresses map[string]ptr) *Failure {
	return t.call(func(th *Thread) {
		c := t.p.fn(f).load()
		fr := c.open(th, nil)
		for i, v := range f.FreeVars {
			*reg[ptr](fr, c.frees[i].off) = addresses[v.Name()]
		}
		fr.enter()
		fr.close()
	})
}

// Task returns the task that a goroutine runs for.
func (th *Thread) Task() *Task { return th.task }

// First reports whether a goroutine is the one that runs the cell.
func (th *Thread) First() bool {
	th.task.mu.Lock()
	defer th.task.mu.Unlock()
	return th.task.first == th
}

// Threads returns the goroutines of a task.
func (t *Task) Threads() (list []*Thread) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for th := range t.threads {
		list = append(list, th)
	}
	return list
}

// Done is closed when the task is stopped.
func (t *Task) Done() <-chan struct{} { return t.done }
