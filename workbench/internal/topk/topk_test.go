package topk

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"axn/workbench/internal/f32"
)

func newRand(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// reference sorts everything.
func reference(scores []float32, k int, skip func(int) bool) []int {
	all := []int{}
	for i, s := range scores {
		if s == s && (skip == nil || !skip(i)) {
			all = append(all, i)
		}
	}
	slices.SortStableFunc(all, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	return all[:min(max(k, 0), len(all))]
}

func TestSelect(t *testing.T) {
	r := newRand(t)
	inf := float32(math.Inf(1))
	special := []float32{float32(math.NaN()), inf, -inf, 0, float32(math.Copysign(0, -1)), 1, -1}
	for n := range 200 {
		scores := make([]float32, n)
		for i := range scores {
			switch scores[i] = float32(r.NormFloat64()); n % 3 {
			case 1: // many ties
				scores[i] = float32(r.IntN(4))
			case 2:
				scores[i] = special[r.IntN(len(special))]
			}
		}
		odd := func(i int) bool { return i%2 == 1 }
		for _, k := range []int{-1, 0, 1, 2, 7, n, n + 3} {
			for _, skip := range []func(int) bool{nil, odd} {
				if got, want := Select(scores, k, skip), reference(scores, k, skip); !slices.Equal(got, want) {
					t.Fatalf("n=%d k=%d: got %v, want %v of %v", n, k, got, want, scores)
				}
			}
		}
	}
}

// What a sample says of many scores does not matter: chance, ties, scores that are all alike but for a sample's, or that
// fall, or rise, with most left out or none.
func TestSelectOfMany(t *testing.T) {
	r := newRand(t)
	for name, score := range map[string]func(i int) float32{
		"chance":     func(int) float32 { return float32(r.NormFloat64()) },
		"ties":       func(int) float32 { return float32(r.IntN(4)) },
		"the sample": func(i int) float32 { return float32(sampleStep - i%sampleStep) },
		"the rest":   func(i int) float32 { return float32(i % sampleStep) },
		"falling":    func(i int) float32 { return float32(-i) },
		"rising":     func(i int) float32 { return float32(i) },
		"no numbers": func(i int) float32 { return float32(math.NaN()) },
		"endless":    func(i int) float32 { return float32(math.Inf(1 - 2*(i%2))) },
		"some":       func(i int) float32 { return []float32{float32(math.NaN()), 1, 2}[r.IntN(3)] },
	} {
		for _, n := range []int{257, 1000, 5000} {
			scores := make([]float32, n)
			for i := range scores {
				scores[i] = score(i)
			}
			best := map[int]bool{}
			for _, i := range reference(scores, n/3, nil) {
				best[i] = true
			}
			for _, k := range []int{0, 1, 2, 50, 150, 900, n, n + 3} {
				for _, skip := range []func(int) bool{nil, func(i int) bool { return i%sampleStep != 0 }, func(i int) bool { return i%sampleStep == 0 }, func(i int) bool { return best[i] }} {
					if got, want := Select(scores, k, skip), reference(scores, k, skip); !slices.Equal(got, want) {
						t.Fatalf("%s, n=%d k=%d: got %v, want %v", name, n, k, got, want)
					}
				}
			}
		}
	}
}

// The order and the parts in which scores come do not matter, and more may
// come after Best.
func TestSelectorOrder(t *testing.T) {
	r := newRand(t)
	scores := make([]float32, 300)
	for i := range scores {
		scores[i] = float32(r.IntN(40))
	}
	want := reference(scores, 25, nil)
	s := New(25)
	for range 5 {
		s.Reset()
		for n, i := range r.Perm(len(scores)) {
			s.Push(Hit{i, scores[i]})
			if n == 40 || n == 10 {
				s.Best()
			}
		}
		for i, h := range s.Best() {
			if h.Index != want[i] || h.Score != scores[want[i]] {
				t.Fatalf("rank %d: got %v, want %d", i, h, want[i])
			}
		}
	}
}

func TestScan(t *testing.T) {
	r := newRand(t)
	for _, n := range []int{1, 31, 32, 511, 512, 513, 1500} {
		d, m, k := 1+r.IntN(40), 1+r.IntN(20), 1+r.IntN(30)
		items, queries := f32.NewMat(n, d), f32.NewMat(m, d)
		for _, x := range [][]float32{items.Data, queries.Data} {
			for i := range x {
				x[i] = float32(r.NormFloat64())
			}
		}
		copy(items.Row(n-1), items.Row(0)) // a tie
		scores := f32.NewMat(m, n)
		f32.MulT(scores, queries, items, 1)
		var p f32.Panels
		p.PackRows(items, 1)
		for threads := range 4 {
			for _, skip := range []func(q, i int) bool{nil, func(q, i int) bool { return (q+i)%3 == 0 }} {
				hits := Scan(queries, &p, k, skip, threads)
				for q := range m {
					var not func(int) bool
					if skip != nil {
						not = func(i int) bool { return skip(q, i) }
					}
					want := reference(scores.Row(q), k, not)
					if len(hits[q]) != len(want) {
						t.Fatalf("n=%d query %d: %d hits, want %d", n, q, len(hits[q]), len(want))
					}
					for i, h := range hits[q] {
						if h.Index != want[i] || h.Score != scores.Row(q)[want[i]] {
							t.Fatalf("n=%d query %d rank %d: got %v, want %d", n, q, i, h, want[i])
						}
					}
					if one := Scan(queries.RowRange(q, q+1), &p, k, nil, 1); skip == nil && !slices.Equal(one[0], hits[q]) {
						t.Fatalf("n=%d query %d: alone it gives other hits", n, q)
					}
				}
			}
		}
	}
}

func BenchmarkSelect(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	scores := make([]float32, 100000)
	for i := range scores {
		scores[i] = float32(r.NormFloat64())
	}
	b.Run("n=100k/k=100", func(b *testing.B) {
		b.SetBytes(int64(4 * len(scores)))
		for b.Loop() {
			Select(scores, 100, nil)
		}
	})
}

func BenchmarkScan(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	items := f32.NewMat(100000, 256)
	for i := range items.Data {
		items.Data[i] = float32(r.NormFloat64())
	}
	var p f32.Panels
	p.PackRows(items, 2)
	for _, queries := range []int{1, 8, 64} {
		for threads := 1; threads <= 2; threads++ {
			b.Run(fmt.Sprintf("n=100k/d=256/k=100/queries=%d/kernel=%s/threads=%d", queries, f32.Kernels(), threads), func(b *testing.B) {
				for b.Loop() {
					Scan(items.RowRange(0, queries), &p, 100, nil, threads)
				}
				b.ReportMetric(2*float64(queries*len(items.Data)*b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
