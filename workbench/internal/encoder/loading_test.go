//go:build !race

package encoder

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"

	"axn/workbench/internal/hf"
)

// TestLoadingHoldsWeightsOnce: what opening a model allocates, all in all, is little more than its weights in float32:
// a layer of four that is read, and the tokenizer. The race detector makes pools forget at random, as
// a collection may, so it cannot see this.
func TestLoadingHoldsWeightsOnce(t *testing.T) {
	dir := "../../../data/models/ce-wordnet-L4"
	info, err := os.Stat(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	allocated := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.TotalAlloc
	}
	open := func() uint64 {
		before := allocated()
		m, err := hf.OpenCrossEncoder(dir)
		if err != nil {
			t.Fatal(err)
		}
		newEncoder(t, m, Precision{})
		return allocated() - before
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	open()                             // once for what is made only once
	weights := uint64(2 * info.Size()) // of float16
	if got := open(); got > weights*3/2 {
		t.Errorf("opening %d bytes of weights allocates %d", weights, got)
	}
}
