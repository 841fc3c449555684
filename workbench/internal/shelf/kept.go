package shelf

import (
	"sync"

	"axn/workbench/internal/curve"
	"axn/workbench/internal/q8"
)

// kept is what all rounds of a query have in common, of the parts of lists that were looked at.
type kept struct {
	parts []similar // by the number of a part; one of no sims is not known

	mu     sync.Mutex
	sims   []float32     // room for more
	points *curve.Points // the same
	free   int           // the first of points that is free
}

// keptRoom is the number of items for which there is room at a time.
const keptRoom = 1 << 16

// of returns upper bounds of v_i·x in the places of a part's panels.
func (k *kept) of(at q8.Span, b *scoreBounds) similar {
	part := &k.parts[at.Number]
	if n := at.Hi - at.From(); part.sims == nil {
		part.sims = k.room(n)
		b.sims.Upper(at.From(), part.sims)
	}
	if l := b.probe.Curve; b.probe.Place != nil && !part.points.Of(l) {
		part.points, part.at = k.spots(l, len(part.sims))
		part.points.Set(l, part.at, part.sims)
	}
	return *part
}

// room returns room for n sims.
func (k *kept) room(n int) []float32 {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.sims) < n {
		k.sims = make([]float32, keptRoom)
	}
	sims := k.sims[:n]
	k.sims = k.sims[n:]
	return sims
}

// spots returns room for n points of l's, and where it begins.
func (k *kept) spots(l *curve.Lines, n int) (p *curve.Points, lo int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.points.Of(l) || k.free+n > keptRoom {
		k.points, k.free = l.NewPoints(keptRoom), 0
	}
	k.free += n
	return k.points, k.free - n
}
