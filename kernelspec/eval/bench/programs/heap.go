package main

import (
	"container/heap"
	"fmt"
	"time"
)

type queue []int

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i] < q[j] }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(int)) }
func (q *queue) Pop() any {
	old := *q
	n := len(old)
	x := old[n-1]
	*q = old[:n-1]
	return x
}

func run() int {
	q := &queue{}
	seed, n := 7, 0
	for i := 0; i < 10000; i++ {
		seed = (seed*1103515245 + 12345) % 2147483648
		heap.Push(q, seed)
	}
	for q.Len() > 0 {
		n = n*31%1000003 + heap.Pop(q).(int)%1000
	}
	return n
}

func main() {
	start := time.Now()
	got := run()
	fmt.Println(got, time.Since(start).Nanoseconds())
}
