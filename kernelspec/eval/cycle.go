package eval

import "go/types"

// cycleFinder finds anonymous interfaces that refer to themselves through their methods.
type cycleFinder struct {
	open map[*types.Interface]bool // true while it is looked at, false once it is known to be none
}

// found reports whether an interface lies on such a cycle. Each cycle is found once.
func (f *cycleFinder) found(t *types.Interface) bool {
	for m := range t.Methods() {
		if f.visit(m.Type()) {
			for other := range f.open {
				f.open[other] = false
			}
			return true
		}
	}
	return false
}

// visit looks for interfaces in a type, up to the types that have a name.
func (f *cycleFinder) visit(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Map:
		return f.visit(t.Key()) || f.visit(t.Elem())
	case interface{ Elem() types.Type }: // pointer, array, slice, channel
		return f.visit(t.Elem())
	case *types.Tuple:
		for v := range t.Variables() {
			if f.visit(v.Type()) {
				return true
			}
		}
	case *types.Signature:
		return f.visit(t.Params()) || f.visit(t.Results())
	case *types.Struct:
		for v := range t.Fields() {
			if f.visit(v.Type()) {
				return true
			}
		}
	case *types.Interface:
		return f.anonymous(t)
	}
	return false
}

func (f *cycleFinder) anonymous(t *types.Interface) bool {
	if t.NumExplicitMethods() == 0 && t.NumEmbeddeds() == 0 {
		return false
	}
	if known, ok := f.open[t]; ok {
		return known
	}
	if f.open == nil {
		f.open = map[*types.Interface]bool{}
	}
	f.open[t] = true
	for m := range t.Methods() {
		if f.visit(m.Type()) {
			return true
		}
	}
	f.open[t] = false
	return false
}
