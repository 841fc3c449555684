package eval

import (
	"go/types"
	"reflect"
)

// Declare declares a name for all cells: a variable whose address is given, or a
// function. Its type must be made of types of compiled packages; it is looked up when a
// cell first mentions the name.
func (s *Session) Declare(name string, value any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending[name] = reflect.ValueOf(value)
}

// predeclared returns what Declare declared, nil if it did not or the type has no name.
func (s *Session) predeclared(name string) types.Object {
	if obj := s.fixed[name]; obj != nil {
		return obj
	}
	v, ok := s.pending[name]
	if !ok {
		return nil
	}
	t := v.Type()
	variable := t.Kind() == reflect.Pointer
	if variable {
		t = t.Elem()
	}
	typ, err := s.typeOf(t)
	if err != nil {
		return nil
	}
	pkg := types.NewPackage("main", "main")
	if variable {
		s.fixed[name] = types.NewVar(0, pkg, name, typ)
		pkg.Scope().Insert(s.fixed[name])
		s.program.Provide(pkg, nil, map[string]reflect.Value{name: v})
	} else {
		s.fixed[name] = types.NewFunc(0, pkg, name, typ.(*types.Signature))
		pkg.Scope().Insert(s.fixed[name])
		s.program.Provide(pkg, map[string]reflect.Value{name: v}, nil)
	}
	return s.fixed[name]
}
