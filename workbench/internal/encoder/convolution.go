package encoder

import (
	"axn/workbench/internal/activation"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// convolution is DeBERTa's: it reads a few rows of the embeddings around each.
type convolution struct {
	kernel []linear // the first has the bias
	norm   norm
}

func newConvolution(v *hf.Convolution) *convolution {
	c := &convolution{norm: newNorm(v.Norm)}
	for k, part := range v.Kernel {
		if k == 0 {
			part.Bias = v.Bias
		}
		c.kernel = append(c.kernel, newLinear(part, false))
	}
	return c
}

// convolve adds to the rows x what the convolution makes of the embeddings before them, sequence by
// sequence, and normalises them. Beyond the ends of a sequence the embeddings are 0.
func (e *Encoder) convolve(w *workspace, x, embeddings f32.Mat) {
	c := e.convolution
	for s := range w.sequences() {
		lo, hi := w.starts[s], w.starts[s+1]
		more := w.matrix(&w.wide, hi-lo, e.Hidden)
		for i := range more.Rows {
			copy(more.Row(i), c.kernel[0].bias)
		}
		for k := range c.kernel {
			shift := k - len(c.kernel)/2
			from, to := max(lo, lo-shift), min(hi, hi-shift) // the rows that have one so far away
			if from < to {
				f32.Gemm(more.RowRange(from-lo, to-lo), embeddings.RowRange(from+shift, to+shift), &c.kernel[k].panels, true, 1)
			}
		}
		for i := range more.Rows {
			activation.Apply(e.KernelActivation, more.Row(i))
			e.addNorm(x.Row(lo+i), more.Row(i), c.norm)
		}
	}
}
