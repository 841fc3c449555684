package workbench

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// slowView is NewView by a singular value decomposition in float64.
func slowView(x *Matrix, width, blocks int) (y *mat.Dense, kept float64) {
	n, d := x.Rows, x.Cols
	a := mat.DenseCopyOf(x)
	for j := range d {
		mean := mat.Sum(a.ColView(j)) / float64(n)
		for i := range n {
			a.Set(i, j, a.At(i, j)-mean)
		}
	}
	for lo := 0; lo < d; lo += d / blocks {
		block := a.Slice(0, n, lo, lo+d/blocks).(*mat.Dense)
		block.Scale(math.Sqrt(float64(n))/mat.Norm(block, 2), block)
	}
	var svd mat.SVD
	svd.Factorize(a, mat.SVDThin)
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	y = mat.NewDense(n, width, nil)
	y.Mul(a, v.Slice(0, d, 0, width))
	all, left := 0.0, 0.0
	for k, s := range svd.Values(nil) {
		if all += s * s; k < width {
			left += s * s
		}
	}
	y.Scale(math.Sqrt(float64(n)/left), y)
	return y, left / all
}

// randomFeatures vary a few ways much and the others little, off centre and in
// blocks of very different size.
func randomFeatures(rng *rand.Rand, rows, blocks, width int) *Matrix {
	m := NewMatrix(rows, blocks*width)
	for i := range rows {
		common := rng.NormFloat64()
		for j := range m.Row(i) {
			size := math.Pow(10, float64(j/width)) / float64(1+j%width)
			m.Row(i)[j] = float32(size * (3 + common + rng.NormFloat64()))
		}
	}
	return m
}

func TestNewView(t *testing.T) {
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 1))
		blocks, width := 1+rng.IntN(3), 3+rng.IntN(5)
		x := randomFeatures(rng, 500+rng.IntN(700), blocks, width)
		o := ViewOptions{Width: 1 + rng.IntN(blocks*width), Blocks: blocks}
		v := must[View](t)(NewView("x", x, o))
		want, kept := slowView(x, o.Width, blocks)
		if v.Items.Rows != x.Rows || v.Items.Cols != o.Width || math.Abs(v.Kept-kept) > 1e-5 {
			t.Fatalf("seed %d: %v, want %d features, %.6f kept", seed, v, o.Width, kept)
		}
		for k := range o.Width {
			same, other := 0.0, 0.0 // a direction's sign is chance
			for i := range x.Rows {
				same = max(same, math.Abs(v.Items.At(i, k)-want.At(i, k)))
				other = max(other, math.Abs(v.Items.At(i, k)+want.At(i, k)))
			}
			if min(same, other) > 2e-3 {
				t.Errorf("seed %d: component %d differs by %g", seed, k, min(same, other))
			}
		}
	}
}

// The same features give the same bits on any number of threads; what does not vary
// gives nothing.
func TestNewViewBits(t *testing.T) {
	x := randomFeatures(rand.New(rand.NewPCG(1, 1)), 1300, 2, 40)
	want := must[View](t)(NewView("x", x, ViewOptions{Width: 9, Blocks: 2}))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if got := must[View](t)(NewView("x", x, ViewOptions{Width: 9, Blocks: 2})); !slices.Equal(got.Items.Data, want.Items.Data) {
		t.Error("other bits on one thread")
	}
	flat := NewMatrix(30, 4)
	for i := range flat.Rows {
		copy(flat.Row(i), []float32{5, 5, float32(i), 0})
	}
	v := must[View](t)(NewView("x", flat, ViewOptions{Blocks: 2}))
	if v.Items.Cols != 1 || math.Abs(v.Kept-1) > 1e-6 {
		t.Errorf("one column varies: %v", v)
	}
	if v := must[View](t)(NewView("x", NewMatrix(3, 2), ViewOptions{})); v.Items.Cols != 1 || slices.Max(v.Items.Data) != 0 {
		t.Errorf("nothing varies: %v %v", v, v.Items.Data)
	}
	if _, err := NewView("x", flat, ViewOptions{Blocks: 3}); err == nil {
		t.Error("4 columns in 3 blocks")
	}
}

// TestViewRows: items that come later have in a view, saved or not, the rows that they had if they had been there; and what
// cannot be said is refused.
func TestViewRows(t *testing.T) {
	all := randomFeatures(rand.New(rand.NewPCG(9, 1)), 700, 3, 5)
	v := must[View](t)(NewView("ce", all, ViewOptions{Width: 6, Blocks: 3}))
	if got := must[*Matrix](t)(v.Rows(all)); !slices.Equal(got.Data, v.Items.Data) {
		t.Error("rows of the same items are others")
	}
	dir := t.TempDir()
	must0(t, v.Save(dir))
	d := &Dataset{Dir: dir}
	must0(t, d.openViews())
	some := must[*Matrix](t)(d.Views[0].Rows(all.Select([]int{699, 3})))
	if !slices.Equal(some.Row(0), v.Items.Row(699)) || !slices.Equal(some.Row(1), v.Items.Row(3)) {
		t.Error("a view that was saved has other rows")
	}
	other := View{Name: "ce", Items: NewMatrix(700, 2)}
	must0(t, other.Save(dir)) // its axes are not the old ones
	d.Views = nil
	must0(t, d.openViews())
	wrong := v
	wrong.Axes = NewMatrix(3, 15)
	for want, err := range map[string]error{
		"axes are not known":               second(d.Views[0].Rows(all)),
		"it was made of 15 columns":        second(v.Rows(NewMatrix(1, 6))),
		"features: there is no matrix":     second(v.Rows(nil)),
		"3 rows, one more than the view's": second(wrong.Rows(all)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
