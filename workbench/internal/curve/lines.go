package curve

import (
	"math"
	"slices"
)

// Pair is two curves over the knots of both, from which weighted sums of
// them are quickly made.
type Pair struct {
	x, a, b []float64
	cells   *cells
}

func NewPair(a, b Knots) *Pair {
	x := slices.Concat(a.X, b.X)
	slices.Sort(x)
	p := &Pair{x: slices.Compact(x)}
	for _, x := range p.x {
		p.a, p.b = append(p.a, a.At(x)), append(p.b, b.At(x))
	}
	if len(p.x) > 0 {
		p.cells = newCells(pieces(p.x, p.a))
	}
	return p
}

// Sum returns weightA·a + weightB·b; nil if the curves have no knots, and so are 0.
func (p *Pair) Sum(weightA, weightB float64) *Lines {
	if len(p.x) == 0 {
		return nil
	}
	y := make([]float64, len(p.x))
	for i := range y {
		y[i] = weightA*p.a[i] + weightB*p.b[i]
	}
	return &Lines{p.cells, pieces(p.x, y)}
}

// Lines is a function of straight pieces, flat beyond its ends, laid out to be
// evaluated at many points.
type Lines struct {
	*cells
	pieces []piece
}

// Identity is the function f(s) = s.
var Identity = &Lines{&cells{low: -math.MaxFloat32, high: math.MaxFloat32}, []piece{{slope: 1}, beyond, beyond}}

// piece is y + slope·(s−x) for s from x to the next piece's x.
type piece struct{ x, y, slope float32 }

// beyond ends every list of pieces, twice: Add reads up to two entries past the current one
// without a bounds check.
var beyond = piece{x: float32(math.Inf(1))}

// pieces joins the points (x, y), at least one, x rising strictly. Where x are one
// in float32 the function jumps.
func pieces(x, y []float64) []piece {
	last := len(x) - 1
	ps := make([]piece, 0, len(x)+2)
	for i := range x[:last] {
		if p := (piece{float32(x[i]), float32(y[i]), float32((y[i+1] - y[i]) / (x[i+1] - x[i]))}); p.x < float32(x[i+1]) {
			ps = append(ps, p)
		}
	}
	return append(ps, piece{x: float32(x[last]), y: float32(y[last])}, beyond, beyond)
}

// cells divide the range of x into equal parts; each knows the first piece that
// may hold a point of it.
type cells struct {
	low, high float32 // the ends
	scale     float32 // cells per unit of x
	start     [lineCells]uint16
}

// lineCells is so many that most points lie in their cell's first or second piece
// of the hundred or two that a prior has.
const lineCells = 1024

func newCells(ps []piece) *cells {
	c := &cells{low: ps[0].x, high: ps[len(ps)-3].x}
	if c.high > c.low {
		c.scale = lineCells / (c.high - c.low)
	}
	at := 0
	for i := range c.start {
		// of is monotone even in float32, so a piece that starts in an earlier cell starts
		// left of every point of this cell.
		for ps[at+1] != beyond && c.of(ps[at+1].x) < i {
			at++
		}
		c.start[i] = uint16(at)
	}
	return c
}

// of is the cell of s, which lies between low and high or is not a number.
func (c *cells) of(s float32) int {
	return int(min(uint32(int32((s-c.low)*c.scale)), lineCells-1))
}

// find returns the piece of s, and how far s, moved between the ends, lies beyond its start.
func (l *Lines) find(s float32) (at int, over float32) {
	if s < l.low {
		s = l.low
	} else if s > l.high {
		s = l.high
	}
	at = int(l.start[l.of(s)])
	at += 1 - int(math.Float32bits(s-l.pieces[at+1].x)>>31) // +1 if s has passed the next knot, by the sign bit: a branch here would be unpredictable
	for s >= l.pieces[at+1].x {
		at++
	}
	return at, s - l.pieces[at].x
}

// Add adds the function's value at s[i] to dst[i]: that of Curve.At up to the
// rounding of float32.
func (l *Lines) Add(dst, s []float32) {
	dst = dst[:len(s)]
	if len(l.pieces) == 3 { // one straight line
		p := l.pieces[0]
		for i, v := range s {
			dst[i] += p.y + p.slope*(min(max(v, l.low), l.high)-p.x)
		}
		return
	}
	for i, v := range s {
		at, over := l.find(v)
		p := &l.pieces[at]
		dst[i] += p.y + p.slope*over
	}
}

// Points are arguments of which the pieces are known: for all functions over the same knots, as
// a Pair makes them.
type Points struct {
	cells *cells
	at    []uint16
	over  []float32 // how far they are beyond the start of their piece
}

// Points finds the pieces of s.
func (l *Lines) Points(s []float32) *Points {
	p := l.NewPoints(len(s))
	p.Set(l, 0, s)
	return p
}

// NewPoints has room for n points, which are to be Set.
func (l *Lines) NewPoints(n int) *Points {
	return &Points{l.cells, make([]uint16, n), make([]float32, n)}
}

// Set finds the pieces of s, the points from lo on.
func (p *Points) Set(l *Lines, lo int, s []float32) {
	for i, v := range s {
		at, over := l.find(v)
		p.at[lo+i], p.over[lo+i] = uint16(at), over
	}
}

// Of tells whether p are points of l's.
func (p *Points) Of(l *Lines) bool { return p != nil && p.cells == l.cells }

// AddAt is Add at the points from lo on, bit for bit.
func (l *Lines) AddAt(dst []float32, p *Points, lo int) {
	over := p.over[lo:][:len(dst)]
	for i, at := range p.at[lo:][:len(dst)] {
		q := &l.pieces[at]
		dst[i] += q.y + q.slope*over[i]
	}
}

// Rising tells whether the function never falls, but for rounding, and by how much
// that may make its values fall.
func (l *Lines) Rising() (slack float32, ok bool) {
	least := float32(math.Inf(-1))
	for _, p := range l.pieces[:len(l.pieces)-2] {
		if !(p.slope >= 0 && p.y >= least) {
			return 0, false
		}
		least, slack = p.y, max(slack, p.y, -p.y)
	}
	return slack * 0x1p-20, true
}

// SlopeOver is the slope of the straight line nearest to the function at points x,
// by least squares; over no points or equal ones, the mean slope between the ends.
func (l *Lines) SlopeOver(x []float32) float32 {
	y := make([]float32, len(x))
	l.Add(y, x)
	var mx, my, xx, xy float64
	for i := range x {
		mx, my = mx+float64(x[i])/float64(len(x)), my+float64(y[i])/float64(len(x))
	}
	for i := range x {
		dx := float64(x[i]) - mx
		xx, xy = xx+dx*dx, xy+dx*(float64(y[i])-my)
	}
	if xx > 0 {
		return float32(xy / xx)
	}
	ends, at := []float32{l.low, l.high}, make([]float32, 2)
	l.Add(at, ends)
	if l == Identity || l.high <= l.low {
		return l.pieces[0].slope
	}
	return (at[1] - at[0]) / (l.high - l.low)
}
