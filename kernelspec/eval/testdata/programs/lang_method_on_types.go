// Methods on slices, maps, functions, channels, arrays, integers and pointers to them.
package main

import "fmt"

type Stack []int
type Count map[string]int
type Pred func(int) bool
type Pipe chan string
type Vec [3]float64
type Bit bool
type Ptr struct{ *int }

func (s *Stack) Push(v int) { *s = append(*s, v) }
func (s *Stack) Pop() int {
	v := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return v
}
func (s Stack) Peek() int { return s[len(s)-1] }

func (c Count) Add(w ...string) Count {
	for _, x := range w {
		c[x]++
	}
	return c
}
func (c Count) Top() (best string) {
	for w, n := range c {
		if n > c[best] {
			best = w
		}
	}
	return
}

func (p Pred) Not() Pred       { return func(i int) bool { return !p(i) } }
func (p Pred) And(q Pred) Pred { return func(i int) bool { return p(i) && q(i) } }

func (p Pipe) Send(s ...string) Pipe {
	for _, x := range s {
		p <- x
	}
	return p
}

func (v Vec) Dot(w Vec) (s float64) {
	for i := range v {
		s += v[i] * w[i]
	}
	return
}
func (v *Vec) Scale(f float64) *Vec {
	for i := range v {
		v[i] *= f
	}
	return v
}
func (b Bit) String() string {
	if b {
		return "on"
	}
	return "off"
}
func (p Ptr) Inc() { *p.int++ }

func main() {
	var s Stack
	s.Push(1)
	s.Push(2)
	fmt.Println(s.Peek(), s.Pop(), s, len(s))
	c := Count{}
	fmt.Println(c.Add("a", "b", "a").Top(), c)
	even := Pred(func(i int) bool { return i%2 == 0 })
	big := Pred(func(i int) bool { return i > 10 })
	f := even.Not().And(big)
	fmt.Println(f(11), f(12), f(9))
	p := make(Pipe, 3).Send("x", "y")
	fmt.Println(<-p, len(p), cap(p))
	v := Vec{1, 2, 3}
	v.Scale(2)
	fmt.Println(v, v.Dot(Vec{1, 1, 1}), (&v).Scale(.5).Dot(v))
	fmt.Println(Bit(true), []Bit{false, true}, !Bit(true))
	n := 1
	q := Ptr{&n}
	q.Inc()
	q.Inc()
	fmt.Println(n)
	ops := map[string]func(Vec, Vec) float64{"dot": Vec.Dot}
	fmt.Println(ops["dot"](Vec{1}, Vec{2}))
	pop := (*Stack).Pop
	fmt.Println(pop(&s), len(s))
}
