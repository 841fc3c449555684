package calibrate

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"axn/workbench/internal/f32"
)

func normalRows(rng *rand.Rand, rows, cols int) f32.Mat {
	m := f32.NewMat(rows, cols)
	for i := range m.Data {
		m.Data[i] = float32(rng.NormFloat64())
	}
	return m
}

func TestRowsRefuse(t *testing.T) {
	rng := rand.New(rand.NewPCG(72, 1))
	in := &Problem{Queries: normalRows(rng, 10, 4), Items: normalRows(rng, 60, 4)}
	for q := range 10 {
		in.Rows = append(in.Rows, Row{Query: q, Items: []int32{1, 7}, Values: []float32{2, 3}})
	}
	rows, err := NewWorker(in, 0, 10, in.Read)
	if err != nil {
		t.Fatal(err)
	}
	for want, s := range map[string]struct {
		stage Stage
		hi    int
	}{"rows 3 to 11 of 0 to 10": {stageScores, 11}, `no stage "guess"`: {"guess", 10}} {
		if _, err := rows.Sum(&Step{Stage: s.stage}, 3, s.hi); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Products with Φ are those with the matrix written out, whatever its size
// against the rows made at a time.
func TestDesign(t *testing.T) {
	rng := rand.New(rand.NewPCG(91, 1))
	for _, n := range []int{1, 63, 64, 513, 1100} {
		d := newDesignMatrix(normalRows(rng, n, 70))
		phi := double(withOne(d.items, d.scale))
		x, b := normalRows(rng, 1, 71).Data, normalRows(rng, 71, 9)
		y, back := make([]float32, n), make([]float32, 71)
		d.times(y, x, nil)
		d.transposeTimes(back, y)
		var want, wantBack, wantProduct, wantGram mat.Dense
		want.Mul(phi, double(f32.View(x, 1, 71)).T())
		wantBack.Mul(phi.T(), double(f32.View(y, 1, n)).T())
		wantProduct.Mul(phi, double(b))
		wantGram.Mul(phi.T(), phi)
		near := func(what string, got float32, want float64) {
			t.Helper()
			if diff := float64(got) - want; diff > 1e-5*(1+float64(n)) || -diff > 1e-5*(1+float64(n)) {
				t.Errorf("n=%d: %s is %v, want %v", n, what, got, want)
			}
		}
		product, gram, squares := d.product(b), d.gram(), 0.0
		for i := range n {
			near("times", y[i], want.At(i, 0))
			for j := range 9 {
				near("product", product.Row(i)[j], wantProduct.At(i, j))
			}
		}
		for i := range 71 {
			near("transposeTimes", back[i], wantBack.At(i, 0))
			squares += wantGram.At(i, i)
			for j := range i + 1 {
				near("gram", gram.Row(i)[j], wantGram.At(i, j))
			}
		}
		near("squares", d.squares(), squares)
	}
}

// What rows give for the views is the sum of all products of two entries.
func TestFitPartViews(t *testing.T) {
	rng := rand.New(rand.NewPCG(308, 1))
	h, row := normalRows(rng, 30, 3), residualRow{items: []int32{3, 7, 8, 20, 29}, resid: []float32{1, -2, .5, 3, 0}}
	own := f32.NewMat(5, 4)
	for j, it := range row.items {
		copy(own.Row(j), h.Row(int(it)))
		own.Row(j)[3] = row.resid[j]
	}
	for k := range 4 { // centre
		mean := float32(0)
		for j := range 5 {
			mean += own.Row(j)[k] / 5
		}
		for j := range 5 {
			own.Row(j)[k] -= mean
		}
	}
	got := row.views(h)
	for k := range 3 {
		var a, most float64
		for i := range 5 {
			for j := range 5 {
				if x, y := float64(own.Row(i)[k]), float64(own.Row(j)[k]); i != j {
					a, most = a+x*y*float64(own.Row(i)[3]*own.Row(j)[3]), most+x*x*y*y
				}
			}
		}
		for s, want := range []float64{a, most, a * a} {
			if math.Abs(got[3*k+s]-want) > 1e-4*(1+math.Abs(want)) {
				t.Errorf("feature %d: sum %d is %v, want %v", k, s, got[3*k+s], want)
			}
		}
	}
}

// Leaving an item out by its leverage is leaving it out.
func TestLeaveOneOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(309, 1))
	n := 25
	x, y := normalRows(rng, n, 3), normalRows(rng, n, 2)
	for i := range n {
		y.Row(i)[0] += 2 * x.Row(i)[1]
	}
	centre(x)
	centre(y)
	got := leaveOneOut(x, y)
	for col := range 2 {
		best := 0.0
		for _, ridge := range ridges {
			best = max(best, leftOut(x, y, col, ridge))
		}
		if math.Abs(got[col]-best) > .01 {
			t.Errorf("column %d: R² %v, want %v", col, got[col], best)
		}
	}
	if got[0] < .5 || got[1] > .3 {
		t.Errorf("R² %v", got)
	}
}

// leftOut fits n ridge regressions, each to all rows but one, by gradient descent.
func leftOut(x, y f32.Mat, col int, ridge float64) float64 {
	r := ridge * float64(f32.SqNorm(x.Data)) / float64(x.Cols)
	var press, total float64
	for out := range x.Rows {
		b, free := make([]float64, x.Cols), 0.0
		for range 4000 {
			step, stepFree := make([]float64, x.Cols), 0.0
			for i := range x.Rows {
				if i == out {
					continue
				}
				e := float64(y.Row(i)[col]) - free
				for k, v := range x.Row(i) {
					e -= float64(v) * b[k]
				}
				stepFree += e
				for k, v := range x.Row(i) {
					step[k] += e * float64(v)
				}
			}
			for k := range b {
				b[k] += .01 * (step[k] - r*b[k])
			}
			free += .01 * stepFree
		}
		e := float64(y.Row(out)[col]) - free
		for k, v := range x.Row(out) {
			e -= float64(v) * b[k]
		}
		press, total = press+e*e, total+float64(y.Row(out)[col])*float64(y.Row(out)[col])
	}
	return 1 - press/total
}

// Sums over items come out the same whether parts give them of all items or of their own.
func TestSumsOfItems(t *testing.T) {
	rng := rand.New(rand.NewPCG(73, 1))
	const items, each, rest = 40, 3, 5
	for range 50 {
		want, got := &Sums{}, &Sums{}
		for part := range 1 + rng.IntN(5) {
			own := &Sums{Each: each}
			for it := range int32(items) {
				if rng.IntN(3) == 0 {
					own.Items = append(own.Items, it)
				}
			}
			own.Vector = normalRows(rng, 1, len(own.Items)*each+rest).Data
			if part == 2 {
				own.Items, own.Vector = nil, normalRows(rng, 1, items*each+rest).Data
			}
			all := *own
			all.ofAll(items)
			want.Add(&Sums{Vector: append([]float32(nil), all.Vector...)})
			got.Add(own)
		}
		got.ofAll(items)
		for i, v := range want.Vector {
			if math.Abs(float64(v-got.Vector[i])) > 1e-5 {
				t.Fatalf("value %d is %v, want %v", i, got.Vector[i], v)
			}
		}
	}
}
