package eval

import (
	"fmt"
	"go/scanner"
	"go/token"
	"go/types"
	"strings"
)

// The compiler refuses directives that stand where they mean nothing, go/types does not
// look at them. Those that a cell may have are let pass and do nothing, since nothing here
// is inlined or split; those that would do something are refused with what to do instead.

// functionDirectives may stand above a function.
var functionDirectives = map[string]bool{
	"go:noescape": true, "go:norace": true, "go:nosplit": true, "go:noinline": true, "go:nocheckptr": true,
	"go:uintptrescapes": true, "go:registerparams": true,
}

// runtimeDirectives only the runtime may use.
var runtimeDirectives = map[string]bool{
	"go:systemstack": true, "go:nowritebarrier": true, "go:nowritebarrierrec": true, "go:yeswritebarrierrec": true,
}

// directive is a comment that the compiler reads.
type directive struct {
	off        int // of the byte behind the slashes
	verb, text string
}

// linkname is a directive that gives a function or variable another name for the linker.
type linkname struct {
	directive
	local, remote string
}

// directives reads the compiler directives of a cell. It returns the problems, and the
// link names, which are checked with the types.
func directives(src *source) (problems []Problem, links []linkname) {
	if !strings.Contains(src.text, "//go:") {
		return nil, nil
	}
	wrong := func(d directive, format string, args ...any) {
		problems = append(problems, Problem{src.frame(src.pos(d.off)), fmt.Sprintf(format, args...)})
	}
	file := token.NewFileSet().AddFile("", -1, len(src.text))
	var sc scanner.Scanner
	sc.Init(file, []byte(src.text), nil, scanner.ScanComments)
	var pending []directive // before the next token
	depth := 0
	for {
		pos, tok, lit := sc.Scan()
		off := file.Offset(pos)
		switch tok {
		case token.COMMENT:
			d, ok := newDirective(off+2, lit)
			switch {
			case !ok:
			case !startsLine(src.text, off):
				wrong(d, "misplaced compiler directive")
			case d.verb == "go:linkname":
				if f := strings.Fields(d.text); len(f) == 2 || len(f) == 3 {
					links = append(links, linkname{d, f[1], f[len(f)-1]})
				} else {
					wrong(d, "usage: //go:linkname localname [linkname]")
				}
			default:
				pending = append(pending, d)
			}
			continue
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		case token.SEMICOLON:
			if lit == "\n" {
				continue
			}
		}
		for _, d := range pending {
			if text := d.misplaced(tok, depth); text != "" {
				wrong(d, "%s", text)
			}
		}
		pending = nil
		if tok == token.EOF {
			return problems, links
		}
	}
}

// newDirective reads a comment as a directive that the compiler knows.
func newDirective(off int, comment string) (directive, bool) {
	text, ok := strings.CutPrefix(comment, "//")
	if !ok || !strings.HasPrefix(text, "go:") {
		return directive{}, false
	}
	verb, _, _ := strings.Cut(text, " ")
	switch {
	case functionDirectives[verb], runtimeDirectives[verb], strings.HasPrefix(verb, "go:cgo_"):
	case verb == "go:build", verb == "go:embed", verb == "go:linkname", verb == "go:uintptrkeepalive":
	default:
		return directive{}, false
	}
	return directive{off, verb, text}, true
}

// startsLine reports whether only blanks stand before an offset in its line.
func startsLine(text string, off int) bool {
	line := text[strings.LastIndexByte(text[:off], '\n')+1 : off]
	return strings.TrimSpace(line) == ""
}

// misplaced says what is wrong with a directive that stands before a token.
func (d directive) misplaced(next token.Token, depth int) string {
	switch {
	case d.verb == "go:embed":
		if depth > 0 {
			return "go:embed cannot apply to var inside func"
		}
		return "go:embed does not work in a cell, which is in no file: read the file with os.ReadFile"
	case strings.HasPrefix(d.verb, "go:cgo_"):
		return fmt.Sprintf("//%s only allowed in cgo-generated code", d.text)
	case runtimeDirectives[d.verb]:
		return fmt.Sprintf("//%s only allowed in runtime", d.verb)
	case d.verb == "go:uintptrkeepalive":
		return fmt.Sprintf("//%s is only allowed in the standard library", d.verb)
	case d.verb == "go:build" && next == token.PACKAGE, functionDirectives[d.verb] && next == token.FUNC && depth == 0:
		return ""
	}
	return "misplaced compiler directive"
}

// checkLinks checks the link names of a cell against what it declares.
func (c *checker) checkLinks() {
	named := map[types.Object]bool{}
	for _, l := range c.unit.links {
		wrong := func(format string, args ...any) {
			c.unit.Problems = append(c.unit.Problems, Problem{c.unit.src.frame(c.unit.src.pos(l.off)), fmt.Sprintf(format, args...)})
		}
		obj := c.lookup(l.local)
		switch _, isType := obj.(*types.TypeName); {
		case strings.Contains(l.remote, "[") && strings.Contains(l.remote, "]"):
			wrong("//go:linkname reference of an instantiation is not allowed")
		case obj == nil || isType:
			wrong("//go:linkname must refer to declared function or variable")
		case named[obj]:
			wrong("duplicate //go:linkname for %s", l.local)
		default:
			named[obj] = true
		}
	}
}
