// heap, list and ring with own types: a priority queue and an LRU cache.
package main

import (
	"container/heap"
	"container/list"
	"container/ring"
	"fmt"
)

type item struct {
	val   string
	prio  int
	index int
}
type queue []*item

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].prio > q[j].prio }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i]; q[i].index, q[j].index = i, j }
func (q *queue) Push(x any)        { it := x.(*item); it.index = len(*q); *q = append(*q, it) }
func (q *queue) Pop() any {
	old := *q
	it := old[len(old)-1]
	*q = old[:len(old)-1]
	return it
}

type ints []int

func (h ints) Len() int           { return len(h) }
func (h ints) Less(i, j int) bool { return h[i] < h[j] }
func (h ints) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *ints) Push(x any)        { *h = append(*h, x.(int)) }
func (h *ints) Pop() (x any)      { x, *h = (*h)[len(*h)-1], (*h)[:len(*h)-1]; return }

type LRU struct {
	cap int
	l   *list.List
	m   map[string]*list.Element
}
type entry struct {
	k string
	v int
}

func (c *LRU) Put(k string, v int) {
	if e, ok := c.m[k]; ok {
		e.Value.(*entry).v = v
		c.l.MoveToFront(e)
		return
	}
	c.m[k] = c.l.PushFront(&entry{k, v})
	if c.l.Len() > c.cap {
		last := c.l.Back()
		delete(c.m, c.l.Remove(last).(*entry).k)
	}
}

func main() {
	var q queue
	for i, s := range []string{"low", "mid", "high"} {
		heap.Push(&q, &item{val: s, prio: i * 10})
	}
	last := q[len(q)-1]
	last.prio = 100
	heap.Fix(&q, last.index)
	for q.Len() > 0 {
		it := heap.Pop(&q).(*item)
		fmt.Print(it.val, it.prio, " ")
	}
	fmt.Println()
	h := &ints{5, 2, 8}
	heap.Init(h)
	heap.Push(h, 1)
	heap.Remove(h, 2)
	for h.Len() > 0 {
		fmt.Print(heap.Pop(h), " ")
	}
	fmt.Println()
	c := LRU{2, list.New(), map[string]*list.Element{}}
	for i, k := range []string{"a", "b", "a", "c"} {
		c.Put(k, i)
	}
	for e := c.l.Front(); e != nil; e = e.Next() {
		fmt.Print(*e.Value.(*entry), " ")
	}
	fmt.Println(len(c.m))
	r := ring.New(4)
	for i := range r.Len() {
		r.Value = i
		r = r.Next()
	}
	sum := 0
	r.Do(func(v any) { sum += v.(int) })
	fmt.Println(sum, r.Move(2).Value)
}
