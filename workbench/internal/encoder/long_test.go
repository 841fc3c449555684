package encoder

import (
	"math/rand/v2"
	"testing"

	"axn/workbench/internal/f32"
	"axn/workbench/internal/hf"
)

// Attention over more tokens than one block holds is that of the reference.
func TestLongInput(t *testing.T) {
	r := newRand(t)
	c := with(shape(16, 2, 2, 20), func(c *hf.Config) { c.Positions = 2000 })
	m := randomModel(r, c)
	s := randomSequences(r, 3, 40, c.Vocab)
	long := make([]int32, 1100)
	for i := range long {
		long[i] = int32(r.IntN(c.Vocab))
	}
	s.ids[1], s.second[1] = long, 500
	if e := newEncoder(t, m.Model, Precision{}); e.blockRows(e.layers[0], len(long)) >= len(long) {
		t.Fatal("the sequence is one block")
	}
	states := f32.NewMat(3, StateBlocks*c.Hidden)
	if err := newEncoder(t, m.Model, Precision{}).States(t.Context(), 3, s.input, states, nil); err != nil {
		t.Fatal(err)
	}
	for i, ids := range s.ids {
		last := reference(m, ids, s.second[i])
		checkRow(t, "mean", states.Row(i)[:c.Hidden], last.mean())
		checkRow(t, "first row", states.Row(i)[2*c.Hidden:], last[0])
	}
}

// 8,192 tokens need room that grows with their number and not with its square.
func TestLongInputMemory(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const tokens = 8192
	for name, change := range map[string]func(*hf.Config){
		"full":   func(*hf.Config) {},
		"causal": func(c *hf.Config) { c.Causal = true },
	} {
		c := with(shape(8, 2, 1, 8), func(c *hf.Config) { c.Positions = tokens; change(c) })
		e := newEncoder(t, randomModel(r, c).Model, Precision{})
		w := newWorkspace()
		w.reset()
		w.add(0, func(_ int, dst []int32) ([]int32, int) { return append(dst, make([]int32, tokens)...), tokens }, false)
		e.finishLast(w, e.run(w))
		if room := cap(w.weights); room > 2*leastRows*tokens*2 {
			t.Errorf("%s: weights of %d values for %d tokens", name, room, tokens)
		}
	}
}
