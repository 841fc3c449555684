package help

import (
	"go/ast"
	"go/token"
	"go/types"
)

// packageOf returns the package that an expression names, nil if it names none.
func (d *draft) packageOf(x ast.Expr) *types.Package {
	if id, ok := x.(*ast.Ident); ok {
		if p, ok := d.object(id).(*types.PkgName); ok {
			return p.Imported()
		}
	}
	return nil
}

// typeOf returns the type of an expression, nil if it has none.
func (d *draft) typeOf(x ast.Expr) types.Type {
	t := d.info.TypeOf(x)
	if t == nil || t == types.Typ[types.Invalid] {
		return nil
	}
	return t
}

// literal returns the struct of the composite literal in which the cursor stands
// at the place of a field's name, and the names that are there already.
func (d *draft) literal() (*types.Struct, map[string]bool) {
	lit, ok := d.parent(1).(*ast.CompositeLit)
	if !ok || d.ident() == nil || lit.Type == ast.Expr(d.ident()) {
		return nil, nil
	}
	t := d.typeOf(lit)
	if t == nil {
		return nil, nil
	}
	s, ok := pointedAt(t).Underlying().(*types.Struct)
	if !ok {
		return nil, nil
	}
	used := map[string]bool{}
	for i, e := range lit.Elts {
		kv, keyed := e.(*ast.KeyValueExpr)
		if !keyed {
			if i == 0 && e != ast.Expr(d.ident()) {
				return nil, nil // values without names
			}
			continue
		}
		if id, ok := kv.Key.(*ast.Ident); ok {
			used[id.Name] = true
		}
	}
	return s, used
}

// want returns the type that is wanted at the cursor, nil if any would do.
func (d *draft) want() types.Type {
	if !d.wantKnown {
		d.wantKnown = true
		d.wantType = d.findWant()
	}
	return d.wantType
}

func (d *draft) findWant() types.Type {
	id := d.ident()
	if id == nil {
		return nil
	}
	var x ast.Expr = id
	at := 1
	if s := d.selector(); s != nil {
		x, at = s, 2
	}
	switch p := d.parent(at).(type) {
	case *ast.CallExpr:
		for i, arg := range p.Args {
			if arg == x {
				return d.parameterType(p, i)
			}
		}
	case *ast.AssignStmt:
		for i, rhs := range p.Rhs {
			if rhs == x && p.Tok != token.DEFINE && len(p.Lhs) == len(p.Rhs) {
				return d.typeOf(p.Lhs[i])
			}
		}
	case *ast.ValueSpec:
		if p.Type != nil && p.Type != x {
			return d.typeOf(p.Type)
		}
	case *ast.ReturnStmt:
		for i, r := range p.Results {
			if results := d.results(at); r == x && results != nil && i < results.Len() {
				return results.At(i).Type()
			}
		}
	case *ast.BinaryExpr:
		if p.Op == token.SHL || p.Op == token.SHR {
			return nil
		}
		if p.Y == x {
			return typed(d.typeOf(p.X))
		}
		return typed(d.typeOf(p.Y))
	case *ast.SendStmt:
		if t := d.typeOf(p.Chan); t != nil && p.Value == x {
			if c, ok := t.Underlying().(*types.Chan); ok {
				return c.Elem()
			}
		}
	case *ast.IndexExpr:
		if t := d.typeOf(p.X); t != nil && p.Index == x {
			if m, ok := t.Underlying().(*types.Map); ok {
				return m.Key()
			}
			return types.Typ[types.Int]
		}
	case *ast.IfStmt:
		if p.Cond == x {
			return types.Typ[types.Bool]
		}
	case *ast.KeyValueExpr:
		if p.Value == x {
			return d.valueType(p, d.parent(at+1))
		}
	case *ast.CompositeLit:
		if t := d.typeOf(p); t != nil && p.Type != x {
			switch u := t.Underlying().(type) {
			case *types.Slice:
				return u.Elem()
			case *types.Array:
				return u.Elem()
			}
		}
	}
	return nil
}

// typed returns a type, nil for those of untyped constants.
func typed(t types.Type) types.Type {
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		return nil
	}
	return t
}

// parameterType returns the type of the parameter that takes the i-th argument.
func (d *draft) parameterType(call *ast.CallExpr, i int) types.Type {
	p, ok := d.parameter(call, i)
	if !ok {
		return nil
	}
	t := p.Type()
	if _, generic := t.(*types.TypeParam); generic {
		return nil
	}
	if i, ok := t.Underlying().(*types.Interface); ok && i.Empty() {
		return nil // everything
	}
	return t
}

// parameter returns the parameter that takes the i-th argument of a call. One that
// takes many has the type of each.
func (d *draft) parameter(call *ast.CallExpr, i int) (*types.Var, bool) {
	t := d.typeOf(call.Fun)
	if t == nil || d.info.Types[call.Fun].IsType() {
		return nil, false
	}
	sig, ok := t.Underlying().(*types.Signature)
	if !ok {
		return nil, false
	}
	n := sig.Params().Len()
	if sig.Variadic() && i >= n-1 {
		last := sig.Params().At(n - 1)
		if s, ok := last.Type().(*types.Slice); ok {
			return types.NewParam(last.Pos(), last.Pkg(), last.Name(), s.Elem()), true
		}
	}
	if i >= n {
		return nil, false
	}
	return sig.Params().At(i), true
}

// results returns the results of the function around the i-th node of the path.
func (d *draft) results(i int) *types.Tuple {
	for ; i < len(d.path); i++ {
		switch f := d.path[i].(type) {
		case *ast.FuncLit:
			if sig, ok := d.typeOf(f).(*types.Signature); ok {
				return sig.Results()
			}
			return nil
		case *ast.FuncDecl:
			if o, ok := d.info.Defs[f.Name].(*types.Func); ok {
				return o.Signature().Results()
			}
			return nil
		}
	}
	return nil
}

// valueType returns the type of the value that stands behind a key of a literal.
func (d *draft) valueType(kv *ast.KeyValueExpr, parent ast.Node) types.Type {
	lit, ok := parent.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	t := d.typeOf(lit)
	if t == nil {
		return nil
	}
	switch u := pointedAt(t).Underlying().(type) {
	case *types.Map:
		return u.Elem()
	case *types.Slice:
		return u.Elem()
	case *types.Struct:
		if key, ok := kv.Key.(*ast.Ident); ok {
			for i := range u.NumFields() {
				if u.Field(i).Name() == key.Name {
					return u.Field(i).Type()
				}
			}
		}
	}
	return nil
}
