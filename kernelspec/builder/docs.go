package builder

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"axn/kernelspec/godoc"
	"axn/kernelspec/packages/generator"
)

// addDocs adds the declarations and comments of all packages that a kernel may
// know to the overlay: those of the standard library, which are kept between
// builds, and those of the registered packages.
func (k *Kernel) addDocs(tmp string, files map[string]string, flags []string) error {
	std, err := k.standardDocs()
	if err != nil {
		return err
	}
	paths := append([]string(nil), generator.Standard...)
	for _, pkg := range k.With {
		path, _, _ := strings.Cut(pkg, "@")
		paths = append(paths, path)
	}
	own, err := k.docs(flags, paths)
	if err != nil {
		return err
	}
	for path, entries := range own {
		std[path] = entries
	}
	var b bytes.Buffer
	if err := godoc.Write(&b, std); err != nil {
		return err
	}
	name := filepath.Join(tmp, "docs.zip")
	files[filepath.Join(k.Root, "kernelspec", "kernel", "docs.zip")] = name
	return os.WriteFile(name, b.Bytes(), 0o644)
}

// docs extracts the documentation of packages.
func (k *Kernel) docs(flags, paths []string) (map[string]map[string]godoc.Entry, error) {
	args := append([]string{"list", "-json=ImportPath,Name,Dir,GoFiles,CgoFiles"}, flags...)
	out, err := command(k.Root, "go", append(args, paths...)...)
	if err != nil {
		return nil, err
	}
	found := map[string]map[string]godoc.Entry{}
	for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
		var p struct {
			ImportPath, Name, Dir string
			GoFiles, CgoFiles     []string
		}
		if err := d.Decode(&p); err != nil {
			return nil, err
		}
		if p.Name == "main" || hidden(p.ImportPath) {
			continue
		}
		if found[p.ImportPath], err = godoc.Extract(p.ImportPath, p.Dir, append(p.GoFiles, p.CgoFiles...)); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// hidden reports whether a package cannot be imported by others.
func hidden(path string) bool {
	for _, part := range strings.Split(path, "/") {
		if part == "internal" || part == "vendor" {
			return true
		}
	}
	return false
}

// standardDocs returns the documentation of the standard library, extracted once
// for each version of Go.
func (k *Kernel) standardDocs() (map[string]map[string]godoc.Entry, error) {
	dir, err := CacheDir()
	if err != nil {
		return nil, err
	}
	name := filepath.Join(dir, "docs-"+strings.ReplaceAll(runtime.Version(), " ", "_")+".json")
	var docs map[string]map[string]godoc.Entry
	if b, err := os.ReadFile(name); err == nil && json.Unmarshal(b, &docs) == nil {
		return docs, nil
	}
	if docs, err = k.docs(nil, []string{"std", "builtin"}); err != nil {
		return nil, err
	}
	b, err := json.Marshal(docs)
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		err = os.WriteFile(name, b, 0o644)
	}
	return docs, err
}
