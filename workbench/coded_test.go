package workbench

import (
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"reflect"
	"testing"

	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
)

// Bytes and exact re-scoring choose what the scan chooses, bits of the scores
// included, in every round of every method, with and without draws; and bounds
// are of use to most.
func TestCodedShelf(t *testing.T) {
	d, g := toy(25, 60, 3000, 8)
	for _, m := range methods() {
		ix, chosen, all := toyIndex(t, d, g, m), 0, 0
		for _, o := range []SearchOptions{{Budget: 100}, {Budget: 60, Softmax: 0.5, Seed: 3}, {Budget: 200, Rounds: 10}} {
			b := must[*block](t)(ix.newBlock(t.Context(), []int{1, 40}, ix.options(o)))
			shelf := newCodedShelf(ix)
			for r := range 4 {
				probes := append(b.probes(optimism), similarity(1, d.DE.Queries.Row(1)))
				if o.Softmax > 0 {
					probes[0].draw = newLottery(o.Softmax, o.Seed, 1, r)
				}
				chosen, all = chosen+compareShelves(t, string(m), ix, shelf, probes, 20), all+len(probes)
				if err := b.round(t.Context(), LookUp(g), r, 10, ix.options(o)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if 2*chosen < all {
			t.Errorf("%s: bounds were of use to %d of %d probes", m, chosen, all)
		}
	}
}

// A search of one query over many items, which goes by bytes, answers as one of
// many queries, which scans.
func TestSearchByBytesAsByScan(t *testing.T) {
	d, g := toy(28, 40, codedItems, 8)
	for _, m := range []Method{Calibrated, DualEncoder, ADACUR} {
		ix, o := toyIndex(t, d, g, m), SearchOptions{Budget: 60, K: 10}
		together := must[[]Result](t)(ix.SearchAll(t.Context(), LookUp(g), []int{3, 30, 39}, o))
		for i := range together {
			if alone := must[*Result](t)(ix.Search(t.Context(), LookUp(g), together[i].Query, o)); !reflect.DeepEqual(*alone, together[i]) {
				t.Errorf("%s: %v alone, %v together", m, alone, &together[i])
			}
		}
	}
}

// compareShelves returns the number of probes that bounds were of use to.
func compareShelves(t *testing.T, name string, ix *Index, coded *codedShelf, probes []probe, n int) (chosen int) {
	t.Helper()
	want, err := indexShelf{ix}.choose(t.Context(), probes, n)
	if err != nil {
		t.Fatal(err)
	}
	got, err := coded.choose(t.Context(), probes, n)
	if err != nil {
		t.Fatal(err)
	}
	for i := range probes {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("%s, probe %d: got %v, want %v", name, i, got[i], want[i])
		}
		if _, ok := coded.chooseFor(&probes[i], n); ok {
			chosen++
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
		d, g := toy(26, 60, 1500, 8)
		r := rand.New(rand.NewPCG(26, 1))
		for _, m := range []Method{DualEncoder, Calibrated} {
			ix := toyIndex(t, d, g, m)
			probes := must[*block](t)(ix.newBlock(t.Context(), []int{1, 40}, ix.options(SearchOptions{Budget: 50}))).probes(optimism)
			ix.Features, ix.DE.Items = bent(ix.Features, r, bend), bent(ix.DE.Items, r, bend)
			probes = append(probes, similarity(40, d.DE.Queries.Row(40)))
			if m == Calibrated { // a curve that falls, a slope that is no number
				probes = append(probes, probes[0], probes[1])
				probes[3].curve, probes[3].slope = curve.NewPair(curve.Knots{X: []float64{-1, 1}, Y: []float64{-1, 1}}, curve.Knots{}).Sum(-1, 0), -1
				probes[4].slope = float32(math.NaN())
			}
			for _, n := range []int{1, 30, 1500} {
				compareShelves(t, name, ix, newCodedShelf(ix), probes, n)
			}
		}
	}
}

func bent(m *Matrix, r *rand.Rand, bend func(*rand.Rand, []float32)) *Matrix {
	out := NewMatrix(m.Rows, m.Cols)
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
	self := must[string](t)(os.Executable())
	for _, level := range []string{"go", "avx2"} {
		cmd := exec.Command(self, "-test.run=^TestCodedShelf(Adversarial)?$")
		cmd.Env = append(os.Environ(), "AXN_KERNELS="+level)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", level, err, out)
		}
	}
}
