package code

import (
	"go/token"
	"go/types"
	"reflect"

	"axn/kernelspec/eval/rtype"

	"golang.org/x/tools/go/ssa"
)

type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

type number interface {
	integer | ~float32 | ~float64 | ~complex64 | ~complex128
}

type ordered interface {
	integer | ~float32 | ~float64 | ~string
}

func isUnsigned(k reflect.Kind) bool { return k >= reflect.Uint && k <= reflect.Uintptr }

// binop compiles an operation of two operands.
func (c *compiler) binop(b *ssa.BinOp) op {
	d := c.off(b)
	if isComparison(b.Op) {
		cond := c.condition(b)
		return func(fr *frame) { *reg[bool](fr, d) = cond(fr) }
	}
	x, k := c.off(b.X), b.Op
	if k == token.SHL || k == token.SHR {
		return c.shift(b)
	}
	y := c.off(b.Y)
	switch c.typ(b.X).Kind() {
	case reflect.Int:
		return bitwise[int](k, d, x, y)
	case reflect.Int8:
		return bitwise[int8](k, d, x, y)
	case reflect.Int16:
		return bitwise[int16](k, d, x, y)
	case reflect.Int32:
		return bitwise[int32](k, d, x, y)
	case reflect.Int64:
		return bitwise[int64](k, d, x, y)
	case reflect.Uint:
		return bitwise[uint](k, d, x, y)
	case reflect.Uint8:
		return bitwise[uint8](k, d, x, y)
	case reflect.Uint16:
		return bitwise[uint16](k, d, x, y)
	case reflect.Uint32:
		return bitwise[uint32](k, d, x, y)
	case reflect.Uint64:
		return bitwise[uint64](k, d, x, y)
	case reflect.Uintptr:
		return bitwise[uintptr](k, d, x, y)
	case reflect.Float32:
		return arithmetic[float32](k, d, x, y)
	case reflect.Float64:
		return arithmetic[float64](k, d, x, y)
	case reflect.Complex64:
		return arithmetic[complex64](k, d, x, y)
	case reflect.Complex128:
		return arithmetic[complex128](k, d, x, y)
	case reflect.String:
		return c.concat(b)
	}
	panic("operation " + b.String())
}

// arithmetic compiles an operation of numbers. It is not inlined, nor are others like it: in
// the closures of an inlined generic function the compiler calls reg, which it else inlines.
//
//go:noinline
func arithmetic[T number](k token.Token, d, x, y uintptr) op {
	switch k {
	case token.ADD:
		return func(fr *frame) { *reg[T](fr, d) = *reg[T](fr, x) + *reg[T](fr, y) }
	case token.SUB:
		return func(fr *frame) { *reg[T](fr, d) = *reg[T](fr, x) - *reg[T](fr, y) }
	case token.MUL:
		return func(fr *frame) { *reg[T](fr, d) = *reg[T](fr, x) * *reg[T](fr, y) }
	case token.QUO:
		return func(fr *frame) { *reg[T](fr, d) = *reg[T](fr, x) / *reg[T](fr, y) }
	}
	return nil
}

func bitwise[T integer](k token.Token, d, x, y uintptr) op {
	if o := arithmetic[T](k, d, x, y); o != nil {
		return o
	}
	switch k {
	case token.REM:
		return func(fr *frame) { *reg[T](fr, d) = *reg[T](fr, x) % *reg[T](fr, y) }
	case token.AND:
		return func(fr *frame) { *reg[T](fr, d) = *reg[T](fr, x) & *reg[T](fr, y) }
	case token.OR:
		return func(fr *frame) { *reg[T](fr, d) = *reg[T](fr, x) | *reg[T](fr, y) }
	case token.XOR:
		return func(fr *frame) { *reg[T](fr, d) = *reg[T](fr, x) ^ *reg[T](fr, y) }
	case token.AND_NOT:
		return func(fr *frame) { *reg[T](fr, d) = *reg[T](fr, x) &^ *reg[T](fr, y) }
	}
	return nil
}

// shift compiles a shift.
func (c *compiler) shift(b *ssa.BinOp) op {
	k, d, x, n := b.Op, c.off(b), c.off(b.X), c.count(b.Y)
	switch c.typ(b.X).Kind() {
	case reflect.Int:
		return shift[int](k, d, x, n)
	case reflect.Int8:
		return shift[int8](k, d, x, n)
	case reflect.Int16:
		return shift[int16](k, d, x, n)
	case reflect.Int32:
		return shift[int32](k, d, x, n)
	case reflect.Int64:
		return shift[int64](k, d, x, n)
	case reflect.Uint:
		return shift[uint](k, d, x, n)
	case reflect.Uint8:
		return shift[uint8](k, d, x, n)
	case reflect.Uint16:
		return shift[uint16](k, d, x, n)
	case reflect.Uint32:
		return shift[uint32](k, d, x, n)
	case reflect.Uint64:
		return shift[uint64](k, d, x, n)
	case reflect.Uintptr:
		return shift[uintptr](k, d, x, n)
	}
	panic("shift " + b.String())
}

//go:noinline
func shift[T integer](k token.Token, d, x uintptr, count func(*frame) uint64) op {
	if k == token.SHL {
		return func(fr *frame) { *reg[T](fr, d) = *reg[T](fr, x) << count(fr) }
	}
	return func(fr *frame) { *reg[T](fr, d) = *reg[T](fr, x) >> count(fr) }
}

// count reads the count of a shift.
func (c *compiler) count(v ssa.Value) func(*frame) uint64 {
	y, k := c.off(v), c.typ(v).Kind()
	load := intLoader(k)
	if k == reflect.Uint || k == reflect.Uint64 {
		return func(fr *frame) uint64 { return *reg[uint64](fr, y) }
	}
	if isUnsigned(k) {
		return func(fr *frame) uint64 { return uint64(load(at(fr, y))) }
	}
	return func(fr *frame) uint64 {
		n := load(at(fr, y))
		if n < 0 {
			_ = 1 << n // panics as Go does
		}
		return uint64(n)
	}
}

// intLoader reads an integer of a kind, nil if the kind is none.
func intLoader(k reflect.Kind) func(ptr) int64 {
	switch k {
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint64, reflect.Uintptr:
		return func(p ptr) int64 { return *(*int64)(p) }
	case reflect.Int8:
		return func(p ptr) int64 { return int64(*(*int8)(p)) }
	case reflect.Int16:
		return func(p ptr) int64 { return int64(*(*int16)(p)) }
	case reflect.Int32:
		return func(p ptr) int64 { return int64(*(*int32)(p)) }
	case reflect.Uint8:
		return func(p ptr) int64 { return int64(*(*uint8)(p)) }
	case reflect.Uint16:
		return func(p ptr) int64 { return int64(*(*uint16)(p)) }
	case reflect.Uint32:
		return func(p ptr) int64 { return int64(*(*uint32)(p)) }
	}
	return nil
}

// compare compiles a comparison of ordered values.
func compare[T ordered](k token.Token, x, y uintptr) func(*frame) bool {
	switch k {
	case token.EQL:
		return func(fr *frame) bool { return *reg[T](fr, x) == *reg[T](fr, y) }
	case token.NEQ:
		return func(fr *frame) bool { return *reg[T](fr, x) != *reg[T](fr, y) }
	case token.LSS:
		return func(fr *frame) bool { return *reg[T](fr, x) < *reg[T](fr, y) }
	case token.LEQ:
		return func(fr *frame) bool { return *reg[T](fr, x) <= *reg[T](fr, y) }
	case token.GTR:
		return func(fr *frame) bool { return *reg[T](fr, x) > *reg[T](fr, y) }
	}
	return func(fr *frame) bool { return *reg[T](fr, x) >= *reg[T](fr, y) }
}

// branchOn compiles a branch on a comparison of ordered values.
//
//go:noinline
func branchOn[T ordered](k token.Token, x, y uintptr, yes, no *block) func(*frame) *block {
	switch k {
	case token.NEQ, token.GEQ, token.GTR:
		yes, no = no, yes
	}
	switch k {
	case token.EQL, token.NEQ:
		return func(fr *frame) *block {
			if *reg[T](fr, x) == *reg[T](fr, y) {
				return yes
			}
			return no
		}
	case token.LSS, token.GEQ:
		return func(fr *frame) *block {
			if *reg[T](fr, x) < *reg[T](fr, y) {
				return yes
			}
			return no
		}
	}
	return func(fr *frame) *block {
		if *reg[T](fr, x) <= *reg[T](fr, y) {
			return yes
		}
		return no
	}
}

// compareBranch compiles a branch on the commonest comparisons, nil for others. (Floats
// are left out: they are not ordered when one is no number.)
func (c *compiler) compareBranch(b *ssa.BinOp, yes, no *block) func(*frame) *block {
	t := c.typ(b.X)
	if t.Kind() != c.typ(b.Y).Kind() {
		return nil
	}
	x, y := c.off(b.X), c.off(b.Y)
	switch t.Kind() {
	case reflect.Int:
		return branchOn[int](b.Op, x, y, yes, no)
	case reflect.Int64:
		return branchOn[int64](b.Op, x, y, yes, no)
	case reflect.Int32:
		return branchOn[int32](b.Op, x, y, yes, no)
	case reflect.Uint64:
		return branchOn[uint64](b.Op, x, y, yes, no)
	case reflect.Uint8:
		return branchOn[uint8](b.Op, x, y, yes, no)
	}
	return nil
}

// condition compiles a comparison.
func (c *compiler) condition(b *ssa.BinOp) func(*frame) bool {
	x, y, k := c.off(b.X), c.off(b.Y), b.Op
	tx, ty := c.typ(b.X), c.typ(b.Y)
	switch tx.Kind() {
	case reflect.Int:
		return compare[int](k, x, y)
	case reflect.Int8:
		return compare[int8](k, x, y)
	case reflect.Int16:
		return compare[int16](k, x, y)
	case reflect.Int32:
		return compare[int32](k, x, y)
	case reflect.Int64:
		return compare[int64](k, x, y)
	case reflect.Uint:
		return compare[uint](k, x, y)
	case reflect.Uint8:
		return compare[uint8](k, x, y)
	case reflect.Uint16:
		return compare[uint16](k, x, y)
	case reflect.Uint32:
		return compare[uint32](k, x, y)
	case reflect.Uint64:
		return compare[uint64](k, x, y)
	case reflect.Uintptr:
		return compare[uintptr](k, x, y)
	case reflect.Float32:
		return compare[float32](k, x, y)
	case reflect.Float64:
		return compare[float64](k, x, y)
	case reflect.String:
		return compare[string](k, x, y)
	}
	return c.equal(x, y, tx, ty, types.IsInterface(b.X.Type()) || types.IsInterface(b.Y.Type()), k == token.NEQ)
}

// equal compiles == of values that have no order, or != if negated.
func (c *compiler) equal(x, y uintptr, tx, ty reflect.Type, interfaces, negated bool) func(*frame) bool {
	if interfaces {
		ex, ey := emptyInterface(tx), emptyInterface(ty)
		table := c.p.types
		return func(fr *frame) bool {
			a, b := ex(at(fr, x)), ey(at(fr, y))
			if a != b && table.Renewed() { // of one type with an older and a newer descriptor
				return latest(table, a) == latest(table, b) != negated
			}
			return (a == b) != negated
		}
	}
	switch tx.Kind() {
	case reflect.Bool:
		return func(fr *frame) bool { return *reg[bool](fr, x) == *reg[bool](fr, y) != negated }
	case reflect.Complex64:
		return func(fr *frame) bool { return *reg[complex64](fr, x) == *reg[complex64](fr, y) != negated }
	case reflect.Complex128:
		return func(fr *frame) bool { return *reg[complex128](fr, x) == *reg[complex128](fr, y) != negated }
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Slice:
		return func(fr *frame) bool { return *reg[ptr](fr, x) == *reg[ptr](fr, y) != negated }
	}
	same := rtype.Head(tx).Equal
	return func(fr *frame) bool { return same(at(fr, x), at(fr, y)) != negated }
}

// latest is a value with the newest descriptor of its type.
func latest(table *rtype.Table, v any) any {
	i := (*iface)(ptr(&v))
	i.tab = table.Latest(i.tab)
	return v
}

// unop compiles an operation of one operand.
func (c *compiler) unop(in *ssa.UnOp) op {
	switch in.Op {
	case token.MUL:
		return c.load(in)
	case token.ARROW:
		return c.receive(in)
	}
	d, x, t := c.off(in), c.off(in.X), c.typ(in.X)
	switch in.Op {
	case token.NOT:
		return func(fr *frame) { *reg[bool](fr, d) = !*reg[bool](fr, x) }
	case token.SUB:
		switch t.Kind() {
		case reflect.Float64:
			return func(fr *frame) { *reg[float64](fr, d) = -*reg[float64](fr, x) }
		case reflect.Float32:
			return func(fr *frame) { *reg[float32](fr, d) = -*reg[float32](fr, x) }
		case reflect.Complex64:
			return func(fr *frame) { *reg[complex64](fr, d) = -*reg[complex64](fr, x) }
		case reflect.Complex128:
			return func(fr *frame) { *reg[complex128](fr, d) = -*reg[complex128](fr, x) }
		}
	}
	var flip uint64 // -n is ^n + 1
	if in.Op == token.SUB {
		flip = 1
	}
	switch t.Size() {
	case 1:
		return func(fr *frame) { *reg[uint8](fr, d) = ^*reg[uint8](fr, x) + uint8(flip) }
	case 2:
		return func(fr *frame) { *reg[uint16](fr, d) = ^*reg[uint16](fr, x) + uint16(flip) }
	case 4:
		return func(fr *frame) { *reg[uint32](fr, d) = ^*reg[uint32](fr, x) + uint32(flip) }
	}
	return func(fr *frame) { *reg[uint64](fr, d) = ^*reg[uint64](fr, x) + flip }
}
