package interp

import (
	"reflect"
	"sort"

	"github.com/cosmos72/gomacro/xreflect"
)

// find returns the first index at which ok holds, -1 if there is none.
func find(s reflect.Value, ok func(v reflect.Value) bool) int {
	for i := range elements(s) {
		if ok(s.Index(i)) {
			return i
		}
	}
	return -1
}

func equals(want reflect.Value) func(reflect.Value) bool {
	return func(v reflect.Value) bool { return v.Equal(want) }
}

func holdsFor(f reflect.Value) func(reflect.Value) bool {
	return func(v reflect.Value) bool { return f.Call([]reflect.Value{v})[0].Bool() }
}

func clone(s reflect.Value) reflect.Value {
	if s.IsNil() {
		return s
	}
	c := reflect.MakeSlice(s.Type(), s.Len(), s.Len())
	reflect.Copy(c, s)
	return c
}

func best(s reflect.Value, sign int, c compare) []reflect.Value {
	if s.Len() == 0 {
		panic("slices: empty slice has no smallest or largest element")
	}
	b := s.Index(0)
	for i := range elements(s) {
		if c(s.Index(i), b)*sign > 0 {
			b = s.Index(i)
		}
	}
	return []reflect.Value{b}
}

// search finds want in a sorted slice.
func search(s, want reflect.Value, c compare) []reflect.Value {
	i := sort.Search(s.Len(), func(i int) bool { return c(s.Index(i), want) >= 0 })
	return []reflect.Value{reflect.ValueOf(i), reflect.ValueOf(i < s.Len() && c(s.Index(i), want) == 0)}
}

func isSorted(s reflect.Value, c compare) bool {
	for i := 1; i < s.Len(); i++ {
		if c(s.Index(i), s.Index(i-1)) < 0 {
			return false
		}
	}
	return true
}

// compact keeps the first of equal neighbours.
func compact(s reflect.Value, same func(a, b reflect.Value) bool) reflect.Value {
	if s.Len() < 2 {
		return s
	}
	n := 1
	for i := 1; i < s.Len(); i++ {
		if !same(s.Index(i), s.Index(n-1)) {
			s.Index(n).Set(s.Index(i))
			n++
		}
	}
	return s.Slice(0, n)
}

func reverse(s reflect.Value) {
	swap := reflect.Swapper(s.Interface())
	for i, j := 0, s.Len()-1; i < j; i, j = i+1, j-1 {
		swap(i, j)
	}
}

// remove returns s without the elements from i to j.
func remove(s reflect.Value, i, j int) reflect.Value {
	_ = s.Slice(i, j) // panics as slices.Delete does
	n := reflect.Copy(s.Slice(i, s.Len()), s.Slice(j, s.Len()))
	s.Slice(i+n, s.Len()).Clear()
	return s.Slice(0, i+n)
}

// twoSlices is for two slices of one type.
func twoSlices(out func(xreflect.Type) types) typing {
	return ofSlice(func(s xreflect.Type, rest types) (types, types, string) {
		if rest[0] == nil || !rest[0].IdenticalTo(s) {
			return problem("%s is not a %s", typeText(rest[0]), typeText(s))
		}
		return types{s}, out(s), ""
	})
}

// withInts is for n further arguments that are ints, and then elements.
func withInts(n int, out func(xreflect.Type) types) typing {
	return ofSlice(func(s xreflect.Type, rest types) (types, types, string) {
		more := make(types, len(rest))
		for i := range rest {
			more[i] = s.Elem()
			if i < n {
				more[i] = anInt(s)[0]
			}
		}
		return more, out(s), ""
	})
}

var slicesFuncs = map[string]generic{
	"Sort":     {1, 1, orderedElements(nothing), func(a []reflect.Value) []reflect.Value { sortValues(a[0]); return nil }},
	"Sorted":   {1, 1, orderedElements(itself), func(a []reflect.Value) []reflect.Value { c := clone(a[0]); sortValues(c); return []reflect.Value{c} }},
	"Collect":  {1, 1, anyElements(itself), func(a []reflect.Value) []reflect.Value { return []reflect.Value{clone(a[0])} }},
	"Clone":    {1, 1, anyElements(itself), func(a []reflect.Value) []reflect.Value { return []reflect.Value{clone(a[0])} }},
	"Values":   {1, 1, anyElements(itself), func(a []reflect.Value) []reflect.Value { return a }},
	"Reverse":  {1, 1, anyElements(nothing), func(a []reflect.Value) []reflect.Value { reverse(a[0]); return nil }},
	"Max":      {1, 1, orderedElements(anElement), func(a []reflect.Value) []reflect.Value { return best(a[0], 1, compareValues) }},
	"Min":      {1, 1, orderedElements(anElement), func(a []reflect.Value) []reflect.Value { return best(a[0], -1, compareValues) }},
	"IsSorted": {1, 1, orderedElements(aBool), func(a []reflect.Value) []reflect.Value { return one(isSorted(a[0], compareValues)) }},
	"Compact": {1, 1, anyElements(itself), func(a []reflect.Value) []reflect.Value {
		return []reflect.Value{compact(a[0], func(x, y reflect.Value) bool { return x.Equal(y) })}
	}},
	"SortFunc":       {2, 2, withFunc(2, reflect.Int, nothing), func(a []reflect.Value) []reflect.Value { sortBy(a[0], compareFunc(a[1])); return nil }},
	"SortStableFunc": {2, 2, withFunc(2, reflect.Int, nothing), func(a []reflect.Value) []reflect.Value { sortBy(a[0], compareFunc(a[1])); return nil }},
	"SortedFunc": {2, 2, withFunc(2, reflect.Int, itself), func(a []reflect.Value) []reflect.Value {
		c := clone(a[0])
		sortBy(c, compareFunc(a[1]))
		return []reflect.Value{c}
	}},
	"MaxFunc":      {2, 2, withFunc(2, reflect.Int, anElement), func(a []reflect.Value) []reflect.Value { return best(a[0], 1, compareFunc(a[1])) }},
	"MinFunc":      {2, 2, withFunc(2, reflect.Int, anElement), func(a []reflect.Value) []reflect.Value { return best(a[0], -1, compareFunc(a[1])) }},
	"IsSortedFunc": {2, 2, withFunc(2, reflect.Int, aBool), func(a []reflect.Value) []reflect.Value { return one(isSorted(a[0], compareFunc(a[1]))) }},
	"Contains":     {2, 2, withElements(aBool), func(a []reflect.Value) []reflect.Value { return one(find(a[0], equals(a[1])) >= 0) }},
	"Index":        {2, 2, withElements(anInt), func(a []reflect.Value) []reflect.Value { return one(find(a[0], equals(a[1]))) }},
	"ContainsFunc": {2, 2, withFunc(1, reflect.Bool, aBool), func(a []reflect.Value) []reflect.Value { return one(find(a[0], holdsFor(a[1])) >= 0) }},
	"IndexFunc":    {2, 2, withFunc(1, reflect.Bool, anInt), func(a []reflect.Value) []reflect.Value { return one(find(a[0], holdsFor(a[1]))) }},
	"DeleteFunc": {2, 2, withFunc(1, reflect.Bool, itself), func(a []reflect.Value) []reflect.Value {
		n, drop := 0, holdsFor(a[1])
		for i := range elements(a[0]) {
			if v := a[0].Index(i); !drop(v) {
				a[0].Index(n).Set(v)
				n++
			}
		}
		a[0].Slice(n, a[0].Len()).Clear()
		return []reflect.Value{a[0].Slice(0, n)}
	}},
	"CompactFunc": {2, 2, withFunc(2, reflect.Bool, itself), func(a []reflect.Value) []reflect.Value {
		return []reflect.Value{compact(a[0], func(x, y reflect.Value) bool { return a[1].Call([]reflect.Value{y, x})[0].Bool() })}
	}},
	"BinarySearch": {2, 2, withElements(anIntAndBool), func(a []reflect.Value) []reflect.Value { return search(a[0], a[1], compareValues) }},
	"Equal": {2, 2, twoSlices(aBool), func(a []reflect.Value) []reflect.Value {
		if a[0].Len() != a[1].Len() {
			return one(false)
		}
		i := -1
		return one(find(a[0], func(v reflect.Value) bool { i++; return !v.Equal(a[1].Index(i)) }) < 0)
	}},
	"Delete": {3, 3, withInts(2, itself), func(a []reflect.Value) []reflect.Value {
		return []reflect.Value{remove(a[0], int(a[1].Int()), int(a[2].Int()))}
	}},
	"Insert": {2, many, withInts(1, itself), func(a []reflect.Value) []reflect.Value {
		i := int(a[1].Int())
		s := reflect.AppendSlice(reflect.MakeSlice(a[0].Type(), 0, a[0].Len()+len(a)), a[0].Slice(0, i))
		s = reflect.Append(s, a[2:]...)
		return []reflect.Value{reflect.AppendSlice(s, a[0].Slice(i, a[0].Len()))}
	}},
	"Repeat": {2, 2, withInts(1, itself), func(a []reflect.Value) []reflect.Value {
		s := reflect.MakeSlice(a[0].Type(), 0, 0)
		for range int(a[1].Int()) {
			s = reflect.AppendSlice(s, a[0])
		}
		return []reflect.Value{s}
	}},
	"Concat": {1, many, func(args types) (types, types, string) {
		for _, t := range args {
			if t == nil || t.Kind() != reflect.Slice || !t.IdenticalTo(args[0]) {
				return problem("%s is not a %s", typeText(t), typeText(args[0]))
			}
		}
		return args, args[:1], ""
	}, func(a []reflect.Value) []reflect.Value {
		s := reflect.MakeSlice(a[0].Type(), 0, 0)
		for _, v := range a {
			s = reflect.AppendSlice(s, v)
		}
		return []reflect.Value{s}
	}},
}

// ofMap is for functions of maps, all of one type.
func ofMap(out func(m xreflect.Type) types) typing {
	return func(args types) (types, types, string) {
		for _, t := range args {
			if t == nil || t.Kind() != reflect.Map || !t.IdenticalTo(args[0]) {
				return problem("%s is not a %s", typeText(t), "map")
			}
		}
		return args, out(args[0]), ""
	}
}

var mapsFuncs = map[string]generic{
	"Keys": {1, 1, ofMap(func(m xreflect.Type) types { return types{m.Universe().SliceOf(m.Key())} }), func(a []reflect.Value) []reflect.Value {
		return mapParts(a[0], reflect.SliceOf(a[0].Type().Key()), (*reflect.MapIter).Key)
	}},
	"Values": {1, 1, ofMap(func(m xreflect.Type) types { return types{m.Universe().SliceOf(m.Elem())} }), func(a []reflect.Value) []reflect.Value {
		return mapParts(a[0], reflect.SliceOf(a[0].Type().Elem()), (*reflect.MapIter).Value)
	}},
	"Clone": {1, 1, ofMap(itself), func(a []reflect.Value) []reflect.Value {
		if a[0].IsNil() {
			return a
		}
		c := reflect.MakeMap(a[0].Type())
		copyMap(c, a[0])
		return []reflect.Value{c}
	}},
	"Copy": {2, 2, ofMap(nothing), func(a []reflect.Value) []reflect.Value { copyMap(a[0], a[1]); return nil }},
	"Equal": {2, 2, ofMap(aBool), func(a []reflect.Value) []reflect.Value {
		same := a[0].Len() == a[1].Len()
		for it := a[0].MapRange(); same && it.Next(); {
			v := a[1].MapIndex(it.Key())
			same = v.IsValid() && v.Equal(it.Value())
		}
		return one(same)
	}},
	"DeleteFunc": {2, 2, func(args types) (types, types, string) {
		m, f := args[0], args[1]
		if m == nil || m.Kind() != reflect.Map || f == nil || f.Kind() != reflect.Func || f.NumIn() != 2 || f.NumOut() != 1 || f.Out(0).Kind() != reflect.Bool {
			return problem("needs a map and a function of key and value that returns bool")
		}
		return args, nil, ""
	}, func(a []reflect.Value) []reflect.Value {
		for it := a[0].MapRange(); it.Next(); {
			if a[1].Call([]reflect.Value{it.Key(), it.Value()})[0].Bool() {
				a[0].SetMapIndex(it.Key(), reflect.Value{})
			}
		}
		return nil
	}},
}

func mapParts(m reflect.Value, t reflect.Type, part func(*reflect.MapIter) reflect.Value) []reflect.Value {
	s := reflect.MakeSlice(t, 0, m.Len())
	for it := m.MapRange(); it.Next(); {
		s = reflect.Append(s, part(it))
	}
	return []reflect.Value{s}
}

func copyMap(to, from reflect.Value) {
	for it := from.MapRange(); it.Next(); {
		to.SetMapIndex(it.Key(), it.Value())
	}
}

var cmpFuncs = map[string]generic{
	"Compare": {2, 2, func(args types) (types, types, string) {
		in, out, wrong := sameOrdered(args)
		if wrong == "" {
			out = anInt(out[0])
		}
		return in, out, wrong
	}, func(a []reflect.Value) []reflect.Value { return one(compareValues(a[0], a[1])) }},
	"Less": {2, 2, func(args types) (types, types, string) {
		in, out, wrong := sameOrdered(args)
		if wrong == "" {
			out = aBool(out[0])
		}
		return in, out, wrong
	}, func(a []reflect.Value) []reflect.Value { return one(compareValues(a[0], a[1]) < 0) }},
	"Or": {1, many, func(args types) (types, types, string) {
		in := make(types, len(args))
		for i := range in {
			in[i] = args[0]
		}
		return in, args[:1], ""
	}, func(a []reflect.Value) []reflect.Value {
		for _, v := range a {
			if !v.IsZero() {
				return []reflect.Value{v}
			}
		}
		return []reflect.Value{reflect.Zero(a[0].Type())}
	}},
}
