package factors

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/solve"
)

// What zero Epochs and Regularization stand for under ALS, and how much more the
// train queries' vectors are held than the items': a test query comes with the
// dual encoder's vector, so what is learnt must stand in the items.
const (
	alsSweeps  = 4
	alsRidge   = 0.1
	alsQueries = 100
)

// Alternate minimises
//
//	Σ (g − u·v)² over the observed entries + ρᵤ·Σ‖u − u₀‖² + ρᵥ·Σ‖v − v₀‖²,
//
// eq. 3 with a ridge that holds the vectors near the dual encoder's u₀ and v₀:
// with fewer entries than unknowns eq. 3 alone has no unique solution. With ρ the
// Regularization, ρᵥ = ρ·mean‖u₀‖² and ρᵤ = 100·ρ·mean‖v₀‖². Each sweep solves
// for all queries, then for all items, exactly.
func (f *Factors) Alternate(ctx context.Context, o Settings) error {
	sweeps, ridge := cmp.Or(o.Epochs, alsSweeps), cmp.Or(o.Regularization, alsRidge)
	ridgeQueries, ridgeItems := float32(alsQueries*ridge*meanSquare(f.items0)), float32(ridge*meanSquare(f.queries0))
	done, end := o.begin("sweeps", sweeps)
	defer end()
	for range sweeps {
		if err := solveRows(ctx, f.queries, f.queries0, f.Items, f.byQuery, ridgeQueries); err != nil {
			return err
		}
		if err := solveRows(ctx, f.Items, f.items0, f.queries, f.byItem, ridgeItems); err != nil {
			return err
		}
		done(1)
	}
	return nil
}

// meanSquare is the mean squared norm of the rows; 1 when there is nothing to measure.
func meanSquare(m f32.Mat) float64 {
	if sum := f32.Squares(m); sum > 0 {
		return sum / float64(m.Rows)
	}
	return 1
}

// solveRows sets each row of x that has entries to the minimiser of Σ (value −
// x·other)² over them + ridge·‖x − x0‖².
func solveRows(ctx context.Context, x, x0, other f32.Mat, s *Sparse, ridge float32) error {
	full := sync.OnceValue(func() f32.Mat { return solve.RidgeOfColumns(other, ridge) })
	pool := sync.Pool{New: func() any { return &rowSolver{ridge: ridge} }}
	cores.Each(x.Rows, func(i int) {
		at, values := s.row(i)
		if len(at) == 0 || ctx.Err() != nil {
			return
		}
		w := pool.Get().(*rowSolver)
		defer pool.Put(w)
		w.gather(other, at, values, x0.Row(i))
		switch n := len(at); {
		case n == other.Rows: // every such row has the same normal equations
			w.primal(x.Row(i), x0.Row(i), full())
		case n > x.Cols:
			w.primal(x.Row(i), x0.Row(i), solve.RidgeOfColumns(w.a, ridge))
		default:
			w.dual(x.Row(i), x0.Row(i))
		}
	})
	return ctx.Err()
}

// rowSolver solves x = x0 + Aᵀ(AAᵀ + ρI)⁻¹r = x0 + (AᵀA + ρI)⁻¹Aᵀr for one row,
// A holding the other side's rows and r = values − A·x0.
type rowSolver struct {
	ridge      float32
	a          f32.Mat
	r          []float32
	rows, gram []float32 // memory of A and of AAᵀ
}

// gather collects A and r; a row with all entries looks at the other side itself.
func (w *rowSolver) gather(other f32.Mat, at []int32, values, x0 []float32) {
	w.a = other
	if len(at) < other.Rows {
		w.a = resized(&w.rows, len(at), other.Cols)
		for j, c := range at {
			copy(w.a.Row(j), other.Row(int(c)))
		}
	}
	w.r = slices.Grow(w.r[:0], len(at))[:len(at)]
	f32.Gemv(w.r, w.a, x0)
	for j, v := range values {
		w.r[j] = v - w.r[j]
	}
}

// resized returns a matrix on a buffer that grows as needed.
func resized(buffer *[]float32, rows, cols int) f32.Mat {
	*buffer = slices.Grow((*buffer)[:0], rows*cols)[:rows*cols]
	return f32.View(*buffer, rows, cols)
}

// dual solves in the number of entries.
func (w *rowSolver) dual(x, x0 []float32) {
	k := resized(&w.gram, w.a.Rows, w.a.Rows)
	solve.Ridge(k, w.a, w.ridge)
	f32.SolveCholesky(k, w.r)
	f32.GemvT(x, w.a, w.r)
	f32.Axpy(1, x0, x)
}

// primal solves in the number of dimensions, by the factor of AᵀA + ρI.
func (w *rowSolver) primal(x, x0 []float32, factor f32.Mat) {
	f32.GemvT(x, w.a, w.r)
	f32.SolveCholesky(factor, x)
	f32.Axpy(1, x0, x)
}
