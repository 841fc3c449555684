// Package builder builds the kernel: it writes down the packages that cells can import,
// lays that and gophernotes' display beside our sources, and compiles all as one command.
// Nothing is added to the sources themselves; see kernelspec/kernel/HOW_IT_WORKS.md.
package builder

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Kernel says what to build.
type Kernel struct {
	Root string   // folder of the module axn
	Out  string   // the binary to write
	With []string // further packages to register, "path" or "path@version"
	Main string   // the command to build, "./kernelspec/kernel" if empty
}

// Root returns the folder of the module that holds the working directory.
func Root() (string, error) {
	out, err := command("", "go", "env", "GOMOD")
	if err != nil {
		return "", err
	}
	mod := strings.TrimSpace(out)
	if mod == "" || mod == os.DevNull {
		return "", errors.New("not inside the module axn: change to its folder first")
	}
	return filepath.Dir(mod), nil
}

// Here is the kernel of the module that holds the working directory, without
// further packages.
func Here() (*Kernel, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	out, err := Binary(root)
	if err != nil {
		return nil, err
	}
	return &Kernel{Root: root, Out: out}, nil
}

// Current reports whether the binary is already what the sources give.
func (k *Kernel) Current() (bool, error) {
	stamp, err := k.stamp()
	if err != nil {
		return false, err
	}
	old, err := os.ReadFile(k.Out + ".stamp")
	if err != nil || string(old) != stamp {
		return false, nil
	}
	_, err = os.Stat(k.Out)
	return err == nil, nil
}

// Build compiles the kernel unless it is current. It reports whether it compiled.
func (k *Kernel) Build() (built bool, err error) {
	current, err := k.Current()
	if err != nil || current {
		return false, err
	}
	stamp, err := k.stamp()
	if err != nil {
		return false, err
	}
	if err := os.MkdirAll(filepath.Dir(k.Out), 0o755); err != nil {
		return false, err
	}
	os.Remove(k.Out + ".stamp")
	if err := k.compile(); err != nil {
		return false, err
	}
	return true, os.WriteFile(k.Out+".stamp", []byte(stamp), 0o644)
}

// settings are the variables of the environment by which the go command builds another
// binary. The versions of all modules are pinned in go.mod and go.sum.
var settings = []string{"CGO_ENABLED", "GOOS", "GOARCH", "GOAMD64", "GOARM64", "GOEXPERIMENT", "GOFLAGS", "GODEBUG"}

// stamp sums up everything that the binary depends on: Go's version and settings, the
// further packages, and name, size and time of each source file of the module.
func (k *Kernel) stamp() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), runtime.GOOS, runtime.GOARCH, k.With, k.Main)
	for _, name := range settings {
		fmt.Fprintln(h, name, os.Getenv(name))
	}
	for _, dir := range []string{"workbench", "kernelspec", "go.mod", "go.sum"} {
		err := filepath.WalkDir(filepath.Join(k.Root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if ext := filepath.Ext(path); ext != ".go" && ext != ".s" && ext != ".mod" && ext != ".sum" || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			info, err := d.Info()
			if err == nil {
				fmt.Fprintln(h, path, info.Size(), info.ModTime().UnixNano())
			}
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// compile runs go build with the overlay.
func (k *Kernel) compile() error {
	tmp, err := os.MkdirTemp("", "axn-kernel-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	more, err := k.addModules(tmp)
	if err != nil {
		return err
	}
	files := map[string]string{}
	if err := k.addDisplay(tmp, files); err != nil {
		return err
	}
	overlay, err := writeOverlay(tmp, files)
	if err != nil {
		return err
	}
	if err := k.addCompiled(tmp, files, append([]string{"-overlay", overlay}, more...)); err != nil {
		return err
	}
	if overlay, err = writeOverlay(tmp, files); err != nil {
		return err
	}
	main := k.Main
	if main == "" {
		main = "./kernelspec/kernel"
	}
	// Others may run the kernel, or build the same one: it is replaced as a whole.
	made := fmt.Sprintf("%s.%d", k.Out, os.Getpid())
	defer os.Remove(made)
	args := append([]string{"build", "-ldflags=-s -w", "-overlay", overlay, "-o", made}, flags...)
	if _, err := command(k.Root, "go", append(append(args, more...), main)...); err != nil {
		return err
	}
	return os.Rename(made, k.Out)
}

func writeOverlay(tmp string, files map[string]string) (name string, err error) {
	spec, err := json.Marshal(map[string]any{"Replace": files})
	if err != nil {
		return "", err
	}
	name = filepath.Join(tmp, "overlay.json")
	return name, os.WriteFile(name, spec, 0o644)
}

// environment is that of the go command. The kernel needs no cgo, and so no C compiler. A
// further package may need it; then CGO_ENABLED=1 says so.
func environment() []string {
	if os.Getenv("CGO_ENABLED") != "" {
		return os.Environ()
	}
	return append(os.Environ(), "CGO_ENABLED=0")
}

// command runs a command in a folder and returns its output; its error tells what
// the command said.
func command(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = environment()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return "", fmt.Errorf("%s is not installed (https://go.dev/dl/)", name)
		}
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, strings.TrimSpace(errs.String()))
	}
	return out.String(), nil
}
