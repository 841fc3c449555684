package code

import (
	"fmt"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/ssa"
)

// selection finds the method of a type that a call by an interface means.
func selection(t types.Type, cc *ssa.CallCommon) *types.Selection {
	sel := types.NewMethodSet(t).Lookup(cc.Method.Pkg(), cc.Method.Name())
	if sel == nil {
		panic(fmt.Sprintf("type %v has no method %s", t, cc.Method.Name()))
	}
	return sel
}

// interfaceMethod returns the type and the index of a method of an interface.
func interfaceMethod(it reflect.Type, f *types.Func) (reflect.Type, int) {
	for i := range it.NumMethod() {
		if m := it.Method(i); m.Name == f.Name() {
			return m.Type, i
		}
	}
	panic(fmt.Sprintf("interface %v has no method %s", it, f.Name()))
}
