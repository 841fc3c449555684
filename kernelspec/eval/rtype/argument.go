package rtype

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// arguments returns the type arguments of an instance as the compiler writes them into its
// name: with the paths of packages, and with numbers behind the types of function bodies.
func arguments(typ *types.Named) string { return bracketed(slices.Collect(typ.TypeArgs().Types())) }

func bracketed(list []types.Type) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	for i, arg := range list {
		b.WriteByte("[,"[min(i, 1)])
		writeArgument(&b, arg)
	}
	b.WriteByte(']')
	return b.String()
}

func writeArgument(b *strings.Builder, typ types.Type) {
	switch t := types.Unalias(typ).(type) {
	case *types.Basic:
		b.WriteString(basic[t.Kind()].String())
	case *types.Named:
		if pkg := t.Obj().Pkg(); pkg != nil {
			b.WriteString(pkg.Path() + ".")
		}
		b.WriteString(t.Obj().Name() + generation(t.Obj()) + arguments(t))
	case *types.Pointer:
		b.WriteByte('*')
		writeArgument(b, t.Elem())
	case *types.Slice:
		b.WriteString("[]")
		writeArgument(b, t.Elem())
	case *types.Array:
		fmt.Fprintf(b, "[%d]", t.Len())
		writeArgument(b, t.Elem())
	case *types.Map:
		b.WriteString("map[")
		writeArgument(b, t.Key())
		b.WriteByte(']')
		writeArgument(b, t.Elem())
	case *types.Chan:
		writeChan(b, t)
	case *types.Signature:
		b.WriteString("func")
		writeSignature(b, t)
	case *types.Struct:
		writeStruct(b, t)
	case *types.Interface:
		writeInterface(b, t)
	}
}

func writeChan(b *strings.Builder, t *types.Chan) {
	elem, inner := types.Unalias(t.Elem()).(*types.Chan)
	switch {
	case t.Dir() == types.SendOnly:
		b.WriteString("chan<- ")
	case t.Dir() == types.RecvOnly:
		b.WriteString("<-chan ")
	case inner && elem.Dir() == types.RecvOnly:
		b.WriteString("chan (")
		writeArgument(b, elem)
		b.WriteByte(')')
		return
	default:
		b.WriteString("chan ")
	}
	writeArgument(b, t.Elem())
}

func writeSignature(b *strings.Builder, t *types.Signature) {
	writeTuple(b, t.Params(), t.Variadic())
	switch results := t.Results(); results.Len() {
	case 0:
	case 1:
		b.WriteByte(' ')
		writeArgument(b, results.At(0).Type())
	default:
		b.WriteByte(' ')
		writeTuple(b, results, false)
	}
}

func writeTuple(b *strings.Builder, t *types.Tuple, variadic bool) {
	b.WriteByte('(')
	for i := range t.Len() {
		if i > 0 {
			b.WriteString(", ")
		}
		typ := t.At(i).Type()
		if variadic && i == t.Len()-1 {
			b.WriteString("...")
			typ = typ.(*types.Slice).Elem()
		}
		writeArgument(b, typ)
	}
	b.WriteByte(')')
}

func writeStruct(b *strings.Builder, t *types.Struct) {
	b.WriteString("struct {")
	for i := range t.NumFields() {
		if i > 0 {
			b.WriteByte(';')
		}
		b.WriteByte(' ')
		f := t.Field(i)
		if !f.Embedded() {
			b.WriteString(qualified(f) + " ")
		}
		writeArgument(b, f.Type())
		if tag := t.Tag(i); tag != "" {
			fmt.Fprintf(b, " %q", tag)
		}
	}
	if t.NumFields() > 0 {
		b.WriteByte(' ')
	}
	b.WriteByte('}')
}

func writeInterface(b *strings.Builder, t *types.Interface) {
	b.WriteString("interface {")
	for i, m := range methodsOfInterface(t) {
		if i > 0 {
			b.WriteByte(';')
		}
		b.WriteString(" " + qualified(m))
		writeSignature(b, m.Signature())
	}
	if t.NumMethods() > 0 {
		b.WriteByte(' ')
	}
	b.WriteByte('}')
}

// qualified is the name of a field or method, with the path of its package if it is not
// exported.
func qualified(obj types.Object) string {
	if obj.Exported() || obj.Pkg() == nil {
		return obj.Name()
	}
	return obj.Pkg().Path() + "." + obj.Name()
}

// generation is what the compiler puts behind the name of a type that a function body
// declares: its number among those of the package. It is empty for other types.
func generation(obj *types.TypeName) string {
	if obj.Pkg() == nil || obj.Parent() == nil || obj.Parent() == obj.Pkg().Scope() {
		return ""
	}
	list := localTypes(nil, obj.Pkg().Scope(), true)
	slices.Sort(list)
	return fmt.Sprintf("·%d", slices.Index(list, obj.Pos())+1)
}

// localTypes appends the places of the types that are declared inside a scope.
func localTypes(list []token.Pos, scope *types.Scope, global bool) []token.Pos {
	for _, name := range scope.Names() {
		obj, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || global || obj.IsAlias() {
			continue
		}
		if _, ok := obj.Type().(*types.TypeParam); !ok {
			list = append(list, obj.Pos())
		}
	}
	for i := range scope.NumChildren() {
		list = localTypes(list, scope.Child(i), false)
	}
	return list
}
