package generator

// substitutes are declarations that stand in for those of the standard library whose
// source needs what only the compiler and the runtime have. A function without a body is
// one of compiled/helper.
var substitutes = map[string]string{
	"crypto/hkdf": `
import "hash"

func Extract[H hash.Hash](h func() H, secret, salt []byte) ([]byte, error) {
	return extract(func() hash.Hash { return h() }, secret, salt)
}

func Expand[H hash.Hash](h func() H, pseudorandomKey []byte, info string, keyLength int) ([]byte, error) {
	return expand(func() hash.Hash { return h() }, pseudorandomKey, info, keyLength)
}

func Key[Hash hash.Hash](h func() Hash, secret, salt []byte, info string, keyLength int) ([]byte, error) {
	return key(func() hash.Hash { return h() }, secret, salt, info, keyLength)
}

func extract(h func() hash.Hash, secret, salt []byte) ([]byte, error)
func expand(h func() hash.Hash, pseudorandomKey []byte, info string, keyLength int) ([]byte, error)
func key(h func() hash.Hash, secret, salt []byte, info string, keyLength int) ([]byte, error)
`,
	"crypto/pbkdf2": `
import "hash"

func Key[Hash hash.Hash](h func() Hash, password string, salt []byte, iter, keyLength int) ([]byte, error) {
	return key(func() hash.Hash { return h() }, password, salt, iter, keyLength)
}

func key(h func() hash.Hash, password string, salt []byte, iter, keyLength int) ([]byte, error)
`,
	"database/sql": `
func convertAssign(dest, src any) error
`,
	"errors": `
func AsType[E error](err error) (E, bool) {
	var target E
	ok := As(err, &target)
	return target, ok
}
`,
	"hash/maphash": `
func Comparable[T comparable](seed Seed, v T) uint64 { return comparableHash(seed, v) }

func WriteComparable[T comparable](h *Hash, x T) { writeComparable(h, x) }

func comparableHash(seed Seed, v any) uint64
func writeComparable(h *Hash, x any)
`,
	"iter": `
func Pull[V any](seq Seq[V]) (next func() (V, bool), stop func()) {
	pulled, stop := pull(func(yield func(any) bool) {
		seq(func(v V) bool { return yield(&v) })
	})
	return func() (v V, ok bool) {
		p, ok := pulled()
		if ok {
			v = *p.(*V)
		}
		return v, ok
	}, stop
}

func Pull2[K, V any](seq Seq2[K, V]) (next func() (K, V, bool), stop func()) {
	type pair struct {
		k K
		v V
	}
	pulled, stop := pull(func(yield func(any) bool) {
		seq(func(k K, v V) bool { return yield(&pair{k, v}) })
	})
	return func() (k K, v V, ok bool) {
		p, ok := pulled()
		if ok {
			q := p.(*pair)
			k, v = q.k, q.v
		}
		return k, v, ok
	}, stop
}

func pull(seq func(yield func(any) bool)) (next func() (any, bool), stop func())
`,
	"maps": `
func clone(m any) any
`,
	"math/rand/v2": `
func N[Int intType](n Int) Int {
	if n <= 0 {
		panic("invalid argument to N")
	}
	return Int(Uint64N(uint64(n)))
}
`,
	"reflect": `
func TypeFor[T any]() Type { return TypeOf((*T)(nil)).Elem() }

func TypeAssert[T any](v Value) (T, bool) {
	x, ok := v.Interface().(T)
	return x, ok
}
`,
	"runtime": `
import "unsafe"

func AddCleanup[T, S any](ptr *T, cleanup func(S), arg S) Cleanup {
	if ptr == nil {
		panic("runtime.AddCleanup: ptr is nil")
	}
	if p, ok := any(arg).(*T); ok && p == ptr {
		panic("runtime.AddCleanup: ptr is equal to arg, cleanup will never run")
	}
	return addCleanup(unsafe.Pointer(ptr), func() { cleanup(arg) })
}

func addCleanup(ptr unsafe.Pointer, cleanup func()) Cleanup
`,
	"unique": `
func Make[T comparable](value T) Handle[T] {
	return Handle[T]{canonical(value, func() any { p := value; return &p }).(*T)}
}

func canonical(value any, copied func() any) any
`,
	"weak": `
import "unsafe"

func Make[T any](ptr *T) Pointer[T] {
	if ptr == nil {
		return Pointer[T]{}
	}
	return Pointer[T]{u: register(unsafe.Pointer(ptr))}
}

func (p Pointer[T]) Value() *T {
	if p.u == nil {
		return nil
	}
	return (*T)(strong(p.u))
}

func register(ptr unsafe.Pointer) unsafe.Pointer
func strong(u unsafe.Pointer) unsafe.Pointer
`,
}
