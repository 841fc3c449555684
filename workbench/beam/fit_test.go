package beam

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"axn/workbench"
)

// Vectors made in ranges are those of Dataset.Embed, bit by bit.
func TestEmbed(t *testing.T) {
	const model = "../../data/models/de-wordnet-L2"
	dir := toyFolder(t, 21, 50)
	d := must[*workbench.Dataset](t)(workbench.OpenTexts(dir))
	if err := d.Embed(t.Context(), must[*workbench.TextEncoder](t)(workbench.OpenDualEncoder(model))); err != nil {
		t.Fatal(err)
	}
	for _, half := range []bool{false, true} {
		want, out := d.DE, t.TempDir()
		if err := Embed(t.Context(), EmbedJob{Corpus: Corpus{Dir: dir}, Model: model, Out: out, Half: half, Batch: 8}); err != nil {
			t.Fatal(err)
		}
		if half {
			want = workbench.DualEmbeddings{Queries: halved(t, want.Queries), Items: halved(t, want.Items)}
		}
		got := workbench.DualEmbeddings{
			Queries: must[*workbench.Matrix](t)(workbench.OpenMatrix(filepath.Join(out, "de_queries.npy"))),
			Items:   must[*workbench.Matrix](t)(workbench.OpenMatrix(filepath.Join(out, "de_items.npy"))),
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("half %v: other vectors than Dataset.Embed's", half)
		}
	}
	if err := Embed(t.Context(), EmbedJob{Corpus: Corpus{Dir: verbs}, Model: model, Out: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "has no text") {
		t.Errorf("a data set without texts: %v", err)
	}
}

// Items read in ranges make the view of Dataset.ReadItems, bit by bit.
func TestRead(t *testing.T) {
	const model = "../../data/models/ce-wordnet-L4"
	dir, out := toyFolder(t, 3, 50), t.TempDir()
	d := must[*workbench.Dataset](t)(workbench.OpenTexts(dir))
	want := must[workbench.View](t)(d.ReadItems(t.Context(), must[*workbench.CrossEncoder](t)(workbench.OpenCrossEncoder(model)), workbench.ViewOptions{Width: 9}))
	got := must[workbench.View](t)(Read(t.Context(), ReadJob{Corpus: Corpus{Dir: dir}, Model: model, View: workbench.ViewOptions{Width: 9}, Out: out, Batch: 8}))
	if !reflect.DeepEqual(got, want) || got.Passes != 50 {
		t.Errorf("%v, want %v", got, want)
	}
	view := must[*workbench.Matrix](t)(workbench.OpenMatrix(filepath.Join(out, "view_ce.npy")))
	alone := must[*workbench.Matrix](t)(workbench.OpenMatrix(filepath.Join(out, "ce_alone.npy")))
	axes := must[*workbench.Matrix](t)(workbench.OpenMatrix(filepath.Join(out, "axes_ce.npy")))
	if !reflect.DeepEqual(view, want.Items) || !reflect.DeepEqual(alone, d.Alone) || !reflect.DeepEqual(axes, want.Axes) {
		t.Error("the files hold something else")
	}
	if left := must[[]os.DirEntry](t)(os.ReadDir(out)); len(left) != 3 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := Read(t.Context(), ReadJob{Corpus: Corpus{Dir: verbs}, Model: model, Out: out}); err == nil || !strings.Contains(err.Error(), "has no text") {
		t.Errorf("a data set without texts: %v", err)
	}
}

func halved(t *testing.T, m *workbench.Matrix) *workbench.Matrix {
	path := filepath.Join(t.TempDir(), "half.npy")
	if err := m.SaveHalf(path); err != nil {
		t.Fatal(err)
	}
	return must[*workbench.Matrix](t)(workbench.OpenMatrix(path))
}

// A worker reads of vectors and views the rows that it asks for, as OpenDataset has them.
func TestReadItems(t *testing.T) {
	d := must[*workbench.Dataset](t)(workbench.OpenDataset(verbs))
	some := []int32{3, 4, 700, int32(len(d.Items) - 1)}
	for _, items := range [][]int32{some, {}, nil} {
		rows := make([]int, len(items))
		for i, it := range items {
			rows[i] = int(it)
		}
		if items == nil {
			rows = make([]int, len(d.Items))
			for i := range rows {
				rows[i] = i
			}
		}
		vectors, views, err := Corpus{Dir: verbs}.readItems(items)
		if err != nil || len(views) != len(d.Views)+1 {
			t.Fatalf("%d views (%v)", len(views), err)
		}
		for i, want := range append([]*workbench.Matrix{d.DE.Items}, append(itemViews(d), d.Alone)...) {
			got := vectors
			if i > 0 {
				got = views[i-1]
			}
			if got.Cols != want.Cols || !slices.Equal(got.Data, want.Select(rows).Data) {
				t.Errorf("%d items: other values of matrix %d", len(rows), i)
			}
		}
	}
	if _, _, err := (Corpus{Dir: verbs}).readItems([]int32{int32(len(d.Items))}); err == nil {
		t.Error("an item that is none was read")
	}
}

func itemViews(d *workbench.Dataset) (views []*workbench.Matrix) {
	for _, v := range d.Views {
		views = append(views, v.Items)
	}
	return views
}

// The tolerance of a fit in parts against one process: the noise, approximate scores,
// relative to the largest, and recall. With item views, such as verbs has, the fifteen
// steps of conjugate gradients leave more undone, and rounding grows in them: from
// 1e-5 of the scores without views to 4e-3.
const (
	noiseTolerance  = 1e-4
	scoreTolerance  = 1e-2
	recallTolerance = 0.005
)

// On real verbs an index fitted in parts searches like one process's: prior noise,
// approximate scores of found items and recall agree.
func TestFit(t *testing.T) {
	d := must[*workbench.Dataset](t)(workbench.OpenDataset(verbs))
	table := must[workbench.Scorer](t)(d.Scorer())
	dir := t.TempDir()
	scores, out := filepath.Join(dir, "scores"), filepath.Join(dir, "index")
	for _, sm := range []workbench.Sampling{{Queries: 200, Random: 60, Seed: 1}, {Queries: 30, Dense: true}} {
		job := ScoreJob{Corpus{Dir: verbs}, Scoring{Scorer: "table", Grid: Grid{Queries: 4}}, sm, scores}
		if err := Score(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		g := must[*workbench.Scores](t)(workbench.OpenScores(scores))
		observed := must[*workbench.Scores](t)(workbench.Observe(t.Context(), table, d, sm))
		if !reflect.DeepEqual(g, observed) {
			t.Fatal("other scores than Observe's")
		}
		must[*workbench.Index](t)(Fit(t.Context(), FitJob{Corpus: Corpus{Dir: verbs}, Scores: scores, Parts: 5, Out: out}))
		got := must[*workbench.Index](t)(workbench.OpenIndex(out))
		want := must[*workbench.Index](t)(workbench.Factorize(t.Context(), d, g, workbench.FactorizeOptions{}))
		a, b := recall(t, d, table, want), recall(t, d, table, got)
		far := apart(t, d, want, got)
		t.Logf("%v: recall %.4f and %.4f, noise %.6f and %.6f, approximate scores differ by %.1e", sm, a, b, want.Prior.Noise, got.Prior.Noise, far)
		if math.Abs(a-b) > recallTolerance || math.Abs(want.Prior.Noise-got.Prior.Noise) > noiseTolerance*want.Prior.Noise || far > scoreTolerance {
			t.Errorf("%v: the index is another than one process's", sm)
		}
	}
}

func recall(t *testing.T, d *workbench.Dataset, s workbench.Scorer, ix *workbench.Index) float64 {
	rs := must[[]workbench.Result](t)(ix.SearchAll(t.Context(), s, d.Test[:100], workbench.SearchOptions{Budget: 100}))
	return must[float64](t)(workbench.Recall(t.Context(), s, d, rs, 10))
}

// apart is the largest difference of the covariance of some items and of their
// biases, relative to the largest value.
func apart(t *testing.T, d *workbench.Dataset, a, b *workbench.Index) float64 {
	if a.Features.Cols != b.Features.Cols {
		t.Fatalf("%d and %d features", a.Features.Cols, b.Features.Cols)
	}
	dot := func(m *workbench.Matrix, i, j int) (sum float64) {
		for k, v := range m.Row(i) {
			sum += float64(v) * float64(m.Row(j)[k])
		}
		return sum
	}
	far, most := 0.0, 0.0
	compare := func(x, y float64) { far, most = max(far, math.Abs(x-y)), max(most, math.Abs(x)) }
	for i := 0; i < len(d.Items); i += 40 {
		for j := 0; j <= i; j += 40 {
			compare(dot(a.Features, i, j), dot(b.Features, i, j))
		}
		compare(a.Prior.Bias.At(i, 0), b.Prior.Bias.At(i, 0))
	}
	return far / most
}
