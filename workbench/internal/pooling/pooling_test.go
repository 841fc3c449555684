package pooling

import (
	"math"
	"math/rand/v2"
	"testing"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// TestVector compares every pooling, alone and beside another, with and without a prompt to skip
// and with modules behind it, with the same in float64.
func TestVector(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	values := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
		return x
	}
	dense := func(in, out int, a hf.Activation, bias, residual bool) hf.Module {
		d := &hf.Dense{Linear: hf.Linear{In: in, Out: out, Weight: values(in * out)}, Activation: a, Residual: residual}
		if bias {
			d.Bias = values(out)
		}
		if residual && in != out {
			d.Project = &hf.Linear{In: in, Out: out, Weight: values(in * out)}
		}
		return hf.Module{Dense: d}
	}
	const hidden = 7
	norm := hf.Module{Norm: &hf.LayerNorm{Norm: hf.Norm{Gain: values(hidden), Bias: values(hidden)}, Epsilon: 1e-5}}
	all := []hf.Pooling{hf.PoolCLS, hf.PoolMean, hf.PoolMax, hf.PoolMeanSqrt, hf.PoolLast, hf.PoolWeightedMean}
	tops := map[string]*hf.Top{
		"norm":             {Poolings: []hf.Pooling{hf.PoolMean}, Modules: []hf.Module{norm, {}}},
		"dense":            {Poolings: all[:1], Modules: []hf.Module{dense(hidden, 5, hf.Tanh, true, false), {}}},
		"dense, residual":  {Poolings: all[:1], Modules: []hf.Module{dense(hidden, hidden, hf.GELU, false, true)}},
		"dense, projected": {Poolings: all[:2], Modules: []hf.Module{dense(2*hidden, 3, hf.ReLU, true, true), dense(3, 1, "", false, false)}},
		"all":              {Poolings: all},
	}
	for _, p := range all {
		tops[string(p)] = &hf.Top{Poolings: []hf.Pooling{p}}
	}
	for name, top := range tops {
		for _, n := range []int{1, 2, 9} {
			for _, skip := range []int{0, 1, 4, 9} {
				m := New(&hf.Model{Config: hf.Config{Hidden: hidden}, Top: top})
				rows := f32.View(values(n*hidden), n, hidden)
				got := make([]float32, m.Width())
				m.Vector(got, rows, skip)
				want := plain(top, rows, min(skip, n-1))
				if len(want) != len(got) {
					t.Fatalf("%s: %d numbers, want %d", name, len(got), len(want))
				}
				for i := range want {
					if !(math.Abs(float64(got[i])-want[i]) < 2e-5*(1+math.Abs(want[i]))) {
						t.Errorf("%s, %d rows, %d skipped: number %d is %g, want %g", name, n, skip, i, got[i], want[i])
					}
				}
			}
		}
	}
}

// plain is Vector in float64, written from sentence-transformers' definitions.
func plain(top *hf.Top, rows f32.Mat, skip int) (x []float64) {
	for _, p := range top.Poolings {
		for j := range rows.Cols {
			var sum, weighted, weights float64
			most := math.Inf(-1)
			for i := skip; i < rows.Rows; i++ {
				v := float64(rows.Row(i)[j])
				sum, weighted, weights, most = sum+v, weighted+v*float64(i+1), weights+float64(i+1), max(most, v)
			}
			n := float64(rows.Rows - skip)
			x = append(x, map[hf.Pooling]float64{hf.PoolCLS: float64(rows.Row(skip)[j]), hf.PoolLast: float64(rows.Row(rows.Rows - 1)[j]), hf.PoolMax: most,
				hf.PoolMean: sum / n, hf.PoolMeanSqrt: sum / math.Sqrt(n), hf.PoolWeightedMean: weighted / weights}[p])
		}
	}
	product := func(l hf.Linear, x []float64) []float64 {
		y := make([]float64, l.Out)
		for o := range y {
			for i, v := range x {
				y[o] += float64(l.Weight[o*l.In+i]) * v
			}
			if l.Bias != nil {
				y[o] += float64(l.Bias[o])
			}
		}
		return y
	}
	for _, m := range top.Modules {
		var squares, mean, variance float64
		for _, v := range x {
			squares, mean = squares+v*v, mean+v/float64(len(x))
		}
		for _, v := range x {
			variance += (v - mean) * (v - mean) / float64(len(x))
		}
		switch {
		case m.Norm != nil:
			for i := range x {
				x[i] = (x[i]-mean)/math.Sqrt(variance+1e-5)*float64(m.Norm.Gain[i]) + float64(m.Norm.Bias[i])
			}
		case m.Dense != nil:
			y := product(m.Dense.Linear, x)
			for i, v := range y {
				y[i] = map[hf.Activation]float64{"": v, hf.Tanh: math.Tanh(v), hf.ReLU: max(v, 0), hf.GELU: v / 2 * (1 + math.Erf(v/math.Sqrt2))}[m.Dense.Activation]
			}
			if m.Dense.Residual && m.Dense.Project == nil {
				for i := range y {
					y[i] += x[i]
				}
			} else if m.Dense.Residual {
				for i, v := range product(*m.Dense.Project, x) {
					y[i] += v
				}
			}
			x = y
		default:
			for i := range x {
				x[i] /= math.Sqrt(squares)
			}
		}
	}
	return x
}
