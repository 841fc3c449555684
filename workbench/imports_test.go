package workbench

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestImportsGoDownwards: what lies in internal knows nothing that stands above it, and rerank
// nothing of ours at all.
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
			if !strings.HasPrefix(name, "axn/workbench/internal/") || strings.HasPrefix(path, "internal/rerank/") {
				t.Errorf("%s imports %s", path, name)
			}
		}
		return nil
	})
	if err != nil || files < 50 {
		t.Error(files, err)
	}
}
