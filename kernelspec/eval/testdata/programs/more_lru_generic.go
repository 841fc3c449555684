// A generic LRU cache with eviction callbacks over container/list, and a concurrent map in shards.
package main

import (
	"container/list"
	"fmt"
	"hash/fnv"
	"strconv"
	"sync"
)

type LRU[K comparable, V any] struct {
	cap     int
	order   *list.List
	items   map[K]*list.Element
	OnEvict func(K, V)
	hits    int
}
type pair[K comparable, V any] struct {
	k K
	v V
}

func NewLRU[K comparable, V any](n int) *LRU[K, V] {
	return &LRU[K, V]{cap: n, order: list.New(), items: make(map[K]*list.Element)}
}

func (c *LRU[K, V]) Get(k K) (v V, ok bool) {
	e, ok := c.items[k]
	if !ok {
		return v, false
	}
	c.hits++
	c.order.MoveToFront(e)
	return e.Value.(pair[K, V]).v, true
}

func (c *LRU[K, V]) Put(k K, v V) {
	if e, ok := c.items[k]; ok {
		e.Value = pair[K, V]{k, v}
		c.order.MoveToFront(e)
		return
	}
	c.items[k] = c.order.PushFront(pair[K, V]{k, v})
	if c.order.Len() > c.cap {
		p := c.order.Remove(c.order.Back()).(pair[K, V])
		delete(c.items, p.k)
		if c.OnEvict != nil {
			c.OnEvict(p.k, p.v)
		}
	}
}

type Sharded[V any] [4]struct {
	sync.RWMutex
	m map[string]V
}

func (s *Sharded[V]) shard(k string) int {
	h := fnv.New32a()
	h.Write([]byte(k))
	return int(h.Sum32() % uint32(len(s)))
}
func (s *Sharded[V]) Set(k string, v V) {
	sh := &s[s.shard(k)]
	sh.Lock()
	defer sh.Unlock()
	if sh.m == nil {
		sh.m = map[string]V{}
	}
	sh.m[k] = v
}
func (s *Sharded[V]) Len() (n int) {
	for i := range s {
		s[i].RLock()
		n += len(s[i].m)
		s[i].RUnlock()
	}
	return
}

func main() {
	c := NewLRU[string, []int](2)
	c.OnEvict = func(k string, v []int) { fmt.Println("evict", k, v) }
	c.Put("a", []int{1})
	c.Put("b", []int{2})
	c.Get("a")
	c.Put("c", []int{3})
	_, ok := c.Get("b")
	v, ok2 := c.Get("a")
	fmt.Println(ok, v, ok2, c.hits, c.order.Len())
	var s Sharded[int]
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() { s.Set(strconv.Itoa(i%40), i) })
	}
	wg.Wait()
	fmt.Println(s.Len())
	fmt.Printf("%T %T\n", c, &s)
}
