package factors

import (
	"math"
	"math/rand/v2"

	"axn/workbench/internal/adamw"
	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
)

// tower is the small network of MF_Ind (paper A.2.2) over a frozen vector x of d
// values:
//
//	y = b₂ + W₂·gelu(b₁ + W₁·x),  out = s·y + (1−s)·x,  s = sigmoid(skip)
//
// with 2d hidden values. It starts near the identity, skip at −5 (s = 0.0067); its
// other parameters start uniform in ±1/√inputs, as PyTorch's linear layers do.
type tower struct {
	params, gradient []float32
	p, g             layers // views of the two
	moments          adamw.Moments
	x, h, a, y, out  f32.Mat // the last forward pass: input, hidden before and after gelu, y, output
}

// layers are the parameters of a tower, or their gradients.
type layers struct {
	w1     f32.Mat // 2d×d
	b1     []float32
	w2     f32.Mat // d×2d
	b2     []float32
	skip   []float32 // one value
	hidden int
}

func newTower(d int, rng *rand.Rand) *tower {
	n := TowerParams(d)
	t := &tower{params: make([]float32, n), gradient: make([]float32, n), moments: adamw.NewMoments(n)}
	t.p, t.g = cutLayers(t.params, d), cutLayers(t.gradient, d)
	fill := func(x []float32, inputs int) {
		for i := range x {
			x[i] = float32((2*rng.Float64() - 1) / math.Sqrt(float64(inputs)))
		}
	}
	fill(t.params[:2*d*d+2*d], d)
	fill(t.params[2*d*d+2*d:n-1], 2*d)
	t.p.skip[0] = -5
	return t
}

func cutLayers(x []float32, d int) layers {
	take := func(n int) []float32 {
		part := x[:n:n]
		x = x[n:]
		return part
	}
	return layers{w1: f32.View(take(2*d*d), 2*d, d), b1: take(2 * d), w2: f32.View(take(2*d*d), d, 2*d), b2: take(d), skip: take(1), hidden: 2 * d}
}

func (t *tower) blend() float32 { return float32(1 / (1 + math.Exp(-float64(t.p.skip[0])))) }

// forward computes the outputs of the rows of x and keeps what backward needs.
func (t *tower) forward(x f32.Mat) f32.Mat {
	t.x, t.h, t.a = x, f32.NewMat(x.Rows, t.p.hidden), f32.NewMat(x.Rows, t.p.hidden)
	t.y, t.out = f32.NewMat(x.Rows, x.Cols), f32.NewMat(x.Rows, x.Cols)
	var p f32.Panels
	p.PackRows(t.p.w1, cores.Threads())
	f32.GemmBias(t.h, x, &p, t.p.b1, cores.Threads())
	copy(t.a.Data, t.h.Data)
	cores.Ranges(cores.Threads(), len(t.a.Data), 1024, func(lo, hi int) { f32.Gelu(t.a.Data[lo:hi]) })
	p.PackRows(t.p.w2, cores.Threads())
	f32.GemmBias(t.y, t.a, &p, t.p.b2, cores.Threads())
	s := t.blend()
	for i := range x.Rows {
		in, y, out := x.Row(i), t.y.Row(i), t.out.Row(i)
		for j := range out {
			out[j] = s*y[j] + (1-s)*in[j]
		}
	}
	return t.out
}

// backward sets the gradient of the parameters from that of the last outputs,
// which it uses up.
func (t *tower) backward(out f32.Mat) {
	s, slope := t.blend(), 0.0
	for i := range out.Rows {
		slope += float64(f32.Dot(out.Row(i), t.y.Row(i)) - f32.Dot(out.Row(i), t.x.Row(i)))
	}
	t.g.skip[0] = float32(slope) * s * (1 - s)
	f32.Scale(s, out.Data) // now the gradient of y
	f32.Mul(t.g.w2, f32.Transpose(out, cores.Threads()), t.a, cores.Threads())
	sumRows(t.g.b2, out)
	hidden := f32.NewMat(out.Rows, t.p.hidden)
	f32.Mul(hidden, out, t.p.w2, cores.Threads())
	cores.Ranges(cores.Threads(), len(hidden.Data), 1024, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			hidden.Data[i] *= geluSlope(t.h.Data[i], t.a.Data[i])
		}
	})
	f32.Mul(t.g.w1, f32.Transpose(hidden, cores.Threads()), t.x, cores.Threads())
	sumRows(t.g.b1, hidden)
}

// geluSlope is the derivative of gelu at x: Φ(x) + x·φ(x); y is gelu(x) = x·Φ(x).
func geluSlope(x, y float32) float32 {
	density := float32(math.Exp(-0.5*float64(x)*float64(x)) / math.Sqrt(2*math.Pi))
	if x > -1e-3 && x < 1e-3 {
		return 0.5 + 2*x*density
	}
	return y/x + x*density
}

func sumRows(dst []float32, m f32.Mat) {
	clear(dst)
	for i := range m.Rows {
		f32.Axpy(1, m.Row(i), dst)
	}
}

// move takes the optimiser's step under way.
func (t *tower) move(opt *adamw.Optimizer) {
	cores.Ranges(cores.Threads(), len(t.params), 1024, func(lo, hi int) {
		opt.Move(t.params[lo:hi], t.gradient[lo:hi], t.moments.Slice(lo, hi))
	})
}

// applyRows is how many rows apply takes at a time.
const applyRows = 2048

// apply returns the outputs for all rows of m.
func (t *tower) apply(m f32.Mat) f32.Mat {
	out := f32.NewMat(m.Rows, m.Cols)
	for lo := 0; lo < m.Rows; lo += applyRows {
		part := t.forward(m.RowRange(lo, min(lo+applyRows, m.Rows)))
		copy(out.Data[lo*m.Cols:], part.Data)
	}
	return out
}
