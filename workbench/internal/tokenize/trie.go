package tokenize

import "slices"

// trie is a double array from strings to ids: the child of node n by byte c is the cell at
// cells[n].base+c, if that cell's parent is n.
type trie struct{ cells []cell }

type cell struct {
	base, parent int32 // parent is -1 in a free cell
	id           int32 // of the string that ends here, -1 without one
}

// newTrie makes a trie of strings; of one that stands there twice the later id counts. The empty
// string is left out.
func newTrie(strings []string, ids []int32) *trie {
	order := make([]int, 0, len(strings))
	for i, s := range strings {
		if s != "" {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if strings[a] < strings[b] {
			return -1
		} else if strings[a] > strings[b] {
			return 1
		}
		return 0
	})
	b := &trieBuilder{strings: strings, ids: ids, order: order}
	b.grow(1)
	b.take(0)
	b.cells[0].parent = 0
	b.fill(0, 0, len(order), 0)
	return &trie{b.cells}
}

// longest is the id and the length of the longest string that text begins with; a length of 0
// without one.
func (t *trie) longest(text []byte) (id int32, n int) {
	node, cells := int32(0), t.cells
	for i, c := range text {
		at := cells[node].base + int32(c)
		if uint(at) >= uint(len(cells)) || cells[at].parent != node || at == 0 {
			break
		}
		if node = at; cells[at].id >= 0 {
			id, n = cells[at].id, i+1
		}
	}
	return id, n
}

// trieBuilder places nodes. Free cells are a ring through cell 0, linked by base (next) and id
// (previous).
type trieBuilder struct {
	strings []string
	ids     []int32
	order   []int
	cells   []cell
	free    int32 // the first free cell, -1 without one
	last    int32
}

// grow adds free cells up to so many.
func (b *trieBuilder) grow(n int) {
	if len(b.cells) == 0 {
		b.free, b.last = -1, -1
	}
	for at := int32(len(b.cells)); int(at) < n; at++ {
		b.cells = append(b.cells, cell{base: -1, parent: -1, id: b.last})
		if b.last >= 0 {
			b.cells[b.last].base = at
		} else {
			b.free = at
		}
		b.last = at
	}
}

// take unlinks a free cell.
func (b *trieBuilder) take(at int32) {
	next, previous := b.cells[at].base, b.cells[at].id
	if previous >= 0 {
		b.cells[previous].base = next
	} else {
		b.free = next
	}
	if next >= 0 {
		b.cells[next].id = previous
	} else {
		b.last = previous
	}
	b.cells[at] = cell{base: 0, id: -1}
}

// fill places the children of a node: the strings order[lo:hi], which share depth bytes. What follows
// a node without branches takes no further call, so that long strings do not pile up.
func (b *trieBuilder) fill(node int32, lo, hi, depth int) {
	for {
		for lo < hi && len(b.strings[b.order[lo]]) == depth {
			b.cells[node].id = b.ids[b.order[lo]]
			lo++
		}
		if lo == hi {
			return
		}
		bytes, starts := b.branches(lo, hi, depth)
		base := b.place(bytes)
		b.cells[node].base = base
		for _, c := range bytes {
			b.take(base + int32(c))
			b.cells[base+int32(c)].parent = node
		}
		for i, c := range bytes[1:] {
			b.fill(base+int32(c), starts[i+1], starts[i+2], depth+1)
		}
		node, hi, depth = base+int32(bytes[0]), starts[1], depth+1
	}
}

// branches are the bytes that the strings order[lo:hi] go on with, and where those of each begin and
// the last end.
func (b *trieBuilder) branches(lo, hi, depth int) (bytes []byte, starts []int) {
	for i := lo; i < hi; i++ {
		if c := b.strings[b.order[i]][depth]; len(bytes) == 0 || c != bytes[len(bytes)-1] {
			bytes, starts = append(bytes, c), append(starts, i)
		}
	}
	return bytes, append(starts, hi)
}

// place finds a base at which the cells of all bytes are free.
func (b *trieBuilder) place(bytes []byte) int32 {
	tries := 0
	for at := b.free; at >= 0 && tries < 256; at, tries = b.cells[at].base, tries+1 {
		base := at - int32(bytes[0])
		if base >= 0 && b.fits(base, bytes) {
			return base
		}
	}
	base := int32(len(b.cells))
	b.grow(len(b.cells) + 256)
	return base
}

func (b *trieBuilder) fits(base int32, bytes []byte) bool {
	b.grow(int(base) + 256)
	for _, c := range bytes {
		if b.cells[base+int32(c)].parent >= 0 {
			return false
		}
	}
	return true
}
