package calibrate

import (
	"context"

	"axn/workbench/internal/f32"
)

// mixedVector is a point of the mixed model's linear system: β (length p), the free
// biases d (|I|) and W in whitened coordinates ((d+1)×p), one after the other.
type mixedVector struct {
	all, beta, free []float32
	a               f32.Mat
}

func (m *mixed) zero() *mixedVector {
	p, items, x := m.phi.cols(), m.phi.rows(), m.c.x.Cols
	all := make([]float32, p+items+x*p)
	return &mixedVector{all, all[:p], all[p : p+items], f32.View(all[p+items:], x, p)}
}

// byItem returns v as the rows take it: Φ·β + d for the items they have drawn, then W.
func (m *mixed) byItem(v *mixedVector) []float32 {
	w := make([]float32, len(v.all)-len(v.beta))
	bias := w[:len(v.free)]
	m.phi.times(bias, v.beta, func(i int) bool { return m.counts[i] > 0 })
	f32.Axpy(1, v.free, bias)
	copy(w[len(bias):], v.a.Data)
	return w
}

// pull sends x to all rows for one stage and returns the sum of their answers, a vector Aᵀ·y
// with one y per entry.
func (m *mixed) pull(ctx context.Context, stage Stage, x *mixedVector) (*mixedVector, error) {
	sums, err := m.c.ask(ctx, stage, m.byItem(x))
	if err != nil {
		return nil, err
	}
	y := m.zero()
	copy(y.all[len(y.beta):], sums.Vector)
	m.phi.transposeTimes(y.beta, y.free)
	return y, nil
}

// solve improves v by preconditioned conjugate gradients on the normal equations.
func (m *mixed) solve(ctx context.Context, v *mixedVector) error {
	ridge, scale := m.diagonals()
	r, err := m.pull(ctx, stageGradient, v)
	if err != nil {
		return err
	}
	addProduct(r.all, ridge.all, v.all, -1)
	z, dir := m.zero(), m.zero()
	addProduct(z.all, scale.all, r.all, 1)
	copy(dir.all, z.all)
	for rz, step := inner(r.all, z.all), 0; step < mixedSteps && rz > 1e-12; step++ {
		next, err := m.pull(ctx, stageNormal, dir) // the normal matrix times dir
		if err != nil {
			return err
		}
		addProduct(next.all, ridge.all, dir.all, 1)
		alpha := float32(rz / inner(dir.all, next.all))
		f32.Axpy(alpha, dir.all, v.all)
		f32.Axpy(-alpha, next.all, r.all)
		clear(z.all)
		addProduct(z.all, scale.all, r.all, 1)
		was := rz
		rz = inner(r.all, z.all)
		f32.Scale(float32(rz/was), dir.all)
		f32.Axpy(1, z.all, dir.all)
	}
	return nil
}

// addProduct adds alpha·x∘y to dst.
func addProduct(dst, x, y []float32, alpha float32) {
	for i, v := range x {
		dst[i] += alpha * v * y[i]
	}
}

func inner(x, y []float32) float64 { return float64(f32.Dot(x, y)) }

// diagonals returns the ridge on every coordinate and, to precondition with, one
// over an estimate of the normal matrix's diagonal.
func (m *mixed) diagonals() (ridge, scale *mixedVector) {
	ridge, scale = m.zero(), m.zero()
	n, mean := float32(m.entries), float32(m.inverses/m.entries)
	square := m.phi.squares() / float32(m.phi.rows()*m.phi.cols())
	set := func(i *float32, j *float32, ridge, weight float32) { *i, *j = ridge, 1/(ridge+mean*weight) }
	for i := range ridge.beta {
		set(&ridge.beta[i], &scale.beta[i], ridgeBias, n*square)
	}
	for i, count := range m.counts {
		set(&ridge.free[i], &scale.free[i], float32(1/m.spread), count)
	}
	for i := range ridge.a.Data {
		set(&ridge.a.Data[i], &scale.a.Data[i], ridgeMap, n/2/float32(m.phi.cols()))
	}
	return ridge, scale
}
