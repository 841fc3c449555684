// A tiny network with backpropagation: slices of slices, closures as activations, XOR learnt.
package main

import (
	"fmt"
	"math"
)

type Layer struct {
	W    [][]float64
	B    []float64
	act  func(float64) float64
	grad func(y float64) float64
	in   []float64
	out  []float64
}
type Net []*Layer

type rng uint32

func (r *rng) next() float64 { *r = *r*1664525 + 1013904223; return float64(*r>>8)/(1<<24)*2 - 1 }

func NewNet(r *rng, sizes ...int) (n Net) {
	for i, k := range sizes[1:] {
		l := &Layer{act: math.Tanh, grad: func(y float64) float64 { return 1 - y*y }}
		for range k {
			w := make([]float64, sizes[i])
			for j := range w {
				w[j] = r.next()
			}
			l.W = append(l.W, w)
			l.B = append(l.B, r.next())
		}
		n = append(n, l)
	}
	return
}

func (l *Layer) forward(x []float64) []float64 {
	l.in, l.out = x, l.out[:0]
	for i, w := range l.W {
		s := l.B[i]
		for j, v := range x {
			s += w[j] * v
		}
		l.out = append(l.out, l.act(s))
	}
	return l.out
}

func (n Net) Predict(x ...float64) []float64 {
	for _, l := range n {
		x = l.forward(x)
	}
	return x
}

func (n Net) Train(x []float64, y float64, rate float64) float64 {
	out := n.Predict(x...)
	d := []float64{out[0] - y}
	loss := d[0] * d[0]
	for i := len(n) - 1; i >= 0; i-- {
		l := n[i]
		prev := make([]float64, len(l.in))
		for k := range l.W {
			g := d[k] * l.grad(l.out[k])
			for j := range l.W[k] {
				prev[j] += g * l.W[k][j]
				l.W[k][j] -= rate * g * l.in[j]
			}
			l.B[k] -= rate * g
		}
		d = prev
	}
	return loss
}

func main() {
	r := rng(3)
	n := NewNet(&r, 2, 4, 1)
	data := [][3]float64{{0, 0, -1}, {0, 1, 1}, {1, 0, 1}, {1, 1, -1}}
	first, last := 0.0, 0.0
	for e := range 800 {
		last = 0
		for _, s := range data {
			last += n.Train(s[:2], s[2], .1)
		}
		if e == 0 {
			first = last
		}
	}
	fmt.Println(last < first/10, len(n), len(n[0].W))
	for _, s := range data {
		fmt.Print(n.Predict(s[:2]...)[0]*s[2] > 0.5, " ")
	}
	fmt.Println()
}
