package encoder

import (
	"math"
	"sync/atomic"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// rotation turns pairs of a head's elements by angles that grow with the position: element i and the
// one half a head further, by the position times the i-th frequency.
type rotation struct {
	frequency []float32 // for each pair
	table     atomic.Pointer[f32.Mat]
}

// rotation returns the one that r describes, nil where nothing is turned; layers share it.
func (e *Encoder) rotation(r hf.Rotary) *rotation {
	if r.Theta == 0 {
		return nil
	}
	if e.turns[r] == nil {
		e.turns[r] = &rotation{frequency: frequencies(r, e.HeadWidth)}
	}
	return e.turns[r]
}

// frequencies are base^(-2i/width), changed as the kind says, rounded where transformers rounds.
func frequencies(r hf.Rotary, width int) []float32 {
	f, base := make([]float32, width/2), r.Theta
	if r.Kind == hf.RotaryNTK {
		base *= r.Factor
	}
	for i := range f {
		f[i] = 1 / float32(math.Pow(base, float64(float32(2*i)/float32(width))))
		switch r.Kind {
		case hf.RotaryLinear:
			f[i] /= float32(r.Factor)
		case hf.RotaryNTK:
			f[i] /= float32(math.Pow(r.Factor, 2/float64(width)))
		case hf.RotaryLlama3:
			f[i] = llama3(r, f[i])
		}
	}
	return f
}

// llama3 leaves a frequency that turns HighFactor times or more within the length of training, divides one
// that turns less than LowFactor times, and mixes the two between.
func llama3(r hf.Rotary, f float32) float32 {
	turns := float32(r.Trained) / (2 * math.Pi / f)
	switch {
	case turns > float32(r.HighFactor):
		return f
	case turns < float32(r.LowFactor):
		return f / float32(r.Factor)
	}
	share := (turns - float32(r.LowFactor)) / float32(r.HighFactor-r.LowFactor)
	return (1-share)*f/float32(r.Factor) + share*f
}

// angles returns a table of at least n rows, each with the cosines and then the sines of a position.
func (r *rotation) angles(n int) f32.Mat {
	old := r.table.Load()
	if old != nil && old.Rows >= n {
		return *old
	}
	half := len(r.frequency)
	table := f32.NewMat(max(n, 512), 2*half)
	if old != nil { // others' calls may do the same meanwhile: equal values
		table = f32.NewMat(max(n, 2*old.Rows), 2*half)
	}
	for t := range table.Rows {
		row := table.Row(t)
		for i, f := range r.frequency {
			sin, cos := math.Sincos(float64(float32(t) * f))
			row[i], row[half+i] = float32(cos), float32(sin)
		}
	}
	r.table.Store(&table)
	return table
}

// apply turns the heads that stand side by side in x by the angles of one position.
func apply(x, angles []float32) {
	half := len(angles) / 2
	cos, sin := angles[:half], angles[half:]
	for ; len(x) > 0; x = x[2*half:] {
		low, high := x[:half], x[half:2*half]
		for i, c := range cos {
			a, b, s := low[i], high[i], sin[i]
			low[i], high[i] = a*c-b*s, b*c+a*s
		}
	}
}

// prepare normalises and turns the queries and keys of the rows of one sequence, from column at on:
// so many heads of queries and of keys, of which either may be none. first is the first row's position.
func (e *Encoder) prepare(l *layer, x f32.Mat, first, queries, keys int) {
	if l.queryNorm == nil && l.turn == nil {
		return
	}
	var angles f32.Mat
	if l.turn != nil {
		angles = l.turn.angles(first + x.Rows)
	}
	for t := range x.Rows {
		row := x.Row(t)[:(queries+keys)*e.HeadWidth]
		if l.queryNorm != nil {
			for h := range queries + keys {
				gain := l.queryNorm
				if h >= queries {
					gain = l.keyNorm
				}
				f32.RMSNorm(row[h*e.HeadWidth:][:e.HeadWidth], gain, e.Epsilon)
			}
		}
		if l.turn != nil {
			apply(row, angles.Row(first+t))
		}
	}
}
