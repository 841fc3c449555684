package generator

import (
	"fmt"
	"go/constant"
	"go/types"
	"math"
)

// constant adds a constant. An untyped one is also kept as text without loss of
// precision, and its reflect value is of a type that surely holds it.
func (f *file) constant(obj *types.Const, full string) {
	basic, ok := obj.Type().(*types.Basic)
	if !ok || basic.Info()&types.IsUntyped == 0 {
		fmt.Fprintf(&f.binds, "%q: r.ValueOf(%s),\n", obj.Name(), full)
		return
	}
	fmt.Fprintf(&f.untypeds, "%q: %q,\n", obj.Name(), exact(basic.Kind(), obj.Val()))
	fmt.Fprintf(&f.binds, "%q: r.ValueOf(%s),\n", obj.Name(), fitting(obj.Val(), full))
}

// exact is an untyped constant in gomacro's notation (its base/untyped): kind, colon,
// value without loss.
func exact(kind types.BasicKind, v constant.Value) string {
	switch kind {
	case types.UntypedBool:
		return "bool:" + v.ExactString()
	case types.UntypedInt:
		return "int:" + v.ExactString()
	case types.UntypedRune:
		return "rune:" + v.ExactString()
	case types.UntypedFloat:
		return "float:" + v.ExactString()
	case types.UntypedComplex:
		return "complex:" + constant.Real(v).ExactString() + ":" + constant.Imag(v).ExactString()
	}
	return "string:" + constant.StringVal(v)
}

// fitting converts an untyped integer that does not fit every int.
func fitting(v constant.Value, full string) string {
	if v.Kind() != constant.Int {
		return full
	}
	if n, exact := constant.Int64Val(v); exact {
		if n >= math.MinInt32 && n <= math.MaxInt32 {
			return full
		}
		return "int64(" + full + ")"
	}
	if _, exact := constant.Uint64Val(v); exact {
		return "uint64(" + full + ")"
	}
	return "float64(" + full + ")"
}
