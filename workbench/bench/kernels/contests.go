package main

import (
	"fmt"
	"path/filepath"

	"gonum.org/v1/gonum/mat"

	"axn/workbench"
	"axn/workbench/bench/rival"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/q8"
	"axn/workbench/internal/topk"
)

// dims is the length of an item vector, found how many a search returns.
const (
	dims  = 256
	found = 100
)

// products are A·Bᵀ, packing included on both sides.
func (b *bench) products(items int) (list []contest, err error) {
	for _, s := range [][3]int{{256, 1024, 256}, {1000, 1000, 1000}, {2000, 2000, 2000}, {64, items, dims}} {
		m, n, k := s[0], s[1], s[2]
		left, right := fmt.Sprintf("a%dx%d", m, k), fmt.Sprintf("b%dx%d", n, k)
		x, err := b.array(left, m, k)
		if err != nil {
			return nil, err
		}
		y, err := b.array(right, n, k)
		if err != nil {
			return nil, err
		}
		c := f32.NewMat(m, n)
		list = append(list, contest{
			name:   fmt.Sprintf("product %d × %d × %d", m, n, k),
			own:    func() error { f32.MulT(c, x, y, b.threads); return nil },
			rivals: []competitor{{name: "OpenBLAS", request: rival.Request{"do": "gemm", "a": left, "b": right}}},
		})
	}
	return list, nil
}

// factors are Cholesky factors of A·Aᵀ + n·I, copying included on both sides.
func (b *bench) factors(int) (list []contest, err error) {
	for _, n := range []int{64, 256, 500, 768} {
		name := fmt.Sprintf("a%dx%d", n, n)
		a, err := b.array(name, n, n)
		if err != nil {
			return nil, err
		}
		square, work := f32.NewMat(n, n), f32.NewMat(n, n)
		f32.MulT(square, a, a, 1)
		wide := mat.NewSymDense(n, nil)
		for i := range n {
			square.Row(i)[i] += float32(n)
			for j, v := range square.Row(i) {
				wide.SetSym(i, j, float64(v))
			}
		}
		list = append(list, contest{
			name: fmt.Sprintf("Cholesky %d", n),
			own: func() error {
				copy(work.Data, square.Data)
				if pivot, ok := f32.Cholesky(work, b.threads); !ok {
					return fmt.Errorf("pivot %d", pivot)
				}
				return nil
			},
			rivals: []competitor{
				{name: "OpenBLAS", request: rival.Request{"do": "cholesky", "a": name}},
				{name: "gonum (float64)", do: func() { new(mat.Cholesky).Factorize(wide) }},
			},
		})
	}
	return list, nil
}

// scans find the items with the highest inner products.
func (b *bench) scans(items int) (list []contest, err error) {
	name := fmt.Sprintf("b%dx%d", items, dims)
	x, err := b.array(name, items, dims)
	if err != nil {
		return nil, err
	}
	var p f32.Panels
	p.PackRows(x, b.threads)
	bytes := q8.Pack(x, nil, x.Cols, b.threads)
	for _, n := range []int{1, 64} {
		queries := fmt.Sprintf("q%dx%d", n, dims)
		q, err := b.array(queries, n, dims)
		if err != nil {
			return nil, err
		}
		want := topk.Scan(q, &p, found, nil, 1)
		request := func(do string) rival.Request {
			return rival.Request{"do": do, "items": name, "queries": queries, "k": found}
		}
		same := func(ids [][]int) error { return agree(ids, want) }
		rivals := []competitor{
			{name: "FAISS Flat", request: request("flat"), check: same},
			{name: "FAISS SQ8 (approximate)", request: request("sq8")},
			{name: "numpy, argpartition", request: request("argpartition"), check: same},
		}
		list = append(list, contest{
			name:   fmt.Sprintf("top %d of %d, %d queries", found, items, n),
			own:    func() error { topk.Scan(q, &p, found, nil, b.threads); return nil },
			rivals: rivals,
		})
		if n == 1 {
			list = append(list, contest{
				name:   fmt.Sprintf("top %d of %d, 1 query, bytes and exact re-ranking", found, items),
				own:    func() error { bytes.Scan(q.Row(0), x, found, nil, b.threads); return nil },
				rivals: rivals,
			})
		}
	}
	return list, nil
}

// agree checks that a rival's exact search found the same items, but for
// neighbours whose scores round differently.
func agree(ids [][]int, want [][]topk.Hit) error {
	missing := 0
	for q, hits := range want {
		seen := map[int]bool{}
		for _, id := range ids[q] {
			seen[id] = true
		}
		for _, h := range hits {
			if !seen[h.Index] {
				missing++
			}
		}
	}
	if missing > len(want) {
		return fmt.Errorf("%d of our hits are missing in %d queries", missing, len(want))
	}
	return nil
}

// loads read .npy files of float32 and float16 into float32.
func (b *bench) loads(items int) (list []contest, err error) {
	for _, half := range []bool{false, true} {
		name := fmt.Sprintf("b%dx%d", items, dims)
		what := "float32"
		if half {
			name, what = "h"+name[1:], "float16"
			if err := b.rivals.Ask(rival.Request{"do": "make", "name": name, "rows": items, "cols": dims, "half": true}, &struct{}{}); err != nil {
				return nil, err
			}
		}
		list = append(list, contest{
			name: fmt.Sprintf(".npy of %d × %d %s", items, dims, what),
			own: func() error {
				_, err := workbench.OpenMatrix(filepath.Join(b.dir, name+".npy"))
				return err
			},
			rivals: []competitor{{name: "numpy", request: rival.Request{"do": "load", "a": name}}},
		})
	}
	return list, nil
}
