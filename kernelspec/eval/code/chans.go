package code

import (
	"go/types"
	"math/rand/v2"
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
	return access{
		send: func(th *Thread, ch, v ptr) {
			if !chansend(ch, v, true) {
				th.wait1(runtimeSelect{dir: selectSend, ch: ch, val: v})
			}
		},
		receive: func(th *Thread, ch, v ptr) bool {
			selected, received := chanrecv(ch, true, v)
			if !selected {
				received = th.wait1(runtimeSelect{dir: selectRecv, ch: ch, val: v})
			}
			return received
		},
	}
}

func send[T any](th *Thread, ch, v ptr) {
	c := *(*chan T)(ptr(&ch))
	select {
	case c <- *(*T)(v):
		return
	default:
	}
	th.blockedOn(uintptr(ch))
	select {
	case c <- *(*T)(v):
	case <-th.over():
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
	th.blockedOn(uintptr(ch))
	select {
	case x, ok = <-c:
		*(*T)(v) = x
	case <-th.over():
		panic(stopPanic{})
	}
	th.unblocked()
	return ok
}

// over returns the channel that is closed when the thread is stopped. Each has its own, since
// the runtime locks all channels of a select.
func (th *Thread) over() <-chan struct{} {
	if th.done == nil {
		th.task.giveDone(th)
	}
	return th.done
}

// cases are the operations of a select that waits. A thread uses them again and again.
type cases struct {
	list []runtimeSelect
	n    int
}

// casesFor returns room for n cases, and one that the thread is stopped.
func (th *Thread) casesFor(n int) []runtimeSelect {
	c := th.waits.cases.Load()
	if c == nil || len(c.list) <= n {
		c = &cases{list: make([]runtimeSelect, n+4)}
		th.waits.cases.Store(c)
	}
	c.n = n
	return c.list[:n+1]
}

// wait1 waits for a channel operation.
func (th *Thread) wait1(c runtimeSelect) (received bool) {
	list := th.casesFor(1)
	list[0] = c
	_, received = th.wait(list)
	return received
}

// wait waits for one of some channel operations, or until the thread is stopped: list has
// room for that behind them.
func (th *Thread) wait(list []runtimeSelect) (chosen int, received bool) {
	done, n := th.over(), len(list)-1
	list[n] = runtimeSelect{dir: selectRecv, ch: *(*ptr)(unsafe.Pointer(&done))}
	th.blockedOn(some)
	chosen, received = rselect(list)
	th.unblocked()
	clear(list)
	if chosen == n {
		panic(stopPanic{})
	}
	return chosen, received
}

// selectState is a case of a select of a cell.
type selectState struct {
	dir     uintptr
	ch, val uintptr // registers
}

// try tries the operation.
func (s *selectState) try(fr *frame) (done, received bool) {
	if s.dir == selectSend {
		return chansend(*reg[ptr](fr, s.ch), at(fr, s.val), true), false
	}
	return chanrecv(*reg[ptr](fr, s.ch), true, at(fr, s.val))
}

// sel compiles a select. The runtime clears what is received from a closed channel.
func (c *compiler) sel(in *ssa.Select) op {
	d, t := c.off(in), c.typ(in)
	okOff := d + t.Field(1).Offset
	var states []selectState
	k := 2
	for _, s := range in.States {
		st := selectState{dir: selectRecv, ch: c.off(s.Chan)}
		if s.Dir == types.SendOnly {
			st.dir, st.val = selectSend, c.off(s.Send)
		} else {
			st.val = d + t.Field(k).Offset
			k++
		}
		states = append(states, st)
	}
	switch {
	case in.Blocking && len(states) == 0:
		return func(fr *frame) {
			fr.thread.blockedOn(nothing)
			<-fr.thread.task.done
			panic(stopPanic{})
		}
	case !in.Blocking && len(states) == 1:
		return func(fr *frame) {
			done, received := states[0].try(fr)
			*reg[int](fr, d), *reg[bool](fr, okOff) = -1, received
			if done {
				*reg[int](fr, d) = 0
			}
		}
	}
	blocking := in.Blocking
	return func(fr *frame) {
		chosen, received := tryAny(fr, states)
		if chosen < 0 {
			list := fr.thread.casesFor(len(states))
			for i, s := range states {
				list[i] = runtimeSelect{dir: s.dir, ch: *reg[ptr](fr, s.ch), val: at(fr, s.val)}
			}
			if blocking {
				chosen, received = fr.thread.wait(list)
			} else {
				list[len(states)] = runtimeSelect{dir: selectDefault}
				chosen, received = rselect(list)
				clear(list)
				if chosen == len(states) {
					chosen = -1
				}
			}
		}
		*reg[int](fr, d), *reg[bool](fr, okOff) = chosen, received
	}
}

// mostTried is how many operations of a select are tried one by one.
const mostTried = 8

// tryAny does one of the operations of a select that can be done at once, each as likely as
// the others, -1 if it finds none. The runtime would look at all at the same time, which
// takes longer.
func tryAny(fr *frame, states []selectState) (chosen int, received bool) {
	n := len(states)
	if n > mostTried {
		return -1, false
	}
	var order [mostTried]uint8
	for i := range n {
		j := rand.IntN(i + 1)
		order[i] = order[j]
		order[j] = uint8(i)
	}
	for _, i := range order[:n] {
		if done, received := states[i].try(fr); done {
			return int(i), received
		}
	}
	return -1, false
}
