package kmeans

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"

	"axn/workbench/internal/f32"
)

// clumps are points around n centres, far from one another for their spread.
func clumps(rng *rand.Rand, n, each, d int, spread float64) (points, at f32.Mat) {
	points, at = f32.NewMat(n*each, d), f32.NewMat(n, d)
	for i := range at.Data {
		at.Data[i] = float32(10 * rng.NormFloat64())
	}
	for i := range points.Rows {
		for j := range d {
			points.Row(i)[j] = at.Row(i % n)[j] + float32(spread*rng.NormFloat64())
		}
	}
	return points, at
}

func distance(x, y []float32) (sum float64) {
	for j, v := range x {
		sum += (float64(v) - float64(y[j])) * (float64(v) - float64(y[j]))
	}
	return sum
}

// The nearest centre is the one that a plain search finds, but for rounding.
func TestNearest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, d := range []int{1, 3, 64} {
		for _, k := range []int{1, 2, 700} {
			points, _ := clumps(rng, 50, 11, d, 5)
			centers, _ := clumps(rng, k, 1, d, 0)
			got, err := newCenters(centers).Nearest(t.Context(), points)
			if err != nil {
				t.Fatal(err)
			}
			for i := range points.Rows {
				least := math.Inf(1)
				for c := range k {
					least = min(least, distance(points.Row(i), centers.Row(c)))
				}
				if far := distance(points.Row(i), centers.Row(int(got[i]))); far > least+1e-3*(1+least) {
					t.Fatalf("d %d, %d centres: point %d is %v from centre %d, and %v from another", d, k, i, far, got[i], least)
				}
			}
		}
	}
}

// slowly is Train in float64, a point and a centre at a time.
func slowly(points f32.Mat, k int, seed uint64) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	at := make([][]float64, k)
	move := func(c, row int) {
		at[c] = make([]float64, points.Cols)
		for j, v := range points.Row(row) {
			at[c][j] = float64(v)
		}
	}
	for c, row := range rng.Perm(points.Rows)[:k] {
		move(c, row)
	}
	for range passes {
		sums, counts := make([][]float64, k), make([]float64, k)
		for i := range points.Rows {
			best, least := 0, math.Inf(1)
			for c := range at {
				far := 0.0
				for j, v := range points.Row(i) {
					far += (float64(v) - at[c][j]) * (float64(v) - at[c][j])
				}
				if far < least {
					best, least = c, far
				}
			}
			if sums[best] == nil {
				sums[best] = make([]float64, points.Cols)
			}
			counts[best]++
			for j, v := range points.Row(i) {
				sums[best][j] += float64(v)
			}
		}
		for c := range at {
			if counts[c] == 0 {
				move(c, rng.IntN(points.Rows))
				continue
			}
			for j, s := range sums[c] {
				at[c][j] = s / counts[c]
			}
		}
	}
	return at
}

// Train is what slowly is, on any number of threads.
func TestTrain(t *testing.T) {
	points, _ := clumps(rand.New(rand.NewPCG(2, 1)), 30, 40, 8, 1)
	c, err := Train(t.Context(), points, 30, 7)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range slowly(points, 30, 7) {
		for j, v := range c.Points.Row(i) {
			if math.Abs(float64(v)-want[j]) > 1e-4 {
				t.Fatalf("centre %d is %v, want %v", i, c.Points.Row(i), want)
			}
		}
	}
	threads := runtime.GOMAXPROCS(1)
	again, err := Train(t.Context(), points, 30, 7)
	runtime.GOMAXPROCS(threads)
	if err != nil || !reflect.DeepEqual(again.Points, c.Points) {
		t.Errorf("other centres on one thread (%v)", err)
	}
	few, err := Train(t.Context(), points.RowRange(0, 3), 30, 7)
	if err != nil || few.Points.Rows != 3 {
		t.Errorf("%d centres of 3 points (%v)", few.Points.Rows, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Train(ctx, points, 30, 7); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestGroup(t *testing.T) {
	order, starts := Group([]int32{2, 0, 2, 3, 0}, 5)
	if !reflect.DeepEqual(order, []int32{1, 4, 0, 2, 3}) || !reflect.DeepEqual(starts, []int32{0, 2, 2, 4, 5, 5}) {
		t.Errorf("order %v, starts %v", order, starts)
	}
}
