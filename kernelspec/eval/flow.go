package eval

import (
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"
)

// Go refuses generic declarations that would need types without end, such as a method of
// T[X] that returns T[T[X]]. go/types sees that where all lie in one package; a method of a
// type of an earlier cell may lead to declarations of other cells and back. So it is noted
// which type parameters the arguments of others are made of.

// flow tells that a type parameter is part of the argument of another one.
type flow struct {
	from, to *types.TypeParam
	grows    bool // it is not the argument itself
}

// flows returns those of a part, and where they are. Receivers' type parameters count as those
// of their types.
func (p *Part) flows() map[flow]token.Pos {
	list, own := map[flow]token.Pos{}, map[*types.TypeParam]*types.TypeParam{}
	for _, obj := range p.Info.Defs {
		if f, ok := obj.(*types.Func); ok && f.Signature().RecvTypeParams().Len() > 0 {
			if named := receiverOf(f); named != nil {
				for i := range min(named.TypeParams().Len(), f.Signature().RecvTypeParams().Len()) {
					own[f.Signature().RecvTypeParams().At(i)] = named.TypeParams().At(i)
				}
			}
		}
	}
	for id, inst := range p.Info.Instances {
		params := typeParams(p.Info.Uses[id])
		for i := range min(params.Len(), inst.TypeArgs.Len()) {
			arg := inst.TypeArgs.At(i)
			f := &instanceFinder{seen: map[types.Type]bool{}, shallow: true}
			f.find(arg)
			for t := range f.seen {
				from, ok := t.(*types.TypeParam)
				if !ok {
					continue
				}
				if of := own[from]; of != nil {
					from = of
				}
				fl := flow{from, params.At(i), t != arg}
				if at, ok := list[fl]; !ok || id.Pos() < at {
					list[fl] = id.Pos()
				}
			}
		}
	}
	return list
}

// typeParams returns the type parameters of a generic type or function of a cell.
func typeParams(obj types.Object) *types.TypeParamList {
	if obj == nil || obj.Pkg() == nil || obj.Pkg().Path() != "main" {
		return nil
	}
	switch t := obj.Type().(type) {
	case *types.Named:
		return t.TypeParams()
	case *types.Alias:
		return t.TypeParams()
	case *types.Signature:
		return t.TypeParams()
	}
	return nil
}

// endless refuses the late methods of a part by which a type parameter would grow without end.
func (c *checker) endless(part *Part) {
	if !slices.ContainsFunc(part.late, func(m *lateMethod) bool { return m.named.TypeParams().Len() > 0 }) {
		return
	}
	own := part.flows()
	list := slices.AppendSeq(slices.Clone(c.s.flows), maps.Keys(own))
	at, name := token.NoPos, ""
	for _, f := range list {
		if f.grows && leads(list, f.to, f.from) {
			pos, here := own[f]
			if !here { // the part closes the cycle
				pos = part.late[0].decl.Name.Pos()
			}
			if !at.IsValid() || pos < at {
				at, name = pos, f.from.Obj().Name()
			}
		}
	}
	if at.IsValid() {
		c.unit.Problems = append(c.unit.Problems, Problem{c.unit.src.frame(at), fmt.Sprintf("instantiation cycle: %s would become part of its own argument without end", name)})
	}
}

// leads reports whether a type parameter is part of the arguments of another one at last.
func leads(list []flow, from, to *types.TypeParam) bool {
	reached := []*types.TypeParam{from}
	for i := 0; i < len(reached); i++ {
		if reached[i] == to {
			return true
		}
		for _, f := range list {
			if f.from == reached[i] && !slices.Contains(reached, f.to) {
				reached = append(reached, f.to)
			}
		}
	}
	return false
}
