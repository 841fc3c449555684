// Package storetest is the contract of item stores as a test suite. Every store of the workbench
// passes it; so should yours:
//
//	func TestMyStore(t *testing.T) {
//		rows := storetest.Rows(500, 16, 1)
//		storetest.Run(t, storeOf(rows), rows, storetest.Exact)
//	}
package storetest

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"axn/workbench"
)

// Exact is the least share of candidates that an exact store may find.
const Exact = 1

// Rows makes n×cols normal values, the last tenth of the rows copies of the first, so that there
// are ties.
func Rows(n, cols int, seed uint64) *workbench.Matrix {
	rng := rand.New(rand.NewPCG(seed, 1))
	m := workbench.NewMatrix(n, cols)
	for i := range m.Data {
		m.Data[i] = float32(rng.NormFloat64())
	}
	for i := range n / 10 {
		copy(m.Row(n-1-i), m.Row(i))
	}
	return m
}

// Run holds a store to its contract, given the rows it should have. recall is the share of the
// true candidates that it must find, on average over 20 vectors; at Exact the candidates must be
// the true ones, in order, where two inner products differ by more than rounding.
func Run(t *testing.T, s workbench.ItemStore, rows *workbench.Matrix, recall float64) {
	t.Run("size", func(t *testing.T) {
		if items, cols := s.Size(); items != rows.Rows || cols != rows.Cols {
			t.Errorf("%d×%d, not %d×%d", items, cols, rows.Rows, rows.Cols)
		}
	})
	t.Run("rows", func(t *testing.T) { checkRows(t, s, rows) })
	for _, k := range []int{1, 10, rows.Rows / 4} {
		checkCandidates(t, s, rows, k, recall)
	}
	t.Run("all", func(t *testing.T) { checkAll(t, s, rows, recall) })
	t.Run("empty", func(t *testing.T) { checkEmpty(t, s, rows) })
	t.Run("cancelled", func(t *testing.T) { checkCancelled(t, s, rows) })
	t.Run("at once", func(t *testing.T) { checkAtOnce(t, s, rows) })
}

func checkRows(t *testing.T, s workbench.ItemStore, rows *workbench.Matrix) {
	items := []int{rows.Rows - 1, 0, rows.Rows / 2, 0}
	got, err := s.Rows(t.Context(), items)
	if err != nil || got.Rows != len(items) || got.Cols != rows.Cols {
		t.Fatalf("%v, %v", got, err)
	}
	for i, it := range items {
		if !slices.Equal(got.Row(i), rows.Row(it)) {
			t.Errorf("item %d has another row", it)
		}
	}
	before := rows.At(0, 0)
	got.Row(1)[0]++
	if again, err := s.Rows(t.Context(), []int{0}); err != nil || again.At(0, 0) != before {
		t.Errorf("a row given out can be changed in the store: %v", err)
	}
	for _, no := range []int{-1, rows.Rows} {
		if _, err := s.Rows(t.Context(), []int{0, no}); err == nil {
			t.Errorf("item %d has a row", no)
		}
	}
}

// checkCandidates asks for candidates with and without exclusions.
func checkCandidates(t *testing.T, s workbench.ItemStore, rows *workbench.Matrix, k int, recall float64) {
	vectors := Rows(20, rows.Cols, 99)
	all, err := s.Candidates(t.Context(), vectors, k, nil)
	if err != nil {
		t.Fatal(err)
	}
	judge(t, rows, vectors, k, nil, all, recall)
	exclude := make([][]int, vectors.Rows)
	for q := range exclude {
		exclude[q] = slices.Clone(all[q][:min(q*k/10, len(all[q]))])
		if len(exclude[q]) > 1 {
			exclude[q][0], exclude[q][1] = exclude[q][1], exclude[q][0]
		}
	}
	rest, err := s.Candidates(t.Context(), vectors, k, exclude)
	if err != nil {
		t.Fatal(err)
	}
	judge(t, rows, vectors, k, exclude, rest, recall)
}

// checkAll asks for more than there are.
func checkAll(t *testing.T, s workbench.ItemStore, rows *workbench.Matrix, recall float64) {
	vectors := Rows(2, rows.Cols, 98)
	exclude := [][]int{nil, {3, 5}}
	got, err := s.Candidates(t.Context(), vectors, 2*rows.Rows, exclude)
	if err != nil {
		t.Fatal(err)
	}
	judge(t, rows, vectors, 2*rows.Rows, exclude, got, recall)
}

func checkEmpty(t *testing.T, s workbench.ItemStore, rows *workbench.Matrix) {
	if got, err := s.Rows(t.Context(), nil); err != nil || got.Rows != 0 {
		t.Errorf("no items: %v, %v", got, err)
	}
	if got, err := s.Candidates(t.Context(), workbench.NewMatrix(0, rows.Cols), 5, nil); err != nil || len(got) != 0 {
		t.Errorf("no vectors: %v, %v", got, err)
	}
	if got, err := s.Candidates(t.Context(), Rows(1, rows.Cols, 7), 0, nil); err != nil || len(got) != 1 || len(got[0]) != 0 {
		t.Errorf("no candidates: %v, %v", got, err)
	}
	if _, err := s.Candidates(t.Context(), Rows(1, rows.Cols+1, 7), 1, nil); !errors.Is(err, workbench.ErrShape) {
		t.Errorf("a vector of another length: %v", err)
	}
}

func checkCancelled(t *testing.T, s workbench.ItemStore, rows *workbench.Matrix) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Rows(ctx, []int{0}); !errors.Is(err, context.Canceled) {
		t.Errorf("rows: %v", err)
	}
	if _, err := s.Candidates(ctx, Rows(1, rows.Cols, 7), 1, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("candidates: %v", err)
	}
}

// checkAtOnce compares answers to several goroutines with those to one.
func checkAtOnce(t *testing.T, s workbench.ItemStore, rows *workbench.Matrix) {
	vectors := Rows(6, rows.Cols, 97)
	want, err := s.Candidates(t.Context(), vectors, 5, nil)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for q := range vectors.Rows {
		wait.Go(func() {
			got, err := s.Candidates(t.Context(), vectors.Select([]int{q}), 5, nil)
			if err != nil || !slices.Equal(got[0], want[q]) {
				t.Errorf("vector %d alone: %v, with others %v (%v)", q, got, want[q], err)
			}
		})
	}
	wait.Wait()
}

// judge compares candidates with the true ones.
func judge(t *testing.T, rows, vectors *workbench.Matrix, k int, exclude [][]int, got [][]int, recall float64) {
	t.Helper()
	if len(got) != vectors.Rows {
		t.Fatalf("%d lists for %d vectors", len(got), vectors.Rows)
	}
	found, wanted := 0, 0
	for q := range got {
		var out []int
		if exclude != nil {
			out = exclude[q]
		}
		products := products(rows, vectors.Row(q))
		want := best(products, k, out)
		checkList(t, products, got[q], out)
		for i, it := range got[q] {
			if worst := products[want[len(want)-1]]; products[it] >= worst || near(products[it], worst) {
				found++
			}
			if recall == Exact && it != want[i] && !near(products[it], products[want[i]]) {
				t.Fatalf("vector %d, place %d: item %d, not %d", q, i, it, want[i])
			}
		}
		if recall == Exact && len(got[q]) != len(want) {
			t.Fatalf("vector %d: %d candidates, not %d", q, len(got[q]), len(want))
		}
		wanted += len(want)
	}
	if share := float64(found) / float64(wanted); share < recall-1e-9 && recall < Exact {
		t.Errorf("k = %d: %.3f of the true candidates, less than %.3f", k, share, recall)
	}
}

// checkList holds one list to what holds of approximate ones, too.
func checkList(t *testing.T, products []float64, list, exclude []int) {
	t.Helper()
	seen := map[int]bool{}
	for _, it := range exclude {
		seen[it] = true
	}
	for i, it := range list {
		if it < 0 || it >= len(products) || seen[it] {
			t.Fatalf("item %d at place %d is excluded, named twice, or none", it, i)
		}
		seen[it] = true
		if i > 0 && products[it] > products[list[i-1]] && !near(products[it], products[list[i-1]]) {
			t.Fatalf("item %d at place %d is better than the one before", it, i)
		}
		if i > 0 && products[it] == products[list[i-1]] && it < list[i-1] {
			t.Fatalf("items %d and %d are equal and not in order", list[i-1], it)
		}
	}
}

func near(a, b float64) bool { return max(a-b, b-a) <= 1e-4*(1+max(a, -a)) }

func products(rows *workbench.Matrix, x []float32) []float64 {
	p := make([]float64, rows.Rows)
	for i := range p {
		for j, v := range rows.Row(i) {
			p[i] += float64(v) * float64(x[j])
		}
	}
	return p
}

// best are the k items of highest product that are not excluded.
func best(products []float64, k int, exclude []int) []int {
	var items []int
	for i := range products {
		if !slices.Contains(exclude, i) {
			items = append(items, i)
		}
	}
	slices.SortStableFunc(items, func(a, b int) int { return cmp.Compare(products[b], products[a]) })
	return items[:min(k, len(items))]
}
