package stats

import "math"

// Moments are the mean and deviation of values that come one by one (Welford).
type Moments struct{ n, Mean, m2 float64 }

// Add takes in one value.
func (m *Moments) Add(x float64) {
	m.n++
	delta := x - m.Mean
	m.Mean += delta / m.n
	m.m2 += delta * (x - m.Mean)
}

// Deviation is the standard deviation of the values, 0 of none: the root of their mean squared distance from the mean.
func (m *Moments) Deviation() float64 {
	if m.n == 0 {
		return 0
	}
	return math.Sqrt(m.m2 / m.n)
}

// Mean is the mean of x, 0 of no values.
func Mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(len(x), 1))
}
