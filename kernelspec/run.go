package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"axn/kernelspec/builder"
	"axn/kernelspec/frontend"
)

// runNotebooks runs notebooks, each in a fresh kernel and in its own folder, and
// stores their outputs. It stops at the first cell that fails.
func runNotebooks(ctx context.Context, args []string) error {
	fs := flags("run")
	out := fs.String("o", "", "`folder` for the notebooks with their new outputs (default: in place)")
	var params list
	fs.Var(&params, "p", "`name=value` to set after the cell tagged parameters, as papermill does; may be repeated")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		fs.Usage()
		return errors.New("run: which notebook?")
	}
	var parameters []frontend.Parameter
	for _, s := range params {
		p, err := frontend.ParseParameter(s)
		if err != nil {
			return fmt.Errorf("run: %w", err)
		}
		parameters = append(parameters, p)
	}
	k, err := kernel()
	if err == nil {
		err = compile(k)
	}
	if err != nil {
		return err
	}
	for _, name := range fs.Args() {
		if err := runNotebook(ctx, k, name, *out, parameters); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// runNotebook runs one notebook. Its outputs are stored also when a cell fails.
func runNotebook(ctx context.Context, k *builder.Kernel, name, outDir string, parameters []frontend.Parameter) error {
	nb, err := frontend.ReadNotebook(name)
	if err != nil {
		return err
	}
	nb.SetParameters(parameters)
	proc, err := frontend.Start([]string{k.Out}, frontend.Options{Dir: filepath.Dir(name), Env: []string{"AXN_HISTORY=", "AXN_HEADLESS=1"}, Stderr: os.Stderr})
	if err != nil {
		return err
	}
	defer proc.Close()
	start, cells := time.Now(), 0
	runErr := proc.Run(ctx, nb, func(cell, of int) {
		status("%s: code cell %d of %d", name, cell, of)
		cells = of
	})
	status("")
	if err := save(nb, name, outDir); err != nil {
		return errors.Join(runErr, err)
	}
	var cell *frontend.CellError
	if errors.As(runErr, &cell) {
		say("%s", cell.Details())
	}
	if runErr == nil {
		say("%s: %d code cells in %.1f s", name, cells, time.Since(start).Seconds())
	}
	return runErr
}

// save writes a notebook, in place or into a folder.
func save(nb *frontend.Notebook, name, outDir string) error {
	if outDir != "" {
		if err := os.MkdirAll(outDir, 0o755); err != nil {
			return err
		}
		name = filepath.Join(outDir, filepath.Base(name))
	}
	b, err := nb.Bytes()
	if err != nil {
		return err
	}
	return os.WriteFile(name, b, 0o644)
}
