package factors

import (
	"math"
	"math/rand/v2"
	"testing"

	"axn/workbench/internal/stats"
)

// slowTower is the network written out in float64.
func slowTower(t *tower, x []float32) []float64 {
	d := len(x)
	out := make([]float64, d)
	s := 1 / (1 + math.Exp(-float64(t.p.skip[0])))
	for i := range out {
		y := float64(t.p.b2[i])
		for h := range 2 * d {
			z := float64(t.p.b1[h])
			for j, v := range x {
				z += float64(t.p.w1.Row(h)[j]) * float64(v)
			}
			y += float64(t.p.w2.Row(i)[h]) * z * 0.5 * math.Erfc(-z/math.Sqrt2)
		}
		out[i] = s*y + (1-s)*float64(x[i])
	}
	return out
}

func TestTowerForward(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 1))
	for _, d := range []int{1, 3, 16, 33} {
		tower, x := newTower(d, rng), unitVectors(rng, 5, d)
		for _, skip := range []float32{-5, 0, 3} {
			tower.p.skip[0] = skip
			out := tower.apply(x)
			for i := range x.Rows {
				closeTo(t, "output", out.Row(i), slowTower(tower, x.Row(i)))
			}
		}
	}
}

// A new tower is nearly the identity, and its weights fill PyTorch's range.
func TestTowerStart(t *testing.T) {
	tower := newTower(64, rand.New(rand.NewPCG(62, 1)))
	if s := tower.blend(); math.Abs(float64(s)-0.0066929) > 1e-6 {
		t.Errorf("s starts at %v", s)
	}
	for name, c := range map[string]struct {
		x      []float32
		inputs float64
	}{"w1": {tower.p.w1.Data[:2*64*64], 64}, "w2": {tower.p.w2.Data[:2*64*64], 128}} {
		var m stats.Moments
		for _, v := range c.x {
			m.Add(float64(v))
		}
		if want := 1 / math.Sqrt(3*c.inputs); math.Abs(m.Deviation()/want-1) > 0.03 || math.Abs(m.Mean) > want/20 {
			t.Errorf("%s has mean %v and deviation %v, want 0 and %v", name, m.Mean, m.Deviation(), want)
		}
	}
}

// slowLoss is the loss of a batch by the slow network.
func slowLoss(ts *Towers, queries []int, sharpness float64) float64 {
	total, n := 0.0, 0
	for _, q := range queries {
		at, values := ts.entries.row(q)
		u := slowTower(ts.query, ts.queries.Row(q))
		predicted := make([]float64, len(at))
		for j, it := range at {
			for k, v := range slowTower(ts.item, ts.items.Row(int(it))) {
				predicted[j] += u[k] * v
			}
		}
		if sharpness == 0 {
			for j, p := range predicted {
				total += (p - float64(values[j])) * (p - float64(values[j]))
			}
			n += len(at)
			continue
		}
		sumP, sumT := 0.0, 0.0
		for j := range predicted {
			sumP += math.Exp(sharpness * predicted[j])
			sumT += math.Exp(sharpness * float64(values[j]))
		}
		for j := range predicted {
			total -= math.Exp(sharpness*float64(values[j])) / sumT * (sharpness*predicted[j] - math.Log(sumP))
		}
		n++
	}
	return total / float64(n)
}

// The gradients of both losses agree with the slopes of the slow network.
func TestTowerGradients(t *testing.T) {
	rng := rand.New(rand.NewPCG(63, 1))
	vectors, items := unitVectors(rng, 10, 3), unitVectors(rng, 30, 3)
	entries := noisyEntries(rng, vectors, items, 6)
	queries := []int{2, 7, 4}
	for name, c := range map[string]struct {
		l         Loss
		sharpness float64
	}{"squared error": {SquaredError, 0}, "cross-entropy": {CrossEntropy(2), 2}} {
		ts := NewTowers(vectors, items, entries, 1)
		ts.query.p.skip[0], ts.item.p.skip[0] = 0.5, -0.5
		for range 2 { // the second time on memory used before
			ts.gradients(queries, c.l)
		}
		for side, tower := range map[string]*tower{"query": ts.query, "item": ts.item} {
			for i := range tower.params {
				want := slope(&tower.params[i], func() float64 { return slowLoss(ts, queries, c.sharpness) })
				if got := float64(tower.gradient[i]); math.Abs(got-want) > 2e-4*(1+math.Abs(want)) {
					t.Fatalf("%s, %s tower, parameter %d: gradient %v, want %v", name, side, i, got, want)
				}
			}
		}
	}
}
