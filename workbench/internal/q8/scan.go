package q8

import (
	"math"
	"slices"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// scanPanels is how many panels are bounded at a time.
const scanPanels = 32

// candidate is an item whose exact score is at most bound.
type candidate struct {
	index int
	bound float32
}

// Scan returns the k items with the highest inner products with query, best
// first: the indices, and the bits of the scores, that topk.Scan gives for
// exact, the N × D matrix that x was packed from. skip, which may be nil and
// is called from several goroutines, leaves items out.
//
// Let v = s·c + e be an item and q = t·b + δ the query. Then
// |q·v - s·t·(b·c)| = |t·b·e + δ·v| <= |t·b||e| + |δ||v|, and the float32 sum
// is within D·2⁻²⁴·|q||v| of q·v. An item can be among the best k only if its
// upper bound reaches the k-th highest lower bound.
func (x *Items) Scan(query []float32, exact f32.Mat, k int, skip func(i int) bool, threads int) []topk.Hit {
	if len(query) != x.D || exact.Rows != x.N || exact.Cols != x.D {
		panic("q8: shapes differ")
	}
	p := newProbe(query, x.groups())
	threads = max(threads, 1)
	parts := make([]*part, threads)
	f32.Parallel(threads, threads, 1, func(lo, hi int) {
		for t := lo; t < hi; t++ {
			parts[t] = x.scanPart(p, min(k, x.N), skip, x.panels()*t/threads, x.panels()*(t+1)/threads)
		}
	})
	all := parts[0]
	for _, other := range parts[1:] {
		for _, h := range other.low.Best() {
			all.low.Push(h)
		}
		all.found = append(all.found, other.found...)
	}
	all.compact()
	if math.IsInf(float64(p.length), 1) { // the query has no bound
		all.found = all.found[:0]
		for i := range x.N {
			if skip == nil || !skip(i) {
				all.found = append(all.found, candidate{index: i})
			}
		}
	}
	return rescore(query, exact, all.found, k)
}

// probe is a query rounded to bytes.
type probe struct {
	codes   []int8  // padded to groups of four
	shifted []uint8 // codes + 128
	scale   float32
	length  float32 // |t·b|, rounded up
	slack   float32 // |δ| and the rounding of float32 sums, per unit of |v|
}

func newProbe(query []float32, groups int) *probe {
	p := &probe{codes: make([]int8, 4*groups), shifted: make([]uint8, 4*groups)}
	q := quantize(query, p.codes[:len(query)])
	for i, c := range p.codes {
		p.shifted[i] = uint8(int(c) + 128)
	}
	rounding := float64(len(query)+16) * 0x1p-24
	p.scale, p.length, p.slack = q.scale, up(q.norm+q.err), up(q.err+rounding*(q.norm+q.err))
	return p
}

// part is what a range of items leaves: the k highest lower bounds, and every
// item whose upper bound reaches the least of them.
type part struct {
	low   *topk.Selector
	found []candidate
	room  int // length of found at which it is thinned out
}

// scanPart looks at panels lo … hi-1.
func (x *Items) scanPart(p *probe, k int, skip func(int) bool, lo, hi int) *part {
	s := &part{low: topk.New(k), room: 4*k + 1024}
	var bounds [scanPanels * panel]float32
	for at := lo; at < hi; at += scanPanels {
		end := min(at+scanPanels, hi)
		x.bounds(p, at, end, bounds[:])
		first := at * panel
		block := bounds[:min(end*panel, x.N)-first]
		for i := 0; ; i++ {
			i += f32.IndexAtLeast(block[i:], s.low.Threshold())
			if i == len(block) {
				break
			}
			if skip == nil || !skip(first+i) {
				s.add(candidate{first + i, block[i]}, x.width(p, first+i))
			}
		}
	}
	return s
}

// width is at least the difference between item i's upper and lower bound.
func (x *Items) width(p *probe, i int) float32 {
	return 2.00001 * (p.length*x.Error[i] + p.slack*x.Norm[i])
}

// add keeps a candidate, and its lower bound if it is among the k highest.
func (s *part) add(c candidate, width float32) {
	s.low.Push(topk.Hit{Index: c.index, Score: c.bound - width})
	s.found = append(s.found, c)
	if len(s.found) >= s.room {
		s.compact()
		s.room = max(s.room, 2*len(s.found))
	}
}

// compact drops candidates that no longer reach the k-th highest lower bound.
func (s *part) compact() {
	least := s.low.Threshold()
	s.found = slices.DeleteFunc(s.found, func(c candidate) bool { return !(c.bound >= least) })
}

// rescore scores the candidates exactly and returns the best k.
func rescore(query []float32, exact f32.Mat, found []candidate, k int) []topk.Hit {
	best := topk.New(min(k, len(found)))
	var p f32.Panels
	q := f32.View(query, 1, len(query))
	for chunk := range slices.Chunk(found, 512) {
		rows, scores := f32.NewMat(len(chunk), exact.Cols), f32.NewMat(1, len(chunk))
		for i, c := range chunk {
			copy(rows.Row(i), exact.Row(c.index))
		}
		p.PackRows(rows, 1)
		f32.Gemm(scores, q, &p, false, 1)
		for i, c := range chunk {
			best.Push(topk.Hit{Index: c.index, Score: scores.Data[i]})
		}
	}
	return best.Best()
}

// boundsGo sets bounds to the upper bounds of panels lo … hi-1.
func (x *Items) boundsGo(p *probe, lo, hi int, bounds []float32) {
	for at := lo; at < hi; at++ {
		codes := x.Codes[at*panel*x.groups()*4:]
		for lane := range panel {
			var sum int32
			for g := range x.groups() {
				c := codes[g*4*panel+lane*4:][:4]
				q := p.codes[4*g:][:4]
				sum += int32(c[0])*int32(q[0]) + int32(c[1])*int32(q[1]) + int32(c[2])*int32(q[2]) + int32(c[3])*int32(q[3])
			}
			i := at*panel + lane
			bounds[i-lo*panel] = float32(sum)*x.Scale[i]*p.scale + (p.length*x.Error[i] + p.slack*x.Norm[i])
		}
	}
}
