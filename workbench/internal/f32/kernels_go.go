package f32

import (
	"math"

	"axn/workbench/internal/f32/approx"
)

// gemmGo is the tile kernel in Go, 8 columns wide: see gemmAVX2.
func gemmGo(mr, k int, a []float32, lda int, b, init []float32, ldi int, c []float32, ldc int) {
	for r := range mr {
		var s [8]float32
		if init != nil {
			copy(s[:], init[r*ldi:][:8])
		}
		row := a[min(r*lda, len(a)):]
		s0, s1, s2, s3, s4, s5, s6, s7 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
		for t := range k {
			v, w := row[t], b[8*t:][:8]
			s0 += v * w[0]
			s1 += v * w[1]
			s2 += v * w[2]
			s3 += v * w[3]
			s4 += v * w[4]
			s5 += v * w[5]
			s6 += v * w[6]
			s7 += v * w[7]
		}
		copy(c[r*ldc:][:8], []float32{s0, s1, s2, s3, s4, s5, s6, s7})
	}
}

func dotGo(x, y []float32) float32 {
	var s0, s1, s2, s3 float32
	y = y[:len(x)]
	for len(x) >= 4 {
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
		x, y = x[4:], y[4:]
	}
	for i, v := range x {
		s0 += v * y[i]
	}
	return (s0 + s1) + (s2 + s3)
}

func axpyGo(alpha float32, x, y []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += alpha * v
	}
}

func dotWideGo(x []float32, y []float64) float64 {
	var s0, s1, s2, s3 float64
	y = y[:len(x)]
	for len(x) >= 4 {
		s0 += float64(x[0]) * y[0]
		s1 += float64(x[1]) * y[1]
		s2 += float64(x[2]) * y[2]
		s3 += float64(x[3]) * y[3]
		x, y = x[4:], y[4:]
	}
	for i, v := range x {
		s0 += float64(v) * y[i]
	}
	return (s0 + s1) + (s2 + s3)
}

func axpyWideGo(alpha float64, x []float32, y []float64) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += alpha * float64(v)
	}
}

func adamwGo(p, gradient, mean, square []float32, s *AdamWStep) {
	gradient, mean, square = gradient[:len(p)], mean[:len(p)], square[:len(p)]
	for i, g := range gradient {
		mean[i] = float32(s.Beta1*mean[i]) + float32(s.Take1*g)
		square[i] = float32(s.Beta2*square[i]) + float32(float32(s.Take2*g)*g)
		root := float32(math.Sqrt(float64(square[i])))
		p[i] = float32(s.Keep*p[i]) - float32(s.Rate*mean[i])/(float32(root*s.Root)+s.Epsilon)
	}
}

func adamwStillGo(p, mean, square []float32, steps []AdamWStep, fall float32) {
	mean, square = mean[:len(p)], square[:len(p)]
	for i := range p {
		root := float32(math.Sqrt(float64(square[i])))
		for t := range steps {
			s := &steps[t]
			mean[i] *= s.Beta1
			square[i] *= s.Beta2
			root *= fall
			p[i] = float32(s.Keep*p[i]) - float32(s.Rate*mean[i])/(float32(root*s.Root)+s.Epsilon)
		}
	}
}

func solveTileGo(triangle, inverse, tile []float32, n int) {
	for j := range n {
		row := tile[32*j:][:32]
		for t := range j {
			axpyGo(-triangle[32*j+t], tile[32*t:][:32], row)
		}
		Scale(inverse[j], row)
	}
}

func factorTileGo(tile []float32, n int) int {
	for j := range n {
		row := tile[32*j:][:32]
		for t := range j {
			axpyGo(-tile[32*t+j], tile[32*t:][:32], row)
		}
		if !(row[j] > 0 && row[j] <= math.MaxFloat32) {
			return j
		}
		root := float32(math.Sqrt(float64(row[j])))
		Scale(1/root, row)
		row[j] = root
	}
	return n
}

func geluGo(x []float32) {
	p, q := &approx.NormalP, &approx.NormalQ
	for i, v := range x {
		z := min(max(v, -approx.NormalEdge), approx.NormalEdge)
		u := z * z
		num := p[0] + u*(p[1]+u*(p[2]+u*(p[3]+u*(p[4]+u*p[5]))))
		den := q[0] + u*(q[1]+u*(q[2]+u*(q[3]+u*(q[4]+u*q[5]))))
		x[i] = v * (0.5 + z*(num/den))
	}
}

func softmaxGo(x []float32) {
	top := float32(math.Inf(-1))
	for _, v := range x {
		top = max(top, v)
	}
	var sum float32
	for i, v := range x {
		x[i] = exp(v - top)
		sum += x[i]
	}
	Scale(1/sum, x)
}

func geluMulGo(x, y []float32) {
	geluGo(x)
	for i, v := range y {
		x[i] *= v
	}
}

func siluGo(x []float32) {
	for i, v := range x {
		x[i] = v / (1 + exp(min(-v, -approx.Lowest)))
	}
}

func siluMulGo(x, y []float32) {
	siluGo(x)
	for i, v := range y {
		x[i] *= v
	}
}

// exp is e^x for x <= -approx.Lowest.
func exp(x float32) float32 {
	x = max(x, approx.Lowest)
	n := float32(math.RoundToEven(float64(x * approx.Log2e)))
	r := (x - n*approx.Ln2Hi) - n*approx.Ln2Lo
	e := &approx.Exp
	y := 1 + r + r*r*(e[0]+r*(e[1]+r*(e[2]+r*(e[3]+r*e[4]))))
	return y * math.Float32frombits(uint32(int32(n)+127)<<23)
}

func layerNormGo(x, r, gamma, beta []float32, eps float32) {
	var sum, squares float64
	for i := range x {
		x[i] += r[i]
		sum += float64(x[i])
	}
	mean := sum / float64(len(x))
	for _, v := range x {
		squares += (float64(v) - mean) * (float64(v) - mean)
	}
	scale := 1 / math.Sqrt(squares/float64(len(x))+float64(eps))
	for i, v := range x {
		x[i] = float32((float64(v)-mean)*scale)*gamma[i] + beta[i]
	}
}
