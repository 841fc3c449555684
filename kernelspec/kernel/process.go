//go:build axnkernel

package main

import (
	"axn/kernelspec/child"
	"axn/kernelspec/compiled"
	"axn/kernelspec/eval"
	"axn/kernelspec/magic"

	"gonum.org/v1/gonum/mat"
)

// keepWithinBounds puts functions in the place of those that would start processes
// which outlive the kernel, or end it.
func keepWithinBounds() {
	compiled.Extend("os/exec", map[string]any{"Command": child.Command, "CommandContext": child.CommandContext})
	compiled.Extend("testing", map[string]any{"Main": magic.TestMain, "(*T).Run": magic.RunTest, "(*B).Run": magic.RunBenchmark, "(*F).Fuzz": magic.RunFuzz})
	compiled.Extend("gonum.org/v1/gonum/mat", map[string]any{
		"NewDense": func(r, c int, data []float64) *mat.Dense {
			haveRoom(r, c, data)
			return mat.NewDense(r, c, data)
		},
		"NewSymDense": func(n int, data []float64) *mat.SymDense {
			haveRoom(n, n, data)
			return mat.NewSymDense(n, data)
		},
		"NewTriDense": func(n int, kind mat.TriKind, data []float64) *mat.TriDense {
			haveRoom(n, n, data)
			return mat.NewTriDense(n, kind, data)
		},
		"NewVecDense": func(n int, data []float64) *mat.VecDense {
			haveRoom(n, 1, data)
			return mat.NewVecDense(n, data)
		},
	})
}

// haveRoom ends the cell if a new matrix would need more memory than there is.
func haveRoom(r, c int, data []float64) {
	if data == nil && r > 0 && c > 0 {
		eval.RequireMemory("matrix", float64(r)*float64(c)*8)
	}
}
