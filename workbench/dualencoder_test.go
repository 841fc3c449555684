package workbench

import (
	"math"
	"slices"
	"strings"
	"testing"

	"axn/workbench/internal/sharedtest"
)

func openDE(t testing.TB) *TextEncoder {
	t.Helper()
	d, err := OpenDualEncoder("../data/models/de-wordnet-L2")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// goldenVectors compares rows with vectors stored as float16: 2e-4 for rows of unit length.
func goldenVectors(t *testing.T, got, want *Matrix) {
	t.Helper()
	for i := range want.Rows {
		for j, v := range want.Row(i) {
			if d := math.Abs(float64(got.Row(i)[j] - v)); !(d <= 2e-4) {
				t.Fatalf("row %d, column %d: %g, want %g", i, j, got.Row(i)[j], v)
			}
		}
	}
}

// The first rows of the data set's own vectors, whose texts stand in testdata.
func TestEncodeGolden(t *testing.T) {
	want, err := OpenMatrix("../data/verbs/de_queries.npy")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	eachLine(t, "testdata/de_golden.tsv", func(row func(string) string) { texts = append(texts, row("query")) })
	got, err := openDE(t).Encode(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	goldenVectors(t, got, want.Select(identity(len(texts))))
	for i := range got.Rows {
		var squares float64
		for _, v := range got.Row(i) {
			squares += float64(v) * float64(v)
		}
		if math.Abs(squares-1) > 1e-6 {
			t.Errorf("row %d has length² %g", i, squares)
		}
	}
}

func identity(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

func TestEncodeShared(t *testing.T) {
	d := openDE(t)
	for _, domain := range []string{"verbs", "artifacts"} {
		queries, items := sharedTexts(t, domain)
		for file, texts := range map[string][]string{"de_queries.npy": queries, "de_items.npy": items} {
			want, err := OpenMatrix(sharedtest.Path(t, "data", domain, file))
			if err != nil {
				t.Fatal(err)
			}
			if n := 500; testing.Short() && len(texts) > n { // as under the race detector
				texts, want = texts[:n], &Matrix{Rows: n, Cols: want.Cols, Data: want.Data[:n*want.Cols]}
			}
			got, err := d.Encode(t.Context(), texts)
			if err != nil {
				t.Fatal(err)
			}
			goldenVectors(t, got, want)
		}
	}
}

func TestEncodeBits(t *testing.T) {
	d := openDE(t)
	texts := []string{"", "a word", strings.Repeat("too long ", 1000), "the cancer had * invaded * her lungs"}
	all, err := d.Encode(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		if one, err := d.Encode(t.Context(), []string{text}); err != nil || !slices.Equal(one.Data, all.Row(i)) {
			t.Errorf("%.20q alone gives other bits: %v", text, err)
		}
	}
	if none, err := d.Encode(t.Context(), nil); err != nil || none.Rows != 0 || none.Cols != all.Cols {
		t.Errorf("no texts: %v, %v", none, err)
	}
}
