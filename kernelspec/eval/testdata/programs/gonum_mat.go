// gonum/mat with matrices of own types, solving, decompositions and formatting.
package main

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

type hilbert int

func (h hilbert) Dims() (r, c int)    { return int(h), int(h) }
func (h hilbert) At(i, j int) float64 { return 1 / float64(i+j+1) }
func (h hilbert) T() mat.Matrix       { return mat.Transpose{Matrix: h} }

type ones struct{ n int }

func (o ones) Len() int            { return o.n }
func (o ones) AtVec(int) float64   { return 1 }
func (o ones) Dims() (int, int)    { return o.n, 1 }
func (o ones) At(i, j int) float64 { return 1 }
func (o ones) T() mat.Matrix       { return mat.TransposeVec{Vector: o} }

func main() {
	a := mat.NewDense(2, 2, []float64{4, 1, 2, 3})
	b := mat.NewVecDense(2, []float64{1, 2})
	var x mat.VecDense
	err := x.SolveVec(a, b)
	fmt.Printf("%.3f %v\n", mat.Formatted(&x), err)
	var p mat.Dense
	p.Mul(hilbert(2), a)
	fmt.Printf("%.3f\n", mat.Formatted(&p, mat.Squeeze()))
	fmt.Printf("%.4f %.4f\n", mat.Sum(hilbert(3)), mat.Trace(hilbert(3)))
	var v mat.VecDense
	v.MulVec(a, ones{2})
	fmt.Println(v.RawVector().Data, mat.Dot(&v, ones{2}))
	var e mat.Eigen
	ok := e.Factorize(a, mat.EigenRight)
	vals := e.Values(nil)
	fmt.Printf("%v %.3f\n", ok, vals)
	p.Apply(func(i, j int, v float64) float64 { return math.Round(v*10) + float64(i) }, &p)
	fmt.Println(p.RawRowView(1), mat.Max(&p), mat.Equal(&p, mat.DenseCopyOf(&p)))
	var inv mat.Dense
	err = inv.Inverse(mat.NewDense(2, 2, []float64{1, 2, 2, 4}))
	var c mat.Condition
	fmt.Println(errors.As(err, &c), math.IsInf(float64(c), 1))
	defer func() { fmt.Println("panic:", recover()) }()
	p.Mul(a, mat.NewDense(3, 3, nil))
}
