package generator

import (
	"fmt"
	"go/constant"
	"go/types"
	"math"

	"github.com/cosmos72/gomacro/base/untyped"
)

// constant adds a constant. An untyped one is also kept as text without loss of
// precision, and its reflect value is of a type that surely holds it.
func (f *file) constant(obj *types.Const, full string) {
	basic, ok := obj.Type().(*types.Basic)
	if !ok || basic.Info()&types.IsUntyped == 0 {
		fmt.Fprintf(&f.binds, "%q: r.ValueOf(%s),\n", obj.Name(), full)
		return
	}
	fmt.Fprintf(&f.untypeds, "%q: %q,\n", obj.Name(), untyped.Marshal(untyped.GoUntypedToKind(basic.Kind()), obj.Val()))
	fmt.Fprintf(&f.binds, "%q: r.ValueOf(%s),\n", obj.Name(), fitting(obj.Val(), full))
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
