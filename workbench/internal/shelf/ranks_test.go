package shelf

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
)

// The prior made without scores is the normal quantile of the rank in the dual
// encoder's list: exactly at the top of a list, closely everywhere, and the same
// whatever queries stand together. Items of one score have one quantile.
func TestRankCurves(t *testing.T) {
	for _, n := range []int{1, 2, 63, 300, exactRanks, exactRanks + 1, 3000, 20000} {
		rng := rand.New(rand.NewPCG(31, uint64(n)))
		items, queries := unitVectors(rng, n, 6), unitVectors(rng, 3, 6)
		if n == 300 {
			copy(items.Data, items.Row(1)) // two are the same
		}
		shelf := NewScan(&Items{Layout: Layout{Features: items.Cols}, Features: items, Vectors: items})
		curves, err := RankCurves(t.Context(), shelf, []int{7, 9, 4}, queries)
		if err != nil {
			t.Fatal(err)
		}
		alone, err := RankCurves(t.Context(), shelf, []int{4}, f32.Mat{Rows: 1, Cols: 6, Data: queries.Row(2)})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(curves[2].X, alone[0].X) || !slices.Equal(curves[2].Y, alone[0].Y) {
			t.Fatalf("%d items: alone a query has another curve", n)
		}
		for q, c := range curves {
			if i := c.Broken(); i >= 0 {
				t.Fatalf("%d items: knot %d breaks the curve", n, i)
			}
			checkRanks(t, c, items, queries.Row(q))
		}
	}
}

// checkRanks allows 1 % of the rank among the exact ranks, and below them what a
// sample of so many leaves open.
func checkRanks(t *testing.T, c curve.Knots, items f32.Mat, query []float32) {
	t.Helper()
	n := items.Rows
	sims, order := f32.NewMat(1, n), make([]int, n)
	f32.MulT(sims, f32.Mat{Rows: 1, Cols: items.Cols, Data: query}, items, 1)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sims.Data[b], sims.Data[a]) })
	for rank, it := range order {
		allowed := 1 + .01*float64(rank)
		if rank >= exactRanks {
			allowed = 3 * float64(n) / math.Sqrt(rankSample)
		}
		got := c.At(float64(sims.Data[it]))
		low, high := curve.RankQuantile(min(float64(rank)+allowed, float64(n-1)), n), curve.RankQuantile(max(float64(rank)-allowed, 0), n)
		if !(got >= low-1e-9 && got <= high+1e-9) {
			t.Fatalf("%d items, rank %d: got %v, want %v to %v", n, rank, got, low, high)
		}
	}
}
