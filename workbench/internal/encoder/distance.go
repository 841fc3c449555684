package encoder

import (
	"math"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// distanceBias is what attention adds to the score of two tokens for their distance. MPNet learns one
// term for each head and bucket of distances. DeBERTa has a vector for each bucket; every layer makes
// of it a key for the queries and a query for the keys.
type distanceBias struct {
	span    int         // distances are below it in either direction
	bucket  []int32     // of query - key = d, at d + span
	terms   [][]float32 // MPNet's for each head: what is added for key - query = d, at d + span
	vectors f32.Mat     // DeBERTa's, a row for each bucket
}

// distanceProducts are a layer's keys and queries of DeBERTa's vectors.
type distanceProducts struct{ keys, queries f32.Mat }

func newDistanceBias(m *hf.Model) *distanceBias {
	c := m.Config
	b := &distanceBias{span: c.Positions, bucket: make([]int32, 2*c.Positions)}
	for i := range b.bucket {
		d := i - b.span
		if c.Disentangled {
			b.bucket[i] = int32(min(max(signedBucket(d, c.Buckets, c.MaxDistance)+c.Buckets, 0), 2*c.Buckets-1))
		} else {
			b.bucket[i] = int32(halvedBucket(-d, c.Buckets, c.MaxDistance))
		}
	}
	if !c.Disentangled {
		for h := range c.Heads {
			terms := make([]float32, len(b.bucket))
			for i := range terms {
				terms[i] = m.Distances[int(b.bucket[(len(terms)-i)%len(terms)])*c.Heads+h] // of -d
			}
			b.terms = append(b.terms, terms)
		}
		return b
	}
	b.vectors = f32.NewMat(2*c.Buckets, c.Hidden)
	copy(b.vectors.Data, m.Distances)
	if norm := newNorm(m.DistanceNorm); norm.there() {
		zero := make([]float32, c.Hidden)
		for i := range b.vectors.Rows {
			f32.LayerNorm(b.vectors.Row(i), zero, norm.gain, norm.bias, c.Epsilon)
		}
	}
	return b
}

// halvedBucket is MPNet's bucket of a distance key - query: half of them for each direction, of which
// half for one distance each, the others wider and wider up to the largest.
func halvedBucket(d, buckets, largest int) int {
	half, first := buckets/2, 0
	if d > 0 {
		first = half
	} else {
		d = -d
	}
	exact := half / 2
	if d < exact {
		return first + d
	}
	wide := float32(math.Log(float64(float32(d)/float32(exact)))) / float32(math.Log(float64(largest)/float64(exact))) * float32(half-exact)
	return first + min(exact+int(wide), half-1)
}

// signedBucket is DeBERTa's bucket of a distance query - key: itself up to half of the buckets, then
// wider and wider ones.
func signedBucket(d, buckets, largest int) int {
	middle := buckets / 2
	if largest == 0 || d >= -middle && d <= middle {
		return d // without a largest one, distances are their own buckets
	}
	size := float32(math.Abs(float64(d)))
	steps := float32(math.Log(float64(size/float32(middle)))) / float32(math.Log(float64(float32(largest-1)/float32(middle)))) * float32(middle-1)
	bucket := int(math.Ceil(float64(steps))) + middle
	if d < 0 {
		return -bucket
	}
	return bucket
}

func (e *Encoder) newDistanceProducts(l *hf.Layer) *distanceProducts {
	product := func(l hf.Linear, scale float32) f32.Mat {
		packed := newLinear(l, false)
		y := f32.NewMat(e.bias.vectors.Rows, l.Out)
		f32.GemmBias(y, e.bias.vectors, &packed.panels, packed.bias, 1)
		f32.Scale(scale, y.Data)
		return y
	}
	if wide := e.Heads * e.HeadWidth; l.PositionKey.Out == 0 { // those of the tokens, whose queries have the scale in them
		return &distanceProducts{keys: product(l.QKV.Rows(wide, 2*wide), 1), queries: product(l.QKV.Rows(0, wide), 1)}
	}
	return &distanceProducts{keys: product(l.PositionKey, 1), queries: product(l.PositionQuery, e.scale())}
}

// addDistances adds to the scores of the rows from i on, for the tokens from on, what their distances say
// to head h. keys are those of the whole sequence.
func (e *Encoder) addDistances(w *workspace, l *layer, scores, queries, keys f32.Mat, h, i, from int) {
	b := l.bias
	if !e.Disentangled {
		for r := range scores.Rows {
			f32.Axpy(1, b.terms[h][from-(i+r)+b.span:][:scores.Cols], scores.Row(r))
		}
		return
	}
	// the buckets that a sequence of this length has: they are in order
	lowest, highest := int(b.bucket[b.span-(keys.Rows-1)]), int(b.bucket[b.span+keys.Rows-1])
	columns := highest - lowest + 1
	part := func(x f32.Mat) f32.Mat { return x.Sub(lowest, h*e.HeadWidth, columns, e.HeadWidth) }
	w.distances.PackRows(part(l.distance.keys), 1)
	toKeys := w.matrix(&w.toKeys, queries.Rows, columns)
	f32.Gemm(toKeys, queries, &w.distances, false, 1)
	w.distances.PackRows(part(l.distance.queries), 1)
	toQueries := w.matrix(&w.toQueries, scores.Cols, columns)
	f32.Gemm(toQueries, keys.RowRange(from, from+scores.Cols), &w.distances, false, 1)
	for r := range scores.Rows {
		row, byKey := scores.Row(r), toKeys.Row(r)
		for j := range row {
			at := b.bucket[i+r-(from+j)+b.span] - int32(lowest)
			row[j] += byKey[at] + toQueries.Data[j*toQueries.Stride+int(at)]
		}
	}
}
