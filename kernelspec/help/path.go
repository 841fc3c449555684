package help

import (
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"

	"axn/kernelspec/magic"
)

// magics completes on a line that is no Go: names of magics, of variables, of
// files. It reports whether the cursor is on such a line.
func (c *completer) magics() bool {
	for _, l := range magic.Lines(c.code, knownIn(c.nb)) {
		if c.cursor < l.Start || c.cursor > l.End && l.Body == "" {
			continue
		}
		switch {
		case c.cursor > l.End: // the script or the text below
		case c.cursor < l.ArgStart || c.cursor == l.End && l.Arg == "" && l.Name != "!":
			c.from(l.Start, c.code[l.Start:c.cursor])
			for _, m := range magic.Magics {
				if strings.HasPrefix(m.Name, "%") {
					c.add(m.Name, "magic", m.Does, 0)
				}
			}
		case l.Name == "%time" || l.Name == "%%time" || l.Name == "?":
			return false
		default:
			word := c.code[l.ArgStart:c.cursor]
			word = word[strings.LastIndexAny(word, " \t=\"'<>|;&")+1:]
			c.from(c.cursor-len(word), word)
			if l.Name == "%rm" || l.Name == "%test" || l.Name == "%bench" {
				c.ofKind(l.Name)
			} else {
				c.files(word)
			}
		}
		return true
	}
	return false
}

// ofKind completes the names that a magic takes.
func (c *completer) ofKind(magicName string) {
	prefix := map[string]string{"%test": "Test", "%bench": "Benchmark"}[magicName]
	for _, o := range c.nb.Objects() {
		if _, isPackage := o.(*types.PkgName); !isPackage && strings.HasPrefix(o.Name(), prefix) {
			c.add(o.Name(), kindOf(o), c.h.signature(o), rankNotebook)
		}
	}
}

// inString completes inside a string that is not ended: import paths in imports,
// files elsewhere.
func (c *completer) inString(t tok, before []tok) {
	word := t.text[1:]
	if !inImport(before) {
		c.from(t.start+1, word)
		c.files(word)
		return
	}
	c.from(t.start+1, word)
	for _, p := range c.nb.Paths() {
		c.add(p, "module", PackageName(p), strings.Count(p, "/"))
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

// mostFiles is how many files of a folder are offered.
const mostFiles = 500

// files completes the path of a file. Hidden files are offered when a period is
// typed.
func (c *completer) files(word string) {
	if strings.ContainsAny(word, "\\\n\x00") {
		return
	}
	dir, base := filepath.Split(word)
	folder := dir
	if rest, ok := strings.CutPrefix(dir, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return
		}
		folder = filepath.Join(home, rest)
	}
	if folder == "" {
		folder = "."
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) > mostFiles && base == "" {
		return
	}
	c.from(c.result.Start+len(dir), base)
	for _, e := range entries {
		if name := e.Name(); strings.HasPrefix(name, base) && (base != "" || !strings.HasPrefix(name, ".")) {
			if e.IsDir() {
				name += "/"
			}
			c.result.Matches = append(c.result.Matches, Match{Text: name, Kind: "path"})
		}
	}
}
