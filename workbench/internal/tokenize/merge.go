package tokenize

import (
	"math"
	"math/bits"
	"slices"
)

// pairs is a hash table from two ids to the rank of their merge and the id it gives.
type pairs struct {
	cells []pairCell
	shift int
}

type pairCell struct {
	a, b       int32 // a is -1 in an empty cell
	rank, into int32
}

const noRank = math.MaxInt32

func newPairs(n int) *pairs {
	size := bits.Len(uint(max(n, 1)*2 - 1))
	p := &pairs{cells: make([]pairCell, 1<<size), shift: 64 - size}
	for i := range p.cells {
		p.cells[i].a = -1
	}
	return p
}

func (p *pairs) place(a, b int32) int {
	return int((uint64(uint32(a))<<32 | uint64(uint32(b))) * 0x9e3779b97f4a7c15 >> p.shift)
}

// set stores a pair; of one that is stored twice the later rank counts.
func (p *pairs) set(a, b, rank, into int32) {
	i := p.place(a, b)
	for p.cells[i].a >= 0 && (p.cells[i].a != a || p.cells[i].b != b) {
		i = (i + 1) & (len(p.cells) - 1)
	}
	p.cells[i] = pairCell{a, b, rank, into}
}

// get is the rank of a pair, noRank without one, and the id of the merge.
func (p *pairs) get(a, b int32) (rank, into int32) {
	for i := p.place(a, b); ; i = (i + 1) & (len(p.cells) - 1) {
		switch c := &p.cells[i]; {
		case c.a < 0:
			return noRank, 0
		case c.a == a && c.b == b:
			return c.rank, c.into
		}
	}
}

// candidate is a merge that may be done: its rank, and below it the place of the left symbol.
type candidate struct {
	order uint64
	into  int32
}

// long is the scratch of mergeLong: a list of symbols and a heap of candidates.
type long struct {
	previous, next []int32 // -1 at the ends
	heap           []candidate
}

// mergeLong does what mergeShort does in n log n.
func (m *bpe) mergeLong(ids []int32, s *scratch) int {
	l, n := &s.long, int32(len(ids))
	l.previous, l.next, l.heap = slices.Grow(l.previous[:0], len(ids)), slices.Grow(l.next[:0], len(ids)), l.heap[:0]
	for i := range n {
		l.previous, l.next = append(l.previous, i-1), append(l.next, i+1)
	}
	l.next[n-1] = -1
	for i := range n - 1 {
		l.push(m.merges, ids, i, i+1)
	}
	for len(l.heap) > 0 {
		top := l.pop()
		at := int32(uint32(top.order))
		if ids[at] < 0 || l.next[at] < 0 {
			continue
		}
		right := l.next[at]
		if rank, into := m.merges.get(ids[at], ids[right]); rank == noRank || into != top.into {
			continue // a neighbour has changed since
		}
		ids[at], ids[right] = top.into, -1
		if l.next[at] = l.next[right]; l.next[at] >= 0 {
			l.previous[l.next[at]] = at
			l.push(m.merges, ids, at, l.next[at])
		}
		if l.previous[at] >= 0 {
			l.push(m.merges, ids, l.previous[at], at)
		}
	}
	left := 0
	for _, id := range ids {
		if id >= 0 {
			ids[left] = id
			left++
		}
	}
	return left
}

// push adds the merge of two neighbours, if there is one.
func (l *long) push(p *pairs, ids []int32, a, b int32) {
	rank, into := p.get(ids[a], ids[b])
	if rank == noRank {
		return
	}
	l.heap = append(l.heap, candidate{uint64(rank)<<32 | uint64(uint32(a)), into})
	for i := len(l.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if l.heap[up].order <= l.heap[i].order {
			break
		}
		l.heap[up], l.heap[i] = l.heap[i], l.heap[up]
		i = up
	}
}

// pop takes the candidate that comes first.
func (l *long) pop() candidate {
	top, last := l.heap[0], len(l.heap)-1
	l.heap[0] = l.heap[last]
	l.heap = l.heap[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if l.heap[child].order < l.heap[least].order {
				least = child
			}
		}
		if least == i {
			return top
		}
		l.heap[i], l.heap[least] = l.heap[least], l.heap[i]
		i = least
	}
}
