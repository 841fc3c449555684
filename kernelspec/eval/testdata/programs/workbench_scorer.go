// The workbench with a scorer of our own type and a scorer function.
package main

import (
	"axn/workbench"
	"context"
	"errors"
	"fmt"
	"io/fs"
)

type dot struct {
	calls int
	q, v  [][]float64
}

func (d *dot) Score(ctx context.Context, pairs []workbench.Pair) ([]float64, error) {
	s := make([]float64, len(pairs))
	for i, p := range pairs {
		d.calls++
		for k, x := range d.q[p.Query] {
			s[i] += x * d.v[p.Item][k]
		}
	}
	return s, ctx.Err()
}

func main() {
	ctx := context.Background()
	var s workbench.Scorer = &dot{q: [][]float64{{1, 2}, {0, 1}}, v: [][]float64{{1, 0}, {0, 1}, {1, 1}}}
	got, err := s.Score(ctx, []workbench.Pair{{Query: 0, Item: 2}, {Query: 1, Item: 0}})
	fmt.Println(got, err, s.(*dot).calls)
	f := workbench.ScorerFunc(func(ctx context.Context, pairs []workbench.Pair) ([]float64, error) {
		if len(pairs) > 1 {
			return nil, errors.New("one at a time")
		}
		return []float64{float64(pairs[0].Item)}, nil
	})
	fmt.Println(f.Score(ctx, []workbench.Pair{{Item: 7}}))
	_, err = f.Score(ctx, make([]workbench.Pair, 2))
	fmt.Println(err)
	m := &workbench.Matrix{Rows: 2, Cols: 2, Data: []float32{1, 2, 3, 4}}
	fmt.Println(m.Rows, m.Data[3])
	func() {
		defer func() { fmt.Println("must:", recover()) }()
		workbench.Must(err)
	}()
	workbench.Must(nil)
	_, err = workbench.OpenDataset("/does/not/exist")
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	fmt.Printf("%T %v\n", workbench.Calibrated, workbench.Transductive)
	o := workbench.SearchOptions{K: 10, Budget: 100}
	fmt.Println(o.K, o.Budget, o.Rounds)
}
