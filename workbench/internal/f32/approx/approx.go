// Package approx holds the approximations that the kernels of package f32
// share: the assembly generator writes them down, the Go kernels evaluate them.
package approx

import "math"

// NormalEdge bounds the fit of the normal distribution function: for
// |x| <= NormalEdge, Φ(x) = 1/2 + x·P(x²)/Q(x²) with absolute error 7e-9, a
// least-maximum fit; beyond it Φ rounds to 0 or 1.
const NormalEdge = 5.5

// Coefficients of P and Q, lowest power first.
var (
	NormalP = [6]float32{0.39894223, 0.033852503, 0.004677249, 0.00016882386, 6.352074e-06, 2.2749324e-08}
	NormalQ = [6]float32{1, 0.25152156, 0.028645782, 0.0018844347, 7.3646755e-05, 1.1974995e-06}
)

// Exp: e^r = 1 + r + r²·(Exp[0] + Exp[1]·r + …) for |r| <= ln 2 / 2, with
// relative error 3e-9.
var Exp = [5]float32{0.4999999403953552, 0.1666652113199234, 0.04166838899254799, 0.008368710055947304, 0.0013814611593261361}

// e^x = 2ⁿ·e^r with n = x·Log2e rounded and r = x - n·Ln2Hi - n·Ln2Lo. Ln2Hi
// has 15 bits, so that n·Ln2Hi is exact. From Lowest on e^x is a normal number.
const (
	Log2e  float32 = math.Log2E
	Ln2Hi  float32 = 0x1.62ep-1
	Ln2Lo  float32 = math.Ln2 - 0x1.62ep-1
	Lowest float32 = -87.33654
)
