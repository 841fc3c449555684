package f32

// Dot returns Σ x[i]·y[i]. It panics if the lengths differ.
func Dot(x, y []float32) float32 {
	sameLength(x, y)
	return active.dot(x, y)
}

// SqNorm returns Σ x[i]².
func SqNorm(x []float32) float32 { return active.dot(x, x) }

// Squares returns Σ m_ij². Rows are added up in float64, because a sum in float32 stops growing at
// some ten million values.
func Squares(m Mat) float64 {
	sum := 0.0
	for i := range m.Rows {
		sum += float64(SqNorm(m.Row(i)))
	}
	return sum
}

// Axpy adds alpha·x to y. It panics if the lengths differ.
func Axpy(alpha float32, x, y []float32) {
	sameLength(x, y)
	active.axpy(alpha, x, y)
}

// AxpyWide adds alpha·x to y in float64, x being float32. It panics if the lengths differ.
func AxpyWide(alpha float64, x []float32, y []float64) {
	if len(x) != len(y) {
		panic("f32: lengths differ")
	}
	active.axpyWide(alpha, x, y)
}

// Scale multiplies x by alpha in place.
func Scale(alpha float32, x []float32) {
	for i := range x {
		x[i] *= alpha
	}
}

// Gemv computes y = A·x, four rows a pass; it is bound by reading A once.
// Each element is the same whatever rows stand around it. It panics if
// len(x) != a.Cols or len(y) != a.Rows.
func Gemv(y []float32, a Mat, x []float32) {
	if len(x) != a.Cols || len(y) != a.Rows {
		panic("f32: gemv: shapes differ")
	}
	i := 0
	for ; i+4 <= a.Rows; i += 4 {
		active.dot4([4][]float32{a.Row(i), a.Row(i + 1), a.Row(i + 2), a.Row(i + 3)}, x, y[i:])
	}
	for ; i < a.Rows; i++ {
		var four [4]float32
		r := a.Row(i)
		active.dot4([4][]float32{r, r, r, r}, x, four[:])
		y[i] = four[0]
	}
}

// GemvT computes y = Aᵀ·x, that is Σ x[i]·row i. It panics if shapes differ.
func GemvT(y []float32, a Mat, x []float32) {
	if len(y) != a.Cols || len(x) != a.Rows {
		panic("f32: gemvT: shapes differ")
	}
	clear(y)
	for i, v := range x {
		active.axpy(v, a.Row(i), y)
	}
}

// GemvWide computes y = A·x in float64, A being float32. It panics if shapes differ.
func GemvWide(y []float64, a Mat, x []float64) {
	if len(x) != a.Cols || len(y) != a.Rows {
		panic("f32: gemv: shapes differ")
	}
	for i := range y {
		y[i] = active.dotWide(a.Row(i), x)
	}
}

// GemvTWide computes y = Aᵀ·x in float64, A being float32. It panics if shapes differ.
func GemvTWide(y []float64, a Mat, x []float64) {
	if len(y) != a.Cols || len(x) != a.Rows {
		panic("f32: gemvT: shapes differ")
	}
	clear(y)
	for i, v := range x {
		active.axpyWide(v, a.Row(i), y)
	}
}

// IndexAtLeast returns the first i with x[i] >= t, or len(x). NaN is never at least anything.
func IndexAtLeast(x []float32, t float32) int {
	i := active.indexAtLeast(x, t)
	if last := len(x) - 16; last >= 0 && i > last { // the rest, with some of what is known
		i = last + active.indexAtLeast(x[last:], t)
	}
	for i < len(x) && !(x[i] >= t) {
		i++
	}
	return i
}

func sameLength(x, y []float32) {
	if len(x) != len(y) {
		panic("f32: lengths differ")
	}
}
