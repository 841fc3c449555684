package f32

// Gelu replaces each x by x·Φ(x), Φ the normal distribution function: the
// exact GELU, not the tanh formula. The error is below 2⁻²¹·max(|x|, 1).
func Gelu(x []float32) { active.gelu(x) }

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
