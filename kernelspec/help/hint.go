package help

import (
	"fmt"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"axn/kernelspec/magic"
)

var (
	undefined = regexp.MustCompile(`^undefined: (?:([\pL_][\pL\pN_]*)\.)?([\pL_][\pL\pN_]*)$`)
	noMember  = regexp.MustCompile(`^.*\.([\pL_][\pL\pN_]*) undefined \(type .* has no field or method [\pL\pN_]+\)$`)
)

// Hint says what may be meant where the compiler refuses a name at a byte offset of a
// cell: the import that is missing, a name that is spelled nearly so, or what Go has where Python is
// written. It is empty if nothing comes near.
func (h *Help) Hint(nb Notebook, code string, at int, message string) string {
	if hint := h.hintSpelling(nb, code, at, message); hint != "" {
		return hint
	}
	from := strings.LastIndexByte(code[:at], '\n') + 1
	line, _, _ := strings.Cut(code[from:], "\n")
	return habitHint(line, message)
}

// hintSpelling looks for a missing import and for names.
func (h *Help) hintSpelling(nb Notebook, code string, at int, message string) string {
	if m := undefined.FindStringSubmatch(message); m != nil {
		if m[1] != "" {
			return h.hintMember(nb, code, at, m[1], m[2])
		}
		return h.hintName(nb, code, at, m[2])
	}
	if m := noMember.FindStringSubmatch(message); m != nil {
		return h.hintSelection(nb, code, at, m[1])
	}
	return ""
}

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return "did you mean " + name + "?"
}

// hintMember looks for a name that a package lacks.
func (h *Help) hintMember(nb Notebook, code string, at int, pkg, name string) string {
	for _, o := range nb.Objects() {
		if p, ok := o.(*types.PkgName); ok && p.Name() == pkg {
			return didYouMean(nearest(name, exported(p.Imported())))
		}
	}
	d := newDraft(nb, magic.Blank(code, knownIn(nb)), min(at+len(name), len(code)))
	if sel := d.selector(); sel != nil {
		if p := d.packageOf(sel.X); p != nil {
			return didYouMean(nearest(name, exported(p)))
		}
	}
	return ""
}

func exported(p *types.Package) []string {
	var names []string
	for _, name := range p.Scope().Names() {
		if usable(p.Scope().Lookup(name)) {
			names = append(names, name)
		}
	}
	return names
}

// hintName looks for a name that stands alone: a package that is not imported, or
// another name.
func (h *Help) hintName(nb Notebook, code string, at int, name string) string {
	rest := code[min(at+len(name), len(code)):]
	if member, ok := strings.CutPrefix(rest, "."); ok {
		member = member[:len(member)-len(strings.TrimLeftFunc(member, func(r rune) bool { return r < 128 && isNameByte(byte(r)) }))]
		if path := exporter(nb, name, member); path != "" {
			return fmt.Sprintf("add import %q", path)
		}
	}
	d := newDraft(nb, magic.Blank(code, knownIn(nb)), min(at+len(name), len(code)))
	var names []string
	for s := d.scope(); s != nil; s = s.Parent() {
		for _, n := range s.Names() {
			if n != name && n != placeholder && !strings.HasPrefix(n, "_") {
				names = append(names, n)
			}
		}
	}
	return didYouMean(nearest(name, names))
}

// exporter returns the likeliest package that has a name and exports a member.
func exporter(nb Notebook, name, member string) string {
	paths := pathsOf(nb, name)
	for _, path := range paths {
		if p, err := nb.Import(path); err == nil {
			if o := p.Scope().Lookup(member); o != nil && o.Exported() {
				return path
			}
		}
	}
	if len(paths) > 0 {
		return paths[0]
	}
	return ""
}

// hintSelection looks for a field or method that a type lacks.
func (h *Help) hintSelection(nb Notebook, code string, at int, name string) string {
	d := newDraft(nb, magic.Blank(code, knownIn(nb)), min(at+len(name), len(code)))
	sel := d.selector()
	if sel == nil {
		return ""
	}
	var names []string
	for _, m := range members(d.typeOf(sel.X)) {
		names = append(names, m.object.Name())
	}
	return didYouMean(nearest(name, names))
}

// nearest returns the name that differs least from one that is meant, "" if none is
// near: one letter in three may be another, missing, too many or exchanged with its
// neighbour. Of two as near the one in the same case comes first, then the longer one,
// because letters are left out more often than put in.
func nearest(meant string, names []string) string {
	if len(meant) < 2 {
		return ""
	}
	best, least := "", [3]int{max(len(meant)/3, 1) + 1}
	for _, name := range names {
		d := [3]int{distance(strings.ToLower(meant), strings.ToLower(name)), distance(meant, name), -len(name)}
		if name != meant && slices.Compare(d[:], least[:]) < 0 {
			best, least = name, d
		}
	}
	return best
}

// distance counts the letters by which two names differ; exchanged neighbours count
// once (optimal string alignment).
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	before, last, now := rows[0], rows[1], rows[2]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			same := 1
			if a[i-1] == b[j-1] {
				same = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+same)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
