// Discrete events on a heap with function values, a clock and random gaps from a seed.
package main

import (
	"container/heap"
	"fmt"
)

type Time float64
type Event struct {
	at Time
	do func(*Sim)
	n  int
}
type events []*Event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	if e[i].at != e[j].at {
		return e[i].at < e[j].at
	}
	return e[i].n < e[j].n
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(*Event)) }
func (e *events) Pop() any {
	n := len(*e) - 1
	x := (*e)[n]
	*e = (*e)[:n]
	return x
}

type Sim struct {
	now   Time
	queue events
	n     int
	seed  uint64
	log   []string
}

func (s *Sim) After(d Time, f func(*Sim)) { s.n++; heap.Push(&s.queue, &Event{s.now + d, f, s.n}) }
func (s *Sim) Rand() float64 {
	s.seed ^= s.seed << 13
	s.seed ^= s.seed >> 7
	s.seed ^= s.seed << 17
	return float64(s.seed%1000) / 1000
}
func (s *Sim) Run(until Time) (steps int) {
	for s.queue.Len() > 0 && s.queue[0].at <= until {
		e := heap.Pop(&s.queue).(*Event)
		s.now = e.at
		e.do(s)
		steps++
	}
	return
}

type Customer struct{ id int }

func (c Customer) Arrive(s *Sim) {
	s.log = append(s.log, fmt.Sprintf("%.2f in %d", float64(s.now), c.id))
	s.After(Time(1+s.Rand()), c.Leave)
	if c.id < 3 {
		s.After(Time(s.Rand()), Customer{c.id + 1}.Arrive)
	}
}
func (c Customer) Leave(s *Sim) {
	s.log = append(s.log, fmt.Sprintf("%.2f out %d", float64(s.now), c.id))
}

func main() {
	s := &Sim{seed: 42}
	s.After(0, Customer{1}.Arrive)
	s.After(100, func(*Sim) { panic("too late") })
	fmt.Println(s.Run(50), s.queue.Len())
	for _, l := range s.log {
		fmt.Println(l)
	}
}
