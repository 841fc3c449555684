// sort and slices on own types, stable, by several keys, searching.
package main

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
)

type Person struct {
	Name string
	Age  int
}
type ByAge []Person

func (a ByAge) Len() int           { return len(a) }
func (a ByAge) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a ByAge) Less(i, j int) bool { return a[i].Age < a[j].Age }

type multi struct {
	p    []Person
	less []func(a, b *Person) bool
}

func (m multi) Len() int      { return len(m.p) }
func (m multi) Swap(i, j int) { m.p[i], m.p[j] = m.p[j], m.p[i] }
func (m multi) Less(i, j int) bool {
	a, b := &m.p[i], &m.p[j]
	for _, l := range m.less {
		if l(a, b) {
			return true
		}
		if l(b, a) {
			return false
		}
	}
	return false
}

func main() {
	ps := []Person{{"d", 40}, {"a", 30}, {"c", 40}, {"b", 20}}
	q := slices.Clone(ps)
	sort.Sort(ByAge(q))
	fmt.Println(q[0], sort.IsSorted(ByAge(q)))
	sort.Sort(sort.Reverse(ByAge(q)))
	fmt.Println(q[3])
	sort.Sort(multi{ps, []func(a, b *Person) bool{func(a, b *Person) bool { return a.Age > b.Age }, func(a, b *Person) bool { return a.Name < b.Name }}})
	fmt.Println(ps)
	sort.Slice(ps, func(i, j int) bool { return ps[i].Name < ps[j].Name })
	fmt.Println(ps)
	slices.SortStableFunc(ps, func(a, b Person) int { return cmp.Or(cmp.Compare(a.Age, b.Age), strings.Compare(b.Name, a.Name)) })
	fmt.Println(ps)
	i, ok := slices.BinarySearchFunc(ps, 30, func(p Person, t int) int { return cmp.Compare(p.Age, t) })
	fmt.Println(i, ok, sort.SearchInts([]int{1, 3, 5}, 4), sort.Search(10, func(i int) bool { return i*i > 50 }))
	fmt.Println(slices.MaxFunc(ps, func(a, b Person) int { return cmp.Compare(a.Name, b.Name) }), slices.Contains(ps, Person{"a", 30}))
	s := sort.StringSlice{"b", "a"}
	s.Sort()
	fmt.Println(s, slices.Compact([]int{1, 1, 2, 2, 1}))
}
