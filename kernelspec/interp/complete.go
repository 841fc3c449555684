package interp

import (
	"go/ast"
	"go/token"
	"reflect"
	"sort"
	"strings"

	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/xreflect"
)

// Completion lists what could stand for the bytes from Start to End of a cell.
type Completion struct {
	Start, End int
	Matches    []Match
}

// Match is one completion: its text, its kind ("function", "type", "module",
// "instance", "property", "keyword") and its declaration.
type Match struct{ Text, Kind, Signature string }

// Complete completes the name that ends at a byte offset of code.
func (in *Interp) Complete(code string, cursor int) Completion {
	in.mu.Lock()
	defer in.mu.Unlock()
	c := &completer{in: in, code: code, cursor: cursor, before: tokens(code[:cursor])}
	c.result = Completion{Start: cursor, End: cursor}
	c.complete()
	sort.SliceStable(c.result.Matches, func(i, j int) bool { return c.result.Matches[i].Text < c.result.Matches[j].Text })
	return c.result
}

// completer completes one place.
type completer struct {
	in     *Interp
	scope  *scope
	code   string
	cursor int
	before []tok // tokens up to the cursor
	word   string
	result Completion
}

func (c *completer) complete() {
	n := len(c.before)
	if n > 0 && c.before[n-1].end == c.cursor && c.before[n-1].unfinished() {
		if c.before[n-1].kind == token.STRING && inImport(c.before[:n-1]) {
			c.importPaths(c.before[n-1])
		}
		return
	}
	if n > 0 && c.before[n-1].end == c.cursor && (c.before[n-1].kind == token.IDENT || c.before[n-1].kind.IsKeyword()) {
		c.word = c.before[n-1].text
		c.before = c.before[:n-1]
		c.result.Start = c.cursor - len(c.word)
	}
	c.scope = c.in.scopeAt(c.code, c.cursor)
	if n := len(c.before); n > 0 && c.before[n-1].kind == token.PERIOD {
		c.members(c.before[:n-1])
		return
	}
	c.fields()
	if c.word != "" {
		c.names()
	}
}

// add adds a match if it begins with the word before the cursor.
func (c *completer) add(text, kind, signature string) {
	if strings.HasPrefix(text, c.word) && !strings.HasPrefix(text, "__") {
		c.result.Matches = append(c.result.Matches, Match{text, kind, signature})
	}
}

// inImport reports whether a string after these tokens is an import path.
func inImport(list []tok) bool {
	for i := len(list) - 1; i >= 0; i-- {
		switch list[i].kind {
		case token.IMPORT:
			return true
		case token.LPAREN:
			return i > 0 && list[i-1].kind == token.IMPORT
		case token.STRING, token.IDENT, token.PERIOD, token.SEMICOLON, token.COMMENT:
		default:
			return false
		}
	}
	return false
}

// importPaths completes the path in an import.
func (c *completer) importPaths(t tok) {
	c.word = t.text[1:]
	c.result.Start = t.start + 1
	for path := range c.in.importable() {
		c.add(path, "module", "")
	}
}

// members completes what stands after a period. After a plain chain of names all
// of the chain is replaced, as other kernels do.
func (c *completer) members(before []tok) {
	if len(before) == 0 {
		return
	}
	first := operand(before, len(before)-1)
	if first >= len(before) {
		return
	}
	expression := c.code[before[first].start:before[len(before)-1].end]
	plain := true
	for _, t := range before[first:] {
		plain = plain && (t.kind == token.IDENT || t.kind == token.PERIOD)
	}
	c.ofExpression(expression, plain)
	if plain {
		c.result.Start = before[first].start
		for i := range c.result.Matches {
			c.result.Matches[i].Text = expression + "." + c.result.Matches[i].Text
		}
	}
}

// ofExpression adds the members of a package, value or type.
func (c *completer) ofExpression(expression string, plain bool) {
	if plain && !strings.Contains(expression, ".") {
		if path, ok := c.scope.packagePath(expression); ok {
			for name, kind := range c.in.packageMembers(path) {
				c.add(name, kind, c.declaration(path, name))
			}
			return
		}
	}
	t := c.scope.typeOf(expression)
	if t == nil {
		t = c.scope.namedType(expression)
	}
	for _, m := range c.scope.members(t) {
		signature := typeText(m.t)
		if e, ok := c.scope.memberDoc(t, m.name); ok {
			signature = e.Decl
		}
		c.add(m.name, m.kind, signature)
	}
}

// declaration returns the first line of a declaration in a package.
func (c *completer) declaration(path, name string) string {
	e, _ := c.in.docs.Lookup(path, name)
	line, _, _ := strings.Cut(e.Decl, "\n")
	return line
}

// fields completes the field names of a struct literal.
func (c *completer) fields() {
	n := len(c.before)
	if n == 0 || c.before[n-1].kind != token.LBRACE && c.before[n-1].kind != token.COMMA && !newline(c.before[n-1]) {
		return
	}
	open := enclosing(c.before)
	if open < 1 || c.before[open].kind != token.LBRACE {
		return
	}
	t := c.literalType(open)
	if t == nil || t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if ast.IsExported(f.Name) || t.PkgPath() == "main" {
			c.add(f.Name+": ", "property", typeText(f.Type))
		}
	}
}

func newline(t tok) bool { return t.kind == token.SEMICOLON && t.text == "" }

// literalType returns the type of the composite literal that a brace opens. In a
// slice or map of structs the inner braces need no type of their own.
func (c *completer) literalType(open int) xreflect.Type {
	if continues(c.before[open-1]) {
		return c.scope.namedType(c.typeBefore(open))
	}
	outer := enclosing(c.before[:open])
	if outer < 1 || c.before[outer].kind != token.LBRACE {
		return nil
	}
	t := c.literalType(outer)
	if t == nil {
		return nil
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		if t = t.Elem(); t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		return t
	}
	return nil
}

// typeBefore returns the source of the type in front of a brace.
func (c *completer) typeBefore(open int) string {
	first := operand(c.before, open-1)
	for first > 0 && c.before[first-1].kind == token.RBRACK { // []T, [3]T, map[K]T
		if first = opening(c.before, first-1); first < 0 {
			return ""
		}
		if first > 0 && c.before[first-1].kind == token.MAP {
			first--
		}
	}
	return c.code[c.before[first].start:c.before[open-1].end]
}

var keywords = strings.Fields("break case chan const continue default defer else fallthrough for func go goto if import interface map range return select struct switch type var true false nil")

// names completes a name that stands alone.
func (c *completer) names() {
	seen := map[string]bool{}
	for comp := c.scope.comp; comp != nil; comp = comp.Outer {
		for name, b := range comp.Binds {
			if !seen[name] && !notGo[name] {
				seen[name] = true
				c.add(name, kindOf(b), c.bindSignature(b))
			}
		}
		for name, t := range comp.Types {
			if !seen[name] {
				seen[name] = true
				c.add(name, "type", "type "+name+" "+t.Kind().String())
			}
		}
	}
	for _, k := range keywords {
		if !seen[k] {
			c.add(k, "keyword", "")
		}
	}
}

// notGo are gomacro's builtins that are no part of Go.
var notGo = map[string]bool{"Eval": true, "EvalKeepUntyped": true, "EvalType": true, "Interp": true, "MacroExpand": true, "MacroExpand1": true, "MacroExpandCodeWalk": true, "Parse": true}

func (c *completer) bindSignature(b *fast.Bind) string {
	if imp, ok := b.Value.(*fast.Import); ok {
		return "package " + imp.Path
	}
	if kindOf(b) == "function" && b.Desc.Class() == fast.ConstBind {
		e, _ := c.in.docs.Lookup("builtin", b.Name)
		return e.Decl
	}
	return typeText(b.Type)
}
