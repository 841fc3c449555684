package code

import (
	"go/types"
	"reflect"
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
	send := chanAccess(c.typ(in.X)).send
	return func(fr *frame) { send(fr.thread, *reg[ptr](fr, ch), at(fr, x)) }
}

// receive compiles a receive.
func (c *compiler) receive(in *ssa.UnOp) op {
	d, x, t := c.off(in), c.off(in.X), c.typ(in.X)
	receive := chanAccess(t.Elem()).receive
	if !in.CommaOk {
		return func(fr *frame) { receive(fr.thread, *reg[ptr](fr, x), at(fr, d)) }
	}
	ok := d + c.typ(in).Field(1).Offset
	return func(fr *frame) { *reg[bool](fr, ok) = receive(fr.thread, *reg[ptr](fr, x), at(fr, d)) }
}

// access sends to a channel what lies at v, or receives to there and reports whether it
// was sent; else it is the zero value, since the channel is closed.
type access struct {
	send    func(th *Thread, ch, v ptr)
	receive func(th *Thread, ch, v ptr) (ok bool)
}

// chanAccess returns the access to channels of a type. The runtime copies elements as the
// channel has them, so the channels of a few types stand for all of the same layout.
func chanAccess(elem reflect.Type) access {
	switch classOf(elem) {
	case classNone:
		return access{send[struct{}], receive[struct{}]}
	case class1:
		return access{send[uint8], receive[uint8]}
	case class4:
		return access{send[uint32], receive[uint32]}
	case class8:
		return access{send[uint64], receive[uint64]}
	case class16:
		return access{send[[2]uint64], receive[[2]uint64]}
	case classPtr:
		return access{send[pointerWord], receive[pointerWord]} // not ptr: reflect.ChanOf goes wrong when *chan unsafe.Pointer is a type of the binary
	case classString:
		return access{send[string], receive[string]}
	case classSlice:
		return access{send[slice], receive[slice]}
	case classIface:
		return access{send[iface], receive[iface]}
	}
	clear := typedClear(elem)
	return access{
		send: func(th *Thread, ch, v ptr) {
			if ch == nil || !chansend(ch, v, true) {
				th.wait([]runtimeSelect{{dir: selectSend, ch: ch, val: v}})
			}
		},
		receive: func(th *Thread, ch, v ptr) bool {
			selected, received := false, false
			if ch != nil {
				selected, received = chanrecv(ch, true, v)
			}
			if !selected {
				_, received = th.wait([]runtimeSelect{{dir: selectRecv, ch: ch, val: v}})
			}
			if !received {
				clear(v)
			}
			return received
		},
	}
}

// typedClear sets values of a type to zero.
func typedClear(t reflect.Type) func(ptr) {
	r := rtype.Pointer(t)
	zero := rtype.New(r)
	return func(p ptr) { rtype.Move(r, p, zero) }
}

func send[T any](th *Thread, ch, v ptr) {
	c := *(*chan T)(ptr(&ch))
	select {
	case c <- *(*T)(v):
		return
	default:
	}
	th.blocked(ch)
	select {
	case c <- *(*T)(v):
	case <-th.task.done:
		panic(stopPanic{})
	}
	th.unblocked()
}

func receive[T any](th *Thread, ch, v ptr) (ok bool) {
	c := *(*chan T)(ptr(&ch))
	var x T
	select {
	case x, ok = <-c:
		*(*T)(v) = x
		return ok
	default:
	}
	th.blocked(ch)
	select {
	case x, ok = <-c:
		*(*T)(v) = x
	case <-th.task.done:
		panic(stopPanic{})
	}
	th.unblocked()
	return ok
}

// wait waits for one of some channel operations, or until the thread is stopped.
func (th *Thread) wait(cases []runtimeSelect) (chosen int, received bool) {
	var list []ptr
	for _, c := range cases {
		list = append(list, c.ch)
	}
	done := th.task.done
	th.blockedAny(list)
	chosen, received = rselect(append(cases, runtimeSelect{dir: selectRecv, ch: *(*ptr)(unsafe.Pointer(&done))}))
	th.unblocked()
	if chosen == len(cases) {
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
