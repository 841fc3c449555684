package builder

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// addModules adds the modules of further packages to a copy of go.mod. It returns the
// flags that the go command needs for that.
func (k *Kernel) addModules(tmp string) (more []string, err error) {
	if len(k.With) == 0 {
		return nil, nil
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(k.Root, name))
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(tmp, name), b, 0o644); err != nil {
			return nil, err
		}
	}
	modfile := "-modfile=" + filepath.Join(tmp, "go.mod")
	for _, pkg := range k.With {
		if path, _, _ := strings.Cut(pkg, "@"); isModulePath(path) {
			if _, err := command(k.Root, "go", "get", modfile, pkg); err != nil {
				return nil, err
			}
		}
	}
	return []string{modfile, "-mod=mod"}, nil
}

// isModulePath tells modules from packages of the standard library and of ours,
// which need no go get.
func isModulePath(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".")
}

// Without returns the packages in with other than pkg, in whatever version.
func Without(with []string, pkg string) []string {
	path, _, _ := strings.Cut(pkg, "@")
	var others []string
	for _, w := range with {
		if p, _, _ := strings.Cut(w, "@"); p != path {
			others = append(others, w)
		}
	}
	return others
}

// Check reports whether the names of further packages can be package paths.
func Check(with []string) error {
	for _, pkg := range with {
		if pkg == "" || strings.HasPrefix(pkg, "-") || strings.ContainsAny(pkg, " \t\n") {
			return fmt.Errorf("-with %q: not a package path, such as github.com/x/y or github.com/x/y@v1.2.3", pkg)
		}
	}
	return nil
}
