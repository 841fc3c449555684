// Package rough makes item vectors such as encoders give them: with dead, repeated,
// dominating and dependent columns, of all lengths, repeated, rounded to float16. Tests and
// benchmarks share them.
package rough

import (
	"math"
	"math/rand/v2"

	"axn/workbench/internal/f32"
)

// Kind is one sort of vectors.
type Kind struct {
	Name string
	Make func(rng *rand.Rand, n, d int) f32.Mat // n×d
}

// Kinds are the sorts; the first has full rank and nothing else about it.
var Kinds = []Kind{
	{"full rank", full},
	{"two dead columns and rank d-3", miniLM},
	{"rank d-3, float16", func(rng *rand.Rand, n, d int) f32.Mat { return halves(miniLM(rng, n, d)) }},
	{"rank d/2", func(rng *rand.Rand, n, d int) f32.Mat { return product(full(rng, n, (d+1)/2), full(rng, (d+1)/2, d)) }},
	{"rank d/2, float16", func(rng *rand.Rand, n, d int) f32.Mat {
		return halves(product(full(rng, n, (d+1)/2), full(rng, (d+1)/2, d)))
	}},
	{"repeated columns", func(rng *rand.Rand, n, d int) f32.Mat {
		return each(full(rng, n, d), func(row []float32) { copy(row[d-d/2:], row) })
	}},
	{"one column times 1000", func(rng *rand.Rand, n, d int) f32.Mat {
		return each(full(rng, n, d), func(row []float32) { row[d/3] *= 1000 })
	}},
	{"a common direction", func(rng *rand.Rand, n, d int) f32.Mat {
		return each(full(rng, n, d), func(row []float32) {
			for j := range row {
				row[j] += 30 * float32(math.Cos(float64(j)))
			}
		})
	}},
	{"steep spectrum", func(rng *rand.Rand, n, d int) f32.Mat {
		return product(each(full(rng, n, d), func(row []float32) {
			for j := range row {
				row[j] *= float32(math.Pow(100, -float64(j)/float64(d)))
			}
		}), full(rng, d, d))
	}},
	{"lengths from 0.01 to 100", func(rng *rand.Rand, n, d int) f32.Mat {
		return each(full(rng, n, d), func(row []float32) { f32.Scale(float32(math.Pow(10, 4*rng.Float64()-2)), row) })
	}},
	{"every item twice", func(rng *rand.Rand, n, d int) f32.Mat {
		m := full(rng, n, d)
		for i := 1; i < n; i += 2 {
			copy(m.Row(i), m.Row(i-1))
		}
		return m
	}},
	{"every item nearly twice", func(rng *rand.Rand, n, d int) f32.Mat {
		m := full(rng, n, d)
		for i := 1; i < n; i += 2 {
			f32.Scale(1e-4, m.Row(i))
			f32.Axpy(1, m.Row(i-1), m.Row(i))
		}
		return m
	}},
}

// full are vectors whose principal directions fall as those of trained encoders do, by a factor
// of 10 in standard deviation.
func full(rng *rand.Rand, n, d int) f32.Mat {
	m := f32.NewMat(n, d)
	for i := range m.Data {
		m.Data[i] = float32(rng.NormFloat64() * math.Pow(10, -float64(i%d)/float64(d)))
	}
	return m
}

// miniLM are vectors with two columns of zeros and one that is a sum of others.
func miniLM(rng *rand.Rand, n, d int) f32.Mat {
	return each(full(rng, n, d), func(row []float32) {
		sum := float32(0)
		for _, v := range row[3:] {
			sum += v
		}
		row[0], row[1], row[2] = 0, 0, sum/float32(math.Sqrt(float64(d)))
	})
}

func each(m f32.Mat, change func(row []float32)) f32.Mat {
	for i := range m.Rows {
		change(m.Row(i))
	}
	return m
}

func halves(m f32.Mat) f32.Mat {
	half := make([]uint16, len(m.Data))
	f32.ToHalf(half, m.Data)
	f32.FromHalf(m.Data, half)
	return m
}

func product(a, b f32.Mat) f32.Mat {
	c := f32.NewMat(a.Rows, b.Cols)
	f32.Mul(c, a, b, 1)
	return c
}
