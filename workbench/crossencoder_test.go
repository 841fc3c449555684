package workbench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"axn/workbench/internal/sharedtest"
)

// goldenTolerance is what an engine may differ from the golden scores, which
// transformers computed in float32.
const goldenTolerance = 1e-4

func openCE(t testing.TB) *CrossEncoder {
	t.Helper()
	c, err := OpenCrossEncoder("../data/models/ce-wordnet-L4")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// eachLine calls f with the fields of every line of a .tsv file by column name.
func eachLine(t testing.TB, path string, f func(row func(string) string)) {
	t.Helper()
	if err := readTSV(path, nil, func(row func(string) string) error { f(row); return nil }); err != nil {
		t.Fatal(err)
	}
}

func parse(t testing.TB, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// golden reads pairs of texts and their scores.
func golden(t testing.TB, path string) (pairs [][2]string, want []float64) {
	eachLine(t, path, func(row func(string) string) {
		pairs, want = append(pairs, [2]string{row("query"), row("item")}), append(want, parse(t, row("score")))
	})
	return pairs, want
}

// sharedTexts reads the texts of a full data set by row.
func sharedTexts(t testing.TB, domain string) (queries, items []string) {
	t.Helper()
	f, err := os.Open(sharedtest.Path(t, "data", domain, "texts.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var line struct{ Query, Item, Text string }
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if line.Query != "" {
			queries = append(queries, line.Text)
		} else {
			items = append(items, line.Text)
		}
	}
	return queries, items
}

func near(t *testing.T, got, want []float64, tolerance float64) {
	t.Helper()
	var worst float64
	for i := range want {
		d := math.Abs(got[i] - want[i])
		if !(d <= tolerance) {
			t.Fatalf("%d: %.7f, want %.7f", i, got[i], want[i])
		}
		worst = max(worst, d)
	}
	t.Logf("%d scores, worst difference %.2g", len(want), worst)
}

func TestPredictGolden(t *testing.T) {
	c := openCE(t)
	pairs, want := golden(t, "testdata/ce_golden.tsv")
	got, err := c.Predict(t.Context(), pairs)
	if err != nil {
		t.Fatal(err)
	}
	near(t, got, want, goldenTolerance)
}

// All golden pairs of both domains, and a thousand entries of ce_scores.npy, to
// the rounding of the float16 they are stored in.
func TestPredictShared(t *testing.T) {
	c := openCE(t)
	for _, domain := range []string{"verbs", "artifacts"} {
		t.Run(domain, func(t *testing.T) {
			queries, items := sharedTexts(t, domain)
			var pairs [][2]string
			var want []float64
			eachLine(t, sharedtest.Path(t, "data", domain, "ce_golden.tsv"), func(row func(string) string) {
				q, i := int(parse(t, row("query_row"))), int(parse(t, row("item_row")))
				pairs, want = append(pairs, [2]string{queries[q], items[i]}), append(want, parse(t, row("score")))
			})
			got, err := c.Predict(t.Context(), pairs)
			if err != nil {
				t.Fatal(err)
			}
			near(t, got, want, goldenTolerance)
			scores, err := OpenMatrix(sharedtest.Path(t, "data", domain, "ce_scores.npy"))
			if err != nil {
				t.Fatal(err)
			}
			pairs, want = nil, nil
			for n := range 1000 {
				q, i := n*7919%scores.Rows, n*104729%scores.Cols
				pairs, want = append(pairs, [2]string{queries[q], items[i]}), append(want, scores.At(q, i))
			}
			if got, err = c.Predict(t.Context(), pairs); err != nil {
				t.Fatal(err)
			}
			for i, w := range want {
				_, exp := math.Frexp(w)
				if halfStep := math.Ldexp(1, exp-12); !(math.Abs(got[i]-w) <= halfStep+goldenTolerance) {
					t.Fatalf("pair %d: %g, stored as %g", i, got[i], w)
				}
			}
		})
	}
}

// One pair alone, many in a batch, in another order, from many goroutines: the same bits.
func TestPredictBits(t *testing.T) {
	c := openCE(t)
	pairs, _ := golden(t, "testdata/ce_golden.tsv")
	pairs = append(pairs, [2]string{}, [2]string{"", "word"}, [2]string{strings.Repeat("many words ", 600), "short"}, [2]string{"short", strings.Repeat("long ", 2000)})
	want, err := c.Predict(t.Context(), pairs)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for g := range 6 {
		wg.Go(func() {
			for n := 1; n <= len(pairs); n *= 2 {
				at := (g * 5) % (len(pairs) - n + 1)
				part := slices.Clone(pairs[at : at+n])
				slices.Reverse(part)
				got, err := c.Predict(t.Context(), part)
				slices.Reverse(got)
				if err != nil || !slices.Equal(got, want[at:at+n]) {
					t.Errorf("pairs %d … %d: %v, other bits than in one batch", at, at+n, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestRank(t *testing.T) {
	c := openCE(t)
	pairs, _ := golden(t, "testdata/ce_golden.tsv")
	query := pairs[0][0]
	var docs []string
	for _, p := range pairs {
		docs = append(docs, p[1], p[1]) // every one twice: ties
	}
	for _, k := range []int{0, 1, 7, 1000} {
		best, err := c.Rank(t.Context(), query, docs, k)
		if err != nil {
			t.Fatal(err)
		}
		if want := len(docs); k > 0 && len(best) != min(k, want) || k == 0 && len(best) != want {
			t.Fatalf("k=%d: %d results", k, len(best))
		}
		for i, r := range best {
			one, err := c.Predict(t.Context(), [][2]string{{query, docs[r.Index]}})
			if err != nil || one[0] != r.Score {
				t.Fatalf("rank %d: %v, but predict says %v, %v", i, r, one, err)
			}
			if i > 0 && (r.Score > best[i-1].Score || r.Score == best[i-1].Score && r.Index < best[i-1].Index) {
				t.Fatalf("rank %d out of order: %v after %v", i, r, best[i-1])
			}
		}
	}
	if best, err := c.Rank(t.Context(), query, nil, 3); err != nil || len(best) != 0 {
		t.Errorf("no documents: %v, %v", best, err)
	}
}

func TestPredictCancelled(t *testing.T) {
	c := openCE(t)
	pairs, _ := golden(t, "testdata/ce_golden.tsv")
	for len(pairs) < 20000 {
		pairs = append(pairs, pairs...)
	}
	ctx, cancel := context.WithCancel(t.Context())
	reports := 0
	ctx = WithProgress(ctx, func(p Progress) {
		reports++
		if cancel(); p.Done >= len(pairs) {
			t.Errorf("went on to the end: %+v", p)
		}
	})
	if got, err := c.Predict(ctx, pairs); !errors.Is(err, context.Canceled) || got != nil || reports == 0 {
		t.Errorf("got %d scores, %v after %d reports", len(got), err, reports)
	}
}

func TestOpenCrossEncoderErrors(t *testing.T) {
	for _, dir := range []string{t.TempDir(), "../data/models/de-wordnet-L2", filepath.Join(t.TempDir(), "none")} {
		if c, err := OpenCrossEncoder(dir); c != nil || err == nil || !strings.HasPrefix(err.Error(), "workbench: open cross-encoder") {
			t.Errorf("%s: got %v", dir, err)
		}
	}
}

func BenchmarkPredict(b *testing.B) {
	c := openCE(b)
	pairs, _ := golden(b, "testdata/ce_golden.tsv")
	for len(pairs) < 1000 {
		pairs = append(pairs, pairs...)
	}
	b.Run(fmt.Sprintf("model=ce-wordnet-L4/pairs=%d", len(pairs)), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Predict(context.Background(), pairs); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(pairs)*b.N)/b.Elapsed().Seconds(), "pairs/s")
	})
}

// The golden scores hold at every instruction level, each in a process of its own.
func TestPredictLevels(t *testing.T) {
	if os.Getenv("AXN_KERNELS") != "" {
		return
	}
	if testing.Short() { // as under the race detector
		t.Skip("the same numbers again on slower kernels")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range []string{"go", "avx2"} {
		cmd := exec.Command(self, "-test.run=^TestPredictGolden$|^TestEncodeGolden$")
		cmd.Env = append(os.Environ(), "AXN_KERNELS="+level)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", level, err, out)
		}
	}
}
