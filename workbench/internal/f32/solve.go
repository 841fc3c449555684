package f32

// SolveLower replaces x by the solution y of L·y = x, for the lower triangle of l.
func SolveLower(l Mat, x []float32) {
	sameOrder(l, len(x))
	for i := range x {
		row := l.Row(i)
		x[i] = (x[i] - Dot(row[:i], x[:i])) / row[i]
	}
}

// SolveLowerT replaces x by the solution y of Lᵀ·y = x, for the lower triangle of l.
func SolveLowerT(l Mat, x []float32) {
	sameOrder(l, len(x))
	for i := len(x) - 1; i >= 0; i-- {
		row := l.Row(i)
		x[i] /= row[i]
		Axpy(-x[i], row[:i], x[:i])
	}
}

// SolveCholesky replaces x by the solution y of L·Lᵀ·y = x.
func SolveCholesky(l Mat, x []float32) {
	SolveLower(l, x)
	SolveLowerT(l, x)
}

// SolveLowerMany replaces B, one right-hand side a column, by L⁻¹·B.
func SolveLowerMany(l, b Mat, threads int) {
	sameOrder(l, b.Rows)
	p := pool.Get().(*Panels)
	defer pool.Put(p)
	for i := 0; i < l.Rows; i += cholBlock {
		next := min(i+cholBlock, l.Rows)
		for r := i; r < next; r++ {
			row := l.Row(r)
			for t := i; t < r; t++ {
				Axpy(-row[t], b.Row(t), b.Row(r))
			}
			Scale(1/row[r], b.Row(r))
		}
		p.packCols(b.RowRange(i, next), threads, true)
		Gemm(b.RowRange(next, l.Rows), l.Sub(next, i, l.Rows-next, next-i), p, true, threads)
	}
}

// SolveLowerTMany replaces B, one right-hand side a column, by L⁻ᵀ·B.
func SolveLowerTMany(l, b Mat, threads int) {
	sameOrder(l, b.Rows)
	p := pool.Get().(*Panels)
	defer pool.Put(p)
	upper := NewMat(l.Rows, cholBlock)
	for end := l.Rows; end > 0; {
		i := (end - 1) &^ (cholBlock - 1)
		for r := end - 1; r >= i; r-- {
			for t := r + 1; t < end; t++ {
				Axpy(-l.Row(t)[r], b.Row(t), b.Row(r))
			}
			Scale(1/l.Row(r)[r], b.Row(r))
		}
		p.packCols(b.RowRange(i, end), threads, true)
		u := upper.Sub(0, 0, i, end-i)
		transpose(active, u, l.Sub(i, 0, end-i, i))
		Gemm(b.RowRange(0, i), u, p, true, threads)
		end = i
	}
}

func sameOrder(l Mat, n int) {
	if l.Rows != l.Cols || l.Rows != n {
		panic("f32: solve: shapes differ")
	}
}
