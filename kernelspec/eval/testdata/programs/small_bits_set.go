// A set of small integers in words, with union, iteration and String.
package main

import (
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"strings"
)

type Set struct{ words []uint64 }

func Of(xs ...int) *Set {
	s := &Set{}
	for _, x := range xs {
		s.Add(x)
	}
	return s
}

func (s *Set) Add(x int) {
	for x/64 >= len(s.words) {
		s.words = append(s.words, 0)
	}
	s.words[x/64] |= 1 << (x % 64)
}
func (s *Set) Has(x int) bool { return x/64 < len(s.words) && s.words[x/64]&(1<<uint(x%64)) != 0 }
func (s *Set) Union(t *Set) *Set {
	u := &Set{slices.Clone(s.words)}
	for i, w := range t.words {
		if i < len(u.words) {
			u.words[i] |= w
		} else {
			u.words = append(u.words, w)
		}
	}
	return u
}
func (s *Set) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range s.words {
			for ; w != 0; w &= w - 1 {
				if !yield(i*64 + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}
func (s *Set) Len() (n int) {
	for _, w := range s.words {
		n += bits.OnesCount64(w)
	}
	return
}
func (s *Set) String() string {
	var b strings.Builder
	for x := range s.All() {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprint(&b, x)
	}
	return "{" + b.String() + "}"
}

func main() {
	a, b := Of(1, 144, 9), Of(9, 42, 63, 64)
	fmt.Println(a, b, a.Union(b), a.Has(9), a.Has(123), a.Union(b).Len())
	for x := range b.All() {
		if x > 50 {
			break
		}
		fmt.Print(x, " ")
	}
	fmt.Println(&Set{}, *Of(2))
}
