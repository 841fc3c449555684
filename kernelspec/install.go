package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"axn/kernelspec/builder"
	"axn/kernelspec/message"
)

const (
	kernelName  = "axn"
	displayName = "Go (AXN workbench)"
)

// placeFlags are the flags that say where Jupyter keeps the kernel.
func placeFlags(name string, args []string) (dir string, err error) {
	fs := flags(name)
	user := fs.Bool("user", false, "for the current user (the default)")
	prefix := fs.String("prefix", "", "under this `folder`, in share/jupyter/kernels")
	sys := fs.Bool("sys-prefix", false, "in the active virtual environment ($VIRTUAL_ENV or $CONDA_PREFIX)")
	if err := fs.Parse(args); err != nil {
		return "", err
	}
	switch {
	case fs.NArg() > 0:
		return "", fmt.Errorf("%s: unknown argument %q", name, fs.Arg(0))
	case *user && (*prefix != "" || *sys), *sys && *prefix != "":
		return "", fmt.Errorf("%s: choose one of -user, -prefix and -sys-prefix", name)
	case *sys:
		for _, v := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
			if dir := os.Getenv(v); dir != "" {
				return underPrefix(dir)
			}
		}
		return "", fmt.Errorf("%s -sys-prefix: no virtual environment is active", name)
	case *prefix != "":
		return underPrefix(*prefix)
	}
	return userKernels()
}

func underPrefix(prefix string) (string, error) {
	prefix, err := filepath.Abs(prefix)
	return filepath.Join(prefix, "share", "jupyter", "kernels", kernelName), err
}

// userKernels is the current user's folder for the kernel, where Jupyter looks.
func userKernels() (string, error) {
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return filepath.Join(dir, "kernels", kernelName), nil
	}
	if data := os.Getenv("APPDATA"); runtime.GOOS == "windows" && data != "" {
		return filepath.Join(data, "jupyter", "kernels", kernelName), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Jupyter", "kernels", kernelName), nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "jupyter", "kernels", kernelName), nil
	}
	return filepath.Join(home, ".local", "share", "jupyter", "kernels", kernelName), nil
}

// install builds the kernel and puts it where Jupyter finds it.
func install(_ context.Context, args []string) error {
	dir, err := placeFlags("install", args)
	if err != nil {
		return err
	}
	k, err := kernel()
	if err == nil {
		err = compile(k)
	}
	if err == nil {
		err = installIn(k, dir)
	}
	if err == nil {
		say("Jupyter now has the kernel %q: %s", displayName, dir)
	}
	return err
}

// installIn copies the kernel into a folder of Jupyter, with its description and
// logos. The copy needs neither these sources nor a Go toolchain.
func installIn(k *builder.Kernel, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	binary := filepath.Join(dir, filepath.Base(k.Out))
	if err := copyFile(binary, k.Out); err != nil {
		return err
	}
	spec, err := json.MarshalIndent(map[string]any{
		"argv":                    []string{binary, "{connection_file}"},
		"display_name":            displayName,
		"language":                "go",
		"interrupt_mode":          "message",
		"kernel_protocol_version": message.ProtocolVersion,
		"env":                     map[string]string{},
		"metadata":                map[string]any{"debugger": true},
	}, "", "  ")
	if err != nil {
		return err
	}
	files := logos()
	files["kernel.json"] = append(spec, '\n')
	for name, b := range files {
		if err := writeIfNew(filepath.Join(dir, name), b); err != nil {
			return err
		}
	}
	return nil
}

func writeIfNew(name string, b []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, b) {
		return nil
	}
	return os.WriteFile(name, b, 0o644)
}

// copyFile copies a program. It writes a new file in the place of the old one,
// which may be running.
func copyFile(to, from string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	a, err := src.Stat()
	if err != nil {
		return err
	}
	if b, err := os.Stat(to); err == nil && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime()) {
		return nil
	}
	dst, err := os.CreateTemp(filepath.Dir(to), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(dst.Name())
	_, err = io.Copy(dst, src)
	err = errors.Join(err, dst.Chmod(0o755), dst.Close(), os.Chtimes(dst.Name(), a.ModTime(), a.ModTime()))
	if err != nil {
		return err
	}
	return os.Rename(dst.Name(), to)
}

// uninstall takes the kernel away from Jupyter.
func uninstall(_ context.Context, args []string) error {
	dir, err := placeFlags("uninstall", args)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "kernel.json")); err != nil {
		return fmt.Errorf("uninstall: no kernel in %s", dir)
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	say("removed %s", dir)
	return nil
}
