package builder

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"axn/kernelspec/compiled/generator"
)

// tables is the folder of the package that registers what cells can import.
const tables = "kernelspec/compiled/tables"

// flags are those of the go command, for what is listed and for what is built alike, so
// that nothing is compiled twice.
var flags = []string{"-tags", "axnkernel", "-trimpath"}

// addCompiled adds the tables and archives of the compiled packages to the overlay, as
// packages below tables.
func (k *Kernel) addCompiled(tmp string, files map[string]string, more []string) error {
	paths, err := k.registered()
	if err != nil {
		return err
	}
	set, err := k.list(files, more, paths)
	if err != nil {
		return err
	}
	for _, pkg := range k.With {
		if path, _, _ := strings.Cut(pkg, "@"); !strings.Contains(path, "...") {
			if err := set.Importable(path); err != nil {
				return fmt.Errorf("build -with: %w", err)
			}
		}
	}
	dir := filepath.Join(k.Root, filepath.FromSlash(tables))
	var imports bytes.Buffer
	imports.WriteString("package tables\n\nimport (\n")
	for _, g := range set.Groups() {
		made, err := k.made(g)
		if err != nil {
			return err
		}
		for _, name := range []string{"tables.go", "archive.zip"} {
			files[filepath.Join(dir, g.Name, name)] = filepath.Join(made, name)
		}
		fmt.Fprintf(&imports, "\t_ %q\n", "axn/"+tables+"/"+g.Name)
	}
	imports.WriteString(")\n")
	name := filepath.Join(tmp, "groups.go")
	files[filepath.Join(dir, "groups.go")] = name
	return os.WriteFile(name, imports.Bytes(), 0o644)
}

// made returns the folder with what was generated about a group. It is kept between
// builds: names tell what it was made of.
func (k *Kernel) made(g *generator.Group) (string, error) {
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	sum, err := k.generatorSum()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "compiled", g.Name+"-"+sum+"-"+g.Sum()[:16])
	if _, err := os.Stat(dir); err == nil {
		now := time.Now()
		return dir, os.Chtimes(dir, now, now)
	}
	source, archive, lacks, err := g.Generate()
	if err != nil {
		return "", err
	}
	if len(lacks) > 0 && g.Name == "standard" {
		return "", fmt.Errorf("generic code of Go's own packages cannot be carried: %s", strings.Join(lacks, "; "))
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	err = os.WriteFile(filepath.Join(tmp, "tables.go"), source, 0o644)
	if err == nil {
		err = os.WriteFile(filepath.Join(tmp, "archive.zip"), archive, 0o644)
	}
	if err != nil {
		return "", err
	}
	if err := os.Rename(tmp, dir); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return dir, sweep(filepath.Dir(dir))
}

// sweep removes what was made and not used for long.
func sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && time.Since(info.ModTime()) > 14*24*time.Hour {
			os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
	return nil
}

// generatorSum sums up the source of the generator, on which what it makes depends.
func (k *Kernel) generatorSum() (string, error) {
	h, source := sha256.New(), os.DirFS(filepath.Join(k.Root, "kernelspec")) // whose own name may have brackets in it
	for _, pattern := range []string{"compiled/generator/*.go", "compiled/*.go", "godoc/*.go"} {
		names, err := fs.Glob(source, pattern)
		if err != nil {
			return "", err
		}
		for _, name := range names {
			b, err := fs.ReadFile(source, name)
			if err != nil {
				return "", err
			}
			h.Write(b)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:6]), nil
}

// registered returns the paths of all packages to register, besides those of the
// standard library.
func (k *Kernel) registered() ([]string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(k.Root, filepath.FromSlash(tables), "tables.go"), nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, spec := range f.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil && !strings.HasSuffix(path, "/helper") {
			paths = append(paths, path)
		}
	}
	for _, pkg := range k.With {
		path, _, _ := strings.Cut(pkg, "@")
		paths = append(paths, path)
	}
	return paths, nil
}

// list lists packages and all that they depend on, compiled.
func (k *Kernel) list(files map[string]string, more, paths []string) (*generator.Set, error) {
	args := append([]string{"list", "-export", "-deps", "-json=" + generator.Fields}, flags...)
	args = append(append(append(args, more...), "std"), paths...)
	out, err := command(k.Root, "go", args...)
	if err != nil {
		return nil, err
	}
	return generator.Read(strings.NewReader(out), files)
}
