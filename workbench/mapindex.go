package workbench

import (
	"errors"
	"fmt"

	"axn/workbench/internal/npz"
)

// MapIndex opens a file that Save wrote without reading it: its matrices lie in
// the file, of which the system reads what searches touch and keeps it in memory
// while there is room. That takes milliseconds whatever the file's size, and
// processes that map the same file share it. Changes to a matrix's data stay in
// this process and never reach the file.
//
// It checks that all parts are there and fit together, and that the file is
// whole; unlike OpenIndex it does not read the arrays to compare their checksums.
// The file may be replaced by Save or removed meanwhile, but must not be cut or
// written to. Close gives the memory back. On systems other than Linux and macOS
// the file is read.
func MapIndex(path string) (*Index, error) {
	ix := &Index{}
	if err := ix.openMap(path); err != nil {
		return nil, fmt.Errorf("workbench: map index: %w", errors.Join(err, ix.Close()))
	}
	return ix, nil
}

func (ix *Index) openMap(path string) (err error) {
	if ix.mapped, err = mapFile(path); err != nil {
		return err
	}
	r, err := npz.View(ix.mapped)
	if err == nil {
		err = ix.read(r)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Close ends the use of an index from MapIndex. Its matrices, and rows taken from
// them, must not be used afterwards; the index is left without queries or items.
// On other indexes, and the second time, it does nothing. No search may be under way.
func (ix *Index) Close() error {
	if ix.mapped == nil {
		return nil
	}
	none := &Matrix{}
	ix.DE, ix.Features, ix.Queries, ix.Prior = DualEmbeddings{Queries: none, Items: none}, none, nil, nil
	data := ix.mapped
	ix.mapped = nil
	if err := unmapFile(data); err != nil {
		return fmt.Errorf("workbench: close index: %w", err)
	}
	return nil
}
