package code

import (
	"go/types"
	"unsafe"

	"axn/kernelspec/eval/rtype"

	"golang.org/x/tools/go/ssa"
)

// makeChan compiles make of a channel.
func (c *compiler) makeChan(in *ssa.MakeChan) op {
	d, t, n := c.off(in), c.typ(in), c.number(in.Size)
	p, r, size := c.p, rtype.Pointer(t), max(int(t.Elem().Size()), 1)
	return func(fr *frame) {
		n := n(fr)
		if n < 0 || n > 1<<47/size {
			panic(plainError("makechan: size out of range"))
		}
		if n > bigBytes/size {
			checkMemory("make", n, size)
		}
		ch := makechan(r, n)
		p.chans.add(ch)
		*reg[ptr](fr, d) = ch
	}
}

// plainError is an error of the runtime whose text has no prefix.
type plainError string

func (e plainError) Error() string { return string(e) }
func (plainError) RuntimeError()   {}

// send compiles a send.
func (c *compiler) send(in *ssa.Send) op {
	ch, x := c.off(in.Chan), c.off(in.X)
	return func(fr *frame) {
		q := *reg[ptr](fr, ch)
		if q == nil || !chansend(q, at(fr, x), true) {
			fr.thread.wait([]runtimeSelect{{dir: selectSend, ch: q, val: at(fr, x)}})
		}
	}
}

// receive compiles a receive.
func (c *compiler) receive(in *ssa.UnOp) op {
	d, x, t := c.off(in), c.off(in.X), c.typ(in.X)
	ok := uintptr(0)
	if in.CommaOk {
		ok = d + c.typ(in).Field(1).Offset
	}
	clear := clearOp(t.Elem(), d)
	return func(fr *frame) {
		q := *reg[ptr](fr, x)
		selected, received := false, false
		if q != nil {
			selected, received = chanrecv(q, true, at(fr, d))
		}
		if !selected {
			_, received = fr.thread.wait([]runtimeSelect{{dir: selectRecv, ch: q, val: at(fr, d)}})
		}
		if !received {
			clear(fr)
		}
		if ok != 0 {
			*reg[bool](fr, ok) = received
		}
	}
}

// wait waits for one of some channel operations, or until the thread is stopped.
func (th *Thread) wait(cases []runtimeSelect) (chosen int, received bool) {
	done := th.task.done
	cases = append(cases, runtimeSelect{dir: selectRecv, ch: *(*ptr)(unsafe.Pointer(&done))})
	th.task.blocked(th, cases)
	chosen, received = rselect(cases)
	th.task.unblocked(th)
	if chosen == len(cases)-1 {
		panic(stopPanic{})
	}
	return chosen, received
}

// sel compiles a select.
func (c *compiler) sel(in *ssa.Select) op {
	d, t := c.off(in), c.typ(in)
	okOff := d + t.Field(1).Offset
	type state struct {
		ch, val uintptr
		dir     uintptr
		clear   op
	}
	var states []state
	k := 2
	for _, s := range in.States {
		st := state{ch: c.off(s.Chan), dir: selectRecv}
		if s.Dir == types.SendOnly {
			st.dir, st.val = selectSend, c.off(s.Send)
		} else {
			st.val = d + t.Field(k).Offset
			st.clear = clearOp(t.Field(k).Type, st.val)
			k++
		}
		states = append(states, st)
	}
	return func(fr *frame) {
		cases := make([]runtimeSelect, len(states), len(states)+1)
		for i, s := range states {
			if s.clear != nil {
				s.clear(fr)
			}
			cases[i] = runtimeSelect{dir: s.dir, ch: *reg[ptr](fr, s.ch), val: at(fr, s.val)}
		}
		chosen, received := -1, false
		if in.Blocking {
			chosen, received = fr.thread.wait(cases)
		} else {
			chosen, received = rselect(append(cases, runtimeSelect{dir: selectDefault}))
			if chosen == len(states) {
				chosen = -1
			}
		}
		*reg[int](fr, d) = chosen
		*reg[bool](fr, okOff) = received
		if chosen >= 0 && states[chosen].clear != nil && !received {
			states[chosen].clear(fr)
		}
	}
}
