// Generic types embedded in structs, and their promoted methods.
package main

import (
	"fmt"
	"strings"
)

type List[T any] struct{ items []T }

func (l *List[T]) Add(v ...T) { l.items = append(l.items, v...) }
func (l *List[T]) At(i int) T { return l.items[i] }
func (l List[T]) Len() int    { return len(l.items) }

type Named[T any] struct {
	List[T]
	Name string
}

type Words struct {
	*Named[string]
	sep string
}

func (w Words) String() string { return w.Name + ":" + strings.Join(w.items, w.sep) }

type Base[K comparable] struct{ key K }

func (b Base[K]) Key() K { return b.key }

type Item struct {
	Base[int]
	label string
}

type Keyed[K any] interface{ Key() K }

func keys[K comparable, T Keyed[K]](ts ...T) (ks []K) {
	for _, t := range ts {
		ks = append(ks, t.Key())
	}
	return
}

func main() {
	n := &Named[string]{Name: "n"}
	n.Add("a", "b")
	w := Words{n, "-"}
	w.Add("c")
	fmt.Println(w, w.Len(), w.At(2), n.List.items)
	fmt.Println(keys[int](Item{Base[int]{4}, "x"}, Item{Base[int]{5}, "y"}))
	fmt.Printf("%T %T %+v\n", w.Named, n.List, Item{Base[int]{1}, "l"})
	var l interface{ Len() int } = w
	fmt.Println(l.Len())
}
