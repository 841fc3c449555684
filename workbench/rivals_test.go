package workbench

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite golden files")

// rivals are the systems of the papers at two index costs: 50 × 100 entries of the
// dual encoder's top, and 100 dense rows.
func rivals() []System {
	top, dense := []Sampling{{Queries: 50, PerQuery: 100}}, []Sampling{{Queries: 100, Dense: true}}
	blend := SearchOptions{Lambda: 0.8}
	rerank := SearchOptions{Rounds: 1}
	made := func(m Method) FactorizeOptions { return FactorizeOptions{Method: m} }
	return []System{
		{Name: "RnR_DE", Factorize: made(DualEncoder), Search: rerank, Samplings: top},
		{Name: "AXN_DE", Factorize: made(DualEncoder), Samplings: top},
		{Name: "AXN_DE lambda 0.8", Factorize: made(DualEncoder), Search: blend, Samplings: top},
		{Name: "RnR_DSTL", Factorize: made(Distilled), Search: rerank, Samplings: top},
		{Name: "RnR_MFTrns", Factorize: made(Transductive), Search: rerank, Samplings: top},
		{Name: "AXN_MFTrns lambda 0.8", Factorize: made(Transductive), Search: blend, Samplings: top},
		{Name: "RnR_MFInd", Factorize: made(Inductive), Search: rerank, Samplings: top},
		{Name: "AXN_MFInd lambda 0.8", Factorize: made(Inductive), Search: blend, Samplings: top},
		{Name: "ANNCUR", Factorize: made(ANNCUR), Samplings: dense},
		{Name: "ADACUR", Factorize: made(ADACUR), Samplings: dense},
	}
}

// The recall of every rival on the first 50 test verbs is what it was. A change
// that moves it shows here; -update accepts it. Machines round differently, and
// one neighbour more or less in 50 queries is 0.02 points at k = 100, 2 at k = 1.
func TestRivalsGolden(t *testing.T) {
	if testing.Short() {
		t.Skip("trains two networks")
	}
	d := must[*Dataset](t)(OpenDataset("../data/verbs"))
	start := time.Now()
	rep := must[*Report](t)(Experiment{Dataset: d, Scorer: must[Scorer](t)(d.Scorer()), Systems: rivals(),
		Budgets: []int{100, 500}, TopK: []int{1, 10, 100}, Queries: d.Test[:50]}.Run(t.Context()))
	t.Logf("%.1f s", time.Since(start).Seconds())
	var got strings.Builder
	for _, m := range rep.Measures {
		fmt.Fprintf(&got, "%-22s %7d B%-3d k%-3d %5.1f\n", m.System, m.IndexCalls, m.Budget, m.K, 100*m.Recall)
	}
	path := filepath.Join("testdata", "golden", "rivals.txt")
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := strings.Split(string(must[[]byte](t)(os.ReadFile(path))), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if !sameFigures(line, want[min(i, len(want)-1)]) {
			t.Errorf("got  %s\nwant %s", line, want[min(i, len(want)-1)])
		}
	}
}

// sameFigures compares two lines whose last word is a percentage over 50 queries.
func sameFigures(got, want string) bool {
	i, j := strings.LastIndexByte(got, ' '), strings.LastIndexByte(want, ' ')
	if i < 0 || j < 0 || strings.TrimSpace(got[:i]) != strings.TrimSpace(want[:j]) {
		return got == want
	}
	var a, b float64
	fmt.Sscan(got[i:], &a)
	fmt.Sscan(want[j:], &b)
	allowed := 0.3
	if strings.Contains(got, "k1 ") {
		allowed = 2.05
	}
	return a-b <= allowed && b-a <= allowed
}
