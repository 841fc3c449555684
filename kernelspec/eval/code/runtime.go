package code

import (
	"unsafe"
)

// These functions of Go's runtime are on its list of names that stay for others
// (go.dev/issue/67401).

//go:linkname setLabel runtime/pprof.runtime_setProfLabel
func setLabel(label unsafe.Pointer)

//go:linkname getLabel runtime/pprof.runtime_getProfLabel
func getLabel() unsafe.Pointer

//go:linkname memclr runtime.memclrHasPointers
func memclr(p unsafe.Pointer, n uintptr)

//go:linkname mapaccess2 runtime.mapaccess2
func mapaccess2(t, m, key unsafe.Pointer) (unsafe.Pointer, bool)

//go:linkname mapassign runtime.mapassign
func mapassign(t, m, key unsafe.Pointer) unsafe.Pointer

//go:linkname mapaccess2Fast32 runtime.mapaccess2_fast32
func mapaccess2Fast32(t, m unsafe.Pointer, key uint32) (unsafe.Pointer, bool)

//go:linkname mapaccess2Fast64 runtime.mapaccess2_fast64
func mapaccess2Fast64(t, m unsafe.Pointer, key uint64) (unsafe.Pointer, bool)

//go:linkname mapaccess2FastText runtime.mapaccess2_faststr
func mapaccess2FastText(t, m unsafe.Pointer, key string) (unsafe.Pointer, bool)

//go:linkname mapassignFast32 runtime.mapassign_fast32
func mapassignFast32(t, m unsafe.Pointer, key uint32) unsafe.Pointer

//go:linkname mapassignFast64 runtime.mapassign_fast64
func mapassignFast64(t, m unsafe.Pointer, key uint64) unsafe.Pointer

//go:linkname mapassignFastText runtime.mapassign_faststr
func mapassignFastText(t, m unsafe.Pointer, key string) unsafe.Pointer

//go:linkname mapdelete runtime.mapdelete
func mapdelete(t, m, key unsafe.Pointer)

//go:linkname makemap runtime.makemap
func makemap(t unsafe.Pointer, hint int, h unsafe.Pointer) unsafe.Pointer

//go:linkname maplen reflect.maplen
func maplen(m unsafe.Pointer) int

//go:linkname mapclear reflect.mapclear
func mapclear(t, m unsafe.Pointer)

// mapIter is a map's iterator as the runtime offers it to others.
type mapIter struct{ key, elem, typ, it unsafe.Pointer }

//go:linkname mapiterinit runtime.mapiterinit
func mapiterinit(t, m unsafe.Pointer, it *mapIter)

//go:linkname mapiternext runtime.mapiternext
func mapiternext(it *mapIter)

//go:linkname makechan reflect.makechan
func makechan(t unsafe.Pointer, size int) unsafe.Pointer

//go:linkname chansend reflect.chansend0
func chansend(c, elem unsafe.Pointer, nb bool) bool

//go:linkname chanrecv reflect.chanrecv
func chanrecv(c unsafe.Pointer, nb bool, elem unsafe.Pointer) (selected, received bool)

//go:linkname chanlen reflect.chanlen
func chanlen(c unsafe.Pointer) int

//go:linkname chancap reflect.chancap
func chancap(c unsafe.Pointer) int

//go:linkname chanclose reflect.chanclose
func chanclose(c unsafe.Pointer)

// runtimeSelect is a case of a select as the runtime takes it from reflect.
type runtimeSelect struct {
	dir uintptr
	_   unsafe.Pointer // the type of the channel
	ch  unsafe.Pointer
	val unsafe.Pointer
}

const (
	selectSend    = 1
	selectRecv    = 2
	selectDefault = 3
)

//go:linkname rselect reflect.rselect
func rselect(cases []runtimeSelect) (chosen int, received bool)

//go:linkname growslice reflect.growslice
func growslice(t unsafe.Pointer, old slice, num int) slice

//go:linkname newarray reflect.unsafe_NewArray
func newarray(t unsafe.Pointer, n int) unsafe.Pointer

//go:linkname typedslicecopy reflect.typedslicecopy
func typedslicecopy(t unsafe.Pointer, dst, src slice) int
