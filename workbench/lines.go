package workbench

import (
	"math"
	"slices"
)

// curvePair is two curves over the knots of both, from which weighted sums of
// them are quickly made.
type curvePair struct{ x, a, b []float64 }

func newCurvePair(a, b Curve) *curvePair {
	x := slices.Concat(a.X, b.X)
	slices.Sort(x)
	p := &curvePair{x: slices.Compact(x)}
	for _, x := range p.x {
		p.a, p.b = append(p.a, a.At(x)), append(p.b, b.At(x))
	}
	return p
}

// sum returns weightA·a + weightB·b; nil if the curves have no knots, and so are 0.
func (p *curvePair) sum(weightA, weightB float64) *lines {
	if len(p.x) == 0 {
		return nil
	}
	y := make([]float64, len(p.x))
	for i := range y {
		y[i] = weightA*p.a[i] + weightB*p.b[i]
	}
	return newLines(p.x, y)
}

// lines is a function of straight pieces, flat beyond its ends, laid out to be
// evaluated at many points: the range of x is divided into equal cells, and each
// knows the first piece that may hold a point of it.
type lines struct {
	pieces []piece
	low    float32 // the ends: x of the first piece and of the last
	high   float32
	scale  float32 // cells per unit of x
	start  [lineCells]uint16
}

// piece is y + slope·(s−x) for s from x to the next piece's x.
type piece struct{ x, y, slope float32 }

// lineCells is so many that most points lie in their cell's first or second piece
// of the hundred or two that a prior has.
const lineCells = 1024

// itself is the function s itself.
var itself = &lines{pieces: []piece{{slope: 1}, beyond}, low: -math.MaxFloat32, high: math.MaxFloat32}

// beyond stands after the last piece.
var beyond = piece{x: float32(math.Inf(1))}

// newLines joins the points (x, y), at least one, x rising strictly.
func newLines(x, y []float64) *lines {
	last := len(x) - 1
	l := &lines{low: float32(x[0]), high: float32(x[last]), pieces: make([]piece, 0, len(x)+1)}
	for i := range x[:last] {
		if p := (piece{float32(x[i]), float32(y[i]), float32((y[i+1] - y[i]) / (x[i+1] - x[i]))}); p.x < float32(x[i+1]) {
			l.pieces = append(l.pieces, p)
		} // else two knots are one in float32, and the function jumps there
	}
	l.pieces = append(l.pieces, piece{x: l.high, y: float32(y[last])}, beyond)
	if width := l.high - l.low; width > 0 {
		l.scale = lineCells / width
	}
	l.index()
	return l
}

// index sets the start of each cell: cells rise with s in float32 too, so that a
// piece that begins in a lower cell begins before every point of this one.
func (l *lines) index() {
	at := 0
	for c := range l.start {
		for at+2 < len(l.pieces) && l.cell(l.pieces[at+1].x) < c {
			at++
		}
		l.start[c] = uint16(at)
	}
}

// cell is the cell of s; what lies beyond the ends belongs to the outermost ones.
func (l *lines) cell(s float32) int {
	c := (s - l.low) * l.scale
	if !(c > 0) { // NaN too
		return 0
	}
	return min(int(c), lineCells-1)
}

// add adds the function's value at s[i] to dst[i]: that of Curve.At up to the
// rounding of float32.
func (l *lines) add(dst, s []float32) {
	dst = dst[:len(s)]
	for i, v := range s {
		v = min(max(v, l.low), l.high)
		at := int(l.start[l.cell(v)])
		for v >= l.pieces[at+1].x {
			at++
		}
		p := &l.pieces[at]
		dst[i] += p.y + p.slope*(v-p.x)
	}
}

// rising tells whether the function never falls, but for rounding, and by how much
// that may make its values fall.
func (l *lines) rising() (slack float32, ok bool) {
	least := float32(math.Inf(-1))
	for _, p := range l.pieces[:len(l.pieces)-1] {
		if !(p.slope >= 0 && p.y >= least) {
			return 0, false
		}
		least, slack = p.y, max(slack, p.y, -p.y)
	}
	return slack * 0x1p-20, true
}
