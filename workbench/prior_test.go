package workbench

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"axn/workbench/internal/curve"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/shelf"
)

// The prior made without scores is the normal quantile of the rank in the dual
// encoder's list: exactly at the top of a list, closely everywhere, and the same
// whatever queries stand together. Items of one score have one quantile.
func TestRankCurves(t *testing.T) {
	for _, n := range []int{1, 2, 63, 300, exactRanks, exactRanks + 1, 3000, 20000} {
		rng := rand.New(rand.NewPCG(31, uint64(n)))
		items := unitRows(rng, n, 6)
		if n == 300 {
			copy(items.Data, items.Data[6:]) // two are the same
		}
		ix := &Index{DE: DualEmbeddings{Queries: unitRows(rng, 3, 6), Items: items}, Features: items}
		curves := must[[]curve.Knots](t)(rankCurves(t.Context(), shelf.NewScan(ix.items()), ix.DE.Queries))
		alone := must[[]curve.Knots](t)(rankCurves(t.Context(), shelf.NewScan(ix.items()), ix.DE.Queries.Select([]int{2})))
		if !slices.Equal(curves[2].X, alone[0].X) || !slices.Equal(curves[2].Y, alone[0].Y) {
			t.Fatalf("%d items: alone a query has another curve", n)
		}
		for q, c := range curves {
			if err := Curve(c).check(); err != nil {
				t.Fatal(err)
			}
			checkRanks(t, c, ix, q)
		}
	}
}

// checkRanks allows 1 % of the rank among the exact ranks, and below them what a
// sample of so many leaves open.
func checkRanks(t *testing.T, c curve.Knots, ix *Index, query int) {
	t.Helper()
	n := ix.DE.Items.Rows
	sims := f32.NewMat(1, n)
	f32.MulT(sims, ix.DE.Queries.Select([]int{query}).view(), ix.DE.Items.view(), 1)
	for rank, it := range slowTop(sims.Data, n) {
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
