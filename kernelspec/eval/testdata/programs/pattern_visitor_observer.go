// Visitors over interfaces, observers with channels, and an event bus keyed by type.
package main

import (
	"fmt"
	"reflect"
)

type Shape interface{ Accept(Visitor) }
type Visitor interface {
	Circle(*Circle)
	Rect(Rect)
}
type Circle struct{ R float64 }
type Rect struct{ W, H float64 }
type Group []Shape

func (c *Circle) Accept(v Visitor) { v.Circle(c) }
func (r Rect) Accept(v Visitor)    { v.Rect(r) }
func (g Group) Accept(v Visitor) {
	for _, s := range g {
		s.Accept(v)
	}
}

type area struct{ sum float64 }

func (a *area) Circle(c *Circle) { a.sum += 3 * c.R * c.R }
func (a *area) Rect(r Rect)      { a.sum += r.W * r.H }

type scale float64

func (s scale) Circle(c *Circle) { c.R *= float64(s) }
func (s scale) Rect(Rect)        {}

type Bus struct{ subs map[reflect.Type][]func(any) }

func Subscribe[E any](b *Bus, f func(E)) {
	t := reflect.TypeFor[E]()
	b.subs[t] = append(b.subs[t], func(e any) { f(e.(E)) })
}

func (b *Bus) Publish(e any) int {
	subs := b.subs[reflect.TypeOf(e)]
	for _, f := range subs {
		f(e)
	}
	return len(subs)
}

type Created struct{ ID int }
type Deleted struct{ ID int }

func main() {
	g := Group{&Circle{1}, Rect{2, 3}, Group{&Circle{2}}}
	a := &area{}
	g.Accept(a)
	fmt.Println(a.sum)
	g.Accept(scale(2))
	b := area{}
	g.Accept(&b)
	fmt.Println(b.sum)
	bus := &Bus{map[reflect.Type][]func(any){}}
	Subscribe(bus, func(c Created) { fmt.Println("created", c.ID) })
	Subscribe(bus, func(c Created) { fmt.Println("also", c.ID) })
	Subscribe(bus, func(d *Deleted) { fmt.Println("deleted", d.ID) })
	fmt.Println(bus.Publish(Created{1}), bus.Publish(Deleted{2}), bus.Publish(&Deleted{3}), bus.Publish("x"))
}
