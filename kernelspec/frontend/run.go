package frontend

import (
	"context"
	"fmt"
	"strings"
)

// CellError says which cell of a notebook failed.
type CellError struct {
	Cell    int // its place among the code cells, from 1
	Failure *Output
}

func (e *CellError) Error() string {
	return fmt.Sprintf("code cell %d: %s: %s", e.Cell, e.Failure.ErrorName, e.Failure.ErrorValue)
}

// Details returns the error with its place in the source.
func (e *CellError) Details() string {
	return fmt.Sprintf("code cell %d failed\n%s", e.Cell, strings.Join(e.Failure.Traceback, "\n"))
}

// Run runs the code cells of a notebook in order and stores their outputs in it, and
// the kernel's language_info, as JupyterLab and nbclient do. It stops with a *CellError at the first cell that fails, unless that is tagged
// raises-exception. each, if not nil, is told before each cell.
func (k *Kernel) Run(ctx context.Context, nb *Notebook, each func(cell, of int)) error {
	info, err := k.Request(ctx, Shell, "kernel_info_request", map[string]any{})
	if err != nil {
		return err
	}
	nb.SetMetadata("language_info", info["language_info"])
	var cells []*NotebookCell
	for _, c := range nb.Cells {
		if _, isCode := c.Code(); isCode {
			c.Clear()
			cells = append(cells, c)
		}
	}
	results := make([]*Executed, len(cells))
	for i, c := range cells {
		if each != nil {
			each(i+1, len(cells))
		}
		code, _ := c.Code()
		if strings.TrimSpace(code) == "" {
			continue
		}
		e, err := k.Execute(ctx, code)
		if err != nil {
			return fmt.Errorf("code cell %d: %w", i+1, err)
		}
		results[i] = e
		c.SetOutputs(e)
		for _, update := range e.Updates {
			for j, earlier := range results[:i] {
				if earlier != nil && earlier.update(update) {
					cells[j].SetOutputs(earlier)
				}
			}
		}
		if e.Status != "ok" && !c.HasTag("raises-exception") {
			return &CellError{Cell: i + 1, Failure: e.Failure()}
		}
	}
	return nil
}
