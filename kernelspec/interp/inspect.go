package interp

import (
	"fmt"
	"html"
	"reflect"

	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/xreflect"
)

// Description says what a name is.
type Description struct {
	Name      string
	Signature string // declaration, as Go source
	Doc       string // comment
	Value     string // of a variable, short
}

// Text returns the description for consoles.
func (d *Description) Text() string {
	s := d.Signature
	if d.Value != "" {
		s += "\n\n" + d.Value
	}
	if d.Doc != "" {
		s += "\n\n" + d.Doc
	}
	return s
}

// Markdown returns the description as Markdown.
func (d *Description) Markdown() string {
	s := "```go\n" + d.Signature + "\n```\n"
	if d.Value != "" {
		s += "\n```\n" + d.Value + "\n```\n"
	}
	if d.Doc != "" {
		s += "\n" + d.Doc + "\n"
	}
	return s
}

// HTML returns the description as HTML.
func (d *Description) HTML() string {
	s := "<pre><b>" + html.EscapeString(d.Signature) + "</b></pre>"
	if d.Value != "" {
		s += "<pre>" + html.EscapeString(d.Value) + "</pre>"
	}
	if d.Doc != "" {
		s += "<pre>" + html.EscapeString(d.Doc) + "</pre>"
	}
	return s
}

// Inspect describes the name around a byte offset of code, nil if it is unknown.
func (in *Interp) Inspect(code string, cursor int) *Description {
	in.mu.Lock()
	defer in.mu.Unlock()
	end := cursor
	for end < len(code) && isNameByte(code[end]) {
		end++
	}
	name := fast.TailIdentifier(code[:end])
	sym := in.ir.Comp.TryResolve(name)
	if name == "" || sym == nil {
		return nil
	}
	return &Description{Name: name, Signature: fmt.Sprintf("%s %v", name, sym.Type)}
}

func isNameByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

// String returns the text of a value whose type is declared in a cell and has a
// String or Error method: compiled code does not see such methods.
func (in *Interp) String(v any, t xreflect.Type) (s string, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			s, ok = "", false
		}
	}()
	if t == nil || t.Name() == "" || reflect.TypeOf(v) == nil {
		return "", false
	}
	switch v.(type) {
	case fmt.Stringer, error:
		return "", false
	}
	return in.callString(v, t)
}

func (in *Interp) callString(v any, t xreflect.Type) (string, bool) {
	return "", false
}
