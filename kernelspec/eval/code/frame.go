package code

import (
	"go/token"
	"reflect"
	"unsafe"

	"axn/kernelspec/eval/rtype"
)

// frame is one call of a function. Its registers follow it in the same memory; their
// offsets count from the frame's start.
type frame struct {
	code   *Code
	thread *Thread
	caller *frame // of a free frame: the next free one
	b      *block // where it is: the operation i of block b
	i      int32
	depth  int32
	defers *deferred // what it deferred and what it panics with; only of functions that defer
	owner  *frame    // the frame whose deferred function this is, for recover
}

const (
	frameSize = unsafe.Sizeof(frame{})
	wordSize  = 8
)

// op is an operation of a block.
type op func(*frame)

// block is a basic block: operations, and then a terminator, which returns the next
// block, nil at the end of the function.
type block struct {
	ops  []op
	term func(*frame) *block
	pos  []token.Pos // of each operation and the terminator
	n    int32       // which of the function it is
}

// at returns the address of a register.
func at(fr *frame, off uintptr) ptr { return unsafe.Add(ptr(fr), off) }

// reg returns a register.
func reg[T any](fr *frame, off uintptr) *T { return (*T)(unsafe.Add(ptr(fr), off)) }

// slot is a typed place in a frame.
type slot struct {
	off uintptr
	t   reflect.Type
}

// value returns the place as a value.
func (s slot) value(fr *frame) reflect.Value { return reflect.NewAt(s.t, at(fr, s.off)).Elem() }

// The layouts of Go's values of more than a word.
type (
	slice struct {
		p        ptr
		len, cap int
	}
	iface struct{ tab, data ptr }
)

// run runs a frame from a block on.
func run(fr *frame, b *block) {
	for b != nil {
		fr.b = b
		for i, o := range b.ops {
			fr.i = int32(i)
			o(fr)
		}
		fr.i = int32(len(b.ops))
		b = b.term(fr)
	}
}

// newFrame makes a frame.
func (c *Code) newFrame(th *Thread) *frame {
	fr := (*frame)(rtype.New(c.frame))
	rtype.Move(c.frame, ptr(fr), ptr(c.template))
	fr.thread = th
	return fr
}

// Frames are used again. A thread keeps its free ones in lists, which functions share
// whose numbers are equal modulo freeLists; the first freeTries of a list are looked at.
const (
	freeLists = 32
	freeTries = 4
)

// open takes a frame for a call; caller may be nil.
func (c *Code) open(th *Thread, caller *frame) *frame {
	head := &th.free[c.number%freeLists]
	nf := *head
	switch {
	case nf == nil:
		nf = c.newFrame(th)
	case nf.code == c:
		*head = nf.caller
	default:
		nf = c.openLater(th, nf)
	}
	nf.caller = caller
	if caller != nil {
		nf.depth = caller.depth + 1
		if nf.depth&depthMask == 0 {
			checkDepth(nf)
		}
	}
	return nf
}

// openLater takes a frame that is not the first of its list.
func (c *Code) openLater(th *Thread, before *frame) *frame {
	for range freeTries - 1 {
		nf := before.caller
		if nf == nil {
			break
		}
		if nf.code == c {
			before.caller = nf.caller
			return nf
		}
		before = nf
	}
	return c.newFrame(th)
}

// close ends the use of a frame. Whatever its registers refer to is let go.
func (nf *frame) close() {
	c := nf.code
	if c.defers {
		nf.defers = nil
	}
	if nf.owner != nil {
		nf.owner = nil
	}
	if c.pointers != nil {
		for _, o := range c.pointers {
			*reg[ptr](nf, o) = nil
		}
	} else if c.pointerLen > 0 {
		memclr(at(nf, c.pointerOff), c.pointerLen)
	}
	nf.depth = 0
	head := &nf.thread.free[c.number%freeLists]
	nf.caller = *head
	*head = nf
}

// enter runs a frame whose parameters are set.
func (nf *frame) enter() {
	nf.thread.top = nf
	if nf.code.defers {
		nf.runDeferring()
		nf.defers.goOn(nf.thread)
	} else {
		run(nf, nf.code.entry)
	}
	nf.thread.top = nf.caller
}

// placesOf tells where the results and the parameters of a function lie in its frames. That
// is the same for all functions of a signature, so a call needs to know no more of them.
func placesOf(results, params []reflect.Type) (out, in []uintptr) {
	off := frameSize
	place := func(list []reflect.Type) (offs []uintptr) {
		for _, t := range list {
			off = alignUp(off, t)
			offs = append(offs, off)
			off += t.Size()
		}
		return offs
	}
	return place(results), place(params)
}
