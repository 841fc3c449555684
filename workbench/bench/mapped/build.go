package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
	"unsafe"

	"axn/workbench"
	"axn/workbench/internal/files"
)

// build saves an index of the world's items in a folder. It is fitted to the first of them; the
// rows of the others are made a part at a time, so that never more stands in memory: they go to
// files beside the index, are mapped, divided among lists, and saved.
func build(ctx context.Context, w *world, dir string) error {
	d := w.dataset(min(*sample, w.items))
	w.vectors = d.DE.Items
	var fitted *workbench.Index
	err := timed("fit", func() error {
		g, err := workbench.Observe(ctx, w, d, workbench.Sampling{PerQuery: 100, Random: 300, Seed: 1})
		if err == nil {
			fitted, err = workbench.Factorize(ctx, d, g, workbench.FactorizeOptions{Method: workbench.Method(*method)})
		}
		return err
	})
	if err != nil {
		return err
	}
	whole := fitted.Head()
	names := []string{"vectors", "features", "bias"}
	if err := timed("rows", func() error { return writeRows(w, fitted, dir, names) }); err != nil {
		return err
	}
	var mapped []*workbench.Matrix
	for _, name := range names {
		m, err := mapMatrix(filepath.Join(dir, name), w.items)
		if err != nil {
			return err
		}
		mapped = append(mapped, m)
	}
	whole.DE.Items, whole.Features = mapped[0], mapped[0]
	if whole.Prior != nil {
		whole.Features, whole.Prior.Bias = mapped[1], mapped[2]
	}
	if err := timed("lists", func() error { return whole.MakeLists(ctx, *lists) }); err != nil {
		return err
	}
	if err := timed("save", func() error { return whole.Save(filepath.Join(dir, "index")) }); err != nil {
		return err
	}
	for _, name := range names {
		os.Remove(filepath.Join(dir, name))
	}
	w.vectors = mapped[0]
	return timed("truth", func() error { return w.saveTruth(filepath.Join(dir, "truth")) })
}

// timed reports on standard error how long a step took.
func timed(what string, do func() error) error {
	begin := time.Now()
	err := do()
	fmt.Fprintf(os.Stderr, "%s: %.1f s; %s\n", what, time.Since(begin).Seconds(), resident())
	return err
}

// partRows is how many items are made at a time.
const partRows = 1 << 15

// writeRows writes vectors, features and biases of all items to a file each.
func writeRows(w *world, fitted *workbench.Index, dir string, names []string) (err error) {
	var out []*bufio.Writer
	for _, name := range names {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		defer f.Close()
		out = append(out, bufio.NewWriterSize(f, 1<<20))
	}
	known, head := fitted.Features.Rows, fitted.Head()
	for lo := 0; lo < w.items; {
		hi := min(lo+partRows, w.items)
		var rows *workbench.Matrix
		if lo < known {
			hi = min(hi, known)
			rows, err = fitted.Items().Rows(context.Background(), between(lo, hi))
		} else {
			rows, err = head.Rows(w.rows(lo, hi))
		}
		if err != nil {
			return err
		}
		for i := range rows.Rows {
			row := rows.Row(i)
			out[0].Write(bytesOf(row[:w.dims]))
			if fitted.Prior != nil {
				out[1].Write(bytesOf(row[w.dims : len(row)-1]))
				out[2].Write(bytesOf(row[len(row)-1:]))
			}
		}
		lo = hi
	}
	for _, o := range out {
		err = errors.Join(err, o.Flush())
	}
	return err
}

func between(lo, hi int) []int {
	numbers := make([]int, hi-lo)
	for i := range numbers {
		numbers[i] = lo + i
	}
	return numbers
}

func bytesOf(row []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(row))), 4*len(row))
}

// mapMatrix shows a file of so many rows of floats.
func mapMatrix(path string, rows int) (*workbench.Matrix, error) {
	b, err := files.Map(path)
	if err != nil {
		return nil, err
	}
	data := unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/4)
	return &workbench.Matrix{Rows: rows, Cols: len(data) / rows, Data: data}, nil
}
