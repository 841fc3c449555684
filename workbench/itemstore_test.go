package workbench_test

import (
	"path/filepath"
	"testing"

	"axn/workbench"
	"axn/workbench/storetest"
)

// TestStores holds what has its rows here to the contract: a matrix, an index in memory, and the
// same index in a mapped file.
func TestStores(t *testing.T) {
	rows := storetest.Rows(700, 24, 1)
	t.Run("matrix", func(t *testing.T) { storetest.Run(t, workbench.StoreOf(rows), rows, storetest.Exact) })

	// Cut into the parts that Items puts together again.
	parts := func(lo, hi int) *workbench.Matrix {
		m := workbench.NewMatrix(rows.Rows, hi-lo)
		for i := range rows.Rows {
			copy(m.Row(i), rows.Row(i)[lo:hi])
		}
		return m
	}
	ix := &workbench.Index{
		Method:   workbench.Calibrated,
		DE:       workbench.DualEmbeddings{Queries: workbench.NewMatrix(1, 10), Items: parts(0, 10)},
		Features: parts(10, 23),
		Prior:    &workbench.Prior{Bias: parts(23, 24), Map: workbench.NewMatrix(11, 13)},
	}
	t.Run("index", func(t *testing.T) { storetest.Run(t, ix.Items(), rows, storetest.Exact) })
	path := filepath.Join(t.TempDir(), "index")
	workbench.Must(ix.Save(path))
	mapped, err := workbench.MapIndex(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mapped.Close() })
	t.Run("mapped index", func(t *testing.T) { storetest.Run(t, mapped.Items(), rows, storetest.Exact) })
}
