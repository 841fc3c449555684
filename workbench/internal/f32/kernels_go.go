package f32

import "math"

// gemmGo is the tile kernel in Go, 8 columns wide: see gemmAVX2.
func gemmGo(mr, k int, a []float32, lda int, b []float32, ldb int, init []float32, ldi int, c []float32, ldc int) {
	for r := range mr {
		var s [8]float32
		if init != nil {
			copy(s[:], init[r*ldi:][:8])
		}
		row := a[min(r*lda, len(a)):]
		s0, s1, s2, s3, s4, s5, s6, s7 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
		for t := range k {
			v, w := row[t], b[t*ldb:][:8]
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
	for i, v := range x {
		x[i] = float32(float64(v) * 0.5 * math.Erfc(-float64(v)/math.Sqrt2))
	}
}

func softmaxGo(x []float32) {
	top := float32(math.Inf(-1))
	for _, v := range x {
		top = max(top, v)
	}
	var sum float64
	for i, v := range x {
		e := math.Exp(float64(v - top))
		x[i], sum = float32(e), sum+e
	}
	Scale(float32(1/sum), x)
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
