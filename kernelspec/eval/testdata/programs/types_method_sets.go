// Value and pointer receivers, addressable values, method expressions and values.
package main

import "fmt"

type Counter struct{ n int }

func (c Counter) Get() int       { return c.n }
func (c *Counter) Inc() *Counter { c.n++; return c }

type Getter interface{ Get() int }
type Incer interface {
	Getter
	Inc() *Counter
}
type Celsius float64

func (c Celsius) Plus(d Celsius) Celsius { return c + d }

type Ints []int

func (s Ints) Sum() (t int) {
	for _, v := range s {
		t += v
	}
	return
}
func (s *Ints) Add(v int) { *s = append(*s, v) }

func main() {
	c := Counter{1}
	c.Inc().Inc()
	get := c.Get
	inc := c.Inc
	inc()
	fmt.Println(get(), c.Get(), Counter.Get(c), (*Counter).Get(&c))
	(*Counter).Inc(&c)
	f := (*Counter).Inc
	f(&c)
	fmt.Println(c)
	var g Getter = c
	c.Inc()
	fmt.Println(g.Get(), Getter.Get(&c))
	_, ok := g.(Incer)
	_, ok2 := any(&c).(Incer)
	fmt.Println(ok, ok2)
	fmt.Println(Celsius(1.5).Plus(2), Celsius.Plus(1, 2))
	var s Ints
	s.Add(3)
	s.Add(4)
	sum := s.Sum
	s.Add(5)
	fmt.Println(s, sum(), s.Sum(), Ints{1, 2}.Sum())
	m := map[string]*Counter{"a": {}}
	m["a"].Inc()
	fmt.Println(m["a"].n)
	cs := []Counter{{1}, {2}}
	cs[1].Inc()
	for i := range cs {
		cs[i].Inc()
	}
	fmt.Println(cs)
	fmt.Printf("%T\n", (*Counter).Inc)
	h := Incer.Inc
	fmt.Println(h(&c).n)
}
