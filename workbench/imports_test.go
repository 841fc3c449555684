package workbench

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// overHTTP is what the packages that speak HTTP may know of ours: nothing but one another.
var overHTTP = map[string][]string{"remote": nil, "jsonhttp": {"remote"}, "rerank": {"remote", "jsonhttp"}, "embed": {"remote", "jsonhttp"}, "chat": {"remote"}}

// drawing has the colours, which plots in cells have too. It knows nothing of ours.
const drawing = "axn/kernelspec/drawing"

// TestImportsGoDownwards: what lies in internal knows nothing that stands above it, and what speaks
// HTTP little at all.
func TestImportsGoDownwards(t *testing.T) {
	files := 0
	err := filepath.WalkDir("internal", func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			name, _ := strconv.Unquote(spec.Path.Value) // the parser has read it
			if !strings.HasPrefix(name, "axn/") {
				continue
			}
			short, inside := strings.CutPrefix(name, "axn/workbench/internal/")
			known, bound := overHTTP[strings.Split(filepath.ToSlash(path), "/")[1]]
			if !inside && name != drawing || bound && !slices.Contains(known, short) {
				t.Errorf("%s imports %s", path, name)
			}
		}
		return nil
	})
	if err != nil || files < 50 {
		t.Error(files, err)
	}
}
