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
// point to; results must be taken with their true nature. A parameter of less than eight
// bytes may be loaded with what lies behind it in the frame: only its own bytes count.

// nature is what a word is to the collector and to the registers.
type nature uint8

const (
	number64 nature = iota // a number, or part of one, in an integer register
	pointer                // in an integer register
	float                  // in a float register
)

// word is a part of a value: a place in memory of 1, 2, 4 or 8 bytes.
type word struct {
	off    uintptr
	size   uint8
	nature nature
}

// wordsOf appends the words of a value at an offset. It fails for values that are not
// passed in registers.
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
	case reflect.Float32:
		return append(list, word{off, 4, float}), true
	case reflect.Complex64:
		return append(list, word{off, 4, float}, word{off + 4, 4, float}), true
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

// maxInts and maxFloats are how many words of each kind the parameters may have here.
const (
	maxInts   = 9
	maxFloats = 4
)

// shapeOf numbers the pairs of n integer and m float words that wordCalls know.
func shapeOf(n, m int) (shape int, ok bool) {
	most := [maxFloats + 1]int{maxInts, 4, 3, 2, 2} // integer words beside m float words
	if m > maxFloats || n > most[m] {
		return 0, false
	}
	for _, k := range most[:m] {
		shape += k + 1
	}
	return shape + n, true
}

// wordCall calls a function, given as a function value, as a plan says.
type wordCall func(base *frame, f ptr, p *plan)

// as reads a function value as a function of some type.
func as[F any](f ptr) F { return *(*F)(unsafe.Pointer(&f)) }

type (
	ui = uintptr
	fl = float64
)

// call is the wordCall of functions whose results lie together as R does.
func call[R any](fr *frame, f ptr, p *plan) {
	i := func(k int) ui { return *reg[ui](fr, p.ints[k]) }
	x := func(k int) fl { return *reg[fl](fr, p.floats[k]) }
	var r R
	switch p.shape {
	case 0:
		r = as[func() R](f)()
	case 1:
		r = as[func(ui) R](f)(i(0))
	case 2:
		r = as[func(_, _ ui) R](f)(i(0), i(1))
	case 3:
		r = as[func(_, _, _ ui) R](f)(i(0), i(1), i(2))
	case 4:
		r = as[func(_, _, _, _ ui) R](f)(i(0), i(1), i(2), i(3))
	case 5:
		r = as[func(_, _, _, _, _ ui) R](f)(i(0), i(1), i(2), i(3), i(4))
	case 6:
		r = as[func(_, _, _, _, _, _ ui) R](f)(i(0), i(1), i(2), i(3), i(4), i(5))
	case 7:
		r = as[func(_, _, _, _, _, _, _ ui) R](f)(i(0), i(1), i(2), i(3), i(4), i(5), i(6))
	case 8:
		r = as[func(_, _, _, _, _, _, _, _ ui) R](f)(i(0), i(1), i(2), i(3), i(4), i(5), i(6), i(7))
	case 9:
		r = as[func(_, _, _, _, _, _, _, _, _ ui) R](f)(i(0), i(1), i(2), i(3), i(4), i(5), i(6), i(7), i(8))
	case 10:
		r = as[func(fl) R](f)(x(0))
	case 11:
		r = as[func(ui, fl) R](f)(i(0), x(0))
	case 12:
		r = as[func(_, _ ui, _ fl) R](f)(i(0), i(1), x(0))
	case 13:
		r = as[func(_, _, _ ui, _ fl) R](f)(i(0), i(1), i(2), x(0))
	case 14:
		r = as[func(_, _, _, _ ui, _ fl) R](f)(i(0), i(1), i(2), i(3), x(0))
	case 15:
		r = as[func(_, _ fl) R](f)(x(0), x(1))
	case 16:
		r = as[func(_ ui, _, _ fl) R](f)(i(0), x(0), x(1))
	case 17:
		r = as[func(_, _ ui, _, _ fl) R](f)(i(0), i(1), x(0), x(1))
	case 18:
		r = as[func(_, _, _ ui, _, _ fl) R](f)(i(0), i(1), i(2), x(0), x(1))
	case 19:
		r = as[func(_, _, _ fl) R](f)(x(0), x(1), x(2))
	case 20:
		r = as[func(_ ui, _, _, _ fl) R](f)(i(0), x(0), x(1), x(2))
	case 21:
		r = as[func(_, _ ui, _, _, _ fl) R](f)(i(0), i(1), x(0), x(1), x(2))
	case 22:
		r = as[func(_, _, _, _ fl) R](f)(x(0), x(1), x(2), x(3))
	case 23:
		r = as[func(_ ui, _, _, _, _ fl) R](f)(i(0), x(0), x(1), x(2), x(3))
	case 24:
		r = as[func(_, _ ui, _, _, _, _ fl) R](f)(i(0), i(1), x(0), x(1), x(2), x(3))
	}
	*reg[R](fr, p.out) = r
}

// Results of several words. As a struct they are passed as its fields are.
type (
	//lint:ignore U1000 its fields are written and read as words
	words2[A, B any] struct {
		a A
		b B
	}
	//lint:ignore U1000 its fields are written and read as words
	words3[A, B, C any] struct {
		a A
		b B
		c C
	}
	//lint:ignore U1000 its fields are written and read as words
	words4[A, B, C, D any] struct {
		a A
		b B
		c C
		d D
	}
)

// wordCalls are the calls of functions by the words of their results: N is a number of
// eight bytes, W, H and B are numbers of four, two and one, P is a pointer, F a float64,
// f a float32. PN is a string, PNN a slice, PP an interface.
var wordCalls = map[string]wordCall{
	"":  call[struct{}],
	"N": call[uint64], "W": call[uint32], "H": call[uint16], "B": call[uint8], "P": call[ptr], "F": call[float64], "f": call[float32],

	"NN": call[words2[uint64, uint64]], "NP": call[words2[uint64, ptr]], "NF": call[words2[uint64, float64]], "NW": call[words2[uint64, uint32]], "NB": call[words2[uint64, uint8]],
	"PN": call[words2[ptr, uint64]], "PP": call[words2[ptr, ptr]], "PF": call[words2[ptr, float64]], "PW": call[words2[ptr, uint32]], "PB": call[words2[ptr, uint8]],
	"FN": call[words2[float64, uint64]], "FF": call[words2[float64, float64]], "FB": call[words2[float64, uint8]],
	"WN": call[words2[uint32, uint64]], "WW": call[words2[uint32, uint32]], "WB": call[words2[uint32, uint8]], "BB": call[words2[uint8, uint8]],

	"NPP": call[words3[uint64, ptr, ptr]], "PPP": call[words3[ptr, ptr, ptr]], "FPP": call[words3[float64, ptr, ptr]], "WPP": call[words3[uint32, ptr, ptr]], "BPP": call[words3[uint8, ptr, ptr]],
	"PNN": call[words3[ptr, uint64, uint64]], "PNP": call[words3[ptr, uint64, ptr]], "PNB": call[words3[ptr, uint64, uint8]], "PPB": call[words3[ptr, ptr, uint8]],
	"NNN": call[words3[uint64, uint64, uint64]], "NNP": call[words3[uint64, uint64, ptr]], "NNB": call[words3[uint64, uint64, uint8]], "NPN": call[words3[uint64, ptr, uint64]],
	"FFF": call[words3[float64, float64, float64]], "FFB": call[words3[float64, float64, uint8]],

	"PNPP": call[words4[ptr, uint64, ptr, ptr]], "PNPN": call[words4[ptr, uint64, ptr, uint64]], "PPPP": call[words4[ptr, ptr, ptr, ptr]], "PNNB": call[words4[ptr, uint64, uint64, uint8]],
	"PNNN": call[words4[ptr, uint64, uint64, uint64]], "PNNP": call[words4[ptr, uint64, uint64, ptr]], "NNPP": call[words4[uint64, uint64, ptr, ptr]], "NNPB": call[words4[uint64, uint64, ptr, uint8]],
	"WNPP": call[words4[uint32, uint64, ptr, ptr]], "FFPP": call[words4[float64, float64, ptr, ptr]],

	"PNNPP": call[words2[slice, iface]], "NNPPP": call[words3[uint64, uint64, words3[ptr, ptr, ptr]]], "PNPNB": call[words3[string, string, uint8]], "PNPNPP": call[words3[string, string, iface]],
	"PNNPNN": call[words2[slice, slice]], "PNNPNNPP": call[words3[slice, slice, iface]],
}

// key names result words as wordCalls do. It fails if they do not lie together, from an
// offset on, as the fields of a struct do.
func key(out []word, base uintptr) (k string, ok bool) {
	off := base
	for _, w := range out {
		size := uintptr(w.size)
		off = (off + size - 1) &^ (size - 1)
		if w.off != off {
			return "", false
		}
		off += size
		switch {
		case w.nature == pointer:
			k += "P"
		case w.nature == float && w.size == 4:
			k += "f"
		case w.nature == float:
			k += "F"
		default:
			k += map[uint8]string{8: "N", 4: "W", 2: "H", 1: "B"}[w.size]
		}
	}
	return k, true
}
