package workbench

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite golden files")

// goldenRecall compares a report with the table in testdata/golden, line by line;
// -update rewrites it. Machines round differently, so a figure may move by three
// queries' worth at k = 1 and by 0.3 points otherwise.
func goldenRecall(t *testing.T, name string, rep *Report) {
	t.Helper()
	var got strings.Builder
	for _, m := range rep.Measures {
		fmt.Fprintf(&got, "%-22s %7d B%-3d k%-3d %5.1f\n", m.System, m.IndexCalls, m.Budget, m.K, 100*m.Recall)
	}
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := strings.Split(string(must[[]byte](t)(os.ReadFile(path))), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if w := want[min(i, len(want)-1)]; !sameFigures(line, w, len(rep.Queries)) {
			t.Errorf("%s\ngot  %s\nwant %s", name, line, w)
		}
	}
}

// sameFigures compares two lines whose last word is a percentage over queries.
func sameFigures(got, want string, queries int) bool {
	i, j := strings.LastIndexByte(got, ' '), strings.LastIndexByte(want, ' ')
	if i < 0 || j < 0 || strings.TrimSpace(got[:i]) != strings.TrimSpace(want[:j]) {
		return got == want
	}
	var a, b float64
	fmt.Sscan(got[i:], &a)
	fmt.Sscan(want[j:], &b)
	allowed := 0.35
	if strings.Contains(got, "k1 ") {
		allowed = max(allowed, 300/float64(queries)+.05)
	}
	return a-b <= allowed && b-a <= allowed
}
