package encoder

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// model is one whose layers are at hand.
type model struct {
	*hf.Model
	layers []*hf.Layer
}

// randomModel has weights large enough for attention to be uneven.
func randomModel(r *rand.Rand, c hf.Config) *model {
	values := func(n int, scale float64) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(r.NormFloat64() * scale)
		}
		return x
	}
	dense := func(out, in int) hf.Linear {
		return hf.Linear{In: in, Out: out, Weight: values(out*in, 2/math.Sqrt(float64(in))), Bias: values(out, 0.5)}
	}
	norm := func() hf.Norm { return hf.Norm{Gain: values(c.Hidden, 1), Bias: values(c.Hidden, 0.5)} }
	m := &model{Model: &hf.Model{Config: c, Words: values(c.Vocab*c.Hidden, 1), Positions: values(c.Positions*c.Hidden, 1), Types: values(c.Types*c.Hidden, 1), Norm: norm()}}
	for i := range c.Layers {
		m.layers = append(m.layers, &hf.Layer{Places: []int{i}, QKV: dense(3*c.Hidden, c.Hidden), Output: dense(c.Hidden, c.Hidden),
			AttentionNorm: norm(), Up: dense(c.Intermediate, c.Hidden), Down: dense(c.Hidden, c.Intermediate), OutputNorm: norm(),
		})
	}
	m.Layers = func(do func(*hf.Layer)) error {
		for _, l := range m.layers { // whose matrices may be changed
			read := *l
			read.QKV.Weight, read.QKV.Bias = slices.Clone(l.QKV.Weight), slices.Clone(l.QKV.Bias)
			do(&read)
		}
		return nil
	}
	head := dense(c.Hidden, c.Hidden)
	m.Head = &hf.Head{Row: hf.PoolCLS, Dense: &head, Activation: hf.Tanh, Out: dense(1, c.Hidden)}
	return m
}

// rows is a matrix in float64, computed the plain way.
type rows [][]float64

func linearRow(l hf.Linear, x []float64) []float64 {
	y := make([]float64, l.Out)
	for o := range y {
		y[o] = float64(l.Bias[o])
		for i, v := range x {
			y[o] += float64(l.Weight[o*l.In+i]) * v
		}
	}
	return y
}

func addNorm(x, y []float64, n hf.Norm, eps float64) []float64 {
	var mean, variance float64
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] + y[i]
		mean += out[i] / float64(len(x))
	}
	for _, v := range out {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	for i, v := range out {
		out[i] = (v-mean)/math.Sqrt(variance+eps)*float64(n.Gain[i]) + float64(n.Bias[i])
	}
	return out
}

var scalar = map[hf.Activation]func(float64) float64{
	hf.GELU: func(v float64) float64 { return v / 2 * (1 + math.Erf(v/math.Sqrt2)) },
	hf.GELUTanh: func(v float64) float64 {
		return v / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(v+0.044715*v*v*v)))
	},
	hf.ReLU: func(v float64) float64 { return max(v, 0) },
	hf.Tanh: math.Tanh,
}

func mapped(a hf.Activation, x []float64) []float64 {
	for i, v := range x {
		x[i] = scalar[a](v)
	}
	return x
}

// newEncoder packs a model.
func newEncoder(t testing.TB, m *hf.Model, in Precision) *Encoder {
	t.Helper()
	e, err := NewIn(m, in)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// reference is the forward pass of one sequence as the papers write it.
func reference(m *model, ids []int32, second int) rows {
	c := m.Config
	var x rows
	for t, id := range ids {
		row, position := make([]float64, c.Hidden), make([]float64, c.Hidden)
		for i := range row {
			row[i] = float64(m.Words[int(id)*c.Hidden+i])
			position[i] = float64(m.Positions[t*c.Hidden+i])
			if c.Types > 0 {
				kind := 0
				if t >= second {
					kind = 1
				}
				position[i] += float64(m.Types[kind*c.Hidden+i])
			}
		}
		x = append(x, addNorm(row, position, m.Norm, float64(c.Epsilon)))
	}
	for _, l := range m.layers {
		var q, k, v rows
		for _, row := range x {
			all := linearRow(l.QKV, row)
			q, k, v = append(q, all[:c.Hidden]), append(k, all[c.Hidden:2*c.Hidden]), append(v, all[2*c.Hidden:])
		}
		width := c.Hidden / c.Heads
		for t, row := range x {
			mixed := make([]float64, c.Hidden)
			for h := 0; h < c.Hidden; h += width {
				p, sum := make([]float64, len(x)), 0.0
				for u := range p {
					for i := h; i < h+width; i++ {
						p[u] += q[t][i] * k[u][i] / math.Sqrt(float64(width))
					}
				}
				top := slices.Max(p)
				for u := range p {
					p[u] = math.Exp(p[u] - top)
					sum += p[u]
				}
				for u := range p {
					for i := h; i < h+width; i++ {
						mixed[i] += p[u] / sum * v[u][i]
					}
				}
			}
			row = addNorm(row, linearRow(l.Output, mixed), l.AttentionNorm, float64(c.Epsilon))
			wide := mapped(c.Activation, linearRow(l.Up, row))
			x[t] = addNorm(row, linearRow(l.Down, wide), l.OutputNorm, float64(c.Epsilon))
		}
	}
	return x
}

// sequences are random inputs of 2 … longest ids.
type sequences struct {
	ids    [][]int32
	second []int
}

func randomSequences(r *rand.Rand, n, longest, vocab int) sequences {
	var s sequences
	for range n {
		ids := make([]int32, 2+r.IntN(longest-1))
		for i := range ids {
			ids[i] = int32(r.IntN(vocab))
		}
		s.ids, s.second = append(s.ids, ids), append(s.second, 1+r.IntN(len(ids)))
	}
	return s
}

func (s sequences) input(i int, dst []int32) ([]int32, int) {
	return append(dst, s.ids[i]...), s.second[i]
}

func newRand(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

func checkRow(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	for i, w := range want {
		if e := math.Abs(float64(got[i]) - w); !(e <= 1e-4*(1+math.Abs(w))) {
			t.Fatalf("%s: [%d] = %g, want %g", what, i, got[i], w)
		}
	}
}

func shape(hidden, layers, heads, inter int) hf.Config {
	return hf.Config{Type: "bert", Vocab: 50, Hidden: hidden, Embedding: hidden, Layers: layers, Heads: heads, KeyHeads: heads, HeadWidth: hidden / heads,
		Intermediate: inter, Positions: 300, Types: 2, PositionTable: true, Pad: -1, Activation: hf.GELU, Epsilon: 1e-12}
}

func with(c hf.Config, change func(*hf.Config)) hf.Config {
	change(&c)
	return c
}

var shapes = map[string]hf.Config{
	"minilm":     shape(96, 3, 3, 192),
	"distilbert": with(shape(64, 2, 1, 80), func(c *hf.Config) { c.Types = 0 }),
	"tiny":       with(shape(52, 2, 4, 100), func(c *hf.Config) { c.Activation, c.Epsilon = hf.ReLU, 1e-5 }),
	"tanh":       with(shape(32, 1, 2, 33), func(c *hf.Config) { c.Activation = hf.GELUTanh }),
}

func TestScore(t *testing.T) {
	for name, c := range shapes {
		t.Run(name, func(t *testing.T) {
			r := newRand(t)
			m := randomModel(r, c)
			if name == "distilbert" {
				m.Head.Activation = hf.ReLU
			}
			s := randomSequences(r, 25, 50, c.Vocab)
			s.ids[7] = randomSequences(r, 1, 2, c.Vocab).ids[0]
			scores := make([]float64, 25)
			finished, mu := 0, sync.Mutex{}
			done := func(n int) { mu.Lock(); finished += n; mu.Unlock() }
			if err := newEncoder(t, m.Model, Precision{}).Score(t.Context(), 25, s.input, scores, done); err != nil || finished != 25 {
				t.Fatalf("%d done, %v", finished, err)
			}
			for i, ids := range s.ids {
				first := reference(m, ids, s.second[i])[0]
				dense := mapped(m.Head.Activation, linearRow(*m.Head.Dense, first))
				checkRow(t, fmt.Sprint("sequence ", i), []float32{float32(scores[i])}, linearRow(m.Head.Out, dense))
			}
		})
	}
}

func TestStates(t *testing.T) {
	for name, c := range shapes {
		r := newRand(t)
		m := randomModel(r, c)
		s := randomSequences(r, 25, 50, c.Vocab)
		states := f32.NewMat(25, StateBlocks*c.Hidden)
		if err := newEncoder(t, m.Model, Precision{}).States(t.Context(), 25, s.input, states, nil); err != nil {
			t.Fatal(err)
		}
		before := *m
		before.layers = m.layers[:c.Layers-1]
		for i, ids := range s.ids {
			last, lastButOne := reference(m, ids, s.second[i]), reference(&before, ids, s.second[i])
			checkRow(t, fmt.Sprint(name, i), states.Row(i), slices.Concat(last.mean(), lastButOne.mean(), last[0]))
		}
		got, want := make([]float64, 25), make([]float64, 25)
		newEncoder(t, m.Model, Precision{}).ScoreStates(states, got)
		if err := newEncoder(t, m.Model, Precision{}).Score(t.Context(), 25, s.input, want, nil); err != nil {
			t.Fatal(err)
		}
		for i := range want {
			checkRow(t, fmt.Sprint(name, " score ", i), []float32{float32(got[i])}, want[i:i+1])
		}
	}
}

func (x rows) mean() []float64 {
	mean := make([]float64, len(x[0]))
	for _, row := range x {
		for j, v := range row {
			mean[j] += v / float64(len(x))
		}
	}
	return mean
}

func TestEmbed(t *testing.T) {
	poolings := map[hf.Pooling]func(column []float64) float64{
		hf.PoolCLS: func(v []float64) float64 { return v[0] },
		hf.PoolMax: func(v []float64) float64 { return slices.Max(v) },
		hf.PoolMean: func(v []float64) (s float64) {
			for _, x := range v {
				s += x / float64(len(v))
			}
			return s
		},
		hf.PoolMeanSqrt: func(v []float64) (s float64) {
			for _, x := range v {
				s += x / math.Sqrt(float64(len(v)))
			}
			return s
		},
	}
	for name, c := range shapes {
		r := newRand(t)
		m := randomModel(r, c)
		m.Head = nil
		s := randomSequences(r, 12, 40, c.Vocab)
		for p, column := range poolings {
			for normalize := range 2 {
				m.Top = &hf.Top{Poolings: []hf.Pooling{p}, Modules: make([]hf.Module, normalize)}
				vectors := f32.NewMat(12, c.Hidden)
				if err := newEncoder(t, m.Model, Precision{}).Embed(t.Context(), 12, s.input, 0, vectors, nil); err != nil {
					t.Fatal(err)
				}
				for i, ids := range s.ids {
					x := reference(m, ids, s.second[i])
					want, squares := make([]float64, c.Hidden), 0.0
					for j := range want {
						var v []float64
						for _, row := range x {
							v = append(v, row[j])
						}
						want[j] = column(v)
						squares += want[j] * want[j]
					}
					for j := range want {
						if normalize == 1 {
							want[j] /= math.Sqrt(squares)
						}
					}
					checkRow(t, fmt.Sprint(name, " ", p, normalize, i), vectors.Row(i), want)
				}
			}
		}
	}
}

// Any batch, any number of callers: the same bits.
func TestScoreBits(t *testing.T) {
	r := newRand(t)
	m := randomModel(r, shapes["minilm"])
	e := newEncoder(t, m.Model, Precision{})
	s := randomSequences(r, 60, 90, m.Config.Vocab)
	want := make([]float64, 60)
	if err := e.Score(t.Context(), 60, s.input, want, nil); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 3 {
		perm := r.Perm(60)
		wg.Go(func() {
			for at := 0; at < 60; {
				n := min(1+at, 60-at)
				got := make([]float64, n)
				in := func(i int, dst []int32) ([]int32, int) { return s.input(perm[at+i], dst) }
				if err := e.Score(t.Context(), n, in, got, nil); err != nil {
					t.Error(err)
				}
				for i, v := range got {
					if v != want[perm[at+i]] {
						t.Errorf("sequence %d in a batch of %d has other bits", perm[at+i], n)
					}
				}
				at += n
			}
		})
	}
	wg.Wait()
}

func TestScoreStops(t *testing.T) {
	r := newRand(t)
	e := newEncoder(t, randomModel(r, shapes["tiny"]).Model, Precision{})
	ctx, cancel := context.WithCancel(t.Context())
	s := randomSequences(r, 1000, 50, 50)
	err := e.Score(ctx, 1000, s.input, make([]float64, 1000), func(int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := e.Score(t.Context(), 0, nil, nil, nil); err != nil {
		t.Errorf("no sequences: %v", err)
	}
}
