package q8

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"testing"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

func newRand(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

func randomMat(r *rand.Rand, rows, cols int) f32.Mat {
	m := f32.NewMat(rows, cols)
	for i := range m.Data {
		m.Data[i] = float32(r.NormFloat64())
	}
	return m
}

// Scan gives the hits of the exact scan, bits included, whatever the items are.
func TestScan(t *testing.T) {
	r := newRand(t)
	kinds := map[string]func(m f32.Mat){
		"normal":    func(f32.Mat) {},
		"tied":      func(m f32.Mat) { copy(m.Data[len(m.Data)/2:], m.Data) },
		"near":      func(m f32.Mat) { nearly(r, m) },
		"scales":    func(m f32.Mat) { scales(r, m) },
		"zero":      func(m f32.Mat) { clear(m.Data) },
		"not known": func(m f32.Mat) { special(r, m) },
	}
	for name, shape := range kinds {
		for _, n := range []int{1, 15, 16, 17, 1000, 3000} {
			for _, d := range []int{1, 3, 4, 7, 64, 100} {
				items, k := randomMat(r, n, d), 1+r.IntN(60)
				shape(items)
				query := randomMat(r, 1, d)
				if r.IntN(10) == 0 {
					clear(query.Data)
				}
				x := Pack(items, nil, heads(r, d), 2)
				if err := x.Check(); err != nil {
					t.Fatal(err)
				}
				var p f32.Panels
				p.PackRows(items, 1)
				odd := func(i int) bool { return i%3 == 1 }
				for threads := range 3 {
					for _, skip := range []func(int) bool{nil, odd} {
						var each func(int, int) bool
						if skip != nil {
							each = func(_, i int) bool { return skip(i) }
						}
						want := topk.Scan(query, &p, k, each, 1)[0]
						if got := x.Scan(query.Data, items, k, skip, threads); !slices.Equal(got, want) {
							t.Fatalf("%s %d × %d, k=%d, %d threads: got %v, want %v", name, n, d, k, threads, got, want)
						}
					}
				}
			}
		}
	}
}

// heads draws how many of d components stand in panels.
func heads(r *rand.Rand, d int) int {
	if r.IntN(2) == 0 {
		return d
	}
	return 4 * r.IntN(d/4+1)
}

// nearly makes all items nearly equal, so that bytes cannot tell them apart.
func nearly(r *rand.Rand, m f32.Mat) {
	for i := 1; i < m.Rows; i++ {
		for j, v := range m.Row(0) {
			m.Row(i)[j] = v * (1 + float32(r.NormFloat64())*1e-5)
		}
	}
}

// scales makes items of very different length.
func scales(r *rand.Rand, m f32.Mat) {
	for i := range m.Rows {
		f32.Scale(float32(math.Exp(10*r.NormFloat64())), m.Row(i))
	}
}

// special puts infinite, undefined and huge components in some items.
func special(r *rand.Rand, m f32.Mat) {
	values := []float32{float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 3e38, 1e-42}
	for i := range m.Rows {
		if r.IntN(5) == 0 {
			m.Row(i)[r.IntN(m.Cols)] = values[r.IntN(len(values))]
		}
	}
}

func TestScanQueryNotFinite(t *testing.T) {
	r := newRand(t)
	items := randomMat(r, 100, 8)
	var p f32.Panels
	p.PackRows(items, 1)
	for _, v := range []float32{float32(math.Inf(1)), float32(math.NaN()), 3e38} {
		query := randomMat(r, 1, 8)
		query.Data[3] = v
		want := topk.Scan(query, &p, 5, nil, 1)[0]
		if got := Pack(items, nil, items.Cols, 1).Scan(query.Data, items, 5, nil, 2); !slices.Equal(got, want) {
			t.Errorf("component %g: got %v, want %v", v, got, want)
		}
	}
}

// The bounds hold for every item, whatever the columns, and the levels give
// nearly the same.
func TestBounds(t *testing.T) {
	r := newRand(t)
	for _, d := range []int{1, 5, 8, 33, 256} {
		for _, columns := range []string{"alike", "shifted", "uneven", "huge", "tiny"} {
			items, query := randomMat(r, 77, d), randomMat(r, 1, d)
			for i := range 77 {
				for j := range d {
					switch v := &items.Row(i)[j]; columns {
					case "shifted":
						*v += 10
					case "uneven":
						*v *= float32(math.Exp(-float64(j)))
					case "huge":
						*v *= 1e16
					case "tiny":
						*v *= 1e-30
					}
				}
			}
			testBounds(t, columns, items, query)
		}
	}
}

func testBounds(t *testing.T, columns string, items, query f32.Mat) {
	t.Helper()
	for _, head := range []int{items.Cols, 0, items.Cols / 8 * 4} {
		testBoundsOf(t, fmt.Sprintf("%s, d=%d, head %d", columns, items.Cols, head), Pack(items, nil, head, 1), items, query)
	}
}

func testBoundsOf(t *testing.T, name string, x *Items, items, query f32.Mat) {
	t.Helper()
	scores := f32.NewMat(1, 77)
	f32.MulT(scores, query, items, 1)
	p, ok := x.Probe(query.Row(0))
	if !ok {
		t.Fatal("no probe")
	}
	got, plain := make([]float32, 77), make([]float32, 80)
	p.Upper(0, got)
	x.boundsGo(p, &p.codes[0], x.Codes, [4]float32{p.length, p.slack, p.rest, p.base}, 0, 5, plain)
	close, plainly := slices.Clone(got), make([]float32, 80)
	p.Closer(0, close)
	x.boundsGo(p, &p.codes[1], x.Tails, [4]float32{0, 0, -p.rest, 0}, 0, 5, plainly)
	for i, s := range scores.Data {
		if !(s <= got[i]) || !(s <= close[i]) {
			t.Errorf("%s: item %d scores %g, bounds %g and %g", name, i, s, got[i], close[i])
		}
		size := float64(p.length*x.Norm[i/panel]) + math.Abs(float64(p.base))
		if e := math.Abs(float64(got[i] - plain[i])); e > 1e-6*size {
			t.Errorf("%s: item %d bound %g, pure Go %g", name, i, got[i], plain[i])
		}
		if e := math.Abs(float64(close[i] - plain[i] - plainly[i])); e > 1e-6*size {
			t.Errorf("%s: item %d closer bound %g, pure Go %g", name, i, close[i], plain[i]+plainly[i])
		}
	}
	if whole := Pack(items, nil, x.D, 1); x.Head < x.D {
		p, _ := whole.Probe(query.Row(0))
		p.Upper(0, got)
		for i := range got { // both blocks together tell what one does
			if e := math.Abs(float64(got[i] - close[i])); e > 1e-5*(float64(p.length*x.Norm[i/panel])+math.Abs(float64(p.base))) {
				t.Errorf("%s: item %d bound %g, in one block %g", name, i, close[i], got[i])
			}
		}
	}
}

// A search that would have to score more than Most says so.
func TestSearchMost(t *testing.T) {
	s := &Search{N: 5000, K: 10, Threads: 2,
		Upper: func(at Span, _ float32, bounds []float32) {
			for i := range bounds {
				bounds[i] = float32((at.From()+i)*7919%5000) + 50
			}
		},
		Exact: func(items []int) (scores []float32) {
			for _, i := range items {
				scores = append(scores, float32(i*7919%5000))
			}
			return scores
		},
	}
	for most, want := range map[int]bool{9: false, 40: false, 60: true, 5000: true} {
		s.Most = most
		hits, ok := s.Run()
		if ok != want {
			t.Errorf("at most %d: %v", most, ok)
		}
		for n, h := range hits {
			if h.Score != float32(4999-n) {
				t.Errorf("at most %d: rank %d is %v", most, n, h)
			}
		}
	}
}

// The lower levels, in processes of their own.
func TestLevels(t *testing.T) {
	if os.Getenv("AXN_KERNELS") != "" {
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range []string{"go", "avx2"} {
		cmd := exec.Command(self, "-test.run=^Test(Scan|Bounds)")
		cmd.Env = append(os.Environ(), "AXN_KERNELS="+level)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", level, err, out)
		}
	}
}

func TestCheck(t *testing.T) {
	x := Pack(randomMat(newRand(t), 20, 6), nil, 4, 1)
	for _, damage := range []func(*Items){
		func(x *Items) { x.N = 40 }, func(x *Items) { x.D = 9 }, func(x *Items) { x.N = -1 },
		func(x *Items) { x.Codes = x.Codes[1:] }, func(x *Items) { x.Error = nil },
		func(x *Items) { x.Center = nil }, func(x *Items) { x.Unit = x.Unit[1:] },
		func(x *Items) { x.Axes.Rows = 5 },
		func(x *Items) { x.Head = 2 }, func(x *Items) { x.Head = 8 }, func(x *Items) { x.Tails = x.Tails[1:] }, func(x *Items) { x.Tail = nil },
	} {
		y := *x
		if damage(&y); y.Check() == nil {
			t.Error("damage not seen")
		}
	}
}

func BenchmarkScan(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	items := randomMat(r, 100000, 256)
	x := Pack(items, nil, items.Cols, 2)
	for threads := 1; threads <= 2; threads++ {
		b.Run(fmt.Sprintf("n=100k/d=256/k=100/kernel=%s/threads=%d", f32.Kernels(), threads), func(b *testing.B) {
			b.SetBytes(int64(len(x.Codes)))
			for b.Loop() {
				x.Scan(items.Row(7), items, 100, nil, threads)
			}
		})
	}
}

// Bounds are as close for a query along a direction in which the items hardly
// differ as for any other: a part of the deviation of its inner products.
func TestBoundsAlongAxes(t *testing.T) {
	r := newRand(t)
	items, query := randomMat(r, 2000, 64), randomMat(r, 1, 64)
	narrow := f32.NewMat(1, 64)
	copy(narrow.Data, query.Data)
	f32.Scale(1/float32(length(narrow.Data)), narrow.Data)
	for i := range items.Rows { // a hundredth of what it was along the query
		f32.Axpy(-.99*f32.Dot(items.Row(i), narrow.Data), narrow.Data, items.Row(i))
	}
	x := Pack(items, nil, items.Cols, 2)
	for name, q := range map[string]f32.Mat{"narrow": query, "wide": randomMat(r, 1, 64)} {
		scores, squares := f32.NewMat(1, items.Rows), 0.0
		f32.MulT(scores, q, items, 1)
		p, _ := x.Probe(q.Row(0))
		bounds := make([]float32, items.Rows)
		p.Upper(0, bounds)
		for _, s := range scores.Data {
			squares += float64(s) * float64(s)
		}
		deviation := math.Sqrt(squares / float64(items.Rows))
		for i, s := range scores.Data {
			if over := float64(bounds[i] - s); !(over >= 0 && over < .2*deviation) {
				t.Fatalf("%s: item %d scores %g, its bound is %g, the deviation %g", name, i, s, bounds[i], deviation)
			}
		}
	}
}
