package interp

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"sort"

	"github.com/cosmos72/gomacro/base/genimport"
	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/xreflect"
)

// generic is a generic function of the standard library, which gomacro cannot
// know: its types are chosen where it is called. It is done by reflection.
type generic struct {
	least, most int
	types       typing
	run         func(args []reflect.Value) []reflect.Value
}

const many = 1 << 15 // as many arguments as are given

// declareGenerics declares min, max and clear, and the packages slices, maps and
// cmp with the functions that make sense without iterators: what gives an
// iterator in Go gives a slice here, and what takes one takes a slice.
func (in *Interp) declareGenerics() {
	top := in.ir.Comp.TopComp()
	for name, g := range map[string]generic{"min": extreme(-1), "max": extreme(1), "clear": clearing} {
		top.DeclBuiltin0(name, builtin(name, g.least, g.most, g.types, g.run))
	}
	in.declarePackage("slices", slicesFuncs)
	in.declarePackage("maps", mapsFuncs)
	in.declarePackage("cmp", cmpFuncs)
}

// declarePackage makes a package of generic functions.
func (in *Interp) declarePackage(path string, funcs map[string]generic) {
	cg := in.ir.Comp.CompGlobals
	imp := cg.NewImport(&genimport.PackageRef{Path: path})
	imp.Name, imp.Path = path, path
	if imp.Binds == nil {
		imp.Binds = map[string]*fast.Bind{}
	}
	for name, g := range funcs {
		b := builtin(path+"."+name, g.least, g.most, g.types, g.run)
		imp.Binds[name] = &fast.Bind{
			Lit:  fast.Lit{Type: in.ir.Comp.TypeOfBuiltin(), Value: b},
			Desc: fast.ConstBind.MakeDescriptor(fast.NoIndex), Name: name,
		}
	}
	cg.KnownImports[path] = imp
}

// Shapes of parameter lists. Each returns the types, or what is wrong.

type types = []xreflect.Type

func problem(format string, args ...any) (types, types, string) {
	return nil, nil, fmt.Sprintf(format, args...)
}

// sameOrdered is for min and max: numbers or strings of one type.
func sameOrdered(args types) (types, types, string) {
	t := args[0]
	for _, a := range args {
		if a == nil || !ordered(a.Kind()) {
			return problem("%s is not ordered", typeText(a))
		}
		if t.Kind() != a.Kind() && isNumber(t.Kind()) && isNumber(a.Kind()) && a.Kind() == reflect.Float64 {
			t = a // min(1, 2.5)
		}
	}
	in := make(types, len(args))
	for i := range in {
		in[i] = t
	}
	return in, types{t}, ""
}

func ordered(k reflect.Kind) bool { return isNumber(k) || k == reflect.String }

func isNumber(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Float64
}

// ofSlice is for functions of one slice and further arguments; results says
// what comes out. Further arguments of the kind "element" have the element type.
func ofSlice(check func(slice xreflect.Type, rest types) (more types, out types, problem string)) typing {
	return func(args types) (types, types, string) {
		if args[0] == nil || args[0].Kind() != reflect.Slice {
			return problem("%s is not a slice", typeText(args[0]))
		}
		more, out, wrong := check(args[0], args[1:])
		return append(types{args[0]}, more...), out, wrong
	}
}

func orderedElements(out func(slice xreflect.Type) types) typing {
	return ofSlice(func(s xreflect.Type, _ types) (types, types, string) {
		if !ordered(s.Elem().Kind()) {
			return problem("%s is not ordered: use the Func form with a comparison", typeText(s.Elem()))
		}
		return nil, out(s), ""
	})
}

func anyElements(out func(slice xreflect.Type) types) typing {
	return ofSlice(func(s xreflect.Type, _ types) (types, types, string) { return nil, out(s), "" })
}

// withElements is for further arguments of the element type.
func withElements(out func(slice xreflect.Type) types) typing {
	return ofSlice(func(s xreflect.Type, rest types) (types, types, string) {
		more := make(types, len(rest))
		for i := range rest {
			more[i] = s.Elem()
		}
		return more, out(s), ""
	})
}

// withFunc is for one further argument that is a function of n elements.
func withFunc(n int, result reflect.Kind, out func(slice xreflect.Type) types) typing {
	return ofSlice(func(s xreflect.Type, rest types) (types, types, string) {
		f := rest[0]
		if f == nil || f.Kind() != reflect.Func || f.NumIn() != n || f.NumOut() != 1 || f.Out(0).Kind() != result || !f.In(0).IdenticalTo(s.Elem()) {
			return problem("the function must take %d of %s and return %s", n, typeText(s.Elem()), result)
		}
		return types{f}, out(s), ""
	})
}

func nothing(xreflect.Type) types        { return nil }
func itself(s xreflect.Type) types       { return types{s} }
func anElement(s xreflect.Type) types    { return types{s.Elem()} }
func aBool(s xreflect.Type) types        { return types{s.Universe().BasicTypes[reflect.Bool]} }
func anInt(s xreflect.Type) types        { return types{s.Universe().BasicTypes[reflect.Int]} }
func anIntAndBool(s xreflect.Type) types { return append(anInt(s), aBool(s)...) }
func one(v any) []reflect.Value          { return []reflect.Value{reflect.ValueOf(v)} }
func elements(s reflect.Value) (n int)   { return s.Len() }

func compareFunc(f reflect.Value) compare {
	return func(a, b reflect.Value) int { return int(f.Call([]reflect.Value{a, b})[0].Int()) }
}

type compare func(a, b reflect.Value) int

// compareValues orders numbers and strings as cmp.Compare does.
func compareValues(a, b reflect.Value) int {
	switch {
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	}
	return cmp.Compare(a.String(), b.String())
}

// sortValues sorts a slice in place. The usual element types are sorted by the
// library at full speed.
func sortValues(s reflect.Value) {
	switch v := s.Interface().(type) {
	case []int:
		slices.Sort(v)
	case []float64:
		slices.Sort(v)
	case []float32:
		slices.Sort(v)
	case []string:
		slices.Sort(v)
	default:
		sortBy(s, compareValues)
	}
}

// sortBy sorts a slice in place; equal elements keep their order.
func sortBy(s reflect.Value, c compare) {
	sort.Stable(&sorter{s, c, reflect.Swapper(s.Interface())})
}

type sorter struct {
	s    reflect.Value
	c    compare
	swap func(i, j int)
}

func (s *sorter) Len() int           { return s.s.Len() }
func (s *sorter) Less(i, j int) bool { return s.c(s.s.Index(i), s.s.Index(j)) < 0 }
func (s *sorter) Swap(i, j int)      { s.swap(i, j) }

// extreme makes min (sign -1) and max (sign 1).
func extreme(sign int) generic {
	return generic{1, many, sameOrdered, func(args []reflect.Value) []reflect.Value {
		best := args[0]
		for _, a := range args[1:] {
			if a.CanFloat() && a.Float() != a.Float() {
				return []reflect.Value{a} // NaN wins, as in Go
			}
			if compareValues(a, best)*sign > 0 && !(best.CanFloat() && best.Float() != best.Float()) {
				best = a
			}
		}
		return []reflect.Value{best}
	}}
}

var clearing = generic{1, 1, func(args types) (types, types, string) {
	if args[0] == nil || args[0].Kind() != reflect.Map && args[0].Kind() != reflect.Slice {
		return problem("%s is neither a map nor a slice", typeText(args[0]))
	}
	return args, nil, ""
}, func(args []reflect.Value) []reflect.Value { args[0].Clear(); return nil }}
