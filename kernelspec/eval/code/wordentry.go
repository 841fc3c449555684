package code

import (
	"math"
	"reflect"
	"unsafe"

	"axn/kernelspec/eval/rtype"
)

// wordEntry makes function values by which compiled code calls a target whose words lie
// where ends tell.
type wordEntry func(to target, e *ends) ptr

// wordEntryFor returns the entries for functions of a few words, nil for others. Each word
// of the parameters is taken with its nature, so the collector sees pointers where they are.
func wordEntryFor(t reflect.Type) wordEntry {
	var in, out []word
	ok := true
	for i := 0; i < t.NumIn() && ok; i++ {
		in, ok = wordsOf(in, t.In(i), 0)
	}
	for i := 0; i < t.NumOut() && ok; i++ {
		out, ok = wordsOf(out, t.Out(i), 0)
	}
	if !ok || len(in) > 4 || len(out) > 2 {
		return nil
	}
	in, out = append([]word(nil), in...), append([]word(nil), out...)
	switch len(out) {
	case 0:
		return entry0[noWords](in)
	case 1:
		switch out[0].nature {
		case pointer:
			return entry0[words1[pointerWord]](in)
		case float:
			return entry0[words1[floatWord]](in)
		}
		return entry0[words1[numberWord]](in)
	}
	switch {
	case out[0].nature == pointer && out[1].nature == pointer:
		return entry0[words2[pointerWord, pointerWord]](in)
	case out[0].nature == pointer && out[1].nature == number64:
		return entry0[words2[pointerWord, numberWord]](in)
	case out[0].nature == number64 && out[1].nature == number64:
		return entry0[words2[numberWord, numberWord]](in)
	}
	return nil
}

// A word of each nature. As a struct of one field it is passed as the field is.
type (
	numberWord  struct{ v uintptr }
	pointerWord struct{ v ptr }
	floatWord   struct{ v float64 }
)

// anyWord is a word of a parameter.
type anyWord interface {
	numberWord | pointerWord | floatWord
	put(w *word, base ptr)
}

func (v numberWord) put(w *word, base ptr)  { w.store(base, v.v) }
func (v pointerWord) put(w *word, base ptr) { *(*ptr)(unsafe.Add(base, w.off)) = v.v }
func (v floatWord) put(w *word, base ptr)   { w.store(base, uintptr(math.Float64bits(v.v))) }

// Results of an entry.
type (
	noWords       struct{}
	words1[A any] struct{ a A }
	resultWords   interface {
		noWords | words1[pointerWord] | words1[floatWord] | words1[numberWord] | words2[pointerWord, pointerWord] | words2[pointerWord, numberWord] | words2[numberWord, numberWord]
	}
)

// ends is where the words of a target's parameters and results lie in its frames.
type ends struct {
	in, out []word
	recv    ptr // type of a receiver that is given by a pointer
}

// endsOf returns the ends of functions of a type; recv is set if their first parameter
// points to the receiver.
func endsOf(t, recv reflect.Type) *ends {
	var params, results []reflect.Type
	for i := range t.NumIn() {
		params = append(params, t.In(i))
	}
	for i := range t.NumOut() {
		results = append(results, t.Out(i))
	}
	x := new(ends)
	if recv != nil {
		params[0], x.recv = recv, rtype.Pointer(recv)
	}
	out, in := placesOf(results, params)
	for i, p := range params {
		if i == 0 && recv != nil {
			x.in = append(x.in, word{in[0], wordSize, pointer})
			continue
		}
		x.in, _ = wordsOf(x.in, p, in[i])
	}
	for i, r := range results {
		x.out, _ = wordsOf(x.out, r, out[i])
	}
	return x
}

// arrival is a call from compiled code on its way in.
type arrival struct {
	nf *frame
	*ends
}

// take stores the i-th word of the parameters.
func take[A anyWord](a *arrival, i int, v A) {
	if i == 0 && a.recv != nil {
		rtype.Move(a.recv, at(a.nf, a.in[0].off), any(v).(pointerWord).v)
		return
	}
	v.put(&a.in[i], ptr(a.nf))
}

// leave runs the call and returns its result words.
func leave[R resultWords](a *arrival) (r R) {
	nf := a.nf
	nf.finish()
	out, base := a.out, ptr(nf)
	switch p := any(&r).(type) {
	case *words1[pointerWord]:
		p.a.v = *(*ptr)(at(nf, out[0].off))
	case *words1[floatWord]:
		p.a.v = *(*float64)(at(nf, out[0].off))
	case *words1[numberWord]:
		p.a.v = out[0].load(base)
	case *words2[pointerWord, pointerWord]:
		p.a.v, p.b.v = *(*ptr)(at(nf, out[0].off)), *(*ptr)(at(nf, out[1].off))
	case *words2[pointerWord, numberWord]:
		p.a.v, p.b.v = *(*ptr)(at(nf, out[0].off)), out[1].load(base)
	case *words2[numberWord, numberWord]:
		p.a.v, p.b.v = out[0].load(base), out[1].load(base)
	}
	nf.close()
	return r
}

// pointerTo returns the word of a function value.
func pointerTo[F any](f F) ptr { return *(*ptr)(ptr(&f)) }

func entry0[R resultWords](in []word) wordEntry {
	if len(in) == 0 {
		return func(to target, e *ends) ptr {
			return pointerTo(func() R { a := arrival{to.begin(), e}; return leave[R](&a) })
		}
	}
	switch in[0].nature {
	case pointer:
		return entry1[R, pointerWord](in)
	case float:
		return entry1[R, floatWord](in)
	}
	return entry1[R, numberWord](in)
}

func entry1[R resultWords, A anyWord](in []word) wordEntry {
	if len(in) == 1 {
		return func(to target, e *ends) ptr {
			return pointerTo(func(x A) R { a := arrival{to.begin(), e}; take(&a, 0, x); return leave[R](&a) })
		}
	}
	switch in[1].nature {
	case pointer:
		return entry2[R, A, pointerWord](in)
	case float:
		return entry2[R, A, floatWord](in)
	}
	return entry2[R, A, numberWord](in)
}

func entry2[R resultWords, A, B anyWord](in []word) wordEntry {
	if len(in) == 2 {
		return func(to target, e *ends) ptr {
			return pointerTo(func(x A, y B) R { a := arrival{to.begin(), e}; take(&a, 0, x); take(&a, 1, y); return leave[R](&a) })
		}
	}
	switch in[2].nature {
	case pointer:
		return entry3[R, A, B, pointerWord](in)
	case number64:
		return entry3[R, A, B, numberWord](in)
	}
	return nil
}

func entry3[R resultWords, A, B, C anyWord](in []word) wordEntry {
	if len(in) == 3 {
		return func(to target, e *ends) ptr {
			return pointerTo(func(x A, y B, z C) R {
				a := arrival{to.begin(), e}
				take(&a, 0, x)
				take(&a, 1, y)
				take(&a, 2, z)
				return leave[R](&a)
			})
		}
	}
	switch in[3].nature {
	case pointer:
		return entry4[R, A, B, C, pointerWord]()
	case number64:
		return entry4[R, A, B, C, numberWord]()
	}
	return nil
}

func entry4[R resultWords, A, B, C, D anyWord]() wordEntry {
	return func(to target, e *ends) ptr {
		return pointerTo(func(x A, y B, z C, w D) R {
			a := arrival{to.begin(), e}
			take(&a, 0, x)
			take(&a, 1, y)
			take(&a, 2, z)
			take(&a, 3, w)
			return leave[R](&a)
		})
	}
}
