// The iterator functions of slices, maps and strings on own types.
package main

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

type ID string
type Set map[ID]bool
type Row []float64

func (s Set) Sorted() iter.Seq[ID] { return slices.Values(slices.Sorted(maps.Keys(s))) }

func main() {
	s := Set{"b": true, "a": true, "c": false}
	for id := range s.Sorted() {
		fmt.Print(id, " ")
	}
	fmt.Println()
	fmt.Println(slices.Collect(maps.Values(map[int]ID{1: "x"})), slices.Sorted(maps.Keys(s)))
	for c := range slices.Chunk([]int{1, 2, 3, 4, 5}, 2) {
		fmt.Print(c, " ")
	}
	for i, v := range slices.Backward([]ID{"p", "q"}) {
		fmt.Print(i, v, " ")
	}
	fmt.Println()
	m := maps.Collect(slices.All([]string{"zero", "one"}))
	fmt.Println(m, maps.Equal(m, maps.Clone(m)))
	maps.DeleteFunc(m, func(k int, v string) bool { return k == 0 })
	fmt.Println(m, slices.Equal(Row{1, 2}, Row{1, 2}), slices.Compare(Row{1}, Row{1, 0}))
	fmt.Println(slices.Collect(strings.SplitSeq("a,b,c", ",")), slices.Collect(strings.FieldsSeq(" x  y ")))
	for l := range strings.Lines("one\ntwo") {
		fmt.Printf("%q ", l)
	}
	fmt.Println()
	fmt.Println(slices.IndexFunc([]ID{"a", "bb"}, func(i ID) bool { return len(i) == 2 }), slices.Repeat([]ID{"r"}, 3))
	fmt.Println(slices.SortedFunc(slices.Values([]Row{{3}, {1}, {2}}), func(a, b Row) int { return cmp.Compare(a[0], b[0]) }))
	fmt.Println(slices.Concat(Row{1}, Row{2, 3}), slices.Grow(Row{1}, 10)[0], slices.Replace([]int{1, 2, 3}, 0, 2, 9))
	g := maps.Clone(s)
	maps.Copy(g, Set{"z": true})
	maps.Insert(g, maps.All(Set{"y": true}))
	fmt.Println(len(g), len(s), slices.AppendSeq([]ID{"first"}, s.Sorted()))
	fmt.Println(slices.Max(Row{1, 5, 2}), slices.Min([]ID{"b", "a"}), slices.ContainsFunc([]int{1}, func(i int) bool { return i > 1 }))
	keep := slices.DeleteFunc([]int{1, 2, 3, 4}, func(i int) bool { return i%2 == 0 })
	fmt.Println(keep, slices.Clip(keep), cmp.Or(0, 3, 5), cmp.Less("a", "b"))
}
