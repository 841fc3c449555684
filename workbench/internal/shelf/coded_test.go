package shelf

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"testing"

	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
)

func normalRows(rng *rand.Rand, rows, cols int) f32.Mat {
	m := f32.NewMat(rows, cols)
	for i := range m.Data {
		m.Data[i] = float32(rng.NormFloat64())
	}
	return m
}

// unitVectors are n vectors of length 1.
func unitVectors(rng *rand.Rand, n, d int) f32.Mat {
	m := normalRows(rng, n, d)
	for i := range n {
		f32.Scale(1/float32(math.Sqrt(float64(f32.SqNorm(m.Row(i))))), m.Row(i))
	}
	return m
}

// itemKinds are items as the methods have them.
var itemKinds = map[string]func(rng *rand.Rand, n, d int) *Items{
	"one matrix": func(rng *rand.Rand, n, d int) *Items {
		v, c := unitVectors(rng, n, d), new(Codes)
		return &Items{Layout: Layout{Features: d}, Features: v, Vectors: v, FeatureCodes: c, VectorCodes: c}
	},
	"features apart": func(rng *rand.Rand, n, d int) *Items {
		return &Items{Layout: Layout{Vectors: d, Features: 3 * d}, Features: normalRows(rng, n, 3*d), Vectors: unitVectors(rng, n, d), FeatureCodes: new(Codes), VectorCodes: new(Codes)}
	},
	"float16 vectors apart": func(rng *rand.Rand, n, d int) *Items {
		v := unitVectors(rng, n, d)
		half := make([]uint16, len(v.Data))
		f32.ToHalf(half, v.Data)
		f32.FromHalf(v.Data, half)
		return &Items{Layout: Layout{Vectors: d, Features: 3 * d}, Features: normalRows(rng, n, 3*d), Vectors: v, FeatureCodes: new(Codes), VectorCodes: new(Codes)}
	},
	"with a prior": func(rng *rand.Rand, n, d int) *Items {
		v, bias := unitVectors(rng, n, d), normalRows(rng, 1, n).Data
		f32.Scale(.3, bias)
		f := f32.NewMat(n, 2*d+1)
		for i := range n {
			copy(f.Row(i), v.Row(i))
			f32.Axpy(.2, normalRows(rng, 1, d+1).Data, f.Row(i)[d:])
		}
		return &Items{Layout: Layout{Vectors: d, Features: f.Cols, Bias: 1}, Features: f, Vectors: v, Bias: bias, FeatureCodes: new(Codes), VectorCodes: new(Codes)}
	},
}

// probesOf are the two queries' probes in a round: before and after evidence, with the dual
// encoder's own list beside them.
func probesOf(rng *rand.Rand, x *Items, temperature float64) []Probe {
	rising := curve.NewPair(curve.Knots{X: []float64{-.5, .2, .9}, Y: []float64{-1, 0, 3}}, curve.Knots{X: []float64{-1, 1}, Y: []float64{.2, .5}})
	var probes []Probe
	for query := range 2 {
		vector, seen := unitVectors(rng, 1, x.Vectors.Cols).Data, map[int]bool{}
		for range 40 {
			seen[rng.IntN(x.Features.Rows)] = true
		}
		p := Probe{Query: query, Place: normalRows(rng, 1, x.Features.Cols).Data, Seen: seen}
		if x.Bias != nil {
			p.Vector, p.Curve, p.Slope = vector, rising.Sum(.8+.4*rng.Float64(), 1.5), 1
		}
		if temperature > 0 {
			p.Draw = NewDraw(temperature, 3, query, 1)
		}
		probes = append(probes, p, Similarity(query, vector))
	}
	return probes
}

// Bytes and exact re-scoring choose what the scan chooses, bits of the scores
// included, with and without draws; and bounds are of use to most.
func TestCodedShelf(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 1))
	for kind, items := range itemKinds {
		chosen, all := 0, 0
		for _, temperature := range []float64{0, 0, .5} {
			for _, n := range []int{1, 20, 60} {
				x := items(rng, 3000, 8)
				probes := probesOf(rng, x, temperature)
				chosen, all = chosen+compareShelves(t, kind, x, probes, n), all+len(probes)
			}
		}
		if 2*chosen < all {
			t.Errorf("%s: bounds were of use to %d of %d probes", kind, chosen, all)
		}
	}
}

// compareShelves returns the number of probes that bounds of all were of use to. Where there are no lists
// it compares with similarities known exactly as well.
func compareShelves(t *testing.T, name string, x *Items, probes []Probe, n int) (chosen int) {
	t.Helper()
	want, err := Scan{x}.Choose(t.Context(), probes, n, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, exact := range []bool{false, true} {
		coded := NewCoded(x, 1+len(probes)%2)
		if exact && !coded.exact {
			continue
		}
		coded.exact = exact
		got, err := coded.Choose(t.Context(), probes, n, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i := range probes {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Errorf("%s, similarities known %t, probe %d: got %v, want %v", name, exact, i, got[i], want[i])
			}
			if !exact && coded.chooseFor(t.Context(), &probes[i], n) != nil {
				chosen++
			}
		}
	}
	return chosen
}

// The same for items that bytes hardly tell apart, or that have no bound.
func TestCodedShelfAdversarial(t *testing.T) {
	for name, bend := range map[string]func(r *rand.Rand, row []float32){
		"duplicates": func(r *rand.Rand, row []float32) { fill(row, float32(r.IntN(4))) },
		"zeros":      func(_ *rand.Rand, row []float32) { clear(row) },
		"lengths":    func(r *rand.Rand, row []float32) { f32.Scale(float32(math.Exp(8*r.NormFloat64())), row) },
		"one column": func(_ *rand.Rand, row []float32) { row[2] *= 1e6 },
		"shifted":    func(_ *rand.Rand, row []float32) { row[1] += 1000 },
		"huge":       func(r *rand.Rand, row []float32) { row[r.IntN(len(row))] *= 1e20 },
		"not finite": func(r *rand.Rand, row []float32) {
			if r.IntN(50) == 0 {
				row[0] = []float32{float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}[r.IntN(3)]
			}
		},
	} {
		r := rand.New(rand.NewPCG(26, 1))
		for _, kind := range []string{"one matrix", "with a prior"} {
			x := itemKinds[kind](r, 1500, 8)
			probes := probesOf(r, x, 0)
			x.Features, x.Vectors = bent(x.Features, r, bend), bent(x.Vectors, r, bend)
			if x.Bias != nil { // a curve that falls, a slope that is no number
				probes = append(probes, probes[0], probes[2])
				probes[4].Curve, probes[4].Slope = curve.NewPair(curve.Knots{X: []float64{-1, 1}, Y: []float64{-1, 1}}, curve.Knots{}).Sum(-1, 0), -1
				probes[5].Slope = float32(math.NaN())
			}
			for _, n := range []int{1, 30, 1500} {
				compareShelves(t, name+", "+kind, x, probes, n)
			}
		}
	}
}

// plainRows is a store of rows that finds nothing.
type plainRows struct{ f32.Mat }

func (s plainRows) Size() (items, cols int) { return s.Mat.Rows, s.Cols }

func (s plainRows) Rows(_ context.Context, items []int) (f32.Mat, error) { return s.Select(items), nil }

func (s plainRows) Candidates(context.Context, f32.Mat, int, [][]int) ([][]int, error) {
	return nil, nil
}

// rowsShelf is the shelf of a store that has x.
func rowsShelf(x *Items) Shelf {
	rows := f32.NewMat(x.Features.Rows, x.Layout.Cols())
	for i := range rows.Rows {
		row := rows.Row(i)[copy(rows.Row(i), x.Vectors.Row(i)[:x.Layout.Vectors]):]
		copy(row[copy(row, x.Features.Row(i)):], x.bias(i, x.Layout.Bias))
	}
	return OverStore(plainRows{rows}, x.Layout, 4)
}

// Similarities are the same bits whatever shelf gives them, beside rows or without, so that a query alone and among many has
// one curve.
func TestSimilarities(t *testing.T) {
	for _, kind := range []string{"features apart", "float16 vectors apart"} {
		testSimilarities(t, itemKinds[kind](rand.New(rand.NewPCG(28, 1)), 900, 24))
	}
}

func testSimilarities(t *testing.T, x *Items) {
	rng := rand.New(rand.NewPCG(28, 2))
	var probes []Probe
	for q := range 9 {
		probes = append(probes, Similarity(q, unitVectors(rng, 1, 24).Data))
	}
	some := evenly(900, 77)
	want, err := Scan{x}.Similarities(t.Context(), probes, some)
	if err != nil {
		t.Fatal(err)
	}
	for q := range probes {
		for _, exact := range []bool{false, true} {
			coded := NewCoded(x, 1+len(probes)%2)
			coded.exact = exact
			got, err := coded.Similarities(t.Context(), probes[q:q+1], some)
			if err != nil || !reflect.DeepEqual(got.Row(0), want.Row(q)) {
				t.Fatalf("query %d, known %t: got %v, want %v (%v)", q, exact, got.Row(0), want.Row(q), err)
			}
			for _, shelf := range []Shelf{coded, Scan{x}, rowsShelf(x)} {
				features := f32.NewMat(len(some), x.Features.Cols)
				rows, err := shelf.Rows(t.Context(), &probes[q], some, features)
				if err != nil || !slices.Equal(rows.Similarities, want.Row(q)) || !slices.Equal(features.Data, x.Features.Select(some).Data) {
					t.Fatalf("%T, query %d, known %t: %v beside rows, want %v (%v)", shelf, q, exact, rows.Similarities, want.Row(q), err)
				}
			}
		}
		for n, it := range some {
			if d := want.Row(q)[n] - f32.Dot(probes[q].Vector, x.Vectors.Row(it)); d > 1e-5 || d < -1e-5 {
				t.Fatalf("query %d, item %d: off by %v", q, it, d)
			}
		}
	}
}

// A scan of all items and choose agree with the formula, item by item.
func TestScanShelf(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 1))
	for kind, items := range itemKinds {
		for _, n := range []int{1, 100, 700} {
			x := items(rng, n, 5)
			probes := probesOf(rng, x, 0)
			got := f32.NewMat(len(probes), n)
			x.Scores(probes, got)
			hits, err := Scan{x}.Choose(t.Context(), probes, 3, 0)
			if err != nil {
				t.Fatal(err)
			}
			for r, p := range probes {
				checkScores(t, fmt.Sprintf("%s, %d items, probe %d", kind, n, r), x, p, got.Row(r))
				for _, h := range hits[r] {
					if h.Score != got.Row(r)[h.Index] || p.Seen[h.Index] {
						t.Errorf("%s, probe %d: chose %v of score %v", kind, r, h, got.Row(r)[h.Index])
					}
				}
			}
		}
	}
}

// checkScores computes the formula in float64.
func checkScores(t *testing.T, name string, x *Items, p Probe, got []float32) {
	t.Helper()
	for i, v := range got {
		want := 0.0
		for j, f := range p.Place {
			want += float64(f) * float64(x.Features.Row(i)[j])
		}
		if p.Curve != nil {
			sim, at := f32.Dot(p.Vector, x.Vectors.Row(i)), []float32{0}
			p.Curve.Add(at, []float32{sim})
			want += float64(at[0])
			if p.Slope != 0 {
				want += float64(p.Slope) * float64(x.Bias[i])
			}
		}
		if math.Abs(float64(v)-want) > 1e-4 {
			t.Fatalf("%s: item %d scores %v, want %v", name, i, v, want)
		}
	}
}

func bent(m f32.Mat, r *rand.Rand, bend func(*rand.Rand, []float32)) f32.Mat {
	out := f32.NewMat(m.Rows, m.Cols)
	copy(out.Data, m.Data)
	for i := range m.Rows {
		bend(r, out.Row(i))
	}
	return out
}

func fill(x []float32, v float32) {
	for i := range x {
		x[i] = v
	}
}

// The lower levels, in processes of their own.
func TestCodedShelfLevels(t *testing.T) {
	if os.Getenv("AXN_KERNELS") != "" {
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range []string{"go", "avx2"} {
		cmd := exec.Command(self, "-test.run=^TestCodedShelf(Adversarial)?$")
		cmd.Env = append(os.Environ(), "AXN_KERNELS="+level)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", level, err, out)
		}
	}
}
