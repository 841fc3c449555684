package shelf

import (
	"context"

	"axn/workbench/internal/cores"
	"axn/workbench/internal/f32"
	"axn/workbench/internal/topk"
)

// Scan is the shelf of an index's own matrices. It scores every item,
// exactly, and keeps no other form of the vectors: where the product wants them
// packed, each chunk of items is packed when its turn comes, while it is in the cache.
type Scan struct{ *Items }

// NewScan is the scan of x, however few queries there are.
func NewScan(x *Items) Scan { return Scan{x} }

func (x Scan) Exact() bool { return true }

func (x Scan) Size() (items, features int) { return x.Features.Rows, x.Features.Cols }

func (x Scan) Choose(ctx context.Context, probes []Probe, n, more int) ([][]topk.Hit, error) {
	s := x.newScan(probes)
	seen := func(row, item int) bool { return s.probes[row].out(item) }
	worker := func() topk.Chunk {
		chunk := s.chunks()
		return func(lo int, scores f32.Mat) {
			if ctx.Err() == nil {
				chunk(lo, scores)
			}
		}
	}
	found := topk.ScanBy(len(probes), x.Features.Rows, n+more, worker, seen, cores.Threads())
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	hits := make([][]topk.Hit, len(probes))
	for row, i := range s.order {
		hits[i] = found[row]
	}
	return hits, nil
}

func (x Scan) Rows(_ context.Context, p *Probe, items []int, features f32.Mat) (Rows, error) {
	r := x.rows(items, features)
	if p.Vector != nil {
		r.Similarities = make([]float32, len(items))
		f32.MulRows(f32.View(r.Similarities, 1, len(items)), f32.View(p.Vector, 1, len(p.Vector)), x.Vectors, items, 1)
	}
	return r, nil
}

// rows are those of no probe.
func (x *Items) rows(items []int, features f32.Mat) Rows {
	r := Rows{Features: features}
	for i, it := range items {
		copy(features.Row(i), x.Features.Row(it))
	}
	if x.Bias != nil {
		r.Bias = make([]float32, len(items))
		for i, it := range items {
			r.Bias[i] = x.Bias[it]
		}
	}
	return r
}

func (x Scan) Similarities(_ context.Context, probes []Probe, items []int) (f32.Mat, error) {
	sims := f32.NewMat(len(probes), len(items))
	if len(items) > 0 {
		f32.MulRows(sims, vectorsOf(probes), x.Vectors, items, cores.Threads())
	}
	return sims, nil
}

// pass scores items for some probes, a chunk at a time. The probes that have a
// place come first, so that one product serves them.
type pass struct {
	*Items
	order  []int   // row r of the scores is probe order[r] of those asked
	probes []Probe // in the order of rows
	places f32.Mat // of the first rows
	x      f32.Mat // the vectors of the queries that have curves
	xOf    []int   // the row of x, by row
}

func (x *Items) newScan(probes []Probe) *pass {
	s := &pass{Items: x}
	for _, placed := range []bool{true, false} {
		for i, p := range probes {
			if (p.Place != nil) == placed {
				s.order, s.probes = append(s.order, i), append(s.probes, p)
			}
		}
	}
	s.setPlaces()
	s.setVectors()
	return s
}

func (s *pass) setPlaces() {
	s.places = f32.NewMat(len(s.probes), s.Features.Cols)
	n := 0
	for ; n < len(s.probes) && s.probes[n].Place != nil; n++ {
		copy(s.places.Row(n), s.probes[n].Place)
	}
	s.places = s.places.RowRange(0, n)
}

// setVectors sets x and xOf; the probes of a query share a row.
func (s *pass) setVectors() {
	s.x = f32.NewMat(len(s.probes), s.Vectors.Cols)
	rows := map[int]int{}
	for _, p := range s.probes {
		if _, ok := rows[p.Query]; !ok && p.Curve != nil {
			copy(s.x.Row(len(rows)), p.Vector)
			rows[p.Query] = len(rows)
		}
		s.xOf = append(s.xOf, rows[p.Query])
	}
	s.x = s.x.RowRange(0, len(rows))
}

// chunks makes a Chunk with memory of its own for sims.
func (s *pass) chunks() topk.Chunk {
	sims := f32.NewMat(s.x.Rows, topk.ScanCols)
	return func(lo int, scores f32.Mat) {
		hi := lo + scores.Cols
		f32.MulT(scores.RowRange(0, s.places.Rows), s.places, s.Features.RowRange(lo, hi), 1)
		for r := s.places.Rows; r < scores.Rows; r++ {
			clear(scores.Row(r))
		}
		sims := sims.Sub(0, 0, s.x.Rows, scores.Cols)
		f32.MulT(sims, s.x, s.Vectors.RowRange(lo, hi), 1)
		s.finish(lo, scores, sims)
	}
}

func (s *pass) finish(lo int, scores, sims f32.Mat) {
	bias := s.bias(lo, scores.Cols)
	for r := range s.probes {
		p, x := &s.probes[r], []float32(nil)
		if p.Curve != nil {
			x = sims.Row(s.xOf[r])
		}
		p.finish(lo, scores.Row(r), x, bias)
	}
}

// Scores sets dst to the scores of all items, one row a probe.
func (x *Items) Scores(probes []Probe, dst f32.Mat) {
	s := x.newScan(probes)
	chunks := (dst.Cols + topk.ScanCols - 1) / topk.ScanCols
	cores.Ranges(cores.Threads(), chunks, 1, func(from, to int) {
		chunk, part := s.chunks(), f32.NewMat(dst.Rows, topk.ScanCols)
		for lo := from * topk.ScanCols; lo < min(to*topk.ScanCols, dst.Cols); lo += topk.ScanCols {
			c := part.Sub(0, 0, dst.Rows, min(topk.ScanCols, dst.Cols-lo))
			chunk(lo, c)
			for row, i := range s.order {
				copy(dst.Row(i)[lo:], c.Row(row))
			}
		}
	})
}
