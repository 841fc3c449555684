package workbench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// An index answers the same at AVX2 as at AVX-512, each in a process of its own.
func TestSearchLevels(t *testing.T) {
	if dir := os.Getenv("AXN_TEST_SEARCH"); dir != "" {
		searchSaved(t, dir)
		return
	}
	dir := t.TempDir()
	d, g := toy(11, 40, 700, 24)
	for _, m := range allMethods() {
		if err := toyIndex(t, d, g, m).Save(filepath.Join(dir, string(m))); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.Save(filepath.Join(dir, "scores")); err != nil {
		t.Fatal(err)
	}
	best, avx2 := searchAt(t, dir, "best"), searchAt(t, dir, "avx2")
	if best != avx2 || best == "" {
		t.Errorf("the best level gives\n%s\nAVX2\n%s", best, avx2)
	}
}

// searchAt runs searchSaved at a level and returns what it found.
func searchAt(t *testing.T, dir, level string) string {
	t.Helper()
	cmd := exec.Command(must[string](t)(os.Executable()), "-test.run=^TestSearchLevels$")
	cmd.Env = append(os.Environ(), "AXN_TEST_SEARCH="+dir, "AXN_KERNELS="+level)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", level, err, out)
	}
	return string(must[[]byte](t)(os.ReadFile(filepath.Join(dir, "found"))))
}

// searchSaved writes what all indexes of a folder find, in the order found.
func searchSaved(t *testing.T, dir string) {
	g, queries := must[*Matrix](t)(OpenMatrix(filepath.Join(dir, "scores"))), []int{20, 21, 25, 39}
	out := must[*os.File](t)(os.Create(filepath.Join(dir, "found")))
	defer out.Close()
	for _, m := range allMethods() {
		ix := must[*Index](t)(OpenIndex(filepath.Join(dir, string(m))))
		for _, o := range []SearchOptions{{Budget: 20}, {Budget: 90, Softmax: .1}} {
			for _, r := range must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), queries, o)) {
				fmt.Fprintln(out, m, r.Query, order(&r))
			}
		}
	}
}
