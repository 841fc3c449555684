// The k largest with a bounded heap.
package main

import (
	"container/heap"
	"fmt"
	"sort"
)

type h []float64

func (x h) Len() int           { return len(x) }
func (x h) Less(i, j int) bool { return x[i] < x[j] }
func (x h) Swap(i, j int)      { x[i], x[j] = x[j], x[i] }
func (x *h) Push(v any)        { *x = append(*x, v.(float64)) }
func (x *h) Pop() any          { v := (*x)[len(*x)-1]; *x = (*x)[:len(*x)-1]; return v }

func main() {
	var top h
	for i := range 100 {
		heap.Push(&top, float64(i*37%101))
		if top.Len() > 3 {
			heap.Pop(&top)
		}
	}
	sort.Sort(sort.Reverse(top))
	fmt.Println(top)
}
