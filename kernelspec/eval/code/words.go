package code

import (
	"reflect"
	"unsafe"
)

// Compiled functions take their parameters and results as words in registers: up to nine
// integer words on amd64 (sixteen on arm64) and fifteen floats, a value of several words
// as if its parts were parameters of their own (Go's internal ABI). So a function is as
// good as any other one with the same words, and a few function types stand for most:
// pointers may be handed over as numbers, since the frame that holds them keeps what they
// point to; results must be taken with their true nature.

// nature is what a word is to the collector and to the registers.
type nature uint8

const (
	number64 nature = iota // a number, or part of one, in an integer register
	pointer                // in an integer register
	float                  // a float64 in a float register
)

// word is a part of a value: a place in memory of 1, 2, 4 or 8 bytes.
type word struct {
	off    uintptr
	size   uint8
	nature nature
}

// wordsOf appends the words of a value at an offset. It fails for values that are not
// passed in registers, and for float32, which has a form of its own.
func wordsOf(list []word, t reflect.Type, off uintptr) ([]word, bool) {
	ptrs := func(n ...nature) []word {
		for i, k := range n {
			list = append(list, word{off + uintptr(i)*wordSize, wordSize, k})
		}
		return list
	}
	switch t.Kind() {
	case reflect.Float64:
		return ptrs(float), true
	case reflect.Complex128:
		return ptrs(float, float), true
	case reflect.Float32, reflect.Complex64:
		return nil, false
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return ptrs(pointer), true
	case reflect.String:
		return ptrs(pointer, number64), true
	case reflect.Slice:
		return ptrs(pointer, number64, number64), true
	case reflect.Interface:
		return ptrs(pointer, pointer), true
	case reflect.Struct:
		ok := true
		for i := 0; i < t.NumField() && ok; i++ {
			list, ok = wordsOf(list, t.Field(i).Type, off+t.Field(i).Offset)
		}
		return list, ok
	case reflect.Array:
		switch t.Len() {
		case 0:
			return list, true
		case 1:
			return wordsOf(list, t.Elem(), off)
		}
		return nil, false
	}
	return append(list, word{off, uint8(t.Size()), number64}), true
}

// load reads a word as a number.
func (w *word) load(base ptr) uintptr {
	p := unsafe.Add(base, w.off)
	switch w.size {
	case 8:
		return *(*uintptr)(p)
	case 4:
		return uintptr(*(*uint32)(p))
	case 2:
		return uintptr(*(*uint16)(p))
	}
	return uintptr(*(*uint8)(p))
}

// store writes a number as a word.
func (w *word) store(base ptr, n uintptr) {
	p := unsafe.Add(base, w.off)
	switch w.size {
	case 8:
		*(*uintptr)(p) = n
	case 4:
		*(*uint32)(p) = uint32(n)
	case 2:
		*(*uint16)(p) = uint16(n)
	default:
		*(*uint8)(p) = uint8(n)
	}
}

// A result word of each nature. As a struct of one field it is passed as the field is.
type (
	numberWord  struct{ v uintptr }
	pointerWord struct{ v ptr }
	floatWord   struct{ v float64 }
)

// anyWord is a word that can be stored and, as a parameter, loaded.
type anyWord interface {
	numberWord | pointerWord | floatWord
	put(w *word, base ptr)
}

func (v numberWord) put(w *word, base ptr)  { w.store(base, v.v) }
func (v pointerWord) put(w *word, base ptr) { *(*ptr)(unsafe.Add(base, w.off)) = v.v }
func (v floatWord) put(w *word, base ptr)   { *(*float64)(unsafe.Add(base, w.off)) = v.v }

// maxInts and maxFloats are how many words a call may have here.
const (
	maxInts   = 9
	maxFloats = 4
	maxOuts   = 4
)

// arguments are the words of a call.
type arguments struct {
	ints   [maxInts]uintptr
	floats [maxFloats]float64
}

// caller calls a function, given as a function value, and stores its result words.
type caller func(f ptr, a *arguments, out []word, base ptr)

// as reads a function value as a function of some type.
func as[F any](f ptr) F { return *(*F)(unsafe.Pointer(&f)) }

type (
	ui = uintptr
	fl = float64
)

// invoke calls a function with n integer and m float words. ok is false for numbers of
// words that it does not know.
func invoke[R any](f ptr, n, m int, a *arguments) (r R) {
	i, x := &a.ints, &a.floats
	switch m {
	case 0:
		switch n {
		case 0:
			return as[func() R](f)()
		case 1:
			return as[func(ui) R](f)(i[0])
		case 2:
			return as[func(_, _ ui) R](f)(i[0], i[1])
		case 3:
			return as[func(_, _, _ ui) R](f)(i[0], i[1], i[2])
		case 4:
			return as[func(_, _, _, _ ui) R](f)(i[0], i[1], i[2], i[3])
		case 5:
			return as[func(_, _, _, _, _ ui) R](f)(i[0], i[1], i[2], i[3], i[4])
		case 6:
			return as[func(_, _, _, _, _, _ ui) R](f)(i[0], i[1], i[2], i[3], i[4], i[5])
		case 7:
			return as[func(_, _, _, _, _, _, _ ui) R](f)(i[0], i[1], i[2], i[3], i[4], i[5], i[6])
		case 8:
			return as[func(_, _, _, _, _, _, _, _ ui) R](f)(i[0], i[1], i[2], i[3], i[4], i[5], i[6], i[7])
		case 9:
			return as[func(_, _, _, _, _, _, _, _, _ ui) R](f)(i[0], i[1], i[2], i[3], i[4], i[5], i[6], i[7], i[8])
		}
	case 1:
		switch n {
		case 0:
			return as[func(fl) R](f)(x[0])
		case 1:
			return as[func(ui, fl) R](f)(i[0], x[0])
		case 2:
			return as[func(_, _ ui, _ fl) R](f)(i[0], i[1], x[0])
		case 3:
			return as[func(_, _, _ ui, _ fl) R](f)(i[0], i[1], i[2], x[0])
		case 4:
			return as[func(_, _, _, _ ui, _ fl) R](f)(i[0], i[1], i[2], i[3], x[0])
		}
	case 2:
		switch n {
		case 0:
			return as[func(_, _ fl) R](f)(x[0], x[1])
		case 1:
			return as[func(_ ui, _, _ fl) R](f)(i[0], x[0], x[1])
		case 2:
			return as[func(_, _ ui, _, _ fl) R](f)(i[0], i[1], x[0], x[1])
		case 3:
			return as[func(_, _, _ ui, _, _ fl) R](f)(i[0], i[1], i[2], x[0], x[1])
		case 4:
			return as[func(_, _, _, _ ui, _, _ fl) R](f)(i[0], i[1], i[2], i[3], x[0], x[1])
		}
	case 3:
		switch n {
		case 0:
			return as[func(_, _, _ fl) R](f)(x[0], x[1], x[2])
		case 1:
			return as[func(_ ui, _, _, _ fl) R](f)(i[0], x[0], x[1], x[2])
		case 2:
			return as[func(_, _ ui, _, _, _ fl) R](f)(i[0], i[1], x[0], x[1], x[2])
		}
	}
	panic("words")
}

// fits reports whether invoke knows a number of words.
func fits(n, m int) bool {
	switch m {
	case 0:
		return n <= maxInts
	case 1, 2:
		return n <= 4
	case 3:
		return n <= 2
	}
	return false
}

type (
	words2[A, B any] struct {
		a A
		b B
	}
	words3[A, B, C any] struct {
		a A
		b B
		c C
	}
	words4[A, B, C, D any] struct {
		a A
		b B
		c C
		d D
	}
)

// callerFor returns the caller of functions with n and m parameter words and the given
// result words, nil if there is none.
func callerFor(n, m int, out []word) caller {
	if !fits(n, m) || len(out) > maxOuts {
		return nil
	}
	if len(out) == 0 {
		return func(f ptr, a *arguments, _ []word, _ ptr) { invoke[struct{}](f, n, m, a) }
	}
	switch out[0].nature {
	case pointer:
		return caller1[pointerWord](n, m, out)
	case float:
		return caller1[floatWord](n, m, out)
	}
	return caller1[numberWord](n, m, out)
}

func caller1[A anyWord](n, m int, out []word) caller {
	if len(out) == 1 {
		return func(f ptr, a *arguments, out []word, base ptr) {
			r := invoke[A](f, n, m, a)
			r.put(&out[0], base)
		}
	}
	switch out[1].nature {
	case pointer:
		return caller2[A, pointerWord](n, m, out)
	case float:
		return caller2[A, floatWord](n, m, out)
	}
	return caller2[A, numberWord](n, m, out)
}

func caller2[A, B anyWord](n, m int, out []word) caller {
	if len(out) == 2 {
		return func(f ptr, a *arguments, out []word, base ptr) {
			r := invoke[words2[A, B]](f, n, m, a)
			r.a.put(&out[0], base)
			r.b.put(&out[1], base)
		}
	}
	switch out[2].nature {
	case pointer:
		return caller3[A, B, pointerWord](n, m, out)
	case number64:
		return caller3[A, B, numberWord](n, m, out)
	}
	return nil
}

func caller3[A, B, C anyWord](n, m int, out []word) caller {
	if len(out) == 3 {
		return func(f ptr, a *arguments, out []word, base ptr) {
			r := invoke[words3[A, B, C]](f, n, m, a)
			r.a.put(&out[0], base)
			r.b.put(&out[1], base)
			r.c.put(&out[2], base)
		}
	}
	switch out[3].nature {
	case pointer:
		return caller4[A, B, C, pointerWord](n, m)
	case number64:
		return caller4[A, B, C, numberWord](n, m)
	}
	return nil
}

func caller4[A, B, C, D anyWord](n, m int) caller {
	return func(f ptr, a *arguments, out []word, base ptr) {
		r := invoke[words4[A, B, C, D]](f, n, m, a)
		r.a.put(&out[0], base)
		r.b.put(&out[1], base)
		r.c.put(&out[2], base)
		r.d.put(&out[3], base)
	}
}
