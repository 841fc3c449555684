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
	caller *frame
	b      *block // where it is: the operation i of block b
	i      int32
	depth  int32
	busy   bool      // it is running, or a panic left it
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

// newFrame makes a frame that is called from another one; caller may be nil.
func (c *Code) newFrame(th *Thread, caller *frame) *frame {
	fr := (*frame)(rtype.New(c.frame))
	rtype.Move(c.frame, ptr(fr), ptr(c.template))
	fr.thread, fr.caller = th, caller
	if caller != nil {
		fr.depth = caller.depth + 1
		if fr.depth&depthMask == 0 {
			checkDepth(fr)
		}
	}
	return fr
}

// take takes a frame from the pool of a function.
func (c *Code) take(th *Thread, caller *frame) *frame {
	x := c.pool.Get()
	if x == nil {
		return c.newFrame(th, caller)
	}
	fr := x.(*frame)
	fr.thread, fr.caller, fr.depth = th, caller, 0
	if caller != nil {
		fr.depth = caller.depth + 1
		if fr.depth&depthMask == 0 {
			checkDepth(fr)
		}
	}
	return fr
}

// give gives a frame back to the pool of its function. Whatever it refers to is let go.
func (c *Code) give(fr *frame) {
	rtype.Move(c.frame, ptr(fr), ptr(c.template))
	c.pool.Put(fr)
}

// callee returns the frame with which a call site calls a function: the one that it kept
// from the last call, unless the function has been compiled anew since.
func (fr *frame) callee(c *Code, keep uintptr) *frame {
	nf := *reg[*frame](fr, keep)
	if nf == nil || nf.code != c || nf.busy {
		nf = c.newFrame(fr.thread, fr)
		*reg[*frame](fr, keep) = nf
	}
	return nf
}

// enter runs a frame whose parameters are set.
func (nf *frame) enter() {
	nf.busy = true
	nf.thread.top = nf
	if nf.code.defers {
		nf.runDeferring()
		nf.defers.goOn(nf.thread)
	} else {
		run(nf, nf.code.entry)
	}
	nf.thread.top = nf.caller
	nf.busy = false
}

// clean lets go of what the registers of a frame refer to, before it is kept for the next
// call.
func (nf *frame) clean() {
	c := nf.code
	if c.defers {
		nf.defers = nil
	}
	switch n := c.pointerLen; {
	case n == 0:
	case n <= 4*wordSize:
		for o := c.pointerOff; o < c.pointerOff+n; o += wordSize {
			*reg[ptr](nf, o) = nil
		}
	default:
		memclr(at(nf, c.pointerOff), n)
	}
}
