package builder

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"axn/kernelspec/packages/generator"
)

// addPackages registers the further packages: their modules are added to a copy
// of go.mod, and the generated registrations to the overlay. It returns the flags
// that go build needs for that.
func (k *Kernel) addPackages(tmp string, files map[string]string) (flags []string, err error) {
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
	paths := make([]string, 0, len(k.With))
	for _, pkg := range k.With {
		path, _, _ := strings.Cut(pkg, "@")
		paths = append(paths, path)
		if isModulePath(path) {
			if _, err := command(k.Root, "go", "get", modfile, pkg); err != nil {
				return nil, err
			}
		}
	}
	pkgs, err := generator.Load(k.Root, paths, modfile, "-mod=mod")
	if err != nil {
		return nil, err
	}
	for _, pkg := range pkgs {
		src, err := generator.Source("main", pkg)
		if err != nil {
			return nil, err
		}
		name := generator.FileName(pkg.Path())
		file := filepath.Join(tmp, name)
		if err := os.WriteFile(file, src, 0o644); err != nil {
			return nil, err
		}
		files[filepath.Join(k.Root, "kernelspec", "kernel", "with_"+name)] = file
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
