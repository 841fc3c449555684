package f32

import "math"

// Gelu replaces each x by x·Φ(x), Φ the normal distribution function: the
// exact GELU, not the tanh formula. The error is below 2⁻²¹·max(|x|, 1).
func Gelu(x []float32) { active.gelu(x) }

// GeluMul replaces each x by the Gelu of it times y. It panics if the lengths differ.
func GeluMul(x, y []float32) {
	sameLength(x, y)
	active.geluMul(x, y)
}

// Silu replaces each x by x / (1 + e^-x). The error is below 2⁻²¹·max(|x|, 1).
func Silu(x []float32) { active.silu(x) }

// SiluMul replaces each x by the Silu of it times y. It panics if the lengths differ.
func SiluMul(x, y []float32) {
	sameLength(x, y)
	active.siluMul(x, y)
}

// RMSNorm replaces x by x / sqrt(mean(x²) + eps) · gain. It panics if the lengths differ.
func RMSNorm(x, gain []float32, eps float32) {
	sameLength(x, gain)
	scale := float32(1 / math.Sqrt(float64(SqNorm(x))/float64(len(x))+float64(eps)))
	for i, g := range gain {
		x[i] *= scale * g
	}
}

// Softmax replaces x by e^x / Σ e^x.
func Softmax(x []float32) { active.softmax(x) }

// LayerNorm adds r to x and replaces x by
// (x - mean(x)) / sqrt(variance(x) + eps) · gamma + beta.
// It panics if the lengths differ.
func LayerNorm(x, r, gamma, beta []float32, eps float32) {
	sameLength(x, r)
	sameLength(x, gamma)
	sameLength(x, beta)
	active.layerNorm(x, r, gamma, beta, eps)
}
